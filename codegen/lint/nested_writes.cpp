// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL takes writes in the WITH of a whole statement only, so that nothing else is looked at.
#include "lint/nested_writes.hpp"

#include <algorithm>

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;

bool is_option_on(const PgQuery__DefElem& option) {
  if (option.arg == nullptr)
    return true;
  if (const auto* boolean = as<PgQuery__Boolean>(option.arg))
    return boolean->boolval != 0;
  if (const auto* integer = as<PgQuery__Integer>(option.arg))
    return integer->ival != 0;
  const std::string_view word = sql::string_value(option.arg);
  return word != "false" && word != "off" && word != "0";
}

bool is_analyzed(const PgQuery__ExplainStmt& explain) {
  const auto options = list(explain.options, explain.n_options);
  return std::any_of(options.begin(), options.end(), [](const Node* node) {
    const auto* option = as<PgQuery__DefElem>(node);
    return option != nullptr && std::string_view(option->defname) == "analyze" &&
           is_option_on(*option);
  });
}

void add(const Node* node, std::vector<const Node*>& writes);

void add_with(const PgQuery__WithClause* with, std::vector<const Node*>& writes) {
  if (with == nullptr)
    return;
  for (const Node* item : list(with->ctes, with->n_ctes)) {
    if (const auto* cte = as<PgQuery__CommonTableExpr>(item))
      add(cte->ctequery, writes);
  }
}

void add(const Node* node, std::vector<const Node*>& writes) {
  if (node == nullptr)
    return;
  if (written_table(*node) != nullptr)
    writes.push_back(node);
  switch (node->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return add_with(node->select_stmt->with_clause, writes);
    case PG_QUERY__NODE__NODE_INSERT_STMT: {
      add_with(node->insert_stmt->with_clause, writes);
      // INSERT … WITH x AS (DELETE …) SELECT
      const auto* select = as<PgQuery__SelectStmt>(node->insert_stmt->select_stmt);
      return add_with(select == nullptr ? nullptr : select->with_clause, writes);
    }
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return add_with(node->update_stmt->with_clause, writes);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return add_with(node->delete_stmt->with_clause, writes);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return add_with(node->merge_stmt->with_clause, writes);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return add(node->create_table_as_stmt->query, writes);
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return add(node->copy_stmt->query, writes);
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
      if (is_analyzed(*node->explain_stmt))
        add(node->explain_stmt->query, writes);
      return;
    default:
      return;
  }
}

}  // namespace

const PgQuery__RangeVar* written_table(const sql::Node& write) {
  switch (write.node_case) {
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return write.insert_stmt->relation;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return write.update_stmt->relation;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return write.delete_stmt->relation;
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return write.merge_stmt->relation;
    default:
      return nullptr;
  }
}

std::vector<const sql::Node*> writes_of(const sql::Node& statement) {
  std::vector<const Node*> writes;
  add(&statement, writes);
  return writes;
}

}  // namespace godwit::codegen::lint
