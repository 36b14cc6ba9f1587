// SPDX-License-Identifier: Apache-2.0
#include "catalog/name.hpp"

#include <algorithm>
#include <array>

namespace godwit::codegen::catalog {
namespace {

/// The keywords that cannot be the name of a table or a column without quotes: reserved ones, and
/// those that may be a type or a function only. Sorted.
/// https://www.postgresql.org/docs/15/sql-keywords-appendix.html
constexpr auto kReserved = std::to_array<std::string_view>({"all",
                                                            "analyse",
                                                            "analyze",
                                                            "and",
                                                            "any",
                                                            "array",
                                                            "as",
                                                            "asc",
                                                            "asymmetric",
                                                            "authorization",
                                                            "binary",
                                                            "both",
                                                            "case",
                                                            "cast",
                                                            "check",
                                                            "collate",
                                                            "collation",
                                                            "column",
                                                            "concurrently",
                                                            "constraint",
                                                            "create",
                                                            "cross",
                                                            "current_catalog",
                                                            "current_date",
                                                            "current_role",
                                                            "current_schema",
                                                            "current_time",
                                                            "current_timestamp",
                                                            "current_user",
                                                            "default",
                                                            "deferrable",
                                                            "desc",
                                                            "distinct",
                                                            "do",
                                                            "else",
                                                            "end",
                                                            "except",
                                                            "false",
                                                            "fetch",
                                                            "for",
                                                            "foreign",
                                                            "freeze",
                                                            "from",
                                                            "full",
                                                            "grant",
                                                            "group",
                                                            "having",
                                                            "ilike",
                                                            "in",
                                                            "initially",
                                                            "inner",
                                                            "intersect",
                                                            "into",
                                                            "is",
                                                            "isnull",
                                                            "join",
                                                            "lateral",
                                                            "leading",
                                                            "left",
                                                            "like",
                                                            "limit",
                                                            "localtime",
                                                            "localtimestamp",
                                                            "natural",
                                                            "not",
                                                            "notnull",
                                                            "null",
                                                            "offset",
                                                            "on",
                                                            "only",
                                                            "or",
                                                            "order",
                                                            "outer",
                                                            "overlaps",
                                                            "placing",
                                                            "primary",
                                                            "references",
                                                            "returning",
                                                            "right",
                                                            "select",
                                                            "session_user",
                                                            "similar",
                                                            "some",
                                                            "symmetric",
                                                            "system_user",
                                                            "table",
                                                            "tablesample",
                                                            "then",
                                                            "to",
                                                            "trailing",
                                                            "true",
                                                            "union",
                                                            "unique",
                                                            "user",
                                                            "using",
                                                            "variadic",
                                                            "verbose",
                                                            "when",
                                                            "where",
                                                            "window",
                                                            "with"});
static_assert(std::is_sorted(kReserved.begin(), kReserved.end()));

bool is_plain(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9'))
    return false;
  const bool has_plain_letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return has_plain_letters && !std::binary_search(kReserved.begin(), kReserved.end(), name);
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  if (is_plain(name))
    return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"')
      quoted += c;
  }
  return quoted + '"';
}

std::string quote_name(const Name& name) {
  if (name.schema.empty() || name.schema == "public")
    return quote_identifier(name.name);
  return quote_identifier(name.schema) + '.' + quote_identifier(name.name);
}

}  // namespace godwit::codegen::catalog
