// SPDX-License-Identifier: Apache-2.0
#include "batch_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace godwit::cli {

std::string batch_progress(const HistoryRow& row) {
  if (row.batch_rows == 0) {
    return {};
  }
  if (row.batch_total == 0) {
    return fmt::format("{} rows", row.batch_rows);
  }
  // What has ended is not partly applied any more: 100 % is never true here.
  constexpr std::uint64_t kWhole = 100;
  return fmt::format("{} %", std::min(row.batch_rows * kWhole / row.batch_total, kWhole - 1));
}

std::vector<BatchLine> batch_lines(const Migration& migration) {
  std::vector<BatchLine> lines;
  for (const Step& step : migration.up.steps) {
    const Batch& batch = step.batch;
    if (batch.size == 0) {
      continue;
    }
    std::string text = fmt::format("in batches of {} {} by {}", batch.size,
                                   batch.size == 1 ? "row" : "rows", batch.key);
    if (batch.pause_ms > 0) {
      text += fmt::format(", {} ms between two", batch.pause_ms);
    }
    lines.push_back({migration.up.statements[step.first_statement].line, std::move(text)});
  }
  return lines;
}

}  // namespace godwit::cli
