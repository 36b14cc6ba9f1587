// SPDX-License-Identifier: Apache-2.0
//
// Transactional migrations: each a block of its own, as many as fit in one message.
//
//     [BEGIN; SET LOCAL …; lock;]      the first block goes on in the gate's transaction instead
//     INSERT INTO history …            the guard
//     SET of the header, require
//     the SQL as written
//     SET CONSTRAINTS ALL IMMEDIATE, verify
//     UPDATE history …, log
//     COMMIT
//     [BEGIN; RESET …; COMMIT]         of what the SQL left behind
//
// An error anywhere makes the server discard the rest of the message, so there is never a gap, and
// the blocks before it stay committed.
#include "run.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cctype>

namespace godwit::detail {
namespace {

// A message of 50 MB took 616 MB in the server (PostgreSQL 15).
constexpr std::size_t kLongestMessage = 1U << 20U;

constexpr milliseconds kFirstBackOff{500};
constexpr milliseconds kLongestBackOff{30'000};

// A function that raises a NOTICE and does nothing else: the server sends out what it has when it
// raises one, and keeps results back until it has 8 kB. It needs no PL/pgSQL, writes nothing,
// starts no event trigger, and is below what servers log.
constexpr std::string_view kFlush =
    "SELECT pg_catalog.to_tsquery(CAST('pg_catalog.simple' AS pg_catalog.regconfig), '')";

bool names_isolation(std::string_view options) {
  constexpr std::string_view kWord = "isolation";
  return std::search(options.begin(), options.end(), kWord.begin(), kWord.end(),
                     [](char a, char b) {
                       return std::tolower(static_cast<unsigned char>(a)) == b;
                     }) != options.end();
}

bool is_chainable(const Pending& pending) {
  return pending.is_recorded ||
         (pending.migration->up.is_transactional && !pending.migration->is_unchecked &&
          pending.migration->up.code.function == nullptr);
}

bool leaks(const Migration& migration, std::string_view name) {
  const auto& names = migration.up.leaked_settings;
  return std::find(names.begin(), names.end(), name) != names.end() ||
         std::find(names.begin(), names.end(), "*") != names.end();
}

}  // namespace

milliseconds Run::lock_timeout(const Migration& migration) const {
  return migration.lock_timeout_ms < 0 ? options_.lock_timeout
                                       : milliseconds{migration.lock_timeout_ms};
}

milliseconds Run::statement_timeout(const Migration& migration) const {
  return migration.statement_timeout_ms < 0 ? options_.statement_timeout.value_or(milliseconds{0})
                                            : milliseconds{migration.statement_timeout_ms};
}

// A migration that is applied again keeps its row.
bool Run::has_row(const Migration& migration) const {
  return is_applied_again(migration.kind) &&
         std::any_of(snapshot_.rows.begin(), snapshot_.rows.end(), [&](const Row& row) {
           return row.set == set_.name && row.name == migration.full_name;
         });
}

// Applies what is pending, in the gate. True when all of it is applied, false when the history has
// to be looked at again.
bool Run::apply(const Plan& plan) {
  std::size_t next = 0;
  rows_ = static_cast<std::int64_t>(snapshot_.rows.size());
  while (next < plan.pending.size()) {
    const Pending& pending = plan.pending[next];
    call_after_each();
    if (!pending.is_recorded) {
      call_before_each(*pending.migration);
    }
    if (is_chainable(pending)) {
      if (!apply_chain(plan.pending, &next)) {
        return false;
      }
      continue;
    }
    const Script& up = pending.migration->up;
    const bool is_done = up.is_transactional || up.code.function != nullptr
                             ? apply_alone(*pending.migration)
                             : set_.step_runner(*this, pending);
    ++next;
    if (!is_done || next < plan.pending.size()) {
      // The gate was given up: look again, and take it again for the rest.
      check();
      return false;
    }
  }
  return true;
}

void Run::add_creation(Message& message) {
  std::uint32_t count = 0;
  std::string sql = history_.create(*connection_, has_schema_, is_table_foreign_, &count);
  sql.erase(sql.rfind(';'));
  message.add(Section::kCreate, nullptr, sql, count);
}

void Run::add_begin(Message& message, const Migration& migration, bool continues_gate,
                    bool creates_tables) {
  const std::string_view options = migration.up.begin_options;
  if (continues_gate && creates_tables) {
    add_creation(message);
  }
  if (continues_gate && options.empty()) {
    message.add(Section::kBegin, &migration,
                compose("SET LOCAL lock_timeout = {};\nSET LOCAL statement_timeout = {}",
                        lock_timeout(migration).count(), statement_timeout(migration).count()),
                2);
    return;
  }
  if (continues_gate) {
    message.add(Section::kCommit, nullptr, "COMMIT");
  }
  const std::string isolation =
      names_isolation(options)
          ? std::string(options)
          : compose("ISOLATION LEVEL READ COMMITTED{}{}", options.empty() ? "" : ", ", options);
  const std::string settings =
      begin_settings(lock_timeout(migration), statement_timeout(migration));
  message.add(Section::kBegin, &migration,
              compose("BEGIN {};\n{}SELECT pg_catalog.pg_advisory_xact_lock({})", isolation,
                      settings, history_.gate_key(*connection_, set_.name)),
              2 + static_cast<std::uint32_t>(std::count(settings.begin(), settings.end(), '\n')));
}

void Run::add_settings(Message& message, const Migration& migration) const {
  for (const Setting& setting : migration.settings) {
    message.add(Section::kBegin, &migration,
                compose("SELECT pg_catalog.set_config({}, {}, true)",
                        connection_->literal(setting.name), connection_->literal(setting.value)));
  }
}

// Whatever role the SQL switched to, the history is written by ours. SET LOCAL stands above a SET
// in the same transaction, and ends with it.
void Run::add_role_reset(Message& message, const Migration& migration) const {
  if (has_tenant()) {
    // Had it gone meanwhile, what was made without a schema would have gone to public.
    // Were the search path another one, the same.
    message.add(Section::kReset, &migration, last_look_at_tenant());
  }
  if (leaks(migration, "session_authorization")) {
    message.add(Section::kReset, &migration, "SET LOCAL SESSION AUTHORIZATION DEFAULT");
  }
  const std::string role = !options_.role.empty()    ? connection_->identifier(options_.role)
                           : session_role_ == "none" ? std::string("NONE")
                                                     : connection_->identifier(session_role_);
  message.add(Section::kReset, &migration, "SET LOCAL ROLE " + role);
}

void Run::add_leak_reset(Message& message, const Migration& migration) const {
  const std::vector<std::string_view> names = leaked_settings(migration.up);
  if (names.empty() && migration.up.leftovers.empty()) {
    return;
  }
  // A transaction of its own: statements between COMMIT and BEGIN would become part of the next
  // block's, and be undone with it.
  message.add(Section::kReset, &migration, "BEGIN");
  for (const std::string& statement : restore_statements(names)) {
    message.add(Section::kReset, &migration, statement);
  }
  const bool is_clean = std::find(names.begin(), names.end(), "*") != names.end();
  if (!migration.up.leftovers.empty() && !is_clean) {
    message.add(Section::kReset, &migration, "SET LOCAL client_min_messages = warning");
    for (const std::string_view statement : migration.up.leftovers) {
      message.add(Section::kReset, &migration, std::string(statement));
    }
  }
  message.add(Section::kReset, &migration, "COMMIT");
}

void Run::add_block(Message& message, const Migration& migration, bool continues_gate,
                    bool creates_tables) {
  const auto count = [](std::span<const Statement> statements) {
    return static_cast<std::uint32_t>(statements.size());
  };
  add_begin(message, migration, continues_gate, creates_tables);
  if (options_.on_event && !continues_gate) {
    message.add(Section::kProgress, nullptr, kFlush);
  }
  message.add(Section::kGuard, &migration,
              history_.insert(*connection_, identity_, migration, false));
  add_links(message, migration);
  add_settings(message, migration);
  if (!migration.require.guarded_sql.empty()) {
    message.add_foreign(Section::kRequire, &migration, migration.require.guarded_sql,
                        count(migration.require.statements));
  }
  message.add_foreign(Section::kUp, &migration, migration.up.sql, count(migration.up.statements));
  message.add(Section::kConstraints, &migration, "SET CONSTRAINTS ALL IMMEDIATE");
  if (!migration.verify.guarded_sql.empty()) {
    message.add_foreign(Section::kVerify, &migration, migration.verify.guarded_sql,
                        count(migration.verify.statements));
  }
  add_role_reset(message, migration);
  message.add(Section::kFinish, &migration, history_.finish(*connection_, identity_, migration));
  message.add(Section::kCommit, &migration, "COMMIT");
  add_leak_reset(message, migration);
}

// The row of a squash of which the database has all that it stands for.
void Run::add_record(Message& message, const Migration& squash, bool continues_gate) {
  add_begin(message, squash, continues_gate, false);
  std::uint32_t count = 0;
  const std::string sql = history_.stamp(*connection_, identity_, squash, false, "squash", &count);
  message.add(Section::kGuard, &squash, sql, count);
  message.add(Section::kCommit, &squash, "COMMIT");
}

// Sends one message with as many of the pending migrations from *next on as fit, and moves *next
// past those that were applied. False when the rest of the plan no longer holds.
bool Run::apply_chain(const std::vector<Pending>& pending, std::size_t* next) {
  Message message;
  std::size_t end = *next;
  const bool is_alone =
      sends_one_by_one_ || (retried_ != nullptr && pending[*next].migration == retried_);
  milliseconds longest_lock_wait{0};
  bool waits_for_ever = false;
  while (end < pending.size() && is_chainable(pending[end]) &&
         (end == *next || (!is_alone && message.text().size() < kLongestMessage))) {
    const Migration& migration = *pending[end].migration;
    if (pending[end].is_recorded) {
      add_record(message, migration, end == *next);
    } else {
      add_block(message, migration, end == *next, end == *next && !snapshot_.has_table);
    }
    const milliseconds wait = lock_timeout(migration);
    waits_for_ever = waits_for_ever || wait.count() == 0;
    longest_lock_wait = std::max(longest_lock_wait, wait);
    ++end;
  }
  if (end < pending.size()) {
    std::string reopen = reopen_gate();
    const auto count = static_cast<std::uint32_t>(std::count(reopen.begin(), reopen.end(), '\n'));
    message.add(Section::kReopen, nullptr, reopen, count + 1);
  }

  current_ = pending[*next].migration;
  if (!pending[*next].is_recorded) {
    emit(EventKind::kApplying, current_);
  }
  std::size_t applied = *next;
  milliseconds duration{0};
  std::int64_t rows_after = -1;
  ResultSink sink;
  sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
    const Part* part = message.part_of_result(index);
    if (part == nullptr) {
      return;
    }
    if (part->section == Section::kReopen && index + 1 == message.result_count() && !is_end) {
      rows_after = integer(result, 0, 0);
    } else if (part->section == Section::kFinish && !is_end) {
      duration = milliseconds{integer(result, 0, 0)};
    } else if (part->section == Section::kCommit && part->migration != nullptr && is_end &&
               std::string_view(PQcmdStatus(const_cast<PGresult*>(result))) == "COMMIT") {
      record_applied(*part->migration, pending[applied].is_recorded ? kRecorded : duration);
      rows_ += has_row(*part->migration) ? 0 : 1;
      guard_hits_ = 0;
      ++applied;
      current_ = applied < end ? pending[applied].migration : nullptr;
      if (current_ != nullptr && !pending[applied].is_recorded) {
        emit(EventKind::kApplying, current_);
      }
    }
  };
  const CopyRows* copied = nullptr;
  Clock::time_point told;
  sink.copy_rows = [&](std::size_t index) {
    const Part* part = message.part_of_result(index);
    const CopyRows* rows = part == nullptr || part->section != Section::kUp
                               ? nullptr
                               : rows_of(part->migration->up, index - part->first_result);
    copied = rows;
    told = Clock::now();
    return rows == nullptr ? nullptr : &rows->chunks;
  };
  sink.on_rows_sent = [&](std::uint64_t sent, std::uint64_t total) {
    const Clock::time_point now = Clock::now();
    if (now - told < kBetweenRowEvents) {
      return;
    }
    told = now;
    emit(progress_of(*copied, sent, total), current_);
  };
  const Reply reply =
      send_watched(message.text(), sink, waits_for_ever ? milliseconds{0} : longest_lock_wait);
  *next = applied;
  if (reply.is_ok()) {
    snapshot_.has_table = true;
    current_ = nullptr;
    // Another run was quicker, or another set's run wrote: look again.
    if (rows_after >= 0 && rows_after != rows_) {
      roll_back();
      check();
      return false;
    }
    return true;
  }
  return handle_failure(message, reply);
}

// Always false, or throws: after a failure the history has to be looked at again.
bool Run::handle_failure(const Message& message, const Reply& reply) {
  if (reply.is_cut) {
    const Part* part = message.part_of_result(reply.count);
    in_doubt_ = part != nullptr && part->migration != nullptr ? part->migration : current_;
    throw ConnectionLost{reply.cut_message};
  }
  ErrorDetail detail;
  describe_error(reply.error.get(), detail);
  const Part* part = locate_error(message, reply.error.get(), reply.count, counts_bytes(), detail);
  const Section section = part == nullptr ? Section::kBegin : part->section;
  const Migration* migration = part == nullptr ? nullptr : part->migration;
  roll_back();
  const std::string& sqlstate = detail.sqlstate;
  if (section == Section::kGuard && history_.is_guard_violation(reply.error.get())) {
    check();  // another run was quicker
    refuse_foreign_row(migration);
    return false;
  }
  if (sqlstate == "22P05" && reply.count == 0) {
    // A character that the server's encoding lacks: it did not read the message at all.
    if (!std::exchange(sends_one_by_one_, true)) {
      check();
      return false;
    }
    if (migration != nullptr) {
      locate_untranslatable(*migration, detail);
    }
  }
  if (sqlstate == "55P03" || sqlstate == "40001" || sqlstate == "40P01") {
    check();
    return plan_retry(migration, std::move(detail));
  }
  fail_in_section(reply.error.get(), section, migration, std::move(detail));
}

// Another run's row is seen by the check that follows; a row that is not, and stands in the way
// again and again, is nobody's: it was changed by hand.
void Run::refuse_foreign_row(const Migration* migration) {
  constexpr int kMost = 5;
  if (guarded_ != migration) {
    guarded_ = migration;
    guard_hits_ = 0;
  }
  if (++guard_hits_ < kMost) {
    pause(jittered(poll_));
    return;
  }
  ErrorDetail detail;
  detail.message = compose(
      "a row of the history stands in the way of {}, though it does not say that it was applied",
      migration == nullptr ? std::string_view("this migration") : migration->full_name);
  detail.hint =
      compose(
          "the row was changed by hand; look at it: SELECT * FROM {} WHERE migration_name = '{}'",
          history_.display(), migration == nullptr ? std::string_view{} : migration->full_name) +
      history_.display_target();
  fail(ErrorKind::kDrift, std::move(detail), migration);
}

// Decides when a migration that ran into a lock, a deadlock or a serialization failure is tried
// again; throws kBusy when that would be past the deadline.
bool Run::plan_retry(const Migration* migration, ErrorDetail detail) {
  if (retried_ != migration) {
    retried_ = migration;
    attempts_ = 0;
  }
  milliseconds wait = kFirstBackOff;
  for (int i = 0; i < attempts_ && wait < kLongestBackOff; ++i) {
    wait *= 2;
  }
  wait = jittered(std::min(wait, kLongestBackOff));
  ++attempts_;
  detail.blockers = last_blockers_;
  if (is_past_deadline(wait)) {
    detail.hint = compose(
        "{}tried {} times until the deadline; end what is in the "
        "way, or give a longer --wait or a "
        "longer lock timeout",
        detail.hint.empty() ? "" : detail.hint + "; ", attempts_);
    fail(ErrorKind::kBusy, std::move(detail), migration);
  }
  back_off_ = std::min(wait, milliseconds{kLongestBackOff});
  emit(EventKind::kRetrying, migration,
       compose("{} [{}]{}{}", detail.message, detail.sqlstate,
               last_blockers_.empty() ? "" : "; in the way: ", last_blockers_),
       back_off_, detail.line);
  return false;
}

}  // namespace godwit::detail
