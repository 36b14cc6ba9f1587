// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL's eight modes of locking a relation, and what each makes wait.
// https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES
#pragma once

#include <cstdint>
#include <string_view>

namespace godwit::codegen::locks {

/// In the order of the manual, which is that of LockStmt's numbers. All but SHARE UPDATE EXCLUSIVE
/// and SHARE conflict with everything that the modes before them conflict with; these two exclude
/// each other.
enum class Mode : std::uint8_t {
  kNone,
  kAccessShare,
  kRowShare,
  kRowExclusive,
  kShareUpdateExclusive,
  kShare,
  kShareRowExclusive,
  kExclusive,
  kAccessExclusive,
};

/// "ACCESS EXCLUSIVE"; empty for kNone.
std::string_view to_string(Mode mode) noexcept;

/// Whether one waits for the other.
bool conflict(Mode one, Mode other) noexcept;

/// Whether SELECT waits.
bool blocks_reads(Mode mode) noexcept;
/// Whether INSERT, UPDATE and DELETE wait.
bool blocks_writes(Mode mode) noexcept;
/// Whether ALTER TABLE, CREATE INDEX, VACUUM and the like wait.
bool blocks_ddl(Mode mode) noexcept;

}  // namespace godwit::codegen::locks
