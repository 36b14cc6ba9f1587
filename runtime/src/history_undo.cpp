// SPDX-License-Identifier: Apache-2.0
//
// The SQL of undoing: a row is locked first, and removed last. A row whose down section runs
// outside a transaction is in the state "undoing" meanwhile, with a claim like that of `up`.
#include "history.hpp"

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

std::string History::lock_row(const Connection& connection, std::int64_t row_id) const {
  return compose(
      "SELECT pg_catalog.txid_current() FROM {1} AS h WHERE h.id{0}{2} AND h.state{0}'applied' "
      "FOR UPDATE",
      kEquals, quoted(connection), row_id);
}

std::string History::stored_down(const Connection& connection, std::int64_t row_id) const {
  return compose("SELECT h.down_sql FROM {1} AS h WHERE h.id{0}{2}", kEquals, quoted(connection),
                 row_id);
}

std::string History::finish_undo(const Connection& connection, const RunIdentity& run,
                                 std::string_view condition, milliseconds duration) const {
  // What the undoing took along of repeatable migrations and seeds nobody knows: without a checksum
  // the next `up` applies them again.
  return compose(
      "WITH gone AS (DELETE FROM {0} WHERE {1} RETURNING *), again AS (UPDATE {0} AS a SET "
      "checksum "
      "= NULL FROM gone AS g WHERE a.migration_set{6}g.migration_set AND a.target_schema{6}"
      "g.target_schema AND a.kind{6}ANY (ARRAY['repeatable', 'seed']) AND a.state{6}'applied') "
      "INSERT INTO {2} (event, migration_set, target_schema, kind, migration_name, "
      "migration_number, checksum, "
      "execution_time_ms, run_id, tool_version) SELECT 'undone', migration_set, target_schema, "
      "kind, "
      "migration_name, migration_number, checksum, {3}, '{4}', {5} FROM gone "
      "RETURNING execution_time_ms",
      quoted(connection), condition, quoted_log(connection),
      duration.count() < 0 ? std::string("NULL") : std::to_string(duration.count()), run.run_id,
      connection.literal(run.tool_version), kEquals);
}

std::string History::begin_undo(const Connection& connection, const RunIdentity& run,
                                const Migration& script) const {
  return compose(
      "UPDATE {0} SET state = 'undoing', step = 0, cursor_value = NULL, steps = {1}, run_id = "
      "'{2}', claim_pid = "
      "pg_catalog.pg_backend_pid(), claim_backend_start = (SELECT a.backend_start FROM "
      "pg_catalog.pg_stat_activity AS a WHERE a.pid{3}pg_catalog.pg_backend_pid()), "
      "claim_system_id = (SELECT s.system_identifier FROM pg_catalog.pg_control_system() AS s) "
      "WHERE {4} AND state{3}'applied'",
      quoted(connection), script.up.steps.size(), run.run_id, kEquals,
      row_condition(connection, run, script));
}

std::string History::cancel_undo(const Connection& connection, const RunIdentity& run,
                                 const Migration& script) const {
  return compose(
      "UPDATE {} SET state = 'applied', step = steps, claim_backend_start = NULL, "
      "claim_system_id = NULL WHERE {} AND claim_pid{}pg_catalog.pg_backend_pid()",
      quoted(connection), row_condition(connection, run, script), kEquals);
}

}  // namespace godwit::detail
