// SPDX-License-Identifier: Apache-2.0
//
// A rule about rows that deferred constraints, and deferred constraint triggers, have yet to look
// at: their table cannot be altered before.
//
// How it works. Which tables have events pending is noted in the ledger, which forgets it when the
// transaction ends; SAVEPOINT keeps a copy, to which ROLLBACK TO returns. An event is of the table
// that holds the row: what is written to a partitioned table pends on a partition that is not
// known, so that only what reaches all partitions is rejected for sure. Measured on PostgreSQL 15:
// RENAME, SET SCHEMA, CREATE and DROP TRIGGER, DROP INDEX, REINDEX, COMMENT and GRANT pass, as does
// all that drops the constraint from without, such as DROP TABLE … CASCADE of the other table.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/nested_writes.hpp"
#include "locks/family.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Name;
using sql::as;
using sql::list;

constexpr RuleInfo kRules[] = {
    {.id = "pending-trigger-events",
     .group = "will fail",
     .summary = "A table is altered while its deferred constraints have rows to look at",
     .explanation =
         "PostgreSQL rejects ALTER TABLE, DROP TABLE, TRUNCATE, CREATE INDEX and CLUSTER then: "
         "\"… because it has pending trigger events\". So it is with constraint triggers that are "
         "deferred. SET CONSTRAINTS ALL IMMEDIATE has them looked at before.",
     .bad = "INSERT INTO orders VALUES (1, 2);  -- with an INITIALLY DEFERRED foreign key\nALTER "
            "TABLE orders ADD COLUMN note text;",
     .good =
         "INSERT INTO orders VALUES (1, 2);\nSET CONSTRAINTS ALL IMMEDIATE;\nALTER TABLE orders "
         "ADD COLUMN note text;",
     .manual = "https://www.postgresql.org/docs/15/sql-set-constraints.html"},
};

// What pends.

Deferral& deferral(Context& context) {
  return context.ledger().notes().deferral;
}

/// By the last word on it: SET CONSTRAINTS of its name or of all, else what it was made as. One of
/// a partition goes by the name of its parent's too.
bool is_deferred(const Deferral& deferral, std::string_view name, std::string_view parent,
                 bool is_deferrable, bool is_initially_deferred) {
  if (!is_deferrable && !is_initially_deferred)
    return false;
  const auto named =
      std::find_if(deferral.named.rbegin(), deferral.named.rend(), [&](const auto& one) {
        return one.first == name || (!parent.empty() && one.first == parent);
      });
  if (named != deferral.named.rend())
    return named->second;
  return deferral.all.value_or(is_initially_deferred);
}

bool is_deferred(const Deferral& deferral, const catalog::Constraint& constraint) {
  return is_deferred(deferral, constraint.name, constraint.parent, constraint.is_deferrable,
                     constraint.is_initially_deferred);
}

/// What is done to the rows of a table.
struct Write {
  const PgQuery__RangeVar* table = nullptr;
  bool catalog::Trigger::*event = nullptr;
  bool is_certain = false;  ///< there are rows
  /// The columns that an UPDATE assigns to.
  std::span<sql::Node* const> assigned = {};

  bool has_new_values() const { return event != &catalog::Trigger::on_delete; }
  bool has_gone_values() const { return event != &catalog::Trigger::on_insert; }
  bool assigns(const std::vector<std::string>& columns) const {
    return event != &catalog::Trigger::on_update ||
           std::any_of(assigned.begin(), assigned.end(), [&](const sql::Node* node) {
             const auto* target = as<PgQuery__ResTarget>(node);
             return target != nullptr &&
                    std::find(columns.begin(), columns.end(), target->name) != columns.end();
           });
  }
};

/// Its own foreign keys look at new values, those that reference it at values that go.
void note(const Write& write, const Event& event, Context& context) {
  const catalog::Catalog& catalog = context.catalog();
  const catalog::Relation* table =
      write.table == nullptr ? nullptr : catalog.find_relation(*write.table);
  if (table == nullptr || table->is_uncertain)
    return;
  Deferral& deferred = deferral(context);
  const auto add = [&](std::string_view constraint, bool is_certain) {
    deferred.pending.push_back({table->name, event.call.value_or(event.place).offset,
                                std::string(constraint), is_certain && !event.is_conditional});
  };
  for (const catalog::Constraint& constraint : table->constraints) {
    if (write.has_new_values() && constraint.kind == catalog::ConstraintKind::kForeignKey &&
        is_deferred(deferred, constraint) && write.assigns(constraint.columns))
      add(constraint.name, write.is_certain);
  }
  for (const catalog::Trigger& trigger : table->triggers) {
    if (trigger.is_enabled && trigger.*write.event &&
        is_deferred(deferred, trigger.name, {}, trigger.is_deferrable,
                    trigger.is_initially_deferred) &&
        (trigger.columns.empty() || trigger.has_condition || write.assigns(trigger.columns)))
      add(trigger.name, write.is_certain && !trigger.has_condition);
  }
  if (!write.has_gone_values())
    return;
  for (const Name& name : locks::referencing(catalog, table->name)) {
    for (const catalog::Constraint& constraint : catalog.relations.find(name)->constraints) {
      if (constraint.referenced_table == table->name && is_deferred(deferred, constraint) &&
          write.assigns(constraint.referenced_columns))
        add(constraint.name, false);
    }
  }
}

void note_merge(const PgQuery__MergeStmt& merge, const Event& event, Context& context) {
  using catalog::Trigger;
  for (const sql::Node* node : list(merge.merge_when_clauses, merge.n_merge_when_clauses)) {
    const auto* when = as<PgQuery__MergeWhenClause>(node);
    if (when == nullptr)
      continue;
    if (when->command_type == PG_QUERY__CMD_TYPE__CMD_INSERT)
      note({merge.relation, &Trigger::on_insert}, event, context);
    else if (when->command_type == PG_QUERY__CMD_TYPE__CMD_UPDATE)
      note({merge.relation, &Trigger::on_update, false,
            list(when->target_list, when->n_target_list)},
           event, context);
    else if (when->command_type == PG_QUERY__CMD_TYPE__CMD_DELETE)
      note({merge.relation, &Trigger::on_delete}, event, context);
  }
}

void note_insert(const PgQuery__InsertStmt& insert, const Event& event, Context& context) {
  using catalog::Trigger;
  const auto* select = as<PgQuery__SelectStmt>(insert.select_stmt);
  const bool has_rows = select == nullptr || select->n_values_lists > 0;
  const PgQuery__OnConflictClause* conflict = insert.on_conflict_clause;
  note({insert.relation, &Trigger::on_insert, has_rows && conflict == nullptr}, event, context);
  if (conflict != nullptr && conflict->n_target_list > 0)
    note({insert.relation, &Trigger::on_update, false,
          list(conflict->target_list, conflict->n_target_list)},
         event, context);
}

void note_writes(const Event& event, Context& context) {
  using catalog::Trigger;
  if (!context.ledger().is_in_transaction())
    return;
  if (const auto* copy = as<PgQuery__CopyStmt>(event.node); copy != nullptr && copy->is_from != 0)
    note({copy->relation, &Trigger::on_insert}, event, context);
  for (const sql::Node* node : writes_of(*event.node)) {
    if (const auto* insert = as<PgQuery__InsertStmt>(node))
      note_insert(*insert, event, context);
    else if (const auto* update = as<PgQuery__UpdateStmt>(node))
      note({update->relation, &Trigger::on_update, false,
            list(update->target_list, update->n_target_list)},
           event, context);
    else if (const auto* gone = as<PgQuery__DeleteStmt>(node))
      note({gone->relation, &Trigger::on_delete}, event, context);
    else if (const auto* merge = as<PgQuery__MergeStmt>(node))
      note_merge(*merge, event, context);
  }
}

void note_constraints(const Event& event, Context& context) {
  const auto& set = *event.node->constraints_set_stmt;
  Deferral& deferred = deferral(context);
  const bool is_deferred = set.deferred != 0;
  if (set.n_constraints == 0) {
    deferred.all = is_deferred;
    deferred.named.clear();
    if (!is_deferred)
      deferred.pending.clear();
    return;
  }
  for (const sql::Node* node : list(set.constraints, set.n_constraints)) {
    const auto* name = as<PgQuery__RangeVar>(node);
    if (name == nullptr)
      continue;
    deferred.named.emplace_back(name->relname, is_deferred);
    if (is_deferred)
      continue;
    std::erase_if(deferred.pending, [&](const PendingTable& one) {
      const catalog::Relation* table = context.catalog().relations.find(one.table);
      const catalog::Constraint* constraint =
          table == nullptr ? nullptr : table->find_constraint(one.constraint);
      return one.constraint == name->relname ||
             (constraint != nullptr && constraint->parent == name->relname);
    });
  }
}

void note_savepoint(const Event& event, Context& context) {
  const auto& control = *event.node->transaction_stmt;
  auto& savepoints = context.ledger().notes().savepoints;
  if (control.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT)
    savepoints.emplace_back(control.savepoint_name, deferral(context));
  if (control.kind != PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO)
    return;
  while (!savepoints.empty() && savepoints.back().first != control.savepoint_name)
    savepoints.pop_back();
  if (!savepoints.empty())
    deferral(context) = savepoints.back().second;
}

// What is rejected.

void report(const PendingTable& pending, const Name& table, Place place, std::string_view what,
            const Event& event, Context& context) {
  const std::size_t line = context.section().file().position(pending.offset).line;
  Diagnostic* finding = context.report_in_transaction(
      "pending-trigger-events", event, place,
      fmt::format(
          "PostgreSQL rejects {} {} while the deferred constraint {} has yet to look at the rows "
          "that line {} has written{}",
          what, catalog::quote_name(table), catalog::quote_identifier(pending.constraint), line,
          pending.is_certain ? "" : ", if there were any"),
      {"have it look at them before:\nSET CONSTRAINTS ALL IMMEDIATE;"});
  // Behind the statement before, lest a comment that allows something gets between.
  if (finding == nullptr || event.is_in_body || event.call || event.statement_index == 0)
    return;
  const sql::Statement& before = context.script().statements()[event.statement_index - 1];
  const std::string_view text = context.section().text();
  const std::size_t semicolon = text.find_first_not_of(" \t\r\n", before.offset + before.length);
  if (semicolon != std::string_view::npos && text[semicolon] == ';')
    finding->fix = Fix{semicolon + 1, semicolon + 1, "\nSET CONSTRAINTS ALL IMMEDIATE;"};
}

bool is_partitioned(const Context& context, const Name& table) {
  const catalog::Relation* relation = context.catalog().relations.find(table);
  return relation != nullptr && relation->kind == catalog::RelationKind::kPartitionedTable;
}

/// Which tables a statement looks at for events.
enum class Reach : std::uint8_t {
  kItself,      ///< a partitioned table has no rows of its own
  kPartitions,  ///< its partitions too
  kChildren,    ///< those that inherit from it as well
};

void check_table(const Name& table, Reach reach, Place place, std::string_view what,
                 const Event& event, Context& context) {
  const auto& pending = deferral(context).pending;
  if (pending.empty())
    return;
  const bool has_partitions = is_partitioned(context, table);
  const bool is_deep = reach == Reach::kChildren || (reach == Reach::kPartitions && has_partitions);
  const std::vector<Name> below =
      is_deep ? locks::descendants(context.catalog(), table) : std::vector<Name>();
  const auto found = std::find_if(pending.begin(), pending.end(), [&](const PendingTable& one) {
    if (one.table == table)
      return is_deep || !has_partitions;
    return std::find(below.begin(), below.end(), one.table) != below.end();
  });
  if (found != pending.end())
    report(*found, table, place, what, event, context);
}

/// How far the command goes. What only the table's own entry needs, such as OWNER TO, ATTACH and
/// ENABLE ROW LEVEL SECURITY, leaves partitions alone.
Reach reach_of(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kAddColumn:
    case sql::at::kDropColumn:
    case sql::at::kColumnDefault:
    case sql::at::kDropNotNull:
    case sql::at::kSetNotNull:
    case sql::at::kSetStatistics:
    case sql::at::kSetStorage:
    case sql::at::kAlterColumnType:
    case sql::at::kDropConstraint:
      return Reach::kChildren;
    case sql::at::kAddConstraint: {
      const auto* constraint = as<PgQuery__Constraint>(command.def);
      if (constraint == nullptr)
        return Reach::kItself;
      if (constraint->contype == sql::constr::kForeign)
        return Reach::kPartitions;
      return constraint->contype == sql::constr::kCheck && constraint->is_no_inherit == 0
                 ? Reach::kChildren
                 : Reach::kItself;
    }
    default:
      return Reach::kItself;
  }
}

/// The table that the foreign key references is looked at too.
void check_dropped_constraint(const Name& table, const PgQuery__AlterTableCmd& command,
                              const Event& event, Context& context) {
  const catalog::Relation* relation = context.catalog().relations.find(table);
  const catalog::Constraint* constraint =
      relation == nullptr || command.subtype != sql::at::kDropConstraint
          ? nullptr
          : relation->find_constraint(command.name);
  if (constraint != nullptr && constraint->kind == catalog::ConstraintKind::kForeignKey &&
      constraint->referenced_table != table)
    check_table(constraint->referenced_table, Reach::kItself, event.place,
                fmt::format("dropping the foreign key {}, and so a change of",
                            catalog::quote_identifier(constraint->name)),
                event, context);
}

void check_alter(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.relation == nullptr || deferral(context).pending.empty())
    return;
  const Name table = context.catalog().resolve(*alter.relation);
  Reach reach = Reach::kItself;
  for (const sql::Node* node : list(alter.cmds, alter.n_cmds)) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    if (command == nullptr)
      continue;
    if (alter.relation->inh != 0)
      reach = std::max(reach, reach_of(*command));
    check_dropped_constraint(table, *command, event, context);
  }
  check_table(table, reach, event.place, "ALTER TABLE of", event, context);
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (drop.remove_type == sql::object::kSchema) {
    for (std::size_t i = 0; i < drop.n_objects; ++i) {
      const std::string_view schema = sql::string_value(drop.objects[i]);
      const auto& pending = deferral(context).pending;
      const auto found = std::find_if(pending.begin(), pending.end(), [&](const PendingTable& one) {
        return one.table.schema == schema;
      });
      if (found != pending.end() && drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        report(*found, found->table, context.object_place(event, i), "a DROP SCHEMA with", event,
               context);
    }
  }
  if (drop.remove_type != sql::object::kTable)
    return;
  for (std::size_t i = 0; i < drop.n_objects; ++i) {
    const auto* parts = as<PgQuery__List>(drop.objects[i]);
    if (parts != nullptr)
      check_table(context.catalog().resolve_relation(list(parts->items, parts->n_items)),
                  Reach::kPartitions, context.object_place(event, i), "DROP TABLE of", event,
                  context);
  }
}

void check_truncate(const Event& event, Context& context) {
  for (const locks::RelationLock& lock : context.ledger().effects().locks)
    check_table(lock.relation, Reach::kPartitions, event.place, "TRUNCATE of", event, context);
}

void check_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (create.relation != nullptr)
    check_table(context.catalog().resolve(*create.relation),
                create.relation->inh != 0 ? Reach::kPartitions : Reach::kItself, event.place,
                "CREATE INDEX on", event, context);
}

void check_cluster(const Event& event, Context& context) {
  if (const PgQuery__RangeVar* table = event.node->cluster_stmt->relation)
    check_table(context.catalog().resolve(*table), Reach::kItself, event.place, "CLUSTER of", event,
                context);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT, note_constraints},
    {PG_QUERY__NODE__NODE_TRANSACTION_STMT, note_savepoint},
    {PG_QUERY__NODE__NODE_ALTER_TABLE_STMT, check_alter},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncate},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index},
    {PG_QUERY__NODE__NODE_CLUSTER_STMT, check_cluster},
};

}  // namespace

const Family kDeferredRules{.name = "deferred constraints",
                            .rules = kRules,
                            .statements = kStatements,
                            .every_statement = note_writes};

}  // namespace godwit::codegen::lint
