// SPDX-License-Identifier: Apache-2.0
//
// `godwit lint`: directories are sets, other files are migrations of their own, a manifest is what
// the build sees. All are reported in one run.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "commands/manifest.hpp"
#include "commands/write_file.hpp"
#include "emit/fixes.hpp"
#include "emit/report.hpp"
#include "source/words.hpp"

namespace godwit::codegen::commands {
namespace {

using Sets = std::vector<std::unique_ptr<CompiledSet>>;

constexpr std::string_view kLockFile = "godwit.lock";

/// What the command line adds to the policy of a manifest.
lint::Policy merged(lint::Policy base, const lint::Policy& added) {
  for (const auto& [rule, setting] : added.rules) base.rules.insert_or_assign(rule, setting);
  base.externals.insert(base.externals.end(), added.externals.begin(), added.externals.end());
  if (added.werror) {
    base.werror = true;
    base.warn_only = false;
  }
  if (added.baseline)
    base.baseline = added.baseline;
  return base;
}

/// Those in `directory` that have a `.sql` file in them, by name.
std::vector<std::string> folders_with_sql(const std::filesystem::path& directory) {
  std::vector<std::string> folders;
  std::error_code ignored;
  for (const auto& folder : std::filesystem::directory_iterator(directory, ignored)) {
    std::error_code unreadable;
    const std::filesystem::directory_iterator files(folder.path(), unreadable);
    if (std::any_of(begin(files), end(files), [](const auto& file) {
          return ends_with_ignoring_case(file.path().native(), ".sql");
        }))
      folders.push_back(folder.path().filename().string() + '/');
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// A check in CI that looks into the wrong folder would be green for ever.
void warn_of_no_migrations(const std::filesystem::path& directory) {
  fmt::print(stderr, "godwit: warning: {}: no migrations are here\n", directory.string());
  std::vector<std::string> folders = folders_with_sql(directory);
  if (folders.empty())
    return;
  constexpr std::size_t kMostShown = 4;
  const bool has_more = folders.size() > kMostShown;
  if (has_more)
    folders.resize(kMostShown);
  fmt::print(stderr,
             "godwit: note: .sql files are in {}{}: a set is the files of one folder, or folders "
             "with an up.sql each\n",
             fmt::join(folders, ", "), has_more ? " and more" : "");
}

std::unique_ptr<CompiledSet> compile_path(const std::filesystem::path& path,
                                          const LintOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    SetRequest request{.files = files_of(path, options.layout, options.defines, options.seeds),
                       .lock = path / kLockFile,
                       .policy = options.policy};
    if (request.files.files.empty() && request.files.seeds.empty())
      warn_of_no_migrations(path);
    return compile_set(request);
  }
  if (!std::filesystem::exists(path, error))
    throw UsageError(path.string() + ": no such file or directory");
  return compile_stray(path, options.defines, options.policy, options.transaction);
}

std::string render(Format format, const Diagnostics& all, const emit::ReportOptions& options) {
  switch (format) {
    case Format::kJson:
      return emit::report_json(all, options);
    case Format::kSarif:
      return emit::report_sarif(all, options);
    case Format::kGithub:
      return emit::report_github(all, options);
    case Format::kGcc:
      break;
  }
  if (all.all().empty())
    return emit::summary_line(all, options.migrations) + "\n";
  return emit::report_gcc(all, options);
}

Sets compile_all(const LintOptions& options) {
  Sets sets;
  if (options.manifest) {
    Manifest manifest = read_manifest(*options.manifest);
    manifest.request.policy = merged(std::move(manifest.request.policy), options.policy);
    sets.push_back(compile_set(manifest.request));
  }
  for (const std::filesystem::path& path : options.paths)
    sets.push_back(compile_path(path, options));
  return sets;
}

/// Takes them out of the sets.
Diagnostics findings_of(const Sets& sets) {
  Diagnostics all;
  for (const auto& set : sets) all.append(std::move(set->diagnostics));
  if (sets.size() > 1)  // a single one is sorted
    all.sort();
  return all;
}

/// An edit of a locked migration would fail the build: these files are left alone.
std::vector<emit::FixedFile> fixes_of(const Sets& sets, const Diagnostics& all) {
  std::set<const SourceFile*> locked;
  for (const auto& set : sets) {
    for (const LockEntry& entry : set->lock.entries) {
      for (const MigrationSource& source : set->sources) {
        if (!source.is_repeatable && source.version == entry.version)
          locked.insert(&source.up.file());
      }
    }
  }
  return emit::collect_fixes(all, [&](const SourceFile& file) { return !locked.contains(&file); });
}

void print_diffs(const std::vector<emit::FixedFile>& fixed) {
  for (const emit::FixedFile& file : fixed) {
    const std::filesystem::path relative =
        file.file->path().lexically_relative(std::filesystem::current_path());
    const std::string text = emit::unified_diff(file, relative.string());
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
}

void write_fixes(const std::vector<emit::FixedFile>& fixed) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // text() is without it
  for (const emit::FixedFile& file : fixed) {
    std::string start(kMark.size(), '\0');
    std::ifstream(file.file->path(), std::ios::binary)
        .read(start.data(), static_cast<std::streamsize>(start.size()));
    write_if_different(file.file->path(),
                       (start == kMark ? start : std::string()) + emit::fixed_text(file));
  }
}

}  // namespace

int run_lint(LintOptions options) {
  Sets sets = compile_all(options);
  Diagnostics all = findings_of(sets);
  if (options.fix || options.diff) {
    const std::vector<emit::FixedFile> fixed = fixes_of(sets, all);
    if (options.diff)
      print_diffs(fixed);
    if (options.fix) {
      write_fixes(fixed);
      sets = compile_all(options);
      all = findings_of(sets);
    }
  }
  std::size_t migrations = 0;
  for (const auto& set : sets) migrations += set->in_order.size();
  const bool fails = all.has_errors();
  const emit::ReportOptions report{
      .use_color = options.format == Format::kGcc && use_color(options.color, STDERR_FILENO),
      .migrations = migrations,
      .base = std::filesystem::current_path()};
  const std::string text = render(options.format, all, report);
  std::fwrite(text.data(), 1, text.size(), options.format == Format::kGcc ? stderr : stdout);
  // The process ends here: to free hundreds of trees one by one would only take time.
  [[maybe_unused]] static const Sets* const kKept = new Sets(std::move(sets));
  return fails ? kFindings : kClean;
}

}  // namespace godwit::codegen::commands
