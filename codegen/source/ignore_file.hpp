// SPDX-License-Identifier: Apache-2.0
//
// `.godwitignore`: which files of a migrations' folder are none. A pattern a line, as a shell has
// them, for a file's name, a folder's name, or a path below the folder; `#` begins a comment.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace godwit::codegen {

class IgnoreFile {
 public:
  /// Reads the one in `folder`; none ignores nothing.
  explicit IgnoreFile(std::filesystem::path folder);

  /// Whether `path`, below the folder, is listed: by its name, by that of a folder between, or by
  /// its path from the folder.
  bool lists(const std::filesystem::path& path) const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> patterns_;
};

}  // namespace godwit::codegen
