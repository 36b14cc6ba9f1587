// SPDX-License-Identifier: Apache-2.0
//
// The SQL of changes to the history that are none of a migration's doing. Each writes its line of
// the log in the same statement, so that no change is without one.
#include "history.hpp"

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

std::string History::stamp(const Connection& connection, const RunIdentity& run,
                           const Migration& migration, bool has_row, std::string_view origin,
                           std::uint32_t* count) const {
  std::string sql;
  *count = 1;
  if (!has_row) {
    sql = insert(connection, run, migration, false) + ";\n";
    *count += 1;
  }
  const std::string links = note_links(connection, run, migration);
  if (!links.empty()) {
    sql += links + ";\n";
    *count += 1;
  }
  return sql +
         compose(
             "WITH done AS (UPDATE {0} SET state = 'applied', step = steps, origin = '{1}', "
             "checksum = {2}, claim_pid = NULL, claim_backend_start = NULL, claim_system_id = NULL "
             "WHERE {3} RETURNING *) INSERT INTO {4} (event, migration_set, target_schema, kind, "
             "migration_name, "
             "migration_number, checksum, run_id, tool_version, message) SELECT 'stamped', "
             "migration_set, target_schema, kind, migration_name, migration_number, checksum, "
             "'{5}', {6}, '{1}' "
             "FROM done RETURNING 1",
             quoted(connection), origin, connection.literal(migration.checksum),
             row_condition(connection, run, migration), quoted_log(connection), run.run_id,
             connection.literal(run.tool_version));
}

std::string History::change(const Connection& connection, const RunIdentity& run,
                            std::string_view event, std::int64_t row_id, std::string_view set,
                            std::string_view message) const {
  const std::string table = quoted(connection);
  const std::string action =
      set.empty() ? compose("DELETE FROM {}", table) : compose("UPDATE {} SET {}", table, set);
  return compose(
      "WITH done AS ({} WHERE id{}{} RETURNING *) INSERT INTO {} (event, migration_set, "
      "target_schema, kind, "
      "migration_name, migration_number, checksum, run_id, tool_version, message) SELECT '{}', "
      "migration_set, target_schema, kind, migration_name, migration_number, checksum, '{}', {}, "
      "{} FROM done "
      "RETURNING 1",
      action, kEquals, row_id, quoted_log(connection), event, run.run_id,
      connection.literal(run.tool_version), connection.literal(message));
}

std::string History::read_recorded(const Connection& connection, const RunIdentity& run) const {
  return compose(
      "SELECT r.migration_name, r.moment, r.logged_by FROM (SELECT DISTINCT ON (l.migration_name) "
      "l.migration_name, l.event, l.id, l.logged_by, "
      "pg_catalog.to_char(l.logged_at, 'YYYY-MM-DD HH24:MI:SSTZH:TZM') AS moment FROM {1} AS l "
      "WHERE l.migration_set{0}{2} AND {3} AND l.event "
      "OPERATOR(pg_catalog.<>) 'failed' ORDER BY l.migration_name, l.id DESC) AS r WHERE "
      "r.event OPERATOR(pg_catalog.<>) ALL (ARRAY['undone', 'forgotten']) ORDER BY r.id DESC",
      kEquals, quoted_log(connection), connection.literal(run.set), is_of_target(connection, "l"));
}

std::string History::read_log(const Connection& connection, const RunIdentity& run) const {
  return compose(
      "SELECT pg_catalog.to_char(l.logged_at, 'YYYY-MM-DD HH24:MI:SSTZH:TZM'), l.event, "
      "l.migration_name, l.migration_number, l.execution_time_ms, l.run_id, l.logged_by, "
      "l.application_name, l.sqlstate, l.message, l.file, l.line FROM {1} AS l WHERE "
      "l.migration_set{0}{2} AND {3} ORDER BY l.id",
      kEquals, quoted_log(connection), connection.literal(run.set), is_of_target(connection, "l"));
}

}  // namespace godwit::detail
