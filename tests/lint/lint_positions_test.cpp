// SPDX-License-Identifier: Apache-2.0
//
// Where a finding points does not depend on how the file is saved: every case of every rule that is
// a single file is linted again with a byte order mark, with CRLF, with tabs for blanks, and behind
// comments with multi-byte characters. The same rules must fire at the same lines and columns.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "commands/compile.hpp"
#include "commands/manifest.hpp"
#include "sql/parse.hpp"
#include "sql/scan.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string rule;
  std::uint32_t line;
  std::uint32_t column;

  friend bool operator==(const Finding&, const Finding&) = default;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Finding& finding, std::ostream* out) {
  *out << finding.line << ':' << finding.column << " [" << finding.rule << ']';
}

/// Rules that are about bytes or lines themselves.
constexpr auto kAboutBytes = std::to_array<std::string_view>(
    {"invalid-utf8", "nul-byte", "psql-meta-command", "unknown-file-name", "identifier-too-long"});

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(GODWIT_LINT_CASES)) {
    const fs::path& path = entry.path();
    const std::string rule = path.parent_path().filename().string();
    const bool is_stray = path.extension() == ".sql" &&
                          path.parent_path().parent_path() == fs::path(GODWIT_LINT_CASES);
    if (is_stray && std::find(kAboutBytes.begin(), kAboutBytes.end(), rule) == kAboutBytes.end())
      found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

struct Options {
  lint::Policy policy;
  std::optional<bool> transaction;
};

Options read_options(const std::string& sql) {
  constexpr std::string_view kPrefix = "-- options: ";
  Options options;
  if (!sql.starts_with(kPrefix))
    return options;
  std::istringstream words(sql.substr(kPrefix.size(), sql.find('\n') - kPrefix.size()));
  for (std::string word; words >> word;) {
    if (word.starts_with("postgres="))
      options.policy.postgres = std::stoi(word.substr(word.find('=') + 1));
    else if (word.starts_with("transaction="))
      options.transaction = word != "transaction=none";
    else if (word == "require-down")
      options.policy.require_down = true;
    else if (word == "require-verify")
      options.policy.require_verify = true;
    else if (word.find('=') != std::string::npos && !word.starts_with("external=") &&
             !word.starts_with("baseline="))
      commands::add_rule_setting(options.policy, word);
  }
  return options;
}

class Positions : public ::testing::Test {
 protected:
  Positions() {
    std::string pattern = (fs::temp_directory_path() / "godwit-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Positions() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::vector<Finding> lint(const std::string& text, const Options& options,
                            const std::string& name) const {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    std::vector<Finding> findings;
    sql::run_with_deep_stack(1, 1, [&](std::size_t) {
      const auto set = commands::compile_stray(path, {}, options.policy, options.transaction);
      for (const Diagnostic& finding : set->diagnostics.all()) {
        const Position position = finding.file->position(finding.offset);
        findings.push_back({std::string(finding.rule), position.line, position.column});
      }
    });
    return findings;
  }

  /// `change` gives another text; its findings are those of the case, `lines` further down.
  void expect_unmoved(const std::function<std::string(const std::string&)>& change,
                      std::uint32_t lines = 0) const {
    std::size_t compared = 0;
    for (const fs::path& path : cases()) {
      const std::string sql = read(path);
      if (sql.starts_with(kByteOrderMark))
        continue;  // one at the start, and no more
      const Options options = read_options(sql);
      std::vector<Finding> expected = lint(sql, options, path.filename().string());
      for (Finding& finding : expected) {
        // What is about the file as a whole stays at its start.
        if (finding.line > 1 || finding.column > 1 || !is_about_file(finding.rule))
          finding.line += lines;
      }
      compared += expected.size();
      EXPECT_EQ(lint(change(sql), options, path.filename().string()), expected) << path;
    }
    EXPECT_GT(compared, 300U);
  }

 private:
  static bool is_about_file(std::string_view rule) {
    return rule == "empty-migration" || rule == "missing-down" || rule == "missing-verify" ||
           rule == "missing-header";
  }

  fs::path folder_;
};

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' && (out.empty() || out.back() != '\r'))
      out += '\r';
    out += c;
  }
  return out;
}

/// Blanks between tokens become tabs; those in literals, names and comments stay.
std::string with_tabs(const std::string& text) {
  std::string out = text;
  std::size_t behind = 0;
  const auto replace = [&](std::size_t begin, std::size_t end) {
    const std::string_view gap = std::string_view(text).substr(begin, end - begin);
    if (gap.find_first_not_of(" \n\r\t") == std::string_view::npos)
      std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin),
                   out.begin() + static_cast<std::ptrdiff_t>(end), ' ', '\t');
  };
  for (const sql::Token& token : sql::scan(text, 0, text.size())) {
    replace(behind, token.offset);
    behind = token.end();
  }
  return out;
}

TEST_F(Positions, AreTheSameBehindAByteOrderMark) {
  expect_unmoved([](const std::string& sql) { return std::string(kByteOrderMark) + sql; });
}

TEST_F(Positions, AreTheSameWithCarriageReturns) {
  expect_unmoved(with_crlf);
}

TEST_F(Positions, AreTheSameWithTabs) {
  expect_unmoved(with_tabs);
}

TEST_F(Positions, AreTheSameBehindComments) {
  expect_unmoved(
      [](const std::string& sql) {
        return "-- \xC3\x9C"
               "ber V\xC3\xB6gel \xF0\x9F\xA6\xA9\n-- \xE2\x82\xAC; 'it\n" +
               sql;
      },
      2);
}

}  // namespace
}  // namespace godwit::codegen
