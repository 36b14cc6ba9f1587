// SPDX-License-Identifier: Apache-2.0
//
// What is applied and what is not, with what the history and the log know of each.
#include "again.hpp"
#include "migrator_impl.hpp"
#include "seeds.hpp"
#include "squash.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {

Status Run::status() {
  connect();
  Status status;
  status.is_standby = connection_->parameter("in_hot_standby") == "on";
  status.server_version = connection_->server_version();
  status.database = connection_->description();
  std::vector<HistoryRow> rows;
  Reply reply = look_at_history(history_.full_check(*connection_, identity_));
  if (reply.is_cut) {
    ErrorDetail detail;
    detail.message =
        compose("the connection to {} was lost: {}", status.database, reply.cut_message);
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  if (!reply.error) {
    rows =
        History::read_full_check(reply.results[options_.role.empty() ? 0 : 2].get(), &backend_pid_);
    status.has_history = true;
    status.is_pooled = backend_pid_ != PQbackendPID(connection_->raw());
  } else {
    roll_back();
    if (reply.sqlstate() == "42703") {
      fail_on_foreign_table();
    }
    if (reply.sqlstate() != "42P01" && reply.sqlstate() != "3F000") {
      ErrorDetail detail;
      describe_error(reply.error.get(), detail);
      fail_in_section(reply.error.get(), Section::kGuard, nullptr, std::move(detail));
    }
    // The failed statement could not tell which server process this is.
    const Reply pid = connection_->send("SELECT pg_catalog.pg_backend_pid()", waiter_);
    status.is_pooled =
        pid.is_ok() && integer(pid.results[0].get(), 0, 0) != PQbackendPID(connection_->raw());
  }
  Versions versions;
  for (const HistoryRow& row : rows) {
    if (row.version) {
      versions.add(*row.version, row.state == "applied");
    }
    Row& seen = snapshot_.rows.emplace_back();
    seen.set = set_.name;
    seen.name = row.migration_name;
    seen.version = row.version;
    seen.state = row.state;
  }
  snapshot_.has_table = status.has_history;
  look_up_replaced();
  versions.replaced = replaced_elsewhere(set_, snapshot_.replaced);
  const bool has_newer = std::any_of(rows.begin(), rows.end(), [&](const HistoryRow& row) {
    return row.version && is_of_newer_release(set_, *row.version);
  });
  for (const Migration& migration : set_.migrations) {
    const bool is_unwanted = is_left_out(migration, options_.seed);
    MigrationStatus entry;
    entry.migration = &migration;
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const HistoryRow& candidate) {
      return migration.has_version()
                 ? candidate.version == migration.version
                 : !candidate.version && candidate.migration_name == migration.full_name;
    });
    if (row == rows.end() && is_unwanted) {
      continue;
    }
    if (row == rows.end()) {
      entry.state = is_covered(set_, migration, versions) ? State::kCovered : State::kPending;
    } else {
      const bool is_again = is_applied_again(migration.kind);
      const bool is_same = is_again ? row->checksum == migration.checksum
                                    : is_same_checksum(migration, row->checksum);
      entry.state = row->state != "applied"  ? State::kPartial
                    : is_same || is_unwanted ? State::kApplied
                    : is_again               ? (has_newer ? State::kNewer : State::kPending)
                                             : State::kDrifted;
      entry.row = std::move(*row);
      rows.erase(row);
    }
    status.migrations.push_back(std::move(entry));
  }
  for (HistoryRow& row : rows) {
    MigrationStatus entry;
    const bool is_replaced = row.version && squash_of(set_, *row.version) != nullptr;
    entry.state = is_replaced ? State::kReplaced : State::kUnknown;
    entry.row = std::move(row);
    status.migrations.push_back(std::move(entry));
  }
  add_last_failures(status);
  return status;
}

// For a role that may not read the log, or where it is gone, there is simply nothing to show.
void Run::add_last_failures(Status& status) {
  if (!status.has_history || status.count(State::kPending) + status.count(State::kPartial) == 0) {
    return;
  }
  const Reply reply =
      connection_->send(with_role(history_.last_failures(*connection_, identity_)), waiter_);
  if (!reply.is_ok()) {
    roll_back();
    return;
  }
  const PGresult* rows = reply.results[options_.role.empty() ? 0 : 2].get();
  for (int i = 0; i < PQntuples(rows); ++i) {
    for (MigrationStatus& entry : status.migrations) {
      if (entry.migration != nullptr && entry.migration->full_name == value(rows, i, 0) &&
          (entry.state == State::kPending || entry.state == State::kPartial)) {
        entry.last_failure = compose("{}: {}", value(rows, i, 1), value(rows, i, 2));
        if (!value(rows, i, 3).empty()) {
          entry.last_failure += compose(" [{}]", value(rows, i, 3));
        }
        if (integer(rows, i, 5) > 0) {
          entry.last_failure += compose(" at {}:{}", value(rows, i, 4), value(rows, i, 5));
        }
      }
    }
  }
}

}  // namespace godwit::detail

namespace godwit {

std::size_t Status::count(State state) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(migrations.begin(), migrations.end(),
                    [&](const MigrationStatus& entry) { return entry.state == state; }));
}

Status Migrator::status() {
  return impl_->run([](detail::Run& run) { return run.status(); });
}

}  // namespace godwit
