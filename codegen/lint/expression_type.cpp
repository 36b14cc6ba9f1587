// SPDX-License-Identifier: Apache-2.0
#include "lint/expression_type.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "locks/family.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Type;
using sql::as;

struct Result {
  std::string_view function;
  std::size_t arguments;
  std::string_view type;
};

// https://www.postgresql.org/docs/15/functions.html
constexpr auto kResults = std::to_array<Result>({{"now", 0, "timestamptz"},
                                                 {"clock_timestamp", 0, "timestamptz"},
                                                 {"statement_timestamp", 0, "timestamptz"},
                                                 {"transaction_timestamp", 0, "timestamptz"},
                                                 {"to_timestamp", 1, "timestamptz"},
                                                 {"to_timestamp", 2, "timestamptz"},
                                                 {"to_date", 2, "date"},
                                                 {"gen_random_uuid", 0, "uuid"},
                                                 {"random", 0, "float8"},
                                                 {"nextval", 1, "int8"},
                                                 {"to_jsonb", 1, "jsonb"},
                                                 {"to_json", 1, "json"},
                                                 {"jsonb_build_object", 0, "jsonb"},
                                                 {"json_build_object", 0, "json"},
                                                 {"md5", 1, "text"},
                                                 {"lower", 1, "text"},
                                                 {"upper", 1, "text"}});

Type builtin(std::string_view name) {
  Type type;
  type.name = name;
  return type;
}

bool is(const Type& type, std::string_view name) {
  return type.schema.empty() && type.dimensions == 0 && type.name == name;
}

Type type_of_constant(const PgQuery__AConst& constant) {
  switch (constant.val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      return builtin("int4");
    case PG_QUERY__A__CONST__VAL_FVAL: {
      // An integer that is too long for int4 is int8 or numeric.
      const bool is_fraction =
          std::string_view(constant.fval->fval).find_first_of(".eE") != std::string_view::npos;
      return is_fraction ? builtin("numeric") : Type();
    }
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      return builtin("bool");
    default:
      return {};
  }
}

Type type_of_value(const PgQuery__SQLValueFunction& value) {
  switch (value.op) {
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE:
      return builtin("date");
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N:
      return builtin("timestamptz");
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N:
      return builtin("timestamp");
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N:
      return builtin("timetz");
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N:
      return builtin("time");
    default:
      return builtin("name");
  }
}

Type type_of_operation(const PgQuery__AExpr& operation, const catalog::Relation* table,
                       const catalog::Catalog& catalog) {
  if (operation.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP || operation.n_name != 1 ||
      operation.lexpr == nullptr)
    return {};
  const std::string_view op = sql::string_value(operation.name[0]);
  const Type left = type_of(operation.lexpr, table, catalog);
  if (is(left, "json") || is(left, "jsonb")) {
    if (op == "->" || op == "#>")
      return left;
    return op == "->>" || op == "#>>" ? builtin("text") : Type();
  }
  if (op != "||")
    return {};
  // Of what is not known either may be an array, to which the text is added.
  const auto is_text = [&](const sql::Node* side, const Type& type) {
    return is_quoted(side) || is(type, "text") || is(type, "varchar");
  };
  const Type right = type_of(operation.rexpr, table, catalog);
  const bool is_known = left.is_known() || right.is_known();
  return is_known && is_text(operation.lexpr, left) && is_text(operation.rexpr, right)
             ? builtin("text")
             : Type();
}

/// Of constants in quotes alone a CASE makes a text, before it is used as anything.
Type type_of_case(const PgQuery__CaseExpr& choice) {
  bool has_text = false;
  bool is_all_text = true;
  const auto note = [&](const sql::Node* result) {
    const auto* constant = as<PgQuery__AConst>(result);
    has_text = has_text || is_quoted(result);
    is_all_text =
        is_all_text && (is_quoted(result) || (constant != nullptr && constant->isnull != 0));
  };
  for (const sql::Node* node : sql::list(choice.args, choice.n_args)) {
    const auto* when = as<PgQuery__CaseWhen>(node);
    note(when == nullptr ? nullptr : when->result);
  }
  if (choice.defresult != nullptr)
    note(choice.defresult);
  return has_text && is_all_text ? builtin("text") : Type();
}

Type type_of_call(const PgQuery__FuncCall& call, const catalog::Relation* table,
                  const catalog::Catalog& catalog) {
  const std::string_view name = builtin_function(call, catalog);
  // AT TIME ZONE
  if (name == "timezone" && call.n_args == 2) {
    const Type from = type_of(call.args[1], table, catalog);
    if (is(from, "timestamptz"))
      return builtin("timestamp");
    return is(from, "timestamp") || is(from, "date") ? builtin("timestamptz") : Type();
  }
  if ((name == "lower" || name == "upper") && call.n_args == 1) {
    // Of a range they are its ends.
    const Type from = type_of(call.args[0], table, catalog);
    return is(from, "text") || is(from, "varchar") ? builtin("text") : Type();
  }
  const auto* const found =
      std::find_if(kResults.begin(), kResults.end(), [&](const Result& result) {
        return result.function == name && result.arguments == call.n_args;
      });
  return found == kResults.end() ? Type() : builtin(found->type);
}

}  // namespace

std::string_view builtin_function(const PgQuery__FuncCall& call, const catalog::Catalog& catalog) {
  const auto names = sql::list(call.funcname, call.n_funcname);
  if (names.empty() || names.size() > 2 ||
      (names.size() == 2 && sql::string_value(names[0]) != "pg_catalog"))
    return {};
  const std::string_view name = sql::string_value(names.back());
  if (names.size() == 2)
    return name;
  const auto& own = catalog.functions.all();
  const bool has_own = std::any_of(own.begin(), own.end(),
                                   [&](const auto& entry) { return entry.first.name == name; });
  return has_own ? std::string_view() : name;
}

bool is_quoted(const sql::Node* expression) {
  const auto* constant = as<PgQuery__AConst>(expression);
  return constant != nullptr && constant->isnull == 0 &&
         constant->val_case == PG_QUERY__A__CONST__VAL_SVAL;
}

Type type_of(const sql::Node* expression, const catalog::Relation* table,
             const catalog::Catalog& catalog) {
  if (const auto* cast = as<PgQuery__TypeCast>(expression))
    return cast->type_name == nullptr
               ? Type()
               : catalog.base_type(catalog.resolved(catalog::read_type(*cast->type_name)));
  if (const auto* constant = as<PgQuery__AConst>(expression))
    return type_of_constant(*constant);
  if (const auto* value = as<PgQuery__SQLValueFunction>(expression))
    return type_of_value(*value);
  if (const auto* operation = as<PgQuery__AExpr>(expression))
    return type_of_operation(*operation, table, catalog);
  if (const auto* call = as<PgQuery__FuncCall>(expression))
    return type_of_call(*call, table, catalog);
  if (const auto* choice = as<PgQuery__CaseExpr>(expression))
    return type_of_case(*choice);
  const catalog::Column* column =
      table == nullptr ? nullptr : table->find_column(locks::column_of(expression));
  return column == nullptr ? Type() : catalog.base_type(column->type);
}

}  // namespace godwit::codegen::lint
