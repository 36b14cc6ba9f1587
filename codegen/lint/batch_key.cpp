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

std::string batch_line(const Context& context, const PgQuery__RangeVar& relation) {
  const catalog::Relation* table = context.catalog().find_relation(relation);
  std::string text;
  std::size_t count = 0;
  if (table != nullptr) {
    for (const std::string& column : key_of(*table, context.catalog())) {
      text += (text.empty() ? "" : ", ") + catalog::quote_identifier(column);
      ++count;
    }
    if (text.empty() && is_certain(*table))
      text = "<what is unique and NOT NULL>";
  }
  if (text.empty())
    text = "id";
  return fmt::format("-- godwit:batch key={} size=1000", count > 1 ? '(' + text + ')' : text);
}

}  // namespace godwit::codegen::lint
