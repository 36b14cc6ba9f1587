// SPDX-License-Identifier: Apache-2.0
//
// The gate: which of the processes that found something pending may apply it. It is an advisory
// lock that lives and dies with a transaction, and it is only ever tried, never waited for: a
// waiting session would hold a snapshot, and deadlock with a CREATE INDEX CONCURRENTLY of the
// holder's.
//
// The lock alone does not keep the others out, because each COMMIT in a chain frees it for a
// moment. Whoever gets it in that moment sees one of two things: the history has moved since his
// last look, or the holder is already waiting for the lock of his next block. Either way he steps
// back. What makes a run correct is not this, but the unique key of the history; the gate spares
// the server's log the SQL of all the processes that came too late.
#include "run.hpp"

#include <algorithm>

namespace godwit::detail {
namespace {

// Long enough for the longest back-off, which is slept inside the gate.
constexpr std::string_view kIdleTimeout = "60s";

// Shorter waits are the rule when replicas start together, and are not worth a word.
constexpr milliseconds kAnnounceAfter{400};

}  // namespace

// What every transaction of ours begins with, after BEGIN.
std::string Run::begin_settings(milliseconds lock_timeout, milliseconds statement_timeout) const {
  std::string sql = compose("SET LOCAL lock_timeout = {};\nSET LOCAL statement_timeout = {};\n",
                            lock_timeout.count(), statement_timeout.count());
  if (has_check_interval_ && connection_->server_version() >= 140000) {
    // Ends the work of a client that is gone within a second, and so its locks.
    sql += "SET LOCAL client_connection_check_interval = '1s';\n";
  }
  if (connection_->server_version() >= 170000) {
    sql += "SET LOCAL transaction_timeout = 0;\n";
  }
  if (!options_.role.empty()) {
    sql += compose("SET LOCAL ROLE {};\n", connection_->identifier(options_.role));
  }
  if (has_tenant()) {
    sql += compose("SELECT pg_catalog.set_config('search_path', {}, true);\n", tenant_path());
  }
  return sql;
}

// The same where the transaction stays open between two messages.
std::string Run::gate_settings() const {
  return begin_settings(options_.lock_timeout, milliseconds{0}) +
         compose("SET LOCAL idle_in_transaction_session_timeout = '{}';\n",
                 has_slow_hooks() ? std::string_view("0") : kIdleTimeout);
}

// What a caller's session must have as it was when any setting may have changed: all that alters
// how SQL is read or run. A session of our own is simply RESET.
constexpr std::string_view kSettingsOfACaller[] = {"search_path",
                                                   "check_function_bodies",
                                                   "client_min_messages",
                                                   "default_table_access_method",
                                                   "default_tablespace",
                                                   "default_transaction_isolation",
                                                   "lock_timeout",
                                                   "default_transaction_read_only",
                                                   "row_security",
                                                   "idle_in_transaction_session_timeout",
                                                   "statement_timeout",
                                                   "datestyle",
                                                   "timezone",
                                                   "intervalstyle",
                                                   "bytea_output",
                                                   "xmloption",
                                                   "work_mem",
                                                   "maintenance_work_mem"};

// The names to restore after a script; "*" stays where RESET ALL will do.
std::vector<std::string_view> Run::leaked_settings(const Script& script) const {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const std::string_view name : script.leaked_settings) {
    add(name);
    if (name == "*") {
      add("session_authorization");
      add("role");
    }
  }
  if (connection_->is_borrowed() && std::erase(names, "*") > 0) {
    std::for_each(std::begin(kSettingsOfACaller), std::end(kSettingsOfACaller), add);
  }
  return names;
}

std::vector<std::string_view> Run::leaked_settings(const Plan& plan) const {
  std::vector<std::string_view> names;
  for (const Pending& pending : plan.pending) {
    for (const std::string_view name : leaked_settings(pending.migration->up)) {
      if (name != "role" && name != "session_authorization" && name != "*" &&
          std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::string Run::gate_message(const Plan& plan, std::size_t* settings) const {
  const std::string key = history_.gate_key(*connection_, set_.name);
  std::string sql = "BEGIN ISOLATION LEVEL READ COMMITTED;\n";
  *settings = 1;
  sql +=
      "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('role'), "
      "pg_catalog.current_setting('session_authorization')";
  for (const std::string_view name : leaked_settings(plan)) {
    const std::string text = connection_->literal(name);
    sql += compose(

        ", pg_catalog.current_setting({0}, true), (SELECT s.setting OPERATOR(pg_catalog.=) "
        "s.reset_val FROM pg_catalog.pg_settings AS s WHERE s.name OPERATOR(pg_catalog.=) "
        "{0})",
        text);
  }
  sql += ";\n" + gate_settings();
  sql += compose("SELECT pg_catalog.pg_try_advisory_xact_lock({}){};\n", key, usage_of_tenant());
  // A bigint key is split into two halves in pg_locks.
  sql += compose(
      "SELECT {} EXISTS (SELECT FROM pg_catalog.pg_locks AS l, (SELECT {} AS k) AS key, "
      "pg_catalog.pg_database AS d WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' "
      "AND NOT l.granted AND l.objsubid OPERATOR(pg_catalog.=) 1 "
      "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() "
      "AND l.database OPERATOR(pg_catalog.=) d.oid "
      "AND CAST(l.classid AS bigint) OPERATOR(pg_catalog.=) "
      "((key.k OPERATOR(pg_catalog.>>) 32) OPERATOR(pg_catalog.&) 4294967295) "
      "AND CAST(l.objid AS bigint) OPERATOR(pg_catalog.=) "
      "(key.k OPERATOR(pg_catalog.&) 4294967295));\n",
      snapshot_.has_table ? history_.is_writer_active(*connection_, set_.name) + " OR" : "", key);
  sql += snapshot_.has_table ? history_.check(*connection_, identity_)
                             : history_.existence(*connection_, is_table_foreign_);
  return sql;
}

// True when the gate is held, in an open transaction, and the history is what the plan was made
// from.
bool Run::take_gate(const Plan& plan) {
  current_ = nullptr;
  std::size_t settings = 0;
  const Reply reply = send(gate_message(plan, &settings));
  if (reply.error) {
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    roll_back();
    if (detail.sqlstate == "22023" && has_check_interval_) {
      has_check_interval_ = false;  // not on this server's operating system
      return false;
    }
    if (detail.sqlstate == "42P01") {
      check();
      return false;
    }
    if (detail.sqlstate == "3F000" && has_tenant()) {
      refuse_missing_tenant();
    }
    if (detail.sqlstate == "55P03") {
      wait_for_gate();
      return false;
    }
    fail_in_section(reply.error.get(), Section::kBegin, nullptr, std::move(detail));
  }

  const std::size_t count = reply.results.size();
  const PGresult* before = reply.results[settings].get();
  backend_pid_ = static_cast<int>(integer(before, 0, 0));
  is_pooled_ = backend_pid_ != PQbackendPID(connection_->raw());
  session_role_ = value(before, 0, 1);
  session_user_ = value(before, 0, 2);
  saved_settings_.clear();
  int column = 3;
  for (const std::string_view name : leaked_settings(plan)) {
    SavedSetting saved;
    saved.name = name;
    if (PQgetisnull(before, 0, column) == 0) {
      saved.value = std::string(value(before, 0, column));
      saved.is_default = is_true(before, 0, column + 1);
    }
    saved_settings_.push_back(std::move(saved));
    column += 2;
  }

  const bool has_lock = is_true(reply.results[count - 3].get(), 0, 0);
  if (has_tenant() && !is_true(reply.results[count - 3].get(), 0, 1)) {
    refuse_unusable_tenant();
  }
  const bool is_at_work = is_true(reply.results[count - 2].get(), 0, 0);
  const PGresult* last = reply.results[count - 1].get();
  bool is_unchanged = false;
  bool has_appeared = false;
  bool has_log = false;
  std::vector<std::string> other_tables;
  if (snapshot_.has_table) {
    int pid = 0;
    Snapshot now = History::read_check(last, &pid);
    is_unchanged = now == snapshot_;
    now.replaced = std::move(snapshot_.replaced);
    snapshot_ = std::move(now);
  } else {
    has_appeared = is_true(last, 0, 0);
    has_schema_ = is_true(last, 0, 1);
    has_log = is_true(last, 0, 3);
    for (int row = 0; row < PQntuples(last); ++row) {
      if (PQgetisnull(last, row, 2) == 0) {
        other_tables.emplace_back(value(last, row, 2));
      }
    }
    is_unchanged = !has_appeared;
  }
  if (has_lock && is_unchanged && !is_at_work) {
    if (!other_tables.empty()) {
      refuse_moved_history(other_tables);
    }
    if (has_log && !has_asked_log_) {
      // A log without its history. Asked outside the gate's transaction, which is then begun anew.
      roll_back();
      refuse_emptied_history();
      return false;
    }
    poll_ = milliseconds{50};
    waiting_since_ = {};
    has_announced_wait_ = false;
    if (back_off_.count() > 0) {
      // In the gate: the others wait outside instead of queueing for the same lock in the meantime.
      pause(back_off_);
      back_off_ = milliseconds{0};
    }
    return true;
  }
  roll_back();
  if (has_appeared) {
    check();
  } else if (!is_unchanged) {
    look_up_replaced();
  }
  wait_for_gate();
  return false;
}

// A set whose history table was given another name finds no history, and would apply everything
// again.
void Run::refuse_moved_history(const std::vector<std::string>& other_tables) {
  const Reply reply =
      send(history_.find_elsewhere(*connection_, identity_, set_.migrations.front(), other_tables));
  if (reply.error || reply.results.empty() || PQntuples(reply.results.back().get()) == 0) {
    return;
  }
  const std::string_view table = value(reply.results.back().get(), 0, 0);
  ErrorDetail detail;
  detail.message =
      compose("there is no table {}, but {}.{} has the history of the set \"{}\"; nothing was done",
              history_.display(), history_.schema(), table, set_.name);
  detail.hint = compose(
      "was the history table given another name? Name it so again: HISTORY_TABLE {0} in "
      "add_migrations(), or --history-table {0}; or rename the table and its log",
      table);
  roll_back();
  throw Error(ErrorKind::kDrift, std::move(detail));
}

void Run::wait_for_gate() {
  const Clock::time_point now = Clock::now();
  if (waiting_since_ == Clock::time_point{}) {
    waiting_since_ = now;
  }
  if (is_past_deadline()) {
    ErrorDetail detail;
    detail.blockers = gate_holder();
    detail.message =
        in_doubt_ == nullptr
            ? std::string("another run is applying migrations, and did not end before the deadline")
            : compose(

                  "the connection was lost while {} was being {}, and the server has "
                  "not ended its work before the deadline",
                  in_doubt_->full_name, is_undoing_ ? "undone" : "applied");
    detail.hint = in_doubt_ == nullptr ? "wait for it, or give a longer --wait"
                                       : "it was either done completely or not at all; run the "
                                         "command again when the process below has ended";
    throw Error(in_doubt_ == nullptr ? ErrorKind::kBusy : ErrorKind::kOutcomeUnknown,
                std::move(detail));
  }
  if (!has_announced_wait_ && now - waiting_since_ > kAnnounceAfter) {
    has_announced_wait_ = true;
    emit(EventKind::kWaiting, nullptr, gate_holder());
  }
  pause_until_next_poll();
}

void Run::pause_until_next_poll() {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
  pause(std::min(jittered(poll_), std::max(left, milliseconds{10})));
  poll_ = std::min(poll_ * 3 / 2, milliseconds{1000});
}

// The end of a message that is not the last: the next message goes on in this transaction, so that
// the lock is free no longer than between two blocks of one message. The last result counts the
// rows, to see whether somebody was quicker in that moment.
std::string Run::reopen_gate() const {
  return compose(

      "BEGIN ISOLATION LEVEL READ COMMITTED;\n{}SELECT pg_catalog.pg_advisory_xact_lock({});\n{}",
      gate_settings(), history_.gate_key(*connection_, set_.name), history_.count(*connection_));
}

std::vector<std::string> Run::restore_statements(std::span<const std::string_view> names) const {
  std::vector<std::string> statements;
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  // First, since it takes the role along.
  if (has("session_authorization")) {
    statements.push_back(restore_setting("session_authorization"));
  }
  if (has("session_authorization") || has("role")) {
    statements.push_back(restore_setting("role"));
  }
  if (has("*")) {
    // A pooler gives its server connections our encoding by SET, which RESET ALL undoes.
    statements.insert(statements.end(), {"RESET ALL", "SET client_encoding = 'UTF8'",
                                         "DISCARD TEMP", "DEALLOCATE ALL"});
    return statements;
  }
  for (const std::string_view name : names) {
    if (name != "session_authorization" && name != "role") {
      statements.push_back(restore_setting(name));
    }
  }
  return statements;
}

// Puts a setting back that a migration changed beyond its transaction.
std::string Run::restore_setting(std::string_view name) const {
  const bool is_owned = !connection_->is_borrowed();
  if (name == "role") {
    if (is_owned) {
      return "RESET ROLE";
    }
    return session_role_ == "none" ? std::string("SET ROLE NONE")
                                   : compose("SET ROLE {}", connection_->identifier(session_role_));
  }
  if (name == "session_authorization") {
    return is_owned
               ? std::string("RESET SESSION AUTHORIZATION")
               : compose("SET SESSION AUTHORIZATION {}", connection_->identifier(session_user_));
  }
  const auto saved =
      std::find_if(saved_settings_.begin(), saved_settings_.end(),
                   [&](const SavedSetting& setting) { return setting.name == name; });
  if (!is_owned && saved != saved_settings_.end() && saved->value && !saved->is_default) {
    return compose("SELECT pg_catalog.set_config({}, {}, false)", connection_->literal(name),
                   connection_->literal(*saved->value));
  }
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos
             ? compose("RESET {}", connection_->identifier(name))
             : compose("RESET {}.{}", connection_->identifier(name.substr(0, dot)),
                       connection_->identifier(name.substr(dot + 1)));
}

// Another process is in the middle of a migration outside a transaction. True when it was waited
// for.
bool Run::wait_for_owner(const Plan& plan) {
  for (const Pending& pending : plan.pending) {
    if (!pending.is_begun) {
      continue;
    }
    const Reply reply =
        ask(with_role(history_.read_claim(*connection_, identity_, *pending.migration)),
            Section::kGuard);
    const Claim claim = History::parse_claim(reply.results[options_.role.empty() ? 0 : 2].get());
    if (claim.is_released || !claim.is_alive || claim.is_ours) {
      continue;
    }
    if (is_past_deadline()) {
      ErrorDetail detail;
      name_migration(*pending.migration, detail);
      detail.message =
          compose("{} is still being applied by another run", pending.migration->full_name);
      detail.blockers = claim.description;
      detail.hint = "wait for it, or give a longer --wait";
      throw Error(in_doubt_ != nullptr ? ErrorKind::kOutcomeUnknown : ErrorKind::kBusy,
                  std::move(detail));
    }
    if (!has_announced_wait_) {
      has_announced_wait_ = true;
      emit(EventKind::kWaiting, pending.migration,
           compose("{} is being applied by {}", pending.migration->full_name, claim.description));
    }
    pause_until_next_poll();
    return true;
  }
  return false;
}

}  // namespace godwit::detail
