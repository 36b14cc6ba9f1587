// SPDX-License-Identifier: Apache-2.0
//
// Statements that are run in batches, in words.
#pragma once

#include <godwit/migrator.hpp>

#include <string>
#include <vector>

namespace godwit::cli {

/// How far the batches of a partly applied migration are: "34 %", or "34000 rows" where nobody
/// knows how many there are; empty where there are none.
std::string batch_progress(const HistoryRow& row);

/// For each statement of the up section that is run in batches: its line and how.
struct BatchLine {
  std::uint32_t line = 0;
  std::string text;  ///< "in batches of 1000 rows by id, 50 ms between two"
};
std::vector<BatchLine> batch_lines(const Migration& migration);

}  // namespace godwit::cli
