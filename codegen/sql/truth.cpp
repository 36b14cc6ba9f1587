// SPDX-License-Identifier: Apache-2.0
#include "sql/truth.hpp"

#include <algorithm>
#include <string_view>

#include "source/words.hpp"

namespace godwit::codegen::sql {
namespace {

/// PostgreSQL takes 't', 'tr', …, 'yes', 'on' and '1', in any case, with spaces around them.
std::optional<bool> truth_of_text(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos)
    return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
  const std::string word = to_lower(text);
  const auto begins = [&](std::string_view whole) { return whole.starts_with(word); };
  if (begins("true") || begins("yes") || word == "on" || word == "1")
    return true;
  if (begins("false") || begins("no") || word == "off" || word == "of" || word == "0")
    return false;
  return std::nullopt;
}

std::optional<bool> truth_of_constant(const PgQuery__AConst& constant) {
  switch (constant.val_case) {
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      return constant.boolval->boolval != 0;
    case PG_QUERY__A__CONST__VAL_SVAL:
      return truth_of_text(constant.sval->sval);
    default:
      return std::nullopt;
  }
}

bool is_null(const Node* node) {
  const auto* constant = as<PgQuery__AConst>(node);
  return constant != nullptr && constant->isnull;
}

template <class T>
std::optional<bool> compared(std::string_view name, const T& left, const T& right) {
  if (name == "=")
    return left == right;
  if (name == "<>")
    return left != right;
  if (name == "<")
    return left < right;
  if (name == "<=")
    return left <= right;
  if (name == ">")
    return left > right;
  if (name == ">=")
    return left >= right;
  return std::nullopt;
}

/// 1 = 1, 'a' = 'a', true = true. The order of texts is one of the collation: they are asked for
/// equality alone.
std::optional<bool> truth_of_comparison(const PgQuery__AExpr& expression) {
  const auto* left = as<PgQuery__AConst>(expression.lexpr);
  const auto* right = as<PgQuery__AConst>(expression.rexpr);
  if (expression.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP || expression.n_name != 1 ||
      left == nullptr || right == nullptr || left->isnull || right->isnull ||
      left->val_case != right->val_case)
    return std::nullopt;
  const std::string_view name = string_value(expression.name[0]);
  switch (left->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      return compared(name, left->ival->ival, right->ival->ival);
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      return compared(name, left->boolval->boolval != 0, right->boolval->boolval != 0);
    case PG_QUERY__A__CONST__VAL_SVAL:
      if (name == "=" || name == "<>")
        return compared(name, std::string_view(left->sval->sval),
                        std::string_view(right->sval->sval));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<bool> truth_of_logic(const PgQuery__BoolExpr& logic) {
  const auto arguments = list(logic.args, logic.n_args);
  if (logic.boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR) {
    const std::optional<bool> truth =
        arguments.empty() ? std::nullopt : constant_truth(arguments.front());
    return truth ? std::optional<bool>(!*truth) : std::nullopt;
  }
  // One argument decides; without it all have to be known.
  const bool decides = logic.boolop == PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR;
  bool are_all_known = true;
  for (const Node* argument : arguments) {
    const std::optional<bool> truth = constant_truth(argument);
    if (truth == decides)
      return decides;
    are_all_known = are_all_known && truth.has_value();
  }
  return are_all_known ? std::optional<bool>(!decides) : std::nullopt;
}

std::optional<bool> truth_of_test(const PgQuery__BooleanTest& test) {
  const std::optional<bool> truth = constant_truth(test.arg);
  if (!truth)
    return std::nullopt;
  switch (test.booltesttype) {
    case PG_QUERY__BOOL_TEST_TYPE__IS_TRUE:
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE:
      return *truth;
    case PG_QUERY__BOOL_TEST_TYPE__IS_FALSE:
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE:
      return !*truth;
    default:
      return std::nullopt;
  }
}

bool is_of_bool(const PgQuery__TypeName& type) {
  return type.n_names > 0 && type.n_array_bounds == 0 &&
         string_value(type.names[type.n_names - 1]) == "bool";
}

}  // namespace

std::optional<bool> constant_truth(const Node* condition) {
  if (const auto* constant = as<PgQuery__AConst>(condition))
    return constant->isnull ? std::nullopt : truth_of_constant(*constant);
  if (const auto* cast = as<PgQuery__TypeCast>(condition)) {
    const auto* constant = as<PgQuery__AConst>(cast->arg);
    if (cast->type_name == nullptr || !is_of_bool(*cast->type_name))
      return std::nullopt;
    if (constant != nullptr && constant->val_case == PG_QUERY__A__CONST__VAL_IVAL)
      return constant->ival->ival != 0;
    return constant_truth(cast->arg);
  }
  if (const auto* logic = as<PgQuery__BoolExpr>(condition))
    return truth_of_logic(*logic);
  if (const auto* test = as<PgQuery__BooleanTest>(condition))
    return truth_of_test(*test);
  if (const auto* test = as<PgQuery__NullTest>(condition)) {
    if (as<PgQuery__AConst>(test->arg) == nullptr)
      return std::nullopt;
    return is_null(test->arg) == (test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL);
  }
  if (const auto* expression = as<PgQuery__AExpr>(condition))
    return truth_of_comparison(*expression);
  return std::nullopt;
}

}  // namespace godwit::codegen::sql
