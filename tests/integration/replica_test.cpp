// SPDX-License-Identifier: Apache-2.0
//
// Many processes at once.
#include "fixture.hpp"
#include "process.hpp"
#include "server_log.hpp"

#include <chrono>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using Replicas = OnDatabase;

constexpr int kProcesses = 50;

void add_counted(SetBuilder& builder, int count) {
  builder.add(1, "counter", {"CREATE TABLE counter (migration int)"});
  for (int i = 2; i <= count; ++i) {
    builder.add(i, fmt::format("step_{}", i),
                {fmt::format("CREATE TABLE t{} (id int)", i),
                 fmt::format("INSERT INTO counter VALUES ({})", i)});
  }
}

// Starts all at once and gives the number that failed.
int run_together(const std::string& conninfo, const MigrationSet& set) {
  std::vector<Child> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.emplace_back([&]() -> int {
      migrate(conninfo, set);
      return 0;
    });
  }
  int failed = 0;
  for (Child& child : children) {
    if (child.wait() != 0) {
      ++failed;
      ADD_FAILURE() << child.err();
    }
  }
  return failed;
}

TEST_F(Replicas, FiftyOnAnEmptyDatabaseApplyEachOnceAndAllSucceed) {
  SetBuilder builder;
  add_counted(builder, 40);
  const ServerLog log;
  EXPECT_EQ(run_together(database_.conninfo(), builder.set()), 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"), "40");
  EXPECT_EQ(session_.get("SELECT count(*) || '/' || count(DISTINCT migration) FROM counter"),
            "39/39");
  const std::vector<std::string> errors = log.errors_of(database_.name());
  EXPECT_LE(errors.size(), 50U);
  for (const std::string& line : errors) {
    EXPECT_NE(line.find("relation \"public.schema_migrations\" does not exist"), std::string::npos)
        << line;
  }
}

TEST_F(Replicas, FiftyOnAnOldDatabaseLogNoErrorAtAll) {
  SetBuilder first;
  add_counted(first, 5);
  up(first.set());
  SetBuilder second;
  add_counted(second, 30);
  const ServerLog log;
  EXPECT_EQ(run_together(database_.conninfo(), second.set()), 0);
  EXPECT_EQ(session_.get("SELECT count(*) || '/' || count(DISTINCT migration) FROM counter"),
            "29/29");
  for (const std::string& line : log.errors_of(database_.name())) {
    ADD_FAILURE() << line;
  }
}

TEST_F(Replicas, TwoSetsAtOnceCreateTheTablesOnce) {
  for (int round = 0; round < 5; ++round) {
    const Database database;
    std::vector<Child> children;
    std::vector<std::unique_ptr<SetBuilder>> sets;
    for (int i = 0; i < 8; ++i) {
      sets.push_back(std::make_unique<SetBuilder>(fmt::format("set_{}", i)));
      sets.back()->add(1, fmt::format("only_{}", i), {fmt::format("CREATE TABLE t{} (id int)", i)});
    }
    for (const auto& builder : sets) {
      children.emplace_back([&database, &builder]() -> int {
        migrate(database.conninfo(), builder->set());
        return 0;
      });
    }
    for (Child& child : children) {
      EXPECT_EQ(child.wait(), 0) << child.err();
    }
    const Session session(database.conninfo());
    EXPECT_EQ(session.get("SELECT count(*) FROM schema_migrations"), "8");
  }
}

TEST_F(Replicas, TwentyWithAConcurrentIndexBuildItOnceWithoutDeadlock) {
  session_.run("CREATE TABLE big AS SELECT generate_series(1, 200000) AS id");
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"});
  builder.add(2, "index", {"CREATE INDEX CONCURRENTLY big_id ON big (id)"})
      .outside_transaction()
      .builds_index(0, "big", "big_id");
  builder.add(3, "three", {"CREATE TABLE three (id int)"});
  const ServerLog log;
  EXPECT_EQ(run_together(database_.conninfo(), builder.set()), 0);
  EXPECT_EQ(session_.get("SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_id'::regclass"),
            "t");
  EXPECT_EQ(applied(), "1,2,3");
  for (const std::string& line : log.errors_of(database_.name())) {
    EXPECT_NE(line.find("relation \"public.schema_migrations\" does not exist"), std::string::npos)
        << line;
  }
}

// Ten that wait at the gate, as the server sees them: between two looks none has a transaction, and
// none is ever in a lock's queue. So the index that somebody else builds meanwhile, which has to
// wait for every older snapshot and lock, is not held up.
TEST_F(Replicas, ThoseThatWaitHoldNeitherSnapshotNorLock) {
  session_.run("CREATE TABLE others AS SELECT generate_series(1, 1000) AS id");
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"});
  const Session holder(database_.conninfo());
  holder.run(
      "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('public.schema_migrations' || "
      "chr(31) || 'main' || chr(31), 0))");
  std::vector<Child> waiters;
  for (int i = 0; i < 10; ++i) {
    waiters.emplace_back([&]() -> int {
      migrate(database_.conninfo(), builder.set());
      return 0;
    });
  }
  constexpr const char* kWaiters =
      "FROM pg_stat_activity AS a WHERE a.datname = current_database() AND a.application_name = "
      "'godwit'";
  wait_for(fmt::format("SELECT count(*) {}", kWaiters), "10");
  int idle = 0;
  constexpr int kLooks = 100;
  for (int i = 0; i < kLooks; ++i) {
    EXPECT_EQ(session_.get(fmt::format("SELECT count(*) FROM pg_locks AS l WHERE NOT l.granted AND "
                                       "l.pid IN (SELECT a.pid {})",
                                       kWaiters)),
              "0");
    EXPECT_EQ(session_.get(fmt::format("SELECT count(*) {} AND a.state = 'idle in transaction' AND "
                                       "a.backend_xmin IS NOT NULL",
                                       kWaiters)),
              "0");
    idle += session_.get(fmt::format("SELECT count(*) = 10 {} AND a.state = 'idle' AND "
                                     "a.backend_xmin IS NULL",
                                     kWaiters)) == "t"
                ? 1
                : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_GT(idle, kLooks / 2) << "they hardly ever rest";
  const auto start = std::chrono::steady_clock::now();
  session_.run("CREATE INDEX CONCURRENTLY others_id ON others (id)");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds{1200});
  holder.run("COMMIT");
  for (Child& waiter : waiters) {
    EXPECT_EQ(waiter.wait(), 0) << waiter.err();
  }
  EXPECT_EQ(applied(), "1");
}

// Whoever waited is through within a poll of the winner's end: 1.25 s at most.
TEST_F(Replicas, ThoseThatWaitGoOnSoonAfterTheWinner) {
  SetBuilder builder;
  builder.add(1, "slow", {"SELECT pg_sleep(2)"});
  std::vector<Child> children;
  for (int i = 0; i < 10; ++i) {
    children.emplace_back([&]() -> int {
      migrate(database_.conninfo(), builder.set());
      return 0;
    });
  }
  for (Child& child : children) {
    EXPECT_EQ(child.wait(), 0) << child.err();
  }
  EXPECT_LT(std::stod(session_.get("SELECT extract(epoch FROM clock_timestamp() - (SELECT "
                                   "max(logged_at) FROM schema_migrations_log))")),
            3.0);
  EXPECT_EQ(applied(), "1");
}

}  // namespace
}  // namespace godwit::test
