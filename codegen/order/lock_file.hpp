// SPDX-License-Identifier: Apache-2.0
//
// godwit.lock, committed beside the migrations: what has been released and must not change.
//
//     1 fix_missing_tables 6f3c…
//     7 crm_system_schema 90ab…
//     digest 12ef…
//
// A line each in set order, version, name, checksum; last the SHA-256 of the lines above, line ends
// included. Two branches that add a migration each conflict in it, which is where that should be
// noticed. Of migrations that a squash replaces the lines stay when their files go, in front: they
// say what the squash stands for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

struct LockEntry {
  std::int64_t version = 0;
  std::string name;
  std::string checksum;
  std::size_t offset = 0;  ///< of its line in the lock file
};

struct LockFile {
  const SourceFile* file = nullptr;  ///< null where there is none
  std::vector<LockEntry> entries;
  bool is_digest_right = true;
};

/// Reads `path`. No file is an empty LockFile. Lines that are not understood and a wrong digest are
/// reported as `invalid-lock-file`.
LockFile read_lock_file(const std::filesystem::path& path, FileStore& store,
                        Diagnostics& diagnostics);

/// Compares the set with its lock file: `edited-locked-migration`, `removed-locked-migration`,
/// `inserted-before-locked`, and the note `unlocked-migration`. `in_order` is the set in its order.
void check_lock(const LockFile& lock, std::span<const MigrationSource* const> in_order,
                Diagnostics& diagnostics);

/// The text of a lock file for these entries.
std::string lock_text(std::span<const LockEntry> entries);

/// Those that a lock file has a line for: what is applied again when it changes is not locked.
std::vector<const MigrationSource*> lockable(std::span<const MigrationSource* const> in_order);

/// The set digest: SHA-256 over version, name and checksum of each migration in set order. It is
/// the digest of a lock file that has exactly them.
std::string set_digest(std::span<const MigrationSource* const> in_order);

/// The lock file's lines with those of new migrations at their places in set order; first those of
/// replaced migrations whose files are gone. Only meaningful when check_lock() found no error.
std::vector<LockEntry> updated_lock(const LockFile& lock,
                                    std::span<const MigrationSource* const> in_order);

}  // namespace godwit::codegen
