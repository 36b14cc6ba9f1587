// SPDX-License-Identifier: Apache-2.0
//
// A mode is a set of directories: `reference` is in all but none, `full` has all, and any other
// adds its own. A seed that is left out is neither pending nor skipped, and what it wrote once
// stays.
#include "seeds.hpp"

#include <algorithm>
#include <charconv>

namespace godwit::detail {
namespace {

constexpr std::string_view kReference = "reference";

// "COPY countries, line 3, column code: …" in whatever language: the first number behind the name.
// A function that a trigger ran has lines of its own before it.
std::size_t row_number(std::string_view context, std::string_view table) {
  const std::string begin = compose("COPY {}, ", table);
  for (std::size_t at = context.find(begin); at != std::string_view::npos;
       at = context.find(begin, at + 1)) {
    if (at != 0 && context[at - 1] != '\n') {
      continue;
    }
    const std::size_t digits = context.find_first_of("0123456789\n", at + begin.size());
    std::size_t number = 0;
    if (digits != std::string_view::npos) {
      std::from_chars(context.data() + digits, context.data() + context.size(), number);
    }
    return number;
  }
  return 0;
}

// The line with this number, from 1; empty where there are fewer.
std::string_view line_of(const CopyRows& rows, std::size_t number) {
  for (const std::string_view chunk : rows.chunks) {
    const auto lines = static_cast<std::size_t>(std::count(chunk.begin(), chunk.end(), '\n'));
    if (number > lines) {
      number -= lines;
      continue;
    }
    std::size_t begin = 0;
    for (; number > 1; --number) {
      begin = chunk.find('\n', begin) + 1;
    }
    std::string_view line = chunk.substr(begin, chunk.find('\n', begin) - begin);
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    return line;
  }
  return {};
}

}  // namespace

bool is_left_out(const Migration& migration, std::string_view mode) noexcept {
  if (migration.kind != Kind::kSeed || mode == "full") {
    return false;
  }
  return mode == "none" ||
         (migration.seed != kReference && migration.seed != (mode.empty() ? kReference : mode));
}

void refuse_unknown_mode(const MigrationSet& set, std::string_view mode) {
  if (mode.empty() || mode == "none" || mode == kReference || mode == "sample" || mode == "full") {
    return;
  }
  std::string known = "none, reference, sample, full";
  std::string_view last;
  for (const Migration& migration : set.migrations) {
    if (migration.kind != Kind::kSeed) {
      continue;
    }
    if (migration.seed == mode) {
      return;
    }
    if (migration.seed != last && migration.seed != kReference && migration.seed != "sample" &&
        migration.seed != "full") {
      known += compose(", {}", migration.seed);
    }
    last = migration.seed;
  }
  ErrorDetail detail;
  detail.message = compose("there are no seeds \"{}\" in the set \"{}\"", mode, set.name);
  detail.hint = compose("the modes are {}", known);
  throw Error(ErrorKind::kUsage, std::move(detail));
}

const CopyRows* rows_of(const Script& script, std::size_t statement) noexcept {
  for (const CopyRows& rows : script.copies) {
    if (rows.statement == statement) {
      return &rows;
    }
  }
  return nullptr;
}

Event progress_of(const CopyRows& rows, std::uint64_t sent, std::uint64_t total) {
  constexpr std::uint64_t kMegabyte = 1'000'000;
  constexpr std::uint64_t kWhole = 100;
  Event event;
  event.kind = EventKind::kProgress;
  event.line = rows.line;
  event.percent = static_cast<std::uint32_t>(total == 0 ? 0 : sent * kWhole / total);
  event.message = compose("rows of {}, {} of {} MB", rows.table, sent / kMegabyte,
                          (total + kMegabyte - 1) / kMegabyte);
  return event;
}

bool locate_row(const Script& script, std::size_t statement, const PGresult* error,
                ErrorDetail& detail) {
  const CopyRows* rows = rows_of(script, statement);
  const std::size_t number =
      rows == nullptr ? 0 : row_number(error_field(error, PG_DIAG_CONTEXT), rows->table);
  if (number == 0) {
    return false;
  }
  detail.file = script.file;
  detail.line = rows->line + static_cast<std::uint32_t>(number) - 1;
  detail.column = 1;
  // A row may be a megabyte.
  constexpr std::size_t kLongest = 120;
  std::string_view line = line_of(*rows, number);
  std::size_t end = std::min(line.size(), kLongest);
  while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) {
    ++end;
  }
  detail.source_line = std::string(line.substr(0, end));
  if (end < line.size()) {
    detail.source_line += "…";
  }
  return true;
}

}  // namespace godwit::detail
