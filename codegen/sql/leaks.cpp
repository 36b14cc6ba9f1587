// SPDX-License-Identifier: Apache-2.0
#include "sql/leaks.hpp"

#include <algorithm>
#include <cstring>

#include "source/words.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::sql {
namespace {

void add_leak(std::vector<std::string>& leaks, std::string_view name) {
  if (!name.empty() && std::find(leaks.begin(), leaks.end(), name) == leaks.end())
    leaks.emplace_back(name);
}

void add_set_leaks(const PgQuery__VariableSetStmt& set, std::vector<std::string>& leaks) {
  switch (set.kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI:
      if (std::strcmp(set.name, "SESSION CHARACTERISTICS") != 0)
        return;
      for (const Node* node : list(set.args, set.n_args)) {
        if (const auto* option = as<PgQuery__DefElem>(node))
          add_leak(leaks, "default_" + std::string(option->defname));
      }
      return;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT:
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
      if (!set.is_local)
        add_leak(leaks, set.name);
      return;
    default:
      return;
  }
}

/// `set_config('name', …, false)` anywhere in a query.
void add_set_config_leaks(const Node* statement, std::vector<std::string>& leaks) {
  walk(statement, [&](const Node& node) {
    const auto* call = as<PgQuery__FuncCall>(&node);
    if (call == nullptr || call->n_funcname == 0 || call->n_args != 3)
      return true;
    if (string_value(call->funcname[call->n_funcname - 1]) == "set_config" &&
        !is_constant_true(call->args[2]))
      add_leak(leaks, constant_text(call->args[0]));
    return true;
  });
}

void add_statement_leaks(const Node* statement, std::vector<std::string>& leaks);

BodyText text_of(const PgQuery__DoStmt& block) {
  BodyText body{.language = "plpgsql", .text = {}, .origin = {}};
  for (const Node* node : list(block.args, block.n_args)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string_view name = option->defname;
    if (name == "as")
      body.text = string_value(option->arg);
    else if (name == "language")
      body.language = to_lower(string_value(option->arg));
  }
  return body;
}

void add_body_leaks(const Body& body, std::vector<std::string>& leaks) {
  for (const BodyStatement& inner : body.statements)
    add_statement_leaks(inner.statement.node, leaks);
}

void add_block_leaks(const PgQuery__DoStmt& block, std::vector<std::string>& leaks) {
  BodyText body = text_of(block);
  if (!contains_ignoring_case(body.text, "set"))
    return;
  add_body_leaks(parse_body(std::move(body)), leaks);
}

void add_statement_leaks(const Node* statement, std::vector<std::string>& leaks) {
  if (statement == nullptr)
    return;
  switch (statement->node_case) {
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      add_set_leaks(*statement->variable_set_stmt, leaks);
      return;
    case PG_QUERY__NODE__NODE_DO_STMT:
      add_block_leaks(*statement->do_stmt, leaks);
      return;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      add_set_config_leaks(statement, leaks);
      return;
    default:
      return;
  }
}

/// A query that calls a function which may do more than compute. set_config() has been read
/// already.
bool calls_functions(const Node* statement) {
  constexpr std::string_view kHarmless[] = {
      "set_config", "setval",          "nextval",  "now",         "count",
      "coalesce",   "current_setting", "pg_sleep", "to_regclass", "format",
      "lower",      "upper",           "max",      "min",         "gen_random_uuid"};
  bool found = false;
  walk(statement, [&](const Node& node) {
    const auto* call = as<PgQuery__FuncCall>(&node);
    if (call != nullptr && call->n_funcname > 0) {
      const std::string_view name = string_value(call->funcname[call->n_funcname - 1]);
      const bool is_of_catalog =
          call->n_funcname == 1 || string_value(call->funcname[0]) == "pg_catalog";
      const bool is_readable_set_config =
          name != "set_config" || (call->n_args == 3 && !constant_text(call->args[0]).empty());
      found = found || !is_of_catalog || !is_readable_set_config ||
              std::find(std::begin(kHarmless), std::end(kHarmless), name) == std::end(kHarmless);
    }
    return !found;
  });
  return found;
}

bool may_run_functions(const Node* statement) {
  if (statement == nullptr)
    return false;
  switch (statement->node_case) {
    // A trigger may call anything.
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
    case PG_QUERY__NODE__NODE_DO_STMT:
    case PG_QUERY__NODE__NODE_CALL_STMT:
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return true;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return calls_functions(statement);
    default:
      return false;
  }
}

const Body* block_of(const SectionBodies* bodies, std::size_t index) {
  if (bodies == nullptr)
    return nullptr;
  const auto found = bodies->blocks.find(index);
  return found == bodies->blocks.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<std::string> find_leaks(const Script& script, const SectionBodies* bodies) {
  std::vector<std::string> leaks;
  for (std::size_t i = 0; i < script.statements().size(); ++i) {
    if (const Body* block = block_of(bodies, i))
      add_body_leaks(*block, leaks);
    else
      add_statement_leaks(script.statements()[i].node, leaks);
  }
  const bool runs_unseen_code =
      std::any_of(script.statements().begin(), script.statements().end(),
                  [](const Statement& statement) { return may_run_functions(statement.node); });
  if (runs_unseen_code)
    leaks.emplace_back("*");
  return leaks;
}

}  // namespace godwit::codegen::sql
