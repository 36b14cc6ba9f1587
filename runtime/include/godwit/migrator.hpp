// SPDX-License-Identifier: Apache-2.0
//
// The runtime's API: apply a set to a database, or look at how far it is. A service needs one line
// at its start,
//
//     godwit::migrate(conninfo, crm_migrations::migrations());
//
// which is safe with any number of replicas starting at once, costs one round trip when there is
// nothing to do, and throws godwit::Error when the database is not what this build needs.
#pragma once

#include <godwit/error.hpp>
#include <godwit/hooks.hpp>
#include <godwit/migration.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;  // libpq's PGconn

namespace godwit {

/// What to do about an applied migration whose checksum differs from the embedded one.
enum class DriftPolicy : std::uint8_t { kFail, kWarn, kAccept };

/// What to do about a late arrival: a pending migration that stands before an applied one.
enum class OrderPolicy : std::uint8_t {
  kGraph,   ///< apply it where the header declares Dependencies (`None` is a declaration), else
            ///< refuse
  kLinear,  ///< refuse
  kAny,     ///< apply
};

struct Event;

/// All times are of the client's clock; all defaults are what a service wants.
struct Options {
  /// How long a statement may wait for a lock before the migration is rolled back and tried again.
  /// Everybody who comes after a waiting ALTER TABLE waits with it, so keep it short. 0 waits for
  /// ever. `Lock-Timeout:` goes before it.
  std::chrono::milliseconds lock_timeout{3000};
  /// How long one statement may run; none by default. `Statement-Timeout:` goes before it.
  std::optional<std::chrono::milliseconds> statement_timeout;
  /// The deadline for locks, for other runs and for reconnecting: 10 minutes unless set. When set,
  /// a first connect that fails is tried again until then as well; when not, only a server that is
  /// starting up or has no connection left is.
  std::optional<std::chrono::milliseconds> wait;
  DriftPolicy on_drift = DriftPolicy::kFail;
  OrderPolicy order = OrderPolicy::kGraph;
  /// kExpand leaves migrations of the contract phase, and what depends on them, pending: for the
  /// time before the new release runs everywhere. kContract applies them, and refuses as long as
  /// anything else is pending. kNone applies all.
  Phase phase = Phase::kNone;
  /// Which seeds are applied behind the migrations: "none", "reference" (the same as empty),
  /// "sample" (reference and sample), "full" (all), or a folder of SEEDS (reference and that one).
  std::string seed;
  /// "table" or "schema.table"; empty takes the set's own.
  std::string history_table;
  /// The schema that the set is applied to, for an application with a schema for each tenant; it
  /// has to exist. Migrations run with the search path `schema`, public: what they create without
  /// naming a schema is made there, and what is in public, such as the types of extensions, is
  /// found. The history table stays where it is, with rows of each schema's own, and so are the
  /// gate, status() and all else. Empty is none. For many schemas at once: godwit/schemas.hpp.
  std::string schema;
  /// The role that owns what is created; every message runs under SET LOCAL ROLE. Empty keeps the
  /// login role.
  std::string role;
  /// A conninfo that does not go through a pooler, for migrations that cannot run in a transaction.
  std::string direct_conninfo;
  /// Work out everything and write nothing.
  bool dry_run = false;
  /// With dry_run, and for plan(): migrations of other sets that will be applied first.
  std::vector<Dependency> assumed;
  /// Called on the thread of the caller, in order. It must not throw.
  std::function<void(const Event&)> on_event;
  /// Called before and after the run, and before and after each migration.
  Hooks hooks;
  /// Asked between messages and at least ten times a second while waiting; true cancels the
  /// statement under way, rolls back and throws kInterrupted.
  std::function<bool()> is_cancelled;
};

enum class EventKind : std::uint8_t {
  kStarted,    ///< the plan is known: `count` migrations are pending
  kWaiting,    ///< another run is at work, or has to be: `message` says on what
  kBlocked,    ///< a lock is held by somebody: `message` names them
  kRetrying,   ///< rolled back after a lock timeout, deadlock or cut; tried again after `duration`
  kApplying,   ///< `migration` begins, number `index` of `count`
  kStatement,  ///< a statement outside a transaction begins
  kProgress,   ///< an index is being built: `message` is the phase, as
               ///< pg_stat_progress_create_index names it, `percent` how much of it is done; or
               ///< `rows` are set, and a statement is run in batches; or the rows of a seed are
               ///< sent; or a code migration tells: `message` says how far it is
  kNotice,     ///< the server sent a notice: `message`
  kWarning,    ///< such as drift under DriftPolicy::kWarn: `message`
  kApplied,    ///< `migration` is committed, after `duration`
  kFailed,     ///< `migration` failed: `message`
  kFinished,   ///< the run is over: `count` were applied
  kUndoing,    ///< the down section of `migration` begins
  kUndone,     ///< `migration` is undone and its row is gone, after `duration`
  kRecorded,   ///< the database has all that the squash `migration` stands for: it got a row
};

struct Event {
  EventKind kind{};
  /// Of the set, but for a row that this build does not contain and that down() undoes from its
  /// stored SQL: then it holds little more than the names, and only during the call.
  const Migration* migration = nullptr;
  std::size_t index = 0;
  std::size_t count = 0;
  std::uint32_t line = 0;        ///< of the statement, where one is meant
  std::uint32_t percent = 0;     ///< of kProgress
  std::uint64_t rows = 0;        ///< of batches: that they have looked at, earlier runs included
  std::uint64_t total_rows = 0;  ///< about how many there are; 0 where nobody knows
  std::uint64_t rows_per_second = 0;
  std::chrono::milliseconds left{0};  ///< until the last batch at this rate; 0 where nobody knows
  std::chrono::milliseconds duration{0};
  std::string message;
};

/// What stands in the history for one migration, ours or one that this build does not know.
struct HistoryRow {
  std::int64_t id = 0;
  std::string migration_name;
  std::optional<std::int64_t> version;
  std::string executed_at;  ///< as the server prints it, with its offset
  std::string checksum;
  std::string description;
  std::optional<std::int64_t> execution_time_ms;
  std::string kind;  ///< "versioned", "repeatable", "seed"
  std::string
      state;  ///< "applied" or "running" (a migration outside a transaction that has not ended)
  int step = 0;
  int steps = 0;
  bool is_breaking = false;
  std::string run_id;
  std::string applied_by;
  std::string tool_version;
  /// Of a statement that is run in batches, in a migration that has not ended: the rows that they
  /// have behind them, and about how many there are. 0 where nobody knows.
  std::uint64_t batch_rows = 0;
  std::uint64_t batch_total = 0;
};

enum class State : std::uint8_t {
  kApplied,
  kPending,
  kPartial,   ///< outside a transaction, begun and not ended
  kDrifted,   ///< applied, and the embedded checksum is another
  kUnknown,   ///< in the history, not in this build
  kReplaced,  ///< likewise, but a squash of this build stands for it
  /// Not in the history, and will not be run: replaced by a squash that is, or that a new database
  /// runs instead; or a squash of which the database has all that it stands for
  kCovered,
  /// A repeatable migration or seed as a newer release has applied it, which has been here: what
  /// this build has of it is not applied
  kNewer,
};

struct MigrationStatus {
  const Migration* migration = nullptr;  ///< null for kUnknown
  std::optional<HistoryRow> row;         ///< none for kPending
  State state = State::kPending;
  std::string last_failure;  ///< of a pending or partial one: when, what and where, from the log
};

/// How a database compares with a set, in the order of the set, unknown rows last.
struct Status {
  std::vector<MigrationStatus> migrations;
  bool has_history = false;  ///< the history table exists
  bool is_standby = false;
  bool is_pooled =
      false;  ///< a transaction pooler is between: PQbackendPID differs from pg_backend_pid()
  int server_version = 0;  ///< as PQserverVersion: 150020
  std::string database;    ///< "user@host:port/db", without a password

  std::size_t count(State state) const noexcept;
};

/// What migrate() did.
struct Report {
  struct Applied {
    const Migration* migration = nullptr;
    std::chrono::milliseconds duration{0};
  };
  std::vector<Applied> applied;             ///< by this process, in order
  std::vector<const Migration*> planned;    ///< with dry_run: what would be applied, in order
  std::vector<const Migration*> postponed;  ///< left for the contract phase
  std::size_t skipped = 0;                  ///< were applied already, or by another run meanwhile
  std::size_t failed = 0;  ///< 0, since a failure throws; 1 in Error-free reports of run_cli
  std::vector<std::string> warnings;
  std::chrono::milliseconds duration{0};
  std::string run_id;
  std::string database;
};

// In godwit/maintenance.hpp.
struct DownOptions;
struct DownReport;
struct RedoReport;
struct HistoryOptions;
struct HistoryReport;
struct LogEntry;
struct SchemaReport;
struct VerifyReport;
struct AdoptOptions;  // in godwit/adopt.hpp
struct AdoptReport;

// In godwit/preview.hpp.
struct Selection;
struct PlanReport;
struct RehearsalOptions;
struct RehearsalReport;

// In godwit/database.hpp.
struct FreshOptions;
struct FreshReport;

/// A set and a way to its database. Not thread-safe; use one per thread. Movable, not copyable.
class Migrator {
 public:
  /// Connects when first used, and closes in the destructor.
  Migrator(std::string conninfo, const MigrationSet& set, Options options = {});
  /// Borrows an open, idle connection, which must outlive this object and is given back as it came:
  /// settings, role and transaction status. When it is cut, it stays cut (CONNECTION_BAD) and the
  /// outcome is settled on a connection of our own made with the same parameters.
  Migrator(pg_conn* connection, const MigrationSet& set, Options options = {});
  Migrator(Migrator&&) noexcept;
  Migrator& operator=(Migrator&&) noexcept;
  Migrator(const Migrator&) = delete;
  Migrator& operator=(const Migrator&) = delete;
  ~Migrator();

  /// Applies all that is pending, each migration in its own transaction. Returns at once when there
  /// is nothing to do: one round trip, no write, no lock. Throws Error; what was applied before the
  /// failure stays applied.
  Report up();

  /// Of the last call, when it threw: what it had applied until then, its run id and its database
  /// (empty where there was no connection).
  const Report& partial_report() const noexcept;

  /// Waits until somebody has applied the whole set: for replicas that must not migrate, beside a
  /// job that does. Asks at most ten times a second, with a back-off to once in two seconds; holds
  /// no lock and no snapshot, and writes nothing. A server that is not there yet is waited for.
  /// Throws Error: kBusy when something is still pending at the deadline (Options::wait), and what
  /// up() would throw for a history that waiting does not heal (kDrift, kNewerDatabase).
  void wait_until_current();

  /// Reads the history; one round trip (two when something is pending), no write, no lock. Works on
  /// a standby and for a role that may only read.
  Status status();

  // ---- What people do at a terminal; an application that never calls these does not pay for them.
  //
  // A target is written as: a version (7, 007), a full name (007_crm), a name, an `Alias:` or
  // `@tag` of a header, `head` (the last of the set), `base` (before the first), `previous` (before
  // the last applied), `+N` (after the next N that are pending), `-N` (before the last N applied).
  // Throws Error of kind kUsage for one that there is not.

  /// up() for what stands at or before `target` in the order of the set.
  Report up_to(std::string_view target);
  /// up() for the next `count` that are pending. Throws kUsage when fewer are, unless none is.
  Report up_next(std::size_t count);
  /// up() for the seeds of Options::seed that are new or have changed. Throws kPending where a
  /// migration is pending, which they may need.
  Report seed();
  /// up() for `target` and what it depends on, and nothing else. Warns when something that is left
  /// out would be refused as a late arrival afterwards.
  Report apply(std::string_view target);

  /// Undoes by the down sections, in the reverse of the order in which they were applied, and never
  /// one that something applied depends on, of this set or, by the history, of another. Each in one
  /// transaction with the removal of its row and the log's line, under the gate; a down section
  /// that cannot run in a transaction runs a statement at a time, and a run that was killed in it
  /// is taken up again by the next down(). Throws before anything is undone when one of them has no
  /// down section or is irreversible.
  DownReport down(const DownOptions& options);
  /// down(), then up() for exactly what was undone. Throws what up() would throw for it before
  /// anything is undone; with Options::dry_run says both.
  RedoReport redo(const DownOptions& options);

  // Changes to the history alone: no SQL of a migration runs but verify sections. All of one call
  // is one transaction under the gate, with a line of the log for each change; a call that finds
  // nothing to change changes nothing.

  /// Records everything at or before `target` as applied: what it would make is there already. A
  /// migration outside a transaction that was cut off counts as finished.
  HistoryReport stamp(std::string_view target, const HistoryOptions& options);
  /// The same for a database that this set has never migrated. Throws kUsage where it has.
  HistoryReport baseline(std::string_view target, const HistoryOptions& options);
  /// Removes the row of one migration (also of one that this build does not contain, by its version
  /// or full name), so that it is pending again. Throws kFailed when something applied depends on
  /// it, kUsage when there is no such row.
  HistoryReport forget(std::string_view target, const HistoryOptions& options);
  /// Puts this build's checksum into the row of an edited migration; of all, where `target` is
  /// empty.
  HistoryReport accept(std::string_view target, const HistoryOptions& options);
  /// Makes the rows say what this build says (name, checksum, breaking), and settles the step of a
  /// migration outside a transaction by HistoryOptions::doubt.
  HistoryReport repair(const HistoryOptions& options);
  /// Records as applied what another migration tool has applied, by that tool's own table, which is
  /// only read (but that a table of seed000 in the place of the history becomes the history). Finds
  /// nothing to do when it is called again. What stops it is in AdoptReport::stopped_by.
  AdoptReport adopt(const AdoptOptions& options);

  /// Runs the verify sections of all that is applied, each in a read-only transaction of its own,
  /// and goes on after one that does not hold.
  VerifyReport verify();
  /// Compares the server's schema with the one that the build computed for exactly those migrations
  /// that are applied, in a read-only transaction. The schema that stands first in the search path
  /// is taken for `public`; with Options::schema it is that one, and no other schema's objects
  /// count.
  SchemaReport compare_schema();
  /// The log, oldest first: what was applied, undone, failed, stamped, forgotten, accepted and
  /// repaired. Empty where there is no history.
  std::vector<LogEntry> log();

  /// What up() would do, with what the build knows of each statement's locks beside what the server
  /// knows of the tables now. Reads only, waits for nobody's lock longer than a second, and works
  /// on a standby and for a role that may read the history. Throws what up() would throw before it
  /// begins.
  PlanReport plan(const Selection& selection);
  /// Really runs it, on the real data: all in one transaction, under the gate, with the timeouts of
  /// a real run and with the require and verify sections; then rolls back, whatever happened. Until
  /// then it holds every lock that it takes, and whoever needs one waits. The history is not
  /// written. What cannot run in a transaction, or might end it, is left out with all that depends
  /// on it. A failure is in the report; throws only for what keeps it from beginning. What no
  /// ROLLBACK takes back stays: numbers drawn from sequences, what functions did outside.
  RehearsalReport rehearse(const RehearsalOptions& options);

  /// Deletes all that is in the database and this role's, in one transaction under the gate, then
  /// up(). Of a schema that is kept (public, and those with an extension that is kept) owner,
  /// grants and comment stay. Throws kUsage unless the set was built with ALLOW_FRESH, and unless
  /// the database is named or confirmed.
  FreshReport fresh(const FreshOptions& options);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Migrator(conninfo, set, options).up().
Report migrate(std::string conninfo, const MigrationSet& set, Options options = {});

/// Migrator(connection, set, options).up(), on a connection that the caller owns.
Report migrate(pg_conn* connection, const MigrationSet& set, Options options = {});

/// Migrator(conninfo, set, options).wait_until_current().
void wait_until_current(std::string conninfo, const MigrationSet& set, Options options = {});

}  // namespace godwit
