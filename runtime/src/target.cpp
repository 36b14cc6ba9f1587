// SPDX-License-Identifier: Apache-2.0
//
// From words to places in the order of a set, and the calls of Migrator that apply a part of it.
#include "target.hpp"

#include "migrator_impl.hpp"
#include "seeds.hpp"
#include "squash.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace godwit::detail {
namespace {

[[noreturn]] void refuse(std::string message, std::string hint) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  throw Error(ErrorKind::kUsage, std::move(detail));
}

bool is_called(const Migration& migration, std::string_view name) {
  const auto& aliases = migration.aliases;
  return migration.full_name == name ||
         (!migration.tag.empty() && name.substr(0, 1) == "@" && name.substr(1) == migration.tag) ||
         std::find(aliases.begin(), aliases.end(), name) != aliases.end();
}

// The migration with this name; a plain name only where no other has it.
std::optional<std::size_t> find_named(const MigrationSet& set, std::string_view name) {
  const auto number = whole_number(name);
  for (std::size_t i = 0; i < set.migrations.size(); ++i) {
    const Migration& migration = set.migrations[i];
    if (is_called(migration, name) ||
        (number && migration.has_version() && migration.version == *number)) {
      return i;
    }
  }
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < set.migrations.size(); ++i) {
    if (set.migrations[i].name != name) {
      continue;
    }
    if (found) {
      refuse(compose("\"{}\" may be {} or {}", name, set.migrations[*found].full_name,
                     set.migrations[i].full_name),
             "write the version or the full name");
    }
    found = i;
  }
  return found;
}

bool is_applied(const Snapshot& snapshot, const MigrationSet& set, const Migration& migration) {
  const Row* row = find_row(snapshot, set, migration);
  return row != nullptr && row->state == "applied";
}

bool is_pending(const Snapshot& snapshot, const MigrationSet& set, const Migration& migration) {
  return !is_applied(snapshot, set, migration) &&
         !is_covered(set, migration, versions_of(set, snapshot));
}

// The place after the next `count` that are pending.
std::size_t after_pending(const MigrationSet& set, const Snapshot& snapshot, std::int64_t count) {
  std::int64_t there = 0;
  for (std::size_t i = 0; i < set.migrations.size(); ++i) {
    if (set.migrations[i].kind != Kind::kSeed && is_pending(snapshot, set, set.migrations[i]) &&
        ++there == count) {
      return i + 1;
    }
  }
  if (there > 0 || static_cast<std::size_t>(count) > set.migrations.size()) {
    refuse(compose("\"+{}\" is beyond the last one: {} {} pending", count, there,
                   there == 1 ? "is" : "are"),
           "head is after all of them");
  }
  return set.migrations.size();
}

// The place before the last `count` that are applied and can be undone.
std::size_t before_applied(const MigrationSet& set, const Snapshot& snapshot, std::int64_t count) {
  for (std::size_t i = set.migrations.size(); i > 0; --i) {
    if (set.migrations[i - 1].has_version() && is_applied(snapshot, set, set.migrations[i - 1]) &&
        --count <= 0) {
      return i - 1;
    }
  }
  return 0;
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || text.front() == '-' || error != std::errc{} ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::size_t place_of(const MigrationSet& set, const Snapshot& snapshot, std::string_view target) {
  if (target == "head" || target == "heads") {
    return set.migrations.size();
  }
  if (target == "base") {
    return 0;
  }
  if (target == "previous") {
    return before_applied(set, snapshot, 1);
  }
  if (target.size() > 1 && (target.front() == '+' || target.front() == '-')) {
    const auto steps = whole_number(target.substr(1));
    if (steps && *steps > 0) {
      return target.front() == '+' ? after_pending(set, snapshot, *steps)
                                   : before_applied(set, snapshot, *steps);
    }
  }
  const auto found = find_named(set, target);
  if (!found) {
    refuse(compose("there is no migration \"{}\"", target),
           "a target is a version, a full name, an alias, @tag, +1, -1, head, base or previous; "
           "`list` shows all");
  }
  return *found + 1;
}

const Migration& migration_at(const MigrationSet& set, const Snapshot& snapshot,
                              std::string_view target) {
  const std::size_t place = place_of(set, snapshot, target);
  if (place == 0) {
    refuse(compose("\"{}\" is before the first migration", target), "name a migration");
  }
  return set.migrations[place - 1];
}

// ---- Selections --------------------------------------------------------------------------------

namespace {

// A part of a squash that a new database runs as one is no place to stop at.
void refuse_inside_squash(const MigrationSet& set, const Snapshot& snapshot, std::size_t place) {
  if (place == 0 || !set.migrations[place - 1].has_version()) {
    return;
  }
  const Migration& migration = set.migrations[place - 1];
  const Migration* squash = squash_of(set, migration.version);
  const Versions versions = versions_of(set, snapshot);
  if (squash != nullptr && !is_applied(snapshot, set, *squash) &&
      is_covered(set, migration, versions)) {
    refuse(compose("{} is a part of {}, which this database runs as one", migration.full_name,
                   squash->full_name),
           compose("name {} or what stands after it", squash->version));
  }
}

std::size_t real_count(const Plan& plan) {
  return static_cast<std::size_t>(
      std::count_if(plan.pending.begin(), plan.pending.end(),
                    [](const Pending& pending) { return !pending.is_recorded; }));
}

std::vector<const Migration*> select_to(const MigrationSet& set, const Plan& plan,
                                        const Snapshot& snapshot, std::string_view target) {
  const std::size_t place = place_of(set, snapshot, target);
  refuse_inside_squash(set, snapshot, place);
  std::vector<const Migration*> chosen;
  for (const Pending& pending : plan.pending) {
    if (static_cast<std::size_t>(pending.migration - set.migrations.data()) < place) {
      chosen.push_back(pending.migration);
    }
  }
  return chosen;
}

// With nothing pending there is nothing to do, whatever number the command that is run again has,
// unless the set has not even so many: then a version was meant.
std::vector<const Migration*> select_next(const MigrationSet& set, const Plan& plan,
                                          std::size_t count) {
  const std::size_t there = real_count(plan);
  if (count > there && (there > 0 || count > set.migrations.size())) {
    refuse(compose("{} migrations are to be applied, but {} {} pending", count, there,
                   there == 1 ? "is" : "are"),
           compose("a number alone is how many; for all up to the version {0}: --to={0}", count));
  }
  std::vector<const Migration*> chosen;
  for (const Pending& pending : plan.pending) {
    if (!pending.is_recorded && chosen.size() < count) {
      chosen.push_back(pending.migration);
    }
  }
  return chosen;
}

std::vector<const Migration*> select_closure(const MigrationSet& set, const Plan& plan,
                                             const Snapshot& snapshot, std::string_view target,
                                             std::string_view mode) {
  refuse_inside_squash(set, snapshot, place_of(set, snapshot, target));
  if (is_left_out(migration_at(set, snapshot, target), mode)) {
    refuse(compose("{} is a seed of the mode {}", target, migration_at(set, snapshot, target).seed),
           compose("give --seed={}", migration_at(set, snapshot, target).seed));
  }
  std::unordered_set<const Migration*> wanted = {&migration_at(set, snapshot, target)};
  // Dependencies stand before what needs them, so one walk from the end finds them all.
  std::vector<const Migration*> chosen;
  for (std::size_t left = plan.pending.size(); left > 0; --left) {
    const Migration* migration = plan.pending[left - 1].migration;
    if (wanted.count(migration) == 0) {
      continue;
    }
    chosen.push_back(migration);
    for (const Dependency& dependency : migration->dependencies) {
      if (!dependency.set.empty() && dependency.set != set.name) {
        continue;
      }
      for (const Migration& one : set.migrations) {
        if (one.has_version() && one.version == dependency.version) {
          wanted.insert(&one);
        }
      }
    }
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

// Before the migrations there may not even be a table for them.
std::vector<const Migration*> select_seeds(const Plan& plan) {
  std::vector<const Migration*> chosen;
  for (const Pending& pending : plan.pending) {
    if (pending.migration->kind == Kind::kSeed) {
      chosen.push_back(pending.migration);
    } else if (!pending.is_recorded) {
      ErrorDetail detail;
      detail.message = compose("seeds come behind all migrations, and {} is pending",
                               pending.migration->full_name);
      detail.hint = "`up` applies them, and the seeds behind them";
      throw Error(ErrorKind::kPending, std::move(detail));
    }
  }
  return chosen;
}

}  // namespace

// What apply() leaves out, and up() will call late.
void Run::warn_of_late_arrivals(const std::vector<const Migration*>& chosen, const Plan& plan) {
  if (chosen.empty() || options_.order == OrderPolicy::kAny) {
    return;
  }
  for (const Pending& pending : plan.pending) {
    const Migration* left = pending.migration;
    const bool is_late = left->has_version() && left < chosen.back() &&
                         (options_.order == OrderPolicy::kLinear ||
                          (!left->declares_dependencies && left->phase != Phase::kContract));
    if (is_late && std::find(chosen.begin(), chosen.end(), left) == chosen.end()) {
      warn(
          compose("{} stays pending before {} and declares no Dependencies: `up` will refuse it "
                  "as a late arrival, unless with --order=any",
                  left->full_name, chosen.back()->full_name));
    }
  }
}

void Run::narrow(const Selection& selection) {
  switch (selection.part) {
    case Selection::Part::kAll:
      break;
    case Selection::Part::kUpTo:
      selector_ = [this, target = selection.target](const Plan& plan) {
        return select_to(set_, plan, snapshot_, target);
      };
      break;
    case Selection::Part::kNext:
      selector_ = [this, count = selection.count](const Plan& plan) {
        return select_next(set_, plan, count);
      };
      break;
    case Selection::Part::kSeeds:
      selector_ = [](const Plan& plan) { return select_seeds(plan); };
      break;
    case Selection::Part::kOnly:
      selector_ = [this, target = selection.target](const Plan& plan) {
        auto chosen = select_closure(set_, plan, snapshot_, target, options_.seed);
        warn_of_late_arrivals(chosen, plan);
        return chosen;
      };
      break;
  }
}

Report Run::up_to(std::string_view target) {
  narrow({Selection::Part::kUpTo, std::string(target), 0});
  return up();
}

Report Run::seed() {
  narrow({Selection::Part::kSeeds, {}, 0});
  return up();
}

Report Run::up_next(std::size_t count) {
  narrow({Selection::Part::kNext, {}, count});
  return up();
}

Report Run::apply_only(std::string_view target) {
  narrow({Selection::Part::kOnly, std::string(target), 0});
  return up();
}

Report Run::up_these(const std::vector<const Migration*>& migrations) {
  // And what lost its checksum when they were undone, where all is there again that it stands on.
  selector_ = [this, &migrations](const Plan& plan) {
    std::vector<const Migration*> chosen = migrations;
    for (const Pending& pending : plan.pending) {
      const Migration& migration = *pending.migration;
      const bool is_chosen = std::find(chosen.begin(), chosen.end(), &migration) != chosen.end();
      const Row* row = find_row(snapshot_, set_, migration);
      if (is_chosen || pending.is_recorded) {
        continue;
      }
      if (migration.has_version()) {
        return migrations;
      }
      if (row != nullptr && row->checksum.empty()) {
        chosen.push_back(&migration);
      }
    }
    return chosen;
  };
  return up();
}

}  // namespace godwit::detail

namespace godwit {

Report Migrator::up_to(std::string_view target) {
  return impl_->run([&](detail::Run& run) { return run.up_to(target); });
}

Report Migrator::up_next(std::size_t count) {
  return impl_->run([&](detail::Run& run) { return run.up_next(count); });
}

Report Migrator::seed() {
  return impl_->run([&](detail::Run& run) { return run.seed(); });
}

Report Migrator::apply(std::string_view target) {
  return impl_->run([&](detail::Run& run) { return run.apply_only(target); });
}

}  // namespace godwit
