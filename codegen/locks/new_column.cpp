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
    "acos",
    "acosd",
    "age",
    "area",
    "array_append",
    "array_cat",
    "array_dims",
    "array_fill",
    "array_length",
    "array_lower",
    "array_ndims",
    "array_position",
    "array_positions",
    "array_prepend",
    "array_remove",
    "array_replace",
    "array_to_json",
    "array_to_string",
    "array_to_tsvector",
    "array_upper",
    "ascii",
    "asin",
    "atan",
    "atan2",
    "bit",
    "bit_count",
    "bit_length",
    "bool",
    "box",
    "bpchar",
    "broadcast",
    "btrim",
    "cardinality",
    "cbrt",
    "ceil",
    "ceiling",
    "center",
    "char",
    "char_length",
    "character_length",
    "chr",
    "cidr",
    "circle",
    "col_description",
    "concat",
    "concat_ws",
    "convert",
    "convert_from",
    "convert_to",
    "cos",
    "cot",
    "current_database",
    "current_schema",
    "current_schemas",
    "current_setting",
    "date",
    "date_bin",
    "date_part",
    "date_trunc",
    "datemultirange",
    "daterange",
    "decode",
    "degrees",
    "div",
    "encode",
    "enum_first",
    "enum_last",
    "enum_range",
    "exp",
    "extract",
    "factorial",
    "family",
    "float4",
    "float8",
    "floor",
    "format",
    "gcd",
    "get_bit",
    "get_byte",
    "has_table_privilege",
    "hashtext",
    "hashtextextended",
    "host",
    "hostmask",
    "inet_client_addr",
    "inet_client_port",
    "inet_merge",
    "inet_server_addr",
    "inet_server_port",
    "initcap",
    "int2",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "interval",
    "isempty",
    "isfinite",
    "json_array",
    "json_array_length",
    "json_build_array",
    "json_build_object",
    "json_extract_path",
    "json_extract_path_text",
    "json_object",
    "json_strip_nulls",
    "json_typeof",
    "jsonb_array",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_concat",
    "jsonb_extract_path",
    "jsonb_extract_path_text",
    "jsonb_insert",
    "jsonb_object",
    "jsonb_pretty",
    "jsonb_set",
    "jsonb_set_lax",
    "jsonb_strip_nulls",
    "jsonb_typeof",
    "justify_days",
    "justify_hours",
    "justify_interval",
    "lcm",
    "left",
    "length",
    "line",
    "ln",
    "log",
    "log10",
    "lower",
    "lower_inc",
    "lower_inf",
    "lpad",
    "lseg",
    "ltrim",
    "macaddr",
    "macaddr8",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "masklen",
    "md5",
    "min_scale",
    "mod",
    "money",
    "multirange",
    "name",
    "netmask",
    "network",
    "normalize",
    "now",
    "num_nonnulls",
    "num_nulls",
    "numeric",
    "nummultirange",
    "numnode",
    "numrange",
    "obj_description",
    "octet_length",
    "oid",
    "overlay",
    "parse_ident",
    "path",
    "pg_backend_pid",
    "pg_current_xact_id",
    "pg_current_xact_id_if_assigned",
    "pg_get_serial_sequence",
    "pg_postmaster_start_time",
    "pg_typeof",
    "phraseto_tsquery",
    "pi",
    "plainto_tsquery",
    "point",
    "polygon",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "radians",
    "radius",
    "range_merge",
    "regexp_count",
    "regexp_instr",
    "regexp_like",
    "regexp_match",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_substr",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_to_json",
    "rpad",
    "rtrim",
    "scale",
    "session_user",
    "set_bit",
    "set_byte",
    "set_masklen",
    "setweight",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sign",
    "similar_to_escape",
    "sin",
    "sinh",
    "slope",
    "split_part",
    "sqrt",
    "starts_with",
    "statement_timestamp",
    "string_to_array",
    "string_to_table",
    "strip",
    "strpos",
    "substr",
    "substring",
    "tan",
    "tanh",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "timezone",
    "to_ascii",
    "to_char",
    "to_date",
    "to_hex",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_regclass",
    "to_regnamespace",
    "to_regproc",
    "to_regrole",
    "to_regtype",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trim_array",
    "trim_scale",
    "trunc",
    "ts_delete",
    "ts_filter",
    "tsmultirange",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "txid_current",
    "txid_current_if_assigned",
    "unistr",
    "upper",
    "upper_inc",
    "upper_inf",
    "varbit",
    "varchar",
    "version",
    "websearch_to_tsquery",
    "width_bucket",
    "xml_is_well_formed",
    "xmlcomment",
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
