// SPDX-License-Identifier: Apache-2.0
#include "lint/batch_key.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "lint/existence.hpp"

namespace godwit::codegen::lint {
namespace {

/// The columns of a key; empty where there is none.
std::vector<std::string> key_of(const catalog::Relation& table, const catalog::Catalog& catalog) {
  if (const catalog::Constraint* primary = table.primary_key())
    return primary->columns;
  for (const std::string& name : table.indexes) {
    const catalog::Index* index = catalog.indexes.find({table.name.schema, name});
    if (index != nullptr && index->is_unique && !index->is_partial && !index->columns.empty() &&
        std::all_of(index->columns.begin(), index->columns.end(),
                    [&](const std::string& column) { return table.is_proved_not_null(column); }))
      return index->columns;
  }
  return {};
}

}  // namespace

std::string key_text(std::span<const std::string> columns) {
  std::string text;
  for (const std::string& column : columns)
    text += (text.empty() ? "" : ", ") + catalog::quote_identifier(column);
  return columns.size() == 1 ? text : "(" + text + ")";
}

std::string batch_line(const Context& context, const PgQuery__RangeVar& relation) {
  const catalog::Relation* table = context.catalog().find_relation(relation);
  std::string key = "id";
  if (table != nullptr) {
    if (const auto columns = key_of(*table, context.catalog()); !columns.empty())
      key = key_text(columns);
    else if (is_certain(*table))
      key = "<what is unique and NOT NULL>";
  }
  return fmt::format("-- godwit:batch key={} size=1000", key);
}

}  // namespace godwit::codegen::lint
