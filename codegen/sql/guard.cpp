// SPDX-License-Identifier: Apache-2.0
//
// Conditions are judged on their parse tree: EXISTS (…), its negation, count(*) against a number,
// to_regclass(…) IS NULL, NOT FOUND, and variables that were given such a value before.
#include "sql/guard.hpp"

#include <algorithm>

namespace godwit::codegen::sql {
namespace {

constexpr Guard kPresent{.if_absent = false, .if_present = true};
constexpr Guard kAbsent{.if_absent = true, .if_present = false};

Guard negated(const Guard& guard) {
  return {guard.if_present, guard.if_absent, false, false, 0};
}

Guard either(const Guard& a, const Guard& b) {
  return {a.if_absent || b.if_absent, a.if_present || b.if_present, false, false, 0};
}

Guard both(const Guard& a, const Guard& b) {
  return {a.if_absent && b.if_absent, a.if_present && b.if_present, false, false, 0};
}

std::string_view last_name(std::span<Node* const> names) {
  return names.empty() ? std::string_view() : string_value(names.back());
}

class Reader {
 public:
  explicit Reader(const VariableGuards& variables) : variables_(variables) {}

  Guard read(const Node* node) const {
    if (const auto* logic = as<PgQuery__BoolExpr>(node))
      return read_logic(*logic);
    if (const auto* link = as<PgQuery__SubLink>(node))
      return read_sublink(*link);
    if (const auto* column = as<PgQuery__ColumnRef>(node))
      return read_variable(*column);
    if (const auto* test = as<PgQuery__NullTest>(node)) {
      const bool is_null = test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL;
      return is_lookup(test->arg) ? (is_null ? kAbsent : kPresent) : Guard{};
    }
    if (const auto* test = as<PgQuery__BooleanTest>(node)) {
      const bool is_true = test->booltesttype == PG_QUERY__BOOL_TEST_TYPE__IS_TRUE ||
                           test->booltesttype == PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE;
      const Guard inner = read(test->arg);
      return is_true ? inner : negated(inner);
    }
    if (const auto* operation = as<PgQuery__AExpr>(node))
      return read_operation(*operation);
    if (const auto* call = as<PgQuery__FuncCall>(node))
      return is_count(*call) ? kPresent : Guard{};
    if (const auto* cast = as<PgQuery__TypeCast>(node))
      return read(cast->arg);
    return {};
  }

  /// The value of a query's single column.
  Guard read_query(const Node* node) const {
    const auto* select = as<PgQuery__SelectStmt>(node);
    if (select == nullptr || select->n_target_list != 1)
      return {};
    const auto* target = as<PgQuery__ResTarget>(select->target_list[0]);
    if (target == nullptr)
      return {};
    const Guard value = read(target->val);
    // SELECT true / SELECT 1 FROM pg_type WHERE …: a row means that it is there.
    const bool is_constant = as<PgQuery__AConst>(target->val) != nullptr;
    return is_constant && select->n_from_clause > 0 ? kPresent : value;
  }

 private:
  Guard read_logic(const PgQuery__BoolExpr& logic) const {
    Guard result;
    bool is_first = true;
    for (const Node* argument : list(logic.args, logic.n_args)) {
      const Guard guard = read(argument);
      if (logic.boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR)
        return negated(guard);
      if (is_first)
        result = guard;
      else
        result = logic.boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR ? either(result, guard)
                                                                    : both(result, guard);
      is_first = false;
    }
    return result;
  }

  Guard read_sublink(const PgQuery__SubLink& link) const {
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
      return kPresent;
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK)
      return kPresent;  // 'x' IN (SELECT typname FROM pg_type)
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
      return read_query(link.subselect);
    return {};
  }

  Guard read_variable(const PgQuery__ColumnRef& column) const {
    const std::string_view name = last_name(list(column.fields, column.n_fields));
    if (name == "found")
      return kPresent;
    const auto variable = variables_.find(name);
    return variable == variables_.end() ? Guard{} : variable->second;
  }

  /// count = 0, count < 1, count > 0, …
  Guard read_operation(const PgQuery__AExpr& operation) const {
    const std::string_view name = last_name(list(operation.name, operation.n_name));
    const auto* constant = as<PgQuery__AConst>(operation.rexpr);
    if (constant == nullptr)
      return {};
    const Guard left = read(operation.lexpr);
    if (constant->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL)
      return name == "=" && constant->boolval->boolval ? left : negated(left);
    if (constant->val_case != PG_QUERY__A__CONST__VAL_IVAL)
      return {};
    const int number = constant->ival->ival;
    if ((name == "=" && number == 0) || (name == "<" && number == 1))
      return negated(left);
    if ((name == ">" && number == 0) || (name == ">=" && number == 1) ||
        (name == "<>" && number == 0) || (name == "=" && number == 1))
      return left;
    return {};
  }

  static bool is_count(const PgQuery__FuncCall& call) {
    return last_name(list(call.funcname, call.n_funcname)) == "count";
  }

  /// to_regclass('x'), or a query of the catalog: NULL where the thing is not there.
  static bool is_lookup(const Node* node) {
    if (const auto* cast = as<PgQuery__TypeCast>(node))
      return is_lookup(cast->arg);
    if (as<PgQuery__SubLink>(node) != nullptr)
      return true;
    const auto* call = as<PgQuery__FuncCall>(node);
    return call != nullptr &&
           last_name(list(call->funcname, call->n_funcname)).starts_with("to_reg");
  }

  const VariableGuards& variables_;
};

}  // namespace

Guard guard_of_condition(std::string_view condition, const VariableGuards& variables) {
  std::vector<SyntaxError> errors;
  std::string sql = "SELECT ";
  sql += condition;
  const Script script = parse(sql, errors);
  if (script.statements().size() != 1)
    return {};
  const auto* select = as<PgQuery__SelectStmt>(script.statements().front().node);
  if (select == nullptr || select->n_target_list != 1)
    return {};
  const auto* target = as<PgQuery__ResTarget>(select->target_list[0]);
  if (target == nullptr)
    return {};
  // `x := count(*) FROM pg_type …` and `x := 1 FROM …` are queries.
  return select->n_from_clause > 0 ? Reader(variables).read_query(script.statements().front().node)
                                   : Reader(variables).read(target->val);
}

Guard guard_of_query(std::string_view query) {
  std::vector<SyntaxError> errors;
  const std::string sql(query);
  const Script script = parse(sql, errors);
  if (script.statements().size() != 1)
    return {};
  const VariableGuards no_variables;
  return Reader(no_variables).read_query(script.statements().front().node);
}

}  // namespace godwit::codegen::sql
