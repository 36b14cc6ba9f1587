// SPDX-License-Identifier: Apache-2.0
//
// What is pending, and the reasons to refuse: in this order, since each reason makes the next ones
// meaningless: a breaking migration that this build does not know; a set that was renamed; an
// edited migration; a late arrival; a dependency that is not there.
#include "plan.hpp"

#include "again.hpp"
#include "seeds.hpp"
#include "squash.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace godwit::detail {
namespace {

class Comparison {
 public:
  Comparison(const MigrationSet& set, const Snapshot& snapshot, const Options& options,
             const History& history)
      : set_(set), snapshot_(snapshot), options_(options), history_(history) {
    for (const Row& row : snapshot.rows) {
      if (row.set != set.name) {
        continue;
      }
      own_.push_back(&row);
    }
    // Of two rows for one migration the older stands first.
    std::sort(own_.begin(), own_.end(), [](const Row* left, const Row* right) {
      const int order = compare(*left, right->version, right->name);
      return order != 0 ? order < 0 : left < right;
    });
    for (std::size_t i = 1; i < own_.size(); ++i) {
      if (compare(*own_[i - 1], own_[i]->version, own_[i]->name) == 0) {
        doubled_ = own_[i];
      }
    }
  }

  Plan run() {
    refuse_doubled_row();
    for (const Migration& migration : set_.migrations) {
      rows_.push_back(find(migration));
    }
    refuse_newer_database();
    refuse_renamed_set();
    collect();
    refuse_late_arrivals();
    refuse_missing_dependencies();
    return std::move(plan_);
  }

 private:
  // By the version, or where there is none by the name; -1, 0 or 1.
  static int compare(const Row& row, std::optional<std::int64_t> version, std::string_view name) {
    if (row.version || version) {
      return row.version == version ? 0 : row.version < version ? -1 : 1;
    }
    return std::string_view(row.name).compare(name);
  }

  const Row* find(std::optional<std::int64_t> version, std::string_view name) const {
    const auto found = std::partition_point(
        own_.begin(), own_.end(), [&](const Row* row) { return compare(*row, version, name) < 0; });
    return found == own_.end() || compare(**found, version, name) != 0 ? nullptr : *found;
  }
  const Row* find(const Migration& migration) const {
    return migration.has_version() ? find(migration.version, {})
                                   : find(std::nullopt, migration.full_name);
  }

  void refuse_doubled_row() const {
    if (doubled_ == nullptr) {
      return;
    }
    ErrorDetail detail;
    detail.migration = doubled_->version;
    detail.migration_name = doubled_->name;
    detail.message =
        compose("the history has more than one row for {}: it was changed by hand", doubled_->name);
    detail.hint = compose(
        "its unique keys are gone: look at SELECT * FROM {} WHERE migration_name = '{}', delete "
        "what is wrong, and put the keys back",
        history_.display(), doubled_->name);
    throw Error(ErrorKind::kDrift, std::move(detail));
  }

  void refuse_newer_database() {
    std::vector<char> is_known(snapshot_.rows.size());
    for (const Row* row : rows_) {
      if (row != nullptr) {
        is_known[static_cast<std::size_t>(row - snapshot_.rows.data())] = 1;
      }
    }
    for (const Row& row : snapshot_.rows) {
      if (row.set != set_.name ||
          is_known[static_cast<std::size_t>(&row - snapshot_.rows.data())] != 0 ||
          (row.version && squash_of(set_, *row.version) != nullptr)) {
        continue;
      }
      ++plan_.unknown;
      unknown_.push_back(&row);
      has_newer_ = has_newer_ || (row.version && is_of_newer_release(set_, *row.version));
      if (row.is_breaking) {
        ErrorDetail detail;
        detail.migration = row.version;
        detail.migration_name = row.name;
        detail.message = compose(
            "the database is newer than this build: it has "
            "the breaking migration {}, which this "
            "build does not know",
            row.name);
        detail.hint = "deploy a build that contains it, or undo it with the build that does";
        throw Error(ErrorKind::kNewerDatabase, std::move(detail));
      }
    }
  }

  // A set that was renamed finds no row of its own, and would apply everything again.
  void refuse_renamed_set() const {
    if (!own_.empty()) {
      return;
    }
    for (const Migration& migration : set_.migrations) {
      for (const Row& row : snapshot_.rows) {
        if (row.name == migration.full_name && row.checksum == migration.checksum &&
            migration.kind != Kind::kSeed) {  // two sets may well have the same countries
          ErrorDetail detail;
          detail.message = compose(
              "the history has nothing of the set \"{}\", but "
              "the set \"{}\" in it has {} with the "
              "same checksum: was the set renamed?",
              set_.name, row.set, row.name);
          detail.hint = compose(

              "give add_migrations() the old NAME again; or, if the new name is meant, run: "
              "UPDATE "
              "{} SET migration_set = '{}' WHERE migration_set = '{}'; or, if the two sets "
              "have "
              "nothing to do with each other, give this one a HISTORY_TABLE of its own",
              history_.display(), set_.name, row.set);
          name_place(migration, detail);
          throw Error(ErrorKind::kDrift, std::move(detail));
        }
      }
    }
  }

  void collect() {
    for (std::size_t i = 0; i < set_.migrations.size(); ++i) {
      const Migration& migration = set_.migrations[i];
      const Row* row = rows_[i];
      if (is_left_out(migration, options_.seed)) {
        ++plan_.left_out;
        continue;
      }
      if (row == nullptr) {
        add_pending(migration);
        continue;
      }
      const bool is_same = is_same_checksum(migration, row->checksum);
      if (row->state != "applied") {
        refuse_unknown_state(migration, *row);
        refuse_half_undone(migration, *row);
        refuse_changed_kind(migration, *row);
        if (!is_same) {
          plan_.drifted.push_back(&migration);
        }
        plan_.pending.push_back({&migration, true, row->step, !is_same, false});
        continue;
      }
      if (is_applied_again(migration.kind)) {
        if (row->checksum != migration.checksum && !has_newer_) {
          plan_.pending.push_back({&migration, false, 0, false, false});
          continue;
        }
      } else if (!is_same) {
        plan_.drifted.push_back(&migration);
      }
      if (row->is_our_run && !has_replaced(migration, versions_)) {
        plan_.written.push_back(&migration);
      }
    }
  }

  void refuse_unknown_state(const Migration& migration, const Row& row) const {
    if (row.state == "running" || row.state == "undoing") {
      return;
    }
    ErrorDetail detail;
    name_place(migration, detail);
    detail.message = compose(
        "the row of {} in {} says the state \"{}\", which there is not: it was changed by "
        "hand, or by a newer godwit",
        migration.full_name, history_.display(), row.state);
    detail.hint = "the states are 'applied', 'running' and 'undoing'; put back what it was";
    throw Error(ErrorKind::kDrift, std::move(detail));
  }

  // A row of it is not there.
  void add_pending(const Migration& migration) {
    const bool is_recorded = !migration.replaces.empty() && has_replaced(migration, versions_);
    if (is_recorded) {
      refuse_missing_replaced(migration);
    } else if (is_covered(set_, migration, versions_)) {
      ++plan_.covered;
      return;
    }
    plan_.pending.push_back({&migration, false, 0, false, is_recorded});
  }

  // What is missing has to come from its own migrations, which this build may still have: they
  // stand before the squash and are pending.
  void refuse_missing_replaced(const Migration& squash) const {
    constexpr std::size_t kMostNamed = 10;
    std::string names;
    std::size_t count = 0;
    for (const std::int64_t version : missing_of(squash, versions_)) {
      const bool is_here = std::any_of(
          set_.migrations.begin(), set_.migrations.end(), [&](const Migration& migration) {
            return migration.has_version() && migration.version == version;
          });
      if (!is_here && ++count <= kMostNamed) {
        names += compose("{}{}", names.empty() ? "" : ", ", version);
      }
    }
    if (count == 0) {
      return;
    }
    ErrorDetail detail;
    name_place(squash, detail);
    detail.message = compose(
        "{} stands for migrations of which the database has only some: {} {} missing ({}{})",
        squash.full_name, count, count == 1 ? "is" : "are", names, count > kMostNamed ? ", …" : "");
    detail.hint =
        "nothing was done; deploy the last build that contains them first, whose `up` applies "
        "them; then this one";
    throw Error(ErrorKind::kFailed, std::move(detail));
  }

  // Its steps are those of the down section: nothing that `up` could go on with.
  static void refuse_half_undone(const Migration& migration, const Row& row) {
    if (row.state != "undoing") {
      return;
    }
    ErrorDetail detail;
    name_place(migration, detail);
    detail.message = compose(
        "{} is being undone outside a transaction, or was when a run was cut off ({} of {} steps)",
        migration.full_name, row.step, row.steps);
    detail.hint = "run `down` again, which goes on where it stopped; then `up`";
    throw Error(ErrorKind::kPartiallyApplied, std::move(detail));
  }

  // What was begun a statement at a time cannot be finished in one transaction.
  void refuse_changed_kind(const Migration& migration, const Row& row) const {
    if (!migration.up.is_transactional || migration.is_unchecked ||
        migration.up.code.function != nullptr) {
      return;
    }
    ErrorDetail detail;
    name_place(migration, detail);
    detail.message =
        compose("{} was begun outside a transaction (step {} of {}), and this build runs it in one",
                migration.full_name, row.step, row.steps);
    detail.hint = compose(
        "deploy the build that began it; or undo by hand what its first {} steps did, and then: "
        "DELETE FROM {} WHERE migration_name = '{}'{}",
        row.step, history_.display(), migration.full_name, history_.display_target());
    throw Error(ErrorKind::kPartiallyApplied, std::move(detail));
  }

  void refuse_late_arrivals() const {
    for (const Pending& pending : plan_.pending) {
      const Migration& migration = *pending.migration;
      if (pending.is_begun || pending.is_recorded || !migration.has_version() ||
          options_.order == OrderPolicy::kAny ||
          (options_.order == OrderPolicy::kGraph &&
           (migration.declares_dependencies || migration.phase == Phase::kContract))) {
        continue;
      }
      const std::string_view later = applied_after(migration);
      if (later.empty()) {
        continue;
      }
      ErrorDetail detail;
      name_place(migration, detail);
      detail.message = compose("migration {} arrives late: {} stands after it and has been applied",
                               migration.full_name, later);
      detail.hint =
          options_.order == OrderPolicy::kLinear
              ? "give it a version above the last one, or run with --order=graph or --order=any"
              : "declare in its header what it needs (Dependencies: None, or a list of versions), "
                "give it a version above the last one, or run with --order=any";
      throw Error(ErrorKind::kDrift, std::move(detail));
    }
  }

  // An applied versioned migration that stands after this one, known to this build or not.
  std::string_view applied_after(const Migration& migration) const {
    const auto index = static_cast<std::size_t>(&migration - set_.migrations.data());
    for (std::size_t i = index + 1; i < set_.migrations.size(); ++i) {
      if (set_.migrations[i].has_version() && rows_[i] != nullptr) {
        return set_.migrations[i].full_name;
      }
    }
    for (const Row* row : unknown_) {
      if (row->version && *row->version > migration.version) {
        return row->name;
      }
    }
    return {};
  }

  void refuse_missing_dependencies() const {
    for (std::size_t i = 0; i < plan_.pending.size(); ++i) {
      const Pending& pending = plan_.pending[i];
      for (const Dependency& dependency : pending.migration->dependencies) {
        const bool is_own = dependency.set.empty() || dependency.set == set_.name;
        if ((is_own ? is_there(dependency.version, i) : is_applied_in(dependency)) ||
            is_replaced_in(snapshot_, is_own ? set_.name : dependency.set, dependency.version)) {
          continue;
        }
        const std::string name = is_own ? std::to_string(dependency.version)
                                        : compose("{}:{}", dependency.set, dependency.version);
        ErrorDetail detail;
        name_place(*pending.migration, detail);
        detail.message =
            compose("migration {} depends on migration {}, but {} has not been applied",
                    pending.migration->has_version() ? std::to_string(pending.migration->version)
                                                     : std::string(pending.migration->full_name),
                    name, name);
        detail.hint = is_own
                          ? "this build does not contain it before this migration: deploy a build "
                            "that does"
                          : compose("apply the set \"{}\" first", dependency.set);
        throw Error(ErrorKind::kFailed, std::move(detail));
      }
    }
  }

  // Applied, or applied before the pending one with this index.
  bool is_there(std::int64_t version, std::size_t index) const {
    const Row* row = find(version, {});
    if (row != nullptr && row->state == "applied") {
      return true;
    }
    while (index-- > 0) {  // most need the one just before them
      const Migration& migration = *plan_.pending[index].migration;
      if (migration.has_version() && migration.version == version) {
        return true;
      }
    }
    return false;
  }

  bool is_applied_in(const Dependency& dependency) const {
    const auto& assumed = options_.assumed;
    if (std::any_of(assumed.begin(), assumed.end(), [&](const Dependency& other) {
          return other.set == dependency.set && other.version == dependency.version;
        })) {
      return true;
    }
    return std::any_of(snapshot_.rows.begin(), snapshot_.rows.end(), [&](const Row& row) {
      return row.set == dependency.set && row.version == dependency.version &&
             row.state == "applied";
    });
  }

  static void name_place(const Migration& migration, ErrorDetail& detail) {
    if (migration.has_version()) {
      detail.migration = migration.version;
    }
    detail.migration_name = migration.full_name;
    detail.file = migration.up.file;
  }

  const MigrationSet& set_;
  const Snapshot& snapshot_;
  const Options& options_;
  const History& history_;
  const Row* doubled_ = nullptr;  // one of two for the same migration
  const Versions versions_ = versions_of(set_, snapshot_);
  std::vector<const Row*> own_;   // rows of the set, in the order of compare()
  std::vector<const Row*> rows_;  // one for each migration of the set, or null
  std::vector<const Row*> unknown_;
  bool has_newer_ = false;  // one of them is of a newer release
  Plan plan_;
};

}  // namespace

bool is_same_checksum(const Migration& migration, std::string_view recorded) noexcept {
  return recorded == migration.checksum ||
         std::find(migration.accepted_checksums.begin(), migration.accepted_checksums.end(),
                   recorded) != migration.accepted_checksums.end();
}

void drop_recorded(Plan& plan) {
  std::erase_if(plan.pending, [](const Pending& pending) { return pending.is_recorded; });
}

Plan make_plan(const MigrationSet& set, const Snapshot& snapshot, const Options& options,
               const History& history) {
  return Comparison(set, snapshot, options, history).run();
}

bool is_row_of(const Row& row, const MigrationSet& set, const Migration& migration) {
  return row.set == set.name &&
         (migration.has_version() ? row.version == migration.version
                                  : !row.version && row.name == migration.full_name);
}

const Row* find_row(const Snapshot& snapshot, const MigrationSet& set, const Migration& migration) {
  const auto row =
      std::find_if(snapshot.rows.begin(), snapshot.rows.end(),
                   [&](const Row& candidate) { return is_row_of(candidate, set, migration); });
  return row == snapshot.rows.end() ? nullptr : &*row;
}

}  // namespace godwit::detail
