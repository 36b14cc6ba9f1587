// SPDX-License-Identifier: Apache-2.0
//
// What the calls of Migrator that people make at a terminal take and give: undoing, and changes to
// the history alone. The calls are declared in migrator.hpp.
#pragma once

#include <godwit/migrator.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
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

/// What redo() did.
struct RedoReport {
  DownReport down;
  Report up;  ///< empty with Options::dry_run
};

}  // namespace godwit
