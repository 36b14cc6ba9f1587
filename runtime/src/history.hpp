// SPDX-License-Identifier: Apache-2.0
//
// The history table as SQL and as rows: its name, the check that reads it, its creation, and what
// is written to it and to its log. All names are qualified and all operators are pg_catalog's, so
// that no search_path, of the session or set by a migration, changes what these statements mean.
#pragma once

#include "connection.hpp"

#include <godwit/migrator.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::detail {

/// What the check knows about one row, of this set or of another.
struct Row {
  std::int64_t id = 0;
  std::string set;
  std::string kind;
  std::string name;
  std::optional<std::int64_t> version;
  std::string checksum;
  std::string state;
  int step = 0;
  int steps = 0;
  bool is_breaking = false;
  bool is_our_run = false;  ///< written by the run that asks

  bool operator==(const Row&) const = default;
};

/// Versions for which a row stands: it is a squash.
struct ReplacedRange {
  std::string target;  ///< the schema that it was applied in, or ""
  std::string set;
  std::int64_t squash = 0;
  VersionRange range;
};

/// The history at one moment.
struct Snapshot {
  bool has_table = false;
  std::vector<Row> rows;  ///< in the order in which they were written
  /// The target is a schema with nothing in it, or one that there is not.
  bool is_target_empty = false;
  /// What rows of other builds stand for; looked up only where something could be missing.
  std::vector<ReplacedRange> replaced;

  /// `replaced` follows from the rows.
  bool operator==(const Snapshot& other) const {
    return has_table == other.has_table && is_target_empty == other.is_target_empty &&
           rows == other.rows;
  }
};

/// What identifies the run that writes.
struct RunIdentity {
  std::string run_id;        ///< a UUID
  std::string set;           ///< the set's name
  std::string tool_version;  ///< of the set
};

/// Who works on a migration outside a transaction, from its row.
struct Claim {
  bool is_ours = false;      ///< this backend itself
  bool is_alive = false;     ///< its backend still runs on this very server
  bool is_released = false;  ///< it ended in order: there is no doubt about the step
  int pid = 0;
  std::string description;  ///< "pid 4711 (user app, application \"crm\")"
};

/// What another tool knows about a migration.
struct Adopted {
  std::string_view origin;       ///< the tool
  std::string_view executed_at;  ///< "" where it does not say
  std::optional<std::int64_t> execution_time_ms;
  std::string_view applied_by;
  std::string message;  ///< for the log
  /// It was another text, or nobody knows: no checksum is recorded, and `up` applies it again.
  bool is_to_run_again = false;
};

class History {
 public:
  /// `name` is "table" or "schema.table", each as written or in double quotes as in SQL. `target`
  /// is the schema that the migrations run in, "" for none: only its rows are seen and written,
  /// and with it, where it is not "", those rows of the sets `shared` that belong to no schema.
  /// Throws Error of kind kUsage when a name is none.
  explicit History(std::string_view name, std::string_view target = {},
                   std::vector<std::string> shared = {});

  /// The schema that the migrations run in, or "".
  const std::string& target() const noexcept { return target_; }
  /// " AND target_schema = 'x'" for SQL that people paste; "" where there is none.
  std::string display_target() const;

  /// "public.schema_migrations", for people: quoted where SQL that they paste needs it.
  std::string display() const;
  std::string display_log() const;
  const std::string& schema() const noexcept { return schema_; }
  const std::string& table() const noexcept { return table_; }

  /// A condition: there is nothing in a schema, or no such schema. `oid` is an expression.
  static std::string is_empty_schema(std::string_view oid);

  /// The check: one SELECT, that always gives at least one row, with the backend's pid in it.
  std::string check(const Connection& connection, const RunIdentity& run) const;
  static Snapshot read_check(const PGresult* result, int* backend_pid);
  /// A row whose columns, those of the check, begin with the column `first`.
  static Row read_row(const PGresult* result, int number, int first);

  /// How many rows the check would give.
  std::string count(const Connection& connection) const;

  /// The same with all columns, for people.
  std::string full_check(const Connection& connection, const RunIdentity& run) const;
  static std::vector<HistoryRow> read_full_check(const PGresult* result, int* backend_pid);

  /// One row or more: whether the table is there (and has the columns, where `is_foreign` says that
  /// there is one of seed000), whether the schema is, and the name of another
  /// history table in the schema, a row for each that this role can read.
  std::string existence(const Connection& connection, bool is_foreign = false) const;
  /// Which of these other tables have a row of this migration, with its checksum: their names.
  std::string find_elsewhere(const Connection& connection, const RunIdentity& run,
                             const Migration& migration,
                             const std::vector<std::string>& tables) const;

  /// The advisory key of this set in this table, as an expression; and that of the table alone.
  std::string gate_key(const Connection& connection, std::string_view set) const;
  std::string creation_key(const Connection& connection) const;

  /// An expression: the message that wrote this set's last row is still being run by its backend.
  std::string is_writer_active(const Connection& connection, std::string_view set) const;

  /// Statements that create what is missing; `has_foreign`: the table is there, and another tool's.
  /// The count of statements is added to `count`.
  std::string create(const Connection& connection, bool has_schema, bool has_foreign,
                     std::uint32_t* count) const;

  /// The guard: the row of a migration. `is_running` makes a claim of the backend that runs it.
  std::string insert(const Connection& connection, const RunIdentity& run,
                     const Migration& migration, bool is_running) const;
  /// Ends a block: the duration, state "applied", the log's line. Returns the duration in ms.
  std::string finish(const Connection& connection, const RunIdentity& run,
                     const Migration& migration) const;
  std::string set_step(const Connection& connection, const RunIdentity& run,
                       const Migration& migration, std::size_t step) const;
  /// Gives the row of a migration to this backend, unless its claim has changed from `old_pid`.
  std::string take_over(const Connection& connection, const RunIdentity& run,
                        const Migration& migration, int old_pid) const;
  std::string release(const Connection& connection, const RunIdentity& run,
                      const Migration& migration) const;
  std::string forget(const Connection& connection, const RunIdentity& run,
                     const Migration& migration) const;

  // history_change.cpp
  /// The row of a migration whose SQL did not run, or was finished by hand, and the log's line.
  std::string stamp(const Connection& connection, const RunIdentity& run,
                    const Migration& migration, bool has_row, std::string_view origin,
                    std::uint32_t* count) const;
  /// A change of one row and the log's line, in one statement: its removal where `set` is empty.
  std::string change(const Connection& connection, const RunIdentity& run, std::string_view event,
                     std::int64_t row_id, std::string_view set, std::string_view message) const;

  // history_adopt.cpp
  /// The row of a migration that another tool has applied, and the log's line.
  std::string adopt(const Connection& connection, const RunIdentity& run,
                    const Migration& migration, const Adopted& adopted, std::uint32_t* count) const;
  /// Makes this table ours: a table of seed000, whose rows become rows of this run's set. The
  /// unique constraints are those that it has besides its primary key.
  std::string extend(const Connection& connection, const RunIdentity& run, std::string_view origin,
                     const std::vector<std::string>& unique_constraints,
                     std::uint32_t* count) const;
  /// One row: whether the history has rows of this run's set that came from that tool.
  std::string has_origin(const Connection& connection, const RunIdentity& run,
                         std::string_view origin) const;
  /// The names of those constraints.
  std::string unique_constraints(const Connection& connection) const;
  /// What a row of such a table still needs to be that of a migration, and the log's line.
  std::string complete(const Connection& connection, const RunIdentity& run,
                       const Migration& migration, std::int64_t row_id,
                       std::string_view message) const;

  // history_undo.cpp
  /// Locks a row that is to be undone; gives the transaction's id. No row when it has changed.
  std::string lock_row(const Connection& connection, std::int64_t row_id) const;
  /// The SQL that undoes a row, as its own build left it there.
  std::string stored_down(const Connection& connection, std::int64_t row_id) const;
  /// Ends the undoing of the row that `condition` picks: removes it, and writes the log's line.
  /// Gives one row with `duration` when there was one; below zero it is not known.
  std::string finish_undo(const Connection& connection, const RunIdentity& run,
                          std::string_view condition, milliseconds duration) const;
  /// A claim on an applied row whose down section runs outside a transaction, and its end when no
  /// step of it has run.
  std::string begin_undo(const Connection& connection, const RunIdentity& run,
                         const Migration& script) const;
  std::string cancel_undo(const Connection& connection, const RunIdentity& run,
                          const Migration& script) const;

  // history_batch.cpp
  /// A row for each value of the cursor; none where there is no cursor.
  std::string read_cursor(const Connection& connection, const RunIdentity& run,
                          const Migration& migration) const;
  /// Division by zero (22012) where the claim is not ours.
  std::string set_cursor(const Connection& connection, const RunIdentity& run,
                         const Migration& migration, const std::vector<std::string>& values) const;
  /// The same at the end of a step: takes the cursor away.
  std::string end_cursor(const Connection& connection, const RunIdentity& run,
                         const Migration& migration, std::size_t step) const;
  /// Fills in how far the batches of the row's step are.
  static void read_progress(std::string_view cursor, HistoryRow* row);

  // history_links.cpp
  /// A statement, behind those that write the migration's row: what it needs in other sets, and
  /// what it replaces. Does nothing where the table has no such columns. Empty for most migrations.
  std::string note_links(const Connection& connection, const RunIdentity& run,
                         const Migration& migration) const;
  /// The rows of other sets that need something of this one, newest first: set, name, what they
  /// need ("main:2"), and the schema that they were applied in. An error where the table has no
  /// such column.
  std::string read_needs(const Connection& connection, const RunIdentity& run) const;
  /// What the squashes stand for that a check sees, or with `is_everywhere` those of all schemas;
  /// likewise.
  std::string read_replaces(const Connection& connection, bool is_everywhere) const;
  static std::vector<ReplacedRange> parse_replaces(const PGresult* result);

  /// One message: the embedded checksum goes into the row. `settings` follow BEGIN.
  std::string accept(const Connection& connection, const RunIdentity& run,
                     const Migration& migration, std::string_view settings) const;
  std::string read_claim(const Connection& connection, const RunIdentity& run,
                         const Migration& migration) const;
  static Claim parse_claim(const PGresult* result);
  /// A line of the log for a failure.
  std::string log_failure(const Connection& connection, const RunIdentity& run,
                          const Migration& migration, const ErrorDetail& detail) const;

  /// The last failure of each migration that failed after it was last applied: name, time, text.
  std::string last_failures(const Connection& connection, const RunIdentity& run) const;

  /// The columns that a table of this name has.
  std::string columns(const Connection& connection) const;
  /// What ALTER TABLE has to add to a table of an older godwit; empty for a table of another tool.
  static std::string additions(const std::vector<std::string>& columns);
  /// Which tool a table with these columns (sorted, joined by ",") is known to belong to; "" for
  /// none.
  static std::string_view recognise(const std::vector<std::string>& columns);

  /// The row belongs to this table's guard, not to a table of the migration's.
  bool is_guard_violation(const PGresult* error) const;

  /// What the log says is applied, newest first: name, time, by whom.
  std::string read_recorded(const Connection& connection, const RunIdentity& run) const;
  /// The log, a row for each line, oldest first.
  std::string read_log(const Connection& connection, const RunIdentity& run) const;

  std::string quoted(const Connection& connection) const;
  std::string quoted_log(const Connection& connection) const;
  /// What picks the row of a migration.
  std::string row_condition(const Connection& connection, const RunIdentity& run,
                            const Migration& migration) const;

 private:
  /// Assignments, each behind a comma.
  std::string links(const Connection& connection, const RunIdentity& run,
                    const Migration& migration) const;
  std::string change_cursor(const Connection& connection, const RunIdentity& run,
                            const Migration& migration, std::string_view assignment) const;
  /// A condition on the rows `row` of the history or its log: they are of the target.
  std::string is_of_target(const Connection& connection, std::string_view row) const;
  /// The same, and those of the shared sets.
  std::string is_in_sight(const Connection& connection) const;

  std::string schema_;
  std::string table_;
  std::string target_;
  std::vector<std::string> shared_;
};

std::string_view kind_name(Kind kind) noexcept;

}  // namespace godwit::detail
