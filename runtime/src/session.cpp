// SPDX-License-Identifier: Apache-2.0
//
// The settings of a session in which steps run: remembered, made, made again on another connection,
// and put back.
#include "run.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

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
