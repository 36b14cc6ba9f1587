// SPDX-License-Identifier: Apache-2.0
//
// Functions of the application that are migrations. What the function is given is a transaction
// that holds the row of the history already, so that nothing has to be remembered about it: it is
// done when the row is there. What has to be found out is whether the transaction that comes back
// is the one that was given, idle and without an error; its id says that.
//
// Only the generated table of a set with such functions refers to this file: the binaries of others
// do not have it.
#include <godwit/code.hpp>

#include "libpq.hpp"
#include "run.hpp"
#include "waiting.hpp"

#include <algorithm>
#include <charconv>
#include <exception>

namespace godwit {
namespace {

using detail::compose;
using detail::milliseconds;
using detail::Reply;

constexpr std::int64_t kBetweenEvents = 100;  // milliseconds
constexpr std::size_t kShownSql = 200;        // bytes of a statement in an error

[[noreturn]] void refuse_value(std::string text) {
  ErrorDetail detail;
  detail.message = std::move(text);
  throw Error(ErrorKind::kFailed, std::move(detail));
}

/// The beginning of a statement, on one line.
std::string shown(std::string_view sql) {
  std::size_t size = std::min(sql.size(), kShownSql);
  while (size < sql.size() && (static_cast<unsigned char>(sql[size]) & 0xC0U) == 0x80U) {
    --size;
  }
  std::string text(sql.substr(0, size));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return sql.size() > size ? text + " …" : text;
}

}  // namespace

// ---- Answers ---------------------------------------------------------------------------------

std::size_t Rows::size() const noexcept {
  return result_ ? static_cast<std::size_t>(PQntuples(result_.get())) : 0;
}

std::uint64_t Rows::affected() const {
  std::uint64_t count = 0;
  if (result_) {
    const std::string_view text = detail::view(PQcmdTuples(result_.get()));
    std::from_chars(text.data(), text.data() + text.size(), count);
  }
  return count;
}

std::string_view Row::text(std::size_t column) const {
  const pg_result* result = rows_->result_.get();
  if (number_ >= rows_->size() || column >= static_cast<std::size_t>(PQnfields(result))) {
    refuse_value(compose("row {}, column {} was asked for: there are {} rows of {} columns",
                         number_, column, rows_->size(),
                         result == nullptr ? 0 : PQnfields(result)));
  }
  return detail::value(result, static_cast<int>(number_), static_cast<int>(column));
}

bool Row::is_null(std::size_t column) const {
  return text(column).empty() && PQgetisnull(rows_->result_.get(), static_cast<int>(number_),
                                             static_cast<int>(column)) != 0;
}

std::int64_t Row::integer(std::size_t column) const {
  const std::string_view digits = text(column);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    refuse_value(compose("column \"{}\" is no whole number: {}",
                         PQfname(rows_->result_.get(), static_cast<int>(column)),
                         is_null(column) ? std::string("NULL") : compose("\"{}\"", digits)));
  }
  return number;
}

std::string Parameter::text_of(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), value);
  return {std::begin(digits), end};
}

// ---- What the function can do ------------------------------------------------------------------

Rows CodeMigration::send(std::string_view sql, std::initializer_list<Parameter> parameters) {
  detail::Values values;
  for (const Parameter& parameter : parameters) {
    if (parameter.text() && parameter.text()->find('\0') != std::string::npos) {
      refuse_value("a parameter holds a NUL byte, which no text of PostgreSQL can");
    }
    values.push_back(parameter.text());
  }
  if (sql.find('\0') != std::string_view::npos) {
    refuse_value("a statement holds a NUL byte");
  }
  PGconn* connection = run_.connection_->raw();
  PQsetnonblocking(connection, 1);
  Reply reply =
      run_.send_watching(std::string(sql), {}, run_.lock_timeout(migration_), run_.waiter_, values);
  PQsetnonblocking(connection, 0);
  ErrorDetail failure;
  detail::name_migration(migration_, failure);
  if (reply.is_cancelled) {
    is_interrupted_ = true;
    failure.message = "interrupted";
    throw Error(ErrorKind::kInterrupted, std::move(failure));
  }
  if (reply.is_cut) {
    failure.message = compose("the connection was lost: {}", reply.cut_message);
    throw Error(ErrorKind::kCannotConnect, std::move(failure));
  }
  if (reply.error) {
    detail::describe_error(reply.error.get(), failure);
    failure.context += compose("{}statement: {}", failure.context.empty() ? "" : "\n", shown(sql));
    last_failure_ = failure;
    throw Error(ErrorKind::kFailed, std::move(failure));
  }
  if (reply.results.empty()) {
    return Rows({});
  }
  return Rows(std::shared_ptr<pg_result>(reply.results.back().release(), &PQclear));
}

Rows CodeMigration::query(std::string_view sql, std::initializer_list<Parameter> parameters) {
  return send(sql, parameters);
}

std::uint64_t CodeMigration::execute(std::string_view sql,
                                     std::initializer_list<Parameter> parameters) {
  return send(sql, parameters).affected();
}

bool CodeMigration::is_cancelled() const {
  return run_.waiter_.is_cancelled && run_.waiter_.is_cancelled();
}

void CodeMigration::progress(std::uint64_t done, std::uint64_t total, std::string_view what) {
  if (is_cancelled()) {
    is_interrupted_ = true;
    ErrorDetail failure;
    detail::name_migration(migration_, failure);
    failure.message = "interrupted";
    throw Error(ErrorKind::kInterrupted, std::move(failure));
  }
  const std::int64_t now =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count();
  if (now < next_progress_ && (total == 0 || done < total)) {
    return;
  }
  next_progress_ = now + kBetweenEvents;
  Event event;
  event.kind = EventKind::kProgress;
  event.message = total == 0 ? std::to_string(done) : compose("{} of {}", done, total);
  event.message += what.empty() ? std::string{} : compose(" {}", what);
  if (total > 0) {
    constexpr double kWhole = 100;
    const double part = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
    event.percent = static_cast<std::uint32_t>(part * kWhole);
  }
  run_.emit(std::move(event), run_.current_);
}

pg_conn* CodeMigration::connection() const noexcept {
  return run_.connection_->raw();
}

namespace detail {

// ---- What is made of it ------------------------------------------------------------------------

bool run_code(Run& run, const Migration& migration) {
  return run.call_code(migration);
}

void Run::locate_code(const Migration& migration, ErrorDetail& detail) {
  name_migration(migration, detail);
  const Code& code = migration.up.code;
  detail.file = code.file;
  detail.line = code.line;
  detail.column = code.column;
}

namespace {

// PQgetResult() of what has been cancelled.
Result result_of_cancelled(const Connection& cancelled) {
  PGconn* connection = cancelled.raw();
  while (PQisBusy(connection) != 0) {
    pollfd descriptor{PQsocket(connection), POLLIN, 0};
    const int ready = wait_for(descriptor, kCancelAgain);
    if (ready == 0) {
      cancelled.cancel();
    } else if (ready > 0 && PQconsumeInput(connection) == 0) {
      break;
    }
  }
  return Result(PQgetResult(connection));
}

}  // namespace

// Ends what the function left under way, so that a ROLLBACK can be sent. False when that cannot be
// done on this connection.
bool Run::leave_clean() {
  PGconn* connection = connection_->raw();
  if (PQtransactionStatus(connection) == PQTRANS_ACTIVE) {
    connection_->cancel();
  }
  const bool is_pipeline = PQpipelineStatus(connection) != PQ_PIPELINE_OFF;
  if (is_pipeline) {
    PQpipelineSync(connection);
  }
  for (int empty = 0; empty < 2;) {
    const Result result = result_of_cancelled(*connection_);
    if (!result) {
      // In a pipeline each query ends in one; two in a row are the end.
      empty += is_pipeline ? 1 : 2;
      continue;
    }
    empty = 0;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COPY_IN) {
      PQputCopyEnd(connection, "the function of the migration did not end its COPY");
    } else if (status == PGRES_COPY_OUT) {
      char* row = nullptr;
      while (PQgetCopyData(connection, &row, 0) > 0) {
        PQfreemem(row);
      }
    } else if (status == PGRES_PIPELINE_SYNC) {
      break;
    }
  }
  return !is_pipeline || PQexitPipelineMode(connection) == 1;
}

bool Run::call_code(const Migration& migration) {
  // Between two statements the function may take as long as it likes.
  Reply begun =
      send("SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_catalog.txid_current()");
  if (begun.error) {
    ErrorDetail detail;
    describe_error(begun.error.get(), detail);
    locate_code(migration, detail);
    roll_back();
    fail_in_section(begun.error.get(), Section::kBegin, &migration, std::move(detail));
  }
  const std::string transaction(value(begun.results.back().get(), 0, 0));

  const bool is_undone = undo_ != nullptr && undo_->known != nullptr;
  CodeMigration code(*this, is_undone ? *undo_->known : migration);
  std::optional<ErrorDetail> failure;
  PQsetnonblocking(connection_->raw(), 0);
  try {
    migration.up.code.function(code);
  } catch (const Error& error) {
    failure = error.detail();
  } catch (const std::exception& error) {
    failure.emplace().message = error.what();
  } catch (...) {
    failure.emplace().message = "it threw something that is no std::exception";
  }
  if (failure && failure->message.empty()) {
    failure->message = "it threw an exception without a text";
  }
  PQsetnonblocking(connection_->raw(), 1);

  if (connection_->is_cut()) {
    in_doubt_ = &migration;
    throw ConnectionLost{connection_->scrub(trimmed(view(PQerrorMessage(connection_->raw()))))};
  }
  if (code.is_interrupted_) {
    leave_clean();
    interrupt();
  }
  if (!failure && PQtransactionStatus(connection_->raw()) == PQTRANS_INERROR) {
    failure = std::move(code.last_failure_);
    if (!failure) {
      failure.emplace().message = "a statement failed";
    }
    failure->message += " (and the function returned as if nothing had happened)";
  }
  return judge_code(migration, std::move(failure), transaction);
}

// What the function left behind: true when it is what it was given.
bool Run::judge_code(const Migration& migration, std::optional<ErrorDetail> failure,
                     const std::string& transaction) {
  PGconn* connection = connection_->raw();
  const bool is_busy = PQtransactionStatus(connection) == PQTRANS_ACTIVE ||
                       PQpipelineStatus(connection) != PQ_PIPELINE_OFF;
  if (is_busy) {
    if (!leave_clean()) {
      in_doubt_ = &migration;
      throw ConnectionLost{"the function left a pipeline open, which could not be ended"};
    }
    if (!failure) {
      failure.emplace().message = "the function returned with a query, COPY or pipeline under way";
    }
  }
  bool is_ours = PQtransactionStatus(connection) == PQTRANS_INERROR;
  if (PQtransactionStatus(connection) == PQTRANS_INTRANS) {
    const Reply reply = send("SELECT pg_catalog.txid_current()");
    is_ours = !reply.error && value(reply.results.back().get(), 0, 0) == transaction;
  }
  if (is_ours && !failure) {
    return true;
  }
  roll_back();
  check();
  // A failed transaction does not say whose it is; a row that was committed does.
  is_ours =
      is_ours && std::none_of(snapshot_.rows.begin(), snapshot_.rows.end(), [&](const Row& row) {
        return row.set == set_.name && row.name == migration.full_name && row.state == "running";
      });
  ErrorDetail detail = failure ? std::move(*failure) : ErrorDetail{};
  const std::string function = compose("{}()", migration.up.code.name);
  if (!is_ours) {
    if (!detail.message.empty()) {
      detail.context = compose("then: {}", detail.message);
    }
    locate_code(migration, detail);
    detail.sqlstate.clear();
    detail.message =
        compose("{} ended the transaction of {}, which was {} partly, outside our control",
                function, migration.full_name, is_undoing_ ? "undone" : "applied");
    detail.hint = kCodeHint;
    fail(ErrorKind::kPartiallyApplied, std::move(detail), &migration);
  }
  locate_code(migration, detail);
  detail.message = compose("{}: {}", function, detail.message);
  const std::string& sqlstate = detail.sqlstate;
  if (sqlstate == "55P03" || sqlstate == "40001" || sqlstate == "40P01") {
    return plan_retry(&migration, std::move(detail));
  }
  fail_in_section(nullptr, Section::kUp, &migration, std::move(detail));
}

}  // namespace detail
}  // namespace godwit
