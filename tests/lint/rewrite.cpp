// SPDX-License-Identifier: Apache-2.0
//
// The SQL that findings print to be pasted instead of a statement, or beside it. What holds … or
// <a name> is to be completed by the reader, and left out here.
#include "rewrite.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
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

}  // namespace

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
  const Options options = read_options(test);
  const Folder folder;
  const auto look_at = [&](const commands::CompiledSet& linted, const fs::path& file) {
    for (const Diagnostic& finding : linted.diagnostics.all()) {
      if (finding.severity == Severity::kError &&
          finding.file->path().filename() == file.filename())
        problems.push_back(where + file.filename().string() + ": " + finding.message + " [" +
                           std::string(finding.rule) + "]");
    }
  };
  if (!test.is_set()) {
    for (std::size_t i = 0; i < rewrite.parts.size(); ++i) {
      const fs::path file =
          folder.write(i + 1, header_of(*set.in_order[rewrite.migration]) + rewrite.parts[i]);
      look_at(*commands::compile_stray(file, options.defines, options.policy, options.transaction),
              file);
    }
    return;
  }
  std::size_t number = 0;
  for (std::size_t m = 0; m < rewrite.migration; ++m)
    folder.write(++number, statements_before(set, m, set.in_order[m]->up.statements().size()) +
                               "SELECT 1;\n");
  if (rewrite.statement > 0)
    folder.write(++number, statements_before(set, rewrite.migration, rewrite.statement));
  std::vector<fs::path> files;
  for (const std::string& part : rewrite.parts)
    files.push_back(folder.write(++number, header_of(*set.in_order[rewrite.migration]) + part));
  lint::Policy policy = options.policy;
  policy.baseline.reset();
  commands::SetRequest request{
      .files = list_directory(folder.path()), .lock = {}, .policy = policy};
  request.files.defines = options.defines;
  const auto linted = commands::compile_set(request);
  for (const fs::path& file : files) look_at(*linted, file);
}

}  // namespace godwit::codegen::test
