// SPDX-License-Identifier: Apache-2.0
//
// The commands that only read.
#include "commands.hpp"

#include "batch_text.hpp"
#include "json.hpp"
#include "output.hpp"
#include "references.hpp"
#include "signals.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>

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
  return text.empty() ? "none" : text;
}

std::string took(const HistoryRow& row) {
  return row.execution_time_ms ? duration_text(std::chrono::milliseconds{*row.execution_time_ms})
                               : std::string{};
}

std::string counts(const Status& status) {
  std::string text = fmt::format("{} applied, {} pending", status.count(State::kApplied),
                                 status.count(State::kPending));
  for (const State state : {State::kPartial, State::kDrifted, State::kUnknown, State::kReplaced,
                            State::kCovered, State::kNewer}) {
    if (status.count(state) > 0) {
      text += fmt::format(", {} {}", status.count(state), state_name(state));
    }
  }
  return text;
}

std::string server_text(const Status& status) {
  return fmt::format("{}, PostgreSQL {}.{}{}{}", status.database, status.server_version / 10000,
                     status.server_version % 10000, status.is_standby ? ", a standby" : "",
                     status.is_pooled ? ", through a pooler" : "");
}

Status read_status(const Arguments& arguments, const MigrationSet& set) {
  return Migrator(arguments.conninfo, set, arguments.options).status();
}

bool is_meant(const MigrationStatus& entry, const std::string& target) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), number);
  const bool is_number = error == std::errc{} && end == target.data() + target.size();
  if (entry.migration == nullptr) {
    return entry.row->migration_name == target || (is_number && entry.row->version == number);
  }
  const Migration& migration = *entry.migration;
  if (is_number && migration.has_version() && migration.version == number) {
    return true;
  }
  const auto& aliases = migration.aliases;
  return migration.full_name == target || migration.name == target ||
         (!migration.tag.empty() && "@" + std::string(migration.tag) == target) ||
         std::find(aliases.begin(), aliases.end(), target) != aliases.end();
}

std::string aliases_of(const Migration& migration) {
  std::string text;
  for (const std::string_view alias : migration.aliases) {
    text += (text.empty() ? "" : ", ") + std::string(alias);
  }
  return text;
}

std::string up_to_date(std::size_t count) {
  return fmt::format("up to date: {} {} applied", count,
                     count == 1 ? "migration is" : "migrations are");
}

// The last migration that is none of the seeds, which stand behind all others.
const Migration& head_of(const MigrationSet& set) {
  const auto seed = std::find_if(set.migrations.begin() + 1, set.migrations.end(),
                                 [](const Migration& one) { return one.kind == Kind::kSeed; });
  return *(seed - 1);
}

[[noreturn]] void refuse_place(const std::string& target, std::string_view why) {
  ErrorDetail detail;
  detail.message = fmt::format("\"{}\" is {}", target, why);
  detail.hint = "name a migration; `list` shows all";
  throw Error(ErrorKind::kUsage, std::move(detail));
}

// The migration at a place that depends on the database, as for up(); any other target as it is.
std::string name_of_place(const Status& status, const MigrationSet& set,
                          const std::string& target) {
  if ((target == "head" || target == "heads") && !set.migrations.empty()) {
    return std::string(head_of(set).full_name);
  }
  if (target == "base") {
    refuse_place(target, "before the first migration");
  }
  const bool is_step = target.size() > 1 && (target.front() == '+' || target.front() == '-');
  const auto steps = is_step                ? count_in(target.substr(1))
                     : target == "previous" ? std::optional<std::size_t>(1)
                                            : std::nullopt;
  if (!steps) {
    return target;
  }
  std::size_t left = *steps;
  const auto& entries = status.migrations;
  if (target.front() == '+') {
    for (const MigrationStatus& entry : entries) {
      const bool is_pending = entry.state == State::kPending || entry.state == State::kPartial;
      if (is_pending && entry.migration != nullptr && entry.migration->kind != Kind::kSeed &&
          --left == 0) {
        return std::string(entry.migration->full_name);
      }
    }
    refuse_place(target, "beyond the last one");
  }
  for (std::size_t i = entries.size(); i > 1; --i) {
    const MigrationStatus& entry = entries[i - 1];
    const bool is_applied = entry.migration != nullptr && entry.row &&
                            entry.row->state == "applied" && entry.migration->has_version();
    if (is_applied && --left == 0) {
      return std::string(entries[i - 2].migration->full_name);
    }
  }
  refuse_place(target, "before the first migration");
}

// What a step outside a transaction, or the whole, looks like from outside.
std::string transaction_text(const Migration& migration) {
  return migration.up.is_transactional
             ? std::string("in a transaction")
             : fmt::format("outside a transaction, {} steps", migration.up.steps.size());
}

void print_field(std::string_view name, std::string_view text) {
  if (!text.empty()) {
    print(fmt::format("{:<14}{}", name, text));
  }
}

void print_sections(const Migration& migration) {
  const auto show = [](std::string_view name, std::string_view file, std::string_view sql) {
    if (!sql.empty()) {
      print(fmt::format("\n-- {} ({})\n{}", name, file, sql));
    }
  };
  show("require", migration.require.file, migration.require.sql);
  show("up", migration.up.file, migration.up.sql);
  show("verify", migration.verify.file, migration.verify.sql);
  show("down", migration.down.file, migration.down.sql);
}

}  // namespace

std::optional<std::size_t> count_in(const std::string& target) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), count);
  if (target.empty() || target.front() == '0' || error != std::errc{} ||
      end != target.data() + target.size()) {
    return std::nullopt;
  }
  return count;
}

int run_status(const Arguments& arguments, const MigrationSet& set) {
  const Status status = read_status(arguments, set);
  if (arguments.is_json) {
    print(json_status(set, status));
    return 0;
  }
  if (!arguments.is_quiet) {
    print(server_text(status));
    const std::string& schema = arguments.options.schema;
    print(fmt::format("set {}{}, {} migrations, digest {}", set.name,
                      schema.empty() ? std::string() : fmt::format(" in the schema {}", schema),
                      set.migrations.size(), set.digest.substr(0, 12)));
    if (!status.has_history) {
      print("no history table yet: nothing was ever applied here");
    }
    print("");
    Table table({"MIGRATION", "STATE", "APPLIED AT", "BY", "TOOK", "DESCRIPTION"});
    for (const MigrationStatus& entry : status.migrations) {
      const bool has_row = entry.row.has_value();
      std::string state(state_name(entry.state));
      if (entry.state == State::kPartial) {
        state = fmt::format("{} {}/{}", entry.row->state == "undoing" ? "undoing" : state,
                            entry.row->step, entry.row->steps);
        const std::string progress = batch_progress(*entry.row);
        state += progress.empty() ? "" : ", " + progress;
      }
      if (entry.state == State::kNewer) {
        state = "of a newer release";
      }
      table.add({name_of(entry), state, has_row ? entry.row->executed_at : "",
                 has_row ? entry.row->applied_by : "", has_row ? took(*entry.row) : "",
                 entry.migration != nullptr ? std::string(entry.migration->description)
                                            : entry.row->description},
                state_color(entry.state));
    }
    table.print(arguments.has_color);
    for (const MigrationStatus& entry : status.migrations) {
      if (!entry.last_failure.empty()) {
        print(fmt::format("{}: last failure {}", name_of(entry), entry.last_failure));
      }
    }
    print("");
  }
  print(counts(status));
  return 0;
}

int run_list(const Arguments& arguments, const MigrationSet& set) {
  const Status status = read_status(arguments, set);
  if (arguments.is_json) {
    print(json_status(set, status));
    return 0;
  }
  for (const MigrationStatus& entry : status.migrations) {
    print(fmt::format("{}  {}",
                      paint(state_name(entry.state), state_color(entry.state), arguments.has_color),
                      name_of(entry)));
  }
  return 0;
}

int run_info(const Arguments& arguments, const MigrationSet& set) {
  const Status status = read_status(arguments, set);
  const std::string target = name_of_place(status, set, arguments.target);
  const auto found =
      std::find_if(status.migrations.begin(), status.migrations.end(),
                   [&](const MigrationStatus& entry) { return is_meant(entry, target); });
  if (found == status.migrations.end()) {
    ErrorDetail detail;
    detail.message = fmt::format("there is no migration \"{}\"", arguments.target);
    detail.hint = "`list` shows all";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  if (arguments.is_json) {
    print(json_info(set, status,
                    static_cast<std::size_t>(std::distance(status.migrations.begin(), found)),
                    arguments.is_sql));
    return 0;
  }
  print_field("Migration", name_of(*found));
  print_field("State",
              paint(state_name(found->state), state_color(found->state), arguments.has_color));
  if (found->migration != nullptr) {
    const Migration& migration = *found->migration;
    print_field("Description", migration.description);
    print_field("Purpose", migration.purpose);
    print_field("Author", migration.author);
    print_field("Created", migration.created);
    print_field("Tag", migration.tag);
    print_field("Alias", aliases_of(migration));
    print_field("File", migration.up.file);
    print_field("Checksum", migration.checksum);
    print_field("Dependencies", joined(dependencies_of(set, migration)));
    print_field("Dependants", joined(dependants_of(set, migration)));
    print_field("Replaces", replaced_text(migration));
    print_field("Replaced by", squash_name(set, migration));
    print_field("Seed", migration.seed);
    print_field("Phase", phase_name(migration.phase));
    print_field("Runs", transaction_text(migration));
    print_field("Idempotent", migration.is_idempotent ? "yes" : "not claimed");
    print_field("Breaking", migration.is_breaking ? "yes: older builds refuse to start on it" : "");
    print_field("Down", migration.down.is_present ? std::string("yes")
                        : !migration.irreversible.empty()
                            ? fmt::format("no, irreversible: {}", migration.irreversible)
                            : std::string("no"));
    print_field("Verify",
                migration.verify.statements.empty()
                    ? ""
                    : fmt::format("{} {}", migration.verify.statements.size(),
                                  migration.verify.statements.size() == 1 ? "query" : "queries"));
  }
  if (found->row) {
    const HistoryRow& row = *found->row;
    print_field(found->state == State::kPartial ? "Begun" : "Applied", row.executed_at);
    print_field("By", row.applied_by);
    print_field("Took", took(row));
    print_field("Run", row.run_id);
    print_field("Tool", row.tool_version);
    if (found->state == State::kPartial) {
      print_field("Steps", fmt::format("{} of {} have ended", row.step, row.steps));
      print_field("Batches", batch_progress(row));
    }
    if (found->state == State::kDrifted || found->migration == nullptr) {
      print_field("Applied with", row.checksum);
    }
  }
  print_field("Last failure", found->last_failure);
  if (arguments.is_sql && found->migration != nullptr) {
    print_sections(*found->migration);
  }
  return 0;
}

int run_check(const Arguments& arguments, const MigrationSet& set) {
  Options options = arguments.options;
  options.dry_run = true;
  options.assumed = assumed_for(arguments, set);
  try {
    const Report report = migrate(arguments.conninfo, set, std::move(options));
    assume(arguments, set, report.planned);
    const int exit_code = report.planned.empty() ? 0 : static_cast<int>(ErrorKind::kPending);
    if (arguments.is_json) {
      print(json_check(report, nullptr, exit_code));
      return exit_code;
    }
    for (const std::string& warning : report.warnings) {
      std::fprintf(stderr, "warning: %s\n", warning.c_str());
    }
    if (!arguments.is_quiet) {
      for (const Migration* migration : report.planned) {
        print(fmt::format("{}  {}", paint("pending", Color::kYellow, arguments.has_color),
                          migration->full_name));
      }
      for (const Migration* migration : report.postponed) {
        print(fmt::format("{}  {}", paint("postponed", Color::kYellow, arguments.has_color),
                          migration->full_name));
      }
      print(report.planned.empty()
                ? up_to_date(report.skipped)
                : fmt::format("{} pending, {} applied", report.planned.size(), report.skipped));
    }
    return exit_code;
  } catch (const Error& error) {
    if (!arguments.is_json) {
      throw;
    }
    print(json_check(Report{}, &error, static_cast<int>(error.kind())));
    return static_cast<int>(error.kind());
  }
}

// Everything at once, where `up` stops at the first reason.
int run_validate(const Arguments& arguments, const MigrationSet& set) {
  const Status status = read_status(arguments, set);
  std::vector<std::string> findings;
  bool is_newer = false;
  const auto is_applied = [&](std::int64_t version) {
    return std::any_of(
        status.migrations.begin(), status.migrations.end(), [&](const MigrationStatus& entry) {
          return entry.row ? entry.row->version == version && entry.row->state == "applied"
                           : entry.state == State::kCovered && entry.migration->version == version;
        });
  };
  const MigrationStatus* last_applied = nullptr;
  for (const MigrationStatus& entry : status.migrations) {
    if (entry.migration != nullptr && entry.row && entry.migration->has_version()) {
      last_applied = &entry;
    }
  }
  bool is_before_applied = last_applied != nullptr;
  for (const MigrationStatus& entry : status.migrations) {
    const std::string name = name_of(entry);
    is_before_applied = is_before_applied && &entry != last_applied;
    switch (entry.state) {
      case State::kDrifted:
        findings.push_back(fmt::format(
            "{} was applied on {} with checksum {}, but this build has it "
            "with checksum {}",
            name, entry.row->executed_at, entry.row->checksum, entry.migration->checksum));
        break;
      case State::kPartial:
        findings.push_back(fmt::format("{} was begun on {} and {} of its {} steps have ended", name,
                                       entry.row->executed_at, entry.row->step, entry.row->steps));
        break;
      case State::kUnknown:
        if (entry.row->kind == "seed") {
          break;  // a seed that was removed: its rows are anybody's
        }
        is_newer = is_newer || entry.row->is_breaking;
        findings.push_back(fmt::format("{} is applied, but this build does not know it{}", name,
                                       entry.row->is_breaking ? ", and it is breaking" : ""));
        break;
      case State::kPending:
        if (is_before_applied && !entry.migration->declares_dependencies &&
            entry.migration->phase != Phase::kContract && entry.migration->has_version()) {
          findings.push_back(
              fmt::format("{} arrives late: {} stands after it and is applied, and its "
                          "header declares no Dependencies",
                          name, name_of(*last_applied)));
        }
        break;
      case State::kReplaced:
      case State::kCovered:
      case State::kNewer:
        break;
      case State::kApplied:
        if (entry.row->migration_name != entry.migration->full_name) {
          findings.push_back(
              fmt::format("{} was applied under the name {}", name, entry.row->migration_name));
        }
        for (const Dependency& dependency : entry.migration->dependencies) {
          if ((dependency.set.empty() || dependency.set == set.name) &&
              !is_applied(dependency.version)) {
            findings.push_back(
                fmt::format("migration {} depends on migration {}, but {} has not been applied",
                            entry.migration->version, dependency.version, dependency.version));
          }
        }
        if (entry.row->is_breaking != entry.migration->is_breaking) {
          findings.push_back(fmt::format(
              "{} is {}breaking in this build, and in the history it is {}: `repair` mends that",
              name, entry.migration->is_breaking ? "" : "not ",
              entry.row->is_breaking ? "so" : "not so"));
        }
        break;
    }
  }
  if (status.has_history) {
    const auto broken = broken_dependencies(arguments.conninfo, set, arguments.options);
    findings.insert(findings.end(), broken.begin(), broken.end());
  }
  // No difference, and worth knowing before a release: these cannot be undone.
  std::vector<const Migration*> without_down;
  for (const Migration& migration : set.migrations) {
    if (!migration.down.is_present && migration.irreversible.empty() && migration.has_version()) {
      without_down.push_back(&migration);
    }
  }
  const int exit_code = is_newer           ? static_cast<int>(ErrorKind::kNewerDatabase)
                        : findings.empty() ? 0
                                           : static_cast<int>(ErrorKind::kDrift);
  if (arguments.is_json) {
    print(json_findings(status, findings, without_down, exit_code));
    return exit_code;
  }
  for (const std::string& finding : findings) {
    print(fmt::format("{} {}", paint("differs:", Color::kRed, arguments.has_color), finding));
  }
  if (!arguments.is_quiet) {
    for (const Migration* migration : without_down) {
      print(fmt::format("{}  {}", paint("no down:", Color::kYellow, arguments.has_color),
                        migration->full_name));
    }
    print(findings.empty()
              ? fmt::format("valid: {}", counts(status))
              : fmt::format("{} {}; {}", findings.size(),
                            findings.size() == 1 ? "difference" : "differences", counts(status)));
  }
  return exit_code;
}

Options options_of_wait(const Arguments& arguments) {
  Options options = arguments.options;
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  options.on_event = [&](const Event& event) {
    if (arguments.is_json) {
      print(json_event(event));
    } else if (event.kind == EventKind::kWarning) {
      std::fprintf(stderr, "warning: %s\n", event.message.c_str());
    } else if (!arguments.is_quiet &&
               (event.kind == EventKind::kWaiting || event.kind == EventKind::kBlocked ||
                event.kind == EventKind::kRetrying)) {
      print(fmt::format("{}  {}", paint("waiting", Color::kYellow, arguments.has_color),
                        event.message));
    }
    std::fflush(stdout);
  };
  return options;
}

int run_wait(const Arguments& arguments, const MigrationSet& set) {
  const SignalGuard guard;
  wait_until_current(arguments.conninfo, set, options_of_wait(arguments));
  if (arguments.is_json) {
    print(json_set(set));
  } else if (!arguments.is_quiet) {
    print(up_to_date(set.migrations.size()));
  }
  return 0;
}

int run_version(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.is_json) {
    print(json_set(set));
    return 0;
  }
  print_field("Set", set.name);
  print_field("Migrations", std::to_string(set.migrations.size()));
  print_field("Head", set.migrations.empty() ? "" : head_of(set).full_name);
  print_field("Digest", set.digest);
  print_field("godwit", set.tool_version);
  print_field("PostgreSQL", fmt::format("{} and later", set.postgres));
  print_field("History", set.history_table);
  return 0;
}

}  // namespace godwit::cli
