// SPDX-License-Identifier: Apache-2.0
#include "locks/rows.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "locks/family.hpp"

namespace godwit::codegen::locks {
namespace {

using catalog::Name;
using sql::as;
using sql::list;

/// Works out one statement, and those in its WITH.
class Rows {
 public:
  Rows(const catalog::Catalog& catalog, Effects& effects) : catalog_(catalog), effects_(effects) {}

  void run(const sql::Node& node);

 private:
  void lock_indexes(const Name& table, Mode mode) {
    if (const catalog::Relation* known = catalog_.relations.find(table)) {
      for (const std::string& index : known->indexes) effects_.lock({table.schema, index}, mode);
    }
  }

  void write(const PgQuery__RangeVar* target, bool plans_indexes);
  void insert(const PgQuery__InsertStmt& insert);
  void select(const PgQuery__SelectStmt& select);
  void run_with(const sql::Node& node);

  const catalog::Catalog& catalog_;
  Effects& effects_;
};

/// `plans_indexes`: the planner looks at the indexes, and locks them like the table; the executor
/// lets go of those that it opens itself.
void Rows::write(const PgQuery__RangeVar* target, bool plans_indexes) {
  if (target == nullptr)
    return;
  std::vector<Name> tables{catalog_.resolve(*target)};
  // What is written through a view that PostgreSQL can update by itself goes to its one table.
  for (const catalog::Relation* view = catalog_.relations.find(tables.front());
       view != nullptr && view->kind == catalog::RelationKind::kView && view->uses != nullptr &&
       view->uses->relations.size() == 1;
       view = catalog_.relations.find(tables.front())) {
    effects_.lock(tables.front(), Mode::kRowExclusive);
    tables.front() = view->uses->relations.front();
  }
  if (plans_indexes && target->inh != 0) {
    const auto below = descendants(catalog_, tables.front());
    tables.insert(tables.end(), below.begin(), below.end());
  }
  for (const Name& table : tables) {
    effects_.lock(table, Mode::kRowExclusive);
    if (plans_indexes)
      lock_indexes(table, Mode::kRowExclusive);
  }
}

void Rows::insert(const PgQuery__InsertStmt& insert) {
  const bool infers =
      insert.on_conflict_clause != nullptr && insert.on_conflict_clause->infer != nullptr;
  write(insert.relation, false);
  if (infers && insert.relation != nullptr)
    lock_indexes(catalog_.resolve(*insert.relation), Mode::kRowExclusive);
  // The rows that foreign keys point at are locked one by one.
  if (insert.relation == nullptr)
    return;
  if (const catalog::Relation* known = catalog_.find_relation(*insert.relation)) {
    for (const catalog::Constraint& constraint : known->constraints) {
      if (constraint.kind == catalog::ConstraintKind::kForeignKey &&
          effects_.mode_of(constraint.referenced_table) == Mode::kNone)
        effects_.locks.push_back({.relation = constraint.referenced_table,
                                  .mode = Mode::kRowShare,
                                  .depends_on_rows = true});
    }
  }
}

void Rows::select(const PgQuery__SelectStmt& select) {
  if (select.n_locking_clause == 0)
    return;
  for (const sql::Node* node : list(select.from_clause, select.n_from_clause)) {
    if (const auto* range = as<PgQuery__RangeVar>(node))
      effects_.lock(catalog_.resolve(*range), Mode::kRowShare);
  }
}

/// Of a statement that reads or writes rows.
const PgQuery__WithClause* with_of(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return node.select_stmt->with_clause;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return node.insert_stmt->with_clause;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return node.update_stmt->with_clause;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return node.delete_stmt->with_clause;
    default:
      return nullptr;
  }
}

/// What stands in a WITH may write, too.
void Rows::run_with(const sql::Node& node) {
  const PgQuery__WithClause* with = with_of(node);
  if (with == nullptr)
    return;
  for (const sql::Node* table : list(with->ctes, with->n_ctes)) {
    const auto* expression = as<PgQuery__CommonTableExpr>(table);
    if (expression != nullptr && expression->ctequery != nullptr &&
        expression->ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
      run(*expression->ctequery);
  }
}

void Rows::run(const sql::Node& node) {
  run_with(node);
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return insert(*node.insert_stmt);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return write(node.update_stmt->relation, true);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return write(node.delete_stmt->relation, true);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return write(node.merge_stmt->relation, true);
    case PG_QUERY__NODE__NODE_COPY_STMT:
      if (node.copy_stmt->is_from != 0)
        write(node.copy_stmt->relation, false);
      return;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return select(*node.select_stmt);
    default:
      return;
  }
}

}  // namespace

void add_rows(const catalog::Catalog& catalog, const sql::Node& node, Effects& effects) {
  Rows(catalog, effects).run(node);
}

void add_reads(const catalog::Catalog& catalog, const sql::Node& node, Effects& effects) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    case PG_QUERY__NODE__NODE_VIEW_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
      break;
    default:
      return;
  }
  // What is made here, and the names of WITH, are no relations that are there.
  std::set<std::string_view> own;
  const PgQuery__RangeVar* made = nullptr;
  if (const auto* create = as<PgQuery__CreateTableAsStmt>(&node); create != nullptr && create->into)
    made = create->into->rel;
  if (const auto* view = as<PgQuery__ViewStmt>(&node))
    made = view->view;
  std::vector<const PgQuery__RangeVar*> read;
  sql::walk(&node, [&](const sql::Node& inner) {
    if (const auto* table = as<PgQuery__CommonTableExpr>(&inner))
      own.insert(table->ctename);
    if (const auto* range = as<PgQuery__RangeVar>(&inner); range != nullptr && range != made)
      read.push_back(range);
    return true;
  });
  for (const PgQuery__RangeVar* range : read) {
    const bool is_own = std::string_view(range->schemaname).empty() && own.contains(range->relname);
    if (!is_own)
      effects.lock(catalog.resolve(*range), Mode::kAccessShare);
  }
}

}  // namespace godwit::codegen::locks
