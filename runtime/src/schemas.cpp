// SPDX-License-Identifier: Apache-2.0
//
// Which of many schemas are behind. Most tenants have exactly the same history, so that the server
// sorts them by it, and sends of each group the rows of one: the answer grows by a name with each
// tenant, the work by a group with each release that not all of them have. What the rows mean is
// found out as for a single schema.
#include "run.hpp"
#include "schema_patterns.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kNamespaces =
    "SELECT CAST(n.nspname AS pg_catalog.text) AS name, {} AS is_empty FROM "
    "pg_catalog.pg_namespace AS n WHERE {}";

// {0}: the schemas' names, {1}: the history, {2}: sets whose rows of no schema count. The first
// schema by name of those with the same history stands for all of them.
constexpr std::string_view kQuery =
    "SELECT pg_catalog.pg_backend_pid(), s.name, s.first, s.is_empty, h.id, h.migration_set, "
    "h.kind, "
    "h.migration_name, h.migration_number, h.checksum, h.state, h.step, h.steps, h.breaking, false "
    "FROM (SELECT w.name, w.is_empty, pg_catalog.min(w.name) OVER (PARTITION BY d.digest, "
    "w.is_empty) AS first FROM ({0}) "
    "AS w LEFT JOIN (SELECT r.target_schema, pg_catalog.sha256(pg_catalog.convert_to("
    "pg_catalog.string_agg(pg_catalog.concat_ws('\x1f', r.migration_set, r.kind, r.migration_name, "
    "r.migration_number, r.checksum, r.state, r.step, r.steps, r.breaking), '\x1e' ORDER BY "
    "r.migration_set, r.kind, r.migration_name), 'UTF8')) AS digest FROM {1} AS r WHERE "
    "r.target_schema OPERATOR(pg_catalog.<>) '' GROUP BY r.target_schema) AS d ON d.target_schema "
    "OPERATOR(pg_catalog.=) w.name) AS s LEFT JOIN {1} AS h ON h.target_schema "
    "OPERATOR(pg_catalog.=) s.name AND s.name OPERATOR(pg_catalog.=) s.first UNION ALL SELECT "
    "pg_catalog.pg_backend_pid(), '', '', false, h.id, h.migration_set, h.kind, h.migration_name, "
    "h.migration_number, h.checksum, h.state, h.step, h.steps, h.breaking, false FROM {1} AS h "
    "WHERE h.target_schema OPERATOR(pg_catalog.=) '' AND h.migration_set OPERATOR(pg_catalog.=) "
    "ANY (CAST(ARRAY[{2}] AS pg_catalog.text[])) ORDER BY 5";

// So many schemas are named in an error.
constexpr std::size_t kNamed = 5;

}  // namespace

std::string Run::schemas_query(const SchemaPatterns& patterns, bool has_table) const {
  std::string names = compose(
      kNamespaces, History::is_empty_schema("n.oid"),
      patterns.condition(*connection_, "CAST(n.nspname AS pg_catalog.text)", history_.schema()));
  if (!has_table) {
    return names;
  }
  std::string sets;
  for (const std::string& set : shared_sets(set_)) {
    sets += compose("{}{}", sets.empty() ? "" : ", ", connection_->literal(set));
  }
  return compose(kQuery, names, history_.quoted(*connection_), sets);
}

SchemasStatus Run::check_schemas(const SchemaPatterns& patterns) {
  is_looking_ = true;
  connect();
  bool has_table = true;
  for (;;) {
    try {
      const Reply reply = look_at_history(schemas_query(patterns, has_table));
      if (reply.is_cut) {
        throw ConnectionLost{reply.cut_message};
      }
      if (!reply.error) {
        return judge_schemas(reply.results[options_.role.empty() ? 0 : 2].get(), patterns,
                             has_table);
      }
      roll_back();
      const std::string_view sqlstate = reply.sqlstate();
      if (has_table && (sqlstate == "42P01" || sqlstate == "3F000")) {
        has_table = false;
        continue;
      }
      if (sqlstate == "42703") {
        fail_on_foreign_table();
      }
      ErrorDetail detail;
      describe_error(reply.error.get(), detail);
      fail_in_section(reply.error.get(), Section::kGuard, nullptr, std::move(detail));
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

SchemasStatus Run::judge_schemas(const PGresult* answer, const SchemaPatterns& patterns,
                                 bool has_table) {
  constexpr int kName = 1;
  constexpr int kFirst = 2;
  constexpr int kEmpty = 3;
  constexpr int kRow = 4;
  SchemasStatus status;
  status.has_history = has_table;
  status.database = connection_->description();
  std::vector<std::string> names;
  std::map<std::string, std::string> first_of;
  std::map<std::string, Snapshot> histories;
  std::vector<Row> shared;
  for (int i = 0; i < PQntuples(answer); ++i) {
    const std::string name(value(answer, i, has_table ? kName : 0));
    if (!name.empty() && first_of.find(name) == first_of.end()) {
      names.push_back(name);
      histories[name].is_target_empty = has_table && is_true(answer, i, kEmpty);
      first_of.emplace(name, has_table ? value(answer, i, kFirst) : "");
    }
    if (has_table && PQgetisnull(answer, i, kRow) == 0) {
      (name.empty() ? shared : histories[name].rows).push_back(History::read_row(answer, i, kRow));
    }
  }
  status.unmatched = patterns.unmatched(names);
  std::sort(names.begin(), names.end());
  std::map<std::string, SchemaStatus> judged;
  const std::vector<std::string> sets = shared_sets(set_);
  std::optional<std::vector<ReplacedRange>> replaced;
  for (std::string& name : names) {
    const Snapshot& history = histories[first_of[name]];
    // What is wrong with an empty schema is said with its name.
    const std::string& judge = history.is_target_empty ? name : first_of[name];
    auto known = judged.find(judge);
    if (known == judged.end()) {
      snapshot_ = history;
      snapshot_.has_table = has_table;
      snapshot_.rows.insert(snapshot_.rows.end(), shared.begin(), shared.end());
      if (may_be_replaced()) {
        if (!replaced) {
          replaced = read_replaced(true);
        }
        std::copy_if(replaced->begin(), replaced->end(), std::back_inserter(snapshot_.replaced),
                     [&](const ReplacedRange& one) {
                       return one.target.empty()
                                  ? std::find(sets.begin(), sets.end(), one.set) != sets.end()
                                  : one.target == first_of[name];
                     });
      }
      known = judged.emplace(judge, judge_schema(judge)).first;
    }
    SchemaStatus& schema = status.schemas.emplace_back(known->second);
    schema.schema = std::move(name);
  }
  return status;
}

// What the snapshot says of a schema.
SchemaStatus Run::judge_schema(std::string_view name) {
  SchemaStatus status;
  for (const Migration& migration : set_.migrations) {
    const Row* row = find_row(snapshot_, set_, migration);
    if (row != nullptr && row->state == "applied") {
      ++status.applied;
      status.last = &migration;
    }
  }
  try {
    Plan plan = make_plan(set_, snapshot_, options_, history_);
    keep_phase(plan);
    refuse_emptied_tenant(name);
    status.is_current = plan.pending.empty() && plan.drifted.empty();
    status.pending = static_cast<std::size_t>(
        std::count_if(plan.pending.begin(), plan.pending.end(),
                      [](const Pending& pending) { return !pending.is_recorded; }));
    if (!plan.drifted.empty() && options_.on_drift == DriftPolicy::kFail) {
      ErrorDetail detail;
      name_migration(*plan.drifted.front(), detail);
      detail.message =
          compose("{}{} was applied with another checksum than that of this build",
                  plan.drifted.front()->full_name,
                  plan.drifted.size() > 1 ? compose(" (as are {} more)", plan.drifted.size() - 1)
                                          : std::string());
      status.error.emplace(ErrorKind::kDrift, std::move(detail));
    }
  } catch (const Error& error) {
    status.error = error;
  }
  return status;
}

SchemasStatus Run::wait_until_current(const SchemaPatterns& patterns) {
  SchemasStatus status;
  wait_until([&] {
    status = check_schemas(patterns);
    return what_is_missing(status);
  });
  return status;
}

// The same of schemas. Throws what waiting does not heal.
std::string Run::what_is_missing(const SchemasStatus& status) {
  std::string names;
  std::size_t behind = 0;
  for (const SchemaStatus& schema : status.schemas) {
    if (schema.error && schema.error->kind() != ErrorKind::kFailed) {
      ErrorDetail detail = schema.error->detail();
      detail.message = compose("{}: {}", schema.schema, detail.message);
      throw Error(schema.error->kind(), std::move(detail));
    }
    if (schema.is_current || (schema.pending == 0 && !schema.error)) {
      continue;
    }
    ++behind;
    if (behind <= kNamed) {
      names += compose("{}{}", behind == 1 ? "" : ", ", schema.schema);
    }
  }
  if (behind == 0) {
    return {};
  }
  return compose("{} of {} schemas {} behind ({}{})", behind, status.schemas.size(),
                 behind == 1 ? "is" : "are", names, behind > kNamed ? ", …" : "");
}

}  // namespace godwit::detail

namespace godwit {

SchemasStatus wait_until_current(const std::string& conninfo, const MigrationSet& set,
                                 std::string_view schemas, const Options& options) {
  const detail::SchemaPatterns patterns(schemas);
  Options own = options;
  own.schema.clear();
  return detail::Run(set, own, detail::parameters_of(conninfo), nullptr)
      .wait_until_current(patterns);
}

SchemasStatus check_schemas(const std::string& conninfo, const MigrationSet& set,
                            std::string_view schemas, const Options& options) {
  const detail::SchemaPatterns patterns(schemas);
  Options own = options;
  own.schema.clear();
  return detail::Run(set, own, detail::parameters_of(conninfo), nullptr).check_schemas(patterns);
}

}  // namespace godwit
