// SPDX-License-Identifier: Apache-2.0
//
// The last line of a terminal while something goes on: rewritten in place, and taken away before
// anything else is printed. Where stdout is no terminal there is no such line; long work says now
// and then how far it is.
#pragma once

#include <godwit/migrator.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace godwit::cli {

class ProgressLine {
 public:
  /// `has_color` as elsewhere; TERM=dumb is no terminal.
  explicit ProgressLine(bool has_color);

  bool is_terminal() const { return is_terminal_; }
  /// A migration begins, or goes on: kApplying and kProgress.
  void show(const Event& event);
  /// `done` of `count` things, and what is under way.
  void show(std::size_t done, std::size_t count, std::string_view text);
  /// Before another line is printed, and at the end.
  void clear();

 private:
  bool is_terminal_;
  bool has_color_;
  bool is_open_ = false;
  std::chrono::steady_clock::time_point last_line_{};
};

/// How wide the terminal is that stdout is; 0 where it is none.
std::size_t terminal_columns();

/// `done` of `count` as "[=====>    ]", `width` characters and the brackets.
std::string bar(std::size_t done, std::size_t count, std::size_t width);

/// The first `columns` characters of UTF-8 text, with "…" for what is left out.
std::string shortened(std::string_view text, std::size_t columns);

}  // namespace godwit::cli
