// SPDX-License-Identifier: Apache-2.0
//
// verify: the verify sections of all that is applied, then the schema that it adds up to.
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"

#include <godwit/maintenance.hpp>

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

void print(const std::string& line) {
  std::puts(line.c_str());
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += text.empty() ? "" : ", ";
    text += name;
  }
  return text;
}

void print_sections(const Arguments& arguments, const VerifyReport& report) {
  if (!arguments.is_quiet) {
    for (const Migration* migration : report.held) {
      print(fmt::format("{}  {}", paint("holds", Color::kGreen, arguments.has_color),
                        migration->full_name));
    }
  }
  std::fflush(stdout);
  for (const Error& error : report.failures) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::fflush(stderr);
  print(fmt::format("{} verified, {} failed, {} without a verify section", report.held.size(),
                    report.failures.size(), report.unchecked.size()));
}

void print_list(const Arguments& arguments, const char* word,
                const std::vector<std::string>& objects) {
  for (const std::string& object : objects) {
    print(fmt::format("{} {}", paint(word, Color::kDim, arguments.has_color), object));
  }
}

void print_schema(const Arguments& arguments, const SchemaReport& report) {
  if (report.compared == 0 && report.uncertain.empty()) {
    return;  // nothing that is applied makes anything
  }
  const std::string differs = paint("differs:", Color::kRed, arguments.has_color);
  if (!report.missing_tables.empty()) {
    print(fmt::format("{} expected {} tables, found {}, missing: {}", differs,
                      report.expected_tables, report.found_tables, joined(report.missing_tables)));
  }
  for (const SchemaDifference& difference : report.differences) {
    const bool is_told = difference.found.empty() && difference.object.rfind("table ", 0) == 0;
    if (!is_told) {
      print(fmt::format("{} {}", differs, difference.text));
    }
  }
  for (const SchemaDifference& difference : report.doubtful) {
    print(fmt::format("{} {} ({} may have done so)",
                      paint("perhaps:", Color::kYellow, arguments.has_color), difference.text,
                      difference.doubt));
  }
  if (arguments.verbosity > 0) {
    print_list(arguments, "not compared:", report.uncertain);
    print_list(arguments, "not of this set:", report.unknown);
  }
  std::string last =
      fmt::format("schema: {} compared, {} {}", report.compared, report.differences.size(),
                  report.differences.size() == 1 ? "differs" : "differ");
  if (!report.doubtful.empty()) {
    last += fmt::format(", {} perhaps", report.doubtful.size());
  }
  if (!report.uncertain.empty()) {
    last += fmt::format(", {} not compared", report.uncertain.size());
  }
  if (!report.unknown.empty()) {
    last += fmt::format(", {} not of this set", report.unknown.size());
  }
  const bool has_more = !report.uncertain.empty() || !report.unknown.empty();
  print(last + (has_more && arguments.verbosity == 0 ? " (-v lists them)" : ""));
}

}  // namespace

int run_verify(const Arguments& arguments, const MigrationSet& set) {
  Migrator migrator(arguments.conninfo, set, arguments.options);
  const VerifyReport sections = migrator.verify();
  const SchemaReport schema = migrator.compare_schema();
  const bool is_good = sections.failures.empty() && schema.differences.empty();
  const int exit_code = is_good ? 0 : static_cast<int>(ErrorKind::kVerifyFailed);
  if (arguments.is_json) {
    print(json_verify(sections, schema, exit_code));
    return exit_code;
  }
  print_sections(arguments, sections);
  print_schema(arguments, schema);
  const Status status = migrator.status();
  if (status.count(State::kApplied) + status.count(State::kCovered) == 0) {
    print(fmt::format("nothing is applied, {} pending: there was nothing to verify",
                      status.count(State::kPending)));
  }
  return exit_code;
}

}  // namespace godwit::cli
