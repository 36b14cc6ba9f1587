// SPDX-License-Identifier: Apache-2.0
//
// Opening a connection without blocking. libpq tries the hosts of a connection string one after the
// other, but only its blocking connect gives up on one that does not answer
// (https://www.postgresql.org/docs/15/libpq-connect.html, connect_timeout). Here the attempt is
// begun anew with the hosts that come after it.
#include "connection.hpp"

#include "libpq.hpp"
#include "waiting.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <new>

#include <poll.h>

namespace godwit::detail {
namespace {

constexpr milliseconds kTick{100};

// A failed connect has no PGresult, and the text is in the server's language. With
// PQERRORS_VERBOSE libpq writes the SQLSTATE into it ("FATAL:  57P03: the database …") and a
// LOCATION line at the end; both are taken out again here.
std::string take_sqlstate(std::string& text) {
  std::string sqlstate;
  for (std::size_t at = text.find(":  "); at != std::string::npos; at = text.find(":  ", at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + 3);
    const auto is_code = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
    if (rest.size() > 7 && rest[5] == ':' && rest[6] == ' ' &&
        std::all_of(rest.begin(), rest.begin() + 5, is_code)) {
      sqlstate = std::string(rest.substr(0, 5));
      text.erase(at + 3, 7);
      const std::size_t location = text.find('\n', at);
      if (location != std::string::npos) {
        text.erase(location);
      }
      break;
    }
  }
  return sqlstate;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  for (;;) {
    const std::size_t comma = list.find(',');
    items.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) {
      return items;
    }
    list.remove_prefix(comma + 1);
  }
}

std::string join(const std::vector<std::string>& items, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < items.size(); ++i) {
    text += (i == from ? "" : ",") + items[i];
  }
  return text;
}

/// What a connection string says about where to connect.
struct Target {
  explicit Target(PGconn* connection) {
    const ConninfoOptions options(PQconninfo(connection));
    for (const PQconninfoOption* option = options.get();
         option != nullptr && option->keyword != nullptr; ++option) {
      const std::string_view keyword = option->keyword;
      const std::string_view text = view(option->val);
      if (keyword == "connect_timeout") {
        constexpr std::int64_t kLeastSeconds = 2;
        std::int64_t seconds = 0;
        std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (seconds > 0) {
          limit = std::chrono::seconds{std::max(seconds, kLeastSeconds)};
        }
      } else if (keyword == "host") {
        hosts = split(text);
      } else if (keyword == "hostaddr") {
        addresses = split(text);
      } else if (keyword == "port") {
        ports = split(text);
      }
    }
  }

  /// The same after the host that is being tried; empty when that is the last.
  Parameters after_current(const PGconn* connection) const {
    const std::size_t count = std::max(hosts.size(), addresses.size());
    const std::string_view host = view(PQhost(connection));
    const std::string_view port = view(PQport(connection));
    for (std::size_t i = 0; i + 1 < count; ++i) {
      const bool is_host =
          (i < hosts.size() && hosts[i] == host) || (i < addresses.size() && addresses[i] == host);
      const bool is_port = ports.size() <= i || ports.size() == 1 || ports[i] == port;
      if (!is_host || !is_port) {
        continue;
      }
      Parameters rest;
      if (i + 1 < hosts.size()) {
        rest.emplace_back("host", join(hosts, i + 1));
      }
      if (i + 1 < addresses.size()) {
        rest.emplace_back("hostaddr", join(addresses, i + 1));
      }
      if (ports.size() > 1) {
        rest.emplace_back("port", join(ports, i + 1));
      }
      return rest;
    }
    return {};
  }

  std::vector<std::string> hosts;
  std::vector<std::string> addresses;
  std::vector<std::string> ports;
  /// For each host; half a minute where the connection string names none.
  milliseconds limit{30'000};
};

/// What to do, by what the server said; "" for the SQLSTATE when there was no answer.
std::string_view advice(std::string_view sqlstate) {
  if (sqlstate == "3D000") {
    return "the server has no such database: `up --create-db` creates it, if the name is right";
  }
  if (sqlstate == "28P01" || sqlstate == "28000") {
    return "the server refuses this login: check the user, the password (PGPASSWORD, or the file "
           ".pgpass) and what its pg_hba.conf allows from here";
  }
  if (sqlstate == "42501") {
    return "the role may not connect: GRANT CONNECT ON DATABASE to it";
  }
  if (sqlstate == "53300") {
    return "the server has no connection left: end some, or wait longer with --wait";
  }
  if (sqlstate == "57P03") {
    return "the server starts up or shuts down: wait longer with --wait";
  }
  return sqlstate.empty()
             ? "check the address and that the server runs; the connection comes from --url, "
               "GODWIT_URL_<SET>, GODWIT_URL, DATABASE_URL or libpq's PG* variables"
             : "the server is there, and said no; its log may say more";
}

PGconn* start(const Parameters& parameters) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, text] : parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(text.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  PGconn* connection = PQconnectStartParams(keywords.data(), values.data(), 1);
  if (connection == nullptr) {
    throw std::bad_alloc();
  }
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  return connection;
}

// False when a host did not answer in time.
bool poll_until(PGconn* connection, milliseconds limit, Clock::time_point deadline,
                const Waiter& waiter) {
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  std::string host;
  Clock::time_point since{};
  while (PQstatus(connection) != CONNECTION_BAD && state != PGRES_POLLING_OK &&
         state != PGRES_POLLING_FAILED) {
    if (waiter.is_cancelled && waiter.is_cancelled()) {
      ErrorDetail detail;
      detail.message = "interrupted while connecting";
      throw Error(ErrorKind::kInterrupted, std::move(detail));
    }
    std::string current = compose("{}:{}", view(PQhost(connection)), view(PQport(connection)));
    if (current != host || since == Clock::time_point{}) {
      host = std::move(current);
      since = Clock::now();
    }
    const auto left =
        std::chrono::duration_cast<milliseconds>(std::min(deadline, since + limit) - Clock::now());
    if (left.count() <= 0) {
      return false;
    }
    pollfd descriptor{PQsocket(connection),
                      static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const int ready = wait_for(descriptor, std::min(left, kTick));
    if (ready > 0) {
      state = PQconnectPoll(connection);
    } else if (ready < 0 && errno != EINTR) {
      break;
    }
  }
  return true;
}

}  // namespace

std::unique_ptr<Connection> Connection::open(const Parameters& parameters,
                                             Clock::time_point deadline, const Waiter& waiter) {
  // The first attempt may take its time whatever the deadline, which limits the repeats.
  constexpr milliseconds kLeast{5000};
  const Clock::time_point begin = Clock::now();
  Parameters where = parameters;
  std::string failures;
  for (;;) {
    std::unique_ptr<Connection> connection(new Connection(start(where), false));
    PGconn* raw = connection->raw();
    // libpq's own receiver writes to stderr, as when the server ends the session just then.
    PQsetNoticeReceiver(raw, &Connection::receive_notice, connection.get());
    const Target target(raw);
    const Clock::time_point end = std::max(deadline, begin + std::min(target.limit, kLeast));
    const bool is_in_time = poll_until(raw, target.limit, end, waiter);
    if (PQstatus(raw) == CONNECTION_OK) {
      PQsetErrorVerbosity(raw, PQERRORS_DEFAULT);
      connection->adopt();
      return connection;
    }
    std::string text = trimmed(view(PQerrorMessage(raw)));
    std::string sqlstate = take_sqlstate(text);
    if (!is_in_time) {
      text += text.empty() ? "" : "; ";
      text += compose("{} gave no answer in time", connection->description());
    }
    failures += failures.empty() ? text : "; " + text;
    Parameters rest = is_in_time || Clock::now() >= end ? Parameters{} : target.after_current(raw);
    if (!rest.empty()) {
      // What comes later in the list counts.
      where.insert(where.end(), rest.begin(), rest.end());
      continue;
    }
    ErrorDetail detail;
    detail.sqlstate = std::move(sqlstate);
    detail.message =
        compose("cannot connect to {}: {}", connection->description(), connection->scrub(failures));
    detail.hint = advice(detail.sqlstate);
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
}

}  // namespace godwit::detail
