// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the tool's layers share: files that exist in memory only, findings as text, and
// folders that are gone after the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen::test {

inline SourceFile file_of(std::string text, const std::string& name = "007_x.sql") {
  return {"/migrations/" + name, "migrations/" + name, std::move(text)};
}

/// "007_x.sql:3:5: error: text [rule]", a line a finding, in the order that they are
/// in; those that are off unless asked for are left out.
inline std::string findings(const Diagnostics& diagnostics) {
  static constexpr std::string_view kNames[] = {"off", "note", "warning", "error"};
  std::string text;
  for (const Diagnostic& d : diagnostics.all()) {
    if (d.severity == Severity::kOff)
      continue;
    const Position position = d.file->position(d.offset);
    text += d.file->path().filename().string() + ":" + std::to_string(position.line) + ":" +
            std::to_string(position.column) + ": " +
            std::string(kNames[static_cast<std::size_t>(d.severity)]) + ": " + d.message + " [" +
            std::string(d.rule) + "]\n";
  }
  return text;
}

/// A folder of its own, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "godwit-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream out(path_ / name, std::ios::binary);
    out << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace godwit::codegen::test
