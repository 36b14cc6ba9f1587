// SPDX-License-Identifier: Apache-2.0
//
// `plan`: for each pending migration, what its statements lock and do, on tables of which size, and
// who is in the way right now.
#include "batch_text.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "signals.hpp"

#include <godwit/preview.hpp>

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

std::string size_of(const RelationFacts& facts, bool may_be_new) {
  if (!facts.is_there) {
    return may_be_new ? "new" : "not there yet";
  }
  const std::string rows =
      facts.rows ? fmt::format("about {} rows", count_text(*facts.rows)) : "never analysed";
  return fmt::format("{}, {}{}", rows,
                     facts.bytes ? size_text(*facts.bytes) : "size unknown while it is locked",
                     facts.is_usable ? "" : ", no USAGE on its schema");
}

std::string work_of(const Effect& effect) {
  std::string text;
  const auto add = [&](std::string_view what) {
    text += text.empty() ? ": " : ", ";
    text += what;
  };
  const bool is_rewritten = (effect.work & kRewrites) != 0;
  if (is_rewritten) {
    add("full rewrite");
  }
  if ((effect.work & kLooksUp) != 0) {
    add("looks every row up");
  } else if ((effect.work & kScans) != 0 && !is_rewritten) {
    add("reads every row");
  }
  if ((effect.work & kBuildsIndex) != 0) {
    add(is_rewritten ? "with its indexes" : "builds an index");
  }
  return text;
}

void print_effect(const Arguments& arguments, const PlanReport& report,
                  const PlannedMigration& planned, const PlannedEffect& one) {
  const Effect& effect = *one.effect;
  const RelationFacts& facts = report.relations[one.relation];
  const bool blocks_all = effect.mode == LockMode::kAccessExclusive;
  const std::string name = facts.schema.empty() || facts.schema == "public"
                               ? facts.name
                               : facts.schema + "." + facts.name;
  const std::string what =
      effect.mode == LockMode::kNone ? std::string("no lock") : std::string(to_string(effect.mode));
  std::puts(fmt::format("{:>6}  {} on {} ({}){}{}",
                        planned.migration->up.statements[effect.statement].line,
                        paint(what, blocks_all ? Color::kRed : Color::kNone, arguments.has_color),
                        name, size_of(facts, &planned != &report.migrations.front()),
                        work_of(effect), effect.is_certain ? "" : "; perhaps")
                .c_str());
  for (const RelationFacts::Holder& holder : facts.holders) {
    if (conflict(effect.mode, holder.mode)) {
      std::puts(fmt::format("        {} {} is held by {}",
                            paint("in the way:", Color::kYellow, arguments.has_color),
                            to_string(holder.mode), holder.who)
                    .c_str());
    }
  }
}

void print_migration(const Arguments& arguments, const PlanReport& report,
                     const PlannedMigration& planned) {
  const Migration& migration = *planned.migration;
  std::string how = migration.up.is_transactional
                        ? std::string("in a transaction")
                        : fmt::format("outside a transaction, {} {}", migration.up.steps.size(),
                                      migration.up.steps.size() == 1 ? "step" : "steps");
  if (planned.ended_steps > 0) {
    how += fmt::format(", {} of which have ended", planned.ended_steps);
  }
  std::puts(
      fmt::format("{}, {}", paint(migration.full_name, Color::kBold, arguments.has_color), how)
          .c_str());
  if (migration.up.code.function != nullptr) {
    std::puts(
        fmt::format("        calls {}(), and nobody knows what that locks", migration.up.code.name)
            .c_str());
  }
  if (migration.is_unchecked) {
    std::puts("        nobody knows what it locks: the build could not parse it");
  } else if (planned.effects.empty() && migration.up.code.function == nullptr) {
    std::puts("        locks out no reader or writer of what was there before");
  }
  for (const BatchLine& batch : batch_lines(migration)) {
    std::puts(fmt::format("{:>6}  {}", batch.line, batch.text).c_str());
  }
  for (const PlannedEffect& effect : planned.effects) {
    print_effect(arguments, report, planned, effect);
  }
}

}  // namespace

int run_plan(const Arguments& arguments, const MigrationSet& set) {
  Options options = arguments.options;
  options.is_cancelled = [] { return SignalGuard::is_raised(); };
  options.assumed = assumed_for(arguments, set);
  const SignalGuard guard;
  const PlanReport report =
      Migrator(arguments.conninfo, set, std::move(options)).plan(selection_of(arguments));
  std::vector<const Migration*> pending;
  for (const PlannedMigration& planned : report.migrations) {
    pending.push_back(planned.migration);
  }
  assume(arguments, set, pending);
  if (arguments.is_json) {
    std::puts(json_plan(report).c_str());
    return 0;
  }
  for (const std::string& warning : report.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
  if (!arguments.is_quiet) {
    for (const PlannedMigration& planned : report.migrations) {
      print_migration(arguments, report, planned);
    }
  }
  print_postponed(arguments, report.postponed);
  std::puts(fmt::format("{} pending on {}", report.migrations.size(), report.database).c_str());
  return 0;
}

}  // namespace godwit::cli
