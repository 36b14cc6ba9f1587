// SPDX-License-Identifier: Apache-2.0
//
// Reads a file of a set, and refuses what cannot be SQL.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"
#include "source/placeholders.hpp"

namespace godwit::codegen {

/// What of `path` is below `root`; empty when nothing is.
std::string path_below(const std::filesystem::path& path, const std::filesystem::path& root);

/// How `path` is called in the generated table and at run time: the last component of `root` and
/// what is below it; for a file that is elsewhere its folder's name and its own.
std::string display_name(const std::filesystem::path& path, const std::filesystem::path& root);

/// What is in a file, or why that cannot be said.
struct FileBytes {
  std::optional<std::string> bytes;
  std::string reason;
};

/// Thread-safe.
FileBytes read_bytes(const std::filesystem::path& path);

/// Reads and checks one file. Null when it is beyond use, which has been reported then.
SourceFile* load_file(const std::filesystem::path& path, const std::filesystem::path& root,
                      FileStore& store, Diagnostics& diagnostics);

/// The same for a file of SQL, whose placeholders get their values.
const SourceFile* load_sql(const std::filesystem::path& path, const std::filesystem::path& root,
                           Placeholders& placeholders, FileStore& store, Diagnostics& diagnostics);

/// The same for one that has been read.
const SourceFile* load_sql(const std::filesystem::path& path, FileBytes read,
                           const std::filesystem::path& root, Placeholders& placeholders,
                           FileStore& store, Diagnostics& diagnostics);

}  // namespace godwit::codegen
