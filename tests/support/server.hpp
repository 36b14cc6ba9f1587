// SPDX-License-Identifier: Apache-2.0
//
// The tests' PostgreSQL: a throwaway server whose address comes from GODWIT_TEST_PGHOST (a socket
// directory) and GODWIT_TEST_PGPORT, as user postgres. Each test makes a database of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace godwit::test {

/// A plain connection for looking at results from outside; throws std::runtime_error for any error.
class Session {
 public:
  explicit Session(const std::string& conninfo);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  PGconn* raw() const { return connection_; }
  /// Runs a message, and gives the last result.
  void run(const std::string& sql) const;
  /// The first column of the first row, "" for none or null.
  std::string get(const std::string& sql) const;
  /// The first column of all rows, joined with ",".
  std::string list(const std::string& sql) const;
  int pid() const { return PQbackendPID(connection_); }

 private:
  PGconn* connection_;
};

/// "host=… port=… user=postgres", without a database. Throws std::runtime_error when the
/// environment names no server: a missing server is a failure, not a reason to skip.
std::string server_conninfo();

/// A fresh database, dropped at the end.
class Database {
 public:
  /// `options` follow CREATE DATABASE <name>, such as "ENCODING 'SQL_ASCII' TEMPLATE template0".
  explicit Database(const std::string& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& name() const { return name_; }
  std::string conninfo() const;
  /// The same for another role.
  std::string conninfo_as(const std::string& user) const;

 private:
  std::string name_;
};

/// A role, dropped at the end with what it owns in `database`.
class Role {
 public:
  Role(const Database& database, const std::string& options = "LOGIN");
  ~Role();
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  const std::string& name() const { return name_; }

 private:
  const Database& database_;
  std::string name_;
};

/// Something that no other test in any process has.
std::string unique_name(std::string_view prefix);

}  // namespace godwit::test
