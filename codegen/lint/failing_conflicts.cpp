// SPDX-License-Identifier: Apache-2.0
//
// How it works. ON CONFLICT (a, b) takes each unique index on exactly these columns, in any order;
// a partial one only where the clause has a WHERE that implies the predicate. Where the clause or
// an index has expressions, the server compares them in a form that is not known here, so that such
// an index counts as long as it may be meant.
// https://www.postgresql.org/docs/15/sql-insert.html#SQL-ON-CONFLICT, tried on PostgreSQL 15.20.
#include "lint/failing_conflicts.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "catalog/fold_table.hpp"
#include "lint/existence.hpp"
#include "lint/failing.hpp"
#include "locks/family.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::ConstraintKind;
using sql::as;
using sql::list;

/// ON CONFLICT (…), as it is compared with indexes.
struct Target {
  std::set<std::string> columns;  ///< also those that expressions read
  bool has_expressions = false;
  bool has_predicate = false;
};

Target read_target(const PgQuery__InferClause& infer) {
  Target target;
  target.has_predicate = infer.where_clause != nullptr;
  for (const sql::Node* node : list(infer.index_elems, infer.n_index_elems)) {
    const auto* element = as<PgQuery__IndexElem>(node);
    if (element == nullptr)
      continue;
    // (a) in parentheses of its own is the column as well.
    const std::string_view column =
        element->expr == nullptr ? element->name : locks::column_of(element->expr);
    target.has_expressions = target.has_expressions || column.empty();
    if (!column.empty())
      target.columns.emplace(column);
    else
      target.columns.merge([&] {
        const auto read = catalog::columns_read(element->expr);
        return std::set<std::string>(read.begin(), read.end());
      }());
  }
  return target;
}

/// Its predicate is not asked about.
bool may_be_meant(const catalog::Index& index, const Target& target) {
  if (!index.is_unique)
    return false;
  const bool has_expressions =
      std::find(index.columns.begin(), index.columns.end(), "") != index.columns.end();
  if (!has_expressions)
    return std::set<std::string>(index.columns.begin(), index.columns.end()) == target.columns;
  const std::set<std::string> used(index.used_columns.begin(), index.used_columns.end());
  return (target.has_expressions || index.has_cast) &&
         std::includes(used.begin(), used.end(), target.columns.begin(), target.columns.end());
}

bool is_deferrable(const catalog::Relation& table, const catalog::Index& index) {
  return std::any_of(table.constraints.begin(), table.constraints.end(),
                     [&](const catalog::Constraint& one) {
                       return one.index == index.name.name && one.is_deferrable;
                     });
}

/// Rows that are there when it is run, and no trigger that leaves them out.
bool surely_inserts(const PgQuery__InsertStmt& insert, const catalog::Relation& table) {
  const auto* select = as<PgQuery__SelectStmt>(insert.select_stmt);
  return (select == nullptr || select->n_values_lists > 0) && table.triggers.empty() &&
         table.kind == catalog::RelationKind::kTable;
}

void check_columns(const Event& event, Context& context, const PgQuery__InsertStmt& insert,
                   const catalog::Relation& table, Place place) {
  const Target target = read_target(*insert.on_conflict_clause->infer);
  bool is_there = false;
  bool is_at_once = false;
  const catalog::Index* partial = nullptr;
  for (const std::string& name : table.indexes) {
    const catalog::Index* index = context.catalog().indexes.find({table.name.schema, name});
    if (index != nullptr && !may_be_meant(*index, target))
      continue;
    if (index != nullptr && index->is_partial && !target.has_predicate) {
      partial = index;
      continue;
    }
    is_there = true;
    is_at_once = is_at_once || index == nullptr || !is_deferrable(table, *index);
  }
  const std::string columns = target.has_expressions
                                  ? std::string("what ON CONFLICT names")
                                  : fmt::format("({})", fmt::join(target.columns, ", "));
  const std::string shown = catalog::quote_name(table.name);
  if (!is_there && partial != nullptr)
    report_failing(event, context, place,
                   fmt::format("{} is partial, and ON CONFLICT does not say its WHERE",
                               catalog::quote_name(partial->name)),
                   "write the WHERE of the index behind the columns");
  else if (!is_there)
    report_failing(
        event, context, place,
        fmt::format("no unique index or constraint of {} is on exactly {}", shown, columns),
        "name the columns of one that there is, or make one before");
  else if (!is_at_once && surely_inserts(insert, table))
    report_failing(event, context, place,
                   fmt::format("what makes {} of {} unique is DEFERRABLE", columns, shown),
                   "ON CONFLICT takes only what is looked at with each row");
}

void check_name(const Event& event, Context& context, const PgQuery__InsertStmt& insert,
                const catalog::Relation& table) {
  const std::string_view name = insert.on_conflict_clause->infer->conname;
  const catalog::Constraint* constraint = table.find_constraint(name);
  if (constraint == nullptr)
    return;  // unknown-constraint says it
  const bool updates =
      insert.on_conflict_clause->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
  std::string why;
  if (constraint->kind == ConstraintKind::kCheck || constraint->kind == ConstraintKind::kForeignKey)
    why = "is no key";
  else if (constraint->kind == ConstraintKind::kExclusion && updates)
    why = "is an exclusion constraint, which DO UPDATE does not take";
  else if (constraint->is_deferrable && surely_inserts(insert, table))
    why = "is DEFERRABLE";
  if (!why.empty())
    report_failing(event, context, context.column_place(event, name),
                   fmt::format("the constraint {} of {} {}", catalog::quote_identifier(name),
                               catalog::quote_name(table.name), why),
                   "name a unique constraint that is looked at with each row");
}

/// To partitions of partitions not all keys of the outermost table are followed.
bool is_below_partition(const catalog::Catalog& catalog, const catalog::Relation& table) {
  const catalog::Relation* parent =
      table.partition_of ? catalog.relations.find(*table.partition_of) : nullptr;
  return parent != nullptr && parent->partition_of.has_value();
}

void check_insert(const Event& event, Context& context, const PgQuery__InsertStmt& insert) {
  const auto& conflict = *insert.on_conflict_clause;
  const Place place = context.word_place(event, "conflict", 0, insert.relation->location);
  if (conflict.infer == nullptr) {
    if (conflict.action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE)
      report_failing(event, context, place, "DO UPDATE has to be told which key it is about",
                     "ON CONFLICT (<columns of a unique key>) DO UPDATE …");
    return;
  }
  const catalog::Relation* table = context.catalog().find_relation(*insert.relation);
  const bool is_known = table != nullptr && is_certain(*table) && table->rules.empty() &&
                        !is_below_partition(context.catalog(), *table) &&
                        (table->kind == catalog::RelationKind::kTable ||
                         table->kind == catalog::RelationKind::kPartitionedTable) &&
                        table->made_in >= 0;
  if (!is_known)
    return;
  if (conflict.infer->n_index_elems > 0)
    check_columns(event, context, insert, *table, place);
  else
    check_name(event, context, insert, *table);
}

}  // namespace

void check_conflict_fails(const Event& event, Context& context) {
  if (!can_tell(event, context))
    return;
  sql::walk(event.node, [&](const sql::Node& node) {
    const auto* insert = as<PgQuery__InsertStmt>(&node);
    if (insert != nullptr && insert->relation != nullptr && insert->on_conflict_clause != nullptr)
      check_insert(event, context, *insert);
    return true;
  });
}

}  // namespace godwit::codegen::lint
