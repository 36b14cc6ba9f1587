// SPDX-License-Identifier: Apache-2.0
//
// Many processes at once.
#include "fixture.hpp"
#include "process.hpp"
#include "server_log.hpp"

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

}  // namespace
}  // namespace godwit::test
