// SPDX-License-Identifier: Apache-2.0
//
// Rules about locks that are held from one statement to the end of the transaction: each statement
// by itself may be quick, and yet everybody waits for all that comes after it.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "lint/batch_key.hpp"
#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "lint/nested_writes.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using locks::Mode;

constexpr std::string_view kLocking = "https://www.postgresql.org/docs/15/explicit-locking.html";

constexpr RuleInfo kRules[] = {
    {.id = "statement-after-exclusive-lock",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "A statement runs while the transaction holds ACCESS EXCLUSIVE on another table",
     .explanation =
         "A lock is held until the transaction ends: nobody can read or write the table while the "
         "statements after it run, and wait for locks of their own. Put what needs ACCESS "
         "EXCLUSIVE last, or into a migration of its own. The first such statement of a "
         "transaction is reported. Statements on the same table, SET, COMMENT and what touches no "
         "existing table are not.",
     .bad = "ALTER TABLE users ADD COLUMN plan text;\nSELECT count(*) FROM orders;",
     .good = "SELECT count(*) FROM orders;\nALTER TABLE users ADD COLUMN plan text;",
     .manual = kLocking},
    {.id = "multi-table-lock",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "One transaction takes strong locks on two or more existing tables",
     .explanation =
         "While it waits for the second lock, everybody waits for the first one; and where the "
         "application takes them in the other order, one of the two is aborted as a deadlock. "
         "Change one table in a migration. A single statement that locks two tables, such as a "
         "foreign key, cannot be split and is not reported; partitions count as their table.",
     .bad = "ALTER TABLE users ADD COLUMN plan text;\nALTER TABLE orders ADD COLUMN plan text;",
     .good = "ALTER TABLE users ADD COLUMN plan text;\n-- in the next migration:\nALTER TABLE "
             "orders ADD COLUMN plan text;",
     .manual = kLocking},
    {.id = "combine-alter-table",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "Several ALTER TABLE of one table, one of which reads or rewrites all of it",
     .explanation =
         "PostgreSQL does all commands of one ALTER TABLE in one pass over the table, under one "
         "lock; in statements of their own each has its pass. Write them as one, with commas. "
         "Foreign keys "
         "and indexes do not count: they have a pass each in any case.",
     .bad = "ALTER TABLE users ALTER COLUMN id TYPE bigint;\nALTER TABLE users ALTER COLUMN org "
            "TYPE bigint;",
     .good = "ALTER TABLE users ALTER COLUMN id TYPE bigint, ALTER COLUMN org TYPE bigint;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "ddl-with-backfill",
     .group = "locks",
     .summary = "Rows are written in the transaction that holds ACCESS EXCLUSIVE",
     .explanation =
         "The lock that the ALTER took is held until every row is written: nobody can use the "
         "table for as long as the backfill runs. Fill it in a migration of its own, in batches. "
         "INSERT … VALUES, and what is written to tables that the migration made, is not reported.",
     .bad = "ALTER TABLE users ADD COLUMN plan text;\nUPDATE users SET plan = 'free';",
     .good = "ALTER TABLE users ADD COLUMN plan text;\n-- in the next migration:\n-- godwit:batch "
             "key=id size=1000\nUPDATE users SET plan = 'free' WHERE plan IS NULL;",
     .manual = kLocking},
    {.id = "analyze-after-backfill",
     .group = "locks",
     .severity = Severity::kOff,
     .summary = "Many rows are written, and no ANALYZE follows",
     .explanation = "Until autovacuum comes by, the planner works with the statistics of before.",
     .bad = "UPDATE users SET plan = 'free' WHERE plan IS NULL;",
     .good = "UPDATE users SET plan = 'free' WHERE plan IS NULL;\nANALYZE users;",
     .manual = "https://www.postgresql.org/docs/15/sql-analyze.html"},
};

std::size_t line_of(const Context& context, std::size_t offset) {
  return context.section().file().position(offset).line;
}

std::string name_of(const catalog::Name& table) {
  return catalog::quote_name(table);
}

/// SET, COMMENT and the like: nothing waits for them.
bool is_exempt(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return true;
    default:
      return false;
  }
}

bool is_reported(std::string_view rule, Context& context) {
  return context.ledger().notes().reported.contains(rule);
}

/// The table that rows are written to in bulk; null for INSERT … VALUES and for other statements.
const PgQuery__RangeVar* bulk_target(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return node.update_stmt->relation;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return node.delete_stmt->relation;
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return node.merge_stmt->relation;
    case PG_QUERY__NODE__NODE_INSERT_STMT: {
      const auto* select = sql::as<PgQuery__SelectStmt>(node.insert_stmt->select_stmt);
      const bool reads_tables = select != nullptr && select->n_values_lists == 0 &&
                                (select->n_from_clause != 0 || select->larg != nullptr);
      return reads_tables ? node.insert_stmt->relation : nullptr;
    }
    default:
      return nullptr;
  }
}

/// multi-table-lock and ddl-with-backfill speak of these.
bool is_told_otherwise(const sql::Node& node, const Context& context) {
  const auto writes = writes_of(node);
  const bool writes_much = std::any_of(writes.begin(), writes.end(), [&](const sql::Node* write) {
    const PgQuery__RangeVar* target = bulk_target(*write);
    return target != nullptr && !context.is_new(target);
  });
  const auto& taken = context.ledger().taken();
  return writes_much || std::any_of(taken.begin(), taken.end(), [](const HeldLock& lock) {
           return lock.mode >= Mode::kShareRowExclusive;
         });
}

void check_exclusive(const Event& event, Context& context) {
  const Ledger& ledger = context.ledger();
  if (ledger.held_at_least(Mode::kAccessExclusive) == nullptr || is_exempt(*event.node) ||
      is_reported("statement-after-exclusive-lock", context) ||
      is_told_otherwise(*event.node, context))
    return;
  const auto touched = ledger.touched(*event.node);
  for (const HeldLock& held : ledger.held()) {
    if (held.mode != Mode::kAccessExclusive)
      continue;
    const auto other =
        std::find_if(touched.begin(), touched.end(), [&](const catalog::Name& table) {
          return table != held.table && ledger.held_mode(table) < Mode::kShareRowExclusive &&
                 !is_surely_absent(context, table);
        });
    if (other == touched.end())
      continue;
    context.report(
        "statement-after-exclusive-lock", event, event.place,
        fmt::format("since line {} this transaction holds ACCESS EXCLUSIVE on {}: nobody can use "
                    "it while this statement works on {}",
                    line_of(context, held.offset), name_of(held.table), name_of(*other)),
        {"move this into a migration of its own, or before the statement that takes the lock"});
    context.ledger().notes().reported.insert("statement-after-exclusive-lock");
    return;
  }
}

void check_tables(const Event& event, Context& context) {
  const Ledger& ledger = context.ledger();
  const HeldLock* first = ledger.held_at_least(Mode::kShareRowExclusive);
  if (first == nullptr || is_reported("multi-table-lock", context))
    return;
  for (const HeldLock& lock : ledger.taken()) {
    if (lock.mode < Mode::kShareRowExclusive ||
        ledger.held_mode(lock.table) >= Mode::kShareRowExclusive ||
        is_surely_absent(context, lock.table))
      continue;
    context.report(
        "multi-table-lock", event, event.place,
        fmt::format("this takes {} on {} while the transaction holds {} on {}, since line {}",
                    to_string(lock.mode), name_of(lock.table), to_string(first->mode),
                    name_of(first->table), line_of(context, first->offset)),
        {"change one table in a migration: who uses both, in the other order, ends in a deadlock, "
         "and everybody else waits for the one while this waits for the other"});
    context.ledger().notes().reported.insert("multi-table-lock");
    return;
  }
}

/// ATTACH and DETACH PARTITION are ALTER TABLE by themselves; and VALIDATE is better by itself,
/// with its weaker lock.
bool stands_alone(const PgQuery__AlterTableStmt& alter) {
  const auto* command =
      alter.n_cmds == 1 ? sql::as<PgQuery__AlterTableCmd>(alter.cmds[0]) : nullptr;
  return command != nullptr && (sql::as<PgQuery__PartitionCmd>(command->def) != nullptr ||
                                command->subtype == sql::at::kValidateConstraint);
}

/// Notes what the ALTER TABLE adds.
void note_added(const PgQuery__AlterTableStmt& alter, std::vector<std::string>& added) {
  for (const sql::Node* node : sql::list(alter.cmds, alter.n_cmds)) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    if (command == nullptr)
      continue;
    if (const auto* column = sql::as<PgQuery__ColumnDef>(command->def);
        column != nullptr && command->subtype == sql::at::kAddColumn)
      added.emplace_back(column->colname);
    else if (const auto* constraint = sql::as<PgQuery__Constraint>(command->def);
             constraint != nullptr && !std::string_view(constraint->conname).empty())
      added.emplace_back(constraint->conname);
  }
}

/// In one ALTER TABLE PostgreSQL drops first, and changes types before it adds anything: of what
/// the one before adds it would say that it is not there, and a CHECK that spares it the rows is
/// gone.
bool has_to_wait(const PgQuery__AlterTableStmt& alter, const std::vector<std::string>& added) {
  const auto commands = sql::list(alter.cmds, alter.n_cmds);
  const bool drops_only = std::all_of(commands.begin(), commands.end(), [](const sql::Node* node) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && command->subtype == sql::at::kDropConstraint;
  });
  return drops_only || std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
           const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
           return command != nullptr &&
                  (command->subtype == sql::at::kAlterColumnType ||
                   command->subtype == sql::at::kDropColumn ||
                   command->subtype == sql::at::kDropConstraint) &&
                  std::find(added.begin(), added.end(), command->name) != added.end();
         });
}

/// Is there nothing between the statement at `offset` and this one but ALTER TABLE of `table`? What
/// else is there may need the one, or be needed by the other.
bool follows(std::size_t offset, const catalog::Name& table, const Event& event,
             const Context& context) {
  if (event.is_in_body)
    return false;
  const auto& statements = context.script().statements();
  for (std::size_t i = event.statement_index; i-- > 0 && statements[i].offset > offset;) {
    const auto* alter = sql::as<PgQuery__AlterTableStmt>(statements[i].node);
    const bool is_of_table = alter != nullptr && alter->relation != nullptr &&
                             context.catalog().resolve(*alter->relation) == table;
    if (!is_of_table && (statements[i].node == nullptr || !is_exempt(*statements[i].node)))
      return false;
  }
  return true;
}

void check_alter_table(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.objtype != sql::object::kTable || alter.relation == nullptr ||
      context.is_new(alter.relation) || !context.ledger().is_in_transaction() ||
      stands_alone(alter))
    return;
  const catalog::Name table = context.catalog().resolve(*alter.relation);
  // What PostgreSQL does in one pass. Foreign keys and indexes have one each in any case.
  const locks::Effects& effects = context.ledger().effects();
  const bool works =
      effects.does(locks::WorkKind::kScan, table) || effects.does(locks::WorkKind::kRewrite, table);
  auto& altered = context.ledger().notes().altered;
  const auto before = std::find_if(altered.begin(), altered.end(),
                                   [&](const AlteredTable& one) { return one.table == table; });
  const std::size_t offset = event.call.value_or(event.place).offset;
  if (before == altered.end()) {
    altered.push_back({table, offset, works, false, {}});
    note_added(alter, altered.back().added);
    return;
  }
  const bool worked = before->works;
  before->works = works || worked;
  const bool must_wait = has_to_wait(alter, before->added);
  note_added(alter, before->added);
  if (before->is_reported || must_wait || !(works || worked) ||
      (!(works && worked) && !follows(before->offset, table, event, context)))
    return;
  before->is_reported = true;
  const std::size_t line = line_of(context, before->offset);
  const std::string name = name_of(table);
  context.report(
      "combine-alter-table", event, event.place,
      works && worked
          ? fmt::format("the ALTER TABLE on line {} goes over all of {} already, and this one "
                        "does so again",
                        line, name)
      : works
          ? fmt::format("this goes over all of {}, on which the ALTER TABLE on line {} holds "
                        "its lock meanwhile: one could do both",
                        name, line)
          : fmt::format("the ALTER TABLE on line {} goes over all of {} under its lock: one could "
                        "do both",
                        line, name),
      {fmt::format("write them as one, which goes over it once:\nALTER TABLE {}\n  "
                   "<the commands of both, with commas>;",
                   Context::spelled(*alter.relation))});
}

/// Writes between two ALTER TABLE of a table keep them apart.
void separate(Context& context) {
  for (const HeldLock& lock : context.ledger().taken())
    std::erase_if(context.ledger().notes().altered,
                  [&](const AlteredTable& one) { return one.table == lock.table; });
}

/// So does a RENAME, by which one of the two speaks of another name.
void check_rename(const Event& event, Context& context) {
  if (event.node->rename_stmt->relation == nullptr)
    return;
  const catalog::Name table = context.catalog().resolve(*event.node->rename_stmt->relation);
  std::erase_if(context.ledger().notes().altered,
                [&](const AlteredTable& one) { return one.table == table; });
}

void check_write(const Event& event, Context& context, const sql::Node& write) {
  const PgQuery__RangeVar* target = bulk_target(write);
  if (target == nullptr || context.is_new(target))
    return;
  context.ledger().backfills().push_back({context.catalog().resolve(*target), event});
  const HeldLock* held = context.ledger().held_at_least(Mode::kAccessExclusive);
  if (held == nullptr)
    return;
  context.report(
      "ddl-with-backfill", event,
      &write == event.node ? event.place : context.name_at(event, target->location),
      fmt::format("since line {} this transaction holds ACCESS EXCLUSIVE on {}: nobody can use it "
                  "until all these rows of {} are written",
                  line_of(context, held->offset), name_of(held->table), Context::spelled(*target)),
      {"move it into a migration of its own, after this one, in steps that commit:\n" +
       batch_line(context, *target)});
}

void check_bulk(const Event& event, Context& context) {
  const auto writes = writes_of(*event.node);
  if (!writes.empty())
    separate(context);
  for (const sql::Node* write : writes) check_write(event, context, *write);
}

void check_every(const Event& event, Context& context) {
  if (!context.ledger().is_in_transaction())
    return;
  check_exclusive(event, context);
  check_tables(event, context);
}

void check_analyze(const Event& event, Context& context) {
  const auto& vacuum = *event.node->vacuum_stmt;
  auto& backfills = context.ledger().backfills();
  if (vacuum.n_rels == 0)
    backfills.clear();
  for (const sql::Node* node : sql::list(vacuum.rels, vacuum.n_rels)) {
    const auto* relation = sql::as<PgQuery__VacuumRelation>(node);
    if (relation == nullptr || relation->relation == nullptr)
      continue;
    const catalog::Name name = context.catalog().resolve(*relation->relation);
    std::erase_if(backfills, [&](const Backfill& backfill) { return backfill.table == name; });
  }
}

void check_end(Context& context) {
  for (const Backfill& backfill : context.ledger().backfills())
    context.report("analyze-after-backfill", backfill.event, backfill.event.place,
                   fmt::format("after this the planner's statistics of {} are those of before",
                               name_of(backfill.table)),
                   {fmt::format("after it:\nANALYZE {};", name_of(backfill.table))});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_ALTER_TABLE_STMT, check_alter_table},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_rename},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_MERGE_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_COPY_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_EXPLAIN_STMT, check_bulk},
    {PG_QUERY__NODE__NODE_VACUUM_STMT, check_analyze},
};

}  // namespace

const Family kHeldLockRules{.name = "held locks",
                            .rules = kRules,
                            .statements = kStatements,
                            .every_statement = check_every,
                            .after_section = check_end};

}  // namespace godwit::codegen::lint
