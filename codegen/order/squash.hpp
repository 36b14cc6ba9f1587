// SPDX-License-Identifier: Apache-2.0
//
// Squashes: migrations that stand for others, `Replaces: 1-120`. A new database runs the squash and
// never what it replaces, which may still be in the folder or be gone from it; a database that has
// all of them is taken to have the squash.
//
// In the order of a set a squash stands where the last of those stood that it replaces, so that
// what came after them comes after it, and whoever depends on one of them depends on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "order/lock_file.hpp"
#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

struct Squash {
  std::size_t index = 0;               ///< of the squash in the sources
  std::vector<std::size_t> originals;  ///< those of the sources that it replaces, by version
};

/// All that a set has, by version. Reports `invalid-replaces`: a squash that replaces itself,
/// another squash, or what another replaces too.
std::vector<Squash> find_squashes(std::span<const MigrationSource> sources,
                                  Diagnostics& diagnostics);

/// Whether the header of `source` says that it replaces this version.
bool replaces(const MigrationSource& source, std::int64_t version) noexcept;

/// The versions that a database must have to be taken to have the squash: those of its ranges that
/// are in the set or in the lock file; of a range of which neither knows any, its two ends.
std::vector<std::int64_t> replaced_versions(const Squash& squash,
                                            std::span<const MigrationSource> sources,
                                            const LockFile& lock);

/// "1-120, 130"
std::string replaced_text(const MigrationSource& source);

}  // namespace godwit::codegen
