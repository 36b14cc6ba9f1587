// SPDX-License-Identifier: Apache-2.0
//
// `-- godwit:batch key=id size=1000 pause=50ms` above an UPDATE or DELETE: the statement is run in
// parts, each a transaction of its own. What is read here is the comment, and the statement as far
// as its text tells; whether the key is one is for lint/batch_rules.cpp, which knows the catalog.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/section.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::sql {

struct BatchDirective {
  std::size_t statement = 0;      ///< its index in the section
  std::size_t offset = 0;         ///< of `godwit:batch` in the file
  std::size_t length = 0;         ///< of all of the directive
  std::vector<std::string> keys;  ///< the columns, unquoted, in the order of the directive
  std::size_t key_offset = 0;     ///< of what stands behind `key=`
  std::size_t key_length = 0;
  std::uint32_t size = 0;
  std::uint32_t pause_ms = 0;
};

/// The directives of a section, in order; what is wrong with one is reported as `invalid-batch`,
/// and it is left out. `is_one_transaction`: the header says so.
std::vector<BatchDirective> read_batches(const Section& section, const Script& script,
                                         bool is_one_transaction, Diagnostics& diagnostics);

/// The directive of this statement; null when it has none.
const BatchDirective* batch_of(const std::vector<BatchDirective>& batches,
                               std::size_t statement) noexcept;

/// The table that an UPDATE or DELETE changes; null for anything else.
const PgQuery__RangeVar* batch_target(const Node* node) noexcept;

/// Where a condition goes into a statement, in bytes from its first.
struct BatchCut {
  std::size_t open = 0;   ///< behind WHERE; 0 where the statement has none
  std::size_t close = 0;  ///< behind the statement's own condition
};

/// `text` is that of an UPDATE or DELETE that parses.
BatchCut cut_for_batch(std::string_view text);

/// `text` with its own condition in brackets and `condition` behind it.
std::string with_condition(std::string_view text, const BatchCut& cut, std::string_view condition);

}  // namespace godwit::codegen::sql
