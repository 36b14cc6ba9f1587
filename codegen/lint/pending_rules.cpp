// SPDX-License-Identifier: Apache-2.0
//
// Rules about migrations that are not released yet, as the lock file tells: what is spread over
// several of them could still be one. Silent without a lock file that has at least one migration.
#include <algorithm>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;

constexpr RuleInfo kRules[] = {
    {.id = "hot-table-multi-touch",
     .group = "history",
     .severity = Severity::kWarning,
     .summary = "Several unreleased migrations change the same table under ACCESS EXCLUSIVE",
     .explanation = "Each of them waits for the lock, and everybody waits behind it. One ALTER "
                    "TABLE does it once. Steps that have to be apart (NOT VALID and VALIDATE, SET "
                    "NOT NULL behind a validated CHECK, a constraint USING an index) do not count.",
     .bad = "008: ALTER TABLE users ADD COLUMN a int;\n009: ALTER TABLE users ADD COLUMN b int;",
     .good = "008: ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "create-then-rewrite",
     .group = "history",
     .severity = Severity::kWarning,
     .summary = "An unreleased migration changes the columns of a table that another one makes",
     .explanation = "Neither is released: make the table right where it is made, and databases are "
                    "spared the detour.",
     .bad = "008: CREATE TABLE notes (id int PRIMARY KEY);\n009: ALTER TABLE notes ALTER id TYPE "
            "bigint;",
     .good = "008: CREATE TABLE notes (id bigint PRIMARY KEY);",
     .manual = "docs/rules.md#history"},
};

/// Changes that could as well stand in one ALTER TABLE with others.
bool could_be_joined(PgQuery__AlterTableType kind) {
  switch (kind) {
    case sql::at::kAddColumn:
    case sql::at::kDropColumn:
    case sql::at::kAlterColumnType:
    case sql::at::kColumnDefault:
    case sql::at::kDropNotNull:
      return true;
    default:
      return false;
  }
}

bool has_command(const PgQuery__AlterTableStmt& alter, bool (*wanted)(PgQuery__AlterTableType)) {
  const auto commands = list(alter.cmds, alter.n_cmds);
  return std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && wanted(command->subtype);
  });
}

bool changes_columns(PgQuery__AlterTableType kind) {
  return kind == sql::at::kAlterColumnType || kind == sql::at::kDropColumn;
}

void check_alter(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  History& history = context.history();
  if (context.is_down() || alter.relation == nullptr || alter.objtype != sql::object::kTable ||
      !history.is_pending(context.index()) || !has_command(alter, could_be_joined))
    return;
  const catalog::Name name = context.catalog().resolve(*alter.relation);
  const catalog::Relation* table = context.catalog().relations.find(name);
  if (table == nullptr || context.is_new(table->made_in))
    return;
  const Place place = context.name_at(event, alter.relation->location);
  if (history.is_pending(table->made_in)) {
    if (has_command(alter, changes_columns))
      context.report("create-then-rewrite", event, place,
                     fmt::format("{} is made in {}, which is not released either",
                                 catalog::quote_name(name), history.name_of(table->made_in)),
                     {"make it right there"});
    return;
  }
  const auto before = history.touch(name, context.index());
  if (before && *before != context.index() &&
      history.is_first_report(
          fmt::format("touch {} {}", catalog::quote_name(name), context.index())))
    context.report("hot-table-multi-touch", event, place,
                   fmt::format("{} changes {} too, and is not released either: each waits for "
                               "ACCESS EXCLUSIVE on it",
                               history.name_of(*before), catalog::quote_name(name)),
                   {"put both changes into one ALTER TABLE"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_ALTER_TABLE_STMT, check_alter},
};

}  // namespace

const Family kPendingRules{.name = "pending", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
