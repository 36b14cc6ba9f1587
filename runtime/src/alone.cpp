// SPDX-License-Identifier: Apache-2.0
//
// A migration that goes alone, in messages of its own between our BEGIN and our COMMIT, since
// somebody else may end its transaction:
//
//   - one whose header says `Syntax: unchecked`, so that the build could not parse it. The tags
//   that
//     the server reports are looked at: a COMMIT or ROLLBACK among them means that the transaction
//     was not ours any more;
//   - one that calls a function of the application, which code.cpp does and judges.
#include "run.hpp"

namespace godwit::detail {
namespace {

constexpr std::string_view kHint =
    "take BEGIN, COMMIT and ROLLBACK out of the file: the runtime owns the transaction. Look at "
    "what "
    "it did, and undo it by hand; then remove its row from the history, if there is one";

/// Whether the statement behind a ROLLBACK tag is ROLLBACK TO.
bool goes_to_savepoint(const Migration& migration, std::size_t statement) {
  if (statement >= migration.up.statements.size()) {
    return false;
  }
  const Statement& place = migration.up.statements[statement];
  std::string text(migration.up.sql.substr(place.offset, place.length));
  for (char& c : text) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '\n' || c == '\t' ? ' ' : c;
  }
  return text.find(" TO ") != std::string::npos;
}

}  // namespace

// The three parts of it are false when the history has to be looked at again.
bool Run::apply_alone(const Migration& migration) {
  current_ = &migration;
  emit(EventKind::kApplying, current_);
  for (const Row& row : snapshot_.rows) {
    if (row.set == set_.name && row.name == migration.full_name && row.state != "applied") {
      roll_back();
      ErrorDetail detail;
      name_migration(migration, detail);
      detail.message = compose(
          "{} ended its own transaction in an earlier run, "
          "and nobody can tell how far it came",
          migration.full_name);
      detail.hint = migration.is_unchecked ? kHint : kCodeHint;
      fail(ErrorKind::kPartiallyApplied, std::move(detail), &migration);
    }
  }
  if (!begin_alone(migration) || !run_alone(migration)) {
    return false;
  }
  if (migration.up.code.function != nullptr && !set_.code_runner(*this, migration)) {
    return false;
  }
  return finish_alone(migration);
}

bool Run::begin_alone(const Migration& migration) {
  Message before;
  add_begin(before, migration, true, !snapshot_.has_table);
  // "running" until the end: should somebody commit in the middle, the row says so.
  before.add(Section::kGuard, &migration,
             history_.insert(*connection_, identity_, migration, true));
  add_links(before, migration);
  add_settings(before, migration);
  if (!migration.require.guarded_sql.empty()) {
    before.add_foreign(Section::kRequire, &migration, migration.require.guarded_sql,
                       static_cast<std::uint32_t>(migration.require.statements.size()));
  }
  const Reply reply = send_watched(before.text(), {}, lock_timeout(migration));
  return reply.is_ok() || handle_failure(before, reply);
}

bool Run::run_alone(const Migration& migration) {
  if (migration.up.statements.empty()) {
    return true;
  }
  Message script;
  script.add_foreign(Section::kUp, &migration, migration.up.sql,
                     static_cast<std::uint32_t>(migration.up.statements.size()));
  std::string ended_by;
  ResultSink sink;
  sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
    const std::string_view tag = is_end ? PQcmdStatus(const_cast<PGresult*>(result)) : "";
    // ROLLBACK TO SAVEPOINT has the tag of ROLLBACK, and ends nothing.
    const bool is_rollback = tag == "ROLLBACK" && !goes_to_savepoint(migration, index);
    if (tag == "COMMIT" || tag == "PREPARE TRANSACTION" || is_rollback) {
      ended_by = tag;
    }
  };
  const Reply reply = send_watched(script.text(), sink, lock_timeout(migration));
  if (!ended_by.empty() && !reply.is_cut) {
    ErrorDetail detail;
    if (reply.error) {
      describe_error(reply.error.get(), detail);
      detail.context = compose("then: {} [{}]", detail.message, detail.sqlstate);
    }
    name_migration(migration, detail);
    detail.message =
        compose("{} ended its own transaction with {}: it was partly applied outside our control",
                migration.full_name, ended_by);
    detail.hint = kHint;
    detail.sqlstate.clear();
    roll_back();
    fail(ErrorKind::kPartiallyApplied, std::move(detail), &migration);
  }
  return reply.is_ok() || handle_failure(script, reply);
}

bool Run::finish_alone(const Migration& migration) {
  Message after;
  after.add(Section::kConstraints, &migration, "SET CONSTRAINTS ALL IMMEDIATE");
  if (!migration.verify.guarded_sql.empty()) {
    after.add_foreign(Section::kVerify, &migration, migration.verify.guarded_sql,
                      static_cast<std::uint32_t>(migration.verify.statements.size()));
  }
  add_role_reset(after, migration);
  after.add(Section::kFinish, &migration, history_.finish(*connection_, identity_, migration));
  after.add(Section::kCommit, &migration, "COMMIT");
  add_leak_reset(after, migration);
  milliseconds duration{0};
  ResultSink sink;
  sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
    const Part* part = after.part_of_result(index);
    if (part != nullptr && part->section == Section::kFinish && !is_end) {
      duration = milliseconds{integer(result, 0, 0)};
    } else if (part != nullptr && part->section == Section::kCommit && is_end) {
      record_applied(migration, duration);
    }
  };
  const Reply reply = send_watched(after.text(), sink, lock_timeout(migration));
  if (!reply.is_ok()) {
    return handle_failure(after, reply);
  }
  current_ = nullptr;
  return true;
}

}  // namespace godwit::detail
