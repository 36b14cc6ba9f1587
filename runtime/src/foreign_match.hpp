// SPDX-License-Identifier: Apache-2.0
//
// Which migrations of a set the rows of another tool's table mean. Pure: no server is asked.
#pragma once

#include "foreign.hpp"

#include <godwit/adopt.hpp>

#include <string>
#include <vector>

namespace godwit::detail {

/// A migration, and the row that says it is applied: the row of another one where the tool writes
/// down only the last, or where a baseline stands for it.
struct ForeignMatch {
  const Migration* migration = nullptr;
  const ForeignRow* row = nullptr;
  bool is_own_row = true;
  ChecksumVerdict checksum = ChecksumVerdict::kNotCompared;
};

struct ForeignMatches {
  std::vector<ForeignMatch> matched;  ///< in the order of the set
  std::vector<const ForeignRow*> unknown;
  std::vector<const ForeignRow*> dirty;
  /// Rows that mean a migration which an earlier one means already.
  std::vector<const ForeignRow*> twice;
  /// Projects or databases of which this set has nothing, with the number of their rows.
  std::vector<std::string> other_groups;
  /// Projects or databases of which each may be that of this set; one at most is.
  std::vector<std::string> rival_groups;
  /// Squashes of this set that stand for some of what is unknown, and for more than that.
  std::vector<const Migration*> squashes;
};

/// The rows must outlive what is returned.
ForeignMatches match_rows(const MigrationSet& set, ForeignTool tool,
                          const std::vector<ForeignRow>& rows);

}  // namespace godwit::detail
