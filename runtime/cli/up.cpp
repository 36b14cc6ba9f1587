// SPDX-License-Identifier: Apache-2.0
//
// `up` and `apply`: whatever happens a summary at the end, and the error as the library words it.
#include "before_command.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "reporter.hpp"
#include "signals.hpp"

#include <godwit/database.hpp>

#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

Report run_selected(const Arguments& arguments, Migrator& migrator) {
  const Selection selection = selection_of(arguments);
  switch (selection.part) {
    case Selection::Part::kOnly:
      return migrator.apply(selection.target);
    case Selection::Part::kSeeds:
      return migrator.seed();
    case Selection::Part::kUpTo:
      return migrator.up_to(selection.target);
    case Selection::Part::kNext:
      return migrator.up_next(selection.count);
    case Selection::Part::kAll:
      break;
  }
  return migrator.up();
}

}  // namespace

Selection selection_of(const Arguments& arguments) {
  if (arguments.command == Command::kApply) {
    return {Selection::Part::kOnly, arguments.target, 0};
  }
  if (arguments.command == Command::kSeed) {
    return {Selection::Part::kSeeds, {}, 0};
  }
  if (!arguments.to.empty()) {
    return {Selection::Part::kUpTo, arguments.to, 0};
  }
  if (const auto count = count_in(arguments.target)) {
    return {Selection::Part::kNext, {}, *count};
  }
  if (!arguments.target.empty() && arguments.target != "head") {
    return {Selection::Part::kUpTo, arguments.target, 0};
  }
  return {};
}

void print_planned(const Arguments& arguments, const Report& report) {
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
}

void print_postponed(const Arguments& arguments, const std::vector<const Migration*>& postponed) {
  if (postponed.empty()) {
    return;
  }
  if (!arguments.is_quiet) {
    for (const Migration* migration : postponed) {
      std::puts(fmt::format("{}  {}", paint("postponed", Color::kYellow, arguments.has_color),
                            migration->full_name)
                    .c_str());
    }
  }
  std::puts(fmt::format("{} {} pending until `up --phase=contract`, for when every replica runs "
                        "the new release",
                        postponed.size(), postponed.size() == 1 ? "stays" : "stay")
                .c_str());
}

int run_up(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.is_sql) {
    return run_sql(arguments, set);
  }
  Reporter progress(arguments, set);
  const SignalGuard guard;
  std::optional<Migrator> migrator;
  try {
    Options options = progress.listen(with_before_command(arguments, arguments.options));
    if (options.dry_run) {
      options.assumed = assumed_for(arguments, set);
    }
    if (arguments.creates_database && !options.dry_run &&
        create_database(arguments.conninfo, options) && !arguments.is_quiet && !arguments.is_json) {
      std::puts(paint("created the database", Color::kGreen, arguments.has_color).c_str());
    }
    migrator.emplace(arguments.conninfo, set, options);
    const Report report = run_selected(arguments, *migrator);
    assume(arguments, set, report.planned);
    if (arguments.is_json) {
      add_to_totals(arguments, report);
      std::puts(json_report(report, nullptr).c_str());
      return 0;
    }
    print_planned(arguments, report);
    print_postponed(arguments, report.postponed);
    print_summary(arguments, report);
    return 0;
  } catch (const Error& error) {
    Report report = progress.partial_report();
    report.failed = 1;  // also where no migration was even begun
    if (migrator) {
      const Report& partial = migrator->partial_report();
      report.run_id = partial.run_id;
      report.database = partial.database;
      report.skipped = partial.skipped;
      report.duration = partial.duration;
    }
    if (arguments.is_json) {
      add_to_totals(arguments, report);
      std::puts(json_report(report, &error).c_str());
    } else {
      progress.clear_line();
      std::fflush(stdout);
      std::fprintf(stderr, "%s\n", error.what());
      std::fflush(stderr);
      print_summary(arguments, report);
    }
    return static_cast<int>(error.kind());
  }
}

}  // namespace godwit::cli
