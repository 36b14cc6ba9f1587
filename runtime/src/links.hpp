// SPDX-License-Identifier: Apache-2.0
//
// Migrations of other sets that one of this set depends on.
#pragma once

#include "run.hpp"

namespace godwit::detail {

bool needs_other_set(const MigrationSet& set, const Dependency& dependency);
/// By a row of its own, or by one of what replaces it.
bool is_applied_in(const Snapshot& snapshot, std::string_view set, std::int64_t version);

}  // namespace godwit::detail
