// SPDX-License-Identifier: Apache-2.0
#include "order/phases.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace godwit::codegen {
namespace {

bool is_locked(const LockFile& lock, const MigrationSource& source) {
  return !source.is_repeatable &&
         std::any_of(lock.entries.begin(), lock.entries.end(),
                     [&](const LockEntry& entry) { return entry.version == source.version; });
}

}  // namespace

void check_phases(std::span<const MigrationSource> sources, const DependencyOrder& order,
                  const LockFile& lock, Diagnostics& diagnostics) {
  if (lock.file == nullptr)
    return;
  // In set order, so that what a migration depends on is known before it.
  std::vector<std::optional<std::size_t>> contract(sources.size());
  for (const std::size_t i : order.order) {
    const MigrationSource& source = sources[i];
    for (const std::size_t dependency : order.dependencies[i]) {
      if (!contract[i])
        contract[i] = contract[dependency];
    }
    if (contract[i] && source.header.phase == Phase::kExpand && !is_locked(lock, source)) {
      const MigrationSource& other = sources[*contract[i]];
      diagnostics.error(
          "expand-needs-contract", source.up.file(), source.header.phase_offset,
          "the expand migration " + label_of(source) + " depends on the contract migration " +
              label_of(other) + ", which the same release has",
          {"`up --phase=expand` would leave it out, and the release would start without it: take "
           "the dependency away, or contract in the release before"});
    }
    if (source.header.phase == Phase::kContract && !is_locked(lock, source))
      contract[i] = i;
  }
}

}  // namespace godwit::codegen
