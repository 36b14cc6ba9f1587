// SPDX-License-Identifier: Apache-2.0
#include "commands/compile.hpp"

#include <utility>

#include "lint/lint.hpp"

namespace godwit::codegen::commands {
namespace {

void finish(CompiledSet& set, const lint::Policy& policy) {
  lint::lint_set(set.in_order, policy, set.diagnostics);
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
  if (request.lock) {
    set->lock = read_lock_file(*request.lock, set->files, set->diagnostics);
    check_lock(set->lock, set->sources_in_order, set->diagnostics);
  }
  finish(*set, request.policy);
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

}  // namespace godwit::codegen::commands
