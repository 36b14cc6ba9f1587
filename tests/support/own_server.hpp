// SPDX-License-Identifier: Apache-2.0
//
// A PostgreSQL that one test has to itself, so that it may be crashed, made a standby of, and
// promoted. Stopped and deleted at the end.
#pragma once

#include <string>

namespace godwit::test {

class OwnServer {
 public:
  /// A new, empty cluster, running.
  OwnServer();
  /// A streaming standby of the server that `primary` connects to, running.
  static OwnServer standby_of(const std::string& primary);
  OwnServer(OwnServer&& other) noexcept;
  OwnServer& operator=(OwnServer&&) = delete;
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  ~OwnServer();

  const std::string& host() const { return directory_; }
  std::string conninfo(const std::string& database) const;

  /// `pg_ctl stop -m immediate`: every process is killed, nothing is written.
  void crash() const;
  /// After crash(): recovers, and takes connections when it returns.
  void start() const;
  /// A standby becomes a primary.
  void promote() const;
  /// A standby: waits until everything that the primary has written so far is there.
  void catch_up(const std::string& primary) const;

 private:
  explicit OwnServer(std::string directory) : directory_(std::move(directory)) {}
  void control(const std::string& what) const;
  std::string log_end() const;

  std::string directory_;
};

}  // namespace godwit::test
