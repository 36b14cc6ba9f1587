// SPDX-License-Identifier: Apache-2.0
//
// The next file of a set, in the style of those that are there: their width of number, timestamps
// where they have timestamps, pairs where they have pairs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::codegen::commands {

struct NewFile {
  std::filesystem::path directory;
  std::string title;                  ///< "Add user preferences"
  std::string dependencies = "None";  ///< as the header has them
  std::string_view up;                ///< what follows the header
  std::optional<std::string_view> down;
  std::optional<std::string_view> verify;
  bool timestamp = false;  ///< also where the set has numbers
  bool dry_run = false;    ///< only names them
};

/// Writes it, or the files that it consists of, and gives their names. Throws UsageError for a
/// title that makes no name and for a file that is there already.
std::vector<std::filesystem::path> write_new_file(const NewFile& file);

/// Says so on stdout: a name a line, or {"created":["…"]}. Of a dry run it says that it was one.
void print_created(const std::vector<std::filesystem::path>& files, bool json,
                   bool dry_run = false);

}  // namespace godwit::codegen::commands
