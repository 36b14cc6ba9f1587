// SPDX-License-Identifier: Apache-2.0
#include "emit/leftovers.hpp"

#include <algorithm>
#include <string_view>

#include "catalog/name.hpp"
#include "source/words.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::emit {
namespace {

using catalog::quote_identifier;
using sql::as;
using sql::Node;

class Leftovers {
 public:
  void add_all(const Node* statement) {
    if (statement == nullptr)
      return;
    switch (statement->node_case) {
      case PG_QUERY__NODE__NODE_CREATE_STMT:
        add_relation("TABLE", statement->create_stmt->relation, statement->create_stmt->oncommit);
        return;
      case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        add_into(statement->create_table_as_stmt->into);
        return;
      case PG_QUERY__NODE__NODE_SELECT_STMT:
        add_into(statement->select_stmt->into_clause);
        return;
      case PG_QUERY__NODE__NODE_VIEW_STMT:
        add_relation("VIEW", statement->view_stmt->view, kKept);
        return;
      case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        add_relation("SEQUENCE", statement->create_seq_stmt->sequence, kKept);
        return;
      case PG_QUERY__NODE__NODE_PREPARE_STMT:
        add("DEALLOCATE " + quote_identifier(statement->prepare_stmt->name));
        return;
      case PG_QUERY__NODE__NODE_DEALLOCATE_STMT:
        remove_prepared(statement->deallocate_stmt->name);
        return;
      case PG_QUERY__NODE__NODE_DISCARD_STMT:
        statements_.clear();
        return;
      case PG_QUERY__NODE__NODE_DO_STMT:
        add_block(*statement->do_stmt);
        return;
      default:
        return;
    }
  }

  std::vector<std::string> take() { return std::move(statements_); }

 private:
  static constexpr auto kKept = PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_NOOP;

  void add(std::string statement) {
    if (std::find(statements_.begin(), statements_.end(), statement) == statements_.end())
      statements_.push_back(std::move(statement));
  }

  void add_relation(std::string_view kind, const PgQuery__RangeVar* relation,
                    PgQuery__OnCommitAction on_commit) {
    if (relation == nullptr || on_commit == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP)
      return;
    const bool is_temporary = std::string_view(relation->relpersistence) == "t" ||
                              std::string_view(relation->schemaname) == "pg_temp";
    if (is_temporary)
      add("DROP " + std::string(kind) + " IF EXISTS pg_temp." +
          quote_identifier(relation->relname) + " CASCADE");
  }

  void add_into(const PgQuery__IntoClause* into) {
    if (into != nullptr)
      add_relation("TABLE", into->rel, into->on_commit);
  }

  /// A null name is ALL.
  void remove_prepared(std::string_view name) {
    std::erase_if(statements_, [&](const std::string& statement) {
      return name.empty() ? statement.starts_with("DEALLOCATE ")
                          : statement == "DEALLOCATE " + quote_identifier(name);
    });
  }

  void add_block(const PgQuery__DoStmt& block) {
    sql::BodyText body{.language = "plpgsql", .text = {}, .origin = {}};
    for (const Node* node : sql::list(block.args, block.n_args)) {
      const auto* option = as<PgQuery__DefElem>(node);
      if (option != nullptr && std::string_view(option->defname) == "as")
        body.text = sql::string_value(option->arg);
    }
    if (!contains_ignoring_case(body.text, "temp"))
      return;
    for (const sql::BodyStatement& inner : sql::parse_body(std::move(body)).statements)
      add_all(inner.statement.node);
  }

  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> find_leftovers(const sql::Script& script) {
  Leftovers leftovers;
  for (const sql::Statement& statement : script.statements()) leftovers.add_all(statement.node);
  return leftovers.take();
}

}  // namespace godwit::codegen::emit
