// SPDX-License-Identifier: Apache-2.0
//
// The SQL of the claim that a run has on a migration outside a transaction; see history.cpp for
// what it holds.
#include "history.hpp"

#include "history_sql.hpp"

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

std::string History::set_step(const Connection& connection, const RunIdentity& run,
                              const Migration& migration, std::size_t step) const {
  return compose(
      "UPDATE {} SET step = {} WHERE {} AND "
      "claim_pid{}pg_catalog.pg_backend_pid() RETURNING step",
      quoted(connection), step, row_condition(connection, run, migration), kEquals);
}

std::string History::take_over(const Connection& connection, const RunIdentity& run,
                               const Migration& migration, int old_pid) const {
  return compose(
      "UPDATE {} SET run_id = '{}', checksum = {}, steps = {}, claim_pid = "
      "pg_catalog.pg_backend_pid(), claim_backend_start = {}, claim_system_id = {} WHERE {} "
      "AND claim_pid{} RETURNING step",
      quoted(connection), run.run_id, connection.literal(migration.checksum),
      migration.up.steps.size(), kBackendStart, kSystemId,
      row_condition(connection, run, migration),
      old_pid == 0 ? std::string(" IS NULL") : compose("{}{}", kEquals, old_pid));
}

std::string History::release(const Connection& connection, const RunIdentity& run,
                             const Migration& migration) const {
  return compose(
      "UPDATE {} SET claim_pid = NULL, claim_backend_start = NULL, claim_system_id = NULL "
      "WHERE {} AND claim_pid{}pg_catalog.pg_backend_pid()",
      quoted(connection), row_condition(connection, run, migration), kEquals);
}

std::string History::forget(const Connection& connection, const RunIdentity& run,
                            const Migration& migration) const {
  return compose("DELETE FROM {} WHERE {} AND claim_pid{}pg_catalog.pg_backend_pid()",
                 quoted(connection), row_condition(connection, run, migration), kEquals);
}

}  // namespace godwit::detail
