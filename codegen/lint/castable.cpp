// SPDX-License-Identifier: Apache-2.0
//
// The pairs are pg_cast's of PostgreSQL 15.20, those between built-in types in common use; each of
// the others was tried with ALTER COLUMN … TYPE. To a text everything is cast by its output
// function, by itself, and from a text only where a cast is written
// (https://www.postgresql.org/docs/15/sql-createcast.html).
#include "lint/castable.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "source/words.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Type;
using Pair = std::pair<std::string_view, std::string_view>;

constexpr auto kTypes = std::to_array<std::string_view>(
    {"bit",      "bool",    "bpchar", "bytea",   "cidr",     "date",      "float4",      "float8",
     "inet",     "int2",    "int4",   "int8",    "interval", "json",      "jsonb",       "macaddr",
     "money",    "numeric", "point",  "text",    "time",     "timestamp", "timestamptz", "timetz",
     "tsvector", "uuid",    "varbit", "varchar", "xml"});

constexpr auto kTexts = std::to_array<std::string_view>({"bpchar", "text", "varchar"});

constexpr auto kNumbers =
    std::to_array<std::string_view>({"float4", "float8", "int2", "int4", "int8", "numeric"});

/// Implicit casts and those of assignments, beside those between numbers.
constexpr auto kAssigned = std::to_array<Pair>({{"bit", "varbit"},
                                                {"cidr", "inet"},
                                                {"date", "timestamp"},
                                                {"date", "timestamptz"},
                                                {"inet", "cidr"},
                                                {"int4", "money"},
                                                {"int8", "money"},
                                                {"interval", "time"},
                                                {"json", "jsonb"},
                                                {"jsonb", "json"},
                                                {"money", "numeric"},
                                                {"numeric", "money"},
                                                {"time", "interval"},
                                                {"time", "timetz"},
                                                {"timestamp", "date"},
                                                {"timestamp", "time"},
                                                {"timestamp", "timestamptz"},
                                                {"timestamptz", "date"},
                                                {"timestamptz", "time"},
                                                {"timestamptz", "timestamp"},
                                                {"timestamptz", "timetz"},
                                                {"timetz", "time"},
                                                {"varbit", "bit"}});

/// With those that PostgreSQL 18 has between integers and bytea.
constexpr auto kExplicit = std::to_array<Pair>({{"bytea", "int2"},
                                                {"bytea", "int4"},
                                                {"bytea", "int8"},
                                                {"int2", "bytea"},
                                                {"int4", "bytea"},
                                                {"int8", "bytea"},
                                                {"bit", "int4"},
                                                {"bit", "int8"},
                                                {"bool", "int4"},
                                                {"int4", "bit"},
                                                {"int4", "bool"},
                                                {"int8", "bit"},
                                                {"jsonb", "bool"},
                                                {"jsonb", "float4"},
                                                {"jsonb", "float8"},
                                                {"jsonb", "int2"},
                                                {"jsonb", "int4"},
                                                {"jsonb", "int8"},
                                                {"jsonb", "numeric"}});

template <std::size_t N>
bool is_one_of(const Type& type, const std::array<std::string_view, N>& names) {
  return type.schema.empty() && std::find(names.begin(), names.end(), type.name) != names.end();
}

template <std::size_t N>
bool is_pair(const Type& from, const Type& to, const std::array<Pair, N>& pairs) {
  return std::find(pairs.begin(), pairs.end(), Pair(from.name, to.name)) != pairs.end();
}

const catalog::UserType* find_enum(const Type& type, const catalog::Catalog& catalog) {
  const catalog::UserType* own = catalog.types.find({type.schema, type.name});
  return own != nullptr && own->kind == catalog::TypeKind::kEnum ? own : nullptr;
}

bool is_known(const Type& type, const catalog::Catalog& catalog) {
  return type.is_known() && (is_one_of(type, kTypes) || find_enum(type, catalog) != nullptr);
}

/// CREATE CAST may have made any of them.
bool has_own_casts(const catalog::Catalog& catalog) {
  const auto& others = catalog.others.all();
  return std::any_of(others.begin(), others.end(),
                     [](const auto& entry) { return entry.second->kind == "cast"; });
}

bool is_assigned(const Type& from, const Type& to) {
  return (from.schema == to.schema && from.name == to.name) || is_one_of(to, kTexts) ||
         (is_number(from) && is_number(to)) ||
         (from.schema.empty() && to.schema.empty() && is_pair(from, to, kAssigned));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpaces);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

/// parse_bool_with_len() of bool.c: the words may be cut short, as long as they are not the same.
bool is_bool(std::string_view text) {
  const std::string word = to_lower(text);
  const auto begins = [&](std::string_view whole, std::size_t least) {
    return word.size() >= least && whole.starts_with(word);
  };
  return begins("true", 1) || begins("false", 1) || begins("yes", 1) || begins("no", 1) ||
         word == "on" || begins("off", 2) || word == "1" || word == "0";
}

/// Later servers also take 0x1F and 1_000.
bool may_be_integer(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+'))
    text.remove_prefix(1);
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0 &&
         text.find_first_of(". ") == std::string_view::npos;
}

bool may_be_uuid(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  std::size_t digits = 0;
  for (const char c : text) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0)
      ++digits;
    else if (c != '-' && c != '{' && c != '}')
      return false;
  }
  return digits == kDigits;
}

bool may_be_json(std::string_view text) {
  constexpr std::string_view kBeginnings = "{[\"-0123456789tfn";
  return !text.empty() && kBeginnings.find(text[0]) != std::string_view::npos;
}

bool may_be_value(std::string_view text, const Type& to) {
  constexpr auto kMayBeBlank =
      std::to_array<std::string_view>({"bit", "bytea", "money", "tsvector", "varbit", "xml"});
  constexpr auto kIntegers = std::to_array<std::string_view>({"int2", "int4", "int8"});
  constexpr auto kDocuments = std::to_array<std::string_view>({"json", "jsonb"});
  if (!is_one_of(to, kTypes) || is_one_of(to, kTexts) || is_one_of(to, kMayBeBlank))
    return true;
  const std::string_view value = trimmed(text);
  if (to.name == "bool")
    return is_bool(value);
  if (to.name == "uuid")
    return may_be_uuid(text);
  if (is_one_of(to, kIntegers))
    return may_be_integer(value);
  if (is_one_of(to, kDocuments))
    return may_be_json(value);
  return !value.empty();
}

}  // namespace

bool is_number(const Type& type) {
  return is_one_of(type, kNumbers);
}

bool may_assign(const Type& from, const Type& to, const catalog::Catalog& catalog) {
  if (!is_known(from, catalog) || !is_known(to, catalog) || has_own_casts(catalog))
    return true;
  if ((from.dimensions > 0) == (to.dimensions > 0))
    return is_assigned(from, to);
  // An array is no value, but for its text.
  return to.dimensions == 0 && is_one_of(to, kTexts);
}

bool may_cast(const Type& from, const Type& to, const catalog::Catalog& catalog) {
  if (!is_known(from, catalog) || !is_known(to, catalog) || has_own_casts(catalog) ||
      from.dimensions > 0 || to.dimensions > 0)
    return true;
  return is_assigned(from, to) || is_one_of(from, kTexts) ||
         (from.schema.empty() && to.schema.empty() && is_pair(from, to, kExplicit));
}

std::string literal_problem(std::string_view text, const Type& to,
                            const catalog::Catalog& catalog) {
  const catalog::UserType* own = find_enum(to, catalog);
  const std::string_view value = trimmed(text);
  bool is_wrong = false;
  if (to.dimensions > 0)  // '{1}' or '[2:2]={1}'
    is_wrong = is_known(to, catalog) && !value.starts_with('{') &&
               (!value.starts_with('[') || value.find('=') == std::string_view::npos);
  else if (own != nullptr)
    is_wrong = std::find(own->values.begin(), own->values.end(), text) == own->values.end();
  else
    is_wrong = !may_be_value(text, to);
  return is_wrong ? fmt::format("'{}' is no value of {}", text, to_string(to)) : std::string();
}

}  // namespace godwit::codegen::lint
