// SPDX-License-Identifier: Apache-2.0
//
// How it works (https://www.postgresql.org/docs/15/typeconv-func.html). A function of ours counts
// when it takes as many arguments. Where pg_catalog has one of that name that takes as many, ours
// is only called when its types are exactly those of the arguments, which is known of literals and
// casts.
#include "catalog/called_function.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "catalog/type.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;

/// A function of pg_catalog that a project's own one may be named like.
struct Builtin {
  std::string_view name;
  std::size_t least;  ///< arguments
  std::size_t most;
};

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

// https://www.postgresql.org/docs/15/functions.html, sorted.
constexpr auto kBuiltins = std::to_array<Builtin>({
    {"abs", 1, 1},
    {"age", 1, 2},
    {"array_agg", 1, 1},
    {"array_append", 2, 2},
    {"array_length", 2, 2},
    {"array_remove", 2, 2},
    {"array_to_string", 2, 3},
    {"avg", 1, 1},
    {"bool_and", 1, 1},
    {"bool_or", 1, 1},
    {"cardinality", 1, 1},
    {"ceil", 1, 1},
    {"char_length", 1, 1},
    {"clock_timestamp", 0, 0},
    {"concat", 1, kAny},
    {"concat_ws", 2, kAny},
    {"count", 0, 1},
    {"current_database", 0, 0},
    {"current_setting", 1, 2},
    {"currval", 1, 1},
    {"date_part", 2, 2},
    {"date_trunc", 2, 3},
    {"decode", 2, 2},
    {"digest", 2, 2},
    {"encode", 2, 2},
    {"floor", 1, 1},
    {"format", 1, kAny},
    {"gen_random_uuid", 0, 0},
    {"generate_series", 2, 3},
    {"initcap", 1, 1},
    {"json_build_object", 0, kAny},
    {"jsonb_agg", 1, 1},
    {"jsonb_build_object", 0, kAny},
    {"jsonb_set", 3, 4},
    {"lastval", 0, 0},
    {"left", 2, 2},
    {"length", 1, 2},
    {"lower", 1, 1},
    {"lpad", 2, 3},
    {"max", 1, 1},
    {"md5", 1, 1},
    {"min", 1, 1},
    {"mod", 2, 2},
    {"nextval", 1, 1},
    {"now", 0, 0},
    {"pg_advisory_lock", 1, 2},
    {"pg_advisory_xact_lock", 1, 2},
    {"pg_backend_pid", 0, 0},
    {"pg_notify", 2, 2},
    {"pg_sleep", 1, 1},
    {"position", 2, 2},
    {"power", 2, 2},
    {"quote_ident", 1, 1},
    {"quote_literal", 1, 1},
    {"random", 0, 0},
    {"regexp_replace", 3, 6},
    {"repeat", 2, 2},
    {"replace", 3, 3},
    {"reverse", 1, 1},
    {"right", 2, 2},
    {"round", 1, 2},
    {"row_number", 0, 0},
    {"row_to_json", 1, 2},
    {"rpad", 2, 3},
    {"set_config", 3, 3},
    {"setval", 2, 3},
    {"sha256", 1, 1},
    {"split_part", 3, 3},
    {"sqrt", 1, 1},
    {"statement_timestamp", 0, 0},
    {"string_agg", 2, 2},
    {"string_to_array", 2, 3},
    {"substr", 2, 3},
    {"substring", 2, 3},
    {"sum", 1, 1},
    {"timeofday", 0, 0},
    {"timezone", 2, 2},
    {"to_char", 2, 2},
    {"to_date", 2, 2},
    {"to_json", 1, 1},
    {"to_jsonb", 1, 1},
    {"to_number", 2, 2},
    {"to_timestamp", 1, 2},
    {"to_tsvector", 1, 2},
    {"transaction_timestamp", 0, 0},
    {"translate", 3, 3},
    {"trunc", 1, 2},
    {"txid_current", 0, 0},
    {"unnest", 1, kAny},
    {"upper", 1, 1},
    {"version", 0, 0},
});

const Builtin* find_builtin(std::string_view name) {
  const auto* const found = std::lower_bound(
      kBuiltins.begin(), kBuiltins.end(), name,
      [](const Builtin& one, std::string_view wanted) { return one.name < wanted; });
  return found != kBuiltins.end() && found->name == name ? found : nullptr;
}

/// Of a literal or a cast; no name where that is not known.
Type type_of(const Catalog& catalog, const sql::Node* node) {
  if (const auto* cast = as<PgQuery__TypeCast>(node); cast != nullptr && cast->type_name != nullptr)
    return catalog.resolved(read_type(*cast->type_name));
  const auto* constant = as<PgQuery__AConst>(node);
  if (constant == nullptr)
    return {};
  Type type;
  if (constant->val_case == PG_QUERY__A__CONST__VAL_IVAL)
    type.name = "int4";
  else if (constant->val_case == PG_QUERY__A__CONST__VAL_FVAL)
    type.name = "numeric";
  else if (constant->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL)
    type.name = "bool";
  return type;
}

bool has_exactly(const Catalog& catalog, const Overload& overload, const PgQuery__FuncCall& call) {
  const auto arguments = list(call.args, call.n_args);
  if (arguments.size() != overload.arguments.size() || arguments.empty())
    return false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Type given = type_of(catalog, arguments[i]);
    const Type& wanted = overload.arguments[i];
    if (given.name.empty() || given.name != wanted.name || given.schema != wanted.schema ||
        given.dimensions != wanted.dimensions)
      return false;
  }
  return true;
}

bool takes(const Overload& overload, std::size_t count) {
  const std::size_t most = overload.argument_count;
  if (overload.is_variadic)
    return count + 1 + overload.default_count >= most;
  return count <= most && count + overload.default_count >= most;
}

}  // namespace

std::vector<const Overload*> find_called(const Catalog& catalog, const PgQuery__FuncCall& call) {
  const auto names = list(call.funcname, call.n_funcname);
  if (names.empty())
    return {};
  const Function* function = catalog.functions.find(catalog.resolve_function(names));
  if (function == nullptr)
    return {};
  const Builtin* builtin = names.size() == 1 ? find_builtin(sql::string_value(names[0])) : nullptr;
  const bool may_be_builtin =
      builtin != nullptr && builtin->least <= call.n_args && call.n_args <= builtin->most;
  std::vector<const Overload*> found;
  for (const Overload& overload : function->overloads) {
    if (overload.is_aggregate || call.agg_star != 0 || !takes(overload, call.n_args))
      continue;
    if (has_exactly(catalog, overload, call))
      return {&overload};
    if (!may_be_builtin)
      found.push_back(&overload);
  }
  return found;
}

}  // namespace godwit::codegen::catalog
