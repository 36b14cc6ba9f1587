// SPDX-License-Identifier: Apache-2.0
//
// The SQL that takes over what another tool has applied: into rows of our own, or, for the one kind
// of table whose columns are the first of ours, by making that table ours.
#include "history.hpp"

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

std::string History::adopt(const Connection& connection, const RunIdentity& run,
                           const Migration& migration, const Adopted& adopted,
                           std::uint32_t* count) const {
  *count = 2;
  std::string links = note_links(connection, run, migration);
  if (!links.empty()) {
    links += ";\n";
    *count += 1;
  }
  std::string changes;
  if (!adopted.executed_at.empty()) {
    changes += compose(", executed_at = CAST({} AS timestamp with time zone)",
                       connection.literal(adopted.executed_at));
  }
  if (adopted.execution_time_ms) {
    changes += compose(", execution_time_ms = {}", *adopted.execution_time_ms);
  }
  if (!adopted.applied_by.empty()) {
    changes += compose(", applied_by = {}", connection.literal(adopted.applied_by));
  }
  if (adopted.is_to_run_again) {
    changes += ", checksum = NULL";
  }
  return compose(
      "{0};\n{7}WITH done AS (UPDATE {1} SET origin = '{2}'{3}, claim_pid = NULL WHERE {4} "
      "RETURNING "
      "*) INSERT INTO {5} (event, migration_set, target_schema, kind, migration_name, "
      "migration_number, checksum, execution_time_ms, run_id, tool_version, message) SELECT "
      "'adopted', migration_set, target_schema, kind, "
      "migration_name, migration_number, checksum, execution_time_ms, run_id, tool_version, {6} "
      "FROM done RETURNING 1",
      insert(connection, run, migration, false), quoted(connection), adopted.origin, changes,
      row_condition(connection, run, migration), quoted_log(connection),
      connection.literal(adopted.message), links);
}

std::string History::has_origin(const Connection& connection, const RunIdentity& run,
                                std::string_view origin) const {
  return compose(
      "SELECT EXISTS (SELECT FROM {1} AS h WHERE h.migration_set{0}{2} AND h.origin{0}{3})",
      kEquals, quoted(connection), connection.literal(run.set), connection.literal(origin));
}

std::string History::unique_constraints(const Connection& connection) const {
  return compose(
      "SELECT c.conname FROM pg_catalog.pg_constraint AS c WHERE c.conrelid{0}"
      "pg_catalog.to_regclass({1}) AND c.contype{0}'u' ORDER BY c.conname",
      kEquals, connection.literal(quoted(connection)));
}

// The defaults are for the rows that are there, and go again: what is inserted later has to say
// whose it is, so that the old runner cannot write here any more.
std::string History::extend(const Connection& connection, const RunIdentity& run,
                            std::string_view origin,
                            const std::vector<std::string>& unique_constraints,
                            std::uint32_t* count) const {
  *count += 4;
  const std::string table = quoted(connection);
  std::string dropped;
  for (const std::string& constraint : unique_constraints) {
    dropped += compose("DROP CONSTRAINT {}, ", connection.identifier(constraint));
  }
  return compose(
      R"(ALTER TABLE {0} {1}ALTER COLUMN migration_number TYPE bigint,
  ALTER COLUMN migration_number DROP NOT NULL,
  ALTER COLUMN execution_time_ms TYPE bigint,
  ALTER COLUMN checksum DROP NOT NULL,
  ADD COLUMN migration_set pg_catalog.text NOT NULL DEFAULT {2},
  ADD COLUMN target_schema pg_catalog.text NOT NULL DEFAULT '',
  ADD COLUMN kind pg_catalog.text NOT NULL DEFAULT 'versioned',
  ADD COLUMN state pg_catalog.text NOT NULL DEFAULT 'applied',
  ADD COLUMN step integer NOT NULL DEFAULT 0,
  ADD COLUMN steps integer NOT NULL DEFAULT 1,
  ADD COLUMN cursor_value pg_catalog.text,
  ADD COLUMN run_id pg_catalog.uuid NOT NULL DEFAULT '{3}',
  ADD COLUMN breaking boolean NOT NULL DEFAULT false,
  ADD COLUMN down_sql pg_catalog.text,
  ADD COLUMN needs pg_catalog.text[],
  ADD COLUMN replaces pg_catalog.text,
  ADD COLUMN claim_pid integer,
  ADD COLUMN claim_backend_start timestamp with time zone,
  ADD COLUMN claim_system_id bigint,
  ADD COLUMN origin pg_catalog.text NOT NULL DEFAULT '{4}',
  ADD COLUMN applied_by pg_catalog.text NOT NULL DEFAULT SESSION_USER,
  ADD COLUMN tool_version pg_catalog.text;
ALTER TABLE {0} ALTER COLUMN migration_set DROP DEFAULT,
  ALTER COLUMN kind DROP DEFAULT,
  ALTER COLUMN state DROP DEFAULT,
  ALTER COLUMN run_id DROP DEFAULT,
  ALTER COLUMN origin SET DEFAULT 'godwit';
ALTER TABLE {0} ADD CONSTRAINT {5} UNIQUE (migration_set, target_schema, kind, migration_name),
  ADD CONSTRAINT {6} UNIQUE (migration_set, target_schema, migration_number);
CREATE INDEX {7} ON {0} (target_schema) WHERE target_schema OPERATOR(pg_catalog.<>) '';
)",
      table, dropped, connection.literal(run.set), run.run_id, origin,
      connection.identifier(table_ + "_name_key"), connection.identifier(table_ + "_num_key"),
      connection.identifier(table_ + "_tgt_idx"));
}

std::string History::complete(const Connection& connection, const RunIdentity& run,
                              const Migration& migration, std::int64_t row_id,
                              std::string_view message) const {
  const std::size_t steps = migration.up.is_transactional ? 1 : migration.up.steps.size();
  return compose(
             "WITH done AS (UPDATE {0} SET migration_name = {1}, checksum = {2}, step = {3}, steps "
             "= {3}, "
             "breaking = {4}, down_sql = {5}",
             quoted(connection), connection.literal(migration.full_name),
             connection.literal(migration.checksum), steps,
             migration.is_breaking ? "true" : "false",
             migration.down.is_present ? connection.literal(migration.down.sql) : "NULL") +
         links(connection, run, migration) +
         compose(
             ", tool_version = {0} WHERE id{1}{2} RETURNING *) INSERT INTO {3} (event, "
             "migration_set, target_schema, kind, migration_name, migration_number, checksum, "
             "execution_time_ms, "
             "run_id, tool_version, message) SELECT 'adopted', migration_set, target_schema, kind, "
             "migration_name, migration_number, checksum, execution_time_ms, run_id, tool_version, "
             "{4} FROM done RETURNING 1",
             connection.literal(run.tool_version), kEquals, row_id, quoted_log(connection),
             connection.literal(message));
}

}  // namespace godwit::detail
