// SPDX-License-Identifier: Apache-2.0
//
// The one way in which the history is changed without a migration: look, decide, take the gate,
// see that nothing has moved, write it all in that transaction.
//
// What was decided is decided again after each look, so that a cut needs no memory: if the COMMIT
// arrived, there is nothing left to change.
#include "run.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

std::vector<HistoryChange> plain(const std::vector<Change>& changes) {
  return {changes.begin(), changes.end()};
}

}  // namespace

HistoryReport Run::change_history(const HistoryOptions& wanted,
                                  const std::function<std::vector<Change>()>& choose) {
  connect();
  HistoryReport report;
  report.run_id = identity_.run_id;
  report.database = connection_->description();
  std::vector<HistoryChange> sent;
  bool is_checked = false;
  bool is_confirmed = !wanted.confirm;
  for (;;) {
    try {
      if (!is_checked) {
        check();
        is_checked = true;
      }
      std::vector<Change> changes = choose();
      if (changes.empty()) {
        report.changes = std::move(sent);
        break;
      }
      if (options_.dry_run && !wanted.verify) {
        report.changes = plain(changes);
        break;
      }
      refuse_read_only("the history is to be changed", nullptr);
      if (!is_confirmed && !options_.dry_run) {
        if (!wanted.confirm(plain(changes))) {
          ErrorDetail detail;
          detail.message = "not confirmed; nothing was done";
          throw Error(ErrorKind::kInterrupted, std::move(detail));
        }
        is_confirmed = true;
      }
      Plan owners;
      for (const Change& change : changes) {
        if (change.claimed != nullptr && change.migration != nullptr) {
          owners.pending.push_back({change.migration, true, change.claimed->step, false});
        }
      }
      if (wait_for_owner(owners)) {
        check();
        continue;
      }
      if (!take_gate(Plan{})) {
        continue;
      }
      sent = plain(changes);
      if (write_changes(changes, wanted, report)) {
        break;
      }
    } catch (const ConnectionLost& lost) {
      recover(lost);
      is_checked = false;
    }
  }
  report.warnings = std::move(report_.warnings);
  return report;
}

// In the gate's transaction. False when it has to be looked at again.
bool Run::write_changes(std::vector<Change>& changes, const HistoryOptions& wanted,
                        HistoryReport& report) {
  Message message;
  if (!snapshot_.has_table) {
    add_creation(message);
  }
  if (wanted.verify) {
    if (!message.is_empty()) {
      const Reply reply = send_watched(message.text(), {}, options_.lock_timeout);
      if (!reply.is_ok()) {
        return handle_failure(message, reply);
      }
    }
    return verify_and_write(changes, report);
  }
  std::vector<std::size_t> last_results;
  for (const Change& change : changes) {
    message.add(Section::kGuard, change.migration, change.sql, change.count);
    last_results.push_back(message.result_count() - 1);
  }
  Reply reply = send_watched(message.text(), {}, options_.lock_timeout);
  if (!reply.is_ok()) {
    return handle_failure(message, reply);
  }
  for (const std::size_t index : last_results) {
    if (PQntuples(reply.results[index].get()) != 1) {
      roll_back();
      check();
      return false;
    }
  }
  ask("COMMIT", Section::kCommit);
  report.changes = plain(changes);
  return true;
}

// Each behind its own savepoint, so that what holds stays when the next one does not.
bool Run::verify_and_write(std::vector<Change>& changes, HistoryReport& report) {
  for (const Change& change : changes) {
    const Migration& migration = *change.migration;
    if (migration.verify.guarded_sql.empty()) {
      ErrorDetail detail;
      name_migration(migration, detail);
      detail.message =
          compose("{} has no verify section: nobody can tell whether it holds", change.name);
      detail.hint = "look for yourself, and stamp it without --verify; or give it a verify section";
      report.stopped_by.emplace(ErrorKind::kVerifyFailed, std::move(detail));
      break;
    }
    Message message;
    message.add(Section::kBegin, &migration, "SAVEPOINT godwit_stamp");
    message.add_foreign(Section::kVerify, &migration, migration.verify.guarded_sql,
                        static_cast<std::uint32_t>(migration.verify.statements.size()));
    message.add(Section::kGuard, &migration, change.sql, change.count);
    message.add(Section::kBegin, &migration, "RELEASE SAVEPOINT godwit_stamp");
    const Reply reply = send_watched(message.text(), {}, options_.lock_timeout);
    if (reply.is_ok()) {
      report.changes.push_back(change);
      continue;
    }
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    const Part* part = reply.is_cut ? nullptr
                                    : locate_error(message, reply.error.get(), reply.count,
                                                   counts_bytes(), detail);
    if (part == nullptr || part->section != Section::kVerify || detail.sqlstate == "55P03" ||
        detail.sqlstate == "57014") {
      report.changes.clear();
      return handle_failure(message, reply);
    }
    detail.hint = compose("it was not stamped, nor what stands after it{}",
                          report.changes.empty() ? "; nothing was" : "");
    report.stopped_by.emplace(ErrorKind::kVerifyFailed, std::move(detail));
    ask("ROLLBACK TO SAVEPOINT godwit_stamp", Section::kBegin);
    break;
  }
  if (options_.dry_run || report.changes.empty()) {
    roll_back();
  } else {
    ask("COMMIT", Section::kCommit);
  }
  return true;
}

}  // namespace godwit::detail
