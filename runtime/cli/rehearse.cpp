// SPDX-License-Identifier: Apache-2.0
//
// --rehearse: what it took, how long each statement ran, and which locks a real run would hold how
// long.
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "reporter.hpp"
#include "signals.hpp"

#include <godwit/preview.hpp>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

RehearsalOptions options_of(const Arguments& arguments) {
  RehearsalOptions wanted;
  if (arguments.command == Command::kDown || arguments.command == Command::kRedo) {
    wanted.direction = arguments.command == Command::kDown ? RehearsalOptions::Direction::kDown
                                                           : RehearsalOptions::Direction::kRedo;
    wanted.down = down_selection_of(arguments);
  } else {
    wanted.selection = selection_of(arguments);
  }
  return wanted;
}

std::string fine_duration_text(std::chrono::microseconds duration) {
  const auto count = duration.count();
  return count < 100'000
             ? fmt::format("{}.{} ms", count / 1000, count % 1000 / 100)
             : duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(duration));
}

void print_rehearsed(const Arguments& arguments, const RehearsalReport::Rehearsed& one) {
  const std::string_view what = one.has_failed   ? "failed"
                                : one.is_undoing ? "rehearsed to undo"
                                                 : "rehearsed";
  std::puts(
      fmt::format("{}  {}  ({})",
                  paint(what, one.has_failed ? Color::kRed : Color::kGreen, arguments.has_color),
                  one.migration->full_name, fine_duration_text(one.duration))
          .c_str());
  for (const RehearsalReport::Timed& timed : one.statements) {
    const Script& script = one.is_undoing ? one.migration->down : one.migration->up;
    std::puts(
        fmt::format("  {}:{}  {}", script.file, timed.line, fine_duration_text(timed.duration))
            .c_str());
  }
}

// What somebody may wait for: the strongest first, and of the same the longest.
void print_locks(const Arguments& arguments, const RehearsalReport& report) {
  std::vector<const RehearsalReport::Lock*> locks;
  for (const RehearsalReport::Lock& lock : report.locks) {
    const bool is_covered =
        std::any_of(report.locks.begin(), report.locks.end(), [&](const auto& other) {
          return other.relation == lock.relation && other.taker == lock.taker &&
                 other.mode > lock.mode && other.held >= lock.held;
        });
    if (!lock.is_new && !lock.is_index && !is_covered) {
      locks.push_back(&lock);
    }
  }
  if (locks.empty()) {
    std::puts("no lock on anything that was there before");
    return;
  }
  std::stable_sort(locks.begin(), locks.end(),
                   [](const RehearsalReport::Lock* one, const RehearsalReport::Lock* other) {
                     return one->mode != other->mode ? one->mode > other->mode
                                                     : one->held > other->held;
                   });
  Table table({"HELD", "LOCK", "ON", "BY", "LINE"});
  for (const RehearsalReport::Lock* lock : locks) {
    table.add({fine_duration_text(lock->held), std::string(to_string(lock->mode)), lock->relation,
               std::string(report.rehearsed[lock->taker].migration->full_name),
               std::to_string(lock->line)},
              lock->mode == LockMode::kAccessExclusive ? Color::kRed : Color::kNone);
  }
  table.print(arguments.has_color);
}

void print(const Arguments& arguments, const RehearsalReport& report) {
  for (const std::string& warning : report.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  if (!arguments.is_quiet) {
    for (const RehearsalReport::Rehearsed& one : report.rehearsed) {
      print_rehearsed(arguments, one);
    }
    for (const RehearsalReport::LeftOut& left : report.left_out) {
      std::puts(fmt::format("{}  {}: {}", paint("left out", Color::kYellow, arguments.has_color),
                            left.name, left.reason)
                    .c_str());
    }
    std::puts("");
    print_locks(arguments, report);
    std::puts("");
  }
  print_postponed(arguments, report.postponed);
  if (report.failure) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", report.failure->what());
    std::fflush(stderr);
  }
  const auto ok = std::count_if(report.rehearsed.begin(), report.rehearsed.end(),
                                [](const auto& one) { return !one.has_failed; });
  std::puts(fmt::format("rehearsed: {} well, {} left out, {} failed; all was rolled back", ok,
                        report.left_out.size(),
                        report.rehearsed.size() - static_cast<std::size_t>(ok))
                .c_str());
}

}  // namespace

int run_rehearsal(const Arguments& arguments, const MigrationSet& set) {
  Reporter progress(arguments, set);
  const SignalGuard guard;
  Migrator migrator(arguments.conninfo, set, progress.listen(arguments.options));
  const RehearsalReport report = migrator.rehearse(options_of(arguments));
  progress.clear_line();
  if (arguments.is_json) {
    std::puts(json_rehearsal(report).c_str());
  } else {
    print(arguments, report);
  }
  return report.failure ? static_cast<int>(report.failure->kind()) : 0;
}

}  // namespace godwit::cli
