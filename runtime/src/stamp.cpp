// SPDX-License-Identifier: Apache-2.0
//
// Which changes of the history stamp, baseline, forget, accept and repair come to. Pure but for
// repair, which asks who owns a claim.
#include "migrator_impl.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

constexpr std::size_t kShort = 12;  // digits of a checksum, for people

[[noreturn]] void refuse(ErrorKind kind, std::string message, std::string hint) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  throw Error(kind, std::move(detail));
}

std::string shortened(std::string_view checksum) {
  return checksum.empty() ? std::string("none") : std::string(checksum.substr(0, kShort));
}

Change make_change(std::string event, const Migration* migration, std::string name,
                   std::string text) {
  Change change;
  change.event = std::move(event);
  change.migration = migration;
  change.name = std::move(name);
  change.text = std::move(text);
  return change;
}

}  // namespace

// stamp --only: what the migration needs is there, and no squash stands for it.
void Run::refuse_stamp_of(const Migration& migration) const {
  const Versions versions = versions_of(set_, snapshot_);
  const Migration* squash = migration.has_version() ? squash_of(set_, migration.version) : nullptr;
  if (squash != nullptr && is_covered(set_, migration, versions)) {
    refuse(
        ErrorKind::kUsage,
        compose("{} is a part of {}, which stands for it", migration.full_name, squash->full_name),
        compose("stamp {}", squash->full_name));
  }
  for (const Dependency& dependency : migration.dependencies) {
    const bool is_own = dependency.set.empty() || dependency.set == set_.name;
    const std::string_view set = is_own ? set_.name : dependency.set;
    const bool is_there =
        is_replaced_in(snapshot_, set, dependency.version) ||
        std::any_of(snapshot_.rows.begin(), snapshot_.rows.end(), [&](const Row& row) {
          return row.set == set && row.version == dependency.version && row.state == "applied";
        });
    if (!is_there) {
      const std::string name =
          is_own ? std::to_string(dependency.version) : compose("{}:{}", set, dependency.version);
      refuse(ErrorKind::kFailed,
             compose("{} depends on migration {}, but {} has not been applied", migration.full_name,
                     name, name),
             is_own ? compose("apply it first, or stamp both: `stamp {}` records all at or before",
                              migration.full_name)
                    : compose("apply the set \"{}\" first", set));
    }
  }
}

// stamp --only: what stays pending before it, and would be refused as a late arrival.
void Run::warn_of_skipped(const Migration& migration) {
  const Versions versions = versions_of(set_, snapshot_);
  for (const Migration& other : set_.migrations) {
    if (&other == &migration) {
      return;
    }
    const bool is_late = other.has_version() && options_.order != OrderPolicy::kAny &&
                         (options_.order == OrderPolicy::kLinear ||
                          (!other.declares_dependencies && other.phase != Phase::kContract));
    if (is_late && find_row(snapshot_, set_, other) == nullptr &&
        !is_covered(set_, other, versions)) {
      warn(
          compose("{} stays pending before {} and declares no Dependencies: `up` will refuse it "
                  "as a late arrival, unless with --order=any",
                  other.full_name, migration.full_name));
    }
  }
}

HistoryReport Run::stamp(std::string_view target, bool is_baseline, const HistoryOptions& wanted) {
  bool has_warned = false;
  return change_history(wanted, [&] {
    const std::size_t place = place_of(set_, snapshot_, target);
    if (place == 0) {
      refuse(ErrorKind::kUsage, compose("\"{}\" is before the first migration", target),
             "name a migration; `forget` takes one out of the history, `down` undoes it");
    }
    const Kind kind = set_.migrations[place - 1].kind;
    if (target != "head" && target != "heads" && is_applied_again(kind)) {
      refuse(ErrorKind::kUsage,
             compose("{} is {}, which is not stamped", target,
                     kind == Kind::kSeed ? "a seed" : "a repeatable migration"),
             kind == Kind::kSeed
                 ? "`seed` applies it: it may be applied where its rows are there already"
                 : "`up` applies it: it may be applied where what it makes is there already");
    }
    std::vector<Change> changes;
    std::size_t end = place;
    while (wanted.only && end > 1 && is_applied_again(set_.migrations[end - 1].kind)) {
      --end;  // the head is the last that is none
    }
    const auto stamped = set_.migrations.subspan(wanted.only ? end - 1 : 0, wanted.only ? 1 : end);
    const Row* there = find_row(snapshot_, set_, stamped.back());
    if (wanted.only && (there == nullptr || there->state != "applied")) {
      refuse_stamp_of(stamped.back());
      if (!std::exchange(has_warned, true) && stamped.back().has_version()) {
        warn_of_skipped(stamped.back());
      }
    }
    const Versions versions = versions_of(set_, snapshot_);
    for (const Migration& migration : stamped) {
      const Row* row = find_row(snapshot_, set_, migration);
      // What may be applied again is left to `up`, which may do so whatever is there.
      if ((row != nullptr && row->state == "applied") ||
          (row == nullptr && is_applied_again(migration.kind)) || migration.kind == Kind::kSeed) {
        continue;
      }
      // The squash is stamped instead, where it stands before the target.
      const Migration* squash =
          migration.has_version() ? squash_of(set_, migration.version) : nullptr;
      if (squash != nullptr && squash < stamped.data() + stamped.size() &&
          is_covered(set_, migration, versions)) {
        continue;
      }
      Change change = make_change(
          "stamped", &migration, std::string(migration.full_name),
          row == nullptr ? std::string("recorded as applied")
                         : compose("step {} of {} counts as the last one", row->step, row->steps));
      change.claimed = row;
      change.sql = history_.stamp(*connection_, identity_, migration, row != nullptr,
                                  is_baseline ? "baseline" : "stamp", &change.count);
      changes.push_back(std::move(change));
    }
    const auto own = std::count_if(snapshot_.rows.begin(), snapshot_.rows.end(),
                                   [&](const Row& row) { return row.set == set_.name; });
    if (is_baseline && own > 0 && !changes.empty()) {
      refuse(ErrorKind::kUsage,
             compose("the history has {} rows of the set \"{}\" already", own, set_.name),
             "baseline is for a database that this set has never migrated; `stamp` adds to a "
             "history");
    }
    return changes;
  });
}

HistoryReport Run::forget(std::string_view target, const HistoryOptions& wanted) {
  std::int64_t row_id = 0;  // ids do not come twice
  return change_history(wanted, [&] {
    const auto number = whole_number(target);
    const auto named =
        std::find_if(snapshot_.rows.begin(), snapshot_.rows.end(), [&](const Row& candidate) {
          return candidate.set == set_.name &&
                 (candidate.name == target || (number && candidate.version == number));
        });
    const Row* row = named == snapshot_.rows.end() ? nullptr : &*named;
    if (row_id != 0 && (row == nullptr || row->id != row_id)) {
      return std::vector<Change>{};
    }
    if (row == nullptr) {
      const Migration& migration = migration_at(set_, snapshot_, target);
      row = find_row(snapshot_, set_, migration);
      if (row == nullptr) {
        refuse(ErrorKind::kUsage, compose("{} is not in the history", migration.full_name),
               "`list` shows what is");
      }
    }
    const Migration* known = nullptr;
    for (const Migration& migration : set_.migrations) {
      known = is_row_of(*row, set_, migration) ? &migration : known;
      const bool needs_it =
          std::any_of(migration.dependencies.begin(), migration.dependencies.end(),
                      [&](const Dependency& dependency) {
                        return (dependency.set.empty() || dependency.set == set_.name) &&
                               dependency.version == row->version;
                      });
      if (needs_it && find_row(snapshot_, set_, migration) != nullptr) {
        refuse(ErrorKind::kFailed,
               compose("{} cannot be forgotten: {} is applied and depends on it", row->name,
                       migration.full_name),
               compose("forget {} first, or undo both with `down`", migration.full_name));
      }
    }
    refuse_needed_elsewhere({row}, true);
    row_id = row->id;
    Change change = make_change("forgotten", known, row->name,
                                known == nullptr
                                    ? std::string("taken out of the history")
                                    : std::string("taken out of the history: it is pending again"));
    change.claimed = row->state == "applied" ? nullptr : row;
    change.sql = history_.change(*connection_, identity_, change.event, row->id, {}, change.text);
    std::vector<Change> changes;
    changes.push_back(std::move(change));
    return changes;
  });
}

HistoryReport Run::accept(std::string_view target, const HistoryOptions& wanted) {
  return change_history(wanted, [&] {
    const Migration* only = target.empty() ? nullptr : &migration_at(set_, snapshot_, target);
    std::vector<Change> changes;
    for (const Migration& migration : set_.migrations) {
      const Row* row = find_row(snapshot_, set_, migration);
      if ((only != nullptr && only != &migration) || !migration.has_version()) {
        continue;
      }
      if (row == nullptr) {
        if (only != nullptr) {
          refuse(ErrorKind::kUsage, compose("{} is not in the history", migration.full_name),
                 "it is pending: `up` applies it as it is now");
        }
        continue;
      }
      if (row->checksum == migration.checksum) {
        continue;
      }
      Change change = make_change("accepted", &migration, row->name,
                                  compose("checksum {} becomes {}", shortened(row->checksum),
                                          shortened(migration.checksum)));
      change.sql = history_.change(
          *connection_, identity_, change.event, row->id,
          compose("checksum = {}", connection_->literal(migration.checksum)), change.text);
      changes.push_back(std::move(change));
    }
    return changes;
  });
}

HistoryReport Run::repair(const HistoryOptions& wanted) {
  return change_history(wanted, [&] {
    std::vector<Change> changes;
    for (const Migration& migration : set_.migrations) {
      const Row* row = find_row(snapshot_, set_, migration);
      if (row == nullptr) {
        continue;
      }
      const auto add = [&](std::string text, const std::string& set) {
        Change change = make_change("repaired", &migration, row->name, std::move(text));
        change.sql =
            history_.change(*connection_, identity_, change.event, row->id, set, change.text);
        changes.push_back(std::move(change));
      };
      if (row->name != migration.full_name) {
        add(compose("the name becomes {}", migration.full_name),
            compose("migration_name = {}", connection_->literal(migration.full_name)));
      }
      if (migration.has_version() && row->state == "applied" &&
          !is_same_checksum(migration, row->checksum)) {
        add(compose("checksum {} becomes {}", shortened(row->checksum),
                    shortened(migration.checksum)),
            compose("checksum = {}", connection_->literal(migration.checksum)));
      }
      if (row->is_breaking != migration.is_breaking) {
        add(migration.is_breaking ? "is marked breaking" : "is not breaking any more",
            compose("breaking = {}", migration.is_breaking ? "true" : "false"));
      }
      if (row->state == "applied") {
        continue;
      }
      const Reply reply =
          ask(with_role(history_.read_claim(*connection_, identity_, migration)), Section::kGuard);
      const Claim claim = History::parse_claim(reply.results[options_.role.empty() ? 0 : 2].get());
      if (claim.is_released || claim.is_alive) {
        continue;
      }
      const bool took_effect = wanted.doubt == Doubt::kTookEffect;
      if (wanted.doubt == Doubt::kOpen) {
        warn(
            compose("{} was cut off in step {} of {}; `{}` settles that by itself where it can. "
                    "Where it cannot, look whether the step took effect, and run repair with "
                    "--took-effect or --had-no-effect",
                    row->name, row->step + 1, row->steps, row->state == "undoing" ? "down" : "up"));
        continue;
      }
      const int step = std::min(row->steps, row->step + (took_effect ? 1 : 0));
      add(compose("step {} of {} {}", row->step + 1, row->steps,
                  took_effect ? "counts as done" : "will run again"),
          compose("step = {}, claim_pid = NULL, claim_backend_start = NULL, "
                  "claim_system_id = NULL",
                  step));
    }
    return changes;
  });
}

}  // namespace godwit::detail

namespace godwit {

HistoryReport Migrator::stamp(std::string_view target, const HistoryOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.stamp(target, false, options); });
}
HistoryReport Migrator::baseline(std::string_view target, const HistoryOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.stamp(target, true, options); });
}
HistoryReport Migrator::forget(std::string_view target, const HistoryOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.forget(target, options); });
}
HistoryReport Migrator::accept(std::string_view target, const HistoryOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.accept(target, options); });
}
HistoryReport Migrator::repair(const HistoryOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.repair(options); });
}

}  // namespace godwit
