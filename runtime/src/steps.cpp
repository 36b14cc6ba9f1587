// SPDX-License-Identifier: Apache-2.0
//
// Migrations outside a transaction: CREATE INDEX CONCURRENTLY, VACUUM and their like. Nothing can
// roll them back, so the row in the history is a claim that is committed before the first step and
// counts the steps that have ended. Whoever finds the claim of a dead process takes it over at that
// step. Whether that very step had taken effect is known for indexes (they are there and valid, or
// not); a step that may run twice runs again; for any other nobody can tell, and a human has to.
//
// The gate is not held meanwhile: an open transaction would make CREATE INDEX CONCURRENTLY wait for
// itself. The claim keeps the others out.
#include "step_effects.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

// Of the statements of as_ourselves() without settings: BEGIN and the two that set the role come
// first.
constexpr std::size_t kOwnResult = 3;

// Where the verify section of a migration is not true when all its steps have ended: the step with
// batches from which they can be run once more, since the build has proved that it and all that
// follow may be: a WHERE passes over what is done, or the values are the same again.
std::optional<std::size_t> first_batches_to_repeat(const Migration& migration) {
  const std::span<const Step> steps = migration.up.steps;
  std::optional<std::size_t> first;
  for (std::size_t number = steps.size(); number-- > 0;) {
    const Step& step = steps[number];
    if (!step.is_idempotent) {
      break;
    }
    first = step.batch.size > 0 ? number : first;
  }
  return first;
}

}  // namespace

bool run_steps(Run& run, const Pending& pending) {
  return run.apply_steps(pending);
}

// Runs all steps that have not ended. The gate is open; its transaction ends with the claim.
bool Run::apply_steps(const Pending& pending) {
  const Migration& migration = *pending.migration;
  current_ = &migration;
  emit(is_undoing_ ? EventKind::kUndoing : EventKind::kApplying, current_);

  Message claim;
  bool is_in_doubt = false;
  if (pending.is_begun) {
    const Reply reply =
        ask(history_.read_claim(*connection_, identity_, migration), Section::kGuard);
    const Claim owner = History::parse_claim(reply.results[0].get());
    if (owner.is_alive && !owner.is_ours) {
      roll_back();
      return false;
    }
    is_in_doubt = !owner.is_released;
    claim.add(Section::kGuard, &migration,
              history_.take_over(*connection_, identity_, migration, owner.pid));
  } else if (is_undoing_) {
    claim.add(Section::kGuard, &migration, history_.begin_undo(*connection_, identity_, migration));
  } else {
    if (!snapshot_.has_table) {
      add_creation(claim);
    }
    claim.add(Section::kGuard, &migration,
              history_.insert(*connection_, identity_, migration, true));
    add_links(claim, migration);
    if (!migration.require.guarded_sql.empty()) {
      claim.add_foreign(Section::kRequire, &migration, migration.require.guarded_sql,
                        static_cast<std::uint32_t>(migration.require.statements.size()));
    }
  }
  claim.add(Section::kCommit, &migration, "COMMIT");
  const Reply reply = send_watched(claim.text(), {}, options_.lock_timeout);
  if (!reply.is_ok()) {
    return handle_failure(claim, reply);
  }
  snapshot_.has_table = true;
  const auto first_step = static_cast<std::size_t>(pending.step);
  const bool is_within = first_step < migration.up.steps.size();
  leave_steps_ = &Run::leave_steps;
  held_ = {&migration, first_step, is_in_doubt && is_within,
           pending.is_begun && is_within && migration.up.steps[first_step].batch.size > 0};
  try {
    set_session(migration);
    replay_session(migration, first_step);
    run_steps(pending, pending.step, is_in_doubt);
    finish_steps(migration);
  } catch (...) {
    drop_claim();
    restore_session();
    throw;
  }
  held_ = {};
  restore_session();
  current_ = nullptr;
  return true;
}

void Run::run_steps(const Pending& pending, int first_step, bool is_in_doubt) {
  const Migration& migration = *pending.migration;
  const std::span<const Step> steps = migration.up.steps;
  for (auto number = static_cast<std::size_t>(first_step); number < steps.size(); ++number) {
    const bool is_recorded = run_step(migration, steps[number], number, is_in_doubt);
    is_in_doubt = false;
    held_.ended_steps = number + 1;
    held_.is_in_doubt = false;
    held_.has_cursor = false;
    if (!is_recorded && !record_step(migration, number)) {
      ErrorDetail detail;
      detail.message = compose(
          "the claim on {} was taken away while it was being "
          "applied: its row in {} was changed",
          migration.full_name, history_.display());
      detail.hint = "run `up` again when nobody else works on it";
      fail_step(migration, steps[number], number, ErrorKind::kPartiallyApplied, std::move(detail));
    }
  }
}

// False when the claim is not ours any more.
bool Run::record_step(const Migration& migration, std::size_t number) {
  const Reply reply =
      ask(as_ourselves({}, history_.set_step(*connection_, identity_, migration, number + 1)),
          Section::kFinish);
  return PQntuples(reply.results[kOwnResult].get()) == 1;
}

// True when that the step has ended is recorded already.
bool Run::run_step(const Migration& migration, const Step& step, std::size_t number,
                   bool is_in_doubt) {
  if (step.batch.size > 0) {
    set_.batch_runner(*this, migration, step, number);
    return true;
  }
  if (step.is_transactional && step.statement_count == 1) {
    return run_atomic_step(migration, step, number);
  }
  for (std::uint32_t i = 0; i < step.statement_count; ++i) {
    const Statement& statement = migration.up.statements[step.first_statement + i];
    if (is_in_doubt && i == 0 && is_step_done(migration, step, number)) {
      return false;
    }
    held_.is_in_doubt = false;
    if (builds_index(step)) {
      while (!drop_invalid_indexes(step)) {
        if (is_past_deadline()) {
          ErrorDetail detail;
          detail.message = compose("another session is building the index of step {} of {}",
                                   number + 1, migration.full_name);
          detail.hint = "wait for it, or end it";
          fail_step(migration, step, number, ErrorKind::kBusy, std::move(detail));
        }
        pause(milliseconds{500});
      }
    }
    emit(EventKind::kStatement, &migration, {}, milliseconds{0}, statement.line);
    const std::string sql(migration.up.sql.substr(statement.offset, statement.length));
    ResultSink sink;
    // For a caller who asks to stop just when the statement has ended. What an index needs besides
    // is that it was looked at.
    sink.on_result = [&](std::size_t, const PGresult*, bool is_end) {
      if (!is_end || i + 1 < step.statement_count) {
        return;
      }
      if (builds_index(step)) {
        held_.is_in_doubt = true;
      } else {
        held_.ended_steps = number + 1;
      }
    };
    in_doubt_ = &migration;
    const Reply reply = send_watched(sql, sink, milliseconds{0});
    if (reply.is_cut) {
      throw ConnectionLost{reply.cut_message};
    }
    in_doubt_ = nullptr;
    if (reply.error) {
      ErrorDetail detail;
      describe_error(reply.error.get(), detail);
      locate_in_statement(migration, migration.up, statement, sql, reply.error.get(),
                          counts_bytes(), detail);
      fail_in_step(migration, step, number, std::move(detail));
    }
  }
  assert_effect(migration, step);
  return false;
}

// The statement and the record that it has ended in one transaction. Whoever comes after a crash
// reads in the history whether it took effect.
bool Run::run_atomic_step(const Migration& migration, const Step& step, std::size_t number) {
  constexpr std::string_view kBegin = "BEGIN;\n";
  constexpr std::size_t kStatement = 1;
  constexpr std::size_t kRecord = 4;  // after BEGIN, the statement, and two SETs
  constexpr std::size_t kCommit = 5;
  held_.is_in_doubt = false;
  const Statement& statement = migration.up.statements[step.first_statement];
  emit(EventKind::kStatement, &migration, {}, milliseconds{0}, statement.line);
  const std::string_view sql = migration.up.sql.substr(statement.offset, statement.length);
  std::string message(kBegin);
  message += sql;
  message += "\n;\n";
  message += be_ourselves(history_.set_step(*connection_, identity_, migration, number + 1));
  bool is_recorded = false;
  ResultSink sink;
  sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
    is_recorded = is_recorded || (index == kRecord && PQntuples(result) == 1);
    if (is_end && index == kCommit && is_recorded) {
      held_.ended_steps = number + 1;
    }
  };
  in_doubt_ = &migration;
  const Reply reply = send_watched(message, sink, milliseconds{0});
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  in_doubt_ = nullptr;
  if (reply.error) {
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    if (reply.count > kStatement) {
      name_migration(migration, detail);
      locate_statement(migration.up.file, migration.up.sql, statement, detail);
      add_dropped_history(detail);
    } else {
      locate_in_statement(migration, migration.up, statement, sql, reply.error.get(),
                          counts_bytes(), detail, kBegin.size());
    }
    fail_in_step(migration, step, number, std::move(detail));
  }
  return is_recorded;
}

void Run::fail_in_step(const Migration& migration, const Step& step, std::size_t number,
                       ErrorDetail detail) {
  roll_back();
  const ErrorKind kind = detail.sqlstate == "42501" || detail.sqlstate == "25006"
                             ? ErrorKind::kReadOnly
                             : ErrorKind::kFailed;
  if (kind == ErrorKind::kReadOnly) {
    add_missing_grant(Section::kUp, detail);
  } else {
    add_advice(detail);
  }
  fail_step(migration, step, number, kind, std::move(detail));
}

// What the transaction at the end has, the steps did not have.
void Run::look_at_tenant_again(const Migration& migration) {
  const Reply reply = send(last_look_at_tenant());
  if (!reply.error) {
    return;
  }
  ErrorDetail detail;
  describe_error(reply.error.get(), detail);
  roll_back();
  if (!explain_lost_tenant(Section::kReset, &migration, detail)) {
    fail_in_section(reply.error.get(), Section::kReset, &migration, std::move(detail));
  }
  detail.hint +=
      "\nall its steps have run and stay, where the path led them: move or undo what "
      "they did by hand";
  drop_claim();
  restore_session();
  fail(ErrorKind::kPartiallyApplied, std::move(detail), &migration);
}

void Run::finish_steps(const Migration& migration) {
  if (has_tenant()) {
    look_at_tenant_again(migration);
  }
  Message message;
  const std::string settings =
      begin_settings(lock_timeout(migration), statement_timeout(migration));
  message.add(Section::kBegin, &migration,
              "BEGIN ISOLATION LEVEL READ COMMITTED;\n" + settings.substr(0, settings.rfind(';')),
              1 + static_cast<std::uint32_t>(std::count(settings.begin(), settings.end(), '\n')));
  if (!migration.verify.guarded_sql.empty()) {
    message.add_foreign(Section::kVerify, &migration, migration.verify.guarded_sql,
                        static_cast<std::uint32_t>(migration.verify.statements.size()));
  }
  add_role_reset(message, migration);
  message.add(Section::kFinish, &migration,
              is_undoing_ ? history_.finish_undo(
                                *connection_, identity_, compose("id{}{}", kEquals, undo_->row_id),
                                std::chrono::duration_cast<milliseconds>(Clock::now() - start_))
                          : history_.finish(*connection_, identity_, migration));
  message.add(Section::kCommit, &migration, "COMMIT");
  milliseconds duration{0};
  ResultSink sink;
  sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
    const Part* part = message.part_of_result(index);
    if (part != nullptr && part->section == Section::kFinish && !is_end) {
      duration = milliseconds{integer(result, 0, 0)};
    }
  };
  in_doubt_ = &migration;
  const Reply reply = send_watched(message.text(), sink, lock_timeout(migration));
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  in_doubt_ = nullptr;
  if (reply.is_ok()) {
    record_applied(migration, duration);
    return;
  }
  ErrorDetail detail;
  describe_error(reply.error.get(), detail);
  const Part* part = locate_error(message, reply.error.get(), reply.count, counts_bytes(), detail);
  roll_back();
  const bool is_verify = part != nullptr && part->section == Section::kVerify;
  const auto first = is_verify ? first_batches_to_repeat(migration) : std::nullopt;
  if (first) {
    held_.ended_steps = *first;
    held_.begins_anew = true;
  }
  detail.hint += compose("{}all its steps have run and stay; {} {}",
                         detail.hint.empty() ? "" : "; ", is_undoing_ ? "`down`" : "`up`",
                         first ? "begins its batches anew, for what their WHERE still finds"
                               : "will only try this end again");
  drop_claim();
  restore_session();
  fail(is_verify ? ErrorKind::kVerifyFailed : ErrorKind::kPartiallyApplied, std::move(detail),
       &migration);
}

// A statement failed: nothing of it took effect, but what the steps before it did stays.
void Run::fail_step(const Migration& migration, const Step& step, std::size_t number,
                    ErrorKind kind, ErrorDetail detail) {
  if (detail.file.empty()) {
    name_migration(migration, detail);
    locate_statement(migration.up.file, migration.up.sql,
                     migration.up.statements[step.first_statement], detail);
  }
  const auto add_hint = [&](std::string_view text) {
    detail.hint += detail.hint.empty() ? "" : "\n";
    detail.hint += text;
  };
  if (builds_index(step)) {
    add_hint("if it left an INVALID index, the next run drops it before it tries again");
  }
  const bool has_cursor = held_.has_cursor && step.batch.size > 0;
  if (number > 0) {
    add_hint(compose("{} of its {} steps have ended and stay; {} goes on with this one", number,
                     migration.up.steps.size(), is_undoing_ ? "`down`" : "`up`"));
  }
  if ((number > 0 || has_cursor) && kind == ErrorKind::kFailed) {
    kind = ErrorKind::kPartiallyApplied;
  }
  drop_claim();
  restore_session();
  fail(kind, std::move(detail), &migration);
}

}  // namespace godwit::detail
