// SPDX-License-Identifier: Apache-2.0
//
// Rules about commands that write a whole table anew.
#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "set-persistence",
     .group = "locks",
     .summary = "SET LOGGED and SET UNLOGGED rewrite the table under ACCESS EXCLUSIVE",
     .explanation =
         "An unlogged table is also emptied after a crash. Make a new table of the other "
         "kind and move the rows over.",
     .bad = "ALTER TABLE sessions SET LOGGED;",
     .good = "CREATE TABLE sessions_new (LIKE sessions INCLUDING ALL);",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "set-access-method",
     .group = "locks",
     .summary = "SET ACCESS METHOD rewrites the table under ACCESS EXCLUSIVE",
     .explanation = "Make a new table with the other access method and move the rows over.",
     .bad = "ALTER TABLE events SET ACCESS METHOD columnar;",
     .good = "CREATE TABLE events_new (LIKE events INCLUDING ALL) USING columnar;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "set-tablespace",
     .group = "locks",
     .summary = "SET TABLESPACE copies the table or index under ACCESS EXCLUSIVE",
     .explanation = "Nobody can use it until every block is copied. Make a new table in the other "
                    "tablespace and move the rows over; an index is built anew there CONCURRENTLY.",
     .bad = "ALTER TABLE events SET TABLESPACE fast;",
     .good = "CREATE TABLE events_new (LIKE events INCLUDING ALL) TABLESPACE fast;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "vacuum-full-cluster",
     .group = "locks",
     .summary = "VACUUM FULL and CLUSTER rewrite the table under ACCESS EXCLUSIVE",
     .explanation =
         "Nobody can use the table meanwhile. The extensions pg_repack and pg_squeeze do "
         "the same while it is in use; plain VACUUM is mostly enough.",
     .bad = "VACUUM FULL events;",
     .good = "VACUUM events;",
     .manual = "https://www.postgresql.org/docs/15/sql-vacuum.html"},
};

void report_command(std::string_view rule, std::string_view what, std::string note,
                    const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (context.is_new(alter.relation))
    return;
  context.report(rule, event, context.command_place(event),
                 fmt::format("{} {} under ACCESS EXCLUSIVE: nothing else can use it meanwhile",
                             what, Context::spelled(*alter.relation)),
                 {std::move(note)});
}

void check_persistence(const Event& event, Context& context) {
  if (event.node->alter_table_stmt->objtype == sql::object::kTable)
    report_command("set-persistence",
                   event.command->subtype == sql::at::kSetLogged ? "SET LOGGED rewrites"
                                                                 : "SET UNLOGGED rewrites",
                   "make a new table of the other kind, and move the rows over", event, context);
}

void check_access_method(const Event& event, Context& context) {
  report_command("set-access-method", "SET ACCESS METHOD rewrites",
                 "make a new table with the other access method, and move the rows over", event,
                 context);
}

void check_tablespace(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (const auto* index =
          context.catalog().indexes.find(context.catalog().resolve(*alter.relation));
      index != nullptr && context.is_new(index->table))
    return;
  report_command("set-tablespace", "SET TABLESPACE copies",
                 alter.objtype == sql::object::kIndex
                     ? "build another index there with CREATE INDEX CONCURRENTLY … TABLESPACE, and "
                       "drop this one"
                     : "make a new table in the other tablespace, and move the rows over",
                 event, context);
}

void check_move_all(const Event& event, Context& context) {
  context.report("set-tablespace", event, event.place,
                 "this copies everything in the tablespace, each thing under ACCESS EXCLUSIVE",
                 {"move one table at a time, by way of a new one"});
}

bool is_option_on(const PgQuery__DefElem& option) {
  if (const auto* boolean = sql::as<PgQuery__Boolean>(option.arg))
    return boolean->boolval;
  if (const auto* integer = sql::as<PgQuery__Integer>(option.arg))
    return integer->ival != 0;
  const std::string_view word = sql::string_value(option.arg);
  return word != "false" && word != "off" && word != "0";
}

void check_vacuum(const Event& event, Context& context) {
  const auto& vacuum = *event.node->vacuum_stmt;
  bool is_full = false;
  for (const sql::Node* node : sql::list(vacuum.options, vacuum.n_options)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option != nullptr && std::string_view(option->defname) == "full")
      is_full = is_option_on(*option);
  }
  if (!is_full)
    return;
  bool all_new = vacuum.n_rels > 0;
  for (const sql::Node* node : sql::list(vacuum.rels, vacuum.n_rels)) {
    const auto* relation = sql::as<PgQuery__VacuumRelation>(node);
    all_new = all_new && relation != nullptr && context.is_new(relation->relation);
  }
  if (!all_new)
    context.report("vacuum-full-cluster", event, event.place,
                   "VACUUM FULL rewrites the table under ACCESS EXCLUSIVE: nothing else can use it "
                   "meanwhile",
                   {"write VACUUM without FULL; to give space back while the table is in use there "
                    "are pg_repack and pg_squeeze"});
}

void check_cluster(const Event& event, Context& context) {
  const auto& cluster = *event.node->cluster_stmt;
  if (cluster.relation != nullptr && context.is_new(cluster.relation))
    return;
  context.report("vacuum-full-cluster", event, event.place,
                 "CLUSTER rewrites the table under ACCESS EXCLUSIVE: nothing else can use it "
                 "meanwhile",
                 {"to sort a table while it is in use there are pg_repack and pg_squeeze"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_VACUUM_STMT, check_vacuum},
    {PG_QUERY__NODE__NODE_CLUSTER_STMT, check_cluster},
    {PG_QUERY__NODE__NODE_ALTER_TABLE_MOVE_ALL_STMT, check_move_all},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kSetLogged, check_persistence},
    {sql::at::kSetUnLogged, check_persistence},
    {sql::at::kSetAccessMethod, check_access_method},
    {sql::at::kSetTableSpace, check_tablespace},
};

}  // namespace

const Family kRewriteRules{
    .name = "rewrites", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
