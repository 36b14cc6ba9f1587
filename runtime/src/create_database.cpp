// SPDX-License-Identifier: Apache-2.0
//
// Making a database that is missing. CREATE DATABASE cannot be in a transaction and there is no IF
// NOT EXISTS, so the race of many processes is settled by what the losers are told: that it exists,
// or that its name is taken while the winner is at work.
// https://www.postgresql.org/docs/15/sql-createdatabase.html
#include "connection.hpp"
#include "message.hpp"
#include "waiting.hpp"

#include <godwit/database.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kNoSuchDatabase = "3D000";
constexpr std::chrono::minutes kDefaultWait{10};

class DatabaseCreator {
 public:
  DatabaseCreator(const std::string& conninfo, const Options& options)
      : options_(options),
        parameters_(parameters_of(conninfo)),
        deadline_(Clock::now() + options.wait.value_or(kDefaultWait)) {
    waiter_.is_cancelled = options.is_cancelled;
  }

  bool run() {
    milliseconds wait{100};
    for (;;) {
      try {
        Connection::open(parameters_, deadline_, waiter_);
        return false;
      } catch (const Error& error) {
        if (error.sqlstate() == kNoSuchDatabase) {
          break;
        }
        // As a first connect of up() does: 28xxx is a refused login, 57P03 a server that starts.
        const bool may_wait = options_.wait.has_value() || error.sqlstate() == "57P03";
        if (error.kind() != ErrorKind::kCannotConnect || error.sqlstate().substr(0, 2) == "28" ||
            !may_wait || Clock::now() + wait >= deadline_) {
          throw;
        }
      }
      pause(wait);
      wait = std::min(wait * 2, milliseconds{1000});
    }
    return create();
  }

 private:
  void pause(milliseconds duration) const {
    const Clock::time_point end = Clock::now() + duration;
    while (Clock::now() < end) {
      if (waiter_.is_cancelled && waiter_.is_cancelled()) {
        interrupt();
      }
      wait_for(milliseconds{50});
    }
  }

  [[noreturn]] static void interrupt() {
    ErrorDetail detail;
    detail.message = "interrupted while creating the database";
    detail.hint = "run it again to go on";
    throw Error(ErrorKind::kInterrupted, std::move(detail));
  }

  /// What the connection string, the environment or the user's name says.
  std::string name() const {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, text] : parameters_) {
      keywords.push_back(keyword.c_str());
      values.push_back(text.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* connection = PQconnectStartParams(keywords.data(), values.data(), 1);
    const char* found = PQdb(connection);
    std::string text = found == nullptr ? "" : found;
    PQfinish(connection);
    return text;
  }

  std::unique_ptr<Connection> open_other(std::string_view database) const {
    Parameters parameters = parameters_;
    parameters.emplace_back("dbname", database);
    return Connection::open(parameters, deadline_, waiter_);
  }

  bool create() const {
    const std::string database = name();
    std::unique_ptr<Connection> connection;
    try {
      connection = open_other("postgres");
    } catch (const Error& error) {
      const bool is_missing = error.sqlstate() == kNoSuchDatabase;
      const bool is_refused = error.sqlstate() == "42501" || error.sqlstate().substr(0, 2) == "28";
      if (!is_missing && !is_refused) {
        throw;
      }
      connection = open_other("template1");
    }
    for (milliseconds wait{100};; wait = std::min(wait * 2, milliseconds{1000})) {
      const Reply reply =
          connection->send("CREATE DATABASE " + connection->identifier(database), waiter_);
      if (reply.is_cancelled) {
        interrupt();
      }
      if (reply.is_ok()) {
        return true;
      }
      const std::string_view sqlstate = reply.sqlstate();
      // 42P04: it exists. 23505: it is being made.
      if (sqlstate == "42P04" || sqlstate == "23505") {
        return false;
      }
      // 55006: somebody is connected to template1, such as another process of this kind.
      if (sqlstate == "55006" && Clock::now() + wait < deadline_) {
        pause(wait);
        continue;
      }
      fail(*connection, reply, database);
    }
  }

  [[noreturn]] static void fail(const Connection& connection, const Reply& reply,
                                const std::string& database) {
    ErrorDetail detail;
    if (reply.is_cut) {
      detail.message = compose(
          "the connection to {} was lost while the database \"{}\" was being "
          "created: {}",
          connection.description(), database, reply.cut_message);
      detail.hint = "run it again: it goes on whether it was created or not";
      throw Error(ErrorKind::kCannotConnect, std::move(detail));
    }
    describe_error(reply.error.get(), detail);
    detail.message = compose("the database \"{}\" is missing and could not be created: {}",
                             database, detail.message);
    ErrorKind kind = ErrorKind::kFailed;
    if (detail.sqlstate == "42501") {
      kind = ErrorKind::kReadOnly;
      detail.hint = compose("ALTER ROLE \"{}\" CREATEDB; or have an administrator create it",
                            PQuser(connection.raw()));
    } else if (detail.sqlstate == "25006") {
      kind = ErrorKind::kReadOnly;
      detail.hint = "the server is a standby: run it on the primary";
    } else if (detail.sqlstate == "55006") {
      kind = ErrorKind::kBusy;
      detail.hint = "end the sessions that are connected to template1";
    }
    throw Error(kind, std::move(detail));
  }

  const Options& options_;
  Parameters parameters_;
  Clock::time_point deadline_;
  Waiter waiter_;
};

}  // namespace
}  // namespace godwit::detail

namespace godwit {

bool create_database(const std::string& conninfo, const Options& options) {
  return detail::DatabaseCreator(conninfo, options).run();
}

}  // namespace godwit
