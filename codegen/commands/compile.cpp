// SPDX-License-Identifier: Apache-2.0
#include "commands/compile.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "catalog/expected.hpp"
#include "lint/lint.hpp"

namespace godwit::codegen::commands {
namespace {

/// What fails in a transaction runs outside one, if the policy lets it run at all.
void leave_transaction(const lint::FailsInTransaction& fails, CompiledSet& set) {
  const auto migration =
      std::find_if(set.migrations.begin(), set.migrations.end(),
                   [&](const sql::Migration& one) { return &one == fails.migration; });
  if (migration == set.migrations.end())
    return;
  auto& indices = fails.section == SectionKind::kDown
                      ? migration->down_transaction.not_in_transaction
                      : migration->up_transaction.not_in_transaction;
  const auto place = std::lower_bound(indices.begin(), indices.end(), fails.statement);
  if (place == indices.end() || *place != fails.statement)
    indices.insert(place, fails.statement);
}

void finish(CompiledSet& set, const lint::Policy& policy, bool wants_schema = false) {
  const auto is_external = [&](const catalog::Name& name) {
    return lint::is_external(policy, name.schema, name.name);
  };
  lint::UpObserver note_change;
  if (wants_schema) {
    note_change = [&](std::size_t /*n*/, const catalog::Catalog& catalog, bool is_opaque) {
      set.schema_changes.push_back({catalog::schema_change(catalog, is_external), is_opaque});
    };
  }
  for (const auto& fails : lint::lint_set(set.in_order, policy, set.diagnostics, {},
                                          wants_schema ? &set.catalog : nullptr, note_change))
    leave_transaction(fails, set);
  lint::apply_policy(policy, set.in_order, set.diagnostics);
  set.diagnostics.sort();
}

/// `main:7` in the set main is its own 7.
void resolve_own_name(std::vector<MigrationSource>& sources, const std::string& set_name) {
  if (set_name.empty())
    return;
  for (MigrationSource& source : sources) {
    for (DependencyName& name : source.header.dependencies) {
      if (name.set == set_name)
        name.set.clear();
    }
  }
}

void require_lock(CompiledSet& set, const SetRequest& request) {
  std::error_code ignored;
  if (!request.is_lock_required || std::filesystem::exists(*request.lock, ignored))
    return;
  const SourceFile& file =
      set.files.emplace_back(*request.lock, request.lock->filename().string(), "");
  set.diagnostics.error("invalid-lock-file", file, 0,
                        "there is no such file, though LOCK in add_migrations() names it",
                        {"put the path right; or make the file, and commit it: godwit lock " +
                         request.files.root.string() + " --file " + request.lock->string()});
}

void check_baseline(const CompiledSet& set, const lint::Policy& policy) {
  if (!policy.baseline || set.sources.empty())
    return;
  const auto last = std::max_element(
      set.sources.begin(), set.sources.end(),
      [](const MigrationSource& a, const MigrationSource& b) { return a.version < b.version; });
  if (last->version < *policy.baseline)
    fmt::print(stderr,
               "godwit: warning: BASELINE {} is above the last version, {}: nothing is said of the "
               "migrations that are here, nor of the next ones\n",
               *policy.baseline, last->version);
}

}  // namespace

std::unique_ptr<CompiledSet> compile_set(const SetRequest& request) {
  auto set = std::make_unique<CompiledSet>();
  set->sources = load_set(request.files, set->files, set->diagnostics);
  resolve_own_name(set->sources, request.set_name);
  set->order = order_set(set->sources, set->diagnostics);
  set->migrations = sql::parse_set(set->sources, request.policy.postgres, set->diagnostics);
  for (const std::size_t index : set->order.order) {
    set->in_order.push_back(&set->migrations[index]);
    set->sources_in_order.push_back(&set->sources[index]);
  }
  check_baseline(*set, request.policy);
  if (request.lock) {
    require_lock(*set, request);
    set->lock = read_lock_file(*request.lock, set->files, set->diagnostics);
    check_lock(set->lock, set->sources_in_order, set->diagnostics);
  }
  finish(*set, request.policy, request.wants_schema);
  return set;
}

std::unique_ptr<CompiledSet> compile_stray(const std::filesystem::path& file,
                                           const lint::Policy& policy,
                                           std::optional<bool> wants_transaction) {
  auto set = std::make_unique<CompiledSet>();
  if (auto source = load_stray(file, set->files, set->diagnostics)) {
    if (wants_transaction)
      source->header.transaction = wants_transaction;
    set->sources.push_back(std::move(*source));
  }
  set->migrations = sql::parse_set(set->sources, policy.postgres, set->diagnostics);
  for (const sql::Migration& migration : set->migrations) {
    set->in_order.push_back(&migration);
    set->sources_in_order.push_back(migration.source);
  }
  finish(*set, policy);
  return set;
}

const sql::Migration* find_migration(const CompiledSet& set, std::string_view wanted) {
  std::int64_t version = -1;
  const char* end = wanted.data() + wanted.size();
  const auto [stop, error] = std::from_chars(wanted.data(), end, version);
  const bool is_number = error == std::errc() && stop == end;
  for (const sql::Migration* migration : set.in_order) {
    const MigrationSource& source = *migration->source;
    const auto& aliases = source.header.aliases;
    if ((is_number && source.version == version) || source.full_name == wanted ||
        source.name == wanted || std::find(aliases.begin(), aliases.end(), wanted) != aliases.end())
      return migration;
  }
  return nullptr;
}

}  // namespace godwit::codegen::commands
