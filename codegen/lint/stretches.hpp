// SPDX-License-Identifier: Apache-2.0
//
// How a set is divided among threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// [begin, end) of a set.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Up to `threads` stretches that take about the same time, what each has to fold before it
/// included. Together they are the set; there is always one.
std::vector<Stretch> cut(std::span<const sql::Migration* const> in_order, unsigned threads);

}  // namespace godwit::codegen::lint
