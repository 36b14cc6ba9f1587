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

/// Where in kReserved the words begin that have this first letter, and behind the last of them.
constexpr auto kByLetter = [] {
  std::array<std::size_t, 'z' - 'a' + 2> begin{};
  std::size_t word = 0;
  for (std::size_t letter = 0; letter < begin.size(); ++letter) {
    while (word < kReserved.size() &&
           static_cast<std::size_t>(kReserved[word].front() - 'a') < letter)
      ++word;
    begin[letter] = word;
  }
  return begin;
}();

/// Asked for each name that is printed: the few words of the same letter are looked at.
bool is_reserved(std::string_view name) {
  if (name.front() < 'a' || name.front() > 'z')
    return false;
  const auto letter = static_cast<std::size_t>(name.front() - 'a');
  return std::any_of(kReserved.begin() + kByLetter[letter],
                     kReserved.begin() + kByLetter[letter + 1],
                     [&](std::string_view word) { return word == name; });
}

bool is_plain(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9'))
    return false;
  const bool has_plain_letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return has_plain_letters && !is_reserved(name);
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
