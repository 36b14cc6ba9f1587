// SPDX-License-Identifier: Apache-2.0
//
// Functions, procedures and aggregates: one name, several of them by their arguments.
#include <algorithm>
#include <utility>

#include "catalog/fold_parts.hpp"
#include "catalog/settings.hpp"
#include "source/words.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

bool is_same_signature(const std::vector<Type>& a, const std::vector<Type>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Type& x, const Type& y) {
    return x.schema == y.schema && x.name == y.name && (x.dimensions > 0) == (y.dimensions > 0);
  });
}

/// VARIADIC a text[] is an argument of the type text[].
void read_parameter(const Catalog& catalog, const PgQuery__FunctionParameter& parameter,
                    Overload& overload) {
  const Type type =
      parameter.arg_type == nullptr ? Type() : catalog.resolved(read_type(*parameter.arg_type));
  const auto mode = parameter.mode;
  const bool is_output = mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                         mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE ||
                         mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT;
  if (is_output) {
    overload.result_columns += overload.result_columns.empty() ? "" : ", ";
    overload.result_columns += std::string(parameter.name) + " " + to_string(type);
  }
  if (mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
      mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE)
    return;
  ++overload.argument_count;
  overload.arguments.push_back(type);
  overload.argument_names.emplace_back(parameter.name);
  overload.is_variadic =
      overload.is_variadic || mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_VARIADIC;
  if (parameter.defexpr != nullptr)
    ++overload.default_count;
}

void put_overload(Catalog& catalog, const Name& name, Overload overload, bool replaces) {
  Function function;
  if (const Function* known = catalog.functions.find(name))
    function = *known;
  function.name = name;
  const auto found = std::find_if(function.overloads.begin(), function.overloads.end(),
                                  [&](const Overload& other) {
                                    return is_same_signature(other.arguments, overload.arguments);
                                  });
  if (found == function.overloads.end()) {
    function.overloads.push_back(std::move(overload));
  } else if (replaces) {
    overload.made_in = found->made_in;
    *found = std::move(overload);
  } else {
    return;  // an error when it runs
  }
  catalog.functions.put(name, std::move(function));
}

}  // namespace

Overload read_overload(const Catalog& catalog, const PgQuery__CreateFunctionStmt& create) {
  Overload overload;
  overload.is_procedure = create.is_procedure != 0;
  for (const sql::Node* node : list(create.parameters, create.n_parameters)) {
    if (const auto* parameter = as<PgQuery__FunctionParameter>(node))
      read_parameter(catalog, *parameter, overload);
  }
  if (create.return_type != nullptr) {
    overload.returns_set = create.return_type->setof != 0;
    PgQuery__TypeName type = *create.return_type;
    type.setof = 0;
    overload.returns = catalog.resolved(read_type(type));
  }
  overload.shape = sql::shape_of(create.sql_body);
  for (const sql::Node* node : list(create.options, create.n_options)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string_view what = option->defname;
    if (what == "language")
      overload.language = to_lower(string_value(option->arg));
    else if (what == "as")
      overload.shape = sql::shape_of(option->arg);
    else
      apply_function_option(overload, *option);
  }
  return overload;
}

void create_function(Catalog& catalog, const PgQuery__CreateFunctionStmt& create,
                     const Occasion& occasion) {
  Overload overload = read_overload(catalog, create);
  overload.section = occasion.section;
  overload.statement = occasion.statement;
  overload.made_in = occasion.migration;
  put_overload(catalog, catalog.name_for_creation(list(create.funcname, create.n_funcname)),
               std::move(overload), create.replace != 0);
}

void alter_function(Catalog& catalog, const PgQuery__AlterFunctionStmt& alter) {
  if (alter.func == nullptr)
    return;
  const Name name = catalog.resolve_function(list(alter.func->objname, alter.func->n_objname));
  const Function* known = catalog.functions.find(name);
  const auto which = known == nullptr ? std::nullopt : find_overload(catalog, *known, *alter.func);
  if (!which)
    return;
  Overload& overload = catalog.functions.edit(name)->overloads[*which];
  for (const sql::Node* node : list(alter.actions, alter.n_actions)) {
    if (const auto* option = as<PgQuery__DefElem>(node))
      apply_function_option(overload, *option);
  }
}

void create_aggregate(Catalog& catalog, const PgQuery__DefineStmt& create,
                      const Occasion& occasion) {
  Overload overload;
  overload.is_aggregate = true;
  overload.made_in = occasion.migration;
  // The arguments are a list of parameters and the number of direct ones.
  const auto* arguments = create.n_args == 0 ? nullptr : as<PgQuery__List>(create.args[0]);
  for (const sql::Node* node : arguments == nullptr ? std::span<sql::Node* const>()
                                                    : list(arguments->items, arguments->n_items)) {
    if (const auto* parameter = as<PgQuery__FunctionParameter>(node))
      read_parameter(catalog, *parameter, overload);
  }
  put_overload(catalog, catalog.name_for_creation(list(create.defnames, create.n_defnames)),
               std::move(overload), create.replace != 0);
}

std::optional<std::size_t> find_overload(const Catalog& catalog, const Function& function,
                                         const PgQuery__ObjectWithArgs& written) {
  const auto& overloads = function.overloads;
  if (written.args_unspecified != 0)
    return overloads.size() == 1 ? std::optional<std::size_t>(0) : std::nullopt;
  std::vector<Type> arguments;
  for (const sql::Node* node : list(written.objargs, written.n_objargs)) {
    const auto* type = as<PgQuery__TypeName>(node);
    arguments.push_back(type == nullptr ? Type() : catalog.resolved(read_type(*type)));
  }
  for (std::size_t i = 0; i < overloads.size(); ++i) {
    if (is_same_signature(overloads[i].arguments, arguments))
      return i;
  }
  return std::nullopt;
}

}  // namespace godwit::codegen::catalog
