// SPDX-License-Identifier: Apache-2.0
#include "source/layout.hpp"

#include <algorithm>
#include <array>

namespace godwit::codegen {
namespace {

constexpr std::array<std::string_view, 9> kNames{"auto",   "numbered",    "golang-migrate",
                                                 "flyway", "diesel",      "goose",
                                                 "dbmate", "sql-migrate", "sqitch"};

}  // namespace

std::string_view layout_name(Layout layout) noexcept {
  return kNames[static_cast<std::size_t>(layout)];
}

std::optional<Layout> parse_layout(std::string_view name) noexcept {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end())
    return std::nullopt;
  return static_cast<Layout>(found - kNames.begin());
}

std::span<const std::string_view> layout_names() noexcept {
  return kNames;
}

}  // namespace godwit::codegen
