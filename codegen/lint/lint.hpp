// SPDX-License-Identifier: Apache-2.0
//
// The linter's front door.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "catalog/catalog.hpp"
#include "lint/context.hpp"
#include "lint/policy.hpp"
#include "source/diagnostic.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// A statement that fails in the transaction that its section has, and may work outside one. A
/// finding says so.
struct FailsInTransaction {
  const sql::Migration* migration = nullptr;
  SectionKind section = SectionKind::kUp;
  std::size_t statement = 0;  ///< its index
};

/// Is shown each statement before it runs, those of DO blocks and of functions that are called too;
/// `context` has the catalog, and in its ledger what the statement does.
using Observer = std::function<void(const Event& event, const Context& context)>;

/// Is shown the catalog as the up section of the n-th migration leaves it, still recording what
/// that has touched; `is_opaque`: the section may have changed more than that, since it runs SQL
/// that cannot be read, or whose condition cannot be judged. Called from several threads at once,
/// each time with another n.
using UpObserver =
    std::function<void(std::size_t n, const catalog::Catalog& catalog, bool is_opaque)>;

/// Folds the migrations of a set into a catalog, in the order in which they are applied, and runs
/// the rules over what each executes. Findings come at their rules' own severities: apply_policy()
/// is for all layers and comes later. A stray migration is given alone; what it does not create is
/// taken to exist, in an unknown shape. Returns what only the catalog tells of transactions; what
/// is allowed by a comment is left out. `end` takes the catalog as it is behind the last migration.
/// `threads` is how many may share the work, 0 for as many as there are processors: the result is
/// the same.
std::vector<FailsInTransaction> lint_set(std::span<const sql::Migration* const> in_order,
                                         const Policy& policy, Diagnostics& diagnostics,
                                         const Observer& observer = {},
                                         catalog::Catalog* end = nullptr,
                                         const UpObserver& up_observer = {}, unsigned threads = 0);

}  // namespace godwit::codegen::lint
