// SPDX-License-Identifier: Apache-2.0
#include "locks/new_column.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "catalog/called_function.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::locks {
namespace {

/// Functions of pg_catalog that are IMMUTABLE or STABLE and that people use in defaults. Sorted.
constexpr auto kSteady = std::to_array<std::string_view>({
    "abs",
    "array_append",
    "array_cat",
    "array_fill",
    "array_length",
    "array_prepend",
    "array_to_json",
    "array_to_string",
    "ascii",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "concat",
    "concat_ws",
    "convert_from",
    "convert_to",
    "current_database",
    "current_schema",
    "current_setting",
    "date",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "extract",
    "floor",
    "format",
    "hashtext",
    "host",
    "inet_client_addr",
    "initcap",
    "int4range",
    "int8range",
    "json_array",
    "json_build_array",
    "json_build_object",
    "json_object",
    "jsonb_array",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_object",
    "justify_days",
    "justify_hours",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "mod",
    "now",
    "numrange",
    "octet_length",
    "overlay",
    "pg_backend_pid",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_to_json",
    "rpad",
    "rtrim",
    "session_user",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sign",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "tsrange",
    "tstzrange",
    "txid_current",
    "upper",
    "version",
    "width_bucket",
});
static_assert(std::is_sorted(kSteady.begin(), kSteady.end()));

}  // namespace

ColumnParts take_apart(const PgQuery__ColumnDef& column) {
  ColumnParts parts;
  for (const sql::Node* node : sql::list(column.constraints, column.n_constraints)) {
    const auto* constraint = sql::as<PgQuery__Constraint>(node);
    if (constraint == nullptr)
      continue;
    switch (constraint->contype) {
      case sql::constr::kNotnull:
        parts.not_null = constraint;
        break;
      case sql::constr::kDefault:
        parts.default_value = constraint;
        break;
      case sql::constr::kIdentity:
        parts.identity = constraint;
        break;
      case sql::constr::kGenerated:
        parts.generated = constraint;
        break;
      case sql::constr::kCheck:
        parts.check = constraint;
        break;
      case sql::constr::kPrimary:
      case sql::constr::kUnique:
        parts.unique = constraint;
        break;
      case sql::constr::kForeign:
        parts.foreign_key = constraint;
        break;
      default:
        break;
    }
  }
  return parts;
}

bool is_null(const sql::Node* expression) {
  while (const auto* cast = sql::as<PgQuery__TypeCast>(expression)) expression = cast->arg;
  const auto* constant = sql::as<PgQuery__AConst>(expression);
  return constant != nullptr && constant->isnull;
}

const sql::Node* default_of_type(const catalog::Type& type, const catalog::Catalog& catalog) {
  if (type.dimensions > 0)
    return nullptr;
  const catalog::UserType* domain = catalog.types.find({type.schema, type.name});
  return domain == nullptr || !domain->has_default ? nullptr : domain->default_value;
}

bool is_steady(std::string_view name) noexcept {
  return std::binary_search(kSteady.begin(), kSteady.end(), name);
}

/// A function in `expression` that may give another value for each row; empty when there is none.
std::string volatile_function(const sql::Node* expression, const catalog::Catalog& catalog) {
  std::string found;
  sql::walk(expression, [&](const sql::Node& node) {
    const auto* call = sql::as<PgQuery__FuncCall>(&node);
    if (call == nullptr || call->n_funcname == 0)
      return found.empty();
    const std::string_view name = sql::string_value(call->funcname[call->n_funcname - 1]);
    if (const auto own = catalog::find_called(catalog, *call); !own.empty()) {
      if (std::any_of(own.begin(), own.end(),
                      [](const catalog::Overload* overload) { return overload->is_volatile; }))
        found = name;
    } else if (!is_steady(name) ||
               (call->n_funcname > 1 && sql::string_value(call->funcname[0]) != "pg_catalog")) {
      // Another schema's now() is another function.
      found = name;
    }
    return found.empty();
  });
  return found;
}

}  // namespace godwit::codegen::locks
