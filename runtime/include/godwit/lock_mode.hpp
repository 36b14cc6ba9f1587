// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL's modes of locking a relation: their names, and who waits for whom.
// https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-TABLES
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace godwit {

/// In the order of the manual, which is that of LockStmt's numbers. All but SHARE UPDATE EXCLUSIVE
/// and SHARE conflict with everything that the modes before them conflict with; these two exclude
/// each other.
enum class LockMode : std::uint8_t {
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
constexpr std::string_view to_string(LockMode mode) noexcept {
  constexpr std::array<std::string_view, 9> kNames = {
      "",      "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
      "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
  return kNames[static_cast<std::size_t>(mode)];
}

/// Whether one waits for the other: table 13.2 of the manual, which a test compares with a server.
constexpr bool conflict(LockMode one, LockMode other) noexcept {
  // A row a mode; in it the n-th bit is the n-th mode.
  constexpr std::array<unsigned, 9> kConflicts = {0,           0b100000000, 0b110000000,
                                                  0b111100000, 0b111110000, 0b111011000,
                                                  0b111111000, 0b111111100, 0b111111110};
  return (kConflicts[static_cast<std::size_t>(one)] >> static_cast<unsigned>(other) & 1U) != 0;
}

}  // namespace godwit
