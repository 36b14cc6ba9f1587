// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "emit/report.hpp"
#include "source/text_check.hpp"

namespace godwit::fuzz {

using codegen::Diagnostic;
using codegen::Diagnostics;
using codegen::Section;

void require(bool holds, std::string_view what) {
  if (holds)
    return;
  std::fprintf(stderr, "\nbroken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::string as_text(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  for (char& c : text) {
    if (c == '\0')
      c = '~';
  }
  std::size_t good = 0;
  while (const auto bad = codegen::find_invalid_utf8(std::string_view(text).substr(good))) {
    good += *bad;
    text[good] = '~';
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> split_files(std::string_view input) {
  constexpr std::string_view kMark = "=== ";
  std::vector<std::pair<std::string, std::string>> files;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size() - 1) + 1;
    std::string_view line = input.substr(0, end);
    input.remove_prefix(end);
    if (line.starts_with(kMark)) {
      line.remove_prefix(kMark.size());
      files.emplace_back(line.substr(0, line.find('\n')), "");
    } else if (!files.empty()) {
      files.back().second += line;
    }
  }
  return files;
}

std::string_view file_named(const std::vector<std::pair<std::string, std::string>>& files,
                            std::string_view name) {
  for (const auto& [found, text] : files) {
    if (found == name)
      return text;
  }
  return {};
}

namespace {

bool is_one_line(std::string_view text) {
  return text.find_first_of("\r\n") == std::string_view::npos;
}

void check_finding(const Diagnostic& finding) {
  require(finding.file != nullptr, "a finding has a file");
  const std::size_t size = finding.file->text().size();
  require(finding.offset <= size, "a finding is in its file");
  require(finding.length <= size - finding.offset, "what a finding underlines is in its file");
  require(!finding.rule.empty(), "a finding has a rule");
  require(!finding.message.empty(), "a finding has a message");
  require(is_one_line(finding.message), "a message is one line");
  require(!codegen::find_invalid_utf8(finding.message), "a message is UTF-8");
  for (const std::string& note : finding.notes)
    require(!codegen::find_invalid_utf8(note), "a note is UTF-8");
  if (finding.fix) {
    require(finding.fix->start <= finding.fix->end && finding.fix->end <= size,
            "a fix is in its file");
    require(!codegen::find_invalid_utf8(finding.fix->text), "a fix is UTF-8");
  }
}

}  // namespace

void check_findings(const Diagnostics& diagnostics) {
  for (const Diagnostic& finding : diagnostics.all()) check_finding(finding);
  for (const bool use_color : {false, true}) {
    const std::string report =
        codegen::emit::report_gcc(diagnostics, {.use_color = use_color, .migrations = 1});
    require(!codegen::find_invalid_utf8(report), "a report is UTF-8");
  }
  const std::string json = codegen::emit::report_json(diagnostics, {.migrations = 1});
  require(nlohmann::json::accept(json), "a JSON report is JSON");
}

void check_section(const Section& section) {
  if (!section.is_present())
    return;
  const std::string_view file = section.file().text();
  const std::string_view text = section.text();
  require(text.size() == file.size(), "a section is as long as its file");
  require(text.data()[text.size()] == '\0', "a section ends in a NUL byte");
  for (std::size_t i = 0; i < text.size(); ++i)
    require(text[i] == file[i] || text[i] == ' ' || text[i] == ';',
            "a section holds what its file holds");
}

void check_sections(const std::vector<const Section*>& sections) {
  for (std::size_t a = 0; a < sections.size(); ++a) {
    check_section(*sections[a]);
    for (std::size_t b = 0; b < a; ++b) {
      if (!sections[a]->is_present() || !sections[b]->is_present() ||
          &sections[a]->file() != &sections[b]->file())
        continue;
      const auto is_content = [](char c) { return c != ' ' && c != ';' && c != '\n' && c != '\r'; };
      for (std::size_t i = 0; i < sections[a]->text().size(); ++i)
        require(!is_content(sections[a]->text()[i]) || !is_content(sections[b]->text()[i]),
                "no byte is in two sections");
    }
  }
}

ScratchFolder::ScratchFolder() {
  std::error_code error;
  const std::filesystem::path memory = "/dev/shm";
  const bool has_memory = std::filesystem::is_directory(memory, error);
  std::string pattern =
      ((has_memory ? memory : std::filesystem::temp_directory_path()) / "godwit-fuzz-XXXXXX")
          .string();
  require(mkdtemp(pattern.data()) != nullptr, "a folder can be made");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void ScratchFolder::clear() const {
  for (const auto& entry : std::filesystem::directory_iterator(path_))
    std::filesystem::remove_all(entry.path());
}

bool ScratchFolder::write(const std::filesystem::path& name, std::string_view text) const {
  const std::filesystem::path path = path_ / name;
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error)
    return false;
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  return !out.fail();
}

}  // namespace godwit::fuzz
