// SPDX-License-Identifier: Apache-2.0
#include "sql/transaction.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "sql/leaks.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::sql {
namespace {

/// The value of a boolean option such as `(CONCURRENTLY false)`: present without value is true.
bool is_option_on(const PgQuery__DefElem& option) {
  if (option.arg == nullptr)
    return true;
  if (const auto* integer = as<PgQuery__Integer>(option.arg))
    return integer->ival != 0;
  if (const auto* boolean = as<PgQuery__Boolean>(option.arg))
    return boolean->boolval;
  const std::string_view word = string_value(option.arg);
  return word != "false" && word != "off" && word != "0";
}

const PgQuery__DefElem* find_option(Node* const* options, std::size_t count,
                                    std::string_view name) {
  for (const Node* node : list(options, count)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option != nullptr && option->defname == name)
      return option;
  }
  return nullptr;
}

std::string_view reindex_restriction(const PgQuery__ReindexStmt& reindex) {
  const auto* concurrently = find_option(reindex.params, reindex.n_params, "concurrently");
  if (concurrently != nullptr && is_option_on(*concurrently))
    return "REINDEX CONCURRENTLY";
  switch (reindex.kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
      return "REINDEX SCHEMA";
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
      return "REINDEX SYSTEM";
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE:
      return "REINDEX DATABASE";
    default:
      return {};
  }
}

std::string_view alter_table_restriction(const PgQuery__AlterTableStmt& alter) {
  for (const Node* node : list(alter.cmds, alter.n_cmds)) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    if (command == nullptr || command->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition)
      continue;
    const auto* partition = as<PgQuery__PartitionCmd>(command->def);
    if (partition != nullptr && partition->concurrent)
      return "ALTER TABLE … DETACH PARTITION CONCURRENTLY";
  }
  return {};
}

std::string_view create_subscription_restriction(const PgQuery__CreateSubscriptionStmt& create) {
  for (const std::string_view name : {"connect", "create_slot"}) {
    const auto* option = find_option(create.options, create.n_options, name);
    if (option != nullptr && !is_option_on(*option))
      return {};
  }
  return "CREATE SUBSCRIPTION … WITH (create_slot = true)";
}

std::string_view alter_subscription_restriction(const PgQuery__AlterSubscriptionStmt& alter) {
  switch (alter.kind) {
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_REFRESH:
      return "ALTER SUBSCRIPTION … REFRESH PUBLICATION";
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_SET_PUBLICATION:
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_ADD_PUBLICATION:
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_DROP_PUBLICATION: {
      const auto* refresh = find_option(alter.options, alter.n_options, "refresh");
      if (refresh != nullptr && !is_option_on(*refresh))
        return {};
      return "ALTER SUBSCRIPTION … PUBLICATION with refresh";
    }
    default:
      return {};
  }
}

bool is_begin(const PgQuery__TransactionStmt& statement) {
  return statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START;
}

bool is_savepoint_work(const PgQuery__TransactionStmt& statement) {
  return statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO;
}

bool is_plain_commit(const PgQuery__TransactionStmt& statement) {
  return statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT && !statement.chain;
}

const PgQuery__VariableSetStmt* as_set_transaction(const Node* node) {
  const auto* set = as<PgQuery__VariableSetStmt>(node);
  const bool is_one = set != nullptr && std::strcmp(set->name, "TRANSACTION") == 0 &&
                      set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI;
  return is_one ? set : nullptr;
}

bool is_plain_set(const Node* node) {
  return as<PgQuery__VariableSetStmt>(node) != nullptr && as_set_transaction(node) == nullptr;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

/// Adds what BEGIN's or SET TRANSACTION's options say, in BEGIN's words.
void add_begin_options(std::string& into, Node* const* options, std::size_t count) {
  for (const Node* node : list(options, count)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string_view name = option->defname;
    std::string words;
    if (name == "transaction_isolation")
      words = "ISOLATION LEVEL " + upper(constant_text(option->arg));
    else if (name == "transaction_read_only")
      words = is_constant_true(option->arg) ? "READ ONLY" : "READ WRITE";
    else if (name == "transaction_deferrable")
      words = is_constant_true(option->arg) ? "DEFERRABLE" : "NOT DEFERRABLE";
    if (!words.empty())
      into += (into.empty() ? "" : ", ") + words;
  }
}

/// What may as well be done in the transaction as before or after it.
bool may_join(const Node* node) {
  return is_plain_set(node) || as<PgQuery__CreateExtensionStmt>(node) != nullptr ||
         as<PgQuery__CreateSchemaStmt>(node) != nullptr ||
         as<PgQuery__CommentStmt>(node) != nullptr;
}

/// Fills outer_begin and outer_commit when the script is one BEGIN … COMMIT, with nothing outside
/// but what may join it; or the latter alone, when there is one COMMIT behind everything and no
/// BEGIN, which to psql is a transaction's end that was none.
void find_outer_pair(const Script& script, TransactionPlan& plan) {
  const auto& statements = script.statements();
  std::size_t first = 0;
  while (first < statements.size() && may_join(statements[first].node)) ++first;
  std::size_t last = statements.size();
  while (last > first && may_join(statements[last - 1].node)) --last;
  if (last - first < 2)
    return;
  const auto* begin = as<PgQuery__TransactionStmt>(statements[first].node);
  const auto* commit = as<PgQuery__TransactionStmt>(statements[last - 1].node);
  const bool begins = begin != nullptr && is_begin(*begin);
  if (commit == nullptr || !is_plain_commit(*commit))
    return;
  for (std::size_t i = begins ? first + 1 : first; i + 1 < last; ++i) {
    const auto* inner = as<PgQuery__TransactionStmt>(statements[i].node);
    if (inner != nullptr && (!begins || !is_savepoint_work(*inner)))
      return;
  }
  plan.outer_commit = last - 1;
  if (!begins)
    return;
  plan.outer_begin = first;
  add_begin_options(plan.begin_options, begin->options, begin->n_options);
}

bool is_end(const PgQuery__TransactionStmt& statement) {
  return statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK;
}

/// Statements that cannot run in a transaction and stand between a BEGIN and a COMMIT of a script
/// that has no transaction of the runtime's.
std::vector<std::size_t> restricted_inside_own_blocks(const Script& script) {
  std::vector<std::size_t> found;
  bool is_open = false;
  const auto& statements = script.statements();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (const auto* control = as<PgQuery__TransactionStmt>(statements[i].node))
      is_open = is_begin(*control) || (is_open && !is_end(*control));
    else if (is_open && statements[i].node != nullptr &&
             !cannot_run_in_transaction(*statements[i].node).empty())
      found.push_back(i);
  }
  return found;
}

/// Each BEGIN has its COMMIT or ROLLBACK, in turns, and nothing in between needs to be outside.
bool has_only_whole_blocks(const Script& script) {
  bool is_open = false;
  for (const Statement& statement : script.statements()) {
    const auto* control = as<PgQuery__TransactionStmt>(statement.node);
    if (control == nullptr || is_savepoint_work(*control))
      continue;
    if (is_begin(*control) == is_open || (!is_begin(*control) && !is_end(*control)))
      return false;
    is_open = !is_open;
  }
  return !is_open && restricted_inside_own_blocks(script).empty();
}

bool may_stand_beside(const Node* node) {
  return is_plain_set(node) || as<PgQuery__CommentStmt>(node) != nullptr;
}

}  // namespace

std::string_view cannot_run_in_transaction(const Node& node) noexcept {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return node.index_stmt->concurrent ? "CREATE INDEX CONCURRENTLY" : "";
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return node.drop_stmt->concurrent ? "DROP INDEX CONCURRENTLY" : "";
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return reindex_restriction(*node.reindex_stmt);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      return node.vacuum_stmt->is_vacuumcmd ? "VACUUM" : "";  // plain ANALYZE is fine
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
      return node.cluster_stmt->relation == nullptr ? "CLUSTER without a table" : "";
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
      return "CREATE DATABASE";
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
      return "DROP DATABASE";
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT:
      return find_option(node.alter_database_stmt->options, node.alter_database_stmt->n_options,
                         "tablespace") != nullptr
                 ? "ALTER DATABASE SET TABLESPACE"
                 : "";
    case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
      return "CREATE TABLESPACE";
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
      return "DROP TABLESPACE";
    case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
      return "ALTER SYSTEM";
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
      return node.discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL ? "DISCARD ALL" : "";
    case PG_QUERY__NODE__NODE_DO_STMT:
      return controls_transaction(*node.do_stmt) ? "DO with COMMIT or ROLLBACK in it" : "";
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return alter_table_restriction(*node.alter_table_stmt);
    case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
      return create_subscription_restriction(*node.create_subscription_stmt);
    case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
      return "DROP SUBSCRIPTION";
    case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
      return alter_subscription_restriction(*node.alter_subscription_stmt);
    default:
      return "";
  }
}

TransactionPlan plan_transaction(const Script& script, std::optional<bool> wants_transaction,
                                 bool has_batches, const SectionBodies* bodies) {
  TransactionPlan plan;
  plan.leaked_settings = find_leaks(script, bodies);
  const auto& statements = script.statements();
  if (wants_transaction == false || (has_batches && !wants_transaction)) {
    plan.is_transactional = false;
    // Where there is more, it is held to what the header would have had to say.
    plan.is_inferred =
        !wants_transaction &&
        std::count_if(statements.begin(), statements.end(), [](const Statement& statement) {
          return !may_stand_beside(statement.node);
        }) == 1;
    plan.not_in_transaction = restricted_inside_own_blocks(script);
    return plan;
  }

  find_outer_pair(script, plan);
  std::vector<std::size_t> restricted;
  std::size_t beside = 0;
  bool only_set_so_far = true;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const Node* node = statements[i].node;
    if (node == nullptr || i == plan.outer_begin || i == plan.outer_commit)
      continue;
    if (!cannot_run_in_transaction(*node).empty())
      restricted.push_back(i);
    if (may_stand_beside(node))
      ++beside;
    if (const auto* control = as<PgQuery__TransactionStmt>(node);
        control != nullptr && !is_savepoint_work(*control))
      plan.control.push_back(i);
    if (const auto* set = as_set_transaction(node)) {
      if (only_set_so_far) {
        plan.set_transaction.push_back(i);
        add_begin_options(plan.begin_options, set->args, set->n_args);
      }
    } else if (!is_plain_set(node)) {
      only_set_so_far = false;
    }
  }

  const bool holds_nothing_else = restricted.size() == 1 && beside + 1 == statements.size();
  if (holds_nothing_else && !wants_transaction) {
    plan.is_transactional = false;
    plan.is_inferred = true;
  } else {
    plan.not_in_transaction = std::move(restricted);
    // Such a script runs outside a transaction if the build lets it run at all, and there its own
    // transactions are in their right.
    if (!plan.not_in_transaction.empty() && has_only_whole_blocks(script))
      plan.control.clear();
  }
  return plan;
}

}  // namespace godwit::codegen::sql
