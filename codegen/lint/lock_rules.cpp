// SPDX-License-Identifier: Apache-2.0
//
// Rules about statements whose lock, or whose number of rows, is more than it looks.
#include <fmt/format.h>

#include "lint/batch_key.hpp"
#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/nested_writes.hpp"
#include "sql/kinds.hpp"
#include "sql/truth.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "create-trigger",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "CREATE TRIGGER holds SHARE ROW EXCLUSIVE on a table that is in use",
     .explanation = "Writes to the table wait until the migration commits. It is quick by itself: "
                    "give it a migration of its own, so that nothing slow is done under its lock.",
     .bad = "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();",
     .good =
         "-- godwit:allow(create-trigger) alone in its migration\nCREATE TRIGGER t BEFORE UPDATE "
         "ON orders FOR EACH ROW EXECUTE FUNCTION f();",
     .manual = "https://www.postgresql.org/docs/15/sql-createtrigger.html"},
    {.id = "disable-trigger",
     .group = "locks",
     .summary = "DISABLE TRIGGER turns a trigger off for everybody; ALL turns foreign keys off too",
     .explanation =
         "Until it is enabled again, what other sessions write is not checked either. For "
         "the migration's own writes there is SET LOCAL session_replication_role = "
         "replica. Of single triggers it is a warning.",
     .bad = "ALTER TABLE orders DISABLE TRIGGER ALL;",
     .good = "SET LOCAL session_replication_role = replica;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "lock-table",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "LOCK TABLE in a mode that makes writers wait",
     .explanation =
         "The lock is held until the migration commits. Take the narrowest mode, or NOWAIT, "
         "or none: most statements take the lock that they need.",
     .bad = "LOCK TABLE orders;",
     .good = "LOCK TABLE orders IN ROW EXCLUSIVE MODE;",
     .manual = "https://www.postgresql.org/docs/15/explicit-locking.html"},
    {.id = "alter-domain-constraint",
     .group = "locks",
     .summary = "A constraint for a domain reads every table that uses it, while writes wait",
     .explanation = "It holds SHARE on all of them at once. Add the constraint as NOT VALID, and "
                    "validate it in a later migration.",
     .bad = "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');",
     .good = "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;",
     .manual = "https://www.postgresql.org/docs/15/sql-alterdomain.html"},
    {.id = "create-domain-constraint",
     .group = "locks",
     .severity = Severity::kOff,
     .summary = "A domain with a constraint",
     .explanation = "Each later change of the constraint reads every table that has a column of "
                    "the domain, while writes to all of them wait, and ADD COLUMN of the domain "
                    "rewrites its table. A CHECK of the column's own can be changed for one table.",
     .bad = "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');",
     .good = "CREATE TABLE users (email text CHECK (email LIKE '%@%'));",
     .manual = "https://www.postgresql.org/docs/15/sql-createdomain.html"},
    {.id = "unbatched-update",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "UPDATE of all rows in one transaction",
     .explanation = "Every row is written anew and locked until the migration commits, and the old "
                    "ones are left to VACUUM. `-- godwit:batch` runs it in steps that commit.",
     .bad = "UPDATE users SET plan = 'free';",
     .good = "-- godwit:batch key=id size=1000\nUPDATE users SET plan = 'free' WHERE plan IS NULL;",
     .manual = "https://www.postgresql.org/docs/15/sql-update.html"},
    {.id = "unbatched-delete",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "DELETE of all rows in one transaction",
     .explanation = "Every row is locked until the migration commits, and left to VACUUM. `-- "
                    "godwit:batch` runs it in steps that commit.",
     .bad = "DELETE FROM sessions;",
     .good = "-- godwit:batch key=id size=1000\nDELETE FROM sessions WHERE expires_at < now();",
     .manual = "https://www.postgresql.org/docs/15/sql-delete.html"},
};

void check_create_trigger(const Event& event, Context& context) {
  const auto& create = *event.node->create_trig_stmt;
  if (create.relation == nullptr || context.is_new(create.relation))
    return;
  context.report("create-trigger", event, context.head_place(event, "trigger"),
                 fmt::format("CREATE TRIGGER holds SHARE ROW EXCLUSIVE on {} {}: writes to it wait",
                             Context::spelled(*create.relation), context.until_end()),
                 {"give it a migration of its own, so that nothing slow is done under its lock"});
}

std::string without_triggers_note(const Context& context) {
  const std::string what =
      "for the writes of this migration alone, of which no foreign key is checked either:\n";
  return context.ledger().is_in_transaction()
             ? what + "SET LOCAL session_replication_role = replica;"
             : what +
                   "SET session_replication_role = replica;\n-- the writes, and then:\nRESET "
                   "session_replication_role;";
}

void check_disable_trigger(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (context.is_new(alter.relation))
    return;
  const bool is_all = event.command->subtype == sql::at::kDisableTrigAll;
  const std::string table = Context::spelled(*alter.relation);
  context.report("disable-trigger", event, context.command_place(event),
                 is_all ? fmt::format("this turns all triggers of {} off for everybody, and its "
                                      "foreign keys with them",
                                      table)
                        : fmt::format("this turns the trigger of {} off for everybody", table),
                 {without_triggers_note(context)}, is_all ? Severity::kError : Severity::kWarning);
}

void check_lock_table(const Event& event, Context& context) {
  const auto& lock = *event.node->lock_stmt;
  const auto mode = static_cast<locks::Mode>(lock.mode);  // PostgreSQL's own numbers
  if (!locks::blocks_writes(mode))
    return;
  for (const sql::Node* node : sql::list(lock.relations, lock.n_relations)) {
    const auto* range = sql::as<PgQuery__RangeVar>(node);
    if (range == nullptr || context.is_new(range))
      continue;
    context.report("lock-table", event, context.name_at(event, range->location),
                   fmt::format("LOCK TABLE holds {} on {} {}: {}", to_string(mode),
                               Context::spelled(*range), context.until_end(),
                               locks::blocks_reads(mode) ? "nothing else can use it meanwhile"
                                                         : "writes to it wait"),
                   {"take a narrower mode, such as ROW EXCLUSIVE, or leave it to the statements to "
                    "lock what they need"});
  }
}

void check_domain(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_domain_stmt;
  const std::string_view subtype = alter.subtype;
  if (subtype != "C" && subtype != "O")
    return;
  const auto* constraint = sql::as<PgQuery__Constraint>(alter.def);
  if (constraint != nullptr && constraint->skip_validation)
    return;
  const catalog::Name name =
      context.catalog().resolve_type(sql::list(alter.type_name, alter.n_type_name));
  const catalog::UserType* domain = context.catalog().types.find(name);
  if (domain != nullptr && context.is_new(domain->made_in))
    return;
  context.report(
      "alter-domain-constraint", event, event.place,
      fmt::format("this reads every table that has a column of the domain {}, and holds "
                  "SHARE on all of them: writes to them wait",
                  catalog::quote_name(name)),
      {subtype == "C" ? "add it as NOT VALID, and ALTER DOMAIN … VALIDATE CONSTRAINT in the "
                        "next migration"
                      : "add CHECK (VALUE IS NOT NULL) NOT VALID instead, and validate it in "
                        "the next migration"});
}

void check_create_domain(const Event& event, Context& context) {
  const auto& create = *event.node->create_domain_stmt;
  for (const sql::Node* node : sql::list(create.constraints, create.n_constraints)) {
    const auto* constraint = sql::as<PgQuery__Constraint>(node);
    if (constraint == nullptr || (constraint->contype != sql::constr::kCheck &&
                                  constraint->contype != sql::constr::kNotnull))
      continue;
    context.report("create-domain-constraint", event, context.name_at(event, constraint->location),
                   "a later change of this constraint reads every table that uses the domain",
                   {"use the base type, and a CHECK for each column"});
    return;
  }
}

std::string batch_note(const Context& context, const PgQuery__RangeVar& relation,
                       std::string_view statement) {
  return fmt::format("run it in steps that commit, each with a part of the rows:\n{}\n{}",
                     batch_line(context, relation), statement);
}

/// Of a statement its first words, of one in a WITH the table.
Place place_of_write(const Event& event, const Context& context, const sql::Node& write,
                     std::string_view word) {
  return &write == event.node ? context.head_place(event, word)
                              : context.name_at(event, written_table(write)->location);
}

void check_update(const Event& event, Context& context, const sql::Node& write) {
  const auto& update = *write.update_stmt;
  if (context.batch_of(event) != nullptr || !sql::is_every_row(update.where_clause) ||
      update.relation == nullptr || context.is_new(update.relation) ||
      !context.source().seed.empty())  // which is one transaction
    return;
  const std::string table = Context::spelled(*update.relation);
  context.report("unbatched-update", event, place_of_write(event, context, write, "update"),
                 fmt::format("this writes every row of {} anew in one transaction", table),
                 {batch_note(context, *update.relation, fmt::format("UPDATE {} SET …;", table))});
}

void check_delete(const Event& event, Context& context, const sql::Node& write) {
  const auto& statement = *write.delete_stmt;
  if (context.batch_of(event) != nullptr || !sql::is_every_row(statement.where_clause) ||
      statement.relation == nullptr || context.is_new(statement.relation) ||
      !context.source().seed.empty())
    return;
  const std::string table = Context::spelled(*statement.relation);
  context.report("unbatched-delete", event, place_of_write(event, context, write, "delete"),
                 fmt::format("this deletes every row of {} in one transaction", table),
                 {batch_note(context, *statement.relation, fmt::format("DELETE FROM {};", table))});
}

void check_writes(const Event& event, Context& context) {
  for (const sql::Node* write : writes_of(*event.node)) {
    if (write->node_case == PG_QUERY__NODE__NODE_UPDATE_STMT)
      check_update(event, context, *write);
    else if (write->node_case == PG_QUERY__NODE__NODE_DELETE_STMT)
      check_delete(event, context, *write);
  }
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, check_create_trigger},
    {PG_QUERY__NODE__NODE_LOCK_STMT, check_lock_table},
    {PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT, check_domain},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, check_create_domain},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_writes},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_writes},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_writes},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_writes},
    {PG_QUERY__NODE__NODE_MERGE_STMT, check_writes},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_writes},
    {PG_QUERY__NODE__NODE_COPY_STMT, check_writes},
    {PG_QUERY__NODE__NODE_EXPLAIN_STMT, check_writes},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDisableTrigAll, check_disable_trigger},
    {sql::at::kDisableTrigUser, check_disable_trigger},
    {sql::at::kDisableTrig, check_disable_trigger},
};

}  // namespace

const Family kLockRules{
    .name = "locks", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
