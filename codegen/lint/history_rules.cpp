// SPDX-License-Identifier: Apache-2.0
//
// The rule about migrations that touch the table in which their own history is kept. Sets that come
// from another tool, or from a dump, make or drop a table of that name.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "history-table-collision",
     .group = "will fail",
     .summary = "A migration makes, changes or drops the table that holds the history",
     .explanation =
         "godwit keeps what was applied in schema_migrations, where HISTORY_TABLE names no other. "
         "A "
         "migration that makes a table of that name fails, and one that drops or empties it would "
         "take the history along. Keep the history elsewhere, with `HISTORY_TABLE "
         "godwit_migrations` in add_migrations(). Where the build lets it pass (WARN_ONLY, "
         "BASELINE) and HISTORY_TABLE is not given, the history is kept in godwit_migrations by "
         "itself.",
     .bad = "DROP TABLE schema_migrations;",
     .good = "add_migrations(crm DIRECTORY migrations HISTORY_TABLE godwit_migrations)",
     .manual = "docs/rules.md#history-table-collision"},
};

constexpr std::string_view kLogSuffix = "_log";

/// The history's table; its log is beside it.
struct HistoryTable {
  std::string_view schema;
  std::string_view name;

  explicit HistoryTable(const Policy& policy)
      : schema("public"), name(policy.history_table ? *policy.history_table : kHistoryTable) {
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
      schema = name.substr(0, dot);
      name.remove_prefix(dot + 1);
    }
  }

  bool is_called(std::string_view table) const {
    return table == name || (table.size() == name.size() + kLogSuffix.size() &&
                             table.starts_with(name) && table.ends_with(kLogSuffix));
  }
};

void report(const Event& event, Context& context, const catalog::Name& name, Place place) {
  context.report("history-table-collision", event, place,
                 fmt::format("godwit keeps its own history in {}", catalog::quote_name(name)),
                 {"keep it in another table: HISTORY_TABLE godwit_migrations in add_migrations()"});
}

void check_relation(const Event& event, Context& context, const PgQuery__RangeVar* range) {
  const HistoryTable history(context.policy());
  if (range == nullptr || range->relpersistence == std::string_view("t") ||
      !history.is_called(range->relname))
    return;
  const catalog::Name name = context.catalog().resolve(*range);
  if (name.schema == history.schema)
    report(event, context, name, context.name_at(event, range->location));
}

void check_create(const Event& event, Context& context) {
  check_relation(event, context, event.node->create_stmt->relation);
}

void check_alter(const Event& event, Context& context) {
  check_relation(event, context, event.node->alter_table_stmt->relation);
}

void check_rename(const Event& event, Context& context) {
  check_relation(event, context, event.node->rename_stmt->relation);
}

void check_insert(const Event& event, Context& context) {
  check_relation(event, context, event.node->insert_stmt->relation);
}

void check_update(const Event& event, Context& context) {
  check_relation(event, context, event.node->update_stmt->relation);
}

void check_delete(const Event& event, Context& context) {
  check_relation(event, context, event.node->delete_stmt->relation);
}

void check_truncate(const Event& event, Context& context) {
  const auto& truncate = *event.node->truncate_stmt;
  for (std::size_t i = 0; i < truncate.n_relations; ++i)
    check_relation(event, context, sql::as<PgQuery__RangeVar>(truncate.relations[i]));
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (drop.remove_type != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
    return;
  const HistoryTable history(context.policy());
  for (std::size_t i = 0; i < drop.n_objects; ++i) {
    const auto* names = sql::as<PgQuery__List>(drop.objects[i]);
    if (names == nullptr || names->n_items == 0 ||
        !history.is_called(sql::string_value(names->items[names->n_items - 1])))
      continue;
    const catalog::Name name = context.catalog().resolve_relation({names->items, names->n_items});
    if (name.schema == history.schema)
      report(event, context, name, context.object_place(event, i));
  }
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create},
    {PG_QUERY__NODE__NODE_ALTER_TABLE_STMT, check_alter},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_rename},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_insert},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_update},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_delete},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncate},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
};

}  // namespace

const Family kHistoryRules{.name = "history", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
