// SPDX-License-Identifier: Apache-2.0
//
// `up`, the command that writes: a line for each migration as it is applied, whatever happens a
// summary at the end, and the error as the library words it.
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "signals.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

// Turns events into lines, and remembers what a failed run had done.
class Progress {
 public:
  Progress(const Arguments& arguments, const MigrationSet& set)
      : arguments_(arguments), set_(set), line_(arguments.has_color) {}

  void on_event(const Event& event) {
    remember(event);
    if (arguments_.is_json) {
      print(json_event(event));
    } else if (!arguments_.is_quiet) {
      show(event);
    }
  }

  void clear() { line_.clear(); }

  /// A migration that was under way when the run ended has failed, whoever's fault it was.
  Report partial_report() const {
    Report report = report_;
    report.failed = report.failed > 0 || is_under_way_ ? 1 : 0;
    return report;
  }

 private:
  void remember(const Event& event) {
    if (event.kind == EventKind::kApplying) {
      is_under_way_ = true;
    } else if (event.kind == EventKind::kApplied) {
      is_under_way_ = false;
    }
    if (event.kind == EventKind::kStarted) {
      report_.skipped = set_.migrations.size() - event.count;
    } else if (event.kind == EventKind::kApplied) {
      report_.applied.push_back({event.migration, event.duration});
    } else if (event.kind == EventKind::kFailed) {
      report_.failed = 1;
    } else if (event.kind == EventKind::kWarning) {
      report_.warnings.push_back(event.message);
    }
  }

  void show(const Event& event) {
    const bool has_color = arguments_.has_color;
    const std::string name =
        event.migration == nullptr ? std::string{} : std::string(event.migration->full_name);
    switch (event.kind) {
      case EventKind::kApplying:
        if (arguments_.verbosity > 1) {
          print(paint(event.migration->up.sql, Color::kDim, has_color));
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

  void print(const std::string& line) {
    line_.clear();
    std::puts(line.c_str());
    std::fflush(stdout);
  }

  void print_error(const std::string& line) {
    line_.clear();
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", line.c_str());
  }

  const Arguments& arguments_;
  const MigrationSet& set_;
  ProgressLine line_;
  bool is_under_way_ = false;
  Report report_;
};

void print_summary(const Report& report) {
  std::puts(fmt::format("{} applied, {} skipped, {} failed", report.applied.size(), report.skipped,
                        report.failed)
                .c_str());
}

}  // namespace

int run_up(const Arguments& arguments, const MigrationSet& set) {
  Progress progress(arguments, set);
  Options options = arguments.options;
  options.on_event = [&](const Event& event) { progress.on_event(event); };
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  const SignalGuard guard;
  try {
    const Report report = migrate(arguments.conninfo, set, std::move(options));
    if (arguments.is_json) {
      std::puts(json_report(report, nullptr).c_str());
      return 0;
    }
    if (!arguments.is_quiet) {
      for (const Migration* migration : report.planned) {
        std::puts(fmt::format("{}  {}", paint("pending", Color::kYellow, arguments.has_color),
                              migration->full_name)
                      .c_str());
      }
    }
    if (arguments.options.dry_run) {
      std::puts(
          fmt::format("{} would be applied to {}", report.planned.size(), report.database).c_str());
    }
    print_summary(report);
    return 0;
  } catch (const Error& error) {
    const Report report = progress.partial_report();
    if (arguments.is_json) {
      std::puts(json_report(report, &error).c_str());
    } else {
      progress.clear();
      std::fflush(stdout);
      std::fprintf(stderr, "%s\n", error.what());
      std::fflush(stderr);
      print_summary(report);
    }
    return static_cast<int>(error.kind());
  }
}

}  // namespace godwit::cli
