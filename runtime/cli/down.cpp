// SPDX-License-Identifier: Apache-2.0
//
// `down` and `redo`.
#include "before_command.hpp"
#include "commands.hpp"
#include "confirm.hpp"
#include "json.hpp"
#include "output.hpp"
#include "reporter.hpp"
#include "signals.hpp"

#include <godwit/maintenance.hpp>

#include <cstdio>
#include <optional>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

DownOptions down_options(const Arguments& arguments, const std::string& verb) {
  DownOptions wanted = down_selection_of(arguments);
  if (can_ask(arguments)) {
    wanted.confirm = [verb](const std::vector<std::string>& names) {
      return ask(names, fmt::format("{} {} {}, in this order?", verb, names.size(),
                                    names.size() == 1 ? "migration" : "migrations"));
    };
  }
  return wanted;
}

void print_planned_down(const Arguments& arguments, const DownReport& report) {
  if (!arguments.is_quiet) {
    for (const DownReport::Undone& planned : report.planned) {
      std::puts(
          fmt::format("{}  {}", paint("to undo", Color::kYellow, arguments.has_color), planned.name)
              .c_str());
    }
  }
  if (arguments.options.dry_run) {
    std::puts(
        fmt::format("{} would be undone on {}", report.planned.size(), report.database).c_str());
  }
}

void print_down_summary(std::size_t undone, int failed) {
  std::puts(fmt::format("{} undone, {} failed", undone, failed).c_str());
}

int fail(const Arguments& arguments, Reporter& progress, const std::optional<Migrator>& migrator,
         const Error& error) {
  if (arguments.is_json) {
    const Report last = migrator ? migrator->partial_report() : Report{};
    const Report up = progress.partial_report();
    DownReport partial;
    partial.undone = progress.undone_list();
    partial.database = last.database;
    partial.run_id = last.run_id;
    partial.duration = last.duration;
    partial.warnings = up.warnings;
    const bool is_redo = arguments.command == Command::kRedo;
    std::puts(json_failed_down(partial, is_redo ? &up : nullptr, error).c_str());
  } else {
    progress.clear_line();
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", error.what());
    std::fflush(stderr);
    const bool is_half_done = arguments.command == Command::kRedo && progress.undone() > 0;
    print_down_summary(progress.undone(),
                       is_half_done || progress.partial_report().failed > 0 ? 1 : 0);
  }
  return static_cast<int>(error.kind());
}

}  // namespace

DownOptions down_selection_of(const Arguments& arguments) {
  DownOptions wanted;
  if (!arguments.to.empty()) {
    wanted.to = arguments.to;
  } else if (const auto count = count_in(arguments.target)) {
    wanted.count = *count;
  } else {
    wanted.to = arguments.target;
  }
  wanted.use_stored = arguments.is_stored;
  return wanted;
}

int run_down(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.is_sql) {
    return run_sql(arguments, set);
  }
  Reporter progress(arguments, set);
  const SignalGuard guard;
  std::optional<Migrator> migrator;
  try {
    migrator.emplace(arguments.conninfo, set,
                     progress.listen(with_before_command(arguments, arguments.options)));
    const DownReport report = migrator->down(down_options(arguments, "Undo"));
    if (arguments.is_json) {
      std::puts(json_down(report).c_str());
      return 0;
    }
    print_planned_down(arguments, report);
    print_down_summary(report.undone.size(), 0);
    return 0;
  } catch (const Error& error) {
    return fail(arguments, progress, migrator, error);
  }
}

int run_redo(const Arguments& arguments, const MigrationSet& set) {
  Reporter progress(arguments, set);
  const SignalGuard guard;
  std::optional<Migrator> migrator;
  try {
    migrator.emplace(arguments.conninfo, set,
                     progress.listen(with_before_command(arguments, arguments.options)));
    const RedoReport report = migrator->redo(down_options(arguments, "Undo and apply again"));
    if (arguments.is_json) {
      std::puts(json_redo(report).c_str());
      return 0;
    }
    print_planned_down(arguments, report.down);
    if (arguments.options.dry_run) {
      print_planned(arguments, report.up);
    }
    print_down_summary(report.down.undone.size(), 0);
    if (!arguments.options.dry_run) {
      print_summary(arguments, report.up);
    }
    return 0;
  } catch (const Error& error) {
    const int exit_code = fail(arguments, progress, migrator, error);
    const Report up = progress.partial_report();
    if (!arguments.is_json && up.applied.size() < progress.undone()) {
      std::fprintf(stderr, "%zu undone and not applied again: `up%s` applies them\n",
                   progress.undone() - up.applied.size(),
                   arguments.options.order == OrderPolicy::kAny ? " --order=any" : "");
    }
    return exit_code;
  }
}

}  // namespace godwit::cli
