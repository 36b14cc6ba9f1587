// SPDX-License-Identifier: Apache-2.0
//
// The part of the lock table that is ALTER TABLE.
#pragma once

#include "locks/effects.hpp"

namespace godwit::codegen::locks {

/// Adds what an ALTER TABLE (INDEX, VIEW, SEQUENCE…) does. PostgreSQL takes the strongest lock of
/// its commands at once.
void add_alter_table(const catalog::Catalog& catalog, const PgQuery__AlterTableStmt& alter,
                     const Circumstances& circumstances, Effects& effects);

/// Adds that `table` is written anew: all its indexes are too.
void add_rewrite(const catalog::Catalog& catalog, const catalog::Name& table, Effects& effects);

/// The lock that ALTER TABLE takes for a command.
Mode mode_of(const PgQuery__AlterTableCmd& command) noexcept;

}  // namespace godwit::codegen::locks
