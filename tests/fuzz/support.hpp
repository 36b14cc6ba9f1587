// SPDX-License-Identifier: Apache-2.0
//
// What the fuzzers share: how a broken promise ends the run, bytes as the text that the layers
// behind the file reader get, and what must be true of findings whatever the input was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"
#include "source/section.hpp"

namespace godwit::fuzz {

/// Ends the process, so that libFuzzer keeps the input, unless `holds`. `what` says what was
/// promised.
void require(bool holds, std::string_view what);

/// The bytes as they are, but for what is refused before anything looks at the text: NUL bytes and
/// those that are not UTF-8 become `~`.
std::string as_text(const std::uint8_t* data, std::size_t size);

/// Several named texts in one input: a line `=== name` begins each. Text before the first is
/// dropped.
std::vector<std::pair<std::string, std::string>> split_files(std::string_view input);

/// The text of that name, or none.
std::string_view file_named(const std::vector<std::pair<std::string, std::string>>& files,
                            std::string_view name);

/// Every finding is in its file and has its words, and every report of them can be made.
void check_findings(const codegen::Diagnostics& diagnostics);

/// A section's text is its file's, as long as the file, with nothing but blanks and the semicolons
/// of boundaries besides.
void check_section(const codegen::Section& section);

/// No byte of a file is in two sections.
void check_sections(const std::vector<const codegen::Section*>& sections);

/// A folder in memory where there is such a place, gone with the process.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Removes what is in it.
  void clear() const;

  /// Writes a file, and the folders that it is in. False when the name is none that a file can
  /// have.
  bool write(const std::filesystem::path& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace godwit::fuzz
