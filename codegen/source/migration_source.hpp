// SPDX-License-Identifier: Apache-2.0
//
// One migration as its files say it: name, header, sections. Nothing of it is parsed as SQL yet.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/header.hpp"
#include "source/layout.hpp"
#include "source/section.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen {

/// The rows behind a `COPY … FROM stdin;` of a seed. They are taken out of the text that everybody
/// else sees.
struct SeedRows {
  std::size_t offset = 0;  ///< in the file's original()
  std::string_view rows;   ///< of the file, each with its line end, without the line `\.`
};

struct MigrationSource {
  /// Of Prisma's folders with one timestamp the second and others have four digits more than the
  /// name.
  std::int64_t version = 0;
  std::string digits;     ///< the version as the file spells it, without dashes: "007"
  std::string name;       ///< "crm_system_schema"
  std::string full_name;  ///< "007_crm_system_schema"
  bool is_stray = false;  ///< given by itself to `godwit lint`: judged alone, has no version
  /// `R__name.sql`: has no version, stands behind all that have one, and is applied again when it
  /// changes. Its full name is `R__name`, its version 0, which means nothing.
  /// So is a seed, whose full name is `reference/010_countries`, behind all others.
  bool is_repeatable = false;
  std::string seed;            ///< the mode of a seed: "reference"; empty for any other migration
  std::vector<SeedRows> rows;  ///< of a seed, in the order of the file
  bool is_locked = false;      ///< in the lock file: released
  /// Whose tool compares versions as numbers however long they are; see version_less().
  bool orders_as_number = false;
  /// What a down section of another tool's file says; the header's word goes before it.
  std::optional<bool> down_transaction;
  /// Of a sqitch project: the id by which its registry knows the change.
  std::string sqitch_id;
  Header header;
  Section up;  ///< always present
  Section down;
  Section verify;
  Section require;
};

/// How messages call a migration: "7", or "R__views".
std::string label_of(const MigrationSource& source);

/// By what a header's `Dependencies` mean it: its version as written, or its whole name where
/// another has that too.
std::string dependency_name(const MigrationSource& source);

/// What tells whether an applied migration is still the same: its file's checksum, with the values
/// of DEFINE where it is applied again when its text changes.
std::string checksum_of(const MigrationSource& source);

/// Owns files for as long as diagnostics and sections point into them.
using FileStore = std::deque<SourceFile>;

/// The order of versions: as numbers, but for two of eight significant digits or more, which
/// compare as digit strings, since tools mix dates, 14-digit and 18-digit timestamps and mean time.
/// Where the set is of a tool that compares numbers (goose, golang-migrate, sql-migrate, Flyway),
/// so does this.
bool version_less(const MigrationSource& a, const MigrationSource& b) noexcept;

/// `${name}` stands for `value` in the SQL of the set.
struct Define {
  std::string name;
  std::string value;
};

/// Which files make a set, and how their names are shown.
struct SourceFiles {
  /// The migrations' directory: display names begin with its last component.
  std::filesystem::path root;
  std::vector<std::filesystem::path> files;  ///< absolute
  Layout layout = Layout::kAuto;
  std::vector<Define> defines = {};
  std::filesystem::path seeds_root = {};          ///< empty where the set has no seeds
  std::vector<std::filesystem::path> seeds = {};  ///< absolute, in it and its folders
  /// Folders of a migration that are known to hold nothing but its files: no `.godwitignore`, no
  /// `metadata.toml`. Nobody need look for these.
  std::set<std::string, std::less<>> plain_folders = {};
};

/// The `.sql` files directly in `directory`, `up.sql` and `down.sql` of its folders that are named
/// like a migration, and the scripts of a sqitch project, sorted by path. Throws
/// std::filesystem::filesystem_error when the directory cannot be read.
SourceFiles list_directory(const std::filesystem::path& directory, Layout layout = Layout::kAuto);

/// Adds the `.sql` files of a folder of seeds, and of the folders in it, to `files`. Throws
/// std::filesystem::filesystem_error when it cannot be read.
void list_seeds(const std::filesystem::path& directory, SourceFiles& files);

/// Reads and groups the files of one set that `.godwitignore` does not list, sorted by version; the
/// repeatable ones stand behind them by name, and then the seeds.
/// Reports unreadable files, invalid UTF-8, NUL bytes, names that are not understood, files that
/// are not of the set's layout, duplicate versions, parts that belong to no migration, and all that
/// header and sections have to say. What is beyond use is left out; of two with one version both
/// are kept, so that what is in them is looked at too.
std::vector<MigrationSource> load_set(const SourceFiles& files, FileStore& store,
                                      Diagnostics& diagnostics);

/// Reads one file as a migration of its own, whatever its name. Empty when it is beyond use.
std::optional<MigrationSource> load_stray(const std::filesystem::path& path,
                                          const std::vector<Define>& defines, FileStore& store,
                                          Diagnostics& diagnostics);

}  // namespace godwit::codegen
