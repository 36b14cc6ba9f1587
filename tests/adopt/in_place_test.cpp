// SPDX-License-Identifier: Apache-2.0
//
// seed000's table has the columns that ours begins with, and our name: adopted, it becomes ours.
#include "tools.hpp"

#include <deque>

namespace godwit::test {
namespace {

class InPlace : public Adopting {
 protected:
  InPlace() { load("seed000"); }

  /// Name and type of each column, constraints behind them.
  static std::string shape(const Session& session) {
    return session.list(
               "SELECT attname || ' ' || atttypid::regtype || ' ' || attnotnull FROM "
               "pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attnum > "
               "0 AND attname NOT IN ('id', 'executed_at') ORDER BY attname") +
           ";" +
           session.list(
               "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = "
               "'schema_migrations'::regclass ORDER BY conname");
  }

  const ForeignSet& seed_ = foreign_set("seed000");
};

TEST_F(InPlace, TheTableIsTheOneThatGodwitMakes) {
  EXPECT_EQ(adopt_json(seed_)["in_place"], true);
  const Database other;
  const Session made(other.conninfo());
  migrate(other.conninfo(), *seed_.set);
  EXPECT_EQ(shape(session_), shape(made));
  EXPECT_EQ(session_.list("SELECT id || ' ' || migration_name || ' ' || execution_time_ms FROM "
                          "schema_migrations ORDER BY id"),
            "1 001_users 5,2 007_clients 6,3 010_team 7");
  EXPECT_EQ(session_.get("SELECT executed_at AT TIME ZONE 'UTC' FROM schema_migrations WHERE "
                         "migration_number = 7"),
            "2025-01-02 10:00:00");
}

TEST_F(InPlace, ItIsAHistoryLikeAnyOther) {
  ASSERT_EQ(adopt(seed_).code, 0);
  EXPECT_EQ(run_cli_code(seed_, {"status"}), 0);
  EXPECT_EQ(run_cli_code(seed_, {"validate"}), 0);
  EXPECT_EQ(run_cli_code(seed_, {"forget", "10"}), 0);
  EXPECT_EQ(run_cli_code(seed_, {"stamp", "head"}), 0);
  SetBuilder second("second");
  second.add(1, "users", {"CREATE TABLE more (id int)"});
  EXPECT_EQ(up(second.set()).applied.size(), 1U) << "names are unique in a set, not in the table";
  EXPECT_THROW(session_.run("INSERT INTO schema_migrations (migration_name, migration_number, "
                            "checksum) VALUES ('011_x', 11, 'y')"),
               std::runtime_error)
      << "the old runner must not write here";
}

TEST_F(InPlace, WhatIsUnknownStaysAsAnUnknownRow) {
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, checksum) "
      "VALUES ('099_later', 99, 'x')");
  ASSERT_EQ(adopt(seed_, {"--allow-unknown"}).code, 0);
  EXPECT_EQ(session_.get("SELECT origin || ' ' || migration_set || ' ' || state FROM "
                         "schema_migrations WHERE migration_number = 99"),
            "seed000 main applied");
  EXPECT_EQ(run_cli_code(seed_, {"check"}), 0);
}

TEST_F(InPlace, ADryRunLeavesItAsItIs) {
  const std::string before = shape(session_);
  EXPECT_EQ(adopt(seed_, {"--dry-run"}).last_line(), "3 would be adopted, 0 unknown, 0 missing");
  EXPECT_EQ(shape(session_), before);
  EXPECT_FALSE(has_relation("schema_migrations_log"));
}

TEST_F(InPlace, WithAnotherHistoryTableItIsOnlyRead) {
  const std::string before = shape(session_) + contents("schema_migrations");
  const Json report = adopt_json(seed_, {"--history-table=ours.migrations"});
  EXPECT_EQ(report["in_place"], false);
  EXPECT_EQ(report["adopted"], 3);
  EXPECT_EQ(shape(session_) + contents("schema_migrations"), before);
  EXPECT_EQ(session_.get("SELECT count(*) FROM ours.migrations WHERE origin = 'seed000'"), "3");
}

TEST_F(InPlace, ManyAtOnceDoItOnce) {
  std::deque<Child> children;
  for (int i = 0; i < 12; ++i) {
    children.emplace_back(body_of(seed_, {"adopt", "--from=seed000"}));
  }
  for (Child& child : children) {
    EXPECT_EQ(child.wait(), 0) << child.out() << child.err();
  }
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log"), "3");
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "3");
}

}  // namespace
}  // namespace godwit::test
