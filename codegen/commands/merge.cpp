// SPDX-License-Identifier: Apache-2.0
//
// `godwit merge`: a migration that does nothing and depends on the ends of two branches, for those
// who want one head. The runtime does not need it.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "commands/new_file.hpp"

namespace godwit::codegen::commands {
namespace {

/// What no other depends on, nor replaces.
std::vector<const MigrationSource*> heads_of(const CompiledSet& set) {
  std::vector<bool> is_needed(set.sources.size());
  for (const auto& dependencies : set.order.dependencies) {
    for (const std::size_t dependency : dependencies) is_needed[dependency] = true;
  }
  for (const Squash& squash : set.order.squashes) {
    for (const std::size_t original : squash.originals) is_needed[original] = true;
  }
  std::vector<const MigrationSource*> heads;
  for (std::size_t i = 0; i < set.sources.size(); ++i) {
    if (!is_needed[i])
      heads.push_back(&set.sources[i]);
  }
  return heads;
}

/// A branch that holds the other one has nothing to be joined with.
void refuse_ancestors(const CompiledSet& set, const std::vector<const MigrationSource*>& merged) {
  const auto place_of = [&](const MigrationSource* source) {
    return static_cast<std::size_t>(source - set.sources.data());
  };
  for (const MigrationSource* later : merged) {
    std::vector<bool> is_seen(set.sources.size());
    std::vector<std::size_t> left{place_of(later)};
    while (!left.empty()) {
      const std::size_t place = left.back();
      left.pop_back();
      for (const std::size_t dependency : set.order.dependencies[place]) {
        if (!is_seen[dependency])
          left.push_back(dependency);
        is_seen[dependency] = true;
      }
    }
    for (const MigrationSource* earlier : merged) {
      if (is_seen[place_of(earlier)])
        throw UsageError(fmt::format("{} depends on {} already: there is nothing to join",
                                     later->full_name, earlier->full_name));
    }
  }
}

void add(std::vector<const MigrationSource*>& merged, const MigrationSource* source) {
  if (std::find(merged.begin(), merged.end(), source) == merged.end())
    merged.push_back(source);
}

}  // namespace

int run_merge(const MergeOptions& options) {
  require_directory(options.directory);
  SetRequest request{.files = files_of(options.directory, options.layout),
                     .lock = options.directory / "godwit.lock",
                     .policy = {}};
  const auto set = compile_set(request);
  std::vector<const MigrationSource*> merged;
  for (const std::string& name : options.names) {
    if (name == "heads") {
      for (const MigrationSource* head : heads_of(*set)) add(merged, head);
      continue;
    }
    const sql::Migration* found = find_migration(*set, name);
    if (found == nullptr)
      throw UsageError(fmt::format("{}: no migration {}; `godwit list` shows those that there are",
                                   options.directory.string(), name));
    add(merged, found->source);
  }
  if (merged.size() < 2)
    throw UsageError(fmt::format(
        "there is only one to merge ({}); name two migrations, or `heads` where there are several",
        merged.empty() ? std::string("none") : merged.front()->full_name));
  refuse_ancestors(*set, merged);
  std::string dependencies;
  std::string title;
  for (const MigrationSource* source : merged) {
    dependencies += (dependencies.empty() ? "" : ", ") + std::to_string(source->version);
    title += (title.empty() ? "merge " : " and ") + source->digits;
  }
  const NewFile file{.directory = options.directory,
                     .title = options.message.empty() ? title : options.message,
                     .dependencies = dependencies,
                     .up = "SELECT 1;  -- joins branches, and changes nothing\n",
                     .down = "SELECT 1;  -- nothing to undo\n",
                     .verify = std::nullopt,
                     .dry_run = options.dry_run};
  print_created(write_new_file(file), options.json, options.dry_run);
  return kClean;
}

}  // namespace godwit::codegen::commands
