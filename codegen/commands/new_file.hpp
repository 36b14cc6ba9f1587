// SPDX-License-Identifier: Apache-2.0
//
// The next file of a set, in the style of those that are there: their width of number, timestamps
// where they have timestamps, pairs where they have pairs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::codegen::commands {

struct NewFile {
  std::filesystem::path directory;
  std::string title;                  ///< "Add user preferences"
  std::string dependencies = "None";  ///< as the header has them
  std::string_view up;                ///< what follows the header
  std::optional<std::string_view> down;
  std::optional<std::string_view> verify;
  bool timestamp = false;  ///< also where the set has numbers
};

/// Writes it and prints its name, or their names. Throws UsageError for a title that makes no name
/// and for a file that is there already.
void write_new_file(const NewFile& file);

}  // namespace godwit::codegen::commands
