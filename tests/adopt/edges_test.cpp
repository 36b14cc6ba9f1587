// SPDX-License-Identifier: Apache-2.0
//
// `adopt` where tables and sets do not quite meet: repeatable migrations that have changed, a
// squash in the set, several databases in one table, a table that has nothing of the set, or that
// cannot be read.
#include "tools.hpp"

#include <deque>

namespace godwit::test {
namespace {

class AdoptEdges : public Adopting {
 protected:
  AdoptReport adopt_with(const MigrationSet& set, AdoptOptions wanted = {}) const {
    return Migrator(database_.conninfo(), set).adopt(wanted);
  }

  void make_dbmate(const std::string& versions) const {
    session_.run(
        "CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO "
        "schema_migrations VALUES " +
        versions);
  }

  std::string history(const std::string& what = "migration_name") const {
    return session_.list("SELECT " + what + " FROM ours ORDER BY id");
  }

  SetBuilder set_{"main", "ours"};
};

TEST_F(AdoptEdges, ARepeatableThatHasChangedIsAppliedAgain) {
  set_.add(1, "t", {"CREATE TABLE t (id int, name text)"});
  set_.add(0, "v", {"CREATE OR REPLACE VIEW v AS SELECT id, name FROM t"}).repeatable();
  set_.add(0, "same", {"CREATE OR REPLACE VIEW s AS SELECT id FROM t"}).repeatable();
  set_.add(0, "unread", {"CREATE OR REPLACE VIEW u AS SELECT id FROM t"}).repeatable();
  std::vector<Migration> list(set_.set().migrations.begin(), set_.set().migrations.end());
  const ForeignChecksum checksum{ForeignKind::kFlyway, "42"};
  list[1].foreign = list[2].foreign = {&checksum, 1};
  list[1].up.file = "migrations/R__v.sql";
  list[2].up.file = "migrations/R__same.sql";
  list[3].up.file = "migrations/R__unread.sql";
  list[0].up.file = "migrations/V1__t.sql";
  MigrationSet set = set_.set();
  set.migrations = list;
  session_.run(
      "CREATE TABLE t (id int, name text); CREATE VIEW v AS SELECT id FROM t;"
      "CREATE VIEW s AS SELECT id FROM t; CREATE VIEW u AS SELECT id FROM t;"
      "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), "
      "description varchar(200), type varchar(20), script varchar(1000), checksum int, "
      "installed_by varchar(100), installed_on timestamp, execution_time int, success boolean);"
      "INSERT INTO flyway_schema_history VALUES (1, '1', 't', 'SQL', 'V1__t.sql', 5, 'a', now(), "
      "1, true), (2, NULL, 'v', 'SQL', 'R__v.sql', 41, 'a', now(), 1, true), (3, NULL, 'same', "
      "'SQL', 'R__same.sql', 42, 'a', now(), 1, true), (4, NULL, 'unread', 'SQL', "
      "'R__unread.sql', 7, 'a', now(), 1, true)");
  const AdoptReport report = adopt_with(set);
  EXPECT_FALSE(report.stopped_by) << report.stopped_by->what();
  EXPECT_EQ(report.adopted, 4U);
  EXPECT_FALSE(report.matched[0].is_to_run_again);
  EXPECT_TRUE(report.matched[1].is_to_run_again);
  EXPECT_FALSE(report.matched[2].is_to_run_again);
  EXPECT_TRUE(report.matched[3].is_to_run_again);
  const Report done = up(set);
  ASSERT_EQ(done.applied.size(), 2U);
  EXPECT_EQ(done.applied[0].migration->full_name, "R__v");
  EXPECT_EQ(done.applied[1].migration->full_name, "R__unread");
  EXPECT_EQ(session_.get("SELECT count(*) FROM information_schema.columns WHERE table_name = 'v'"),
            "2");
}

TEST_F(AdoptEdges, ASquashIsKnownByWhatItReplaces) {
  set_.add(3, "squash", {"CREATE TABLE a (id int)", "CREATE TABLE b (id int)"})
      .replaces({{1, 2}}, {1, 2});
  set_.add(4, "c", {"CREATE TABLE c (id int)"});
  session_.run("CREATE TABLE a (id int); CREATE TABLE b (id int)");
  make_dbmate("('1')");
  AdoptReport report = adopt_with(set_.set());
  ASSERT_TRUE(report.stopped_by);
  EXPECT_EQ(report.stopped_by->kind(), ErrorKind::kDrift);
  EXPECT_NE(report.stopped_by->detail().hint.find("003_squash stands for more than the database"),
            std::string::npos)
      << report.stopped_by->detail().hint;
  session_.run("INSERT INTO schema_migrations VALUES ('2')");
  report = adopt_with(set_.set());
  EXPECT_FALSE(report.stopped_by) << report.stopped_by->what();
  EXPECT_EQ(history(), "003_squash");
  EXPECT_EQ(versions(up(set_.set())), "4");
}

TEST_F(AdoptEdges, ASquashBelowTheOneVersionOfATool) {
  set_.add(3, "squash", {"CREATE TABLE a (id int)"}).replaces({{1, 2}}, {1, 2});
  set_.add(4, "c", {"CREATE TABLE c (id int)"});
  session_.run(
      "CREATE TABLE a (id int); CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty "
      "boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false)");
  AdoptReport report = adopt_with(set_.set());
  ASSERT_TRUE(report.stopped_by);
  EXPECT_NE(report.stopped_by->detail().hint.find("003_squash stands for more"), std::string::npos);
  session_.run("UPDATE schema_migrations SET version = 2");
  report = adopt_with(set_.set());
  EXPECT_FALSE(report.stopped_by) << report.stopped_by->what();
  EXPECT_EQ(history(), "003_squash");
  EXPECT_EQ(versions(up(set_.set())), "4");
}

TEST_F(AdoptEdges, DatabasesThatAllFitAreAskedAbout) {
  const auto fill = [](SetBuilder& builder) {
    builder.add(1, "t1", {"CREATE TABLE t1 (id int)"});
    builder.add(2, "t2", {"CREATE TABLE t2 (id int)"});
  };
  fill(set_);
  session_.run(
      "CREATE TABLE schema_migrations (database_type text, migration_file text, applied_at "
      "timestamptz, checksum text); INSERT INTO schema_migrations VALUES ('postgres', "
      "'001_t1.sql', now(), NULL), ('timescaledb', '002_t2.sql', now(), NULL)");
  const AdoptReport report = adopt_with(set_.set());
  ASSERT_TRUE(report.stopped_by);
  EXPECT_EQ(report.stopped_by->kind(), ErrorKind::kUsage);
  EXPECT_NE(report.stopped_by->detail().message.find("has rows of postgres, timescaledb"),
            std::string::npos)
      << report.stopped_by->detail().message;
  EXPECT_FALSE(has_relation("ours"));
  SetBuilder named("postgres", "ours");
  fill(named);
  EXPECT_EQ(adopt_with(named.set()).adopted, 1U);
  EXPECT_EQ(history(), "001_t1");
}

constexpr const char* kSeed000 =
    "CREATE TABLE schema_migrations (id serial PRIMARY KEY, migration_name varchar(255) UNIQUE NOT "
    "NULL, migration_number integer NOT NULL, executed_at timestamptz DEFAULT now(), checksum "
    "varchar(64) NOT NULL, description text, execution_time_ms integer)";

TEST_F(AdoptEdges, ATableWithoutAMatchBecomesOursAllTheSame) {
  SetBuilder builder;
  builder.add(1, "t1", {"CREATE TABLE t1 (id int)"});
  session_.run(kSeed000);
  const AdoptReport report = adopt_with(builder.set());
  EXPECT_TRUE(report.is_in_place);
  EXPECT_EQ(report.adopted, 0U);
  EXPECT_EQ(report.missing.size(), 1U);
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_TRUE(adopt_with(builder.set()).tool.empty());
}

TEST_F(AdoptEdges, SoDoesOneWithUnknownRows) {
  SetBuilder builder;
  builder.add(1, "t1", {"CREATE TABLE t1 (id int)"});
  session_.run(kSeed000);
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, checksum) VALUES "
      "('099_x', 99, 'x'), ('099_y', 99, 'y')");
  AdoptOptions wanted;
  wanted.allow_unknown = true;
  const AdoptReport doubled = adopt_with(builder.set(), wanted);
  ASSERT_TRUE(doubled.stopped_by);
  EXPECT_EQ(doubled.stopped_by->kind(), ErrorKind::kDrift);
  EXPECT_NE(doubled.stopped_by->detail().message.find("99 (099_x, 099_y)"), std::string::npos)
      << doubled.stopped_by->detail().message;
  session_.run("DELETE FROM schema_migrations WHERE migration_name = '099_y'");
  EXPECT_EQ(adopt_with(builder.set(), wanted).adopted, 0U);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "1");
}

TEST_F(AdoptEdges, ATypedWrongToolIsNoSuccess) {
  set_.add(1, "t1", {"CREATE TABLE t1 (id int)"});
  set_.add(2, "t2", {"CREATE TABLE t2 (id int)"});
  make_dbmate("('1')");
  ASSERT_EQ(adopt_with(set_.set()).adopted, 1U);
  AdoptOptions wanted;
  wanted.from = "goose";
  const Error error = failure_of([&] { adopt_with(set_.set(), wanted); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message, "there is no history table of goose in this database");
  EXPECT_EQ(error.detail().hint, "there is public.schema_migrations (dbmate)");
  session_.run("DROP TABLE schema_migrations");
  wanted.from = "dbmate";
  EXPECT_TRUE(adopt_with(set_.set(), wanted).tool.empty());
}

TEST_F(AdoptEdges, TheGrantThatIsMissingIsOnTheirTable) {
  set_.add(1, "t1", {"CREATE TABLE t1 (id int)"});
  make_dbmate("('1')");
  const Role role(database_);
  const Error error =
      failure_of([&] { Migrator(database_.conninfo_as(role.name()), set_.set()).adopt({}); });
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_NE(error.detail().hint.find("GRANT SELECT ON \"public\".\"schema_migrations\" TO \"" +
                                     role.name() + "\""),
            std::string::npos)
      << error.detail().hint;
}

TEST_F(AdoptEdges, SeedsAndRepeatablesAreNotWhatAToolMissed) {
  set_.add(1, "t1", {"CREATE TABLE t1 (id int)"}).depends_on({});
  set_.add(2, "t2", {"CREATE TABLE t2 (id int)"});
  set_.add(0, "v", {"CREATE OR REPLACE VIEW v AS SELECT 1 AS x"}).repeatable();
  set_.add(0, "rows", {"INSERT INTO t1 VALUES (1)"}).repeatable();
  std::vector<Migration> list(set_.set().migrations.begin(), set_.set().migrations.end());
  list[3].kind = Kind::kSeed;
  list[3].seed = "sample";
  MigrationSet set = set_.set();
  set.migrations = list;
  make_dbmate("('1')");
  const AdoptReport report = adopt_with(set);
  ASSERT_EQ(report.missing.size(), 2U);
  EXPECT_EQ(report.missing[0]->full_name, "002_t2");
  EXPECT_EQ(report.missing[1]->full_name, "R__v");
  EXPECT_TRUE(report.warnings.empty());
}

}  // namespace
}  // namespace godwit::test
