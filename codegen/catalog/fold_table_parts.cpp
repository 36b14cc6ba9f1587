// SPDX-License-Identifier: Apache-2.0
//
// Triggers, policies and rules: they belong to a table, are named within it, and go with it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "catalog/fold_parts.hpp"
#include "catalog/fold_table.hpp"
#include "catalog/query.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::list;
using sql::string_value;

// src/include/catalog/pg_trigger.h
constexpr int kInsert = 1 << 2;
constexpr int kDelete = 1 << 3;
constexpr int kUpdate = 1 << 4;
constexpr int kTruncate = 1 << 5;

/// Adds, or with OR REPLACE replaces what has the name.
template <class Item>
void put_part(std::vector<Item>& items, Item item, bool replaces) {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const Item& other) { return other.name == item.name; });
  if (found == items.end())
    items.push_back(std::move(item));
  else if (replaces)
    *found = std::move(item);
}

void put_trigger(Catalog& catalog, const Name& table, const Trigger& trigger, bool replaces,
                 int depth) {
  constexpr int kMaxDepth = 32;
  Relation* relation = catalog.relations.edit(table);
  if (relation == nullptr || depth > kMaxDepth)
    return;
  put_part(relation->triggers, trigger, replaces);
  if (relation->kind != RelationKind::kPartitionedTable || !trigger.is_for_each_row)
    return;
  std::vector<Name> partitions;
  for (const auto& [child, other] : catalog.relations.all()) {
    if (other->partition_of == table)
      partitions.push_back(child);
  }
  std::sort(partitions.begin(), partitions.end());
  for (const Name& child : partitions) put_trigger(catalog, child, trigger, replaces, depth + 1);
}

Policy read_policy(const Catalog& catalog, const Relation& table, const sql::Node* qual,
                   const sql::Node* check) {
  Policy policy;
  Analysis analysis = analyze_expression(catalog, &table, qual);
  Analysis more = analyze_expression(catalog, &table, check);
  std::move(more.relations.begin(), more.relations.end(), std::back_inserter(analysis.relations));
  std::move(more.columns.begin(), more.columns.end(), std::back_inserter(analysis.columns));
  std::move(more.functions.begin(), more.functions.end(), std::back_inserter(analysis.functions));
  std::move(more.types.begin(), more.types.end(), std::back_inserter(analysis.types));
  policy.uses = to_references(catalog, analysis);
  policy.shape = sql::shape_of(qual) * 31 + sql::shape_of(check);
  return policy;
}

}  // namespace

void create_trigger(Catalog& catalog, const PgQuery__CreateTrigStmt& create,
                    const Occasion& occasion) {
  if (create.relation == nullptr)
    return;
  const Name table = catalog.resolve(*create.relation);
  const Relation* relation = catalog.relations.find(table);
  if (relation == nullptr)
    return;
  Trigger trigger;
  trigger.name = create.trigname;
  trigger.function = catalog.resolve_function(list(create.funcname, create.n_funcname));
  trigger.on_insert = (create.events & kInsert) != 0;
  trigger.on_update = (create.events & kUpdate) != 0;
  trigger.on_delete = (create.events & kDelete) != 0;
  trigger.on_truncate = (create.events & kTruncate) != 0;
  trigger.is_for_each_row = create.row != 0;
  trigger.is_deferrable = create.deferrable != 0;
  trigger.is_initially_deferred = create.initdeferred != 0;
  trigger.made_in = occasion.migration;
  for (const sql::Node* column : list(create.columns, create.n_columns))
    trigger.columns.emplace_back(string_value(column));
  trigger.has_condition = create.when_clause != nullptr;
  if (create.when_clause != nullptr) {
    for (const ColumnUse& use :
         analyze_row_expression(catalog, relation, create.when_clause).columns)
      trigger.columns.push_back(use.column);
  }
  trigger.shape = sql::shape_of(create.when_clause) * 31 +
                  static_cast<std::uint64_t>(create.events) * 7 +
                  static_cast<std::uint64_t>(create.timing);
  put_trigger(catalog, table, trigger, create.replace != 0, 0);
}

void create_policy(Catalog& catalog, const PgQuery__CreatePolicyStmt& create,
                   const Occasion& occasion) {
  if (create.table == nullptr)
    return;
  Relation* table = catalog.relations.edit(catalog.resolve(*create.table));
  if (table == nullptr)
    return;
  Policy policy = read_policy(catalog, *table, create.qual, create.with_check);
  policy.name = create.policy_name;
  // Of the text of its kind too: FOR SELECT, AS RESTRICTIVE, TO app.
  for (const char c : std::string_view(create.cmd_name))
    policy.shape = policy.shape * 31 + static_cast<unsigned char>(c);
  policy.shape = policy.shape * 2 + (create.permissive != 0 ? 1U : 0U);
  for (const sql::Node* role : list(create.roles, create.n_roles))
    policy.shape = policy.shape * 31 + sql::shape_of(role);
  policy.made_in = occasion.migration;
  put_part(table->policies, std::move(policy), false);
}

void alter_policy(Catalog& catalog, const PgQuery__AlterPolicyStmt& alter) {
  if (alter.table == nullptr)
    return;
  Relation* table = catalog.relations.edit(catalog.resolve(*alter.table));
  if (table == nullptr)
    return;
  for (Policy& policy : table->policies) {
    if (policy.name != alter.policy_name)
      continue;
    Policy changed = read_policy(catalog, *table, alter.qual, alter.with_check);
    policy.shape = policy.shape * 31 + changed.shape;
    policy.uses = std::move(changed.uses);
  }
}

void create_rule(Catalog& catalog, const PgQuery__RuleStmt& create, const Occasion& occasion) {
  if (create.relation == nullptr)
    return;
  Relation* table = catalog.relations.edit(catalog.resolve(*create.relation));
  if (table == nullptr)
    return;
  RewriteRule rule;
  rule.name = create.rulename;
  rule.made_in = occasion.migration;
  Analysis all = analyze_row_expression(catalog, table, create.where_clause);
  rule.shape = sql::shape_of(create.where_clause);
  for (const sql::Node* action : list(create.actions, create.n_actions)) {
    Analysis used = analyze_row_expression(catalog, table, action);
    std::move(used.relations.begin(), used.relations.end(), std::back_inserter(all.relations));
    std::move(used.columns.begin(), used.columns.end(), std::back_inserter(all.columns));
    std::move(used.functions.begin(), used.functions.end(), std::back_inserter(all.functions));
    rule.shape = rule.shape * 31 + sql::shape_of(action);
  }
  rule.uses = to_references(catalog, all);
  put_part(table->rules, std::move(rule), create.replace != 0);
}

}  // namespace godwit::codegen::catalog
