// SPDX-License-Identifier: Apache-2.0
//
// The SQL of a statement that is run in batches, put together from what the build has cut apart.
// Keys are compared with plain literals, so that the planner knows how few rows lie between two.
#pragma once

#include "connection.hpp"
#include "message.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::detail {

/// One value for each column of a batch's key, as text.
using BatchKey = std::vector<std::string>;

/// The statement with a condition on the key.
struct BatchStatement {
  std::string sql;
  std::array<Insertion, 2> inserted;  ///< what stands in it that its author did not write
};

BatchStatement with_condition(std::string_view statement, const Batch& batch,
                              std::string_view condition);

/// Behind `from` (the beginning where it is empty) and up to `to`.
std::string key_range(const Connection& connection, const Batch& batch, const BatchKey& from,
                      const BatchKey& to);

/// Gives the last key of the batch behind `from`, a column each, and how many rows are in it; no
/// row when there are none.
std::string next_keys(const Connection& connection, const Batch& batch, const BatchKey& from);

/// What a query of next_keys() has between its beginning and its condition, and behind that; the
/// keys as `columns`.
struct KeyQuery {
  std::string head;
  std::string tail;
};
KeyQuery key_query(const Batch& batch, std::string_view columns);

/// The key as the batch's table has it: "t"."id", or ROW("t"."a", "t"."b") without the first
/// `skipped` columns.
std::string key_operand(const Batch& batch, std::string_view qualifier, std::size_t skipped = 0);

/// About how many rows the table has, from its statistics and size; -1 where it has none.
std::string estimate_rows(const Connection& connection, const Batch& batch);

/// How many rows the table has, counting `most` of them at most.
std::string count_rows(const Batch& batch, std::uint64_t most);

}  // namespace godwit::detail
