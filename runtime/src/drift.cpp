// SPDX-License-Identifier: Apache-2.0
//
// Applied migrations whose file is another now: refused, warned of or accepted.
#include "run.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {

void Run::handle_drift(const Plan& plan) {
  if (plan.drifted.empty() || has_handled_drift_) {
    return;
  }
  has_handled_drift_ = true;
  const Reply reply = ask(with_role(history_.full_check(*connection_, identity_)), Section::kGuard);
  int pid = 0;
  const std::vector<HistoryRow> rows =
      History::read_full_check(reply.results[options_.role.empty() ? 0 : 2].get(), &pid);
  ErrorDetail first;
  std::string others;
  for (const Migration* migration : plan.drifted) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const HistoryRow& candidate) {
      return migration->has_version() ? candidate.version == migration->version
                                      : candidate.migration_name == migration->full_name;
    });
    if (row == rows.end()) {
      continue;
    }
    const bool is_begun = row->state != "applied";
    std::string text =
        compose("{} was {} on {} with checksum {}, but this build has it with checksum {}",
                migration->full_name, is_begun ? "begun" : "applied", row->executed_at,
                row->checksum, migration->checksum);
    if (options_.on_drift == DriftPolicy::kWarn) {
      warn(std::move(text));
    } else if (first.message.empty()) {
      name_migration(*migration, first);
      first.message = std::move(text);
      first.hint =
          is_begun ? compose(
                         "{} of its {} steps have ended and are not run again; if they are "
                         "unchanged, run with --on-drift=accept",
                         row->step, row->steps)
                   : "put the file back as it was and write a new migration; or, if the change is "
                     "known to make no difference, `accept " +
                         std::string(migration->full_name) +
                         "` (--on-drift=accept takes all of them), or name the old checksum in the "
                         "header: Accept-Checksum: " +
                         row->checksum;
    } else {
      others += (others.empty() ? "" : "\n") + text;
    }
  }
  if (first.message.empty()) {
    return;
  }
  if (options_.on_drift == DriftPolicy::kAccept) {
    accept_drift(plan);
    return;
  }
  first.detail = std::move(others);
  throw Error(ErrorKind::kDrift, std::move(first));
}

void Run::accept_drift(const Plan& plan) {
  if (options_.dry_run || is_waiting_ || is_looking_) {
    return;
  }
  require_writable(plan);
  for (const Migration* migration : plan.drifted) {
    ask(history_.accept(*connection_, identity_, *migration, gate_settings()), Section::kGuard);
    warn(compose("{}: the checksum of this build was accepted", migration->full_name));
  }
  check();
}

}  // namespace godwit::detail
