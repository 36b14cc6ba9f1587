// SPDX-License-Identifier: Apache-2.0
//
// `stamp`, `baseline`, `forget`, `accept` and `repair`: what changes the history and nothing else.
#include "commands.hpp"
#include "confirm.hpp"
#include "json.hpp"
#include "output.hpp"
#include "signals.hpp"

#include <godwit/maintenance.hpp>

#include <cstdio>
#include <functional>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

using Call = std::function<HistoryReport(Migrator&, const HistoryOptions&)>;

std::string line_of(const HistoryChange& change) {
  return fmt::format("{}  {}", change.name, change.text);
}

void print_why_not(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::kStamp:
    case Command::kBaseline:
      std::puts("all of that is in the history already");
      break;
    case Command::kAccept:
      std::puts(
          arguments.target.empty()
              ? "no applied migration differs from this build"
              : fmt::format("{} is applied as it is in this build", arguments.target).c_str());
      break;
    default:
      break;
  }
}

void print(const Arguments& arguments, const HistoryReport& report, std::string_view done,
           bool is_dry_run) {
  for (const std::string& warning : report.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  if (!arguments.is_quiet) {
    for (const HistoryChange& change : report.changes) {
      std::puts(fmt::format("{}  {}",
                            paint(is_dry_run ? "to do" : done, Color::kYellow, arguments.has_color),
                            line_of(change))
                    .c_str());
      if (arguments.command == Command::kRepair || arguments.verbosity > 1) {
        std::puts(fmt::format("  {}", paint(change.sql, Color::kDim, arguments.has_color)).c_str());
      }
    }
  }
  if (report.changes.empty() && !report.stopped_by && !arguments.is_quiet) {
    print_why_not(arguments);
  }
  if (report.stopped_by) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", report.stopped_by->what());
    std::fflush(stderr);
  }
  std::puts(
      fmt::format("{} {}{}", report.changes.size(), is_dry_run ? "would be " : "", done).c_str());
}

int run(const Arguments& arguments, const MigrationSet& set, std::string_view done,
        const std::string& question, const Call& call) {
  Options options = arguments.options;
  const bool is_repair = arguments.command == Command::kRepair;
  options.dry_run = options.dry_run || (is_repair && !arguments.is_write);
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  const bool is_dry_run = options.dry_run;
  const SignalGuard guard;
  HistoryOptions wanted;
  wanted.verify = arguments.is_verify;
  wanted.only = arguments.is_only;
  wanted.doubt = arguments.took_effect     ? Doubt::kTookEffect
                 : arguments.had_no_effect ? Doubt::kHadNoEffect
                                           : Doubt::kOpen;
  if (can_ask(arguments) && !is_repair) {
    wanted.confirm = [&](const std::vector<HistoryChange>& changes) {
      std::vector<std::string> lines;
      for (const HistoryChange& change : changes) {
        lines.push_back(line_of(change));
      }
      return ask(lines, question);
    };
  }
  Migrator migrator(arguments.conninfo, set, std::move(options));
  const HistoryReport report = call(migrator, wanted);
  if (arguments.is_json) {
    std::puts(json_changes(report, is_dry_run).c_str());
  } else {
    print(arguments, report, done, is_dry_run);
    if (is_repair && !arguments.is_write && !report.changes.empty()) {
      std::puts("nothing was written; `repair --write` does it");
    }
  }
  return report.stopped_by ? static_cast<int>(report.stopped_by->kind()) : 0;
}

}  // namespace

int run_stamp(const Arguments& arguments, const MigrationSet& set) {
  return run(arguments, set, "stamped", "Record them as applied, without running them?",
             [&](Migrator& migrator, const HistoryOptions& wanted) {
               return migrator.stamp(arguments.target, wanted);
             });
}

int run_baseline(const Arguments& arguments, const MigrationSet& set) {
  return run(arguments, set, "stamped", "Record them as applied, without running them?",
             [&](Migrator& migrator, const HistoryOptions& wanted) {
               return migrator.baseline(arguments.target, wanted);
             });
}

int run_forget(const Arguments& arguments, const MigrationSet& set) {
  return run(arguments, set, "forgotten", "Take it out of the history, without undoing it?",
             [&](Migrator& migrator, const HistoryOptions& wanted) {
               return migrator.forget(arguments.target, wanted);
             });
}

int run_accept(const Arguments& arguments, const MigrationSet& set) {
  return run(arguments, set, "accepted", "Take the checksums of this build?",
             [&](Migrator& migrator, const HistoryOptions& wanted) {
               return migrator.accept(arguments.target, wanted);
             });
}

int run_repair(const Arguments& arguments, const MigrationSet& set) {
  return run(arguments, set, "repaired", {}, [](Migrator& migrator, const HistoryOptions& wanted) {
    return migrator.repair(wanted);
  });
}

}  // namespace godwit::cli
