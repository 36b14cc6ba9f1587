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
#include "batches.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

// Of the statements of as_ourselves() without settings: BEGIN and the two that set the role come
// first.
constexpr std::size_t kOwnResult = 3;

// The first words in small letters, one space between two of them and around brackets.
std::string beginning_of(std::string_view sql) {
  constexpr std::size_t kEnough = 64;
  std::string text;
  for (const char c : sql) {
    if (text.size() >= kEnough) {
      break;
    }
    const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
    if (is_space || c == '(') {
      if (!text.empty() && text.back() != ' ') {
        text += ' ';
      }
      text += is_space ? "" : "( ";
    } else {
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return text + " ";
}

bool builds_index(const Step& step) {
  return step.probe == Probe::kIndexBuilt || step.probe == Probe::kUnnamedIndexBuilt;
}

// Whether the statement changes the session and nothing else. The build marks no statements of this
// kind, so that it has to be told from the text.
bool is_session_statement(std::string_view sql) {
  const std::string text = beginning_of(sql);
  const auto begins_with = [&](std::string_view words) {
    return text.compare(0, words.size(), words) == 0;
  };
  if (begins_with("set ")) {
    return !begins_with("set local ") && !begins_with("set constraints ") &&
           !begins_with("set transaction ");
  }
  return begins_with("reset ") || begins_with("select set_config (") ||
         begins_with("select pg_catalog.set_config (");
}

}  // namespace

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
    Batches(*this, migration, step, number).run();
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

// The condition on pg_class that picks the index of a CREATE.
std::string Run::has_name(const Step& step) const {
  const std::string name = connection_->literal(step.index);
  return step.probe == Probe::kIndexBuilt
             ? compose("c.relname{}{}", kEquals, name)
             : compose(
                   "pg_catalog.regexp_replace(CAST(c.relname AS pg_catalog.text), "
                   "'_idx[0-9]*$', '_idx'){}{}",
                   kEquals, name);
}

// A step whose owner died: did it take effect?
bool Run::is_step_done(const Migration& migration, const Step& step, std::size_t number) {
  if (step.probe == Probe::kIndexDropped) {
    const Reply reply = ask(compose("SELECT pg_catalog.to_regclass({}) IS NULL",
                                    connection_->literal(in_tenant(step.relation))),
                            Section::kUp);
    return is_true(reply.results[0].get(), 0, 0);
  }
  if (builds_index(step) && !step.index.empty()) {
    const Reply reply =
        ask(compose(

                "SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
                "ON c.oid{0}i.indexrelid WHERE i.indrelid{0}pg_catalog.to_regclass({1}) AND "
                "{2} AND i.indisvalid)",
                kEquals, connection_->literal(step.relation), has_name(step)),
            Section::kUp);
    const bool is_there = is_true(reply.results[0].get(), 0, 0);
    // Without a name it may be one that was there before.
    if (!is_there || step.probe == Probe::kIndexBuilt) {
      return is_there;
    }
  }
  if (step.probe == Probe::kIndexBuilt || step.is_idempotent) {
    return false;  // may run again: rebuilding an index twice is only slow
  }
  ErrorDetail detail;
  const Statement& statement = migration.up.statements[step.first_statement];
  name_migration(migration, detail);
  locate_statement(migration.up.file, migration.up.sql, statement, detail);
  detail.message = compose(
      "the run that {} {} was cut off in this statement "
      "(step {} of {}), and nobody can tell "
      "whether it took effect",
      is_undoing_ ? "was undoing" : "applied", migration.full_name, number + 1,
      migration.up.steps.size());
  detail.hint = compose(
      "look for yourself. If it did: UPDATE {0} SET step = {1}, claim_pid = NULL WHERE "
      "migration_set = '{2}' AND migration_name = '{3}'{6}; if it did not: the same with "
      "step = {4}; "
      "then run {5} again",
      history_.display(), number + 1, set_.name, migration.full_name, number,
      is_undoing_ ? "`down`" : "`up`", history_.display_target());
  fail(ErrorKind::kPartiallyApplied, std::move(detail), &migration);
}

// Drops what an earlier attempt left INVALID; false while somebody is still building it.
bool Run::drop_invalid_indexes(const Step& step) {
  // CREATE: the index of that name, on that table. REINDEX: the transient copies, which are called
  // after the index, and are cut to fit 63 bytes.
  const std::string condition =
      !step.index.empty()
          ? compose("i.indrelid{0}pg_catalog.to_regclass({1}) AND {2}", kEquals,
                    connection_->literal(step.relation), has_name(step))
          : compose(

                "i.indrelid{0}(SELECT o.indrelid FROM pg_catalog.pg_index AS o WHERE "
                "o.indexrelid{0}pg_catalog.to_regclass({1})) AND c.relname "
                "OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$' AND "
                "pg_catalog.starts_with((SELECT CAST(n.relname AS pg_catalog.text) FROM "
                "pg_catalog.pg_class AS n WHERE n.oid{0}pg_catalog.to_regclass({1})), "
                "pg_catalog.regexp_replace(CAST(c.relname AS pg_catalog.text), "
                "'_cc(new|old)[0-9]*$', ''))",
                kEquals, connection_->literal(step.relation));
  const Reply reply =
      ask(compose(

              "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), "
              "EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE "
              "p.index_relid{0}c.oid) FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
              "ON c.oid{0}i.indexrelid JOIN pg_catalog.pg_namespace AS n ON "
              "n.oid{0}c.relnamespace WHERE NOT i.indisvalid AND {1}",
              kEquals, condition),
          Section::kUp);
  const PGresult* found = reply.results[0].get();
  for (int i = 0; i < PQntuples(found); ++i) {
    if (is_true(found, i, 1)) {
      return false;
    }
    emit(EventKind::kNotice, current_,
         compose("dropping the INVALID index {}, left by an earlier attempt", value(found, i, 0)));
    ask(compose("DROP INDEX CONCURRENTLY IF EXISTS {}", value(found, i, 0)), Section::kUp);
  }
  return true;
}

void Run::assert_effect(const Migration& migration, const Step& step) {
  if (!builds_index(step)) {
    return;
  }
  const std::string condition =
      step.index.empty() ? compose("i.indexrelid{}pg_catalog.to_regclass({})", kEquals,
                                   connection_->literal(step.relation))
                         : compose("i.indrelid{0}pg_catalog.to_regclass({1}) AND {2}", kEquals,
                                   connection_->literal(step.relation), has_name(step));
  const Reply reply =
      ask(compose(

              "SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
              "ON c.oid{}i.indexrelid WHERE i.indisvalid AND {})",
              kEquals, condition),
          Section::kUp);
  if (is_true(reply.results[0].get(), 0, 0)) {
    return;
  }
  const auto number = static_cast<std::size_t>(&step - migration.up.steps.data());
  ErrorDetail detail;
  name_migration(migration, detail);
  locate_statement(migration.up.file, migration.up.sql,
                   migration.up.statements[step.first_statement], detail);
  detail.message = compose("the statement ended, but {} has no valid index {}",
                           step.index.empty() ? std::string_view("the database") : step.relation,
                           step.index.empty() ? step.relation : step.index);
  detail.hint =
      "another index or table may have the same name; IF NOT EXISTS hides it. Rename one of them";
  held_.is_in_doubt = false;
  fail_step(migration, step, number, ErrorKind::kFailed, std::move(detail));
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

// ---- The claim
// -----------------------------------------------------------------------------------

// `sql` on the history in the middle of a migration whose statements may have changed the role, or
// made transactions read-only. SET LOCAL ROLE comes second because SESSION AUTHORIZATION takes the
// role along; and since servers differ in whether the end of the transaction brings a role back
// that was lost in this way, it is set once more.
std::string Run::as_ourselves(std::string_view settings, std::string_view sql) const {
  return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;\n" +
         be_ourselves(compose("{}{}", settings, sql));
}

// The same from the middle of a transaction on.
std::string Run::be_ourselves(std::string_view sql) const {
  const std::string& role = options_.role.empty() ? session_role_ : options_.role;
  return compose(
      "SET LOCAL SESSION AUTHORIZATION {};\nSET LOCAL ROLE {};\n{};\nCOMMIT;\n"
      "SELECT pg_catalog.set_config('role', pg_catalog.current_setting('role'), false)",
      connection_->is_borrowed() ? connection_->identifier(session_user_) : std::string("DEFAULT"),
      role == "none" ? std::string("NONE") : connection_->identifier(role), sql);
}

// Ends the claim in order, so that the next run knows where to go on; where no step has ended there
// is nothing to remember. A doubt must outlive this run: then the claim is marked as that of a dead
// one. Best effort, since there is an error under way that the caller has to hear about.
void Run::drop_claim() {
  const HeldClaim claim = std::exchange(held_, {});
  if (claim.migration == nullptr || !connection_ || connection_->is_cut()) {
    return;
  }
  roll_back();
  const Migration& migration = *claim.migration;
  std::string sql;
  if (claim.ended_steps > 0 || claim.begins_anew) {
    sql = history_.set_step(*connection_, identity_, migration, claim.ended_steps) + ";\n";
  }
  if (claim.is_in_doubt) {
    sql += compose(
        "UPDATE {0} SET claim_system_id = 0 WHERE migration_set{1}{2} AND "
        "claim_pid{1}pg_catalog.pg_backend_pid()",
        history_.quoted(*connection_), kEquals, connection_->literal(set_.name));
  } else {
    const bool is_begun = claim.ended_steps > 0 || claim.has_cursor || claim.begins_anew;
    sql += is_begun      ? history_.release(*connection_, identity_, migration)
           : is_undoing_ ? history_.cancel_undo(*connection_, identity_, migration)
                         : history_.forget(*connection_, identity_, migration);
  }
  const std::string settings =
      compose("SET LOCAL lock_timeout = {};\nSET LOCAL statement_timeout = {};\n",
              options_.lock_timeout.count(), 0);
  if (!connection_->send(as_ourselves(settings, sql), Waiter{}).is_ok()) {
    roll_back();
  }
}

// ---- Settings of the session -------------------------------------------------------------------

// SET LOCAL needs a transaction, which these statements cannot have. lock_timeout has to be off: it
// would end the waiting for old snapshots that is part of building an index concurrently.
// The steps run with the session's own role, which the gate found.
void Run::save_session(const std::vector<std::string>& names) {
  std::string query = "SELECT ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    query += compose(

        "{0}pg_catalog.current_setting({1}, true), (SELECT s.setting{2}s.reset_val FROM "
        "pg_catalog.pg_settings AS s WHERE s.name{2}{1})",
        i == 0 ? "" : ", ", connection_->literal(names[i]), kEquals);
  }
  const Reply reply = ask(query, Section::kBegin);
  const PGresult* found = reply.results[0].get();
  saved_settings_.clear();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto column = static_cast<int>(2 * i);
    SavedSetting saved{names[i], std::nullopt, true};
    if (PQgetisnull(found, 0, column) == 0) {
      saved.value = std::string(value(found, 0, column));
      saved.is_default = is_true(found, 0, column + 1);
    }
    saved_settings_.push_back(std::move(saved));
  }
  must_restore_session_ = true;
}

void Run::set_session(const Migration& migration) {
  struct Wanted {
    std::string name;
    std::string value;
  };
  std::vector<Wanted> wanted = {
      {"lock_timeout", std::to_string(std::max(migration.lock_timeout_ms, 0))},
      {"statement_timeout", std::to_string(statement_timeout(migration).count())},
      {"idle_in_transaction_session_timeout", "0"}};
  if (connection_->server_version() >= 140000) {
    wanted.push_back({"idle_session_timeout", "0"});
  }
  if (connection_->server_version() >= 170000) {
    wanted.push_back({"transaction_timeout", "0"});
  }
  if (has_check_interval_ && connection_->server_version() >= 140000) {
    // A statement whose client is gone must not wait in a lock's queue, with others behind it.
    wanted.push_back({"client_connection_check_interval", "1s"});
  }
  for (const Setting& setting : migration.settings) {
    wanted.push_back({std::string(setting.name), std::string(setting.value)});
  }
  std::vector<std::string> names;
  names.reserve(wanted.size() + migration.up.leaked_settings.size());
  for (const Wanted& setting : wanted) {
    names.push_back(setting.name);
  }
  // Also what the statements themselves are known to change.
  for (const std::string_view name : leaked_settings(migration.up)) {
    if (name != "role" && name != "session_authorization" && name != "*") {
      names.emplace_back(name);
    }
  }
  if (has_tenant()) {
    names.emplace_back("search_path");
  }
  save_session(names);
  session_script_ = &migration.up;
  std::string sql = "SELECT ";
  if (has_tenant()) {
    sql += compose("pg_catalog.set_config('search_path', {}, false), ", tenant_path());
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    sql += compose("{}pg_catalog.set_config({}, {}, false)", i == 0 ? "" : ", ",
                   connection_->literal(wanted[i].name), connection_->literal(wanted[i].value));
  }
  if (!options_.role.empty()) {
    sql += compose(";\nSET ROLE {}", connection_->identifier(options_.role));
  }
  ask(sql, Section::kBegin);
}

// What the steps before this one did to a session that is gone: without their SET search_path the
// names of the others would mean something else.
void Run::replay_session(const Migration& migration, std::size_t first_step) {
  for (std::size_t number = 0; number < first_step; ++number) {
    const Step& step = migration.up.steps[number];
    for (std::uint32_t i = 0; i < step.statement_count; ++i) {
      const Statement& statement = migration.up.statements[step.first_statement + i];
      const std::string sql(migration.up.sql.substr(statement.offset, statement.length));
      if (!is_session_statement(sql)) {
        continue;
      }
      const Reply reply = send(sql);
      if (reply.error) {
        ErrorDetail detail;
        describe_error(reply.error.get(), detail);
        locate_in_statement(migration, migration.up, statement, sql, reply.error.get(),
                            counts_bytes(), detail);
        roll_back();
        fail_step(migration, step, first_step, ErrorKind::kFailed, std::move(detail));
      }
    }
  }
}

void Run::restore_session() {
  if (!std::exchange(must_restore_session_, false) || !connection_ || connection_->is_cut()) {
    return;
  }
  std::vector<std::string_view> names = leaked_settings(*session_script_);
  names.emplace_back("session_authorization");
  for (const SavedSetting& saved : saved_settings_) {
    names.push_back(saved.name);
  }
  std::string sql;
  for (const std::string& statement : restore_statements(names)) {
    sql += statement + ";\n";
  }
  const Reply reply = connection_->send(sql, Waiter{});
  if (reply.error) {
    roll_back();
  }
  // One by one: where the steps did not come to their end, some of it is not there.
  for (const std::string_view statement : session_script_->leftovers) {
    connection_->send(compose("SET LOCAL client_min_messages = warning; {}", statement), Waiter{});
  }
}

}  // namespace godwit::detail
