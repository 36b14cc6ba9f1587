// SPDX-License-Identifier: Apache-2.0
//
// `fresh`: shows what there is, asks for a typed phrase with the database's name, deletes, applies.
#include "before_command.hpp"
#include "commands.hpp"
#include "confirm.hpp"
#include "json.hpp"
#include "output.hpp"
#include "reporter.hpp"
#include "signals.hpp"

#include <godwit/database.hpp>

#include <cstdio>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

std::vector<std::string> lines_of(const FreshReport& report) {
  std::vector<std::string> lines;
  for (const FreshReport::Dropped& dropped : report.dropped) {
    // Most of PostgreSQL's words for kinds take an s.
    const bool is_plural = dropped.count != 1;
    const bool ends_in_x = dropped.type.ends_with('x') || dropped.type.ends_with("ss");
    std::string line = fmt::format("  {} {}{}", dropped.count, dropped.type,
                                   !is_plural  ? ""
                                   : ends_in_x ? "es"
                                               : "s");
    if (dropped.type == "schema") {
      line = fmt::format("  schema {}", dropped.schema);
    } else if (!dropped.schema.empty()) {
      line += fmt::format(" in {}", dropped.schema);
    }
    lines.push_back(dropped.bytes == 0 ? line
                                       : fmt::format("{} ({})", line, size_text(dropped.bytes)));
  }
  for (const std::string& left : report.left) {
    lines.push_back(fmt::format("  stays, as it is not this role's: {}", left));
  }
  for (const std::string& session : report.sessions) {
    lines.push_back("  connected: " + session);
  }
  for (const std::string& warning : report.warnings) {
    lines.push_back("warning: " + warning);
  }
  return lines;
}

bool ask_for_phrase(const FreshReport& report) {
  std::fflush(stdout);
  std::fprintf(stderr, "ALL DATA of %s will be deleted:\n", report.database.c_str());
  for (const std::string& line : lines_of(report)) {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  const std::string phrase = "DELETE ALL DATA " + report.name;
  std::fprintf(stderr, "To go on, type: %s\n> ", phrase.c_str());
  std::fflush(stderr);
  return read_line() == phrase;
}

}  // namespace

int run_fresh(const Arguments& arguments, const MigrationSet& set) {
  Reporter progress(arguments, set);
  const SignalGuard guard;
  FreshOptions wanted;
  wanted.name = arguments.yes == "true" ? std::string() : arguments.yes;
  if (can_ask(arguments)) {
    wanted.confirm = ask_for_phrase;
  }
  const bool is_dry_run = arguments.options.dry_run;
  try {
    Migrator migrator(arguments.conninfo, set,
                      progress.listen(with_before_command(arguments, arguments.options)));
    const FreshReport report = migrator.fresh(wanted);
    progress.clear_line();
    if (arguments.is_json) {
      std::puts(json_fresh(report, is_dry_run, nullptr).c_str());
      return 0;
    }
    if (!arguments.is_quiet) {
      std::puts(
          fmt::format("{} {}:", is_dry_run ? "would be deleted of" : "deleted of", report.database)
              .c_str());
      for (const std::string& line : lines_of(report)) {
        std::puts(line.c_str());
      }
    }
    if (!is_dry_run) {
      print_summary(arguments, report.up);
    }
    return 0;
  } catch (const Error& error) {
    progress.clear_line();
    if (arguments.is_json) {
      std::puts(json_fresh({}, is_dry_run, &error).c_str());
    } else {
      std::fflush(stdout);
      std::fprintf(stderr, "%s\n", error.what());
    }
    return static_cast<int>(error.kind());
  }
}

}  // namespace godwit::cli
