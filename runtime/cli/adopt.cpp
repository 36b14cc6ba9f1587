// SPDX-License-Identifier: Apache-2.0
//
// `adopt`: what the other tool has applied, what of it this build has, and what becomes of it.
#include "commands.hpp"
#include "confirm.hpp"
#include "json.hpp"
#include "output.hpp"
#include "signals.hpp"

#include <godwit/adopt.hpp>

#include <cstdio>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

std::string verdict_text(const AdoptedMigration& entry) {
  if (entry.is_to_run_again) {
    return "`up` applies it again";
  }
  switch (entry.checksum) {
    case ChecksumVerdict::kHolds:
      return "checksum holds";
    case ChecksumVerdict::kDiffers:
      return fmt::format("checksum differs: {} there", entry.other_checksum);
    case ChecksumVerdict::kNotCompared:
      break;
  }
  return "";
}

/// Without fractions of a second.
std::string short_moment(std::string moment) {
  const std::size_t point = moment.find('.');
  if (point != std::string::npos) {
    moment.erase(point, moment.find_first_of("+-", point) - point);
  }
  return moment;
}

/// What is shown before the question, and as the answer.
std::vector<std::string> lines_of(const AdoptReport& report, bool has_color) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}, by {}{}", report.title, report.table,
                              report.is_in_place ? ", which becomes godwit's own" : ""));
  Table table({"STATE", "MIGRATION", "THERE", "APPLIED AT", "NOTE"});
  for (const AdoptedMigration& entry : report.matched) {
    const bool differs = entry.checksum == ChecksumVerdict::kDiffers && !entry.is_to_run_again;
    table.add({entry.is_recorded ? "recorded" : "matched", std::string(entry.migration->full_name),
               entry.known_as, short_moment(entry.applied_at), verdict_text(entry)},
              differs ? Color::kRed : Color::kGreen);
  }
  for (const std::string& name : report.unknown) {
    table.add({"unknown", "", name, "", "not in this build"}, Color::kRed);
  }
  for (const Migration* migration : report.missing) {
    table.add({"missing", std::string(migration->full_name), "", "", "not applied there"},
              Color::kYellow);
  }
  for (std::string& line : table.lines(has_color)) {
    lines.push_back(std::move(line));
  }
  return lines;
}

void print(const Arguments& arguments, const AdoptReport& report) {
  for (const std::string& warning : report.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  if (!arguments.is_quiet && !report.tool.empty()) {
    for (const std::string& line : lines_of(report, arguments.has_color)) {
      std::puts(line.c_str());
    }
  }
  if (report.stopped_by) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", report.stopped_by->what());
    return;
  }
  if (report.adopted == 0 && !report.is_in_place) {
    std::puts(report.tool.empty()
                  ? "nothing to adopt: no table of another tool is left"
                  : fmt::format("nothing to adopt: {} of {} are in {}", report.matched.size(),
                                report.table, report.history_table)
                        .c_str());
    return;
  }
  std::puts(fmt::format("{} {}adopted, {} unknown, {} missing", report.adopted,
                        arguments.options.dry_run ? "would be " : "", report.unknown.size(),
                        report.missing.size())
                .c_str());
}

}  // namespace

int run_adopt(const Arguments& arguments, const MigrationSet& set) {
  Options options = arguments.options;
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  const SignalGuard guard;
  AdoptOptions wanted;
  wanted.from = arguments.adopt_from;
  wanted.table = arguments.table;
  wanted.allow_unknown = arguments.allows_unknown;
  if (can_ask(arguments)) {
    wanted.confirm = [&](const AdoptReport& report) {
      std::vector<std::string> lines = lines_of(report, arguments.has_color);
      lines.insert(lines.begin(), report.warnings.begin(), report.warnings.end());
      return ask(lines, fmt::format("Record {} as applied, without running them?", report.adopted));
    };
  }
  Migrator migrator(arguments.conninfo, set, std::move(options));
  const AdoptReport report = migrator.adopt(wanted);
  if (arguments.is_json) {
    std::puts(json_adopt(report, arguments.options.dry_run).c_str());
  } else {
    print(arguments, report);
  }
  return report.stopped_by ? static_cast<int>(report.stopped_by->kind()) : 0;
}

}  // namespace godwit::cli
