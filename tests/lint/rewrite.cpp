// SPDX-License-Identifier: Apache-2.0
//
// The SQL that findings print to be pasted instead of a statement, or beside it. What holds … or
// <a name> is to be completed by the reader, and left out here.
#include "rewrite.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include <unistd.h>

#include "sql/parse.hpp"

namespace godwit::codegen::test {
namespace {

namespace fs = std::filesystem;

/// A folder that is gone at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "godwit_rewrite_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  const fs::path& path() const { return path_; }

  /// The n-th file of a set.
  fs::path write(std::size_t number, const std::string& text) const {
    char name[32];
    std::snprintf(name, sizeof name, "%03zu_m.sql", number);
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

bool is_complete(std::string_view sql) {
  if (sql.find("…") != std::string_view::npos)
    return false;
  // <name>, <the commands of both>
  const std::size_t open = sql.find('<');
  if (open != std::string_view::npos && sql.find('>', open) != std::string_view::npos &&
      sql.substr(open, 2) != "<>")
    return false;
  std::istringstream lines{std::string(sql)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with("--"))
      return true;
  }
  return false;
}

/// A comment such as "-- in the next migration:" ends a part.
std::vector<std::string> parts_of(const std::string& sql) {
  std::vector<std::string> parts(1);
  std::istringstream lines(sql);
  for (std::string line; std::getline(lines, line);) {
    const bool ends =
        line.starts_with("-- in the ") || line.find("migrations:") != std::string::npos;
    if (ends && !parts.back().empty())
      parts.emplace_back();
    parts.back() += line + '\n';
  }
  return parts;
}

std::string header_of(const sql::Migration& migration) {
  return migration.source->header.transaction == false ? "-- Transaction: none\n" : "";
}

/// The statements of a migration before the n-th, or all.
std::string statements_before(const commands::CompiledSet& set, std::size_t migration,
                              std::size_t end) {
  std::string text = header_of(*set.in_order[migration]);
  for (std::size_t s = 0; s < end; ++s) text += text_of(set, migration, s) + ";\n";
  return text;
}

/// Parts of a statement.
constexpr auto kFragments = std::to_array<std::string_view>({
    "autovacuum-disabled",
    "prefer-text",
    "require-primary-key",
});

/// For an earlier migration.
constexpr auto kBefore = std::to_array<std::string_view>({"enum-value-used-in-transaction"});

/// For the end of the file or of the history.
constexpr auto kBehind = std::to_array<std::string_view>({
    "analyze-after-backfill",
    "fk-without-index",
    "never-validated",
    "redundant-index",
    "uncommitted-transaction",
});

/// Of these the statement itself fails, whatever is done about another finding.
constexpr auto kFailing = std::to_array<std::string_view>({
    "drop-object-in-use",
    "duplicate-object",
    "forward-reference",
    "statement-fails",
    "unknown-column",
    "unknown-constraint",
    "unknown-index",
    "unknown-relation",
    "unknown-type",
});

template <std::size_t N>
bool has(const std::array<std::string_view, N>& rules, std::string_view rule) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

/// The other rules that find an error in the statement.
std::set<std::string_view> other_errors(const commands::CompiledSet& set, const Rewrite& rewrite) {
  std::set<std::string_view> rules;
  for (const Diagnostic& finding : set.diagnostics.all()) {
    const auto found = find_statement(set, finding);
    if (finding.severity == Severity::kError && finding.rule != rewrite.rule && found &&
        found->migration == rewrite.migration && found->statement == rewrite.statement)
      rules.insert(finding.rule);
  }
  return rules;
}

/// Can it be judged by itself?
bool is_whole(const commands::CompiledSet& set, const Rewrite& rewrite) {
  if (has(kFragments, rewrite.rule) || has(kBefore, rewrite.rule))
    return false;
  const auto others = other_errors(set, rewrite);
  return std::none_of(others.begin(), others.end(),
                      [](std::string_view rule) { return has(kFailing, rule); });
}

/// Lints the parts as migrations of their own, behind what the case has before.
class Trial {
 public:
  Trial(const Case& test, const commands::CompiledSet& set, const Rewrite& rewrite)
      : test_(test),
        set_(set),
        rewrite_(rewrite),
        options_(read_options(test)),
        others_(other_errors(set, rewrite)) {
    options_.policy.baseline.reset();
  }

  std::vector<std::string> run(const std::string& header) const {
    return test_.is_set() ? run_as_set(header) : run_alone(header);
  }

 private:
  std::vector<std::string> run_alone(const std::string& header) const {
    const Folder folder;
    std::vector<std::string> problems;
    const bool is_behind = has(kBehind, rewrite_.rule);
    for (std::size_t i = 0; i < rewrite_.parts.size(); ++i) {
      const std::string before = is_behind ? read(test_.input) : header;
      const fs::path file = folder.write(i + 1, before + rewrite_.parts[i]);
      look_at(
          *commands::compile_stray(file, options_.defines, options_.policy, options_.transaction),
          file, i > 0, problems);
    }
    return problems;
  }

  std::vector<std::string> run_as_set(const std::string& header) const {
    const Folder folder;
    std::size_t number = 0;
    const auto& in_order = set_.in_order;
    const bool is_behind = has(kBehind, rewrite_.rule);
    const std::size_t end = is_behind ? in_order.size() : rewrite_.migration;
    for (std::size_t m = 0; m < end; ++m)
      folder.write(++number,
                   statements_before(set_, m, in_order[m]->up.statements().size()) + "SELECT 1;\n");
    if (!is_behind && rewrite_.statement > 0)
      folder.write(++number, statements_before(set_, rewrite_.migration, rewrite_.statement));
    std::vector<fs::path> files;
    for (const std::string& part : rewrite_.parts)
      files.push_back(folder.write(++number, header + part));
    commands::SetRequest request{
        .files = list_directory(folder.path()), .lock = {}, .policy = options_.policy};
    request.files.defines = options_.defines;
    const auto linted = commands::compile_set(request);
    std::vector<std::string> problems;
    for (const fs::path& file : files) look_at(*linted, file, false, problems);
    return problems;
  }

  /// A file alone knows nothing of what the part before has proved.
  void look_at(const commands::CompiledSet& linted, const fs::path& file, bool is_later_alone,
               std::vector<std::string>& problems) const {
    for (const Diagnostic& finding : linted.diagnostics.all()) {
      const bool is_said_already =
          others_.contains(finding.rule) ||
          (is_later_alone && finding.rule == "set-not-null-scan") ||
          // The key that the index is of goes, which is what was wanted.
          (rewrite_.rule == "drop-constraint-index" && finding.rule == "drop-constraint");
      if (finding.severity == Severity::kError && !is_said_already &&
          finding.file->path().filename() == file.filename())
        problems.push_back(file.filename().string() + ": " + finding.message + " [" +
                           std::string(finding.rule) + "]");
    }
  }

  const Case& test_;
  const commands::CompiledSet& set_;
  const Rewrite& rewrite_;
  Options options_;
  std::set<std::string_view> others_;
};

}  // namespace

std::optional<Rewrite> find_statement(const commands::CompiledSet& set, const Diagnostic& finding) {
  for (std::size_t m = 0; m < set.in_order.size(); ++m) {
    const sql::Migration& migration = *set.in_order[m];
    if (&migration.source->up.file() != finding.file)
      continue;
    const auto& statements = migration.up.statements();
    for (std::size_t s = 0; s < statements.size(); ++s) {
      if (finding.offset >= statements[s].offset &&
          finding.offset <= statements[s].offset + statements[s].length)
        return Rewrite{
            .rule = finding.rule, .migration = m, .statement = s, .parts = {}, .text = {}};
    }
  }
  return std::nullopt;
}

std::string text_of(const commands::CompiledSet& set, std::size_t migration,
                    std::size_t statement) {
  const sql::Migration& one = *set.in_order[migration];
  const sql::Statement& found = one.up.statements()[statement];
  return std::string(one.source->up.text().substr(found.offset, found.length));
}

std::vector<Rewrite> rewrites_of(const commands::CompiledSet& set) {
  std::vector<Rewrite> rewrites;
  for (const Diagnostic& finding : set.diagnostics.all()) {
    for (const std::string& note : finding.notes) {
      const std::size_t first = note.find('\n');
      if (first == std::string::npos || !is_complete(std::string_view(note).substr(first + 1)))
        continue;
      auto rewrite = find_statement(set, finding);
      if (!rewrite)
        continue;
      rewrite->text = note.substr(first + 1);
      rewrite->parts = parts_of(rewrite->text);
      if (is_whole(set, *rewrite))
        rewrites.push_back(std::move(*rewrite));
    }
  }
  return rewrites;
}

void check_by_linting(const Case& test, const commands::CompiledSet& set, const Rewrite& rewrite,
                      std::vector<std::string>& problems) {
  const std::string where =
      test.rule + "/" + test.name + " [" + std::string(rewrite.rule) + "]:\n" + rewrite.text + "\n";
  std::vector<sql::SyntaxError> errors;
  sql::parse(rewrite.text, errors);
  if (!errors.empty()) {
    problems.push_back(where + errors.front().message);
    return;
  }
  const Trial trial(test, set, rewrite);
  // What is to stand together says `Transaction: none` where it has to.
  const auto found = trial.run("");
  if (!found.empty() && !trial.run("-- Transaction: none\n").empty()) {
    for (const std::string& problem : found) problems.push_back(where + problem);
  }
}

}  // namespace godwit::codegen::test
