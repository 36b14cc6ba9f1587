// SPDX-License-Identifier: Apache-2.0
//
// Events in words.
#include "reporter.hpp"

#include "json.hpp"
#include "output.hpp"
#include "references.hpp"
#include "signals.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace godwit::cli {

Reporter::Reporter(const Arguments& arguments, const MigrationSet& set)
    : arguments_(arguments), set_(set), line_(arguments.has_color) {}

Options Reporter::listen(Options options) {
  options.on_event = [this](const Event& event) { on_event(event); };
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  return options;
}

void Reporter::on_event(const Event& event) {
  remember(event);
  if (arguments_.is_json) {
    print(json_event(event));
  } else if (!arguments_.is_quiet) {
    show(event);
  }
}

Report Reporter::partial_report() const {
  Report report = report_;
  report.failed = report.failed > 0 || is_under_way_ ? 1 : 0;
  return report;
}

void Reporter::remember(const Event& event) {
  if (event.kind == EventKind::kApplying || event.kind == EventKind::kUndoing) {
    is_under_way_ = true;
  } else if (event.kind == EventKind::kApplied || event.kind == EventKind::kUndone) {
    is_under_way_ = false;
  }
  if (event.kind == EventKind::kApplied) {
    report_.applied.push_back({event.migration, event.duration});
  } else if (event.kind == EventKind::kUndone) {
    // What this build does not contain is gone when the run is.
    const bool is_known =
        std::any_of(set_.migrations.begin(), set_.migrations.end(),
                    [&](const Migration& one) { return &one == event.migration; });
    undone_.push_back({is_known ? event.migration : nullptr,
                       std::string(event.migration->full_name), event.duration});
  } else if (event.kind == EventKind::kFailed) {
    report_.failed = 1;
  } else if (event.kind == EventKind::kWarning) {
    report_.warnings.push_back(event.message);
  }
}

void Reporter::show(const Event& event) {
  const bool has_color = arguments_.has_color;
  const std::string name =
      event.migration == nullptr ? std::string{} : std::string(event.migration->full_name);
  switch (event.kind) {
    case EventKind::kApplying:
    case EventKind::kUndoing:
      if (arguments_.verbosity > 1) {
        const Migration& migration = *event.migration;
        const bool is_down = event.kind == EventKind::kUndoing && migration.down.is_present;
        print(paint(is_down ? migration.down.sql : migration.up.sql, Color::kDim, has_color));
      }
      line_.show(event);
      break;
    case EventKind::kProgress:
      line_.show(event);
      break;
    case EventKind::kApplied:
      print(fmt::format("{}  {}  ({})", paint("applied", Color::kGreen, has_color), name,
                        duration_text(event.duration)));
      break;
    case EventKind::kUndone:
      print(fmt::format("{}  {}  ({})", paint("undone", Color::kYellow, has_color), name,
                        duration_text(event.duration)));
      break;
    case EventKind::kRecorded:
      print(fmt::format("recorded {}  (the database has all that it replaces: {})", name,
                        replaced_text(*event.migration)));
      break;
    case EventKind::kWaiting:
      print(fmt::format("{}  another run is at work: {}",
                        paint("waiting", Color::kYellow, has_color), event.message));
      break;
    case EventKind::kBlocked:
      print(fmt::format("{}  {} waits for {}", paint("blocked", Color::kYellow, has_color), name,
                        event.message));
      break;
    case EventKind::kRetrying:
      print(fmt::format("{} {}{}{}", paint("retrying", Color::kYellow, has_color), name,
                        event.duration.count() > 0 ? " in " + duration_text(event.duration) + ": "
                                                   : std::string(name.empty() ? "" : ": "),
                        event.message));
      break;
    case EventKind::kWarning:
      print_error(
          fmt::format("{} {}", paint("warning:", Color::kYellow, has_color), event.message));
      break;
    case EventKind::kNotice:
      if (arguments_.verbosity > 0) {
        print("  " + event.message);
      }
      break;
    case EventKind::kStatement:
      if (arguments_.verbosity > 0) {
        print(fmt::format("  {}:{}", event.migration->up.file, event.line));
      }
      break;
    default:
      break;
  }
}

void Reporter::clear_line() {
  line_.clear();
}

void Reporter::print(const std::string& line) {
  clear_line();
  std::puts(line.c_str());
  std::fflush(stdout);
}

void Reporter::print_error(const std::string& line) {
  clear_line();
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", line.c_str());
}

void add_to_totals(const Arguments& arguments, const Report& report) {
  if (arguments.totals != nullptr) {
    arguments.totals->applied += report.applied.size();
    arguments.totals->skipped += report.skipped;
    arguments.totals->failed += report.failed;
  }
}

void print_summary(const Arguments& arguments, const Report& report) {
  add_to_totals(arguments, report);
  if (arguments.totals != nullptr && arguments.is_quiet) {
    return;  // the last line is that of all sets
  }
  std::puts(fmt::format("{} applied, {} skipped, {} failed", report.applied.size(), report.skipped,
                        report.failed)
                .c_str());
}

}  // namespace godwit::cli
