// SPDX-License-Identifier: Apache-2.0
//
// Conditions are judged on their parse tree: EXISTS (…), its negation, count(*) against a number,
// to_regclass(…) IS NULL, NOT FOUND, and variables that were given such a value before. Which thing
// is asked for is kept with the answer: `typname = 'g'` says nothing of a type h.
#include "sql/guard.hpp"

#include <algorithm>
#include <array>

#include "source/words.hpp"

namespace godwit::codegen::sql {
namespace {

std::string_view last_name(std::span<Node* const> names) {
  return names.empty() ? std::string_view() : string_value(names.back());
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Both hold.
Guard either(Guard a, const Guard& b) {
  a.if_absent = a.if_absent || b.if_absent;
  a.if_present = a.if_present || b.if_present;
  append(a.absent, b.absent);
  append(a.present, b.present);
  return a;
}

/// One of two presences: neither can be relied upon alone.
std::vector<Presence> one_of(const std::vector<Presence>& a, const std::vector<Presence>& b) {
  if (a.empty() || b.empty())
    return {};
  std::vector<PresenceQuery> queries = *a.front();
  append(queries, *b.front());
  return {std::make_shared<const std::vector<PresenceQuery>>(std::move(queries))};
}

/// One of the two holds.
Guard both(const Guard& a, const Guard& b) {
  Guard result;
  result.if_absent = a.if_absent && b.if_absent;
  result.if_present = a.if_present && b.if_present;
  result.absent = one_of(a.absent, b.absent);
  result.present = one_of(a.present, b.present);
  return result;
}

Guard present(PresenceQuery query) {
  Guard guard;
  guard.if_present = true;
  guard.present.push_back(std::make_shared<const std::vector<PresenceQuery>>(1, std::move(query)));
  return guard;
}

std::optional<std::string_view> text_of(const Node* node) {
  const auto* constant = as<PgQuery__AConst>(node);
  if (constant == nullptr || constant->val_case != PG_QUERY__A__CONST__VAL_SVAL)
    return std::nullopt;
  return constant->sval->sval;
}

bool is_false(const Node* node) {
  const auto* constant = as<PgQuery__AConst>(node);
  return constant != nullptr &&
         (constant->isnull || (constant->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL &&
                               constant->boolval->boolval == 0));
}

/// "App.\"Users\"" as regclass reads it: app and Users.
std::vector<std::string> parts_of_name(std::string_view text) {
  std::vector<std::string> parts(1);
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"')
      is_quoted = !is_quoted;
    else if (c == '.' && !is_quoted)
      parts.emplace_back();
    else if (c == '(' && !is_quoted)
      break;  // f(int), of regprocedure
    else
      parts.back() += is_quoted ? std::string(1, c) : to_lower(std::string_view(&c, 1));
  }
  return parts;
}

/// Columns that hold a schema's name: which schemas are left out does not matter.
bool is_of_schema(std::string_view column) {
  return column.ends_with("schema") || column == "nspname" || column == "schemaname" ||
         column.ends_with("namespace");
}

/// Reads the FROM and WHERE of a query of which it is asked whether it gives rows.
class QueryReader {
 public:
  PresenceQuery read(const PgQuery__SelectStmt& select) {
    query_.is_unsound = select.larg != nullptr || select.having_clause != nullptr;
    for (const Node* node : list(select.from_clause, select.n_from_clause)) source(node);
    condition(select.where_clause);
    return std::move(query_);
  }

  PresenceQuery read(const PgQuery__RangeVar* relation) {
    if (relation != nullptr)
      query_.sources.emplace_back(relation->relname);
    return std::move(query_);
  }

  /// 'x' IN (SELECT column FROM …)
  PresenceQuery read_in(const Node* wanted, const PgQuery__SelectStmt& select) {
    PresenceQuery query = read(select);
    const auto* target =
        select.n_target_list == 1 ? as<PgQuery__ResTarget>(select.target_list[0]) : nullptr;
    query_ = std::move(query);
    if (target != nullptr)
      equal(target->val, wanted);
    return std::move(query_);
  }

 private:
  void source(const Node* node) {
    if (const auto* range = as<PgQuery__RangeVar>(node))
      query_.sources.emplace_back(range->relname);
    if (const auto* join = as<PgQuery__JoinExpr>(node)) {
      source(join->larg);
      source(join->rarg);
      condition(join->quals);
    }
  }

  void condition(const Node* node) {
    if (node == nullptr)
      return;
    if (const auto* logic = as<PgQuery__BoolExpr>(node)) {
      for (const Node* argument : list(logic->args, logic->n_args)) {
        if (logic->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR)
          negation(argument);
        else
          condition(argument);
      }
    } else if (const auto* operation = as<PgQuery__AExpr>(node)) {
      // What a column on the left is compared with may be a variable.
      if (const auto* column = column_of(operation->lexpr))
        query_.values[std::string(last_name(list(column->fields, column->n_fields)))];
      else
        mention(*node);
      comparison(*operation);
    } else if (is_false(node)) {
      query_.is_unsound = true;
    } else {
      mention(*node);
    }
  }

  /// Of columns that are asked for something it is kept that they are.
  void mention(const Node& node) {
    sql::walk(&node, [&](const Node& inner) {
      if (as<PgQuery__SubLink>(&inner) != nullptr)
        return false;
      if (const auto* column = as<PgQuery__ColumnRef>(&inner))
        query_.values[std::string(last_name(list(column->fields, column->n_fields)))];
      return true;
    });
  }

  /// NOT attisdropped is nothing; NOT (typname = 'g') is.
  void negation(const Node* node) {
    mention(*node);
    walk(node, [&](const Node& inner) {
      query_.is_unsound = query_.is_unsound || as<PgQuery__AExpr>(&inner) != nullptr;
      return !query_.is_unsound;
    });
  }

  void comparison(const PgQuery__AExpr& operation) {
    const std::string_view name = last_name(list(operation.name, operation.n_name));
    const bool is_equality =
        name == "=" || ((name == "~~" || name == "~~*") && !has_wildcard(operation.rexpr));
    if (const auto* values = as<PgQuery__List>(operation.rexpr)) {
      for (const Node* value : list(values->items, values->n_items))
        compare(is_equality, operation.lexpr, value, name);
    } else if (const auto* array = as<PgQuery__AArrayExpr>(operation.rexpr)) {
      for (const Node* value : list(array->elements, array->n_elements))
        compare(is_equality, operation.lexpr, value, name);
    } else {
      compare(is_equality, operation.lexpr, operation.rexpr, name);
    }
  }

  static bool has_wildcard(const Node* pattern) {
    const auto text = text_of(pattern);
    return !text || text->find('%') != std::string_view::npos;
  }

  void compare(bool is_equality, const Node* left, const Node* right, std::string_view name) {
    if (is_equality)
      return equal(left, right);
    const auto* column = column_of(left);
    // relkind <> 'i' leaves other kinds out, nspname <> 'pg_catalog' other schemas.
    if (name == "<>" && column != nullptr && text_of(right).value_or("").size() > 1 &&
        !is_of_schema(last_name(list(column->fields, column->n_fields))))
      query_.is_unsound = true;
  }

  static const PgQuery__ColumnRef* column_of(const Node* node) {
    for (;;) {
      if (const auto* cast = as<PgQuery__TypeCast>(node)) {
        node = cast->arg;
      } else if (const auto* call = as<PgQuery__FuncCall>(node);
                 call != nullptr && call->n_args == 1 &&
                 last_name(list(call->funcname, call->n_funcname)) == "lower") {
        node = call->args[0];
      } else {
        return as<PgQuery__ColumnRef>(node);
      }
    }
  }

  void equal(const Node* left, const Node* right) {
    const auto* column = column_of(left);
    const Node* value = right;
    if (column == nullptr) {
      column = column_of(right);
      value = left;
    }
    if (column == nullptr) {
      // 1 = 0
      const auto* a = as<PgQuery__AConst>(left);
      const auto* b = as<PgQuery__AConst>(right);
      query_.is_unsound =
          query_.is_unsound || (a != nullptr && b != nullptr && shape_of(left) != shape_of(right));
      return;
    }
    bool is_identifier = false;
    while (const auto* cast = as<PgQuery__TypeCast>(value)) {
      if (cast->type_name != nullptr &&
          last_name(list(cast->type_name->names, cast->type_name->n_names)).starts_with("reg"))
        is_identifier = true;
      value = cast->arg;
    }
    if (const auto* call = as<PgQuery__FuncCall>(value);
        call != nullptr && call->n_args == 1 &&
        last_name(list(call->funcname, call->n_funcname)).starts_with("to_reg")) {
      is_identifier = true;
      value = call->args[0];
    }
    const auto text = text_of(value);
    if (!text)
      return;
    auto& values = query_.values[std::string(last_name(list(column->fields, column->n_fields)))];
    values.push_back(is_identifier ? parts_of_name(*text).back() : std::string(*text));
  }

  PresenceQuery query_;
};

class Reader {
 public:
  explicit Reader(const VariableGuards& variables) : variables_(variables) {}

  Guard read(const Node* node) const {
    if (const auto* logic = as<PgQuery__BoolExpr>(node))
      return read_logic(*logic, false);
    if (const auto* link = as<PgQuery__SubLink>(node))
      return read_sublink(*link);
    if (const auto* column = as<PgQuery__ColumnRef>(node))
      return read_variable(*column);
    if (const auto* test = as<PgQuery__NullTest>(node)) {
      const bool is_null = test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL;
      const Guard found = read_lookup(test->arg);
      return is_null ? inverted(found) : found;
    }
    if (const auto* test = as<PgQuery__BooleanTest>(node)) {
      const bool is_true = test->booltesttype == PG_QUERY__BOOL_TEST_TYPE__IS_TRUE ||
                           test->booltesttype == PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE;
      return is_true ? read(test->arg) : read_negated(test->arg);
    }
    if (const auto* operation = as<PgQuery__AExpr>(node))
      return read_operation(*operation);
    if (const auto* cast = as<PgQuery__TypeCast>(node))
      return read(cast->arg);
    if (is_count(node) && query_ != nullptr)
      return present(QueryReader().read(*query_));
    return {};
  }

  /// The value of a query's single column.
  Guard read_query(const Node* node) {
    const auto* select = as<PgQuery__SelectStmt>(node);
    if (select == nullptr || select->n_target_list != 1)
      return {};
    const auto* target = as<PgQuery__ResTarget>(select->target_list[0]);
    if (target == nullptr)
      return {};
    // SELECT true / SELECT 1 FROM pg_type WHERE …: a row means that it is there.
    const bool is_constant = as<PgQuery__AConst>(target->val) != nullptr;
    if (is_constant && select->n_from_clause > 0)
      return present(QueryReader().read(*select));
    query_ = select;
    const Guard value = read(target->val);
    query_ = nullptr;
    return value;
  }

  /// That the statement finds, or touches, rows.
  static Guard read_rows(const Node& node) {
    if (const auto* select = as<PgQuery__SelectStmt>(&node))
      return present(QueryReader().read(*select));
    if (const auto* update = as<PgQuery__UpdateStmt>(&node))
      return present(QueryReader().read(update->relation));
    if (const auto* erase = as<PgQuery__DeleteStmt>(&node))
      return present(QueryReader().read(erase->relation));
    return {};
  }

 private:
  Guard read_negated(const Node* node) const {
    if (const auto* logic = as<PgQuery__BoolExpr>(node))
      return read_logic(*logic, true);
    return inverted(read(node));
  }

  Guard read_logic(const PgQuery__BoolExpr& logic, bool is_negated) const {
    Guard result;
    bool is_first = true;
    const bool is_and = (logic.boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) != is_negated;
    for (const Node* argument : list(logic.args, logic.n_args)) {
      if (logic.boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR)
        return is_negated ? read(argument) : read_negated(argument);
      const Guard guard = is_negated ? read_negated(argument) : read(argument);
      if (is_first)
        result = guard;
      else
        result = is_and ? either(result, guard) : both(result, guard);
      is_first = false;
    }
    return result;
  }

  Guard read_sublink(const PgQuery__SubLink& link) const {
    const auto* select = as<PgQuery__SelectStmt>(link.subselect);
    if (select == nullptr)
      return {};
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
      return present(QueryReader().read(*select));
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK)
      return present(QueryReader().read_in(link.testexpr, *select));
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
      return Reader(variables_).read_query(link.subselect);
    return {};
  }

  Guard read_variable(const PgQuery__ColumnRef& column) const {
    const std::string_view name = last_name(list(column.fields, column.n_fields));
    const auto variable = variables_.find(name);
    if (variable != variables_.end())
      return variable->second;
    Guard guard;
    guard.if_present = name == "found";
    return guard;
  }

  /// count = 0, count < 1, count > 0, …
  Guard read_operation(const PgQuery__AExpr& operation) const {
    const std::string_view name = last_name(list(operation.name, operation.n_name));
    const auto* constant = as<PgQuery__AConst>(operation.rexpr);
    if (constant == nullptr)
      return {};
    const Guard left = read(operation.lexpr);
    if (constant->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL)
      return (name == "=") == (constant->boolval->boolval != 0) ? left : inverted(left);
    if (constant->val_case != PG_QUERY__A__CONST__VAL_IVAL)
      return {};
    const int number = constant->ival->ival;
    if ((name == "=" && number == 0) || (name == "<" && number == 1))
      return inverted(left);
    if ((name == ">" && number == 0) || (name == ">=" && number == 1) ||
        (name == "<>" && number == 0) || (name == "=" && number == 1))
      return left;
    return {};
  }

  static bool is_count(const Node* node) {
    const auto* call = as<PgQuery__FuncCall>(node);
    return call != nullptr && last_name(list(call->funcname, call->n_funcname)) == "count";
  }

  /// to_regclass('x'), or a query of the catalog: NULL where the thing is not there.
  static Guard read_lookup(const Node* node) {
    if (const auto* cast = as<PgQuery__TypeCast>(node))
      return read_lookup(cast->arg);
    if (const auto* link = as<PgQuery__SubLink>(node)) {
      const auto* select = as<PgQuery__SelectStmt>(link->subselect);
      return select == nullptr ? Guard{} : present(QueryReader().read(*select));
    }
    const auto* call = as<PgQuery__FuncCall>(node);
    const std::string_view function =
        call == nullptr ? std::string_view() : last_name(list(call->funcname, call->n_funcname));
    if (!function.starts_with("to_reg"))
      return {};
    PresenceQuery query;
    query.sources.emplace_back(function);
    const Node* argument = call->n_args == 1 ? call->args[0] : nullptr;
    while (const auto* cast = as<PgQuery__TypeCast>(argument)) argument = cast->arg;
    if (const auto text = text_of(argument)) {
      const std::vector<std::string> parts = parts_of_name(*text);
      query.values[std::string(function)].push_back(parts.back());
      if (parts.size() >= 2)
        query.values["nspname"].push_back(parts[parts.size() - 2]);
    }
    return present(std::move(query));
  }

  const VariableGuards& variables_;
  const PgQuery__SelectStmt* query_ = nullptr;  ///< that an aggregate is in
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

Guard guard_of_rows(std::string_view statement) {
  std::vector<SyntaxError> errors;
  const std::string sql(statement);
  const Script script = parse(sql, errors);
  if (script.statements().size() != 1 || script.statements().front().node == nullptr)
    return {};
  return Reader::read_rows(*script.statements().front().node);
}

Guard inverted(const Guard& guard) {
  Guard result;
  result.if_absent = guard.if_present;
  result.if_present = guard.if_absent;
  // NOT (a AND b) says neither that a does not hold nor that b does not.
  if (guard.absent.size() + guard.present.size() == 1) {
    const auto is_single = [](const std::vector<Presence>& all) {
      return all.empty() || all.front()->size() == 1;
    };
    if (is_single(guard.absent) && is_single(guard.present)) {
      result.absent = guard.present;
      result.present = guard.absent;
    }
  }
  return result;
}

}  // namespace godwit::codegen::sql
