// SPDX-License-Identifier: Apache-2.0
//
// What the calls of Migrator that people make at a terminal take and give: undoing, and changes to
// the history alone. The calls are declared in migrator.hpp.
#pragma once

#include <godwit/migrator.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// Which migrations down() undoes.
struct DownOptions {
  /// This many. Throws kUsage when fewer are applied, unless none is.
  std::size_t count = 1;
  /// Where not empty, goes before `count`: all that stands after this target.
  std::string to;
  /// Rows that this build does not contain are undone by the SQL that their own build left in them;
  /// without this they are refused.
  bool use_stored = false;
  /// Asked once, before anything is done, with the names in order; false throws kInterrupted.
  std::function<bool(const std::vector<std::string>& names)> confirm;
};

/// What down() did.
struct DownReport {
  struct Undone {
    const Migration* migration = nullptr;  ///< null for a row that this build does not contain
    std::string name;
    std::chrono::milliseconds duration{0};
  };
  std::vector<Undone> undone;
  std::vector<Undone> planned;  ///< with Options::dry_run
  std::size_t left = 0;         ///< versioned migrations that stay applied
  std::vector<std::string> warnings;
  std::chrono::milliseconds duration{0};
  std::string run_id;
  std::string database;
};

/// One change to the history, and to nothing else.
struct HistoryChange {
  std::string event;  ///< in the log: "stamped", "forgotten", "accepted", "repaired", "adopted"
  const Migration* migration = nullptr;  ///< null for a row that this build does not contain
  std::string name;
  std::string text;  ///< what changes, in words
  std::string sql;   ///< the statement, for repair()
};

/// What is known about the statement in which a run outside a transaction was cut off.
enum class Doubt : std::uint8_t { kOpen, kTookEffect, kHadNoEffect };

struct HistoryOptions {
  /// stamp(), baseline(): the verify sections run first, in order; what does not hold, has no
  /// verify section, or stands after such a one is not stamped.
  bool verify = false;
  /// stamp(): the target alone, whatever stands before it. Throws kFailed when something that it
  /// depends on is not applied.
  bool only = false;
  /// repair(): what a human found out about the step that nobody can tell of.
  Doubt doubt = Doubt::kOpen;
  /// Asked once, before anything is written; false throws kInterrupted.
  std::function<bool(const std::vector<HistoryChange>&)> confirm;
};

/// What was changed; with Options::dry_run, what would be.
struct HistoryReport {
  std::vector<HistoryChange> changes;
  /// What ended stamp() with `verify` before its target: kVerifyFailed.
  std::optional<Error> stopped_by;
  std::vector<std::string> warnings;
  std::string run_id;
  std::string database;
};

/// What verify() found.
struct VerifyReport {
  std::vector<const Migration*> held;       ///< in the order of the set
  std::vector<const Migration*> unchecked;  ///< applied, without a verify section
  std::vector<Error> failures;              ///< kVerifyFailed, one for each that does not hold
  std::string database;
};

/// One object of which the server's schema is not what the applied migrations make of it.
struct SchemaDifference {
  std::string object;    ///< "column crm.notes.body"
  std::string expected;  ///< "text not null"; empty where only its being there is known
  std::string found;     ///< likewise; empty where it is missing
  std::string doubt;  ///< the migration that may have made it so, in SQL the build could not read
  std::string text;   ///< "table crm.notes: column body: expected text not null, found text"
};

/// What compare_schema() found. Objects are named by kind and name: "table crm.notes".
struct SchemaReport {
  std::size_t compared = 0;  ///< tables, columns, constraints, indexes, …
  std::size_t expected_tables = 0;
  std::size_t found_tables = 0;
  std::vector<std::string> missing_tables;
  std::vector<SchemaDifference> differences;  ///< without a doubt; what belongs to a missing table
                                              ///< is left out
  std::vector<SchemaDifference> doubtful;     ///< those that may be meant
  std::vector<std::string> uncertain;  ///< not compared: the build does not know how they look
  std::vector<std::string> unknown;    ///< in the database, and not of this set
  std::string database;
};

/// A line of the log. Texts are empty where there is nothing to say.
struct LogEntry {
  std::string logged_at;  ///< as the server prints it, with its offset
  std::string event;      ///< "applied", "undone", "failed", "stamped", …
  std::string migration_name;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> execution_time_ms;
  std::string run_id;
  std::string logged_by;
  std::string application_name;
  std::string sqlstate;
  std::string message;
  std::string file;
  std::int64_t line = 0;
};

/// What is applied on either side, and depends on what is not: migrations of this set on another
/// set's, and, as far as the history tells, those of other sets on this one's. A sentence for each.
std::vector<std::string> broken_dependencies(const std::string& conninfo, const MigrationSet& set,
                                             const Options& options);

/// A script for psql that does what up() or down() would do between two places of the set, the
/// history included, and that refuses a database which is not at `from`, with the same checksums.
/// Both are targets, but none that depends on a database (+1, -1, previous): throws kUsage. Of the
/// options, lock_timeout, statement_timeout, role, history_table and phase count: with kExpand the
/// contract phase is left out, with kContract nothing else is in it and the rest has to be there.
/// Needs no database.
std::string psql_script(const MigrationSet& set, const Options& options, std::string_view from,
                        std::string_view to);

/// What redo() did.
struct RedoReport {
  DownReport down;
  Report up;  ///< with Options::dry_run, what would be applied again is `planned`
};

}  // namespace godwit
