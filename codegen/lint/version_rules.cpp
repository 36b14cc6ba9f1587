// SPDX-License-Identifier: Apache-2.0
//
// A rule about syntax that is younger than the oldest server on which the project says that its
// migrations run. The grammar here is that of PostgreSQL 15: what is younger does not parse at all,
// and is newer-syntax.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;

constexpr int kYoungest = 15;

constexpr RuleInfo kRules[] = {
    {.id = "needs-newer-server",
     .group = "will fail",
     .summary = "Syntax that the oldest server of the project does not know",
     .explanation =
         "The project says on which server its migrations have to run, by POSTGRES or by "
         "--postgres. The statement is of a later version: that server refuses it.",
     .bad = "MERGE INTO stock s USING deliveries d ON s.id = d.id WHEN NOT MATCHED THEN INSERT "
            "VALUES (d.id);",
     .good = "INSERT INTO stock SELECT id FROM deliveries ON CONFLICT DO NOTHING;",
     .manual = "https://www.postgresql.org/docs/release/"},
};

/// What a part of a statement needs; nothing is needed where `since` is 0.
struct Need {
  int since = 0;
  std::string_view what = {};
  int location = -1;
};

bool has_option(std::span<Node* const> options, std::string_view name) {
  for (const Node* node : options) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option != nullptr && name == option->defname)
      return true;
  }
  return false;
}

Need need_of(const PgQuery__Constraint& constraint) {
  const int location = constraint.location;
  if (constraint.nulls_not_distinct)
    return {15, "NULLS NOT DISTINCT", location};
  if (constraint.n_fk_del_set_cols > 0)
    return {15, "ON DELETE SET of single columns", location};
  if (constraint.contype == sql::constr::kGenerated)
    return {12, "GENERATED ALWAYS AS … STORED", location};
  if (constraint.n_including > 0)
    return {11, "INCLUDE", location};
  return {};
}

Need need_of(const PgQuery__IndexStmt& create) {
  if (create.nulls_not_distinct)
    return {15, "NULLS NOT DISTINCT"};
  return create.n_index_including_params > 0 ? Need{11, "INCLUDE"} : Need{};
}

Need need_of(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kSetAccessMethod:
      return {15, "SET ACCESS METHOD"};
    case sql::at::kSetCompression:
      return {14, "SET COMPRESSION"};
    case sql::at::kDetachPartitionFinalize:
      return {14, "DETACH PARTITION FINALIZE"};
    case sql::at::kDropExpression:
      return {13, "DROP EXPRESSION"};
    case sql::at::kDetachPartition: {
      const auto* partition = as<PgQuery__PartitionCmd>(command.def);
      return partition != nullptr && partition->concurrent
                 ? Need{14, "DETACH PARTITION CONCURRENTLY"}
                 : Need{};
    }
    default:
      return {};
  }
}

Need need_of(const PgQuery__CommonTableExpr& with) {
  if (with.search_clause != nullptr || with.cycle_clause != nullptr)
    return {14, "SEARCH and CYCLE", with.location};
  if (with.ctematerialized != PG_QUERY__CTEMATERIALIZE__CTEMaterializeDefault)
    return {12, "MATERIALIZED", with.location};
  return {};
}

Need need_of(const PgQuery__CreateFunctionStmt& create) {
  if (create.sql_body != nullptr)
    return {14, "a body that is no string"};
  return create.is_procedure ? Need{11, "CREATE PROCEDURE"} : Need{};
}

Need need_of(const PgQuery__ReindexStmt& reindex) {
  const auto options = list(reindex.params, reindex.n_params);
  if (has_option(options, "tablespace"))
    return {14, "REINDEX (TABLESPACE)"};
  return has_option(options, "concurrently") ? Need{12, "REINDEX CONCURRENTLY"} : Need{};
}

Need need_of(const Node& node) {
  if (const auto* constraint = as<PgQuery__Constraint>(&node))
    return need_of(*constraint);
  if (const auto* command = as<PgQuery__AlterTableCmd>(&node))
    return need_of(*command);
  if (const auto* with = as<PgQuery__CommonTableExpr>(&node))
    return need_of(*with);
  if (const auto* column = as<PgQuery__ColumnDef>(&node);
      column != nullptr && !std::string_view(column->compression).empty())
    return {14, "COMPRESSION", column->location};
  if (const auto* object = as<PgQuery__PublicationObjSpec>(&node);
      object != nullptr &&
      object->pubobjtype != PG_QUERY__PUBLICATION_OBJ_SPEC_TYPE__PUBLICATIONOBJ_TABLE)
    return {15, "FOR TABLES IN SCHEMA", object->location};
  if (const auto* select = as<PgQuery__SelectStmt>(&node)) {
    if (select->group_distinct)
      return {14, "GROUP BY DISTINCT"};
    if (select->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES)
      return {13, "WITH TIES"};
  }
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return {15, "MERGE"};
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return need_of(*node.index_stmt);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return has_option(list(node.view_stmt->options, node.view_stmt->n_options),
                        "security_invoker")
                 ? Need{15, "security_invoker"}
                 : Need{};
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return node.create_trig_stmt->replace ? Need{14, "CREATE OR REPLACE TRIGGER"} : Need{};
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return need_of(*node.create_function_stmt);
    case PG_QUERY__NODE__NODE_CALL_STMT:
      return {11, "CALL"};
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return need_of(*node.reindex_stmt);
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
      return node.dropdb_stmt->n_options > 0 ? Need{13, "DROP DATABASE (FORCE)"} : Need{};
    default:
      return {};
  }
}

/// The first thing of the statement that the server does not know.
void check(const Event& event, Context& context) {
  const int server = context.policy().postgres;
  // A body may ask for the version first.
  if (server >= kYoungest || event.is_conditional)
    return;
  Need found;
  sql::walk(event.node, [&](const Node& node) {
    const Need need = found.since == 0 ? need_of(node) : Need{};
    if (need.since > server)
      found = need;
    return found.since == 0;
  });
  if (found.since == 0)
    return;
  context.report("needs-newer-server", event,
                 found.location < 0 ? event.place : context.name_at(event, found.location),
                 fmt::format("{} is of PostgreSQL {}, and the migration has to run on {}",
                             found.what, found.since, server),
                 {"write it so that the oldest server takes it, or name a younger one"});
}

}  // namespace

const Family kVersionRules{.name = "versions", .rules = kRules, .every_statement = check};

}  // namespace godwit::codegen::lint
