// SPDX-License-Identifier: Apache-2.0
//
// Connecting, sending and waiting on libpq. Waiting is always for the socket (waiting.hpp), so that
// a cancel request, a look at who is in the way and a deadline are possible at any moment, and a
// caller's event loop can wait instead of us. Two short calls of libpq block: the look-up of a host
// name, and a cancel request.
#include "connection.hpp"

#include "libpq.hpp"
#include "waiting.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <poll.h>

namespace godwit::detail {
namespace {

constexpr milliseconds kTick{100};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// Read from a connection that never leaves this process: its one option does not exist.
PQnoticeReceiver default_receiver() {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> nowhere(PQconnectStart("godwit=nowhere"),
                                                             &PQfinish);
  return nowhere ? PQsetNoticeReceiver(nowhere.get(), nullptr, nullptr) : nullptr;
}

/// What stands behind the last '@': an '@' or '/' in a password that was not written as %40 or %2F
/// makes libpq take the rest of the password for a host or a database.
std::string_view without_password(std::string_view name) {
  return name.substr(name.rfind('@') + 1);
}

std::string host_of(const PGconn* connection) {
  const std::string_view host = without_password(view(PQhost(connection)));
  return host.empty() ? "localhost" : std::string(host);
}

}  // namespace

std::string_view value(const PGresult* result, int row, int column) {
  return {PQgetvalue(result, row, column),
          static_cast<std::size_t>(PQgetlength(result, row, column))};
}

bool is_true(const PGresult* result, int row, int column) {
  return value(result, row, column) == "t";
}

std::int64_t integer(const PGresult* result, int row, int column) {
  const std::string_view text = value(result, row, column);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view error_field(const PGresult* result, int field) {
  return result == nullptr ? std::string_view{} : view(PQresultErrorField(result, field));
}

std::string scrub_conninfo(std::string_view input) {
  std::string text(input);
  const std::size_t scheme = text.find("://");
  if (scheme != std::string::npos) {
    const std::size_t from = scheme + 3;
    const std::size_t end = text.find_first_of(" \"\n", from);
    const std::size_t at = text.rfind('@', end);
    const std::size_t colon = text.find(':', from);
    if (at != std::string::npos && at > from && colon != std::string::npos && colon < at) {
      text.replace(colon + 1, at - colon - 1, "***");
    }
  }
  for (std::size_t at = text.find("password"); at != std::string::npos;
       at = text.find("password", at + 8)) {
    const std::size_t equals = text.find_first_not_of(' ', at + 8);
    if (equals == std::string::npos || text[equals] != '=') {
      continue;
    }
    std::size_t from = text.find_first_not_of(' ', equals + 1);
    if (from == std::string::npos) {
      break;
    }
    const bool is_quoted = text[from] == '\'';
    std::size_t end = is_quoted ? from + 1 : from;
    while (end < text.size() &&
           (is_quoted ? text[end] != '\'' : text[end] != ' ' && text[end] != '&')) {
      end += text[end] == '\\' ? 2U : 1U;
    }
    end = std::min(end + (is_quoted ? 1U : 0U), text.size());
    text.replace(from, end - from, "***");
  }
  return text;
}

Parameters parameters_of(const std::string& conninfo) {
  const bool is_plain_name =
      conninfo.find('=') == std::string::npos && conninfo.find("://") == std::string::npos;
  // libpq would take these for the name of a database, and errors name that.
  const bool is_broken_url =
      is_plain_name &&
      (conninfo.find('@') != std::string::npos ||
       (conninfo.find(':') != std::string::npos && conninfo.find('/') != std::string::npos));
  if (is_broken_url) {
    ErrorDetail detail;
    detail.message = "the connection string is neither a URL nor a list of settings";
    detail.hint =
        "write it as postgresql://user@host:5432/database, or as \"host=… dbname=… user=…\"";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  if (!is_plain_name) {
    char* message = nullptr;
    const ConninfoOptions options(PQconninfoParse(conninfo.c_str(), &message));
    const std::unique_ptr<char, MemoryDeleter> message_owner(message);
    if (!options) {
      // libpq quotes the part that it could not read, which may well be the password.
      std::string text = trimmed(view(message));
      const std::size_t first = text.find('"');
      const std::size_t last = text.rfind('"');
      if (first != std::string::npos && last > first) {
        text.replace(first + 1, last - first - 1, "...");
      }
      ErrorDetail detail;
      detail.message = "the connection string cannot be read: " + text;
      detail.hint =
          "write it as postgresql://user@host:5432/database, or as \"host=… dbname=… user=…\"; "
          "characters such as @ : / % in a password of a URL are written %40 %3A %2F %25";
      throw Error(ErrorKind::kUsage, std::move(detail));
    }
  }
  // What stands before "dbname" can be overridden by the caller, what stands after it cannot. The
  // keepalives notice a server that vanished without a word within a minute, not after two hours.
  return {{"fallback_application_name", "godwit"},
          {"keepalives_idle", "30"},
          {"keepalives_interval", "10"},
          {"keepalives_count", "3"},
          {"dbname", conninfo},
          {"client_encoding", "UTF8"}};
}

Connection::Connection(PGconn* connection, bool is_borrowed)
    : connection_(connection), is_borrowed_(is_borrowed) {}

std::unique_ptr<Connection> Connection::borrow(PGconn* connection) {
  std::unique_ptr<Connection> borrowed(new Connection(connection, true));
  borrowed->adopt();
  return borrowed;
}

void Connection::adopt() {
  if (!is_borrowed_) {
    PQsetNoticeReceiver(connection_, &Connection::receive_notice, this);
  }
  // A long message is written in pieces, and what the server says meanwhile is read.
  was_nonblocking_ = PQisnonblocking(connection_) != 0;
  if (!was_nonblocking_) {
    PQsetnonblocking(connection_, 1);
  }
  if (is_borrowed_ && !is_cut() && parameter("client_encoding") != "UTF8") {
    old_encoding_ = std::string(parameter("client_encoding"));
    PQsetClientEncoding(connection_, "UTF8");
  }
}

Connection::~Connection() {
  if (!is_borrowed_) {
    PQfinish(connection_);
    return;
  }
  if (!old_encoding_.empty() && !is_cut()) {
    PQsetClientEncoding(connection_, old_encoding_.c_str());
  }
  if (old_receiver_ != nullptr) {
    PQsetNoticeReceiver(connection_, old_receiver_, nullptr);
  }
  if (!was_nonblocking_) {
    PQsetnonblocking(connection_, 0);
  }
}

void Connection::set_notice_handler(NoticeHandler handler) {
  on_notice_ = std::move(handler);
  if (!is_borrowed_ || old_receiver_ != nullptr || !on_notice_) {
    return;
  }
  // libpq tells a receiver but not its argument, so a receiver of the caller's could not be put
  // back: it stays, and gets the notices. The default one needs no argument.
  PQnoticeReceiver current = PQsetNoticeReceiver(connection_, nullptr, nullptr);
  if (current == default_receiver()) {
    old_receiver_ = current;
    PQsetNoticeReceiver(connection_, &Connection::receive_notice, this);
  }
}

void Connection::receive_notice(void* self, const PGresult* notice) {
  auto* connection = static_cast<Connection*>(self);
  if (connection->on_notice_) {
    connection->on_notice_(notice);
  }
}

std::string_view Connection::parameter(const char* name) const {
  return view(PQparameterStatus(connection_, name));
}

void Connection::cancel() const {
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(connection_),
                                                                   &PQfreeCancel);
  char message[256];
  if (request) {
    PQcancel(request.get(), message, sizeof message);
  }
}

// Asks the caller whether to go on, and says how long it can do without being asked.
milliseconds Connection::be_idle(const Waiter& waiter, Clock::time_point since, Reply& reply) {
  const Clock::time_point now = Clock::now();
  const bool asks_again = reply.is_cancelled && now - reply.cancelled_at >= kCancelAgain;
  if (asks_again || (waiter.is_cancelled && !reply.is_cancelled && waiter.is_cancelled())) {
    reply.is_cancelled = true;
    reply.cancelled_at = now;
    cancel();
  }
  milliseconds timeout{-1};
  if (waiter.on_idle) {
    timeout = waiter.on_idle(std::chrono::duration_cast<milliseconds>(now - since));
  }
  if (waiter.is_cancelled && (timeout.count() < 0 || timeout > kTick)) {
    timeout = kTick;
  }
  return timeout;
}

// False when the connection is lost.
bool Connection::wait_readable(const Waiter& waiter, Clock::time_point since, Reply& reply) {
  for (;;) {
    const milliseconds timeout = be_idle(waiter, since, reply);
    pollfd descriptor{PQsocket(connection_), POLLIN, 0};
    const int ready = wait_for(descriptor, timeout);
    if (ready > 0) {
      return PQconsumeInput(connection_) != 0;
    }
    if (ready < 0 && errno != EINTR) {
      return false;
    }
  }
}

// False when the connection is lost. libpq would take all at once and keep what the server does not
// read yet: so nothing is given to it before it has got rid of the last piece. A server that has
// found an error reads on to the end, and tells then.
bool Connection::send_rows(std::span<const std::string_view> chunks, const Waiter& waiter,
                           const ResultSink& sink, Reply& reply) {
  std::uint64_t total = 0;
  for (const std::string_view chunk : chunks) {
    total += chunk.size();
  }
  std::uint64_t gone = 0;
  for (const std::string_view chunk : chunks) {
    const Clock::time_point since = Clock::now();
    int sent = 0;
    while ((sent = PQputCopyData(connection_, chunk.data(), static_cast<int>(chunk.size()))) == 0) {
      if (!flush()) {
        return false;
      }
    }
    if (sent < 0) {
      return false;
    }
    milliseconds timeout = be_idle(waiter, since, reply);
    for (int left = 0; !reply.is_cancelled && (left = PQflush(connection_)) != 0;) {
      if (left < 0) {
        return false;
      }
      pollfd descriptor{PQsocket(connection_), POLLIN | POLLOUT, 0};
      const int ready = wait_for(descriptor, timeout);
      if (ready < 0 && errno != EINTR) {
        return false;
      }
      if (ready > 0 && (descriptor.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_) == 0) {
        return false;
      }
      timeout = be_idle(waiter, since, reply);
    }
    if (reply.is_cancelled) {
      PQputCopyEnd(connection_, "interrupted");
      return flush();
    }
    gone += chunk.size();
    if (sink.on_rows_sent) {
      sink.on_rows_sent(gone, total);
    }
  }
  PQputCopyEnd(connection_, nullptr);
  return flush();
}

// False when the connection is lost. A server that sends while it is sent to must be read from.
bool Connection::flush() {
  for (;;) {
    const int left = PQflush(connection_);
    if (left <= 0) {
      return left == 0;
    }
    pollfd descriptor{PQsocket(connection_), POLLIN | POLLOUT, 0};
    const int ready = wait_for(descriptor, milliseconds{-1});
    if (ready < 0 && errno != EINTR) {
      return false;
    }
    if (ready > 0 && (descriptor.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_) == 0) {
      return false;
    }
  }
}

bool Connection::post(const std::string& message, const Values& values) {
  if (values.empty()) {
    return PQsendQuery(connection_, message.c_str()) != 0;
  }
  std::vector<const char*> texts;
  for (const std::optional<std::string>& value : values) {
    texts.push_back(value ? value->c_str() : nullptr);
  }
  return PQsendQueryParams(connection_, message.c_str(), static_cast<int>(texts.size()), nullptr,
                           texts.data(), nullptr, nullptr, 0) != 0;
}

Reply Connection::send(const std::string& message, const Waiter& waiter, const ResultSink& sink,
                       const Values& values) {
  Reply reply;
  if (!post(message, values)) {
    reply.is_cut = true;
    reply.cut_message = scrub(trimmed(view(PQerrorMessage(connection_))));
    return reply;
  }
  if (sink.on_result) {
    PQsetSingleRowMode(connection_);
  }
  Clock::time_point since = Clock::now();
  bool is_lost = !flush();
  for (;;) {
    while (!is_lost && PQisBusy(connection_) != 0) {
      is_lost = !wait_readable(waiter, since, reply);
    }
    // After a loss this gives what had arrived before it, then an error, then null.
    Result result(PQgetResult(connection_));
    if (!result) {
      break;
    }
    since = Clock::now();
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        sink.on_result(reply.count, result.get(), false);
        break;
      case PGRES_EMPTY_QUERY:
        break;
      case PGRES_COPY_IN: {
        const auto* rows = sink.copy_rows ? sink.copy_rows(reply.count) : nullptr;
        if (rows != nullptr) {
          is_lost = is_lost || !send_rows(*rows, waiter, sink, reply);
          since = Clock::now();
          break;
        }
        PQputCopyEnd(connection_, "COPY FROM STDIN cannot be used in a migration");
        is_lost = is_lost || !flush();
        break;
      }
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH: {
        constexpr int kWithoutWaiting = 1;
        char* row = nullptr;
        for (int size = 0; (size = PQgetCopyData(connection_, &row, kWithoutWaiting)) >= 0;) {
          if (size > 0) {
            PQfreemem(row);
          } else if (!wait_readable(waiter, since, reply)) {
            is_lost = true;
            break;
          }
        }
        break;
      }
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        // Rows of a rule (DO ALSO SELECT) come as a result without a command tag: the statement
        // that caused them has one of its own.
        if (view(PQcmdStatus(result.get())).empty()) {
          break;
        }
        if (sink.on_result) {
          sink.on_result(reply.count, result.get(), true);
        } else {
          reply.results.push_back(std::move(result));
        }
        ++reply.count;
        break;
      default:
        if (!reply.error) {
          reply.error = std::move(result);
        }
        break;
    }
  }
  if (is_cut()) {
    reply.is_cut = true;
    reply.cut_message = scrub(trimmed(view(PQerrorMessage(connection_))));
  }
  return reply;
}

std::string Connection::literal(std::string_view text) const {
  const std::unique_ptr<char, MemoryDeleter> quoted(
      PQescapeLiteral(connection_, text.data(), text.size()));
  if (!quoted) {
    throw std::invalid_argument(trimmed(view(PQerrorMessage(connection_))));
  }
  return quoted.get();
}

std::string Connection::identifier(std::string_view text) const {
  const std::unique_ptr<char, MemoryDeleter> quoted(
      PQescapeIdentifier(connection_, text.data(), text.size()));
  if (!quoted) {
    throw std::invalid_argument(trimmed(view(PQerrorMessage(connection_))));
  }
  return quoted.get();
}

std::string Connection::description() const {
  return compose("{}@{}:{}/{}", view(PQuser(connection_)), host_of(connection_),
                 view(PQport(connection_)), without_password(view(PQdb(connection_))));
}

Parameters Connection::parameters(bool same_server) const {
  Parameters parameters;
  const ConninfoOptions options(PQconninfo(connection_));
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val == nullptr || keyword == "client_encoding" || keyword == "replication") {
      continue;
    }
    if (same_server && (keyword == "host" || keyword == "hostaddr" || keyword == "port" ||
                        keyword == "target_session_attrs")) {
      continue;
    }
    parameters.emplace_back(keyword, option->val);
  }
  if (same_server) {
    parameters.emplace_back("host", view(PQhost(connection_)));
    parameters.emplace_back("port", view(PQport(connection_)));
    const std::string_view address = view(PQhostaddr(connection_));
    if (!address.empty() && address.front() != '/') {
      parameters.emplace_back("hostaddr", address);
    }
  }
  parameters.emplace_back("client_encoding", "UTF8");
  return parameters;
}

std::string Connection::scrub(std::string_view text) const {
  std::string clean = scrub_conninfo(text);
  for (const std::string_view name : {view(PQhost(connection_)), view(PQdb(connection_))}) {
    if (name.find('@') != std::string_view::npos) {
      replace_all(clean, name, without_password(name));
    }
  }
  const std::string_view password = view(PQpass(connection_));
  if (password.size() >= 4 && password != view(PQuser(connection_)) &&
      password != view(PQdb(connection_)) && password != view(PQhost(connection_))) {
    replace_all(clean, password, "***");
  }
  return clean;
}

}  // namespace godwit::detail
