// SPDX-License-Identifier: Apache-2.0
//
// Rules about what the whole history adds up to: what it leaves unfinished or superfluous. They
// look at the catalog behind the last migration, and are reported where the thing was made.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catalog/fold_table.hpp"
#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Constraint;
using catalog::ConstraintKind;
using catalog::Index;
using catalog::Name;
using catalog::Relation;
using sql::as;
using sql::list;
using sql::string_value;

constexpr RuleInfo kRules[] = {
    {.id = "never-validated",
     .group = "history",
     .severity = Severity::kWarning,
     .summary = "A NOT VALID constraint that no later migration validates or drops",
     .explanation =
         "Old rows may break it, and the planner does not believe it. VALIDATE CONSTRAINT "
         "lets reads and writes through. In the newest migration it is only a note: "
         "the next one can do it.",
     .bad = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;",
     .good = "-- in a later migration:\nALTER TABLE orders VALIDATE CONSTRAINT positive;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "fk-without-index",
     .group = "history",
     .severity = Severity::kWarning,
     .summary = "No index begins with the columns of a foreign key",
     .explanation = "Deleting a row of the referenced table, or changing its key, reads the whole "
                    "referencing table each time, with a lock on the row. Partial indexes do not "
                    "help.",
     .bad = "CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));",
     .good = "CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\n"
             "CREATE INDEX orders_user_id_idx ON orders (user_id);",
     .manual = "https://www.postgresql.org/docs/15/ddl-constraints.html#DDL-CONSTRAINTS-FK"},
    {.id = "redundant-index",
     .group = "history",
     .severity = Severity::kWarning,
     .summary = "An index that another one can stand in for",
     .explanation = "The other begins with the same columns in the same order, with the same "
                    "condition, so that it answers the same queries. This one costs space and time "
                    "with every write.",
     .bad = "CREATE INDEX a ON orders (user_id);\nCREATE INDEX b ON orders (user_id, placed_at);",
     .good = "CREATE INDEX b ON orders (user_id, placed_at);",
     .manual = "https://www.postgresql.org/docs/15/indexes-multicolumn.html"},
};

std::vector<std::string> strings(sql::Node* const* items, std::size_t count) {
  std::vector<std::string> texts;
  for (const sql::Node* item : list(items, count)) texts.emplace_back(string_value(item));
  return texts;
}

std::string_view relation_of(const sql::Node& node) {
  const PgQuery__RangeVar* range = nullptr;
  if (const auto* create = as<PgQuery__CreateStmt>(&node))
    range = create->relation;
  else if (const auto* alter = as<PgQuery__AlterTableStmt>(&node))
    range = alter->relation;
  else if (const auto* index = as<PgQuery__IndexStmt>(&node))
    range = index->relation;
  return range == nullptr ? std::string_view() : std::string_view(range->relname);
}

bool is_of_kind(const PgQuery__Constraint& definition, ConstraintKind kind) {
  return kind == ConstraintKind::kForeignKey ? definition.contype == sql::constr::kForeign
                                             : definition.contype == sql::constr::kCheck;
}

/// Where the statement at hand says `constraint`; no length where it does not.
Place constraint_in(const sql::Node& statement, const Constraint& constraint) {
  Place place;
  const auto note = [&](const PgQuery__Constraint& definition,
                        const std::vector<std::string>& own) {
    const std::string_view name = definition.conname;
    if (place.length != 0 || definition.location < 0 || !is_of_kind(definition, constraint.kind))
      return;
    if (name == constraint.name ||
        (name.empty() && constraint.kind == ConstraintKind::kForeignKey &&
         own == constraint.columns))
      place = {static_cast<std::size_t>(definition.location), 1};
  };
  sql::walk(&statement, [&](const sql::Node& node) {
    if (const auto* column = as<PgQuery__ColumnDef>(&node)) {
      for (const sql::Node* item : list(column->constraints, column->n_constraints)) {
        if (const auto* definition = as<PgQuery__Constraint>(item))
          note(*definition, {column->colname});
      }
    } else if (const auto* definition = as<PgQuery__Constraint>(&node)) {
      note(*definition, strings(definition->fk_attrs, definition->n_fk_attrs));
    }
    return true;
  });
  return place;
}

/// Of this migration's statements about a table of that name, and then of all of them.
template <class Find>
Place find_place(const Context& context, std::string_view table, const Find& find) {
  const auto& statements = context.script().statements();
  for (const bool any_table : {false, true}) {
    for (const sql::Statement& statement : statements) {
      if (statement.node == nullptr || relation_of(*statement.node).empty() ||
          (!any_table && relation_of(*statement.node) != table))
        continue;
      if (const Place place = find(statement); place.length != 0)
        return place;
    }
  }
  // In a function, or a DO block.
  return statements.empty() ? Place() : Place{statements.front().offset, 0};
}

Place place_of(const Context& context, const Relation& table, const Constraint& constraint) {
  return find_place(context, table.name.name, [&](const sql::Statement& statement) {
    Place place = constraint_in(*statement.node, constraint);
    if (place.length != 0) {
      const auto word =
          sql::scan(context.section().text(), place.offset, statement.offset + statement.length);
      place.length = word.empty() ? 1 : word.front().length;
    }
    return place;
  });
}

Place place_of(const Context& context, const Index& index) {
  return find_place(context, index.table.name, [&](const sql::Statement& statement) -> Place {
    const auto* create = as<PgQuery__IndexStmt>(statement.node);
    if (create == nullptr)
      return {};
    std::vector<std::string> columns;
    for (const sql::Node* node : list(create->index_params, create->n_index_params)) {
      const auto* element = as<PgQuery__IndexElem>(node);
      columns.emplace_back(element == nullptr ? "" : element->name);
    }
    const std::string_view name = create->idxname;
    if (name != index.name.name && !(name.empty() && columns == index.columns))
      return {};
    return {statement.offset, statement.length};
  });
}

void check_validated(Context& context, const Relation& table, const Constraint& constraint) {
  if (constraint.is_validated || !constraint.parent.empty())
    return;
  const bool is_newest = context.history().migration(context.index() + 1) == nullptr;
  context.report(
      "never-validated", Event(), place_of(context, table, constraint),
      fmt::format("{} of {} is NOT VALID, and nothing validates it",
                  catalog::quote_identifier(constraint.name), catalog::quote_name(table.name)),
      {fmt::format("in {} migration:\nALTER TABLE {} VALIDATE CONSTRAINT {};",
                   is_newest ? "the next" : "a new", catalog::quote_name(table.name),
                   catalog::quote_identifier(constraint.name))},
      is_newest ? std::optional(Severity::kNote) : std::nullopt);
}

/// Are the first columns of the index these, in whatever order?
bool begins_with(const Index& index, const std::vector<std::string>& columns) {
  if (index.is_partial || (index.method != "btree" && index.method != "hash") ||
      index.columns.size() < columns.size())
    return false;
  const auto end = index.columns.begin() + static_cast<std::ptrdiff_t>(columns.size());
  return std::all_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return std::find(index.columns.begin(), end, column) != end;
  });
}

void check_key_index(Context& context, const Relation& table, const Constraint& key) {
  const catalog::Catalog& catalog = context.catalog();
  if (key.kind != ConstraintKind::kForeignKey || !key.parent.empty() || catalog.is_opaque ||
      table.is_uncertain)
    return;
  const bool has_index =
      std::any_of(table.indexes.begin(), table.indexes.end(), [&](const std::string& name) {
        const Index* index = catalog.indexes.find({table.name.schema, name});
        return index != nullptr && begins_with(*index, key.columns);
      });
  if (has_index)
    return;
  std::string columns;
  for (const std::string& column : key.columns)
    columns += (columns.empty() ? "" : ", ") + catalog::quote_identifier(column);
  context.report(
      "fk-without-index", Event(), place_of(context, table, key),
      fmt::format("a DELETE from {} reads all of {}: no index begins with {}",
                  catalog::quote_name(key.referenced_table), catalog::quote_name(table.name),
                  columns),
      {table.kind == catalog::RelationKind::kPartitionedTable
           ? fmt::format("CREATE INDEX ON ONLY {} ({}), one CONCURRENTLY on each partition, and "
                         "ALTER INDEX … ATTACH PARTITION",
                         catalog::quote_name(table.name), columns)
           : fmt::format(
                 "in a migration of its own:\nCREATE INDEX CONCURRENTLY {} ON {} ({});",
                 catalog::quote_identifier(catalog::index_name(catalog, table, key.columns)),
                 catalog::quote_name(table.name), columns)});
}

/// What the elements of an index are; of one that backs a constraint, its plain columns.
std::vector<std::uint64_t> elements_of(const Index& index) {
  if (!index.elements.empty())
    return index.elements;
  std::vector<std::uint64_t> elements;
  for (const std::string& column : index.columns) {
    std::string name = column;
    PgQuery__IndexElem element = PG_QUERY__INDEX_ELEM__INIT;
    element.name = name.data();
    element.ordering = PG_QUERY__SORT_BY_DIR__SORTBY_DEFAULT;
    element.nulls_ordering = PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT;
    PgQuery__Node node = PG_QUERY__NODE__INIT;
    node.node_case = PG_QUERY__NODE__NODE_INDEX_ELEM;
    node.index_elem = &element;
    elements.push_back(sql::shape_of(&node));
  }
  return elements;
}

/// Can `other` stand in for `index`?
bool stands_in(const Index& other, const Index& index) {
  if (other.name == index.name || other.method != index.method || index.method != "btree" ||
      other.predicate_shape != index.predicate_shape || !index.included.empty() || other.is_only)
    return false;
  const auto small = elements_of(index);
  const auto large = elements_of(other);
  if (small.empty() || large.size() < small.size() ||
      !std::equal(small.begin(), small.end(), large.begin()))
    return false;
  if (large.size() > small.size())
    return !index.is_unique;
  if (index.is_unique && !other.is_unique)
    return false;
  // Of two that are the same, the one of the constraint stays, or the older one.
  if (other.backs_constraint || (other.is_unique && !index.is_unique))
    return true;
  return other.made_in != index.made_in ? other.made_in < index.made_in : other.name < index.name;
}

void check_redundant(Context& context, const Relation& table, const Index& index) {
  const catalog::Catalog& catalog = context.catalog();
  if (index.backs_constraint || !index.parent.empty() || index.is_only)
    return;
  for (const std::string& name : table.indexes) {
    const Index* other = catalog.indexes.find({table.name.schema, name});
    if (other == nullptr || !stands_in(*other, index))
      continue;
    context.report("redundant-index", Event(), place_of(context, index),
                   fmt::format("{} can do all that {} does, which only costs time with every write",
                               catalog::quote_name(other->name), catalog::quote_name(index.name)),
                   {fmt::format("in a migration of its own:\nDROP INDEX CONCURRENTLY {};",
                                catalog::quote_name(index.name))});
    return;
  }
}

/// What is there at the end, and was made by a migration: the tables that have new constraints or
/// indexes, with those indexes.
using Made = std::map<Name, std::vector<const Index*>>;

std::map<catalog::MigrationIndex, Made> made_by_migration(const catalog::Catalog& catalog) {
  std::map<catalog::MigrationIndex, Made> made;
  for (const auto& [name, relation] : catalog.relations.all()) {
    for (const Constraint& constraint : relation->constraints)
      made[constraint.made_in].try_emplace(name);
  }
  for (const auto& [name, index] : catalog.indexes.all())
    made[index->made_in][index->table].push_back(index.get());
  return made;
}

void check_made(Context& context, Made& made) {
  const auto is_of_this = [&](const auto& object) { return object.made_in == context.index(); };
  for (auto& [name, indexes] : made) {
    const Relation* table = context.catalog().relations.find(name);
    if (table == nullptr || !is_table(table->kind) || table->is_temporary)
      continue;
    for (const Constraint& constraint : table->constraints) {
      if (!is_of_this(constraint))
        continue;
      check_validated(context, *table, constraint);
      check_key_index(context, *table, constraint);
    }
    const auto place = [&](const Index* index) {
      return std::find(table->indexes.begin(), table->indexes.end(), index->name.name);
    };
    std::erase_if(indexes,
                  [&](const Index* index) { return place(index) == table->indexes.end(); });
    std::sort(indexes.begin(), indexes.end(),
              [&](const Index* a, const Index* b) { return place(a) < place(b); });
    for (const Index* index : indexes) check_redundant(context, *table, *index);
  }
}

void check_end(std::span<const std::unique_ptr<Context>> contexts) {
  auto made = made_by_migration(contexts.front()->catalog());
  for (const auto& context : contexts) {
    const auto found = made.find(context->index());
    if (found != made.end() && !context->is_alone())
      check_made(*context, found->second);
  }
}

}  // namespace

const Family kFinalRules{.name = "final", .rules = kRules, .after_set = check_end};

}  // namespace godwit::codegen::lint
