// SPDX-License-Identifier: Apache-2.0
//
// Rules about what outlives the statement in the session, and about SQL that nobody could read
// before it runs.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "source/words.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kSet = "https://www.postgresql.org/docs/15/sql-set.html";
constexpr std::string_view kPlpgsql = "https://www.postgresql.org/docs/15/plpgsql-statements.html";

constexpr RuleInfo kRules[] = {
    {.id = "search-path-set",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "SET search_path moves every unqualified name behind it",
     .explanation =
         "What the rest of the migration makes and changes depends on a line that is easily "
         "overlooked, and with other tools the next migration's too. Write the schema with the "
         "names, or SET LOCAL. The runtime resets the setting after the migration.",
     .bad = "SET search_path = app;\nCREATE TABLE users (id bigint PRIMARY KEY);",
     .good = "CREATE TABLE app.users (id bigint PRIMARY KEY);",
     .manual = kSet},
    {.id = "session-state-leak",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A setting, a role, a statement or a temporary table stays in the session",
     .explanation =
         "Behind a transaction pooler the session is someone else's next: SET without LOCAL, SET "
         "ROLE, PREPARE, LISTEN and temporary tables reach into work that knows nothing of them. "
         "The runtime resets the settings that the build saw. Timeouts, and the settings that "
         "pg_dump writes at the top of a dump, are not reported; nor is what is reset again in the "
         "same migration.",
     .bad = "SET ROLE owner;\nCREATE TEMP TABLE moved (id bigint);",
     .good = "SET LOCAL ROLE owner;\nCREATE TEMP TABLE moved (id bigint) ON COMMIT DROP;",
     .manual = kSet},
    {.id = "dynamic-sql",
     .group = "opaque",
     .severity = Severity::kWarning,
     .summary = "EXECUTE of a computed string: what it does is known when it runs",
     .explanation =
         "The string cannot be checked at build time, and from here on the catalog is not certain. "
         "A literal string is read like any statement. Write the statements out, or say above the "
         "EXECUTE why it is safe.",
     .bad = "DO $$ BEGIN EXECUTE 'DROP TABLE ' || (SELECT name FROM old_tables LIMIT 1); END $$;",
     .good = "DO $$ BEGIN EXECUTE 'CREATE TABLE audit (id bigint PRIMARY KEY)'; END $$;",
     .manual = kPlpgsql},
    {.id = "unchecked-do-block",
     .group = "opaque",
     .severity = Severity::kWarning,
     .summary = "A DO block in a language that is not read",
     .explanation = "Blocks of plpgsql and sql are read, and their statements are checked. Of "
                    "another language nothing is known before it runs.",
     .bad = "DO LANGUAGE plperl $$ spi_exec_query('DROP TABLE users'); $$;",
     .good = "DO $$ BEGIN PERFORM count(*) FROM users; END $$;",
     .manual = "https://www.postgresql.org/docs/15/sql-do.html"},
};

/// Reset, or set to its default, later in the migration.
bool is_reset(std::string_view name, const Event& event, const Context& context) {
  const auto& statements = context.script().statements();
  for (std::size_t i = event.statement_index + 1; i < statements.size(); ++i) {
    if (sql::as<PgQuery__DiscardStmt>(statements[i].node) != nullptr)
      return true;
    const auto* set = sql::as<PgQuery__VariableSetStmt>(statements[i].node);
    if (set == nullptr)
      continue;
    if (set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL)
      return true;
    const bool resets = set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                        set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT;
    if (resets && name == set->name)
      return true;
  }
  return false;
}

bool is_harmless(std::string_view name) {
  constexpr auto kHarmless = std::to_array<std::string_view>(
      {"lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout",
       "idle_session_timeout", "transaction_timeout", "client_encoding", "client_min_messages",
       "standard_conforming_strings", "check_function_bodies", "xmloption", "row_security",
       "default_tablespace", "default_table_access_method", "default_with_oids"});
  return std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end();
}

/// `name` is set for the session.
void check_setting(const std::string& name, const Event& event, Context& context) {
  // Without a transaction SET LOCAL has no effect: there SET is the only way.
  if (event.is_in_body || context.is_down() || is_harmless(name) ||
      !context.transaction().is_transactional || is_reset(name, event, context))
    return;
  if (name == "search_path") {
    context.report("search-path-set", event, event.place,
                   "every unqualified name behind it means another schema",
                   {"write the schema with the names, or SET LOCAL search_path"});
    return;
  }
  const std::string what = name == "role"                    ? "SET ROLE"
                           : name == "session_authorization" ? "SET SESSION AUTHORIZATION"
                                                             : fmt::format("SET {}", name);
  context.report("session-state-leak", event, event.place,
                 fmt::format("{} outlives the migration's transaction", what),
                 {"write SET LOCAL, which ends with the transaction"});
}

void check_set(const Event& event, Context& context) {
  const auto& set = *event.node->variable_set_stmt;
  const bool sets = set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE ||
                    set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT;
  if (sets && set.is_local == 0)
    check_setting(to_lower(set.name), event, context);
}

/// SELECT set_config('role', 'admin', false). An empty value is what pg_dump gives search_path:
/// every name behind it has its schema.
void check_set_config(const Event& event, Context& context) {
  const auto& select = *event.node->select_stmt;
  if (select.n_from_clause != 0)
    return;
  for (const sql::Node* node : sql::list(select.target_list, select.n_target_list)) {
    const auto* target = sql::as<PgQuery__ResTarget>(node);
    const auto* call = target == nullptr ? nullptr : sql::as<PgQuery__FuncCall>(target->val);
    if (call == nullptr || call->n_args != 3 || call->n_funcname == 0 ||
        sql::string_value(call->funcname[call->n_funcname - 1]) != "set_config" ||
        sql::is_constant_true(call->args[2]) || sql::constant_text(call->args[1]).empty())
      continue;
    const std::string name = to_lower(sql::constant_text(call->args[0]));
    if (!name.empty())
      check_setting(name, event, context);
  }
}

void check_prepare(const Event& event, Context& context) {
  const auto& statements = context.script().statements();
  const bool is_freed =
      std::any_of(statements.begin(), statements.end(), [](const sql::Statement& statement) {
        return sql::as<PgQuery__DeallocateStmt>(statement.node) != nullptr ||
               sql::as<PgQuery__DiscardStmt>(statement.node) != nullptr;
      });
  if (!is_freed && !context.is_down())
    context.report("session-state-leak", event, event.place,
                   "the prepared statement stays in the session",
                   {"write the statement where it is used, or DEALLOCATE it"});
}

void check_listen(const Event& event, Context& context) {
  if (!context.is_down())
    context.report("session-state-leak", event, event.place, "LISTEN lasts as long as the session",
                   {"a migration has nobody to hear it: leave it to the application"});
}

void check_temporary(const PgQuery__RangeVar* relation, PgQuery__OnCommitAction on_commit,
                     const Event& event, Context& context) {
  if (relation == nullptr || context.is_down() || event.is_in_body ||
      std::string_view(relation->relpersistence) != "t" ||
      on_commit == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP)
    return;
  const auto& statements = context.script().statements();
  const bool is_dropped =
      std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
        const auto* drop = sql::as<PgQuery__DropStmt>(statement.node);
        if (drop == nullptr || drop->remove_type != sql::object::kTable)
          return false;
        for (const sql::Node* object : sql::list(drop->objects, drop->n_objects)) {
          const auto* parts = sql::as<PgQuery__List>(object);
          if (parts != nullptr && parts->n_items > 0 &&
              sql::string_value(parts->items[parts->n_items - 1]) == relation->relname)
            return true;
        }
        return false;
      });
  if (!is_dropped)
    context.report(
        "session-state-leak", event, context.name_at(event, relation->location),
        fmt::format("the temporary table {} stays in the session", Context::spelled(*relation)),
        {context.ledger().is_in_transaction()
             ? std::string("add ON COMMIT DROP")
             : fmt::format("drop it at the end: DROP TABLE {};", Context::spelled(*relation))});
}

void check_create(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  check_temporary(create.relation, create.oncommit, event, context);
}

void check_create_as(const Event& event, Context& context) {
  const auto& create = *event.node->create_table_as_stmt;
  if (create.into != nullptr)
    check_temporary(create.into->rel, create.into->on_commit, event, context);
}

void check_do(const Event& event, Context& context) {
  const auto& block = *event.node->do_stmt;
  for (const sql::Node* node : sql::list(block.args, block.n_args)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option == nullptr || std::string_view(option->defname) != "language")
      continue;
    const std::string language = to_lower(sql::string_value(option->arg));
    if (language != "plpgsql" && language != "sql")
      context.report("unchecked-do-block", event, context.name_at(event, option->location),
                     fmt::format("a DO block in {} is not read: what it does is not known before "
                                 "it runs",
                                 language),
                     {"write it in plpgsql"});
  }
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_VARIABLE_SET_STMT, check_set},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_set_config},
    {PG_QUERY__NODE__NODE_PREPARE_STMT, check_prepare},
    {PG_QUERY__NODE__NODE_LISTEN_STMT, check_listen},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_create_as},
    {PG_QUERY__NODE__NODE_DO_STMT, check_do},
};

}  // namespace

const Family kSessionRules{.name = "sessions", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
