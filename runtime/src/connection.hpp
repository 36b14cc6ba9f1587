// SPDX-License-Identifier: Apache-2.0
//
// One libpq connection, owned or borrowed, and the one way in which this library talks to a server:
// send a message of the simple protocol, and wait for its results without ever being deaf to the
// caller's wish to stop. Nothing here knows what a migration is.
#pragma once

#include "compose.hpp"

#include <godwit/error.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>

namespace godwit::detail {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct ResultDeleter {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultDeleter>;

/// One value of a result, "" for null.
std::string_view value(const PGresult* result, int row, int column);
bool is_true(const PGresult* result, int row, int column);
std::int64_t integer(const PGresult* result, int row, int column);
std::string_view error_field(const PGresult* result, int field);

/// What came back for one message.
struct Reply {
  std::vector<Result> results;  ///< one for each statement that ended well, where they are kept
  Result error;                 ///< the first error; the server discards what follows it
  std::size_t count = 0;        ///< statements that ended well before the error or the end
  std::string cut_message;      ///< libpq's words when the connection was lost
  bool is_cut = false;
  bool is_cancelled = false;         ///< the caller asked to stop and PQcancel was sent
  Clock::time_point cancelled_at{};  ///< when it was sent last

  bool is_ok() const noexcept { return !error && !is_cut; }
  std::string_view sqlstate() const { return error_field(error.get(), PG_DIAG_SQLSTATE); }
};

/// How a connection waits. All members may be empty.
struct Waiter {
  /// True asks to stop; asked at least ten times a second.
  std::function<bool()> is_cancelled;
  /// Called while nothing comes from the server, with the time since the message was sent or since
  /// the last statement ended; returns how long it can do without being called.
  std::function<milliseconds(milliseconds idle)> on_idle;
};

/// What to do with results as they arrive. Without on_result they are kept in the Reply.
struct ResultSink {
  /// Called for each row and for the end of each statement (`is_end`), with the statement's index
  /// in the message. Rows arrive one by one and are thrown away afterwards.
  std::function<void(std::size_t index, const PGresult* result, bool is_end)> on_result;
  /// The rows for a COPY FROM STDIN, where there are any: sent piece by piece, never copied as a
  /// whole.
  std::function<const std::span<const std::string_view>*(std::size_t index)> copy_rows = {};
  /// Called as the server takes them: bytes of how many.
  std::function<void(std::uint64_t sent, std::uint64_t total)> on_rows_sent = {};
};

/// Keywords and values for PQconnectStartParams; a pair {"dbname", conninfo} is expanded.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// For $1, $2, … in a statement; none is NULL.
using Values = std::vector<std::optional<std::string>>;

/// How long a server may take to do what PQcancel asked for.
inline constexpr milliseconds kCancelAgain{1000};

class Connection {
 public:
  /// What a notice handler gets: severity, SQLSTATE and text.
  using NoticeHandler = std::function<void(const PGresult*)>;

  /// Borrows; everything this class changes on it is put back by the destructor.
  static std::unique_ptr<Connection> borrow(PGconn* connection);

  /// Makes one attempt to connect, until `deadline` at most. Throws Error of kind kCannotConnect
  /// (its SQLSTATE is the server's, where a server answered) or kInterrupted.
  static std::unique_ptr<Connection> open(const Parameters& parameters, Clock::time_point deadline,
                                          const Waiter& waiter);

  /// To none: it only quotes, for a text that goes to a server later (script.cpp).
  static std::unique_ptr<Connection> detached();

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  PGconn* raw() const noexcept { return connection_; }
  bool is_borrowed() const noexcept { return is_borrowed_; }
  bool is_cut() const noexcept { return PQstatus(connection_) != CONNECTION_OK; }
  bool is_idle() const noexcept { return PQtransactionStatus(connection_) == PQTRANS_IDLE; }
  int server_version() const noexcept { return PQserverVersion(connection_); }
  std::string_view parameter(const char* name) const;

  /// Sends one message and waits for all of it. With values it is one statement.
  Reply send(const std::string& message, const Waiter& waiter, const ResultSink& sink = {},
             const Values& values = {});

  /// Asks the server to stop what it does for this connection. A request that overtakes the query
  /// that it is meant for is lost: whoever waits on asks again after kCancelAgain.
  void cancel() const;

  /// On a borrowed connection whose owner receives notices himself, they stay his.
  void set_notice_handler(NoticeHandler handler);

  /// Quoted by libpq for this connection.
  std::string literal(std::string_view text) const;
  std::string identifier(std::string_view text) const;

  /// "user@host:port/db"; never a password.
  std::string description() const;
  /// The parameters to connect in the same way again; with `same_server` to this very host.
  Parameters parameters(bool same_server) const;

  /// `text` without the password of this connection, whatever libpq put into it.
  std::string scrub(std::string_view text) const;

 private:
  Connection(PGconn* connection, bool is_borrowed);

  bool wait_readable(const Waiter& waiter, Clock::time_point since, Reply& reply);
  bool flush();
  milliseconds be_idle(const Waiter& waiter, Clock::time_point since, Reply& reply);
  bool send_rows(std::span<const std::string_view> chunks, const Waiter& waiter,
                 const ResultSink& sink, Reply& reply);
  bool post(const std::string& message, const Values& values);
  void adopt();
  static void receive_notice(void* self, const PGresult* notice);

  PGconn* connection_;
  bool is_borrowed_;
  NoticeHandler on_notice_;
  PQnoticeReceiver old_receiver_ = nullptr;
  bool was_nonblocking_ = false;
  std::string old_encoding_;
};

/// The parameters of a connection string, or of a plain database name; empty leaves all to libpq's
/// environment variables. Throws Error of kind kUsage when it cannot be read.
Parameters parameters_of(const std::string& conninfo);

/// Replaces whatever stands for a password in a URL or in keyword=value text.
std::string scrub_conninfo(std::string_view input);

}  // namespace godwit::detail
