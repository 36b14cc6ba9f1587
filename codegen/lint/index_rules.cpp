// SPDX-License-Identifier: Apache-2.0
//
// Rules about making and dropping indexes while the application is running.
#include <string>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "require-concurrent-index",
     .group = "locks",
     .summary = "CREATE INDEX without CONCURRENTLY blocks writes while it reads the whole table",
     .explanation =
         "It holds SHARE on the table until the migration commits: INSERT, UPDATE and DELETE wait, "
         "reads go on. CREATE INDEX CONCURRENTLY holds SHARE UPDATE EXCLUSIVE, which lets writes "
         "through. It cannot run in a transaction, so it is a migration of its own, which godwit "
         "then runs without one. On a table that the same migration creates there is nothing to "
         "wait for.",
     .bad = "CREATE INDEX orders_at ON orders (at);",
     .good = "CREATE INDEX CONCURRENTLY orders_at ON orders (at);  -- in a file of its own",
     .manual = "https://www.postgresql.org/docs/15/sql-createindex.html"},
};

std::string concurrent_text(const Context& context, const Event& event) {
  const std::string_view text =
      context.section().text().substr(event.place.offset, event.place.length);
  for (const sql::Token& token : sql::scan(text, 0, text.size())) {
    if (sql::is_word(text, token, "index"))
      return fmt::format("{} CONCURRENTLY{};", text.substr(0, token.end()),
                         text.substr(token.end()));
  }
  return std::string(text) + ';';
}

std::vector<std::string> notes_for(const PgQuery__IndexStmt& create, const Context& context,
                                   const Event& event, bool is_partitioned) {
  if (is_partitioned) {
    const std::string table = Context::spelled(*create.relation);
    return {fmt::format(
        "a partitioned table has no CONCURRENTLY: make the index on the parent alone, then on each "
        "partition, each in a migration of its own, and attach it:\nCREATE INDEX … ON ONLY {} "
        "(…);\nCREATE INDEX CONCURRENTLY … ON <partition> (…);\nALTER INDEX … ATTACH PARTITION …;",
        table)};
  }
  const bool is_alone_in_file = context.script().statements().size() == 1;
  return {fmt::format("{}:\n{}",
                      is_alone_in_file && !event.is_in_body
                          ? "build it while writes go on; the migration then runs without a "
                            "transaction by itself"
                          : "move it into a migration of its own, which then runs without a "
                            "transaction by itself",
                      concurrent_text(context, event))};
}

void check_create_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (create.concurrent || create.relation == nullptr || !create.relation->inh ||
      context.is_new(create.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*create.relation);
  const bool is_partitioned =
      table != nullptr && table->kind == catalog::RelationKind::kPartitionedTable;
  context.report("require-concurrent-index", event, context.head_place(event, "index"),
                 fmt::format("CREATE INDEX holds SHARE on {} while it is built: writes to it wait",
                             Context::spelled(*create.relation)),
                 notes_for(create, context, event, is_partitioned));
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_create_index},
};

}  // namespace

const Family kIndexRules{.name = "indexes", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
