// SPDX-License-Identifier: Apache-2.0
//
// How it works. The bound says of each key column that it is not null and, for a list, that it is
// one of some values, for a range of one column, that it is at least one value and below another.
// The conjuncts of all validated CHECKs are collected as comparisons of a column with a constant;
// each part of the bound has to follow from one of them. PostgreSQL proves the same with its
// general prover: https://www.postgresql.org/docs/15/sql-altertable.html (ATTACH PARTITION).
#include "locks/partition_bound.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "locks/family.hpp"

namespace godwit::codegen::locks {

std::optional<std::int64_t> as_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

namespace {

/// A constant as text, with what it can be compared as.
struct Value {
  std::string text;
  std::optional<std::int64_t> number;
};

std::optional<Value> read_value(const sql::Node* node) {
  while (const auto* cast = sql::as<PgQuery__TypeCast>(node)) node = cast->arg;
  bool is_negative = false;
  if (const auto* minus = sql::as<PgQuery__AExpr>(node);
      minus != nullptr && minus->lexpr == nullptr && minus->n_name == 1 &&
      sql::string_value(minus->name[0]) == "-") {
    is_negative = true;
    node = minus->rexpr;
  }
  const auto* constant = sql::as<PgQuery__AConst>(node);
  if (constant == nullptr || constant->isnull != 0)
    return std::nullopt;
  Value value;
  switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      value.text = std::to_string(constant->ival->ival);
      break;
    case PG_QUERY__A__CONST__VAL_FVAL:
      value.text = constant->fval->fval;
      break;
    case PG_QUERY__A__CONST__VAL_SVAL:
      value.text = constant->sval->sval;
      break;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      value.text = constant->boolval->boolval != 0 ? "true" : "false";
      break;
    default:
      return std::nullopt;
  }
  if (is_negative)
    value.text.insert(0, "-");
  value.number = as_number(value.text);
  return value;
}

/// "2024-01-31", or with a time behind it.
bool is_iso_date(std::string_view text) {
  constexpr std::string_view kPattern = "0000-00-00";
  if (text.size() < kPattern.size())
    return false;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !is_digit : text[i] != '-')
      return false;
  }
  return true;
}

/// Negative, 0 or positive, like strcmp; nothing where the two cannot be told apart here. Dates
/// with a time zone compare only for being the same.
std::optional<int> compare(const Value& a, const Value& b) {
  if (a.text == b.text)
    return 0;
  if (a.number && b.number)
    return *a.number < *b.number ? -1 : 1;
  constexpr std::size_t kDate = 10;
  const bool are_dates = is_iso_date(a.text) && is_iso_date(b.text) &&
                         a.text.size() == b.text.size() && a.text.size() == kDate;
  if (are_dates)
    return a.text.compare(b.text);
  return std::nullopt;
}

/// What one conjunct of a CHECK says of a column.
struct Fact {
  std::string_view column;
  std::string_view op;  ///< "=", "<", "<=", ">", ">=", "in", "not null"
  std::vector<Value> values;
};

std::string_view turned(std::string_view op) {
  if (op == "<")
    return ">";
  if (op == "<=")
    return ">=";
  if (op == ">")
    return "<";
  return op == ">=" ? "<=" : op;
}

std::vector<Value> read_values(const sql::Node* node) {
  std::vector<Value> values;
  std::span<sql::Node* const> items;
  if (const auto* list = sql::as<PgQuery__List>(node))
    items = sql::list(list->items, list->n_items);
  else if (const auto* array = sql::as<PgQuery__AArrayExpr>(node))
    items = sql::list(array->elements, array->n_elements);
  for (const sql::Node* item : items) {
    auto value = read_value(item);
    if (!value)
      return {};
    values.push_back(std::move(*value));
  }
  return values;
}

void add_comparison(const PgQuery__AExpr& expression, std::vector<Fact>& facts) {
  const std::string_view op = expression.n_name == 0 ? "" : sql::string_value(expression.name[0]);
  const std::string_view left = column_of(expression.lexpr);
  const std::string_view right = column_of(expression.rexpr);
  const bool is_any = expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY && op == "=";
  if (expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN || is_any) {
    auto values = read_values(expression.rexpr);
    if (!left.empty() && op == "=" && !values.empty())
      facts.push_back({left, "in", std::move(values)});
    return;
  }
  if (expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN) {
    auto values = read_values(expression.rexpr);
    if (!left.empty() && values.size() == 2) {
      facts.push_back({left, ">=", {values[0]}});
      facts.push_back({left, "<=", {values[1]}});
    }
    return;
  }
  if (expression.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP)
    return;
  if (auto value = read_value(expression.rexpr); value && !left.empty())
    facts.push_back({left, op, {std::move(*value)}});
  else if (auto other = read_value(expression.lexpr); other && !right.empty())
    facts.push_back({right, turned(op), {std::move(*other)}});
}

void add_facts(const sql::Node* expression, std::vector<Fact>& facts) {
  if (const auto* logic = sql::as<PgQuery__BoolExpr>(expression)) {
    if (logic->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
      for (const sql::Node* part : sql::list(logic->args, logic->n_args)) add_facts(part, facts);
    }
    return;
  }
  if (const auto* test = sql::as<PgQuery__NullTest>(expression)) {
    if (test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL)
      facts.push_back({column_of(test->arg), "not null", {}});
    return;
  }
  if (const auto* comparison = sql::as<PgQuery__AExpr>(expression))
    add_comparison(*comparison, facts);
}

bool is_at_least(const Fact& fact, const Value& bound) {
  if (fact.op == "in" || fact.op == "=")
    return std::all_of(fact.values.begin(), fact.values.end(), [&](const Value& value) {
      const auto order = compare(value, bound);
      return order && *order >= 0;
    });
  if (fact.op != ">=" && fact.op != ">")
    return false;
  const auto order = compare(fact.values[0], bound);
  if (!order)
    return false;
  return *order >= 0;
}

bool is_below(const Fact& fact, const Value& bound) {
  if (fact.op == "in" || fact.op == "=" || fact.op == "<=")
    return std::all_of(fact.values.begin(), fact.values.end(), [&](const Value& value) {
      const auto order = compare(value, bound);
      return order && *order < 0;
    });
  if (fact.op != "<")
    return false;
  const auto order = compare(fact.values[0], bound);
  return order && *order <= 0;
}

bool is_one_of(const Fact& fact, const std::vector<Value>& allowed) {
  if (fact.op != "in" && fact.op != "=")
    return false;
  return std::all_of(fact.values.begin(), fact.values.end(), [&](const Value& value) {
    return std::any_of(allowed.begin(), allowed.end(), [&](const Value& one) {
      return compare(value, one) == std::optional<int>(0);
    });
  });
}

/// The constant of one end of a range; nothing for MINVALUE and MAXVALUE.
struct End {
  bool is_open = false;
  std::optional<Value> value;
};

End read_end(const sql::Node* node) {
  End end;
  // The raw tree has a column reference where MINVALUE or MAXVALUE is written.
  const std::string_view word = column_of(node);
  end.is_open = word == "minvalue" || word == "maxvalue";
  if (!end.is_open)
    end.value = read_value(node);
  return end;
}

}  // namespace

bool implies_bound(const catalog::Relation& child, const catalog::Relation& parent,
                   const PgQuery__PartitionBoundSpec& bound) {
  if (bound.is_default != 0 || parent.partition_key.size() != 1 || parent.partition_key[0].empty())
    return false;
  const std::string& key = parent.partition_key[0];
  std::vector<Fact> facts;
  for (const catalog::Constraint& constraint : child.constraints) {
    if (constraint.kind == catalog::ConstraintKind::kCheck && constraint.is_validated)
      add_facts(constraint.expression, facts);
  }
  std::erase_if(facts, [&](const Fact& fact) { return fact.column != key; });
  const auto holds = [&](const auto& test) {
    return std::any_of(facts.begin(), facts.end(), test);
  };
  const bool is_not_null = child.is_proved_not_null(key);
  if (parent.partition_strategy == 'r' && bound.n_lowerdatums == 1 && bound.n_upperdatums == 1) {
    const End low = read_end(bound.lowerdatums[0]);
    const End high = read_end(bound.upperdatums[0]);
    const bool is_low_proved =
        low.is_open ||
        (low.value && holds([&](const Fact& fact) { return is_at_least(fact, *low.value); }));
    const bool is_high_proved =
        high.is_open ||
        (high.value && holds([&](const Fact& fact) { return is_below(fact, *high.value); }));
    return is_not_null && is_low_proved && is_high_proved;
  }
  if (parent.partition_strategy != 'l')
    return false;
  std::vector<Value> allowed;
  bool allows_null = false;
  for (const sql::Node* node : sql::list(bound.listdatums, bound.n_listdatums)) {
    const auto* constant = sql::as<PgQuery__AConst>(node);
    allows_null = allows_null || (constant != nullptr && constant->isnull != 0);
    if (auto value = read_value(node))
      allowed.push_back(std::move(*value));
  }
  return (is_not_null || allows_null) &&
         holds([&](const Fact& fact) { return is_one_of(fact, allowed); });
}

}  // namespace godwit::codegen::locks
