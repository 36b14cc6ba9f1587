// SPDX-License-Identifier: Apache-2.0
//
// Rules about who may do what: privileges, owners, row security, functions that run as their owner,
// and statements that only a superuser can run.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catalog/fold_parts.hpp"
#include "catalog/settings.hpp"
#include "lint/context.hpp"
#include "lint/families.hpp"
#include "source/words.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kRowSecurity = "https://www.postgresql.org/docs/15/ddl-rowsecurity.html";

constexpr RuleInfo kRules[] = {
    {.id = "security-definer-search-path",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A SECURITY DEFINER function takes the caller's search_path",
     .explanation =
         "It runs with its owner's rights, and whoever calls it decides by search_path which "
         "tables, functions and operators its unqualified names mean: a way to the owner's rights "
         "that has been used again and again (CVE-2018-1058). SET search_path on the function, "
         "with pg_temp last.",
     .bad = "CREATE FUNCTION f() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM t';",
     .good = "CREATE FUNCTION f() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = "
             "public, pg_temp AS 'DELETE FROM t';",
     .manual = "https://www.postgresql.org/docs/15/sql-createfunction.html"},
    {.id = "rls-without-policy",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "Row security is on, and there is no policy: nobody but the owner sees a row",
     .explanation = "Without a policy everything is denied, at once also to code that is running. "
                    "Fires on tables that have no policy before, and get none in the same "
                    "migration.",
     .bad = "CREATE TABLE notes (id bigint PRIMARY KEY);\nALTER TABLE notes ENABLE ROW LEVEL "
            "SECURITY;",
     .good = "CREATE TABLE notes (id bigint PRIMARY KEY, author text);\nALTER TABLE notes ENABLE "
             "ROW LEVEL SECURITY;\nCREATE POLICY own ON notes USING (author = current_user);",
     .manual = kRowSecurity},
    {.id = "policy-without-rls",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A policy on a table whose row security is off has no effect",
     .explanation = "It looks as if rows were protected, and they are not. Fires on tables of the "
                    "same migration that does not ENABLE ROW LEVEL SECURITY.",
     .bad = "CREATE TABLE notes (id bigint PRIMARY KEY, author text);\nCREATE POLICY own ON notes "
            "USING (author = current_user);",
     .good = "CREATE TABLE notes (id bigint PRIMARY KEY, author text);\nALTER TABLE notes ENABLE "
             "ROW LEVEL SECURITY;\nCREATE POLICY own ON notes USING (author = current_user);",
     .manual = kRowSecurity},
    {.id = "disable-row-security",
     .group = "security",
     .severity = Severity::kWarning,
     .summary = "Rows that a policy hid become visible, or the other way round",
     .explanation =
         "DISABLE ROW LEVEL SECURITY shows every row to whoever may read the table, NO FORCE shows "
         "them to its owner, and without its policy a table shows less, or more, than the "
         "application expects. A policy that the same migration makes again is not reported.",
     .bad = "ALTER TABLE notes DISABLE ROW LEVEL SECURITY;",
     .good = "DROP POLICY own ON notes;\nCREATE POLICY own ON notes USING (author = current_user);",
     .manual = kRowSecurity},
    {.id = "superuser-statement",
     .group = "security",
     .severity = Severity::kWarning,
     .summary = "Only a superuser can run it, which the role that migrates should not be",
     .explanation =
         "ALTER SYSTEM changes the whole server, a superuser role is above every check, an "
         "untrusted language and COPY … PROGRAM run anything on the server's machine. Hosted "
         "PostgreSQL refuses them. Leave them to whoever sets the server up.",
     .bad = "CREATE ROLE admin SUPERUSER;",
     .good = "CREATE ROLE admin CREATEROLE;",
     .manual = "https://www.postgresql.org/docs/15/role-attributes.html"},
    {.id = "change-default",
     .group = "compatibility",
     .severity = Severity::kOff,
     .summary = "SET DEFAULT of a column in use changes what code that leaves it out writes",
     .explanation = "The old release, still running, writes the new default from now on.",
     .bad = "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'open';",
     .good = "-- write the value in the application, then:\nALTER TABLE orders ALTER COLUMN status "
             "SET DEFAULT 'open';",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "revoke",
     .group = "security",
     .severity = Severity::kOff,
     .summary = "REVOKE takes a right away that running code may use",
     .explanation = "The release that is running fails at its next statement. Revoke what no "
                    "release uses any more.",
     .bad = "REVOKE SELECT ON orders FROM reporting;",
     .good = "-- after the last release that reads it:\nREVOKE SELECT ON orders FROM reporting;",
     .manual = "https://www.postgresql.org/docs/15/sql-revoke.html"},
    {.id = "grant-broad",
     .group = "security",
     .severity = Severity::kOff,
     .summary = "GRANT of ALL, to PUBLIC, or on every table of a schema",
     .explanation = "Name the rights, the role and the tables: what is granted to all is never "
                    "taken back.",
     .bad = "GRANT ALL ON orders TO PUBLIC;",
     .good = "GRANT SELECT, INSERT ON orders TO shop;",
     .manual = "https://www.postgresql.org/docs/15/sql-grant.html"},
    {.id = "alter-owner",
     .group = "security",
     .severity = Severity::kOff,
     .summary = "OWNER TO decides who may change and drop the object",
     .explanation = "The role that migrates may lose the right to change what it made. Use one "
                    "role for the schema, by the runtime's --role.",
     .bad = "ALTER TABLE orders OWNER TO admin;",
     .good = "CREATE TABLE orders (id bigint PRIMARY KEY);  -- migrated with --role shop_owner",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
};

bool is_true(const sql::Node* value) {
  const auto* boolean = sql::as<PgQuery__Boolean>(value);
  return boolean != nullptr && boolean->boolval;
}

const PgQuery__DefElem* find_option(PgQuery__Node* const* options, std::size_t count,
                                    std::string_view name) {
  for (const sql::Node* node : sql::list(options, count)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option != nullptr && std::string_view(option->defname) == name)
      return option;
  }
  return nullptr;
}

bool sets_search_path(PgQuery__Node* const* options, std::size_t count) {
  for (const sql::Node* node : sql::list(options, count)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    const auto* set = option == nullptr ? nullptr : sql::as<PgQuery__VariableSetStmt>(option->arg);
    if (set != nullptr && std::string_view(set->name) == "search_path")
      return true;
  }
  return false;
}

/// ALTER FUNCTION name SET search_path, later in the migration.
bool gets_search_path(std::string_view name, const Event& event, const Context& context) {
  const auto& statements = context.script().statements();
  for (std::size_t i = event.statement_index; i < statements.size(); ++i) {
    const auto* alter = sql::as<PgQuery__AlterFunctionStmt>(statements[i].node);
    if (alter == nullptr || alter->func == nullptr || alter->func->n_objname == 0)
      continue;
    const std::string_view altered =
        sql::string_value(alter->func->objname[alter->func->n_objname - 1]);
    if (altered == name && sets_search_path(alter->actions, alter->n_actions))
      return true;
  }
  return false;
}

void report_untrusted(std::string_view language, const Event& event, Place place,
                      Context& context) {
  constexpr auto kUntrusted = std::to_array<std::string_view>(
      {"c", "internal", "plpythonu", "plpython2u", "plpython3u", "plperlu", "pltclu"});
  if (std::find(kUntrusted.begin(), kUntrusted.end(), to_lower(language)) == kUntrusted.end())
    return;
  context.report("superuser-statement", event, place,
                 fmt::format("the language {} is untrusted: only a superuser may use it", language),
                 {"use plpgsql or sql; or leave it to whoever sets the server up"});
}

void check_function(const Event& event, Context& context) {
  const auto& create = *event.node->create_function_stmt;
  if (context.is_down() || create.n_funcname == 0)
    return;
  if (const auto* language = find_option(create.options, create.n_options, "language"))
    report_untrusted(sql::string_value(language->arg), event,
                     context.name_at(event, language->location), context);
  const auto* security = find_option(create.options, create.n_options, "security");
  const std::string_view name = sql::string_value(create.funcname[create.n_funcname - 1]);
  // The names of a BEGIN ATOMIC body are looked up when the function is made.
  if (security == nullptr || !is_true(security->arg) || create.sql_body != nullptr ||
      sets_search_path(create.options, create.n_options) || gets_search_path(name, event, context))
    return;
  context.report("security-definer-search-path", event, context.name_at(event, security->location),
                 fmt::format("{} runs as its owner, with the search_path of whoever calls it",
                             catalog::quote_identifier(name)),
                 {"add to the function:\nSET search_path = public, pg_temp"});
}

/// ALTER FUNCTION … SECURITY DEFINER, or one that takes the search_path away.
void check_altered_function(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_function_stmt;
  if (context.is_down() || alter.func == nullptr || alter.func->n_objname == 0)
    return;
  const catalog::Name name =
      context.catalog().resolve_function(sql::list(alter.func->objname, alter.func->n_objname));
  const catalog::Function* function = context.catalog().functions.find(name);
  catalog::Overload overload;
  if (function != nullptr) {
    const auto which = catalog::find_overload(context.catalog(), *function, *alter.func);
    if (!which)
      return;
    overload = function->overloads[*which];
  }
  const bool was_safe =
      !overload.is_security_definer || overload.settings.contains("set search_path");
  for (const sql::Node* node : sql::list(alter.actions, alter.n_actions)) {
    if (const auto* option = sql::as<PgQuery__DefElem>(node))
      catalog::apply_function_option(overload, *option);
  }
  if (!was_safe || !overload.is_security_definer || overload.settings.contains("set search_path") ||
      gets_search_path(name.name, event, context))
    return;
  context.report("security-definer-search-path", event, event.place,
                 fmt::format("{} runs as its owner, with the search_path of whoever calls it",
                             catalog::quote_identifier(name.name)),
                 {"add to it:\nSET search_path = public, pg_temp"});
}

void check_do(const Event& event, Context& context) {
  const auto& block = *event.node->do_stmt;
  if (const auto* language = find_option(block.args, block.n_args, "language"))
    report_untrusted(sql::string_value(language->arg), event,
                     context.name_at(event, language->location), context);
}

void report_superuser(const Event& event, Context& context, Place place, std::string_view what) {
  context.report("superuser-statement", event, place,
                 fmt::format("{}: only a superuser may do that", what),
                 {"leave it to whoever sets the server up"});
}

void check_system(const Event& event, Context& context) {
  report_superuser(event, context, event.place, "ALTER SYSTEM changes the whole server");
}

void check_create_role(const Event& event, Context& context) {
  const auto& create = *event.node->create_role_stmt;
  const auto* option = find_option(create.options, create.n_options, "superuser");
  if (option != nullptr && is_true(option->arg))
    report_superuser(event, context, context.name_at(event, option->location),
                     fmt::format("{} becomes a superuser", catalog::quote_identifier(create.role)));
}

void check_alter_role(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_role_stmt;
  const auto* option = find_option(alter.options, alter.n_options, "superuser");
  if (option != nullptr && is_true(option->arg) && alter.role != nullptr)
    report_superuser(
        event, context, context.name_at(event, option->location),
        fmt::format("{} becomes a superuser", catalog::quote_identifier(alter.role->rolename)));
}

void check_copy(const Event& event, Context& context) {
  if (event.node->copy_stmt->is_program)
    report_superuser(event, context, event.place, "COPY … PROGRAM runs a program on the server");
}

/// CREATE LANGUAGE name is CREATE EXTENSION name.
void check_extension(const Event& event, Context& context) {
  const std::string_view name = event.node->create_extension_stmt->extname;
  report_untrusted(name, event, context.column_place(event, name), context);
}

bool is_policy_on(const sql::Node* node, const PgQuery__RangeVar& table) {
  const auto* policy = sql::as<PgQuery__CreatePolicyStmt>(node);
  return policy != nullptr && policy->table != nullptr &&
         std::string_view(policy->table->relname) == std::string_view(table.relname);
}

bool enables_row_security(const sql::Node* node, const PgQuery__RangeVar& table) {
  const auto* alter = sql::as<PgQuery__AlterTableStmt>(node);
  if (alter == nullptr || alter->relation == nullptr ||
      std::string_view(alter->relation->relname) != std::string_view(table.relname))
    return false;
  const auto commands = sql::list(alter->cmds, alter->n_cmds);
  return std::any_of(commands.begin(), commands.end(), [](const sql::Node* command) {
    const auto* cmd = sql::as<PgQuery__AlterTableCmd>(command);
    return cmd != nullptr && cmd->subtype == sql::at::kEnableRowSecurity;
  });
}

/// Whether a statement of the migration does it; a DO block may do anything.
template <class Does>
bool may_be_done(const Context& context, const PgQuery__RangeVar& table, Does does) {
  const auto& statements = context.script().statements();
  return std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
    return sql::as<PgQuery__DoStmt>(statement.node) != nullptr || does(statement.node, table);
  });
}

/// The catalog knows all policies of the table, and there is none.
bool has_no_policy(const Context& context, const PgQuery__RangeVar& table) {
  if (context.is_new(&table))
    return true;
  const catalog::Relation* relation = context.catalog().find_relation(table);
  return !context.is_alone() && relation != nullptr && !relation->is_uncertain &&
         relation->has_known_shape && relation->policies.empty();
}

void check_enable_row_security(const Event& event, Context& context) {
  const PgQuery__RangeVar& table = *event.node->alter_table_stmt->relation;
  if (context.is_down() || event.is_in_body || !has_no_policy(context, table) ||
      may_be_done(context, table, is_policy_on))
    return;
  context.report("rls-without-policy", event, context.command_place(event),
                 fmt::format("row security of {} is on without a policy: nobody but its owner sees "
                             "a row",
                             Context::spelled(table)),
                 {fmt::format("CREATE POLICY … ON {} USING (…);", Context::spelled(table))});
}

void check_policy_created(const Event& event, Context& context) {
  const auto& policy = *event.node->create_policy_stmt;
  if (context.is_down() || event.is_in_body || policy.table == nullptr ||
      !context.is_new(policy.table) || may_be_done(context, *policy.table, enables_row_security))
    return;
  context.report(
      "policy-without-rls", event, context.column_place(event, policy.policy_name),
      fmt::format("the policy has no effect: row security of {} is off",
                  Context::spelled(*policy.table)),
      {fmt::format("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", Context::spelled(*policy.table))});
}

void check_disable_row_security(const Event& event, Context& context) {
  const PgQuery__RangeVar& table = *event.node->alter_table_stmt->relation;
  if (context.is_down() || context.is_new(&table))
    return;
  const bool is_force = event.command->subtype == sql::at::kNoForceRowSecurity;
  context.report("disable-row-security", event, context.command_place(event),
                 is_force
                     ? fmt::format("the owner of {} sees every row again", Context::spelled(table))
                     : fmt::format("every row of {} becomes visible to whoever may read it",
                                   Context::spelled(table)),
                 {"change the policies instead"});
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (drop.remove_type != sql::object::kPolicy || context.is_down())
    return;
  for (const sql::Node* object : sql::list(drop.objects, drop.n_objects)) {
    const auto* parts = sql::as<PgQuery__List>(object);
    if (parts == nullptr || parts->n_items < 2)
      continue;
    const std::string_view policy = sql::string_value(parts->items[parts->n_items - 1]);
    const catalog::Name table =
        context.catalog().resolve_relation(sql::list(parts->items, parts->n_items - 1));
    const auto& statements = context.script().statements();
    const bool is_made_again =
        std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
          const auto* create = sql::as<PgQuery__CreatePolicyStmt>(statement.node);
          return create != nullptr && create->table != nullptr &&
                 table.name == create->table->relname;
        });
    if (context.is_new(table) || is_made_again)
      continue;
    context.report("disable-row-security", event, context.column_place(event, policy),
                   fmt::format("without the policy {} other rows of {} are visible than before",
                               catalog::quote_identifier(policy), catalog::quote_name(table)),
                   {"make the policy that takes its place in the same migration"});
  }
}

void check_default(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (context.is_down() || event.command->def == nullptr || context.is_new(alter.relation))
    return;
  context.report("change-default", event, context.command_place(event),
                 fmt::format("the default of {}.{} changes for code that is running",
                             Context::spelled(*alter.relation),
                             catalog::quote_identifier(event.command->name)),
                 {"write the value in the application first"});
}

bool names_public(PgQuery__Node* const* grantees, std::size_t count) {
  for (const sql::Node* node : sql::list(grantees, count)) {
    const auto* role = sql::as<PgQuery__RoleSpec>(node);
    if (role != nullptr && role->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_PUBLIC)
      return true;
  }
  return false;
}

void report_broad(const PgQuery__GrantStmt& grant, const Event& event, Context& context) {
  std::string what;
  if (names_public(grant.grantees, grant.n_grantees))
    what = "to PUBLIC: every role has it, also those to come";
  else if (grant.n_privileges == 0)
    what = "of ALL: also of rights that nobody asked for";
  else if (grant.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_ALL_IN_SCHEMA)
    what = "on everything in a schema";
  if (!what.empty())
    context.report("grant-broad", event, event.place, fmt::format("GRANT {}", what),
                   {"name the rights, the role and the object"});
}

void check_grant(const Event& event, Context& context) {
  const auto& grant = *event.node->grant_stmt;
  if (context.is_down())
    return;
  if (grant.is_grant)
    return report_broad(grant, event, context);
  context.report("revoke", event, event.place, "code that is running may still use this right",
                 {"revoke it after the last release that does"});
}

void check_default_privileges(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_default_privileges_stmt;
  if (context.is_down() || alter.action == nullptr)
    return;
  if (alter.action->is_grant)
    report_broad(*alter.action, event, context);
  else
    context.report("revoke", event, event.place,
                   "code that is running may count on this right for what is made later",
                   {"revoke it after the last release that does"});
}

void check_grant_role(const Event& event, Context& context) {
  if (!context.is_down() && !event.node->grant_role_stmt->is_grant)
    context.report("revoke", event, event.place,
                   "code that is running may still use what the role brings",
                   {"revoke it after the last release that does"});
}

void report_owner(const Event& event, Context& context, Place place) {
  if (!context.is_down())
    context.report("alter-owner", event, place,
                   "another owner: the role that migrates may not change it any more",
                   {"let one role own the schema, and migrate with --role"});
}

void check_owner(const Event& event, Context& context) {
  report_owner(event, context, event.place);
}

void check_table_owner(const Event& event, Context& context) {
  report_owner(event, context, context.command_place(event));
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_function},
    {PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT, check_altered_function},
    {PG_QUERY__NODE__NODE_DO_STMT, check_do},
    {PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT, check_system},
    {PG_QUERY__NODE__NODE_CREATE_ROLE_STMT, check_create_role},
    {PG_QUERY__NODE__NODE_ALTER_ROLE_STMT, check_alter_role},
    {PG_QUERY__NODE__NODE_COPY_STMT, check_copy},
    {PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT, check_extension},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, check_policy_created},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_GRANT_STMT, check_grant},
    {PG_QUERY__NODE__NODE_GRANT_ROLE_STMT, check_grant_role},
    {PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT, check_default_privileges},
    {PG_QUERY__NODE__NODE_ALTER_OWNER_STMT, check_owner},
    {PG_QUERY__NODE__NODE_REASSIGN_OWNED_STMT, check_owner},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kEnableRowSecurity, check_enable_row_security},
    {sql::at::kDisableRowSecurity, check_disable_row_security},
    {sql::at::kNoForceRowSecurity, check_disable_row_security},
    {sql::at::kColumnDefault, check_default},
    {sql::at::kChangeOwner, check_table_owner},
};

}  // namespace

const Family kSecurityRules{
    .name = "security", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
