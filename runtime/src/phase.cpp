// SPDX-License-Identifier: Apache-2.0
//
// Phases: which of the pending migrations may be applied while the release before still runs.
#include "run.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace godwit::detail {

// Of the contract phase, or depending on what is; between two places of the set.
std::vector<const Migration*> Run::late_in(std::size_t begin, std::size_t end) const {
  std::vector<const Migration*> late;
  for (const Migration& migration : set_.migrations.subspan(begin, end - begin)) {
    const bool needs_late = std::any_of(late.begin(), late.end(), [&](const Migration* other) {
      return other->has_version() &&
             std::any_of(migration.dependencies.begin(), migration.dependencies.end(),
                         [&](const Dependency& dependency) {
                           return (dependency.set.empty() || dependency.set == set_.name) &&
                                  dependency.version == other->version;
                         });
    });
    if (migration.phase == Phase::kContract || needs_late) {
      late.push_back(&migration);
    }
  }
  return late;
}

// Leaves in the plan what the phase allows, and notes the rest.
void Run::keep_phase(Plan& plan) {
  if (options_.phase == Phase::kNone) {
    return;
  }
  report_.postponed.clear();
  std::unordered_set<std::int64_t> postponed;
  std::unordered_set<std::string_view> postponed_names;
  const Migration* early = nullptr;
  for (const Pending& pending : plan.pending) {
    const Migration& migration = *pending.migration;
    const bool needs_postponed =
        std::any_of(migration.dependencies.begin(), migration.dependencies.end(),
                    [&](const Dependency& dependency) {
                      return (dependency.set.empty() || dependency.set == set_.name) &&
                             postponed.count(dependency.version) != 0;
                    }) ||
        std::any_of(migration.dependency_names.begin(), migration.dependency_names.end(),
                    [&](std::string_view name) { return postponed_names.count(name) != 0; });
    // What stands behind all migrations was proved on the schema that they leave.
    const bool waits_for_all =
        is_applied_again(migration.kind) && !postponed.empty() && migration.phase != Phase::kExpand;
    // What was begun is finished, whatever it is.
    const bool is_late = !pending.is_begun &&
                         (migration.phase == Phase::kContract || needs_postponed || waits_for_all);
    if (is_late) {
      report_.postponed.push_back(&migration);
      if (migration.has_version()) {
        postponed.insert(migration.version);
      } else {
        postponed_names.insert(migration.full_name);
      }
    } else if (!pending.is_recorded && !pending.is_begun && early == nullptr &&
               migration.kind != Kind::kSeed) {
      early = &migration;
    }
  }
  if (options_.phase == Phase::kContract) {
    report_.postponed.clear();
    if (early != nullptr && report_.applied.empty()) {
      ErrorDetail detail;
      name_migration(*early, detail);
      detail.message = compose(
          "{} is pending, and is no contract migration: the schema has not been expanded yet",
          early->full_name);
      detail.hint =
          "run `up --phase=expand`, deploy the new release everywhere, and then contract; or run "
          "`up` without a phase, for all at once";
      throw Error(ErrorKind::kFailed, std::move(detail));
    }
    return;
  }
  std::erase_if(plan.pending, [&](const Pending& pending) {
    return std::find(report_.postponed.begin(), report_.postponed.end(), pending.migration) !=
           report_.postponed.end();
  });
}

}  // namespace godwit::detail
