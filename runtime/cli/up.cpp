// SPDX-License-Identifier: Apache-2.0
//
// `up` and `apply`: whatever happens a summary at the end, and the error as the library words it.
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "reporter.hpp"
#include "signals.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

Report run_selected(const Arguments& arguments, Migrator& migrator) {
  if (arguments.command == Command::kApply) {
    return migrator.apply(arguments.target);
  }
  if (!arguments.to.empty()) {
    return migrator.up_to(arguments.to);
  }
  if (const auto count = count_in(arguments.target)) {
    return migrator.up_next(*count);
  }
  if (!arguments.target.empty() && arguments.target != "head") {
    return migrator.up_to(arguments.target);
  }
  return migrator.up();
}

}  // namespace

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

namespace {

void print_postponed(const Arguments& arguments, const Report& report) {
  if (report.postponed.empty()) {
    return;
  }
  if (!arguments.is_quiet) {
    for (const Migration* migration : report.postponed) {
      std::puts(fmt::format("{}  {}", paint("postponed", Color::kYellow, arguments.has_color),
                            migration->full_name)
                    .c_str());
    }
  }
  std::puts(fmt::format("{} stay pending until `up --phase=contract`, for when every replica runs "
                        "the new release",
                        report.postponed.size())
                .c_str());
}

}  // namespace

int run_up(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.is_sql) {
    return run_sql(arguments, set);
  }
  Reporter progress(arguments, set);
  const SignalGuard guard;
  try {
    Migrator migrator(arguments.conninfo, set, progress.listen(arguments.options));
    const Report report = run_selected(arguments, migrator);
    if (arguments.is_json) {
      std::puts(json_report(report, nullptr).c_str());
      return 0;
    }
    print_planned(arguments, report);
    print_postponed(arguments, report);
    print_summary(report);
    return 0;
  } catch (const Error& error) {
    const Report report = progress.partial_report();
    if (arguments.is_json) {
      std::puts(json_report(report, &error).c_str());
    } else {
      progress.clear_line();
      std::fflush(stdout);
      std::fprintf(stderr, "%s\n", error.what());
      std::fflush(stderr);
      print_summary(report);
    }
    return static_cast<int>(error.kind());
  }
}

}  // namespace godwit::cli
