// SPDX-License-Identifier: Apache-2.0
//
// `godwit lint`: directories are sets, other files are migrations of their own, a manifest is what
// the build sees. All are reported in one run.
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>

#include <unistd.h>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "commands/manifest.hpp"
#include "emit/report.hpp"

namespace godwit::codegen::commands {
namespace {

constexpr std::string_view kLockFile = "godwit.lock";

/// What the command line adds to the policy of a manifest.
lint::Policy merged(lint::Policy base, const lint::Policy& added) {
  for (const auto& [rule, setting] : added.rules) base.rules.insert_or_assign(rule, setting);
  if (added.werror) {
    base.werror = true;
    base.warn_only = false;
  }
  if (added.baseline)
    base.baseline = added.baseline;
  return base;
}

std::unique_ptr<CompiledSet> compile_path(const std::filesystem::path& path,
                                          const LintOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    SetRequest request{.files = files_of(path, options.layout),
                       .lock = path / kLockFile,
                       .policy = options.policy};
    return compile_set(request);
  }
  if (!std::filesystem::exists(path, error))
    throw UsageError(path.string() + ": no such file or directory");
  return compile_stray(path, options.policy, options.transaction);
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
  std::string text = emit::report_gcc(all, options);
  return text.empty() ? emit::summary_line(all, options.migrations) + "\n" : text;
}

}  // namespace

int run_lint(LintOptions options) {
  std::vector<std::unique_ptr<CompiledSet>> sets;
  if (options.manifest) {
    Manifest manifest = read_manifest(*options.manifest);
    manifest.request.policy = merged(std::move(manifest.request.policy), options.policy);
    sets.push_back(compile_set(manifest.request));
  }
  for (const std::filesystem::path& path : options.paths)
    sets.push_back(compile_path(path, options));

  Diagnostics all;
  std::size_t migrations = 0;
  for (const auto& set : sets) {
    migrations += set->in_order.size();
    all.append(set->diagnostics);
  }
  all.sort();
  const bool fails = all.has_errors();
  const emit::ReportOptions report{
      .use_color = options.format == Format::kGcc && use_color(options.color, STDERR_FILENO),
      .migrations = migrations,
      .base = std::filesystem::current_path()};
  const std::string text = render(options.format, all, report);
  std::fwrite(text.data(), 1, text.size(), options.format == Format::kGcc ? stderr : stdout);
  return fails ? kFindings : kClean;
}

}  // namespace godwit::codegen::commands
