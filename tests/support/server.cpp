// SPDX-License-Identifier: Apache-2.0
//
// Access to the tests' server.
#include "server.hpp"

#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>

#include <unistd.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

struct ResultDeleter {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultDeleter>;

Result execute(PGconn* connection, const std::string& sql) {
  Result result(PQexec(connection, sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
    throw std::runtime_error(fmt::format("{}\nin: {}", PQerrorMessage(connection), sql));
  }
  return result;
}

}  // namespace

Session::Session(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
  if (PQstatus(connection_) != CONNECTION_OK) {
    const std::string message = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw std::runtime_error("the tests' server: " + message);
  }
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
}

Session::~Session() {
  PQfinish(connection_);
}

void Session::run(const std::string& sql) const {
  execute(connection_, sql);
}

std::string Session::get(const std::string& sql) const {
  const Result result = execute(connection_, sql);
  return PQntuples(result.get()) == 0 ? std::string{} : PQgetvalue(result.get(), 0, 0);
}

std::string Session::list(const std::string& sql) const {
  const Result result = execute(connection_, sql);
  std::string text;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    text += i == 0 ? "" : ",";
    text += PQgetvalue(result.get(), i, 0);
  }
  return text;
}

std::string server_conninfo() {
  const char* host = std::getenv("GODWIT_TEST_PGHOST");
  const char* port = std::getenv("GODWIT_TEST_PGPORT");
  if (host == nullptr) {
    throw std::runtime_error(
        "no server to test on: run through ctest or ./tests/run, or set GODWIT_TEST_PGHOST (a "
        "socket directory) and GODWIT_TEST_PGPORT");
  }
  return fmt::format("host={} port={} user=postgres", host, port == nullptr ? "5432" : port);
}

std::string unique_name(std::string_view prefix) {
  static int count = 0;
  std::random_device device;
  return fmt::format("{}_{}_{}_{:08x}", prefix, getpid(), ++count, device());
}

Database::Database(const std::string& options) : name_(unique_name("gw")) {
  const Session session(server_conninfo() + " dbname=postgres");
  session.run(fmt::format("CREATE DATABASE {} {}", name_, options));
}

Database::~Database() {
  try {
    const Session session(server_conninfo() + " dbname=postgres");
    session.run(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
  } catch (const std::exception&) {
    // A test that stopped the server has nothing to drop.
  }
}

std::string Database::conninfo() const {
  return server_conninfo() + " dbname=" + name_;
}

std::string Database::conninfo_as(const std::string& user) const {
  return conninfo() + " user=" + user;
}

Role::Role(const Database& database, const std::string& options)
    : database_(database), name_(unique_name("role")) {
  const Session session(database_.conninfo());
  session.run(fmt::format("CREATE ROLE {} {}", name_, options));
}

Role::~Role() {
  try {
    const Session session(database_.conninfo());
    session.run(fmt::format("DROP OWNED BY {0} CASCADE; DROP ROLE {0}", name_));
  } catch (const std::exception&) {
  }
}

}  // namespace godwit::test
