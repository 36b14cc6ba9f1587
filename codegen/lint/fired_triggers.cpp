// SPDX-License-Identifier: Apache-2.0
#include "lint/fired_triggers.hpp"

#include <algorithm>
#include <span>
#include <string_view>

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;

/// What a statement does to the rows of a table.
struct Write {
  bool catalog::Trigger::*event = nullptr;
  bool has_rows = false;  ///< certainly
  /// The columns that an UPDATE assigns to.
  std::span<sql::Node* const> columns = {};
};

bool assigns_one_of(const std::vector<std::string>& wanted,
                    std::span<sql::Node* const> assignments) {
  return std::any_of(assignments.begin(), assignments.end(), [&](const sql::Node* node) {
    const auto* target = as<PgQuery__ResTarget>(node);
    return target != nullptr &&
           std::find(wanted.begin(), wanted.end(), target->name) != wanted.end();
  });
}

void add(const catalog::Catalog& catalog, const PgQuery__RangeVar* table, const Write& write,
         std::vector<FiredTrigger>& fired) {
  if (table == nullptr)
    return;
  const catalog::Relation* relation = catalog.relations.find(catalog.resolve(*table));
  if (relation == nullptr)
    return;
  for (const catalog::Trigger& trigger : relation->triggers) {
    if (!trigger.is_enabled || !(trigger.*write.event))
      continue;
    // UPDATE OF; with WHEN its columns are among them, and others may bring it about.
    if (write.event == &catalog::Trigger::on_update && !trigger.has_condition &&
        !trigger.columns.empty() && !assigns_one_of(trigger.columns, write.columns))
      continue;
    const bool is_certain = !trigger.has_condition && (!trigger.is_for_each_row || write.has_rows);
    const auto known = std::find_if(fired.begin(), fired.end(), [&](const FiredTrigger& one) {
      return one.function == trigger.function;
    });
    if (known == fired.end())
      fired.push_back({trigger.function, is_certain});
    else
      known->is_certain = known->is_certain || is_certain;
  }
}

bool has_values(const sql::Node* source) {
  const auto* select = as<PgQuery__SelectStmt>(source);
  return source == nullptr || (select != nullptr && select->n_values_lists > 0);
}

}  // namespace

void add_fired_triggers(const catalog::Catalog& catalog, const sql::Node& node,
                        std::vector<FiredTrigger>& fired) {
  using catalog::Trigger;
  if (const auto* insert = as<PgQuery__InsertStmt>(&node)) {
    add(catalog, insert->relation, {&Trigger::on_insert, has_values(insert->select_stmt), {}},
        fired);
    if (const auto* conflict = insert->on_conflict_clause;
        conflict != nullptr && conflict->n_target_list > 0)
      add(catalog, insert->relation,
          {&Trigger::on_update, false, list(conflict->target_list, conflict->n_target_list)},
          fired);
  } else if (const auto* update = as<PgQuery__UpdateStmt>(&node)) {
    add(catalog, update->relation,
        {&Trigger::on_update, false, list(update->target_list, update->n_target_list)}, fired);
  } else if (const auto* gone = as<PgQuery__DeleteStmt>(&node)) {
    add(catalog, gone->relation, {&Trigger::on_delete, false, {}}, fired);
  } else if (const auto* truncate = as<PgQuery__TruncateStmt>(&node)) {
    for (const sql::Node* table : list(truncate->relations, truncate->n_relations))
      add(catalog, as<PgQuery__RangeVar>(table), {&Trigger::on_truncate, true, {}}, fired);
  } else if (const auto* copy = as<PgQuery__CopyStmt>(&node)) {
    if (copy->is_from != 0)
      add(catalog, copy->relation, {&Trigger::on_insert, false, {}}, fired);
  } else if (const auto* merge = as<PgQuery__MergeStmt>(&node)) {
    for (const sql::Node* one : list(merge->merge_when_clauses, merge->n_merge_when_clauses)) {
      const auto* when = as<PgQuery__MergeWhenClause>(one);
      if (when == nullptr)
        continue;
      const auto targets = list(when->target_list, when->n_target_list);
      if (when->command_type == PG_QUERY__CMD_TYPE__CMD_INSERT)
        add(catalog, merge->relation, {&Trigger::on_insert, false, {}}, fired);
      else if (when->command_type == PG_QUERY__CMD_TYPE__CMD_UPDATE)
        add(catalog, merge->relation, {&Trigger::on_update, false, targets}, fired);
      else if (when->command_type == PG_QUERY__CMD_TYPE__CMD_DELETE)
        add(catalog, merge->relation, {&Trigger::on_delete, false, {}}, fired);
    }
  }
}

}  // namespace godwit::codegen::lint
