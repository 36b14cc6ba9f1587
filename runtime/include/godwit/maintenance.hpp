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
  std::string event;  ///< in the log: "stamped", "forgotten", "accepted", "repaired"
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

/// What redo() did.
struct RedoReport {
  DownReport down;
  Report up;  ///< empty with Options::dry_run
};

}  // namespace godwit
