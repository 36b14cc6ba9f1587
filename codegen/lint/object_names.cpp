// SPDX-License-Identifier: Apache-2.0
#include "lint/object_names.hpp"

#include <utility>
#include <vector>

#include "catalog/type.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

std::string joined(std::span<Node* const> names) {
  std::string text;
  for (const Node* name : names) {
    const std::string_view part = string_value(name);
    if (names.size() == 2 && name == names.front() && part == "public")
      continue;
    text += (text.empty() ? "" : ".") + std::string(part);
  }
  return text;
}

std::string joined(const Node* node) {
  if (const auto* names = as<PgQuery__List>(node))
    return joined(list(names->items, names->n_items));
  if (const auto* type = as<PgQuery__TypeName>(node))
    return joined(list(type->names, type->n_names));
  if (const auto* function = as<PgQuery__ObjectWithArgs>(node))
    return joined(list(function->objname, function->n_objname));
  return std::string(string_value(node));
}

std::string joined(const PgQuery__RangeVar* range) {
  if (range == nullptr)
    return {};
  const std::string_view schema = range->schemaname;
  return (schema.empty() || schema == "public" ? "" : std::string(schema) + ".") + range->relname;
}

std::string_view last_name_of(const Node* object) {
  const auto* names = as<PgQuery__List>(object);
  return names == nullptr || names->n_items == 0 ? string_value(object)
                                                 : string_value(names->items[names->n_items - 1]);
}

std::string_view kind_of(PgQuery__ObjectType type) {
  switch (type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
      return "table";
    case sql::object::kView:
      return "view";
    case sql::object::kMatview:
      return "materialized view";
    case sql::object::kIndex:
      return "index";
    case sql::object::kSequence:
      return "sequence";
    case sql::object::kType:
    case sql::object::kDomain:
      return "type";
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
    case sql::object::kAggregate:
      return "function";
    case sql::object::kSchema:
      return "schema";
    case sql::object::kExtension:
      return "extension";
    case sql::object::kTrigger:
      return "trigger";
    case sql::object::kPolicy:
      return "policy";
    case sql::object::kRule:
      return "rule";
    case sql::object::kStatisticExt:
      return "statistics";
    case sql::object::kCollation:
      return "collation";
    case sql::object::kPublication:
      return "publication";
    case sql::object::kForeignServer:
      return "server";
    case sql::object::kFdw:
      return "foreign data wrapper";
    case sql::object::kEventTrigger:
      return "event trigger";
    case sql::object::kCast:
      return "cast";
    case sql::object::kOperator:
      return "operator";
    default:
      return "object";
  }
}

namespace {

std::string signature(std::string name, std::span<const PgQuery__TypeName* const> arguments) {
  name += '(';
  for (const PgQuery__TypeName* argument : arguments) {
    catalog::Type type = catalog::read_type(*argument);
    type.modifiers.clear();
    name += catalog::to_string(type) + ',';
  }
  return name + ')';
}

}  // namespace

std::string signature(const PgQuery__CreateFunctionStmt& create) {
  std::vector<const PgQuery__TypeName*> arguments;
  for (const Node* node : list(create.parameters, create.n_parameters)) {
    const auto* parameter = as<PgQuery__FunctionParameter>(node);
    if (parameter != nullptr && parameter->arg_type != nullptr &&
        parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT &&
        parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE)
      arguments.push_back(parameter->arg_type);
  }
  return signature(joined(list(create.funcname, create.n_funcname)), arguments);
}

std::string signature(const PgQuery__ObjectWithArgs& function) {
  std::string name = joined(list(function.objname, function.n_objname));
  if (function.args_unspecified != 0)
    return name;
  std::vector<const PgQuery__TypeName*> arguments;
  for (const Node* node : list(function.objargs, function.n_objargs)) {
    if (const auto* type = as<PgQuery__TypeName>(node))
      arguments.push_back(type);
  }
  return signature(std::move(name), arguments);
}

}  // namespace godwit::codegen::lint
