// SPDX-License-Identifier: Apache-2.0
//
// Conditions that are true, or false, whatever the rows: `WHERE 1 = 1` is no condition.
#pragma once

#include <optional>

#include "sql/ast.hpp"

namespace godwit::codegen::sql {

/// What a condition made of constants alone says. Empty where it depends on a row or on a function,
/// where it is NULL, and for comparisons that need the type of what is compared.
std::optional<bool> constant_truth(const Node* condition);

/// Every row is meant: there is no condition, or it is always true.
inline bool is_every_row(const Node* condition) {
  return condition == nullptr || constant_truth(condition).value_or(false);
}

}  // namespace godwit::codegen::sql
