// SPDX-License-Identifier: Apache-2.0
//
// What every integration test begins with: a database of its own, and a look at it from outside.
#pragma once

#include "server.hpp"
#include "set_builder.hpp"

#include <godwit/migrator.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace godwit::test {

class OnDatabase : public ::testing::Test {
 protected:
  Database database_;
  Session session_{database_.conninfo()};

  Report up(const MigrationSet& set, Options options = {}) const {
    return migrate(database_.conninfo(), set, std::move(options));
  }

  /// The error that up() has to end in.
  Error failure(const MigrationSet& set, Options options = {}) const {
    return failure_of([&] { up(set, std::move(options)); });
  }

  static Error failure_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "it did not throw";
    return Error(ErrorKind::kUsage, {});
  }

  std::string applied() const {
    return session_.list(
        "SELECT migration_number FROM schema_migrations WHERE state = 'applied' "
        "ORDER BY id");
  }
  /// Waits for a condition that another session brings about; a minute is a failure.
  void wait_for(const std::string& query, const std::string& answer = "t") const {
    for (int i = 0; i < 3000; ++i) {
      if (session_.get(query) == answer) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    FAIL() << "never came true: " << query;
  }
  /// Until a backend of this database is in pg_sleep().
  void wait_for_sleeper() const {
    wait_for(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
        "current_database()");
  }
  bool has_relation(const std::string& name) const {
    return session_.get("SELECT to_regclass('" + name + "') IS NOT NULL") == "t";
  }
};

/// Numbers of the migrations that a report names.
inline std::string versions(const Report& report) {
  std::string text;
  for (const Report::Applied& applied : report.applied) {
    text += text.empty() ? "" : ",";
    text += std::to_string(applied.migration->version);
  }
  return text;
}

}  // namespace godwit::test
