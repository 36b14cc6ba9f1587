// SPDX-License-Identifier: Apache-2.0
//
// Formatting for people.
#include "output.hpp"

#include "progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

// Characters, not bytes: names may be in any language.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

std::string paint(std::string_view text, Color color, bool has_color) {
  if (!has_color || color == Color::kNone) {
    return std::string(text);
  }
  const char* code = "";
  switch (color) {
    case Color::kGreen:
      code = "32";
      break;
    case Color::kYellow:
      code = "33";
      break;
    case Color::kRed:
      code = "31";
      break;
    case Color::kDim:
      code = "2";
      break;
    case Color::kBold:
      code = "1";
      break;
    case Color::kNone:
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count < 1000) {
    return fmt::format("{} ms", count);
  }
  if (count < 60'000) {
    return fmt::format("{}.{} s", count / 1000, count % 1000 / 100);
  }
  return fmt::format("{} min {} s", count / 60'000, count % 60'000 / 1000);
}

namespace {

// One decimal below ten of the unit, as people say it.
std::string scaled(std::int64_t number, double step, std::span<const std::string_view> units) {
  if (number < static_cast<std::int64_t>(step)) {
    return fmt::format("{}{}", number, units[0]);
  }
  auto shown = static_cast<double>(number);
  std::size_t unit = 0;
  // What would be rounded up to a whole step belongs to the next unit.
  while (shown >= step - 0.05 && unit + 1 < units.size()) {
    shown /= step;
    ++unit;
  }
  return fmt::format("{:.1f}{}", shown, units[unit]);
}

}  // namespace

std::string count_text(std::int64_t count) {
  constexpr std::array<std::string_view, 4> kUnits = {"", " k", " M", " G"};
  return scaled(count, 1000, kUnits);
}

std::string size_text(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {" bytes", " kB", " MB", " GB", " TB"};
  return scaled(bytes, 1024, kUnits);
}

std::string_view state_name(State state) {
  switch (state) {
    case State::kApplied:
      return "applied";
    case State::kPending:
      return "pending";
    case State::kPartial:
      return "partial";
    case State::kDrifted:
      return "drifted";
    case State::kUnknown:
      return "unknown";
    case State::kReplaced:
      return "replaced";
    case State::kCovered:
      return "covered";
    case State::kNewer:
      return "newer";
  }
  return "";
}

std::string_view schema_state_name(const SchemaStatus& status) {
  return status.error          ? "refused"
         : status.is_current   ? "current"
         : status.applied == 0 ? "new"
                               : "behind";
}

std::string_view outcome_name(SchemaOutcome outcome) {
  switch (outcome) {
    case SchemaOutcome::kCurrent:
      return "current";
    case SchemaOutcome::kMigrated:
      return "migrated";
    case SchemaOutcome::kPlanned:
      return "pending";
    case SchemaOutcome::kFailed:
      return "failed";
    case SchemaOutcome::kGone:
      return "gone";
    case SchemaOutcome::kNotReached:
      return "not_reached";
  }
  return "";
}

Color outcome_color(SchemaOutcome outcome) {
  switch (outcome) {
    case SchemaOutcome::kCurrent:
    case SchemaOutcome::kMigrated:
      return Color::kGreen;
    case SchemaOutcome::kFailed:
      return Color::kRed;
    default:
      return Color::kYellow;
  }
}

Color state_color(State state) {
  switch (state) {
    case State::kApplied:
    case State::kReplaced:
    case State::kCovered:
    case State::kNewer:
      return Color::kGreen;
    case State::kPending:
    case State::kUnknown:
      return Color::kYellow;
    case State::kPartial:
    case State::kDrifted:
      return Color::kRed;
  }
  return Color::kNone;
}

std::string name_of(const MigrationStatus& entry) {
  return entry.migration != nullptr ? std::string(entry.migration->full_name)
                                    : entry.row->migration_name;
}

void Table::add(std::vector<std::string> cells, Color color) {
  rows_.push_back(std::move(cells));
  colors_.push_back(color);
}

std::vector<std::string> Table::lines(bool has_color) const {
  std::vector<std::string> lines;
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  const std::size_t columns = terminal_columns();
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      line += rows_[r][i];
      if (i + 1 < rows_[r].size()) {
        line += std::string(widths[i] - width_of(rows_[r][i]) + 2, ' ');
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (columns > 0) {
      line = shortened(line, columns);
    }
    lines.push_back(paint(line, r == 0 ? Color::kBold : colors_[r - 1], has_color));
  }
  return lines;
}

void Table::print(bool has_color) const {
  for (const std::string& line : lines(has_color)) {
    std::puts(line.c_str());
  }
}

}  // namespace godwit::cli
