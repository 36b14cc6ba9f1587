// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL's lock modes: their names, and who waits for whom.
// https://www.postgresql.org/docs/15/explicit-locking.html#TABLE-LOCK-COMPATIBILITY
#include "lock_mode.hpp"

#include <algorithm>
#include <array>

namespace godwit {
namespace {

constexpr std::size_t kModes = 9;

constexpr std::array<std::string_view, kModes> kNames = {
    "",      "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
    "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};

// As pg_locks has them.
constexpr std::array<std::string_view, kModes> kServerNames = {"",
                                                               "AccessShareLock",
                                                               "RowShareLock",
                                                               "RowExclusiveLock",
                                                               "ShareUpdateExclusiveLock",
                                                               "ShareLock",
                                                               "ShareRowExclusiveLock",
                                                               "ExclusiveLock",
                                                               "AccessExclusiveLock"};

// The n-th bit is the n-th mode.
constexpr std::array<unsigned, kModes> kConflicts = {0,           0b100000000, 0b110000000,
                                                     0b111100000, 0b111110000, 0b111011000,
                                                     0b111111000, 0b111111100, 0b111111110};

}  // namespace

std::string_view to_string(LockMode mode) noexcept {
  return kNames[static_cast<std::size_t>(mode)];
}

bool conflict(LockMode one, LockMode other) noexcept {
  return (kConflicts[static_cast<std::size_t>(one)] >> static_cast<unsigned>(other) & 1U) != 0;
}

namespace detail {

LockMode lock_mode(std::string_view server_name) noexcept {
  const auto* const found = std::find(kServerNames.begin(), kServerNames.end(), server_name);
  return found == kServerNames.end() ? LockMode::kNone
                                     : static_cast<LockMode>(found - kServerNames.begin());
}

}  // namespace detail
}  // namespace godwit
