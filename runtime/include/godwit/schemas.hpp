// SPDX-License-Identifier: Apache-2.0
//
// One set over many schemas of one database: an application with a schema for each tenant.
//
//     godwit::migrate_schemas(conninfo, crm_migrations::migrations(), "tenant_%", {.jobs = 8});
//
// One query tells which schemas are behind, however many there are; some connections catch those
// up, each schema behind a gate of its own; what fails in one does not stop the others. For a
// single schema, such as that of a new tenant, Options::schema is enough.
#pragma once

#include <godwit/migrator.hpp>
#include <godwit/preview.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// How one schema compares with the set.
struct SchemaStatus {
  std::string schema;
  const Migration* last = nullptr;  ///< the last of the set's order that is applied, null for none
  std::size_t applied = 0;          ///< of the set's migrations
  std::size_t pending = 0;          ///< that up() would apply
  /// up() would find nothing to do and nothing to say.
  bool is_current = false;
  /// What up() would refuse it with, such as kDrift; without the details that a look at this schema
  /// alone gives.
  std::optional<Error> error;
};

/// All schemas that are meant, by their names' bytes.
struct SchemasStatus {
  std::vector<SchemaStatus> schemas;
  std::vector<std::string> unmatched;  ///< patterns that no schema matches
  bool has_history = false;            ///< the history table exists
  std::string database;                ///< "user@host:port/db", without a password
};

/// Which schemas are behind, without a lock and without a write: one round trip on the connection,
/// however many there are (two where the history table is missing).
///
/// `schemas` is a list with commas. `%` stands for any text, `_` for itself; a backslash takes the
/// meaning from `%`, the comma and itself. A word without `%` is the name of a schema, which has to
/// exist. A pattern never means the server's own schemas, `public` or that of the history table.
///
/// Throws Error: kUsage for a list without a word and for a named schema that is not there;
/// otherwise what Migrator::status() throws.
SchemasStatus check_schemas(const std::string& conninfo, const MigrationSet& set,
                            std::string_view schemas, const Options& options = {});

/// Waits until somebody has applied the set to all of them, as Migrator::wait_until_current() does
/// for one. Which schemas `schemas` means is asked anew each time, so that one that is made
/// meanwhile is waited for. Gives the last look.
///
/// Throws Error: kBusy when one is still behind at the deadline (Options::wait); for a schema with
/// what waiting does not heal, such as kDrift, that at once, with the schema's name.
SchemasStatus wait_until_current(const std::string& conninfo, const MigrationSet& set,
                                 std::string_view schemas, const Options& options = {});

enum class SchemaOutcome : std::uint8_t {
  kCurrent,     ///< there was nothing to do
  kMigrated,    ///< something was applied, and nothing failed
  kPlanned,     ///< Options::dry_run: something would be applied
  kFailed,      ///< `error` says why; what was applied before it stays applied
  kGone,        ///< the schema was dropped meanwhile
  kNotReached,  ///< the run was interrupted, or the server went, before its end or its beginning
};

struct SchemaResult {
  std::string schema;
  SchemaOutcome outcome = SchemaOutcome::kNotReached;
  Report report;  ///< also of what had been applied before a failure; empty for kCurrent
  std::optional<Error> error;
};

/// What migrate_schemas() did.
struct SchemasReport {
  std::vector<SchemaResult> schemas;   ///< by their names' bytes
  std::vector<std::string> unmatched;  ///< patterns that no schema matches
  bool is_interrupted = false;
  std::chrono::milliseconds duration{0};
  std::string database;

  std::size_t count(SchemaOutcome outcome) const noexcept;
};

struct SchemasOptions {
  /// How many connections at most, each with a thread. All of them are free to the database when
  /// the call returns.
  std::size_t jobs = 4;
  /// A part of what is pending, in each schema alike.
  Selection selection;
  /// All three are called on the thread of the caller, one at a time, and may throw, which ends the
  /// run as Options::is_cancelled does and leaves the call.
  std::function<void(const SchemasStatus&)> on_checked;  ///< once, before anything is applied
  std::function<void(const std::string& schema, const Event&)> on_event;
  std::function<void(const SchemaResult&)> on_result;  ///< of each schema that was behind
};

/// Applies the set to all schemas that `schemas` means (as for check_schemas) and that are behind.
/// Each is a run as Migrator::up() makes it, with gate, retries and deadlines of its own, so that
/// several processes may do this at once, and whoever comes after a kill does what is left.
///
/// Failures of single schemas are in the report, also that this was cancelled by
/// Options::is_cancelled, which is asked on the thread of the caller: runs under way are rolled
/// back then, and no other is begun; neither is one when no server answers any more. Throws Error
/// only for what keeps all of it from beginning, as check_schemas() does. Options::on_event is told
/// of the first look alone; Options::schema is not looked at.
///
/// Options::hooks are called on the threads that work, one at a time: before_run once for all
/// schemas, by the first that has something to apply, and when it throws no schema is begun; the
/// others for each schema. Functions of code migrations are called there too, not in turn.
SchemasReport migrate_schemas(const std::string& conninfo, const MigrationSet& set,
                              std::string_view schemas, const SchemasOptions& how = {},
                              const Options& options = {});

}  // namespace godwit
