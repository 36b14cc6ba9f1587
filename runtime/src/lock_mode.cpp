// SPDX-License-Identifier: Apache-2.0
#include "lock_mode.hpp"

#include <algorithm>
#include <array>

namespace godwit::detail {
namespace {

constexpr std::array<std::string_view, 9> kServerNames = {"",
                                                          "AccessShareLock",
                                                          "RowShareLock",
                                                          "RowExclusiveLock",
                                                          "ShareUpdateExclusiveLock",
                                                          "ShareLock",
                                                          "ShareRowExclusiveLock",
                                                          "ExclusiveLock",
                                                          "AccessExclusiveLock"};

}  // namespace

LockMode lock_mode(std::string_view server_name) noexcept {
  const auto* const found = std::find(kServerNames.begin(), kServerNames.end(), server_name);
  return found == kServerNames.end() ? LockMode::kNone
                                     : static_cast<LockMode>(found - kServerNames.begin());
}

}  // namespace godwit::detail
