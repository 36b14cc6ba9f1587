// SPDX-License-Identifier: Apache-2.0
//
// Relations that come from a query, with the columns that they have and use; and sequences.
#include <algorithm>
#include <utility>

#include "catalog/fold_parts.hpp"
#include "catalog/query.hpp"
#include "catalog/settings.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

/// The columns of a query under the names that the statement gives them.
void take_columns(Relation& relation, const Analysis& analysis, std::span<sql::Node* const> names,
                  const Occasion& occasion) {
  relation.has_known_shape = analysis.has_known_output;
  for (std::size_t i = 0; i < analysis.output.size(); ++i) {
    Column column;
    column.name = i < names.size() ? std::string(string_value(names[i])) : analysis.output[i].name;
    column.type = analysis.output[i].type;
    column.type.is_serial = false;
    column.made_in = occasion.migration;
    relation.columns.push_back(std::move(column));
  }
}

Relation fresh_relation(const Catalog& catalog, const PgQuery__RangeVar& range, RelationKind kind,
                        const Occasion& occasion) {
  Relation fresh;
  fresh.name = catalog.name_for_creation(range);
  fresh.kind = kind;
  fresh.is_temporary = fresh.name.schema == kTemporarySchema;
  fresh.is_uncertain = !occasion.is_certain;
  fresh.made_in = occasion.migration;
  return fresh;
}

void put_relation(Catalog& catalog, Relation relation) {
  const Name name = relation.name;
  if (catalog.relations.find(name) == nullptr)  // else IF NOT EXISTS, or an error when it runs
    catalog.relations.put(name, std::move(relation));
}

void read_owner(Catalog& catalog, Relation& sequence, std::span<sql::Node* const> options) {
  for (const sql::Node* node : options) {
    const auto* option = as<PgQuery__DefElem>(node);
    const auto* names = option == nullptr || std::string_view(option->defname) != "owned_by"
                            ? nullptr
                            : as<PgQuery__List>(option->arg);
    if (names == nullptr)
      continue;
    const auto parts = list(names->items, names->n_items);
    sequence.owned_by.reset();
    if (parts.size() >= 2)
      sequence.owned_by = ColumnUse{catalog.resolve_relation(parts.first(parts.size() - 1)),
                                    std::string(string_value(parts.back()))};
  }
}

}  // namespace

void create_view(Catalog& catalog, const PgQuery__ViewStmt& create, const Occasion& occasion) {
  if (create.view == nullptr || create.query == nullptr)
    return;
  Relation view = fresh_relation(catalog, *create.view, RelationKind::kView, occasion);
  const auto analysis = analyze_once(catalog, *create.query);
  take_columns(view, *analysis, list(create.aliases, create.n_aliases), occasion);
  view.uses = to_references(catalog, *analysis);
  view.shape = sql::shape_of(create.query);
  const Relation* replaced = catalog.relations.find(view.name);
  if (replaced == nullptr || create.replace == 0)
    return put_relation(catalog, std::move(view));
  Relation& changed = *catalog.relations.edit(view.name);
  changed.columns = std::move(view.columns);
  changed.has_known_shape = view.has_known_shape;
  changed.uses = std::move(view.uses);
  changed.shape = view.shape;
  changed.is_uncertain = changed.is_uncertain || !occasion.is_certain;
}

void create_table_as(Catalog& catalog, const PgQuery__CreateTableAsStmt& create,
                     const Occasion& occasion) {
  if (create.into == nullptr || create.into->rel == nullptr)
    return;
  const bool is_view = create.objtype == sql::object::kMatview;
  Relation made =
      fresh_relation(catalog, *create.into->rel,
                     is_view ? RelationKind::kMaterializedView : RelationKind::kTable, occasion);
  made.has_known_shape = false;
  if (create.query != nullptr) {
    const auto analysis = analyze_once(catalog, *create.query);
    take_columns(made, *analysis, list(create.into->col_names, create.into->n_col_names), occasion);
    if (is_view) {
      made.uses = to_references(catalog, *analysis);
      made.shape = sql::shape_of(create.query);
    }
  }
  made.is_unfilled = create.into->skip_data != 0;
  put_relation(catalog, std::move(made));
}

void select_into(Catalog& catalog, const sql::Node& select, const Occasion& occasion) {
  Relation made = fresh_relation(catalog, *select.select_stmt->into_clause->rel,
                                 RelationKind::kTable, occasion);
  take_columns(made, *analyze_once(catalog, select), {}, occasion);
  put_relation(catalog, std::move(made));
}

void refresh(Catalog& catalog, const PgQuery__RefreshMatViewStmt& refresh) {
  if (refresh.relation == nullptr)
    return;
  if (Relation* view = catalog.relations.edit(catalog.resolve(*refresh.relation)))
    view->is_unfilled = refresh.skip_data != 0;
}

void create_sequence(Catalog& catalog, const PgQuery__CreateSeqStmt& create,
                     const Occasion& occasion) {
  if (create.sequence == nullptr)
    return;
  Relation sequence = fresh_relation(catalog, *create.sequence, RelationKind::kSequence, occasion);
  read_owner(catalog, sequence, list(create.options, create.n_options));
  apply_sequence_options(sequence.settings, list(create.options, create.n_options));
  put_relation(catalog, std::move(sequence));
}

void alter_sequence(Catalog& catalog, const PgQuery__AlterSeqStmt& alter) {
  if (alter.sequence == nullptr)
    return;
  if (Relation* sequence = catalog.relations.edit(catalog.resolve(*alter.sequence))) {
    read_owner(catalog, *sequence, list(alter.options, alter.n_options));
    apply_sequence_options(sequence->settings, list(alter.options, alter.n_options));
  }
}

}  // namespace godwit::codegen::catalog
