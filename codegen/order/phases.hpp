// SPDX-License-Identifier: Apache-2.0
//
// `Phase: expand|contract`, across migrations: what is to be applied before a release must not wait
// for what comes after it.
#pragma once

#include <span>

#include "order/dependency_order.hpp"
#include "order/lock_file.hpp"
#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

/// Reports `expand-needs-contract`: an expand migration that depends, directly or not, on a
/// contract migration of the same release. What is not in the lock file yet is one release; where
/// there is no lock file, nothing is said.
void check_phases(std::span<const MigrationSource> sources, const DependencyOrder& order,
                  const LockFile& lock, Diagnostics& diagnostics);

}  // namespace godwit::codegen
