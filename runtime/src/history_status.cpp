// SPDX-License-Identifier: Apache-2.0
//
// The SQL of what people are told: every column of each row, and the last failure of each
// migration.
#include "history.hpp"

#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

std::string History::last_failures(const Connection& connection, const RunIdentity& run) const {
  return compose(
      "SELECT f.migration_name, f.moment, f.message, f.sqlstate, f.file, f.line FROM ("
      "SELECT DISTINCT ON (l.migration_name) l.migration_name, l.event, "
      "pg_catalog.to_char(l.logged_at, 'YYYY-MM-DD HH24:MI:SSTZH:TZM') AS moment, l.message, "
      "l.sqlstate, l.file, l.line FROM {1} AS l WHERE l.migration_set{0}{2} "
      "AND {3} ORDER BY l.migration_name, l.id DESC) AS f WHERE f.event{0}'failed'",
      kEquals, quoted_log(connection), connection.literal(run.set), is_of_target(connection, "l"));
}

std::string History::full_check(const Connection& connection, const RunIdentity& run) const {
  return compose(
      "SELECT pg_catalog.pg_backend_pid(), h.id, h.migration_name, h.migration_number, "
      "pg_catalog.to_char(h.executed_at, 'YYYY-MM-DD HH24:MI:SSTZH:TZM'), h.checksum, "
      "h.description, h.execution_time_ms, h.kind, h.state, h.step, h.steps, h.breaking, "
      "h.run_id, "
      "h.applied_by, h.tool_version, h.cursor_value "
      "FROM (VALUES (1)) AS one LEFT JOIN {} AS h ON {} AND h.migration_set{}{} ORDER BY h.id",
      quoted(connection), is_of_target(connection, "h"), kEquals, connection.literal(run.set));
}

std::vector<HistoryRow> History::read_full_check(const PGresult* result, int* backend_pid) {
  std::vector<HistoryRow> rows;
  *backend_pid = static_cast<int>(integer(result, 0, 0));
  for (int i = 0; i < PQntuples(result); ++i) {
    if (PQgetisnull(result, i, 1) != 0) {
      continue;
    }
    HistoryRow row;
    row.id = integer(result, i, 1);
    row.migration_name = value(result, i, 2);
    if (PQgetisnull(result, i, 3) == 0) {
      row.version = integer(result, i, 3);
    }
    row.executed_at = value(result, i, 4);
    row.checksum = value(result, i, 5);
    row.description = value(result, i, 6);
    if (PQgetisnull(result, i, 7) == 0) {
      row.execution_time_ms = integer(result, i, 7);
    }
    row.kind = value(result, i, 8);
    row.state = value(result, i, 9);
    row.step = static_cast<int>(integer(result, i, 10));
    row.steps = static_cast<int>(integer(result, i, 11));
    row.is_breaking = is_true(result, i, 12);
    row.run_id = value(result, i, 13);
    row.applied_by = value(result, i, 14);
    row.tool_version = value(result, i, 15);
    read_progress(value(result, i, 16), &row);
    rows.push_back(std::move(row));
  }
  return rows;
}

void History::read_progress(std::string_view cursor, HistoryRow* row) {
  std::uint64_t numbers[] = {0, 0, 0};  // step, rows, total
  std::size_t at = 0;
  for (const char c : cursor.substr(cursor.empty() ? 0 : 1)) {
    if (c == ',') {
      ++at;
    } else if (c >= '0' && c <= '9' && at < 3) {
      numbers[at] = numbers[at] * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (at >= 3) {
      break;
    }
  }
  if (at >= 3 && numbers[0] == static_cast<std::uint64_t>(row->step)) {
    row->batch_rows = numbers[1];
    row->batch_total = numbers[2];
  }
}

}  // namespace godwit::detail
