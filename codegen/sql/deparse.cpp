// SPDX-License-Identifier: Apache-2.0
//
// libpg_query's deparser forgets some clauses (WITH and NULLS NOT DISTINCT of a constraint, in
// version 15-4.2.4), and quotes neither the names of constraints nor those of indexes. What it
// writes is therefore parsed again and compared with what was meant.
#include "sql/deparse.hpp"

#include <string_view>
#include <vector>

#include "sql/handover.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::sql {
namespace {

constexpr std::string_view kSelect = "SELECT ";

}  // namespace

std::string write(const Node& statement) {
  PgQuery__RawStmt raw = PG_QUERY__RAW_STMT__INIT;
  // protobuf-c has no const.
  raw.stmt = const_cast<Node*>(&statement);
  PgQuery__RawStmt* statements[] = {&raw};
  PgQuery__ParseResult tree = PG_QUERY__PARSE_RESULT__INIT;
  tree.n_stmts = 1;
  tree.stmts = statements;
  std::string text = write_tree(tree);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

bool says(const std::string& text, const Node& statement) {
  std::vector<SyntaxError> errors;
  const Script again = parse(text, errors);
  return errors.empty() && again.statements().size() == 1 &&
         shape_of(again.statements().front().node) == shape_of(&statement);
}

std::string deparse(const Node& statement) {
  std::string text = write(statement);
  return says(text, statement) ? text : std::string();
}

std::string deparse_expression(const Node& expression) {
  PgQuery__ResTarget target = PG_QUERY__RES_TARGET__INIT;
  target.val = const_cast<Node*>(&expression);
  Node target_node = PG_QUERY__NODE__INIT;
  target_node.node_case = PG_QUERY__NODE__NODE_RES_TARGET;
  target_node.res_target = &target;
  Node* targets[] = {&target_node};
  PgQuery__SelectStmt select = PG_QUERY__SELECT_STMT__INIT;
  select.n_target_list = 1;
  select.target_list = targets;
  select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
  select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
  Node node = PG_QUERY__NODE__INIT;
  node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
  node.select_stmt = &select;
  const std::string text = deparse(node);
  return text.starts_with(kSelect) ? text.substr(kSelect.size()) : std::string();
}

}  // namespace godwit::codegen::sql
