// SPDX-License-Identifier: Apache-2.0
//
// What the table says of a statement that is run in batches: everything but the keys that a batch
// lies between, so that the runtime has nothing to parse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/batch.hpp"

namespace godwit::codegen::emit {

/// godwit::Batch with texts of its own.
struct BatchPlan {
  std::string key;
  std::vector<std::string> columns;
  std::string qualifier;
  std::string table;
  std::uint32_t open = 0;
  std::uint32_t close = 0;
  std::uint32_t size = 0;  ///< 0 for no batch
  std::uint32_t pause_ms = 0;
};

/// `text` is that of the statement, whose tree is `node`.
BatchPlan plan_batch(const sql::BatchDirective& directive, const sql::Node* node,
                     std::string_view text);

}  // namespace godwit::codegen::emit
