// SPDX-License-Identifier: Apache-2.0
//
// Phases: which of the pending migrations may be applied while the release before still runs.
#include "run.hpp"

#include <algorithm>
#include <string_view>

namespace godwit::detail {
namespace {

bool depends_on(const Migration& migration, const Migration& other, std::string_view set) {
  const auto names = migration.dependency_names;
  if (!other.has_version()) {
    return std::find(names.begin(), names.end(), other.full_name) != names.end();
  }
  return std::any_of(migration.dependencies.begin(), migration.dependencies.end(),
                     [&](const Dependency& dependency) {
                       return dependency.version == other.version &&
                              (dependency.set.empty() || dependency.set == set);
                     });
}

bool has_version(const Migration* migration) {
  return migration->has_version();
}

}  // namespace

// Of the contract phase, or depending on what is; between two places of the set.
std::vector<const Migration*> Run::late_in(std::size_t begin, std::size_t end) const {
  std::vector<const Migration*> late;
  for (const Migration& migration : set_.migrations.subspan(begin, end - begin)) {
    const bool needs_late = std::any_of(late.begin(), late.end(), [&](const Migration* other) {
      return other->has_version() && depends_on(migration, *other, set_.name);
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
  const std::vector<const Migration*>& postponed = report_.postponed;
  const Migration* early = nullptr;
  for (const Pending& pending : plan.pending) {
    const Migration& migration = *pending.migration;
    const bool needs_postponed = std::any_of(
        postponed.begin(), postponed.end(),
        [&](const Migration* other) { return depends_on(migration, *other, set_.name); });
    // What stands behind all migrations was proved on the schema that they leave.
    const bool waits_for_all = is_applied_again(migration.kind) &&
                               std::any_of(postponed.begin(), postponed.end(), has_version) &&
                               migration.phase != Phase::kExpand;
    // What was begun is finished, whatever it is.
    const bool is_late = !pending.is_begun &&
                         (migration.phase == Phase::kContract || needs_postponed || waits_for_all);
    if (is_late) {
      report_.postponed.push_back(&migration);
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
