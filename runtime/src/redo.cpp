// SPDX-License-Identifier: Apache-2.0
//
// redo(): what is undone is applied again, so that whatever would keep it from being applied has to
// be known before anything is undone: the plan of the second half is made on the history as the
// first half would leave it.
#include "migrator_impl.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

[[noreturn]] void refuse(ErrorKind kind, ErrorDetail detail) {
  detail.message =
      "nothing was undone, since it could not be applied again: " + std::move(detail.message);
  throw Error(kind, std::move(detail));
}

}  // namespace

DownReport Run::undo_for_redo(const DownOptions& wanted) {
  is_redoing_ = true;
  return down(wanted);
}

// Called when it is chosen what is undone.
void Run::refuse_unrepeatable() {
  if (!is_redoing_) {
    return;
  }
  Snapshot after = snapshot_;
  for (const Undo& undo : undo_list_) {
    if (undo.known == nullptr) {
      ErrorDetail detail;
      detail.migration_name = undo.name;
      detail.message = compose("this build does not contain {}", undo.name);
      detail.hint = "`down --stored` undoes it, and leaves it at that";
      refuse(ErrorKind::kFailed, std::move(detail));
    }
    std::erase_if(after.rows, [&](const Row& row) { return row.id == undo.row_id; });
  }
  Plan plan;
  try {
    plan = make_plan(set_, after, options_, history_);
    if (options_.on_drift == DriftPolicy::kFail) {
      has_handled_drift_ = false;
      handle_drift(plan);
    }
    keep_phase(plan);
  } catch (const Error& error) {
    refuse(error.kind(), error.detail());
  }
  Plan again;
  for (const Undo& undo : undo_list_) {
    const auto found =
        std::find_if(plan.pending.begin(), plan.pending.end(), [&](const Pending& pending) {
          return pending.migration == undo.known && !pending.is_recorded;
        });
    if (found != plan.pending.end()) {
      again.pending.push_back(*found);
      continue;
    }
    const bool is_postponed = std::find(report_.postponed.begin(), report_.postponed.end(),
                                        undo.known) != report_.postponed.end();
    ErrorDetail detail;
    name_migration(*undo.known, detail);
    detail.message =
        is_postponed
            ? compose("--phase=expand leaves {} for the contract phase", undo.known->full_name)
            : compose("a squash would be run in the place of {}", undo.known->full_name);
    detail.hint = is_postponed ? "run redo without a phase" : "`down`, and then `up`";
    refuse(ErrorKind::kFailed, std::move(detail));
  }
  report_.postponed.clear();
  if (!is_looking_ && needs_direct(again)) {
    switch_to_direct(again);
    check();
  }
}

}  // namespace godwit::detail

namespace godwit {

RedoReport Migrator::redo(const DownOptions& options) {
  RedoReport report;
  report.down = impl_->run([&](detail::Run& run) { return run.undo_for_redo(options); });
  const bool is_dry_run = impl_->is_dry_run();
  std::vector<const Migration*> migrations;
  for (const DownReport::Undone& one : is_dry_run ? report.down.planned : report.down.undone) {
    if (one.migration != nullptr) {
      migrations.push_back(one.migration);
    }
  }
  std::sort(migrations.begin(), migrations.end());  // they are of one table, in the set's order
  if (is_dry_run) {
    report.up.planned = std::move(migrations);
    report.up.database = report.down.database;
  } else if (!migrations.empty()) {
    report.up = impl_->run([&](detail::Run& run) { return run.up_these(migrations); });
  }
  return report;
}

}  // namespace godwit
