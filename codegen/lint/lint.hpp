// SPDX-License-Identifier: Apache-2.0
//
// The linter's front door.
#pragma once

#include <span>

#include "catalog/catalog.hpp"
#include "lint/policy.hpp"
#include "source/diagnostic.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// Folds the migrations of a set into a catalog, in the order in which they are applied, and runs
/// the rules over what each executes. Findings come at their rules' own severities: apply_policy()
/// is for all layers and comes later. A stray migration is given alone; what it does not create is
/// taken to exist, in an unknown shape. `end` takes the catalog as it is behind the last migration.
void lint_set(std::span<const sql::Migration* const> in_order, const Policy& policy,
              Diagnostics& diagnostics, catalog::Catalog* end = nullptr);

}  // namespace godwit::codegen::lint
