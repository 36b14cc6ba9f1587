// SPDX-License-Identifier: Apache-2.0
//
// One set over many schemas: a line for each that something was done to, the errors at the end,
// and the sum as the last line.
#include "before_command.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "reporter.hpp"
#include "signals.hpp"

#include <godwit/schemas.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

// The worst first: what a human has to look at before what time heals.
constexpr std::array kWorst = {
    ErrorKind::kInterrupted,   ErrorKind::kOutcomeUnknown, ErrorKind::kPartiallyApplied,
    ErrorKind::kNewerDatabase, ErrorKind::kDrift,          ErrorKind::kFailed,
    ErrorKind::kVerifyFailed,  ErrorKind::kReadOnly,       ErrorKind::kUsage,
    ErrorKind::kCannotConnect, ErrorKind::kBusy,           ErrorKind::kPending};

class Worst {
 public:
  void add(ErrorKind kind) {
    const auto place = std::find(kWorst.begin(), kWorst.end(), kind);
    if (place < worst_) {
      worst_ = place;
    }
  }
  int exit_code() const { return worst_ == kWorst.end() ? 0 : static_cast<int>(*worst_); }

 private:
  decltype(kWorst)::const_iterator worst_ = kWorst.end();
};

[[noreturn]] void refuse(std::string message, std::string hint = {}) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  throw Error(ErrorKind::kUsage, std::move(detail));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += text.empty() ? "" : ", ";
    text += name;
  }
  return text;
}

void warn_of_unmatched(const Arguments& arguments, const std::vector<std::string>& patterns) {
  if (!patterns.empty() && !arguments.is_json) {
    std::fprintf(stderr, "warning: no schema matches %s\n", joined(patterns).c_str());
  }
}

std::string tenants(std::size_t count) {
  return fmt::format("{} tenant{}", count, count == 1 ? "" : "s");
}

/// Events and results in lines.
class SchemasReporter {
 public:
  explicit SchemasReporter(const Arguments& arguments)
      : arguments_(arguments), line_(arguments.has_color) {}

  SchemasOptions options() {
    SchemasOptions how;
    how.jobs = arguments_.jobs;
    how.selection = selection_of(arguments_);
    how.on_checked = [this](const SchemasStatus& status) {
      behind_ = static_cast<std::size_t>(
          std::count_if(status.schemas.begin(), status.schemas.end(),
                        [](const SchemaStatus& schema) { return !schema.is_current; }));
      line_.show(0, behind_, tenants(behind_));
    };
    how.on_event = [this](const std::string& schema, const Event& event) { show(schema, event); };
    how.on_result = [this](const SchemaResult& result) { show(result); };
    return how;
  }

  void clear() { line_.clear(); }

 private:
  void print(const std::string& line) {
    line_.clear();
    std::puts(line.c_str());
    std::fflush(stdout);
  }

  void show(const std::string& schema, const Event& event) {
    if (arguments_.is_json) {
      print(json_event(event, schema));
      return;
    }
    if (event.kind == EventKind::kWarning) {
      line_.clear();
      std::fprintf(stderr, "%s %s: %s\n",
                   paint("warning:", Color::kYellow, arguments_.has_color).c_str(), schema.c_str(),
                   event.message.c_str());
    }
    if (arguments_.is_quiet) {
      return;
    }
    const std::string_view name =
        event.migration == nullptr ? std::string_view("") : event.migration->full_name;
    switch (event.kind) {
      case EventKind::kWaiting:
      case EventKind::kBlocked:
      case EventKind::kRetrying: {
        const std::string_view word = event.kind == EventKind::kWaiting   ? "waiting "
                                      : event.kind == EventKind::kBlocked ? "blocked "
                                                                          : "retrying";
        print(fmt::format("{}  {}{}{}: {}", paint(word, Color::kYellow, arguments_.has_color),
                          schema, name.empty() ? "" : "  ", name, event.message));
        break;
      }
      case EventKind::kApplied:
        if (arguments_.verbosity > 0) {
          print(fmt::format("{}   {}  {}  ({})",
                            paint("applied", Color::kGreen, arguments_.has_color), schema, name,
                            duration_text(event.duration)));
        }
        break;
      case EventKind::kNotice:
        if (arguments_.verbosity > 0) {
          print(fmt::format("  {}: {}", schema, event.message));
        }
        break;
      default:
        break;
    }
    line_.show(done_, behind_, fmt::format("{} ({} of {})", schema, done_ + 1, behind_));
  }

  void show(const SchemaResult& result) {
    ++done_;
    if (arguments_.is_json) {
      print(json_schema_result(result));
      return;
    }
    if (!arguments_.is_quiet && result.outcome != SchemaOutcome::kNotReached) {
      const std::size_t planned = result.report.planned.size();
      const std::string text = planned > 0
                                   ? fmt::format("{} would be applied", planned)
                                   : fmt::format("{} applied, {}", result.report.applied.size(),
                                                 duration_text(result.report.duration));
      print(fmt::format("{}  {}  ({})",
                        paint(fmt::format("{:<8}", outcome_name(result.outcome)),
                              outcome_color(result.outcome), arguments_.has_color),
                        result.schema, text));
    }
    line_.show(done_, behind_, tenants(behind_));
  }

  const Arguments& arguments_;
  ProgressLine line_;
  std::size_t behind_ = 0;
  std::size_t done_ = 0;
};

// The same error of many tenants is said once.
void print_errors(const SchemasReport& report) {
  std::vector<std::pair<std::string, std::vector<std::string>>> errors;
  std::vector<std::string> not_reached;
  for (const SchemaResult& result : report.schemas) {
    if (result.outcome == SchemaOutcome::kNotReached && !result.error) {
      not_reached.push_back(result.schema);
    } else if (result.error && result.outcome != SchemaOutcome::kGone) {
      const std::string text = result.error->what();
      auto known = std::find_if(errors.begin(), errors.end(),
                                [&](const auto& entry) { return entry.first == text; });
      if (known == errors.end()) {
        known = errors.insert(errors.end(), {text, {}});
      }
      known->second.push_back(result.schema);
    }
  }
  std::fflush(stdout);
  for (const auto& [text, names] : errors) {
    std::fprintf(stderr, "in %s:\n%s\n", joined(names).c_str(), text.c_str());
  }
  if (!not_reached.empty()) {
    std::fprintf(stderr, "not reached: %s\nhint: run the command again, which goes on there\n",
                 joined(not_reached).c_str());
  }
  std::fflush(stderr);
}

void print_sum(const SchemasReport& report, bool is_dry_run) {
  std::string text = fmt::format("{}: {} up to date", tenants(report.schemas.size()),
                                 report.count(SchemaOutcome::kCurrent));
  const auto add = [&](SchemaOutcome outcome, std::string_view words, bool is_always) {
    const std::size_t count = report.count(outcome);
    if (count > 0 || is_always) {
      text += fmt::format(", {} {}", count, words);
    }
  };
  add(SchemaOutcome::kPlanned, "would be migrated", is_dry_run);
  add(SchemaOutcome::kMigrated, "migrated", !is_dry_run);
  add(SchemaOutcome::kFailed, "failed", true);
  add(SchemaOutcome::kGone, "gone", false);
  add(SchemaOutcome::kNotReached, "not reached", false);
  std::puts(text.c_str());
}

int up(const Arguments& arguments, const MigrationSet& set) {
  Options options = with_before_command(arguments, arguments.options);
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  if (options.dry_run) {
    options.assumed = assumed_for(arguments, set);
  }
  SchemasReporter reporter(arguments);
  const SignalGuard guard;
  const SchemasReport report =
      migrate_schemas(arguments.conninfo, set, arguments.schemas, reporter.options(), options);
  reporter.clear();
  Worst worst;
  Report sum;
  for (const SchemaResult& result : report.schemas) {
    sum.applied.insert(sum.applied.end(), result.report.applied.begin(),
                       result.report.applied.end());
    sum.skipped +=
        result.outcome == SchemaOutcome::kCurrent ? set.migrations.size() : result.report.skipped;
    sum.failed += result.outcome == SchemaOutcome::kFailed ? 1 : 0;
    if (result.error && result.outcome != SchemaOutcome::kGone) {
      worst.add(result.error->kind());
    }
  }
  for (const SchemaResult& result : report.schemas) {
    assume(arguments, set, result.report.planned);
  }
  if (report.is_interrupted) {
    worst.add(ErrorKind::kInterrupted);
  }
  add_to_totals(arguments, sum);
  if (arguments.is_json) {
    std::puts(json_schemas_report(report, worst.exit_code()).c_str());
    return worst.exit_code();
  }
  warn_of_unmatched(arguments, report.unmatched);
  print_errors(report);
  print_sum(report, options.dry_run);
  return worst.exit_code();
}

int status(const Arguments& arguments, const MigrationSet& set) {
  Options options = arguments.options;
  options.assumed = assumed_for(arguments, set);
  const SchemasStatus status = check_schemas(arguments.conninfo, set, arguments.schemas, options);
  const bool is_check = arguments.command == Command::kCheck;
  Worst worst;
  std::size_t current = 0;
  std::size_t refused = 0;
  for (const SchemaStatus& schema : status.schemas) {
    current += schema.is_current ? 1 : 0;
    refused += schema.error ? 1 : 0;
    if (is_check && schema.error) {
      worst.add(schema.error->kind());
    } else if (is_check && schema.pending > 0) {
      worst.add(ErrorKind::kPending);
    }
  }
  if (std::any_of(status.schemas.begin(), status.schemas.end(),
                  [](const SchemaStatus& schema) { return schema.pending > 0; })) {
    std::vector<const Migration*> all;
    for (const Migration& migration : set.migrations) {
      all.push_back(&migration);
    }
    assume(arguments, set, all);
  }
  if (arguments.is_json) {
    std::puts(json_schemas(status, worst.exit_code()).c_str());
    return worst.exit_code();
  }
  warn_of_unmatched(arguments, status.unmatched);
  if (!arguments.is_quiet) {
    if (!is_check) {
      std::puts(status.database.c_str());
      std::puts(fmt::format("set {}, {} migrations, digest {}\n", set.name, set.migrations.size(),
                            set.digest.substr(0, 12))
                    .c_str());
    }
    Table table({"TENANT", "STATE", "LAST", "BEHIND BY"});
    bool has_lines = false;
    for (const SchemaStatus& schema : status.schemas) {
      if (is_check && schema.is_current) {
        continue;
      }
      has_lines = true;
      table.add({schema.schema, std::string(schema_state_name(schema)),
                 schema.last == nullptr ? "" : std::string(schema.last->full_name),
                 schema.pending == 0 ? "" : std::to_string(schema.pending)},
                schema.error        ? Color::kRed
                : schema.is_current ? Color::kGreen
                                    : Color::kYellow);
    }
    if (has_lines) {
      table.print(arguments.has_color);
      std::puts("");
    }
    for (const SchemaStatus& schema : status.schemas) {
      if (schema.error) {
        std::puts(fmt::format("{}: {}", schema.schema, schema.error->detail().message).c_str());
      }
    }
  }
  std::puts(fmt::format("{}: {} up to date, {} behind{}", tenants(status.schemas.size()), current,
                        status.schemas.size() - current - refused,
                        refused > 0 ? fmt::format(", {} refused", refused) : std::string())
                .c_str());
  return worst.exit_code();
}

int wait(const Arguments& arguments, const MigrationSet& set) {
  const SignalGuard guard;
  const SchemasStatus status =
      wait_until_current(arguments.conninfo, set, arguments.schemas, options_of_wait(arguments));
  if (arguments.is_json) {
    std::puts(json_schemas(status, 0).c_str());
    return 0;
  }
  warn_of_unmatched(arguments, status.unmatched);
  if (!arguments.is_quiet) {
    std::puts(fmt::format("{}: all up to date", tenants(status.schemas.size())).c_str());
  }
  return 0;
}

}  // namespace

int run_on_schemas(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.is_rehearsal || arguments.is_sql || arguments.creates_database) {
    refuse(fmt::format("{} is not for many schemas", arguments.is_rehearsal ? "--rehearse"
                                                     : arguments.is_sql     ? "--sql"
                                                                            : "--create-db"),
           arguments.creates_database ? "a new database has no schemas yet: make them first"
                                      : "name one with --schema");
  }
  switch (arguments.command) {
    case Command::kUp:
      return up(arguments, set);
    case Command::kStatus:
    case Command::kCheck:
      return status(arguments, set);
    case Command::kWait:
      return wait(arguments, set);
    default:
      refuse("--schemas is for up, check, status and wait",
             "this command is about one schema: name it with --schema");
  }
}

void refuse_schema(const Arguments& arguments) {
  if (arguments.options.schema.empty()) {
    return;
  }
  if (arguments.creates_database) {
    refuse("--create-db makes a database without the schema", "make both first, then run `up`");
  }
}

}  // namespace godwit::cli
