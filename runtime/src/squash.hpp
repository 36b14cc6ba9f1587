// SPDX-License-Identifier: Apache-2.0
//
// Squashes: what a history has of a migration that stands for others, and of those.
#pragma once

#include "history.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace godwit::detail {

/// Versions of a set that have a row, sorted.
struct Versions {
  std::vector<std::int64_t> applied;
  std::vector<std::int64_t> present;   ///< those too that were begun and have not ended
  std::vector<VersionRange> replaced;  ///< what squashes of other builds stand for

  void add(std::int64_t version, bool is_applied);
};

Versions versions_of(const MigrationSet& set, const Snapshot& snapshot);

/// Whether `squash` is one, and stands for this version.
bool stands_for(const Migration& squash, std::int64_t version) noexcept;

/// The squash of the set that stands for this version; null for none.
const Migration* squash_of(const MigrationSet& set, std::int64_t version) noexcept;

/// Whether a row of another build's squash, or of another set's, stands for this version.
bool is_replaced_in(const Snapshot& snapshot, std::string_view set, std::int64_t version) noexcept;

/// What stands for versions of this set, and is not of this build.
std::vector<VersionRange> replaced_elsewhere(const MigrationSet& set,
                                             const std::vector<ReplacedRange>& replaced);

/// Whether anything that `squash` stands for has a row.
bool has_replaced(const Migration& squash, const Versions& versions);

/// What `squash` stands for, and is not applied.
std::vector<std::int64_t> missing_of(const Migration& squash, const Versions& versions);

/// Not applied, and not to be: replaced by a squash that is applied or that will be run, or a
/// squash of which the database has all that it stands for.
bool is_covered(const MigrationSet& set, const Migration& migration, const Versions& versions);

}  // namespace godwit::detail
