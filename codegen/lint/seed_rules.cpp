// SPDX-License-Identifier: Apache-2.0
//
// Rules about seeds. They may be left out (--seed=none) and come in any selection, so that the
// schema must not depend on them. What is wrong with their files is reported by source/.
#include <algorithm>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "invalid-seed",
     .group = "seeds",
     .is_hard = true,
     .summary = "A seed lies in no mode's folder, or says what no seed can be",
     .explanation =
         "A seed is a file of SEEDS in a folder whose name is its mode (reference, sample, or a "
         "configuration of your own), or with `Seed: <mode>` in its header. It is applied in one "
         "transaction behind all migrations, again whenever it changes, and is never undone.",
     .bad = "-- Seed: none\nINSERT INTO roles VALUES ('admin') ON CONFLICT DO NOTHING;",
     .good = "-- Seed: reference\nINSERT INTO roles VALUES ('admin') ON CONFLICT DO NOTHING;",
     .manual = "docs/seeds.md"},
    {.id = "seed-changes-schema",
     .group = "seeds",
     .summary = "A seed makes, changes or drops something of the schema",
     .explanation =
         "A seed is left out where its mode is not asked for, so that what it makes would be in "
         "some databases and not in others, and no migration could rely on it. Temporary tables "
         "are its own business.",
     .bad = "-- Seed: reference\nCREATE TABLE IF NOT EXISTS roles (name text PRIMARY KEY);",
     .good = "-- Seed: reference\nINSERT INTO roles VALUES ('admin') ON CONFLICT DO NOTHING;",
     .manual = "docs/seeds.md"},
};

bool is_temporary(const PgQuery__RangeVar* relation, const Context& context) {
  return relation != nullptr &&
         (std::string_view(relation->relpersistence) == "t" ||
          context.catalog().resolve(*relation).schema == catalog::kTemporarySchema);
}

bool only_switches_triggers(const PgQuery__AlterTableStmt& alter) {
  for (const sql::Node* node : sql::list(alter.cmds, alter.n_cmds)) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    if (command == nullptr)
      return false;
    switch (command->subtype) {
      case sql::at::kEnableTrig:
      case sql::at::kEnableAlwaysTrig:
      case sql::at::kEnableReplicaTrig:
      case sql::at::kDisableTrig:
      case sql::at::kEnableTrigAll:
      case sql::at::kDisableTrigAll:
      case sql::at::kEnableTrigUser:
      case sql::at::kDisableTrigUser:
        break;
      default:
        return false;
    }
  }
  return true;
}

bool drops_temporary_tables(const PgQuery__DropStmt& drop, const Context& context) {
  if (drop.remove_type != sql::object::kTable)
    return false;
  for (const sql::Node* object : sql::list(drop.objects, drop.n_objects)) {
    const auto* parts = sql::as<PgQuery__List>(object);
    if (parts == nullptr ||
        context.catalog().resolve_relation(sql::list(parts->items, parts->n_items)).schema !=
            catalog::kTemporarySchema)
      return false;
  }
  return true;
}

/// Only rows, the session, or what ends with it.
bool leaves_schema(const sql::Node& node, const Context& context) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return node.select_stmt->into_clause == nullptr ||
             is_temporary(node.select_stmt->into_clause->rel, context);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
    case PG_QUERY__NODE__NODE_VACUUM_STMT:  // ANALYZE
    case PG_QUERY__NODE__NODE_LOCK_STMT:
    case PG_QUERY__NODE__NODE_DO_STMT:  // what is in it is shown by itself
    case PG_QUERY__NODE__NODE_CALL_STMT:
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
    case PG_QUERY__NODE__NODE_PREPARE_STMT:
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
    case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    case PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT:
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
    case PG_QUERY__NODE__NODE_NOTIFY_STMT:
      return true;
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return is_temporary(node.create_stmt->relation, context);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return node.create_table_as_stmt->into != nullptr &&
             is_temporary(node.create_table_as_stmt->into->rel, context);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return is_temporary(node.index_stmt->relation, context);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return only_switches_triggers(*node.alter_table_stmt) ||
             is_temporary(node.alter_table_stmt->relation, context);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return drops_temporary_tables(*node.drop_stmt, context);
    default:
      return false;
  }
}

void check_statement(const Event& event, Context& context) {
  if (context.source().seed.empty() || leaves_schema(*event.node, context))
    return;
  context.report("seed-changes-schema", event, event.place,
                 "a seed changes the schema: where it is left out, the schema is another",
                 {event.node->node_case == PG_QUERY__NODE__NODE_ALTER_SEQ_STMT
                      ? "for the next number of a sequence write SELECT setval(…)"
                      : "move it into a migration; a seed holds rows"});
}

void check_section(Context& context) {
  const sql::TransactionPlan& plan = context.transaction();
  if (context.source().seed.empty() || context.is_down())
    return;
  const auto& statements = context.script().statements();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const bool cannot = std::find(plan.not_in_transaction.begin(), plan.not_in_transaction.end(),
                                  i) != plan.not_in_transaction.end();
    const bool is_alone = !plan.is_transactional && statements[i].node != nullptr &&
                          !sql::cannot_run_in_transaction(*statements[i].node).empty();
    if (!cannot && !is_alone)
      continue;
    Event event;
    event.node = statements[i].node;
    event.place = {statements[i].offset, statements[i].length};
    event.statement_index = i;
    context.report("invalid-seed", event, event.place,
                   "a seed is applied in one transaction, and this cannot run in one",
                   {"move it into a migration"});
  }
}

}  // namespace

const Family kSeedRules{.name = "seeds",
                        .rules = kRules,
                        .every_statement = check_statement,
                        .before_section = check_section};

}  // namespace godwit::codegen::lint
