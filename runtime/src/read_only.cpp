// SPDX-License-Identifier: Apache-2.0
//
// A standby, or a session that may not write: what is pending is refused before anything is sent.
#include "run.hpp"

#include <utility>

namespace godwit::detail {

void Run::require_writable(const Plan& plan) {
  refuse_read_only(compose("{} {} {} ({})", plan.pending.size(),
                           plan.pending.size() == 1 ? "migration is" : "migrations are",
                           is_undoing_ ? "to be undone" : "pending", names_of(plan.pending)),
                   plan.pending.empty() ? nullptr : plan.pending.front().migration);
}

bool Run::is_read_only() const {
  return connection_->parameter("in_hot_standby") == "on" ||
         connection_->parameter("default_transaction_read_only") == "on";
}

void Run::refuse_read_only(std::string_view what, const Migration* migration) {
  if (!is_read_only()) {
    return;
  }
  const bool is_standby = connection_->parameter("in_hot_standby") == "on";
  ErrorDetail detail;
  if (migration != nullptr) {
    name_migration(*migration, detail);
    detail.file.clear();
  }
  detail.message =
      compose("{}, but {}", what,
              is_standby ? "the server is a read-only standby"
                         : "the connection is read-only (default_transaction_read_only is on)");
  detail.hint = is_standby ? "run it on the primary; a standby follows by itself"
                           : "turn default_transaction_read_only off for this role or connection";
  throw Error(ErrorKind::kReadOnly, std::move(detail));
}

}  // namespace godwit::detail
