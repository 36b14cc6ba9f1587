// SPDX-License-Identifier: Apache-2.0
//
// Looking: the verify sections of all that is applied, and the log.
#include "migrator_impl.hpp"
#include "target.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {

void Run::verify_one(const Migration& migration, VerifyReport& report) {
  for (;;) {
    Message message;
    const std::string settings =
        begin_settings(lock_timeout(migration), statement_timeout(migration));
    message.add(Section::kBegin, &migration,
                "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;\n" +
                    settings.substr(0, settings.rfind(';')),
                1 + static_cast<std::uint32_t>(std::count(settings.begin(), settings.end(), '\n')));
    message.add_foreign(Section::kVerify, &migration, migration.verify.guarded_sql,
                        static_cast<std::uint32_t>(migration.verify.statements.size()));
    message.add(Section::kCommit, &migration, "COMMIT");
    const Reply reply = send_watched(message.text(), {}, lock_timeout(migration));
    if (reply.is_cut) {
      throw ConnectionLost{reply.cut_message};
    }
    if (!reply.error) {
      report.held.push_back(&migration);
      return;
    }
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    const Part* part =
        locate_error(message, reply.error.get(), reply.count, counts_bytes(), detail);
    roll_back();
    if (detail.sqlstate == "22023" && has_check_interval_ &&
        (part == nullptr || part->section == Section::kBegin)) {
      has_check_interval_ = false;  // not on this server's operating system
      continue;
    }
    report.failures.emplace_back(ErrorKind::kVerifyFailed, std::move(detail));
    return;
  }
}

VerifyReport Run::verify() {
  connect();
  for (;;) {
    try {
      VerifyReport report;
      report.database = connection_->description();
      check();
      for (const Migration& migration : set_.migrations) {
        const Row* row = find_row(snapshot_, set_, migration);
        const bool is_other = row != nullptr && is_applied_again(migration.kind) &&
                              row->checksum != migration.checksum;
        if (row == nullptr || row->state != "applied" || is_other) {
          continue;
        }
        if (migration.verify.guarded_sql.empty()) {
          report.unchecked.push_back(&migration);
        } else {
          verify_one(migration, report);
        }
      }
      return report;
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

std::vector<LogEntry> Run::log() {
  connect();
  for (;;) {
    try {
      std::vector<LogEntry> entries;
      check();
      if (!snapshot_.has_table) {
        return entries;
      }
      const Reply reply =
          ask(with_role(history_.read_log(*connection_, identity_)), Section::kGuard);
      const PGresult* rows = reply.results[options_.role.empty() ? 0 : 2].get();
      for (int i = 0; i < PQntuples(rows); ++i) {
        LogEntry entry;
        entry.logged_at = value(rows, i, 0);
        entry.event = value(rows, i, 1);
        entry.migration_name = value(rows, i, 2);
        if (PQgetisnull(rows, i, 3) == 0) {
          entry.version = integer(rows, i, 3);
        }
        if (PQgetisnull(rows, i, 4) == 0) {
          entry.execution_time_ms = integer(rows, i, 4);
        }
        entry.run_id = value(rows, i, 5);
        entry.logged_by = value(rows, i, 6);
        entry.application_name = value(rows, i, 7);
        entry.sqlstate = value(rows, i, 8);
        entry.message = value(rows, i, 9);
        entry.file = value(rows, i, 10);
        entry.line = integer(rows, i, 11);
        entries.push_back(std::move(entry));
      }
      return entries;
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

}  // namespace godwit::detail

namespace godwit {

VerifyReport Migrator::verify() {
  return impl_->run([](detail::Run& run) { return run.verify(); });
}

std::vector<LogEntry> Migrator::log() {
  return impl_->run([](detail::Run& run) { return run.log(); });
}

}  // namespace godwit
