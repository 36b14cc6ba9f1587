// SPDX-License-Identifier: Apache-2.0
#include "lint/seed_copy.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "catalog/name.hpp"
#include "lint/context.hpp"

namespace godwit::codegen::lint {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + catalog::quote_identifier(name);
  return text;
}

/// Those that COPY names, else all of the table.
std::vector<std::string> columns_of(const PgQuery__CopyStmt& copy,
                                    const catalog::Relation* relation) {
  std::vector<std::string> columns;
  for (const sql::Node* column : sql::list(copy.attlist, copy.n_attlist))
    columns.emplace_back(sql::string_value(column));
  if (columns.empty() && relation != nullptr) {
    for (const catalog::Column& column : relation->columns) columns.push_back(column.name);
  }
  return columns;
}

/// The key by which a row is known again, all of whose columns are copied; empty where there is
/// none.
std::vector<std::string> key_of(const catalog::Relation* relation,
                                const std::vector<std::string>& columns) {
  if (relation == nullptr)
    return {};
  const auto is_copied = [&](const catalog::Constraint& constraint) {
    return std::all_of(constraint.columns.begin(), constraint.columns.end(),
                       [&](const std::string& column) {
                         return std::find(columns.begin(), columns.end(), column) != columns.end();
                       });
  };
  if (const catalog::Constraint* primary = relation->primary_key();
      primary != nullptr && is_copied(*primary))
    return primary->columns;
  for (const catalog::Constraint& constraint : relation->constraints) {
    if (constraint.kind == catalog::ConstraintKind::kUnique && is_copied(constraint))
      return constraint.columns;
  }
  return {};
}

}  // namespace

std::string copy_rewrite(const PgQuery__CopyStmt& copy, const catalog::Catalog& catalog) {
  const catalog::Relation* relation = catalog.find_relation(*copy.relation);
  const std::vector<std::string> columns = columns_of(copy, relation);
  const std::vector<std::string> key = key_of(relation, columns);
  const std::string table = Context::spelled(*copy.relation);
  const std::string list = columns.empty() ? std::string("…") : joined(columns);
  std::string action = "NOTHING";
  for (const std::string& column : columns) {
    if (key.empty() || std::find(key.begin(), key.end(), column) != key.end())
      continue;
    const std::string name = catalog::quote_identifier(column);
    action += fmt::format("{}{} = EXCLUDED.{}", action == "NOTHING" ? "" : ", ", name, name);
    if (action.starts_with("NOTHING"))
      action.replace(0, std::string_view("NOTHING").size(), "UPDATE SET ");
  }
  return fmt::format(
      "copy into a temporary table and merge, so that rows that are there are left or put right:\n"
      "CREATE TEMP TABLE new_rows (LIKE {0} INCLUDING DEFAULTS) ON COMMIT DROP;\n"
      "COPY new_rows ({1}) FROM stdin;\n"
      "…\n"
      "\\.\n"
      "INSERT INTO {0} ({1}) SELECT {1} FROM new_rows\n"
      "  ON CONFLICT ({2}) DO {3};\n"
      "or, where nothing refers to the rows, put before it: DELETE FROM {0};",
      table, list, key.empty() ? std::string("…") : joined(key), action);
}

}  // namespace godwit::codegen::lint
