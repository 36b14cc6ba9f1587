// SPDX-License-Identifier: Apache-2.0
//
// A history that was changed by hand: each change has its message, and nothing is written.
#include "fixture.hpp"

#include <godwit/maintenance.hpp>

#include <fmt/format.h>

namespace godwit::test {
namespace {

class Tampering : public OnDatabase {
 protected:
  Tampering() {
    for (int i = 1; i <= 4; ++i) {
      builder_.add(i, fmt::format("t{}", i), {fmt::format("CREATE TABLE t{} (id int)", i)});
    }
  }

  // The error that `up` and `check` both give, after which the database is as before.
  Error refusal() {
    const std::string before = state();
    Options dry;
    dry.dry_run = true;
    const Error check = failure(builder_.set(), dry);
    const Error error = failure(builder_.set());
    EXPECT_STREQ(check.what(), error.what());
    EXPECT_EQ(state(), before);
    return error;
  }
  // All relations and, where there is a history, all its rows.
  std::string state() const {
    const std::string rows =
        has_relation("schema_migrations")
            ? session_.get("SELECT string_agg(h::text, ',' ORDER BY id) FROM schema_migrations h")
            : "none";
    return session_.list(
               "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
               "ORDER BY 1") +
           " " + rows;
  }

  SetBuilder builder_;
};

TEST_F(Tampering, ATruncatedHistoryIsToldByTheLog) {
  up(builder_.set());
  session_.run("TRUNCATE schema_migrations");
  const Error error = refusal();
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_NE(error.detail().message.find("its log says that 4 migrations are applied (the last, "
                                        "004_t4, on "),
            std::string::npos)
      << error.what();
  EXPECT_NE(error.detail().hint.find("`stamp 004_t4`"), std::string::npos) << error.what();
  Migrator(database_.conninfo(), builder_.set()).stamp("004_t4", {});
  EXPECT_EQ(up(builder_.set()).skipped, 4U);
}

TEST_F(Tampering, AHistoryTableThatIsGoneIsToldByTheLog) {
  up(builder_.set());
  session_.run("DROP TABLE schema_migrations");
  const std::string before = state();
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_NE(error.detail().message.find("its log says"), std::string::npos) << error.what();
  EXPECT_EQ(state(), before);
}

TEST_F(Tampering, TheLogIsAskedUnderTheRoleToo) {
  const Role owner(database_, "NOLOGIN");
  session_.run("GRANT ALL ON SCHEMA public TO " + owner.name());
  Options options;
  options.role = owner.name();
  up(builder_.set(), options);
  session_.run("DROP TABLE schema_migrations");
  EXPECT_EQ(failure(builder_.set(), options).kind(), ErrorKind::kDrift);
  EXPECT_FALSE(has_relation("schema_migrations"));
  // A log that may not be read tells nothing; it may not be written either.
  const Role other(database_, "NOLOGIN");
  session_.run("GRANT ALL ON SCHEMA public TO " + other.name());
  SetBuilder builder;
  builder.add(1, "t1", {"CREATE TABLE IF NOT EXISTS t1 (id int)"});
  options.role = other.name();
  EXPECT_EQ(failure(builder.set(), options).kind(), ErrorKind::kReadOnly);
  EXPECT_FALSE(has_relation("schema_migrations"));
  // An empty log without a history is no obstacle.
  session_.run("DELETE FROM schema_migrations_log");
  options.role = owner.name();
  EXPECT_EQ(versions(up(builder.set(), options)), "1");
}

TEST_F(Tampering, WhatWasUndoneInOrderIsAppliedAgain) {
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"}).down("DROP TABLE one");
  up(builder.set());
  DownOptions all;
  all.to = "base";
  Migrator(database_.conninfo(), builder.set()).down(all);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "0");
  EXPECT_EQ(versions(up(builder.set())), "1");
  Migrator(database_.conninfo(), builder.set()).forget("1", {});
  session_.run("DROP TABLE one");
  EXPECT_EQ(versions(up(builder.set())), "1");
}

TEST_F(Tampering, ARowThatIsGoneFromTheMiddleIsALateArrival) {
  up(builder_.set());
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 2");
  const Error error = refusal();
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_NE(error.detail().message.find("arrives late"), std::string::npos) << error.what();
}

TEST_F(Tampering, ARowThatIsGoneFromTheEndIsNamedWhenItsTableIsThere) {
  up(builder_.set());
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 4");
  const std::string before = state();
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.sqlstate(), "42P07");
  EXPECT_NE(error.detail().hint.find("the log says that it was applied on "), std::string::npos)
      << error.what();
  EXPECT_NE(error.detail().hint.find("`stamp 004_t4`"), std::string::npos) << error.what();
  EXPECT_EQ(state(), before);
}

TEST_F(Tampering, NoHistoryOnASchemaThatHasItAllSaysHowToBegin) {
  session_.run("CREATE TABLE t1 (id int); CREATE TABLE t2 (id int)");
  const std::string before = state();
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.migration(), 1);
  EXPECT_NE(error.detail().hint.find("`stamp 001_t1`"), std::string::npos) << error.what();
  EXPECT_EQ(error.detail().hint.find("the log says"), std::string::npos) << error.what();
  EXPECT_EQ(state(), before) << "no history either";
}

TEST_F(Tampering, ADoubledRowIsRefused) {
  up(builder_.set());
  session_.run(
      "ALTER TABLE schema_migrations DROP CONSTRAINT schema_migrations_name_key, DROP CONSTRAINT "
      "schema_migrations_num_key; INSERT INTO schema_migrations (migration_name, "
      "migration_number, checksum, migration_set, kind, state, run_id) SELECT migration_name, "
      "migration_number, checksum, migration_set, kind, state, run_id FROM schema_migrations "
      "WHERE migration_number = 3");
  builder_.add(5, "t5", {"CREATE TABLE t5 (id int)"});
  const Error error = refusal();
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_NE(error.detail().message.find("more than one row for 003_t3"), std::string::npos)
      << error.what();
}

TEST_F(Tampering, AStateThatThereIsNotIsRefused) {
  up(builder_.set());
  session_.run("UPDATE schema_migrations SET state = 'done' WHERE migration_number = 2");
  const Error error = refusal();
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_NE(error.detail().message.find("the state \"done\""), std::string::npos) << error.what();
}

TEST_F(Tampering, AChangedChecksumIsDrift) {
  up(builder_.set());
  session_.run("UPDATE schema_migrations SET checksum = 'mine' WHERE migration_number = 2");
  const Error error = refusal();
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_EQ(error.migration(), 2);
}

TEST_F(Tampering, ATableOfAnOlderReleaseSaysWhatToAdd) {
  up(builder_.set());
  // What the check reads, and what only a writer needs.
  for (const char* column : {"breaking", "down_sql"}) {
    session_.run(fmt::format("ALTER TABLE schema_migrations DROP COLUMN {}", column));
    builder_.add(static_cast<int>(column[0]), column, {"SELECT 1"});
    const std::string before = state();
    const Error error = failure(builder_.set());
    EXPECT_EQ(error.kind(), ErrorKind::kDrift);
    EXPECT_NE(error.detail().message.find("another version of godwit"), std::string::npos)
        << error.what();
    EXPECT_EQ(state(), before);
    session_.run(error.detail().hint);
    EXPECT_EQ(up(builder_.set()).applied.size(), 1U) << "the hint is the cure";
  }
}

TEST_F(Tampering, ATableOfANewerReleaseIsNoHindrance) {
  up(builder_.set());
  session_.run("ALTER TABLE schema_migrations ADD COLUMN later int NOT NULL DEFAULT 7");
  builder_.add(5, "t5", {"CREATE TABLE t5 (id int)"});
  EXPECT_EQ(versions(up(builder_.set())), "5");
}

TEST_F(Tampering, AHistoryThatRowSecurityHidesIsNotTakenForAnEmptyOne) {
  const Role role(database_);
  up(builder_.set());
  session_.run(fmt::format(
      "GRANT ALL ON ALL TABLES IN SCHEMA public TO {0}; GRANT ALL ON SCHEMA public TO {0};"
      "ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY;"
      "ALTER TABLE schema_migrations_log ENABLE ROW LEVEL SECURITY",
      role.name()));
  SetBuilder builder;
  for (int i = 1; i <= 4; ++i) {
    builder.add(i, fmt::format("t{}", i), {fmt::format("CREATE TABLE IF NOT EXISTS t{} ()", i)});
  }
  const std::string before = state();
  const Error error =
      failure_of([&] { migrate(database_.conninfo_as(role.name()), builder.set()); });
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_NE(error.detail().message.find("row-level security"), std::string::npos) << error.what();
  EXPECT_NE(error.detail().hint.find("DISABLE ROW LEVEL SECURITY"), std::string::npos)
      << error.what();
  EXPECT_EQ(state(), before);
}

class LosingTheHistory : public OnDatabase {
 protected:
  void expect_refused(const std::string& statement, const std::string& history = {}) {
    SCOPED_TRACE(statement);
    session_.run(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS s CASCADE");
    SetBuilder builder;
    Options options;
    options.history_table = history;
    builder.add(1, "first", {"CREATE TABLE first (id int)"});
    up(builder.set(), options);
    builder.add(2, "loses", {"CREATE TABLE second (id int)", statement});
    const Error error = failure(builder.set(), options);
    EXPECT_EQ(error.kind(), ErrorKind::kFailed);
    EXPECT_EQ(error.migration(), 2);
    EXPECT_NE(error.detail().hint.find("where the history is kept; it was rolled back"),
              std::string::npos)
        << error.what();
    EXPECT_TRUE(has_relation("first"));
    EXPECT_FALSE(has_relation("second"));
    SetBuilder mended;
    mended.add(1, "first", {"CREATE TABLE first (id int)"});
    mended.add(2, "loses", {"CREATE TABLE second (id int)"});
    EXPECT_EQ(versions(up(mended.set(), options)), "2");
  }
};

TEST_F(LosingTheHistory, IsRolledBackAndSaid) {
  expect_refused("DROP SCHEMA public CASCADE");
  expect_refused("ALTER SCHEMA public RENAME TO s");
  expect_refused("DROP TABLE schema_migrations");
  expect_refused("ALTER TABLE schema_migrations RENAME TO others");
  expect_refused("DROP SCHEMA s CASCADE", "s.history");
}

TEST_F(LosingTheHistory, InAFirstRunToo) {
  SetBuilder builder;
  builder.add(1, "loses", {"DROP SCHEMA public CASCADE", "CREATE SCHEMA public"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.migration(), 1);
  EXPECT_NE(error.detail().hint.find("where the history is kept"), std::string::npos)
      << error.what();
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "0");
  EXPECT_EQ(session_.get("SELECT event FROM schema_migrations_log"), "failed");
}

TEST_F(LosingTheHistory, InAStepToo) {
  SetBuilder builder;
  builder.add(1, "steps", {"CREATE TABLE one (id int)", "DROP SCHEMA public CASCADE"})
      .outside_transaction()
      .atomic_step(0)
      .atomic_step(1);
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied) << error.what();
  EXPECT_NE(error.detail().hint.find("where the history is kept"), std::string::npos)
      << error.what();
  EXPECT_EQ(session_.get("SELECT step FROM schema_migrations"), "1");
  EXPECT_TRUE(has_relation("one"));
}

TEST_F(LosingTheHistory, WhenUndoingToo) {
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"}).down("DROP SCHEMA public CASCADE");
  up(builder.set());
  const Error error =
      failure_of([&] { Migrator(database_.conninfo(), builder.set()).down(DownOptions{}); });
  EXPECT_NE(error.detail().hint.find("where the history is kept"), std::string::npos)
      << error.what();
  EXPECT_EQ(applied(), "1");
  EXPECT_TRUE(has_relation("one"));
}

}  // namespace
}  // namespace godwit::test
