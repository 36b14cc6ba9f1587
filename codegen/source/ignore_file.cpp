// SPDX-License-Identifier: Apache-2.0
#include "source/ignore_file.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include <fnmatch.h>
#include <unistd.h>

#include "source/words.hpp"

namespace godwit::codegen {

IgnoreFile::IgnoreFile(std::filesystem::path folder) : folder_(std::move(folder)) {
  // Most folders have none, and a set may have hundreds of folders.
  const std::filesystem::path file = folder_ / ".godwitignore";
  if (::access(file.c_str(), F_OK) != 0)
    return;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::string_view pattern = trim(line);
    if (pattern.empty() || pattern.starts_with('#'))
      continue;
    if (pattern.size() > 1 && pattern.ends_with('/'))  // `drafts/`: the folder
      pattern.remove_suffix(1);
    patterns_.emplace_back(pattern);
  }
}

bool IgnoreFile::lists(const std::filesystem::path& path) const {
  if (patterns_.empty())
    return false;
  const auto matches = [&](const std::string& text) {
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
      return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
    });
  };
  const std::filesystem::path below = path.lexically_relative(folder_);
  return matches(below.string()) ||
         std::any_of(below.begin(), below.end(), [&](const std::filesystem::path& component) {
           return matches(component.string());
         });
}

}  // namespace godwit::codegen
