// SPDX-License-Identifier: Apache-2.0
#include "locks/mode.hpp"

#include <array>
#include <cstddef>

namespace godwit::codegen::locks {
namespace {

constexpr std::size_t kModes = 9;

constexpr std::array<std::string_view, kModes> kNames = {
    "",      "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
    "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};

constexpr unsigned bit(Mode mode) {
  return 1U << static_cast<unsigned>(mode);
}

constexpr unsigned from(Mode first) {
  unsigned bits = 0;
  for (auto mode = static_cast<unsigned>(first); mode < kModes; ++mode) bits |= 1U << mode;
  return bits;
}

/// With which modes each one conflicts: table 13.2 of the manual.
constexpr std::array<unsigned, kModes> kConflicts = {
    0,
    bit(Mode::kAccessExclusive),
    from(Mode::kExclusive),
    from(Mode::kShare),
    from(Mode::kShareUpdateExclusive),
    from(Mode::kRowExclusive) & ~bit(Mode::kShare),
    from(Mode::kRowExclusive),
    from(Mode::kRowShare),
    from(Mode::kAccessShare),
};

}  // namespace

std::string_view to_string(Mode mode) noexcept {
  return kNames[static_cast<std::size_t>(mode)];
}

bool conflict(Mode one, Mode other) noexcept {
  return (kConflicts[static_cast<std::size_t>(one)] & bit(other)) != 0;
}

bool blocks_reads(Mode mode) noexcept {
  return conflict(mode, Mode::kAccessShare);
}

bool blocks_writes(Mode mode) noexcept {
  return conflict(mode, Mode::kRowExclusive);
}

bool blocks_ddl(Mode mode) noexcept {
  return conflict(mode, Mode::kShareUpdateExclusive);
}

}  // namespace godwit::codegen::locks
