// SPDX-License-Identifier: Apache-2.0
#include "lint/conflict_keys.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "locks/new_column.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Column;
using catalog::ConstraintKind;
using catalog::Relation;
using sql::as;
using sql::list;
using sql::Node;

/// What the statement says of the columns of its rows. A column that has no entry gets its default.
struct Written {
  bool is_all = false;  ///< INSERT INTO t SELECT …: which columns is not looked for
  std::map<std::string_view, std::vector<const Node*>> values;  ///< empty where they are a query's
};

Written written_columns(const PgQuery__InsertStmt& insert, const Relation& table) {
  Written written;
  std::vector<std::string_view> names;
  for (const Node* node : list(insert.cols, insert.n_cols)) {
    if (const auto* target = as<PgQuery__ResTarget>(node))
      names.emplace_back(target->name);
  }
  const auto* select = as<PgQuery__SelectStmt>(insert.select_stmt);
  if (select == nullptr)
    return written;  // DEFAULT VALUES
  const auto rows = list(select->values_lists, select->n_values_lists);
  if (names.empty()) {
    const auto* first = rows.empty() ? nullptr : as<PgQuery__List>(rows[0]);
    written.is_all = first == nullptr;
    const std::size_t count = first == nullptr ? 0 : first->n_items;
    for (std::size_t i = 0; i < table.columns.size() && i < count; ++i)
      names.emplace_back(table.columns[i].name);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto& values = written.values[names[i]];
    for (const Node* row : rows) {
      const auto* items = as<PgQuery__List>(row);
      if (items != nullptr && i < items->n_items)
        values.push_back(items->items[i]);
    }
  }
  return written;
}

/// Is the column's own value another one in each row?
bool makes_up_values(const Column& column, const catalog::Catalog& catalog) {
  if (column.is_identity)
    return true;
  if (column.default_expression != nullptr)
    return !locks::volatile_function(column.default_expression, catalog).empty();
  if (column.has_default)
    return column.default_uses != nullptr;  // a serial's
  return !column.is_not_null && !column.is_generated && !column.type.is_serial &&
         column.type.is_known();  // NULL, which is no other NULL's equal
}

/// Is the value of the column in the key another one each time?
bool is_new_each_time(std::string_view name, const Written& written, const Relation& table,
                      const catalog::Catalog& catalog) {
  const Column* column = table.find_column(name);
  if (column == nullptr || written.is_all)
    return false;
  const auto found = written.values.find(name);
  if (found == written.values.end())
    return makes_up_values(*column, catalog);
  return std::any_of(found->second.begin(), found->second.end(), [&](const Node* value) {
    return as<PgQuery__SetToDefault>(value) != nullptr
               ? makes_up_values(*column, catalog)
               : !locks::volatile_function(value, catalog).empty();
  });
}

/// The keys that the ON CONFLICT is about.
std::vector<std::vector<std::string>> keys_of(const PgQuery__InferClause* infer,
                                              const Relation& table,
                                              const catalog::Catalog& catalog) {
  std::vector<std::vector<std::string>> keys;
  if (infer != nullptr && infer->n_index_elems > 0) {
    auto& key = keys.emplace_back();
    for (const Node* node : list(infer->index_elems, infer->n_index_elems)) {
      const auto* element = as<PgQuery__IndexElem>(node);
      key.emplace_back(element == nullptr ? "" : element->name);
    }
    return keys;
  }
  const std::string_view wanted = infer == nullptr ? "" : infer->conname;
  for (const catalog::Constraint& constraint : table.constraints) {
    const bool is_key = constraint.kind == ConstraintKind::kPrimaryKey ||
                        constraint.kind == ConstraintKind::kUnique ||
                        constraint.kind == ConstraintKind::kExclusion;
    if (is_key && (wanted.empty() || constraint.name == wanted))
      keys.push_back(constraint.columns);
  }
  for (const std::string& name : table.indexes) {
    const catalog::Index* index = catalog.indexes.find({table.name.schema, name});
    if (index != nullptr && index->is_unique && !index->backs_constraint && wanted.empty())
      keys.push_back(index->columns);
  }
  return keys;
}

}  // namespace

std::string conflict_problem(const PgQuery__InsertStmt& insert, const catalog::Catalog& catalog) {
  const Relation* table =
      insert.relation == nullptr ? nullptr : catalog.find_relation(*insert.relation);
  const bool is_table =
      table != nullptr && (table->kind == catalog::RelationKind::kTable ||
                           table->kind == catalog::RelationKind::kPartitionedTable);
  if (!is_table || table->is_uncertain || catalog.is_opaque || insert.on_conflict_clause == nullptr)
    return {};
  const auto keys = keys_of(insert.on_conflict_clause->infer, *table, catalog);
  if (keys.empty())
    return fmt::format("{} has no unique key, so nothing conflicts and the rows are added again",
                       catalog::quote_name(table->name));
  const Written written = written_columns(insert, *table);
  std::string made_up;
  for (const auto& key : keys) {
    const auto found = std::find_if(key.begin(), key.end(), [&](const std::string& column) {
      return is_new_each_time(column, written, *table, catalog);
    });
    if (found == key.end())
      return {};
    made_up = *found;
  }
  return fmt::format(
      "{} is another one each time, so nothing conflicts and the rows are added again",
      catalog::quote_identifier(made_up));
}

}  // namespace godwit::codegen::lint
