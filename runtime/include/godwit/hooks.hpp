// SPDX-License-Identifier: Apache-2.0
//
// Functions of the application that a run calls on its way: a backup before it, a word to the
// monitoring after it. A part of Options; a run without hooks sends what it always sends.
//
//     godwit::Options options;
//     options.hooks.before_run = [](const godwit::RunHook& run) { back_up(run.database); };
//     godwit::migrate(conninfo, crm_migrations::migrations(), options);
//
// All are called on the thread of the caller (in a Stepper, inside step(), on a stack of 1 MiB). A
// hook that throws ends the run with an Error of kind kFailed that says which hook it was and what
// the exception said; an Error is passed on as it is.
#pragma once

#include <godwit/error.hpp>
#include <godwit/migration.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct pg_conn;  // libpq's PGconn

namespace godwit {

struct Report;

/// What a run is about to do, or has done.
enum class RunKind : std::uint8_t {
  kApply,  ///< up() and its like
  kUndo,   ///< down(); redo() is this and then kApply
  kEmpty,  ///< fresh() deletes all data; then comes kApply
};

/// What before_run and after_run are told. Valid during the call.
struct RunHook {
  RunKind kind = RunKind::kApply;
  std::string_view set;       ///< the name of the migration set
  std::string_view database;  ///< "user@host:port/db", without a password
  std::string_view run_id;    ///< as in the history
  /// Of before_run: the full names of what is about to be applied or undone, in this order.
  std::vector<std::string_view> migrations;
  /// The connection of the run, to read its parameters from (libpq_environment()). Of before_run it
  /// is in the transaction that keeps all other runs out: send nothing on it. After a failure it
  /// may be lost, or null.
  pg_conn* connection = nullptr;
  const Report* report = nullptr;  ///< of after_run and RunKind::kApply: what was applied
  const Error* error = nullptr;    ///< of after_run: why it failed; null when it did not
};

/// What before_each and after_each are told. Valid during the call.
struct MigrationHook {
  RunKind kind = RunKind::kApply;  ///< never kEmpty
  /// Of the set, as Event::migration.
  const Migration* migration = nullptr;
  std::chrono::milliseconds duration{0};  ///< of after_each
};

/// Any may be empty. None is called by a dry run, a rehearsal, a run that finds nothing to do, one
/// that only waits for another process, and by what changes the history alone (stamp and its like).
struct Hooks {
  /// Called at most once in a run, when something is to be applied or undone, before any of it, by
  /// the one process that may do it: the other replicas wait meanwhile, each until its
  /// Options::wait, and find nothing to do afterwards. It may take as long as it likes; no snapshot
  /// and no lock but the gate's is held. When it throws, nothing is applied.
  std::function<void(const RunHook&)> before_run;
  /// Called once at the end of each run that called before_run, or would have, and was not stopped
  /// by it, whether the run failed or not. What it throws after a failure is lost: the failure is
  /// what the caller has to hear of.
  std::function<void(const RunHook&)> after_run;
  /// Called once in a run for each migration before it begins, while the gate is held. Outside its
  /// transaction: nothing that the hook does elsewhere is undone when the migration fails. When it
  /// throws, the migration is not begun. Each migration is then a message of its own.
  std::function<void(const MigrationHook&)> before_each;
  /// Called for each migration after its COMMIT was confirmed. A process that dies between the two
  /// never calls it, and no later run does. When it throws, the run ends there; the migration stays
  /// applied.
  std::function<void(const MigrationHook&)> after_each;
};

/// The variables with which libpq's programs (psql, pg_dump) connect as this connection did, to the
/// very host that answered: PGHOST, PGDATABASE and so on. PGPASSWORD is among them where there is a
/// password: pass them in a child's environment, never on its command line.
std::vector<std::pair<std::string, std::string>> libpq_environment(pg_conn* connection);

}  // namespace godwit
