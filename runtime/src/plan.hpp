// SPDX-License-Identifier: Apache-2.0
//
// The plan: a set compared with the history. Pure: it reads a Snapshot and says what is to be done,
// or throws why nothing may be done.
#pragma once

#include "history.hpp"

#include <string>
#include <vector>

namespace godwit::detail {

struct Pending {
  const Migration* migration = nullptr;
  /// It was begun, outside a transaction, and this many of its steps have ended.
  bool is_begun = false;
  int step = 0;
  bool is_drifted = false;  ///< begun with another checksum
  /// A squash of which the database has all that it stands for: it gets a row, and is not run.
  bool is_recorded = false;
};

struct Plan {
  std::vector<Pending> pending;  ///< in the order of the set
  std::vector<const Migration*> drifted;
  std::size_t unknown = 0;                ///< rows that this build does not know
  std::size_t covered = 0;                ///< neither applied nor pending: a squash stands for them
  std::size_t left_out = 0;               ///< seeds of another mode
  std::size_t ours = 0;                   ///< rows that this run wrote
  std::vector<const Migration*> written;  ///< applied by this run, in the order of the set
};

/// Takes out of the plan what only gets a row.
void drop_recorded(Plan& plan);

/// Compares. Throws Error: kNewerDatabase, kDrift (a checksum, a late arrival, a renamed set) or
/// kFailed (a missing dependency).
Plan make_plan(const MigrationSet& set, const Snapshot& snapshot, const Options& options,
               const History& history);

/// How the checksum in a row relates to the embedded one.
bool is_same_checksum(const Migration& migration, std::string_view recorded) noexcept;

/// Whether this row is of this migration.
bool is_row_of(const Row& row, const MigrationSet& set, const Migration& migration);
const Row* find_row(const Snapshot& snapshot, const MigrationSet& set, const Migration& migration);

}  // namespace godwit::detail
