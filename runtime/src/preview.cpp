// SPDX-License-Identifier: Apache-2.0
//
// plan(): the table's effects of what is pending, joined with what the server knows of the
// relations. Their names are looked up in pg_class, not by to_regclass(), which fails for a schema
// that the role may not use. pg_total_relation_size() takes a lock, if only for a moment, so that a
// table that somebody has locked altogether is not measured; and where one comes in between,
// nothing is.
#include "activity.hpp"
#include "lock_mode.hpp"
#include "migrator_impl.hpp"

#include <algorithm>
#include <unordered_map>

namespace godwit::detail {
namespace {

constexpr milliseconds kPatience{1000};

/// The members of "{12,34}".
std::vector<std::string_view> members(std::string_view array) {
  std::vector<std::string_view> list;
  while (array.size() > 2) {
    array.remove_prefix(1);
    const std::size_t end = array.find_first_of(",}");
    list.push_back(array.substr(0, end));
    array.remove_prefix(end);
  }
  return list;
}

// The n-th wanted relation, and with a partitioned one all its partitions. {0} is the list, {1} how
// a size is had.
constexpr std::string_view kFound =
    "WITH RECURSIVE wanted(n, schema, name) AS (VALUES {0}), "
    "path AS (SELECT p.name, p.place FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) "
    "WITH ORDINALITY AS p(name, place)), "
    "found AS (SELECT w.n, (SELECT c.oid FROM pg_catalog.pg_class AS c JOIN "
    "pg_catalog.pg_namespace "
    "AS s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace LEFT JOIN path AS p ON p.name "
    "OPERATOR(pg_catalog.=) s.nspname WHERE c.relname OPERATOR(pg_catalog.=) w.name AND CASE WHEN "
    "w.schema OPERATOR(pg_catalog.=) '' THEN p.place IS NOT NULL OR s.nspname "
    "OPERATOR(pg_catalog.=) 'public' ELSE s.nspname OPERATOR(pg_catalog.=) w.schema END "
    "ORDER BY p.place LIMIT 1) AS oid FROM wanted AS w), "
    "tree(n, oid) AS (SELECT n, oid FROM found WHERE oid IS NOT NULL UNION ALL SELECT t.n, "
    "i.inhrelid FROM tree AS t JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.oid "
    "AND c.relkind OPERATOR(pg_catalog.=) 'p' JOIN pg_catalog.pg_inherits AS i ON i.inhparent "
    "OPERATOR(pg_catalog.=) t.oid) "
    "SELECT f.n, s.nspname, c.relname, pg_catalog.has_schema_privilege(s.oid, 'USAGE'), "
    "sizes.rows, sizes.bytes, sizes.oids FROM found AS f "
    "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) f.oid "
    "JOIN pg_catalog.pg_namespace AS s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace "
    "CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.bool_and({2}) THEN "
    "CAST(pg_catalog.sum(k.reltuples) AS bigint) END AS rows, CAST(CASE WHEN "
    "pg_catalog.bool_and(k.size IS NOT NULL) THEN pg_catalog.sum(k.size) END AS bigint) AS bytes, "
    "pg_catalog.array_agg(k.oid) AS oids FROM (SELECT p.oid, p.relkind, p.relpages, CASE WHEN "
    "p.relkind OPERATOR(pg_catalog.=) 'p' THEN 0 ELSE p.reltuples END AS reltuples, {1} AS size "
    "FROM tree AS t JOIN pg_catalog.pg_class AS p ON p.oid OPERATOR(pg_catalog.=) t.oid WHERE t.n "
    "OPERATOR(pg_catalog.=) f.n) AS k) AS sizes ORDER BY f.n";

constexpr std::string_view kSize =
    "CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks AS l, pg_catalog.pg_database AS d WHERE "
    "l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.mode OPERATOR(pg_catalog.=) "
    "'AccessExclusiveLock' AND l.relation OPERATOR(pg_catalog.=) p.oid AND l.database "
    "OPERATOR(pg_catalog.=) d.oid AND d.datname OPERATOR(pg_catalog.=) "
    "pg_catalog.current_database()) THEN NULL ELSE pg_catalog.pg_total_relation_size(p.oid) END";
constexpr std::string_view kNoSize = "CAST(NULL AS bigint)";

// Before 14 a table that nobody has analysed has 0 rows in 0 pages.
constexpr std::string_view kAnalysed = "k.reltuples OPERATOR(pg_catalog.>=) 0";
constexpr std::string_view kAnalysedBefore14 =
    "k.reltuples OPERATOR(pg_catalog.>) 0 OR k.relpages OPERATOR(pg_catalog.>) 0 OR k.relkind "
    "OPERATOR(pg_catalog.=) 'p'";

}  // namespace

Reply Run::ask_about(const PlanReport& report, bool with_sizes) {
  std::string list;
  for (std::size_t i = 0; i < report.relations.size(); ++i) {
    list += compose("{}({}, CAST({} AS pg_catalog.text), CAST({} AS pg_catalog.text))",
                    i == 0 ? "" : ", ", i, connection_->literal(report.relations[i].schema),
                    connection_->literal(report.relations[i].name));
  }
  Reply reply = send(
      compose("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;\n{}{};\nCOMMIT",
              begin_settings(kPatience, milliseconds{0}),
              compose(kFound, list, with_sizes ? kSize : kNoSize,
                      connection_->server_version() >= 140000 ? kAnalysed : kAnalysedBefore14)));
  if (reply.error) {
    roll_back();
  }
  return reply;
}

// Fills in what the server says of the relations that the report names.
void Run::look_up_relations(PlanReport& report) {
  if (report.relations.empty()) {
    return;
  }
  Reply reply = ask_about(report, true);
  if (reply.sqlstate() == "22023" && has_check_interval_) {
    has_check_interval_ = false;  // not on this server's operating system
    reply = ask_about(report, true);
  }
  if (reply.sqlstate() == "55P03") {
    reply = ask_about(report, false);
  }
  if (reply.error) {
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    fail_in_section(reply.error.get(), Section::kGuard, nullptr, std::move(detail));
  }
  const PGresult* found = reply.results[reply.results.size() - 2].get();
  std::unordered_map<std::string, std::size_t> by_oid;
  std::string oids;
  for (int row = 0; row < PQntuples(found); ++row) {
    const auto index = static_cast<std::size_t>(integer(found, row, 0));
    RelationFacts& facts = report.relations[index];
    facts.is_there = true;
    facts.schema = value(found, row, 1);
    facts.name = value(found, row, 2);
    facts.is_usable = is_true(found, row, 3);
    if (PQgetisnull(found, row, 4) == 0) {
      facts.rows = integer(found, row, 4);
    }
    if (PQgetisnull(found, row, 5) == 0) {
      facts.bytes = integer(found, row, 5);
    }
    for (const std::string_view oid : members(value(found, row, 6))) {
      oids += oids.empty() ? "" : ",";
      oids += oid;
      by_oid.emplace(oid, index);
    }
  }
  if (oids.empty()) {
    return;
  }
  reply = ask(with_role(compose(
                  "SELECT l.relation, l.mode, {} FROM pg_catalog.pg_locks AS l JOIN "
                  "pg_catalog.pg_database AS d ON d.oid OPERATOR(pg_catalog.=) l.database AND "
                  "d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() LEFT JOIN "
                  "pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid WHERE "
                  "l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.granted AND "
                  "COALESCE(l.pid, 0) OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND "
                  "l.relation OPERATOR(pg_catalog.=) ANY (CAST({} AS pg_catalog.oid[])) "
                  "ORDER BY l.relation, l.pid",
                  kActivity, connection_->literal("{" + oids + "}"))),
              Section::kGuard);
  const PGresult* held = reply.results[options_.role.empty() ? 0 : 2].get();
  for (int row = 0; row < PQntuples(held); ++row) {
    report.relations[by_oid[std::string(value(held, row, 0))]].holders.push_back(
        {lock_mode(value(held, row, 1)), describe_session(held, row, 2)});
  }
}

PlanReport Run::plan(const Selection& selection) {
  is_looking_ = true;
  narrow(selection);
  connect();
  for (;;) {
    try {
      check();
      Plan plan = make_plan(set_, snapshot_, options_, history_);
      handle_drift(plan);
      keep_phase(plan);
      if (selector_) {
        select(plan);
      }
      PlanReport report;
      report.database = connection_->description();
      report.server_version = connection_->server_version();
      report.is_standby = connection_->parameter("in_hot_standby") == "on";
      for (const Pending& pending : plan.pending) {
        const Script& script = pending.migration->up;
        PlannedMigration planned;
        planned.migration = pending.migration;
        planned.ended_steps = static_cast<std::size_t>(pending.step);
        const std::size_t next_step = planned.ended_steps;
        const std::uint32_t first = next_step == 0 ? 0
                                    : next_step < script.steps.size()
                                        ? script.steps[next_step].first_statement
                                        : ~0U;
        for (const Effect& effect : script.effects) {
          if (effect.statement < first) {
            continue;
          }
          const auto known = std::find_if(
              report.relations.begin(), report.relations.end(), [&](const RelationFacts& facts) {
                return facts.schema == effect.schema && facts.name == effect.relation;
              });
          planned.effects.push_back(
              {&effect, static_cast<std::size_t>(known - report.relations.begin())});
          if (known == report.relations.end()) {
            RelationFacts facts;
            facts.schema = effect.schema;
            facts.name = effect.relation;
            report.relations.push_back(std::move(facts));
          }
        }
        report.migrations.push_back(std::move(planned));
      }
      look_up_relations(report);
      report.postponed = report_.postponed;
      report.warnings = std::move(report_.warnings);
      return report;
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

}  // namespace godwit::detail

namespace godwit {

PlanReport Migrator::plan(const Selection& selection) {
  return impl_->run([&](detail::Run& run) { return run.plan(selection); });
}

}  // namespace godwit
