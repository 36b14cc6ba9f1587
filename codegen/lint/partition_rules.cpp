// SPDX-License-Identifier: Apache-2.0
//
// Rules about partitions.
#include <algorithm>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "locks/family.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr int kFirstWithConcurrentDetach = 14;

constexpr RuleInfo kRules[] = {
    {.id = "require-concurrent-detach",
     .group = "locks",
     .summary = "DETACH PARTITION without CONCURRENTLY locks the parent and the partition",
     .explanation = "It holds ACCESS EXCLUSIVE on the parent, so that nothing can be read of any "
                    "partition. DETACH … CONCURRENTLY, from PostgreSQL 14, lets reads and writes "
                    "through; it is a migration of its own, and is not to be had where the parent "
                    "has a default partition.",
     .bad = "ALTER TABLE events DETACH PARTITION events_2020;",
     .good = "ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "detach-concurrently-with-default",
     .group = "will fail",
     .summary = "DETACH CONCURRENTLY where the parent has a default partition",
     .explanation = "PostgreSQL rejects it. Detach it without CONCURRENTLY, at a quiet time.",
     .bad =
         "ALTER TABLE events DETACH PARTITION events_2020 CONCURRENTLY;  -- and there is a default",
     .good = "ALTER TABLE events DETACH PARTITION events_2020;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "create-partition-of",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "CREATE TABLE … PARTITION OF locks the parent",
     .explanation = "It holds ACCESS EXCLUSIVE on the parent and on its default partition, for a "
                    "moment, but behind every query that is running. Make the table by itself and "
                    "ATTACH it, which takes SHARE UPDATE EXCLUSIVE on the parent.",
     .bad = "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO "
            "('2027-01-01');",
     .good = "CREATE TABLE events_2026 (LIKE events INCLUDING ALL);\nALTER TABLE events ATTACH "
             "PARTITION "
             "events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
     .manual = "https://www.postgresql.org/docs/15/ddl-partitioning.html"},
    {.id = "attach-partition-scan",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "ATTACH PARTITION reads the table under ACCESS EXCLUSIVE",
     .explanation =
         "PostgreSQL looks at every row for whether it belongs into the partition, unless a "
         "validated CHECK (and NOT NULL) proves it; the parent's default partition is locked and "
         "read as well. Add the CHECK as NOT VALID, validate it in a later migration, attach the "
         "table in the one after it, and drop the CHECK. Understood as a proof are comparisons of "
         "a single key column with constants.",
     .bad = "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO "
            "('2027-01-01');",
     .good = "ALTER TABLE events_2026 ADD CONSTRAINT bound CHECK (at IS NOT NULL AND at >= "
             "'2026-01-01' AND at < '2027-01-01') NOT VALID;\n-- in later migrations:\nALTER TABLE "
             "events_2026 VALIDATE CONSTRAINT bound;\nALTER TABLE events ATTACH PARTITION "
             "events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "concurrent-index-on-partitioned",
     .group = "will fail",
     .summary = "CREATE or DROP INDEX CONCURRENTLY of a partitioned table",
     .explanation =
         "PostgreSQL rejects it. Make the index on the parent alone with ON ONLY, on each "
         "partition CONCURRENTLY, and attach those. To drop it there is no way but DROP INDEX, at "
         "a quiet time.",
     .bad = "CREATE INDEX CONCURRENTLY events_at ON events (at);",
     .good = "CREATE INDEX events_at ON ONLY events (at);",
     .manual = "https://www.postgresql.org/docs/15/sql-createindex.html"},
};

void check_detach(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* partition = sql::as<PgQuery__PartitionCmd>(event.command->def);
  if (partition == nullptr || partition->name == nullptr || context.is_new(alter.relation))
    return;
  const catalog::Name parent = context.catalog().resolve(*alter.relation);
  const bool has_default = locks::default_partition(context.catalog(), parent).has_value();
  const std::string name = Context::spelled(*alter.relation);
  if (partition->concurrent) {
    if (has_default)
      context.report("detach-concurrently-with-default", event, context.command_place(event),
                     fmt::format("{} has a default partition: PostgreSQL rejects DETACH "
                                 "CONCURRENTLY then",
                                 name),
                     {"detach it without CONCURRENTLY, at a quiet time"});
    return;
  }
  if (has_default || context.policy().postgres < kFirstWithConcurrentDetach)
    return;
  context.report(
      "require-concurrent-detach", event, context.command_place(event),
      fmt::format("DETACH PARTITION holds ACCESS EXCLUSIVE on {}: no partition of it can "
                  "be used meanwhile",
                  name),
      {fmt::format("in a migration of its own, which then runs without a transaction by "
                   "itself:\nALTER TABLE {} DETACH PARTITION {} CONCURRENTLY;",
                   name, Context::spelled(*partition->name))});
}

/// "at IS NOT NULL AND at >= … AND at < …", as far as the parent's key is known.
std::string bound_text(const catalog::Relation* parent, const PgQuery__PartitionBoundSpec& bound) {
  const std::string key =
      parent == nullptr || parent->partition_key.size() != 1 || parent->partition_key[0].empty()
          ? "<key>"
          : catalog::quote_identifier(parent->partition_key[0]);
  return bound.n_listdatums > 0 ? fmt::format("{0} IS NOT NULL AND {0} IN (…)", key)
                                : fmt::format("{0} IS NOT NULL AND {0} >= … AND {0} < …", key);
}

void check_attach(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* partition = sql::as<PgQuery__PartitionCmd>(event.command->def);
  if (alter.objtype != sql::object::kTable || partition == nullptr || partition->name == nullptr ||
      partition->bound == nullptr)
    return;
  const catalog::Name parent = context.catalog().resolve(*alter.relation);
  const catalog::Name child = context.catalog().resolve(*partition->name);
  const locks::Effects& effects = context.ledger().effects();
  const auto fallback = partition->bound->is_default != 0
                            ? std::nullopt
                            : locks::default_partition(context.catalog(), parent);
  const bool reads_child =
      effects.does(locks::WorkKind::kScan, child) && !context.is_new(partition->name);
  const bool reads_default =
      fallback && effects.does(locks::WorkKind::kScan, *fallback) && !context.is_new(*fallback);
  if (!reads_child && !reads_default)
    return;
  std::string read = reads_child ? Context::spelled(*partition->name) : std::string();
  if (reads_default)
    read += (read.empty() ? "" : ", and the default partition ") + catalog::quote_name(*fallback);
  std::vector<std::string> notes;
  if (reads_child && partition->bound->is_default == 0)
    notes.push_back(fmt::format(
        "prove the bound first, which lets reads and writes through:\nALTER TABLE {0} ADD "
        "CONSTRAINT {2} CHECK ({1}) NOT VALID;\n-- in the next migration:\nALTER TABLE {0} "
        "VALIDATE CONSTRAINT {2};\n-- in the one after it: ATTACH PARTITION, and DROP "
        "CONSTRAINT {2}",
        Context::spelled(*partition->name),
        bound_text(context.catalog().relations.find(parent), *partition->bound),
        catalog::quote_identifier(fmt::format("{}_bound", partition->name->relname))));
  if (reads_default)
    notes.push_back(fmt::format(
        "a validated CHECK on {} that excludes the new partition's rows spares reading it",
        catalog::quote_name(*fallback)));
  context.report(
      "attach-partition-scan", event, context.command_place(event),
      fmt::format("ATTACH PARTITION reads all of {} under ACCESS EXCLUSIVE: nothing else "
                  "can use it meanwhile",
                  read),
      std::move(notes));
}

void check_partition_of(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (create.partbound == nullptr || create.n_inh_relations == 0)
    return;
  const auto* parent = sql::as<PgQuery__RangeVar>(create.inh_relations[0]);
  if (parent == nullptr || context.is_new(parent))
    return;
  const auto fallback =
      create.partbound->is_default != 0
          ? std::nullopt
          : locks::default_partition(context.catalog(), context.catalog().resolve(*parent));
  context.report("create-partition-of", event, context.name_at(event, parent->location),
                 fallback ? fmt::format("this holds ACCESS EXCLUSIVE on {} and reads its default "
                                        "partition {} meanwhile",
                                        Context::spelled(*parent), catalog::quote_name(*fallback))
                          : fmt::format("this holds ACCESS EXCLUSIVE on {}, if only for a moment",
                                        Context::spelled(*parent)),
                 {fmt::format("make the table by itself and attach it:\nCREATE TABLE {0} (LIKE {1} "
                              "INCLUDING ALL);\nALTER TABLE {1} ATTACH PARTITION {0} FOR VALUES …;",
                              Context::spelled(*create.relation), Context::spelled(*parent))});
}

void check_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (!create.concurrent || create.relation == nullptr)
    return;
  const catalog::Relation* table = context.catalog().find_relation(*create.relation);
  if (table == nullptr || table->kind != catalog::RelationKind::kPartitionedTable)
    return;
  const std::string name = Context::spelled(*create.relation);
  context.report(
      "concurrent-index-on-partitioned", event, context.head_place(event, "concurrently"),
      fmt::format("{} is partitioned: PostgreSQL rejects CONCURRENTLY on it", name),
      {fmt::format("make it on the parent alone, then on each partition, each in a migration "
                   "of its own, and attach it:\nCREATE INDEX … ON ONLY {} (…);\nCREATE INDEX "
                   "CONCURRENTLY … ON <partition> (…);\nALTER INDEX … ATTACH PARTITION …;",
                   name)});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_partition_of},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDetachPartition, check_detach},
    {sql::at::kAttachPartition, check_attach},
};

}  // namespace

const Family kPartitionRules{
    .name = "partitions", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
