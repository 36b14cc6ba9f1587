// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL's eight modes of locking a relation, and what each makes wait.
#pragma once

#include <godwit/lock_mode.hpp>

namespace godwit::codegen::locks {

using Mode = LockMode;

/// Whether SELECT waits.
constexpr bool blocks_reads(Mode mode) noexcept {
  return conflict(mode, Mode::kAccessShare);
}
/// Whether INSERT, UPDATE and DELETE wait.
constexpr bool blocks_writes(Mode mode) noexcept {
  return conflict(mode, Mode::kRowExclusive);
}
/// Whether ALTER TABLE, CREATE INDEX, VACUUM and the like wait.
constexpr bool blocks_ddl(Mode mode) noexcept {
  return conflict(mode, Mode::kShareUpdateExclusive);
}

}  // namespace godwit::codegen::locks
