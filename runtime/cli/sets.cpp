// SPDX-License-Identifier: Apache-2.0
//
// With several sets, each has its heading (in JSON a line `{"set":"crm"}`), and `up` ends in a line
// for each set and one for all of them, so that the last line is what it always is.
#include "sets.hpp"

#include "commands.hpp"
#include "output.hpp"
#include "usage.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace godwit::cli {
namespace {

struct Outcome {
  std::string_view set;
  Totals totals;
  int exit_code = 0;
};

std::string names_of(const Sets& sets) {
  std::string names;
  for (const MigrationSet& set : sets) {
    names += (names.empty() ? "" : ", ") + std::string(set.name);
  }
  return names;
}

/// Does the command name a migration, which is one of one set, or rewrite one set's history?
bool needs_one_set(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::kStatus:
    case Command::kList:
    case Command::kHistory:
    case Command::kCurrent:
    case Command::kPending:
    case Command::kHeads:
    case Command::kGraph:
    case Command::kCheck:
    case Command::kValidate:
    case Command::kVerify:
    case Command::kPlan:
    case Command::kSeed:
    case Command::kWait:
    case Command::kVersion:
    case Command::kHelp:
      return false;
    case Command::kUp:
      return !arguments.target.empty() || !arguments.to.empty();
    default:
      return true;
  }
}

std::string_view history_table_of(const Arguments& arguments, const MigrationSet& set) {
  return !arguments.options.history_table.empty()
             ? std::string_view(arguments.options.history_table)
         : !set.history_table.empty() ? set.history_table
                                      : std::string_view("schema_migrations");
}

std::string counts(const Totals& totals) {
  return fmt::format("{} applied, {} skipped, {} failed", totals.applied, totals.skipped,
                     totals.failed);
}

void print_heading(const Arguments& arguments, std::string_view name, bool is_first) {
  if (arguments.is_json) {
    std::puts(nlohmann::json{{"set", name}}.dump().c_str());
  } else {
    std::puts(fmt::format("{}{}", is_first ? "" : "\n",
                          paint(fmt::format("== {}", name), Color::kBold, arguments.has_color))
                  .c_str());
  }
  std::fflush(stdout);  // what follows may go to stderr
}

// A set that could not even be looked at has failed too.
Totals totals_of(const Outcome& outcome) {
  Totals totals = outcome.totals;
  totals.failed = std::max<std::size_t>(totals.failed, outcome.exit_code != 0 ? 1 : 0);
  return totals;
}

// The last line; in JSON an event as those before it, and what every answer has.
void print_totals(const Arguments& arguments, const std::vector<Outcome>& outcomes, int exit_code) {
  Totals all;
  nlohmann::ordered_json sets = nlohmann::ordered_json::array();
  for (const Outcome& outcome : outcomes) {
    const Totals one = totals_of(outcome);
    all.applied += one.applied;
    all.skipped += one.skipped;
    all.failed += one.failed;
    sets.push_back({{"set", outcome.set},
                    {"exit_code", outcome.exit_code},
                    {"applied", one.applied},
                    {"skipped", one.skipped},
                    {"failed", one.failed}});
  }
  if (arguments.is_json) {
    const nlohmann::ordered_json json = {{"event", "total"},
                                         {"ok", exit_code == 0},
                                         {"exit_code", exit_code},
                                         {"applied", all.applied},
                                         {"skipped", all.skipped},
                                         {"failed", all.failed},
                                         {"sets", sets}};
    std::puts(json.dump().c_str());
    return;
  }
  if (!arguments.is_quiet) {
    std::puts("");
    for (const Outcome& outcome : outcomes) {
      std::puts(fmt::format("{}: {}", outcome.set, counts(totals_of(outcome))).c_str());
    }
  }
  std::puts(counts(all).c_str());
}

bool has_mode(const MigrationSet& set, std::string_view mode) {
  return std::any_of(set.migrations.begin(), set.migrations.end(), [&](const Migration& migration) {
    return migration.kind == Kind::kSeed && migration.seed == mode;
  });
}

bool has_mode(const Sets& sets, std::string_view mode) {
  return mode == "none" || mode == "full" ||
         std::any_of(sets.begin(), sets.end(),
                     [&](const MigrationSet& set) { return has_mode(set, mode); });
}

int run_on_each(const Arguments& arguments, const Sets& sets, RunOnSet run) {
  const bool has_totals = arguments.command == Command::kUp || arguments.command == Command::kSeed;
  std::vector<Outcome> outcomes;
  std::vector<Assumed> assumed;
  int exit_code = 0;
  for (const MigrationSet& set : sets) {
    if (arguments.is_json || !arguments.is_quiet || !has_totals) {
      print_heading(arguments, set.name, outcomes.empty());
    }
    Outcome& outcome = outcomes.emplace_back(Outcome{set.name, {}, 0});
    Arguments own = arguments;
    own.totals = &outcome.totals;
    if (!has_mode(set, own.options.seed) && has_mode(sets, own.options.seed)) {
      own.options.seed.clear();  // the mode is another set's: of this one it means reference
    }
    own.assumed = &assumed;
    outcome.exit_code = run(own, set);
    // Pending is an answer; what went wrong goes before it.
    const bool is_pending = exit_code == static_cast<int>(ErrorKind::kPending);
    if (exit_code == 0 || (is_pending && outcome.exit_code != 0)) {
      exit_code = outcome.exit_code;
    }
    if (outcome.exit_code == static_cast<int>(ErrorKind::kInterrupted)) {
      exit_code = outcome.exit_code;
      break;
    }
  }
  if (has_totals) {
    print_totals(arguments, outcomes, exit_code);
  }
  return exit_code;
}

}  // namespace

void assume(const Arguments& arguments, const MigrationSet& set,
            const std::vector<const Migration*>& pending) {
  if (arguments.assumed == nullptr) {
    return;
  }
  const auto add = [&](std::int64_t version) {
    const bool is_noted =
        std::any_of(arguments.assumed->begin(), arguments.assumed->end(), [&](const Assumed& one) {
          return one.migration.set == set.name && one.migration.version == version;
        });
    if (!is_noted) {
      arguments.assumed->push_back(
          {arguments.conninfo, history_table_of(arguments, set), {set.name, version}});
    }
  };
  for (const Migration* migration : pending) {
    if (migration->has_version()) {
      add(migration->version);
      std::for_each(migration->replaced.begin(), migration->replaced.end(), add);
    }
  }
}

std::vector<Dependency> assumed_for(const Arguments& arguments, const MigrationSet& set) {
  std::vector<Dependency> list;
  if (arguments.assumed == nullptr) {
    return list;
  }
  for (const Assumed& one : *arguments.assumed) {
    if (one.conninfo == arguments.conninfo &&
        one.history_table == history_table_of(arguments, set)) {
      list.push_back(one.migration);
    }
  }
  return list;
}

int run_on_sets(const Arguments& arguments, const Sets& sets, RunOnSet run) {
  for (auto set = sets.begin(); set != sets.end(); ++set) {
    if (std::any_of(sets.begin(), set,
                    [&](const MigrationSet& other) { return other.name == set->get().name; })) {
      return usage_error(
          arguments.is_json,
          fmt::format(
              "two of the sets of this binary are named {}; give each a NAME in add_migrations()",
              set->get().name));
    }
  }
  if (!arguments.set.empty()) {
    const auto found = std::find_if(sets.begin(), sets.end(), [&](const MigrationSet& set) {
      return set.name == arguments.set;
    });
    if (found == sets.end()) {
      return usage_error(arguments.is_json, fmt::format("there is no set {}; compiled in: {}",
                                                        arguments.set, names_of(sets)));
    }
    return run(arguments, *found);
  }
  if (sets.size() == 1) {
    return run(arguments, sets.front());
  }
  if (needs_one_set(arguments)) {
    return usage_error(
        arguments.is_json,
        fmt::format("this command is about one set; say which: --set={}", names_of(sets)));
  }
  if (!arguments.conninfo.empty()) {
    return usage_error(
        arguments.is_json,
        fmt::format("--url is one database, and here are several sets ({}): say which with --set, "
                    "or give each its own in GODWIT_URL_<SET>",
                    names_of(sets)));
  }
  return run_on_each(arguments, sets, run);
}

}  // namespace godwit::cli
