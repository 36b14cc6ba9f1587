// SPDX-License-Identifier: Apache-2.0
//
// What people read: colours, durations, columns.
#pragma once

#include <godwit/migrator.hpp>
#include <godwit/schemas.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::cli {

enum class Color : std::uint8_t { kNone, kGreen, kYellow, kRed, kDim, kBold };

/// `text` in a colour, where there are colours.
std::string paint(std::string_view text, Color color, bool has_color);

/// "0 ms", "12 ms", "3.4 s", "2 min 5 s".
std::string duration_text(std::chrono::milliseconds duration);

/// "950", "12.3 k", "4.1 M": a count of rows.
std::string count_text(std::int64_t count);
/// "16 kB", "4.1 GB", by 1024.
std::string size_text(std::int64_t bytes);

std::string_view state_name(State state);
Color state_color(State state);

/// "current", "behind", "new" (nothing of the set is applied), "refused".
std::string_view schema_state_name(const SchemaStatus& status);
std::string_view outcome_name(SchemaOutcome outcome);
Color outcome_color(SchemaOutcome outcome);

/// Rows of cells, each column as wide as its widest cell. print() writes to stdout.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void add(std::vector<std::string> cells, Color color = Color::kNone);
  std::vector<std::string> lines(bool has_color) const;
  void print(bool has_color) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<Color> colors_;
};

/// The name that an unknown row or a migration has in the history.
std::string name_of(const MigrationStatus& entry);

}  // namespace godwit::cli
