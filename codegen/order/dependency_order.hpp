// SPDX-License-Identifier: Apache-2.0
//
// The order in which a set is applied: Kahn's algorithm over the declared dependencies, with the
// smallest version first among those that are free.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "order/squash.hpp"
#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

struct DependencyOrder {
  /// Indices into the sources, in the order of application. A permutation of all of them, also
  /// where a cycle was reported.
  std::vector<std::size_t> order;
  /// For each source, the indices of those that it directly depends on, each once. Where one of
  /// those is replaced, its squash stands for it.
  std::vector<std::vector<std::size_t>> dependencies;
  std::vector<Squash> squashes;
};

/// `sources` is sorted by version_less(). Reports `unknown-dependency`, `self-dependency`,
/// `duplicate-dependency`, `dependency-cycle` and `invalid-replaces` at the header's line.
/// Dependencies on other sets are left to the runtime.
DependencyOrder order_set(std::span<const MigrationSource> sources, Diagnostics& diagnostics);

}  // namespace godwit::codegen
