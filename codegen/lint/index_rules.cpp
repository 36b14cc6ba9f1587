// SPDX-License-Identifier: Apache-2.0
//
// Rules about making and dropping indexes while the application is running.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

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
    {.id = "require-concurrent-drop-index",
     .group = "locks",
     .summary = "DROP INDEX without CONCURRENTLY locks the table",
     .explanation = "It holds ACCESS EXCLUSIVE on the table, and waits behind every query that is "
                    "running, with all others behind it. DROP INDEX CONCURRENTLY, one index a "
                    "statement and a migration of its own, lets them through.",
     .bad = "DROP INDEX orders_at;",
     .good = "DROP INDEX CONCURRENTLY orders_at;  -- in a file of its own",
     .manual = "https://www.postgresql.org/docs/15/sql-dropindex.html"},
    {.id = "drop-concurrently-multiple",
     .group = "will fail",
     .summary = "DROP INDEX CONCURRENTLY of several indexes, or with CASCADE",
     .explanation = "PostgreSQL rejects it. Write one statement for each index.",
     .bad = "DROP INDEX CONCURRENTLY a, b;",
     .good = "DROP INDEX CONCURRENTLY a;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropindex.html"},
    {.id = "drop-constraint-index",
     .group = "will fail",
     .summary = "DROP INDEX of an index that a constraint stands on",
     .explanation =
         "PostgreSQL rejects it: \"constraint … requires it\". Drop the constraint, which "
         "takes the index along.",
     .bad = "DROP INDEX users_pkey;",
     .good = "ALTER TABLE users DROP CONSTRAINT users_pkey;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropindex.html"},
    {.id = "require-concurrent-reindex",
     .group = "locks",
     .summary = "REINDEX without CONCURRENTLY blocks writes, and reads that use the index",
     .explanation = "It holds SHARE on the table and ACCESS EXCLUSIVE on the index. REINDEX … "
                    "CONCURRENTLY builds a second one beside it.",
     .bad = "REINDEX INDEX orders_at;",
     .good = "REINDEX INDEX CONCURRENTLY orders_at;  -- in a file of its own",
     .manual = "https://www.postgresql.org/docs/15/sql-reindex.html"},
    {.id = "require-concurrent-refresh",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "REFRESH MATERIALIZED VIEW without CONCURRENTLY locks the view",
     .explanation =
         "Nobody can read the view while it is computed. CONCURRENTLY lets them, and needs "
         "a unique index on the view. The first fill cannot be concurrent and is not "
         "reported.",
     .bad = "REFRESH MATERIALIZED VIEW totals;",
     .good = "REFRESH MATERIALIZED VIEW CONCURRENTLY totals;",
     .manual = "https://www.postgresql.org/docs/15/sql-refreshmaterializedview.html"},
    {.id = "refresh-concurrently-without-unique-index",
     .group = "will fail",
     .summary = "REFRESH CONCURRENTLY of a view that has no unique index",
     .explanation = "PostgreSQL rejects it: there has to be a unique index on columns, without a "
                    "WHERE.",
     .bad = "REFRESH MATERIALIZED VIEW CONCURRENTLY totals;  -- without an index",
     .good = "CREATE UNIQUE INDEX totals_day ON totals (day);",
     .manual = "https://www.postgresql.org/docs/15/sql-refreshmaterializedview.html"},
};

std::string concurrent_text(const Context& context, const Event& event) {
  // Written elsewhere, or put together.
  if (event.call || event.is_built)
    return fmt::format("CREATE INDEX CONCURRENTLY … ON {} (…);",
                       Context::spelled(*event.node->index_stmt->relation));
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

std::vector<catalog::Name> dropped_indexes(const PgQuery__DropStmt& drop, const Context& context) {
  std::vector<catalog::Name> names;
  for (const sql::Node* object : sql::list(drop.objects, drop.n_objects)) {
    const auto* parts = sql::as<PgQuery__List>(object);
    names.push_back(parts == nullptr ? catalog::Name()
                                     : context.catalog().resolve_relation(
                                           sql::list(parts->items, parts->n_items)));
  }
  return names;
}

void check_concurrent_drop(const PgQuery__DropStmt& drop, const Event& event, Context& context) {
  const bool cascades = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
  if (drop.n_objects < 2 && !cascades)
    return;
  std::string rewrite;
  for (const catalog::Name& name : dropped_indexes(drop, context))
    rewrite += fmt::format("\nDROP INDEX CONCURRENTLY {}{};", drop.missing_ok ? "IF EXISTS " : "",
                           catalog::quote_name(name));
  const Place place =
      cascades ? context.word_place(event, "cascade") : context.object_place(event, 1);
  Diagnostic* finding = context.report(
      "drop-concurrently-multiple", event, place,
      drop.n_objects > 1 ? "DROP INDEX CONCURRENTLY takes one index: PostgreSQL rejects several"
                         : "DROP INDEX CONCURRENTLY takes no CASCADE: PostgreSQL rejects it",
      {"write one statement for each, in a migration of its own; or with IF EXISTS, together in "
       "one "
       "that says `Transaction: none`:" +
       rewrite});
  // Elsewhere the statements, being more than one, would be taken to be in a transaction; and
  // without IF EXISTS they cannot be run again.
  const bool is_said = !context.is_down() && context.source().header.transaction == false;
  if (finding != nullptr && !cascades && !event.is_in_body && is_said && drop.missing_ok)
    finding->fix = Fix{event.place.offset, event.place.offset + event.place.length,
                       rewrite.substr(1, rewrite.size() - 2)};
}

void check_drop_index(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (drop.remove_type != sql::object::kIndex)
    return;
  const std::vector<catalog::Name> names = dropped_indexes(drop, context);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const catalog::Index* index = context.catalog().indexes.find(names[i]);
    const std::string name = catalog::quote_name(names[i]);
    // SQL that nobody could read may have dropped the constraint.
    if (index != nullptr && index->backs_constraint && !context.catalog().is_opaque) {
      context.report(
          "drop-constraint-index", event, context.object_place(event, i),
          fmt::format("a constraint of {} stands on this index: PostgreSQL rejects the DROP",
                      catalog::quote_name(index->table)),
          {fmt::format("drop the constraint, which takes the index along:\nALTER TABLE {} "
                       "DROP CONSTRAINT {};",
                       catalog::quote_name(index->table),
                       catalog::quote_identifier(names[i].name))});
      continue;
    }
    if (drop.missing_ok && is_surely_absent(context, names[i]))
      continue;
    const catalog::Relation* table =
        index == nullptr ? nullptr : context.catalog().relations.find(index->table);
    const bool is_partitioned =
        table != nullptr && table->kind == catalog::RelationKind::kPartitionedTable;
    if (drop.concurrent && is_partitioned) {
      context.report("concurrent-index-on-partitioned", event, context.object_place(event, i),
                     fmt::format("{} is an index of the partitioned table {}: PostgreSQL rejects "
                                 "CONCURRENTLY",
                                 name, catalog::quote_name(index->table)),
                     {fmt::format("drop it without, at a quiet time:\n-- "
                                  "godwit:allow(require-concurrent-drop-index) at night\nDROP "
                                  "INDEX {}{};",
                                  drop.missing_ok ? "IF EXISTS " : "", name)});
      continue;
    }
    // An index that the up section made was not there before; its table may have been.
    if (drop.concurrent ||
        (index != nullptr &&
         (context.is_new(index->table) || (context.is_down() && context.is_new(index->made_in)))))
      continue;
    if (is_partitioned) {
      context.report(
          "require-concurrent-drop-index", event, context.object_place(event, i),
          fmt::format(
              "DROP INDEX holds ACCESS EXCLUSIVE on {} and all its partitions: nothing else "
              "can use them meanwhile",
              catalog::quote_name(index->table)),
          {"PostgreSQL has no CONCURRENTLY for an index of a partitioned table: drop it at a quiet "
           "time, and say so above it:\n-- godwit:allow(require-concurrent-drop-index) at night"});
      continue;
    }
    context.report(
        "require-concurrent-drop-index", event, context.object_place(event, i),
        fmt::format("DROP INDEX holds ACCESS EXCLUSIVE on {}: nothing else can use it "
                    "meanwhile",
                    index == nullptr ? "its table" : catalog::quote_name(index->table)),
        {fmt::format("in a migration of its own, which then runs without a transaction by "
                     "itself:\nDROP INDEX CONCURRENTLY {}{};",
                     drop.missing_ok ? "IF EXISTS " : "", name)});
  }
  if (drop.concurrent)
    check_concurrent_drop(drop, event, context);
}

bool is_concurrent(const PgQuery__ReindexStmt& reindex) {
  for (const sql::Node* node : sql::list(reindex.params, reindex.n_params)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option == nullptr || std::string_view(option->defname) != "concurrently")
      continue;
    const std::string_view word = sql::string_value(option->arg);
    const auto* boolean = sql::as<PgQuery__Boolean>(option->arg);
    const auto* integer = sql::as<PgQuery__Integer>(option->arg);
    return word != "false" && word != "off" && word != "0" &&
           (boolean == nullptr || boolean->boolval) && (integer == nullptr || integer->ival != 0);
  }
  return false;
}

void check_reindex(const Event& event, Context& context) {
  const auto& reindex = *event.node->reindex_stmt;
  constexpr int kFirstWithConcurrently = 12;
  if (is_concurrent(reindex) || context.policy().postgres < kFirstWithConcurrently ||
      reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM)
    return;
  if (reindex.relation != nullptr) {
    const catalog::Name name = context.catalog().resolve(*reindex.relation);
    const catalog::Index* index = context.catalog().indexes.find(name);
    if (context.is_new(name) || (index != nullptr && context.is_new(index->table)))
      return;
  }
  context.report(
      "require-concurrent-reindex", event, event.place,
      "REINDEX blocks writes to the table, and reads that use the index, until it is "
      "built",
      {"write it with CONCURRENTLY, in a migration of its own, which then runs without a "
       "transaction by itself"});
}

void check_refresh(const Event& event, Context& context) {
  const auto& refresh = *event.node->refresh_mat_view_stmt;
  if (refresh.relation == nullptr || refresh.skip_data)
    return;
  const catalog::Relation* view = context.catalog().find_relation(*refresh.relation);
  const std::string name = Context::spelled(*refresh.relation);
  if (!refresh.concurrent) {
    if (!context.is_new(refresh.relation) && !(view != nullptr && view->is_unfilled))
      context.report(
          "require-concurrent-refresh", event, event.place,
          fmt::format("REFRESH holds ACCESS EXCLUSIVE on {}: nobody can read it while it is "
                      "computed",
                      name),
          {fmt::format("with a unique index on it:\nREFRESH MATERIALIZED VIEW CONCURRENTLY "
                       "{};",
                       name)});
    return;
  }
  // SQL that nobody could read may have made the index.
  if (view == nullptr || view->kind != catalog::RelationKind::kMaterializedView ||
      context.catalog().is_opaque)
    return;
  for (const std::string& index_name : view->indexes) {
    const catalog::Index* index = context.catalog().indexes.find({view->name.schema, index_name});
    const bool is_on_columns =
        index != nullptr && std::none_of(index->columns.begin(), index->columns.end(),
                                         [](const std::string& column) { return column.empty(); });
    if (is_on_columns && index->is_unique && !index->is_partial)
      return;
  }
  context.report(
      "refresh-concurrently-without-unique-index", event, event.place,
      fmt::format("{} has no unique index on columns: PostgreSQL rejects CONCURRENTLY", name),
      {fmt::format("make one before:\nCREATE UNIQUE INDEX {} ON {} (…);",
                   catalog::quote_identifier(fmt::format("{}_key", refresh.relation->relname)),
                   name)});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_create_index},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop_index},
    {PG_QUERY__NODE__NODE_REINDEX_STMT, check_reindex},
    {PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT, check_refresh},
};

}  // namespace

const Family kIndexRules{.name = "indexes", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
