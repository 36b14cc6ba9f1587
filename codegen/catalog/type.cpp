// SPDX-License-Identifier: Apache-2.0
//
// A change is free when the old value's bits are a valid new value: PostgreSQL finds that out from
// the cast (binary coercible) and from the support functions of the length casts (varchar, numeric,
// varbit, timestamp, time, interval), see ATColumnChangeRequiresRewrite() in
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/commands/tablecmds.c
#include "catalog/type.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace godwit::codegen::catalog {
namespace {

constexpr int kDefaultPrecision = 6;  ///< of timestamp, time and interval

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kPrintedNames = {{
    {"int2", "smallint"},
    {"int4", "integer"},
    {"int8", "bigint"},
    {"float4", "real"},
    {"float8", "double precision"},
    {"bool", "boolean"},
    {"bpchar", "char"},
    {"varbit", "bit varying"},
}};

struct Serial {
  std::string_view written;
  std::string_view type;
};
constexpr std::array<Serial, 6> kSerials = {{{"serial", "int4"},
                                             {"serial4", "int4"},
                                             {"bigserial", "int8"},
                                             {"serial8", "int8"},
                                             {"smallserial", "int2"},
                                             {"serial2", "int2"}}};

bool is_builtin(const Type& type, std::string_view name) {
  return type.schema.empty() && type.name == name;
}

int modifier(const Type& type, std::size_t index, int otherwise) {
  return type.modifiers.size() > index ? type.modifiers[index] : otherwise;
}

/// interval's modifiers are a mask of fields and the precision; without the second it is 6.
int precision_of(const Type& type) {
  if (type.name == "interval")
    return modifier(type, 1, kDefaultPrecision);
  return modifier(type, 0, kDefaultPrecision);
}

/// The smallest unit that an interval's fields allow, 0 for seconds up to 5 for years. The modifier
/// is a mask of bits, see INTERVAL_MASK in PostgreSQL's src/include/utils/timestamp.h.
int smallest_unit(const Type& interval) {
  constexpr int kFullRange = 0x7FFF;
  constexpr std::array<int, 5> kBits = {12, 11, 10, 3, 1};  // second, minute, hour, day, month
  const int mask = modifier(interval, 0, kFullRange);
  for (std::size_t unit = 0; unit < kBits.size(); ++unit) {
    if ((static_cast<unsigned>(mask) >> static_cast<unsigned>(kBits[unit]) & 1U) != 0)
      return static_cast<int>(unit);
  }
  return static_cast<int>(kBits.size());
}

/// As interval_support() decides: no unit is lost, and where there are seconds, no digit of them.
bool is_wider_interval(const Type& from, const Type& to) {
  return smallest_unit(to) <= smallest_unit(from) &&
         (smallest_unit(from) > 0 || precision_of(to) >= precision_of(from));
}

bool has_precision(const Type& type) {
  return type.schema.empty() &&
         (type.name == "timestamp" || type.name == "timestamptz" || type.name == "time" ||
          type.name == "timetz" || type.name == "interval");
}

/// varchar(n) to varchar(m), varbit(n) to varbit(m): no modifier is no limit.
bool is_not_shorter(const Type& from, const Type& to) {
  return to.modifiers.empty() || (!from.modifiers.empty() && to.modifiers[0] >= from.modifiers[0]);
}

bool is_wider_numeric(const Type& from, const Type& to) {
  if (to.modifiers.empty())
    return true;
  if (from.modifiers.empty())
    return false;
  return to.modifiers[0] >= from.modifiers[0] && modifier(from, 1, 0) == modifier(to, 1, 0);
}

bool is_free_between_times(const Type& from, const Type& to, bool session_is_utc) {
  if (from.name == "interval" && to.name == "interval")
    return is_wider_interval(from, to);
  const bool crosses = (from.name == "timestamp" && to.name == "timestamptz") ||
                       (from.name == "timestamptz" && to.name == "timestamp");
  if (from.name != to.name && !(crosses && session_is_utc))
    return false;
  return precision_of(to) >= precision_of(from);
}

bool is_citext(const Type& type) {
  return type.name == "citext" && type.modifiers.empty();
}

/// Numbers of four bytes that are each other in another spelling.
bool is_oid_like(const Type& type) {
  return is_builtin(type, "int4") || is_builtin(type, "oid") ||
         (type.schema.empty() && type.name.starts_with("reg") && type.modifiers.empty());
}

bool is_free(const Type& from, const Type& to, bool session_is_utc) {
  // Of an array nothing but the loss of every limit is free: varchar(5)[] to varchar[].
  if (from.dimensions != 0 || to.dimensions != 0)
    return from.dimensions > 0 && to.dimensions > 0 && from.schema == to.schema &&
           from.name == to.name && (from.modifiers == to.modifiers || to.modifiers.empty());
  if (from.schema == to.schema && from.name == to.name && from.modifiers == to.modifiers)
    return true;
  // citext is stored as text is, whichever the schema of its extension.
  const bool from_text = is_builtin(from, "text") || is_citext(from);
  const bool to_text = is_builtin(to, "text") || is_citext(to);
  if (is_builtin(from, "varchar") || from_text) {
    if (to_text)
      return true;
    if (is_builtin(to, "varchar"))
      return from_text ? to.modifiers.empty() : is_not_shorter(from, to);
  }
  if (is_builtin(from, "varbit") && is_builtin(to, "varbit"))
    return is_not_shorter(from, to);
  if (is_builtin(from, "numeric") && is_builtin(to, "numeric"))
    return is_wider_numeric(from, to);
  if (is_builtin(from, "cidr") && is_builtin(to, "inet"))
    return true;
  if (is_builtin(from, "xml") && (is_builtin(to, "text") || is_builtin(to, "varchar")))
    return to.modifiers.empty();
  if (is_oid_like(from) && is_oid_like(to))
    return true;
  if (has_precision(from) && has_precision(to))
    return is_free_between_times(from, to, session_is_utc);
  return false;
}

}  // namespace

Type read_type(const PgQuery__TypeName& written) {
  Type type;
  const auto names = sql::list(written.names, written.n_names);
  if (names.empty())
    return type;
  type.name = sql::string_value(names.back());
  if (names.size() >= 2)
    type.schema = sql::string_value(names[names.size() - 2]);
  if (type.schema == "pg_catalog")
    type.schema.clear();
  if (type.schema.empty()) {
    for (const Serial& serial : kSerials) {
      if (type.name == serial.written) {
        type.name = serial.type;
        type.is_serial = true;
        break;
      }
    }
    // "char" with quotes is a type of one byte; CHAR without is bpchar, with a length of 1.
    if (type.name == "decimal")
      type.name = "numeric";
  }
  for (const sql::Node* node : sql::list(written.typmods, written.n_typmods)) {
    const auto* constant = sql::as<PgQuery__AConst>(node);
    if (constant != nullptr && constant->val_case == PG_QUERY__A__CONST__VAL_IVAL)
      type.modifiers.push_back(constant->ival->ival);
  }
  type.dimensions = static_cast<int>(written.n_array_bounds);
  if (written.pct_type != 0 || written.setof != 0)
    type.name.clear();  // t.c%TYPE
  return type;
}

std::string to_string(const Type& type) {
  std::string out;
  if (!type.schema.empty() && type.schema != "public")
    out = quote_identifier(type.schema) + '.';
  std::string_view name = type.name;
  for (const auto& [internal, printed] : kPrintedNames) {
    if (type.schema.empty() && internal == type.name)
      name = printed;
  }
  out += name;
  std::string modifiers;
  const std::size_t first = type.name == "interval" ? 1 : 0;  // the mask of fields is not printed
  for (std::size_t i = first; i < type.modifiers.size(); ++i)
    modifiers += fmt::format("{}{}", modifiers.empty() ? "" : ",", type.modifiers[i]);
  if (!modifiers.empty())
    out += fmt::format("({})", modifiers);
  for (int i = 0; i < type.dimensions; ++i) out += "[]";
  return out;
}

TypeChange compare_types(const Type& from, const Type& to, bool session_is_utc) {
  if (!from.is_known() || !to.is_known())
    return TypeChange::kUnknown;
  return is_free(from, to, session_is_utc) ? TypeChange::kFree : TypeChange::kRewrite;
}

}  // namespace godwit::codegen::catalog
