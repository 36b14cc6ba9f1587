// SPDX-License-Identifier: Apache-2.0
//
// The server's names of types are those of format_type(), see
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/format_type.c
#include "catalog/spelling.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace godwit::codegen::catalog {
namespace {

/// What stands before and behind the precision.
struct ServerName {
  std::string_view internal;
  std::string_view before;
  std::string_view behind;
};

constexpr std::array<ServerName, 12> kServerNames = {{
    {"int2", "smallint", ""},
    {"int4", "integer", ""},
    {"int8", "bigint", ""},
    {"float4", "real", ""},
    {"float8", "double precision", ""},
    {"bool", "boolean", ""},
    {"varchar", "character varying", ""},
    {"varbit", "bit varying", ""},
    {"timestamp", "timestamp", " without time zone"},
    {"timestamptz", "timestamp", " with time zone"},
    {"time", "time", " without time zone"},
    {"timetz", "time", " with time zone"},
}};

std::string server_type(const Type& type, bool is_argument) {
  ServerName name{type.name, type.name, ""};
  if (type.schema.empty()) {
    for (const ServerName& known : kServerNames) {
      if (known.internal == type.name)
        name = known;
    }
    if (type.name == "bpchar" && (is_argument || !type.modifiers.empty()))
      name.before = "character";
  }
  std::string out;
  if (!type.schema.empty() && type.schema != "public")
    out = type.schema + '.';
  out += name.before;
  const bool is_builtin_numeric = type.schema.empty() && type.name == "numeric";
  const std::size_t first = type.schema.empty() && type.name == "interval" ? 1 : 0;
  std::string modifiers;
  for (std::size_t i = first; i < type.modifiers.size() && !is_argument; ++i)
    modifiers += fmt::format("{}{}", modifiers.empty() ? "" : ",", type.modifiers[i]);
  if (is_builtin_numeric && type.modifiers.size() == 1 && !is_argument)
    modifiers += ",0";
  if (!modifiers.empty())
    out += fmt::format("({})", modifiers);
  out += name.behind;
  return type.dimensions > 0 ? out + "[]" : out;
}

/// interval day to second: its first modifier is a mask of the fields.
bool has_interval_fields(const Type& type) {
  constexpr int kFullRange = 0x7FFF;
  return type.schema.empty() && type.name == "interval" && !type.modifiers.empty() &&
         type.modifiers.front() != kFullRange;
}

template <class T>
void add_gone(const Store<T>& store, std::set<Name>& names) {
  for (const auto& [name, object] : store.before()) {
    if (object != nullptr && store.find(name) == nullptr)
      names.insert(name);
  }
}

}  // namespace

Spelling::Spelling(const Catalog& catalog) : catalog_(&catalog) {
  add_gone(catalog.types, gone_types_);
  add_gone(catalog.relations, gone_types_);
  add_gone(catalog.functions, gone_functions_);
}

std::string Spelling::identifier(std::string_view name) const {
  return is_servers() ? std::string(name) : quote_identifier(name);
}

std::string Spelling::name(const Name& name) const {
  if (!is_servers())
    return quote_name(name);
  return name.schema.empty() || name.schema == "public" ? name.name : name.schema + '.' + name.name;
}

std::string Spelling::type(const Type& type, bool is_argument) const {
  if (!is_servers()) {
    Type shown = type;
    if (is_argument)
      shown.modifiers.clear();
    return to_string(shown);
  }
  // Of others, it is not known whether they belong to an extension, nor where that keeps them.
  const Name name{type.schema, type.name};
  const bool is_ours = type.schema.empty() || catalog_->types.find(name) != nullptr ||
                       catalog_->relations.find(name) != nullptr || gone_types_.count(name) != 0;
  if (!type.is_known() || !is_ours || has_interval_fields(type))
    return std::string(kUntold);
  return server_type(type, is_argument);
}

std::string Spelling::function(const Name& function) const {
  const bool is_ours = !is_servers() || function.schema.empty() || function.schema == "public" ||
                       catalog_->functions.find(function) != nullptr ||
                       gone_functions_.count(function) != 0;
  return is_ours ? name(function) : std::string(kUntold);
}

}  // namespace godwit::codegen::catalog
