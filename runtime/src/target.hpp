// SPDX-License-Identifier: Apache-2.0
//
// Targets as people write them: words for a place in the order of a set.
#pragma once

#include "plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace godwit::detail {

/// The number that a text is, if it is nothing but one.
std::optional<std::int64_t> whole_number(std::string_view text);

/// How many migrations of the set stand at or before the target. Throws Error of kind kUsage.
std::size_t place_of(const MigrationSet& set, const Snapshot& snapshot, std::string_view target);

/// The one migration that is meant: as place_of(), but `base` is none. Throws Error of kind kUsage.
const Migration& migration_at(const MigrationSet& set, const Snapshot& snapshot,
                              std::string_view target);

}  // namespace godwit::detail
