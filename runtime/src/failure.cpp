// SPDX-License-Identifier: Apache-2.0
//
// Failures in words: which kind they are, what to do about them, and their line in the log.
#include "run.hpp"

#include <algorithm>
#include <array>

namespace godwit::detail {
namespace {

struct Advice {
  std::string_view sqlstate;
  std::string_view text;
};

// What the server's own HINT does not say.
constexpr std::array kAdvice = {
    Advice{"42P07",
           "the table or index is there already: was it made by hand, or by another tool?"},
    Advice{"42701", "the column is there already: was it made by hand, or by another tool?"},
    Advice{"42710", "the object is there already: was it made by hand, or by another tool?"},
    Advice{"55P04",
           "a new enum value cannot be used in the transaction that adds it: use it in the "
           "next migration"},
    Advice{"53100", "the disk of the server is full; everything of this migration was rolled back"},
    Advice{"53200",
           "the server is out of memory; of shared memory: raise its max_locks_per_transaction, or "
           "touch fewer tables in one migration"},
    Advice{"53400", "a limit of the server or the role, such as temp_file_limit, was reached"},
    Advice{"25001",
           "put the statement into a migration of its own, with Transaction: none in the "
           "header"},
    Advice{"57P01", "an administrator ended the connection; run `up` again"},
    Advice{"23505",
           "the data breaks the new rule: find and mend it first, in a migration of its own"},
    Advice{"23514",
           "the data breaks the new rule: find and mend it first, in a migration of its own"},
    Advice{"23502",
           "the data breaks the new rule: find and mend it first, in a migration of its own"},
    Advice{"23503",
           "the data breaks the new rule: find and mend it first, in a migration of its own"},
};

// A time limit, or somebody: the server has one SQLSTATE for both, and says which in its language.
std::string_view cancel_advice(std::string_view message, bool has_limit) {
  const bool is_request = message.find("user request") != std::string_view::npos;
  const bool is_limit =
      message.find("statement timeout") != std::string_view::npos || (!is_request && has_limit);
  return is_limit ? "give it more time with Statement-Timeout in the header, or --statement-timeout"
                  : "somebody cancelled the statement (pg_cancel_backend); run the command again";
}

// What the server calls undefined: a table, column, function, other object or schema.
bool is_missing(std::string_view sqlstate) {
  return sqlstate == "42P01" || sqlstate == "42703" || sqlstate == "42883" || sqlstate == "42704" ||
         sqlstate == "3F000";
}

void add_hint(ErrorDetail& detail, std::string_view text) {
  if (!text.empty()) {
    detail.hint += detail.hint.empty() ? "" : "\n";
    detail.hint += text;
  }
}

}  // namespace

// The first migration of all takes the history back with it when it fails: the history is made
// again for what the server has said. What we ourselves refuse leaves a database without one as it
// was.
void Run::log_failure(const Migration& migration, const ErrorDetail& detail) {
  const bool has_table = snapshot_.has_table || !report_.applied.empty();
  // What is there already was made by somebody else: that database is left alone, too.
  const bool is_there =
      detail.sqlstate == "42P07" || detail.sqlstate == "42701" || detail.sqlstate == "42710";
  const bool is_worth_a_history = !detail.sqlstate.empty() && !is_there && !is_table_foreign_;
  if (is_looking_ || (!has_table && !is_worth_a_history) || connection_->is_cut() ||
      !connection_->is_idle()) {
    return;
  }
  ErrorDetail said = detail;
  if (is_undoing_) {
    said.message = "in its down section: " + said.message;
  }
  std::uint32_t count = 0;
  // Best effort: the failure itself is what the caller has to hear about.
  const Reply reply = connection_->send(
      compose("BEGIN ISOLATION LEVEL READ COMMITTED;\n{}{}\n{};\nCOMMIT", gate_settings(),
              has_table ? std::string{} : history_.create(*connection_, has_schema_, false, &count),
              history_.log_failure(*connection_, identity_, migration, said)),
      Waiter{});
  if (!reply.is_ok()) {
    roll_back();
  }
}

void Run::fail(ErrorKind kind, ErrorDetail detail, const Migration* migration) {
  if (migration != nullptr) {
    log_failure(*migration, detail);
    emit(EventKind::kFailed, migration, detail.message, milliseconds{0}, detail.line);
  }
  throw Error(kind, std::move(detail));
}

void Run::add_missing_grant(Section section, ErrorDetail& detail) const {
  const char* user = PQuser(connection_->raw());
  const std::string role =
      !options_.role.empty() ? options_.role : std::string(user == nullptr ? "" : user);
  switch (section) {
    case Section::kCreate:
      add_hint(detail, compose("the history table is created in the schema \"{0}\": GRANT USAGE, "
                               "CREATE ON SCHEMA \"{0}\" TO \"{1}\"{2}, or have {3} created by "
                               "its owner",
                               history_.schema(), role,
                               has_schema_ ? "" : " (and CREATE ON DATABASE to make the schema)",
                               history_.display()));
      break;
    case Section::kGuard:
    case Section::kFinish:
      if (detail.message.find("row-level security") != std::string::npos) {
        add_hint(detail,
                 compose("row-level security hides the history from \"{0}\": ALTER TABLE {1} "
                         "DISABLE ROW LEVEL SECURITY, and the same for {2}",
                         role, history_.display(), history_.display_log()));
        break;
      }
      add_hint(
          detail,
          compose("to read the history: GRANT USAGE ON SCHEMA \"{2}\" TO \"{1}\"; GRANT SELECT "
                  "ON {0}, {3} TO \"{1}\"; to migrate, also: GRANT SELECT, INSERT, UPDATE, "
                  "DELETE ON {0} TO \"{1}\"; GRANT SELECT, INSERT ON {3} TO \"{1}\"",
                  history_.display(), role, history_.schema(), history_.display_log()));
      break;
    default:
      add_hint(detail, compose("give the role \"{}\" the privilege, or the ownership, that the "
                               "statement needs, or run with --role=<the owner>",
                               role));
  }
}

// Data errors are told apart from a migration's own INSERTs by their constraint's table only; the
// advice fits both.
void Run::add_advice(ErrorDetail& detail) {
  for (const Advice& advice : kAdvice) {
    if (advice.sqlstate == detail.sqlstate) {
      add_hint(detail, advice.text);
    }
  }
}

// The history could not be written at the end of a migration: was it there at the beginning?
void Run::add_dropped_history(ErrorDetail& detail) const {
  if (detail.sqlstate == "42P01" || detail.sqlstate == "3F000") {
    add_hint(detail, compose("this drops, renames or moves {} or its schema, where the history is "
                             "kept; it was rolled back. Leave them alone, or keep the history "
                             "elsewhere: HISTORY_TABLE in add_migrations()",
                             history_.display()));
  }
}

void Run::fail_in_section(const PGresult* error, Section section, const Migration* migration,
                          ErrorDetail detail) {
  const std::string sqlstate = detail.sqlstate;
  if (has_tenant() && sqlstate == "3F000" &&
      (section == Section::kBegin || section == Section::kReset || section == Section::kReopen)) {
    refuse_missing_tenant();
  }
  if (explain_lost_tenant(section, migration, detail)) {
    fail(ErrorKind::kFailed, std::move(detail), migration);
  }
  const bool is_history = section == Section::kGuard || section == Section::kFinish;
  if (is_history && sqlstate == "42703" && !connection_->is_cut()) {
    roll_back();
    fail_on_foreign_table();
  }
  ErrorKind kind = ErrorKind::kFailed;
  if (sqlstate == "42501" || sqlstate == "25006") {
    kind = ErrorKind::kReadOnly;
    if (sqlstate == "42501") {
      add_missing_grant(section, detail);
    } else {
      add_hint(detail, "the server or the connection is read-only; run `up` on the primary");
    }
  } else if (section == Section::kVerify || section == Section::kRequire) {
    kind = ErrorKind::kVerifyFailed;
    const std::string name(migration == nullptr ? std::string_view{} : migration->full_name);
    add_hint(detail, section == Section::kVerify
                         ? compose("the migration was rolled back; run the query by hand to see "
                                   "what it finds (`info {} --sql` shows it)",
                                   name)
                         : "the migration was not begun; its require section says what it needs");
  } else {
    add_advice(detail);
    if (sqlstate == "57014" && migration != nullptr) {
      add_hint(detail,
               cancel_advice(detail.message, statement_timeout(*migration) > milliseconds{0}));
    } else if (sqlstate == "0A000" && detail.detail.find("_RETURN") != std::string::npos) {
      // The rule of this name is the view's query, in every language.
      add_hint(detail,
               "drop the view before, and create it again after, in the same migration: what a "
               "view selects cannot change its type");
    } else if (is_undoing_ && section == Section::kUp && migration != nullptr &&
               is_missing(sqlstate)) {
      add_hint(detail, compose("what the down section takes away is not there: was it removed by "
                               "hand? When nothing of it is left, `forget {}` takes it out of the "
                               "history",
                               migration->full_name));
    }
    if (migration != nullptr && section == Section::kUp && !is_undoing_) {
      add_lost_row(*migration, detail);
    }
    if (section == Section::kFinish) {
      add_dropped_history(detail);
    }
  }
  if (section == Section::kConstraints && migration != nullptr) {
    detail.message += " (a deferred constraint, checked at the end of the migration)";
  } else if (section == Section::kCommit && migration != nullptr) {
    detail.message += " (at COMMIT)";
  }
  const std::string_view constraint = error_field(error, PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty() && detail.message.find(constraint) == std::string::npos) {
    detail.message += compose(" (constraint \"{}\")", constraint);
  }
  if (sqlstate == "57014") {
    detail.blockers = last_blockers_;
  }
  fail(kind, std::move(detail), migration);
}

void Run::fail_on_foreign_table() {
  const Reply reply = send(history_.columns(*connection_));
  std::vector<std::string> columns;
  if (!reply.error && !reply.results.empty()) {
    for (int i = 0; i < PQntuples(reply.results[0].get()); ++i) {
      columns.emplace_back(value(reply.results[0].get(), i, 0));
    }
  }
  std::string list;
  for (const std::string& column : columns) {
    list += list.empty() ? "" : ", ";
    list += column;
  }
  const std::string_view tool = History::recognise(columns);
  const std::string additions = History::additions(columns);
  ErrorDetail detail;
  detail.detail = "its columns: " + list;
  if (!additions.empty()) {
    detail.message = compose(
        "the table {} was made by another version of godwit, and lacks columns "
        "of this one; nothing was touched",
        history_.display());
    detail.hint = compose("ALTER TABLE {} {}", history_.display(), additions);
    throw Error(ErrorKind::kDrift, std::move(detail));
  }
  detail.message = compose(
      "the table {} is not godwit's: {}; nothing was touched", history_.display(),
      tool.empty() ? std::string("it has other columns") : compose("it looks like {}'s", tool));
  detail.hint =
      "give this set a history table of another name, by HISTORY_TABLE in add_migrations() or by "
      "--history-table; then `adopt` takes over what this table says";
  throw Error(ErrorKind::kDrift, std::move(detail));
}

}  // namespace godwit::detail
