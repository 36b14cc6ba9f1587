// SPDX-License-Identifier: Apache-2.0
//
// What a command that writes says while it is at work: a line for each migration as it is done, or
// a JSON line for each event.
#pragma once

#include "arguments.hpp"
#include "progress.hpp"

#include <godwit/maintenance.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace godwit::cli {

/// Turns events into lines, and remembers what a failed run had done.
class Reporter {
 public:
  Reporter(const Arguments& arguments, const MigrationSet& set);

  /// `options` with this as the receiver of its events, and with signals that stop the run.
  Options listen(Options options);

  void on_event(const Event& event);
  /// A migration that was under way when the run ended has failed, whoever's fault it was.
  Report partial_report() const;
  std::size_t undone() const noexcept { return undone_.size(); }
  const std::vector<DownReport::Undone>& undone_list() const noexcept { return undone_; }
  /// Ends what stands on the terminal's line.
  void clear_line();

 private:
  void remember(const Event& event);
  void show(const Event& event);
  void print(const std::string& line);
  void print_error(const std::string& line);

  const Arguments& arguments_;
  const MigrationSet& set_;
  ProgressLine line_;
  bool is_under_way_ = false;
  std::vector<DownReport::Undone> undone_;
  Report report_;
};

/// "N applied, N skipped, N failed".
void print_summary(const Arguments& arguments, const Report& report);

/// Adds what was done to the totals of a run on several sets.
void add_to_totals(const Arguments& arguments, const Report& report);

}  // namespace godwit::cli
