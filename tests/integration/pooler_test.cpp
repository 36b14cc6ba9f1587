// SPDX-License-Identifier: Apache-2.0
//
// Through PgBouncer in transaction mode.
#include "pooler.hpp"
#include "fixture.hpp"
#include "process.hpp"

#include <fmt/format.h>

namespace godwit::test {
namespace {

class ThroughAPooler : public OnDatabase {
 protected:
  static void add_counted(SetBuilder& builder) {
    builder.add(1, "counter", {"CREATE TABLE counter (n int)"});
    for (int i = 2; i <= 10; ++i) {
      builder.add(i, fmt::format("n_{}", i), {fmt::format("INSERT INTO counter VALUES ({})", i)});
    }
  }
};

TEST_F(ThroughAPooler, TwentyApplyEachOnceAndAllSucceed) {
  const Pooler pooler(5);
  SetBuilder builder;
  add_counted(builder);
  std::vector<Child> children;
  for (int i = 0; i < 20; ++i) {
    children.emplace_back([&]() -> int {
      migrate(pooler.conninfo(database_.name()), builder.set());
      return 0;
    });
  }
  for (Child& child : children) {
    EXPECT_EQ(child.wait(), 0) << child.err();
  }
  EXPECT_EQ(session_.get("SELECT count(*) || '/' || count(DISTINCT n) FROM counter"), "9/9");
}

TEST_F(ThroughAPooler, IsNoticedAndLeavesNoSessionState) {
  const Pooler pooler(1);
  SetBuilder builder;
  add_counted(builder);
  Options options;
  options.lock_timeout = std::chrono::milliseconds{1234};
  Migrator migrator(pooler.conninfo(database_.name()), builder.set(), options);
  migrator.up();
  EXPECT_TRUE(migrator.status().is_pooled);
  // The one server connection of the pool is the one that was used.
  const Session next(pooler.conninfo(database_.name()));
  EXPECT_EQ(next.get("SELECT concat_ws('|', current_setting('lock_timeout'), "
                     "current_setting('statement_timeout'), current_setting('role'))"),
            "0|0|none");
  EXPECT_EQ(next.get("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                     "(SELECT oid FROM pg_database WHERE datname = current_database())"),
            "0");
  EXPECT_FALSE(Migrator(database_.conninfo(), builder.set()).status().is_pooled);
}

TEST_F(ThroughAPooler, MigrationsOutsideATransactionNeedADirectConnection) {
  const Pooler pooler(3);
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)"});
  builder.add(2, "index", {"CREATE INDEX CONCURRENTLY t_id ON t (id)"})
      .outside_transaction()
      .builds_index(0, "t", "t_id");
  const Error error =
      failure_of([&] { migrate(pooler.conninfo(database_.name()), builder.set()); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_NE(error.detail().hint.find("--direct-url"), std::string::npos);
  EXPECT_FALSE(has_relation("t")) << "refused before anything is applied";
  Options options;
  options.direct_conninfo = database_.conninfo();
  EXPECT_EQ(versions(migrate(pooler.conninfo(database_.name()), builder.set(), options)), "1,2");
  EXPECT_TRUE(migrate(pooler.conninfo(database_.name()), builder.set()).applied.empty());
}

TEST_F(ThroughAPooler, LeaksAreResetBeforeTheConnectionGoesBack) {
  const Pooler pooler(1);
  SetBuilder builder;
  builder.add(1, "leak", {"SET search_path = pg_catalog"}).leaks({"search_path"});
  migrate(pooler.conninfo(database_.name()), builder.set());
  const Session next(pooler.conninfo(database_.name()));
  EXPECT_EQ(next.get("SELECT current_setting('search_path')"), "\"$user\", public");
}

}  // namespace
}  // namespace godwit::test
