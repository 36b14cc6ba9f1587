// SPDX-License-Identifier: Apache-2.0
//
// Every rule that the tool can report, whichever layer reports it: the one list for `godwit rules`,
// for checking rule names, and for the linter's dispatch.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lint/rule.hpp"

namespace godwit::codegen::lint {

/// The families in the order of the manual.
std::span<const Family* const> families();

/// All rules, sorted by id.
const std::vector<const RuleInfo*>& rules();

/// Null when there is no such rule.
const RuleInfo* find_rule(std::string_view id);

/// The rule whose id is closest to a misspelt one; null when none is near.
const RuleInfo* similar_rule(std::string_view id);

}  // namespace godwit::codegen::lint
