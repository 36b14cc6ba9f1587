// SPDX-License-Identifier: Apache-2.0
//
// Undoing: what is undone and in which order, what is refused, and what a cut or a kill leaves.
#include "fixture.hpp"
#include "process.hpp"
#include "wire_proxy.hpp"

#include <godwit/maintenance.hpp>

#include <csignal>

namespace godwit::test {
namespace {

class Down : public OnDatabase {
 protected:
  Down() {
    builder_.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
    builder_.add(7, "crm", {"CREATE TABLE clients (id int)"})
        .depends_on({1})
        .down_statements({"DROP TABLE clients"});
    builder_.add(10, "team", {"ALTER TABLE clients ADD COLUMN team int"})
        .depends_on({7})
        .down("ALTER TABLE clients DROP COLUMN team");
  }

  DownReport down(DownOptions wanted = {}, Options options = {}) {
    return Migrator(database_.conninfo(), builder_.set(), std::move(options)).down(wanted);
  }
  DownReport down_to(const std::string& target) {
    DownOptions wanted;
    wanted.to = target;
    return down(wanted);
  }
  DownReport down_count(std::size_t count) {
    DownOptions wanted;
    wanted.count = count;
    return down(wanted);
  }
  static std::string names(const std::vector<DownReport::Undone>& list) {
    std::string text;
    for (const DownReport::Undone& undone : list) {
      text += text.empty() ? undone.name : "," + undone.name;
    }
    return text;
  }
  std::string log(const std::string& columns = "event || ' ' || migration_name") const {
    return session_.list("SELECT " + columns + " FROM schema_migrations_log ORDER BY id");
  }

  SetBuilder builder_;
};

TEST_F(Down, UndoesOneUnlessToldMore) {
  up(builder_.set());
  const DownReport report = down();
  EXPECT_EQ(names(report.undone), "010_team");
  EXPECT_EQ(report.undone[0].migration, &builder_.set().migrations[2]);
  EXPECT_EQ(report.left, 2U);
  EXPECT_EQ(applied(), "1,7");
  EXPECT_EQ(session_.get("SELECT count(*) FROM information_schema.columns WHERE table_name = "
                         "'clients'"),
            "1");
  EXPECT_EQ(log(), "applied 001_users,applied 007_crm,applied 010_team,undone 010_team");
  EXPECT_EQ(session_.get("SELECT run_id::text FROM schema_migrations_log WHERE event = 'undone'"),
            report.run_id);
  EXPECT_EQ(versions(up(builder_.set())), "10");
}

TEST_F(Down, UndoesInTheReverseOfTheOrderOfApplication) {
  up(builder_.set());
  EXPECT_EQ(names(down_count(3).undone), "010_team,007_crm,001_users");
  EXPECT_EQ(applied(), "");
  EXPECT_FALSE(has_relation("users"));
  EXPECT_EQ(names(down().undone), "") << "nothing is applied: nothing to do";
}

TEST_F(Down, TakesTheLastAppliedWhateverItsNumber) {
  builder_.set();
  up(builder_.set());
  SetBuilder late;
  late.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  late.add(5, "late", {"CREATE TABLE late (id int)"}).depends_on({}).down("DROP TABLE late");
  late.add(7, "crm", {"CREATE TABLE clients (id int)"}).depends_on({1}).down("DROP TABLE clients");
  late.add(10, "team", {"ALTER TABLE clients ADD COLUMN team int"})
      .depends_on({7})
      .down("ALTER TABLE clients DROP COLUMN team");
  up(late.set());
  EXPECT_EQ(applied(), "1,7,10,5");
  const DownReport report = Migrator(database_.conninfo(), late.set()).down({});
  EXPECT_EQ(names(report.undone), "005_late");
}

TEST_F(Down, NeverUndoesWhatSomethingAppliedDependsOn) {
  builder_.add(12, "free", {"CREATE TABLE free (id int)"}).down("DROP TABLE free");
  up(builder_.set());
  // As if 7 had been applied last: what needs it goes first all the same.
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 7");
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, checksum, migration_set, "
      "kind, state, run_id) VALUES ('007_crm', 7, '" +
      std::string(builder_.set().migrations[1].checksum) +
      "', 'main', 'versioned', 'applied', gen_random_uuid())");
  EXPECT_EQ(names(down_count(3).undone), "012_free,010_team,007_crm");
}

TEST_F(Down, ToATargetUndoesWhatStandsAfterIt) {
  builder_.add(12, "tagged", {"CREATE TABLE t (id int)"})
      .alias("a1b2c3")
      .tag("v2")
      .down("DROP TABLE t");
  builder_.add(13, "last", {"CREATE TABLE l (id int)"}).down("DROP TABLE l");
  up(builder_.set());
  EXPECT_EQ(names(down_to("@v2").undone), "013_last");
  EXPECT_EQ(names(down_to("a1b2c3").undone), "");
  EXPECT_EQ(names(down_to("007").undone), "012_tagged,010_team");
  EXPECT_EQ(names(down_to("head").undone), "");
  EXPECT_EQ(names(down_to("previous").undone), "007_crm");
  EXPECT_EQ(names(down_to("base").undone), "001_users");
  up(builder_.set());
  EXPECT_EQ(names(down_to("-2").undone), "013_last,012_tagged");
  EXPECT_EQ(names(down_to("001_users").undone), "010_team,007_crm");
}

TEST_F(Down, RefusesMoreThanThereIsAndWhatThereIsNot) {
  up(builder_.set());
  const Error many = failure_of([&] { down_count(7); });
  EXPECT_EQ(many.kind(), ErrorKind::kUsage);
  EXPECT_EQ(many.detail().message, "7 migrations are to be undone, but 3 are applied");
  EXPECT_NE(many.detail().hint.find("--to=7"), std::string::npos);
  const Error unknown = failure_of([&] { down_to("nine"); });
  EXPECT_EQ(unknown.kind(), ErrorKind::kUsage);
  EXPECT_EQ(unknown.detail().message, "there is no migration \"nine\"");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Down, RefusesBeforeAnythingWhatCannotBeUndone) {
  builder_.add(11, "merge", {"SELECT 1"}).irreversible("two names became one").down("SELECT 1");
  builder_.add(12, "free", {"CREATE TABLE free (id int)"}).down("DROP TABLE free");
  up(builder_.set());
  const Error error = failure_of([&] { down_count(2); });
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.detail().message, "011_merge is irreversible: two names became one");
  EXPECT_TRUE(has_relation("free"));
  SetBuilder plain;
  plain.add(1, "none", {"CREATE TABLE none (id int)"});
  Database other;
  migrate(other.conninfo(), plain.set());
  const Error none = failure_of([&] { Migrator(other.conninfo(), plain.set()).down({}); });
  EXPECT_EQ(none.detail().message, "001_none has no down section");
  EXPECT_NE(none.detail().hint.find("-- godwit:down"), std::string::npos);
}

TEST_F(Down, AnErrorNamesThePlaceInTheDownSectionAndUndoesNothing) {
  builder_.add(12, "bad", {"CREATE TABLE bad (id int)"})
      .down_statements({"DROP TABLE bad", "ALTER TABLE clients\n  DROP COLUMN nope"});
  up(builder_.set());
  const Error error = failure_of([&] { down(); });
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.sqlstate(), "42703");
  EXPECT_EQ(error.file(), "migrations/012_bad.down.sql");
  EXPECT_EQ(error.line(), 2U);
  EXPECT_EQ(error.migration(), 12);
  EXPECT_TRUE(has_relation("bad"));
  EXPECT_EQ(applied(), "1,7,10,12");
  EXPECT_EQ(session_.get("SELECT file || ':' || line FROM schema_migrations_log WHERE event = "
                         "'failed'"),
            "migrations/012_bad.down.sql:2");
  builder_.add(13, "syntax", {"SELECT 1"}).down_statements({"SELECT 1", "SELECT  nope"});
  up(builder_.set());
  const Error position = failure_of([&] { down(); });
  EXPECT_EQ(position.line(), 2U);
  EXPECT_EQ(position.column(), 9U);
}

TEST_F(Down, DeferredConstraintsAreCheckedBeforeTheRowGoes) {
  builder_
      .add(12, "deferred",
           {"CREATE TABLE p (id int PRIMARY KEY)",
            "CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1)"})
      .down("DELETE FROM p");
  up(builder_.set());
  EXPECT_EQ(failure_of([&] { down(); }).sqlstate(), "23503");
  EXPECT_EQ(applied(), "1,7,10,12");
}

TEST_F(Down, DryRunSaysWhatAndWritesNothing) {
  up(builder_.set());
  Options options;
  options.dry_run = true;
  DownOptions wanted;
  wanted.to = "base";
  const DownReport report = down(wanted, options);
  EXPECT_EQ(names(report.planned), "010_team,007_crm,001_users");
  EXPECT_TRUE(report.undone.empty());
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Down, AsksOnceWithAllNames) {
  up(builder_.set());
  DownOptions wanted;
  wanted.count = 2;
  std::string asked;
  wanted.confirm = [&](const std::vector<std::string>& list) {
    for (const std::string& name : list) {
      asked += name + " ";
    }
    return false;
  };
  EXPECT_EQ(failure_of([&] { down(wanted); }).kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(asked, "010_team 007_crm ");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Down, WarnsWhenTheFileWasEditedAndUsesThisBuild) {
  up(builder_.set());
  session_.run("UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 10");
  const DownReport report = down();
  EXPECT_EQ(names(report.undone), "010_team");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(report.warnings[0],
            "010_team was applied with another checksum: it is undone by the down section of this "
            "build");
}

TEST_F(Down, TheStoredDownIsUsedOnlyWhenAskedFor) {
  SetBuilder newer;
  newer.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  newer.add(2, "gone", {"CREATE TABLE gone (id int)"})
      .down_statements({"DROP TABLE gone", "SELECT 1"});
  newer.add(3, "bare", {"CREATE TABLE bare (id int)"});
  up(newer.set());
  SetBuilder older;
  older.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  DownOptions wanted;
  const auto run = [&] { return Migrator(database_.conninfo(), older.set()).down(wanted); };
  const Error refused = failure_of(run);
  EXPECT_EQ(refused.detail().message,
            "003_bare is to be undone, but this build does not contain it");
  EXPECT_NE(refused.detail().hint.find("--stored"), std::string::npos);
  wanted.use_stored = true;
  EXPECT_EQ(failure_of(run).detail().message,
            "003_bare has no down section: its build left no SQL in the history");
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 3");
  const DownReport report = run();
  EXPECT_EQ(names(report.undone), "002_gone");
  EXPECT_EQ(report.undone[0].migration, nullptr);
  EXPECT_FALSE(has_relation("gone"));
  EXPECT_EQ(applied(), "1");
}

TEST_F(Down, ErrorsInAStoredDownHaveAPlaceInIt) {
  SetBuilder newer;
  newer.add(1, "users", {"CREATE TABLE users (id int)"})
      .down_statements({"SELECT 1", "SELECT nope"});
  newer.add(2, "index", {"CREATE INDEX CONCURRENTLY i ON users (id)"})
      .outside_transaction()
      .down("DROP INDEX CONCURRENTLY i");
  up(newer.set());
  SetBuilder none;
  none.add(9, "other", {"SELECT 1"});
  DownOptions wanted;
  wanted.use_stored = true;
  const auto run = [&] { Migrator(database_.conninfo(), none.set()).down(wanted); };
  const Error index = failure_of(run);
  EXPECT_EQ(index.detail().message, "the stored down of 002_index cannot run in a transaction");
  EXPECT_TRUE(has_relation("i"));
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 2");
  const Error error = failure_of(run);
  EXPECT_EQ(error.sqlstate(), "42703");
  EXPECT_EQ(error.file(), "001_users (stored down)");
  EXPECT_EQ(error.line(), 2U);
  EXPECT_EQ(applied(), "1");
}

TEST_F(Down, AStoredDownThatEndsItsTransactionIsFoundOut) {
  up(builder_.set());
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, migration_set, kind, "
      "state, run_id, down_sql) VALUES ('099_other', 99, 'main', 'versioned', 'applied', "
      "gen_random_uuid(), 'COMMIT; BEGIN; SELECT 1')");
  DownOptions wanted;
  wanted.use_stored = true;
  const Error error = failure_of([&] { down(wanted); });
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_NE(error.detail().message.find("ended its own transaction"), std::string::npos);
  EXPECT_EQ(applied(), "1,7,10,99");
}

TEST_F(Down, WhatThisBuildDoesNotKnowMayNeedWhatWasThereBefore) {
  up(builder_.set());
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, migration_set, kind, "
      "state, run_id) VALUES ('005_other', 5, 'main', 'versioned', 'applied', gen_random_uuid())");
  const Error error = failure_of([&] { down_to("7"); });
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.detail().message,
            "010_team cannot be undone: 005_other is applied and this build does not know whether "
            "it needs it: it was applied later");
}

TEST_F(Down, OutsideATransactionStatementByStatement) {
  builder_.add(12, "index", {"CREATE INDEX CONCURRENTLY by_id ON users (id)"})
      .outside_transaction()
      .down_statements({"DROP INDEX CONCURRENTLY by_id", "VACUUM users"})
      .down_outside_transaction();
  up(builder_.set());
  const DownReport report = down();
  EXPECT_EQ(names(report.undone), "012_index");
  EXPECT_FALSE(has_relation("by_id"));
  EXPECT_EQ(applied(), "1,7,10");
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "3");
  EXPECT_EQ(log(),
            "applied 001_users,applied 007_crm,applied 010_team,applied 012_index,"
            "undone 012_index");
}

TEST_F(Down, AFailedFirstStepOutsideATransactionLeavesItApplied) {
  builder_.add(12, "index", {"SELECT 1"})
      .down_statements({"DROP INDEX CONCURRENTLY nowhere", "VACUUM users"})
      .down_outside_transaction();
  up(builder_.set());
  const Error error = failure_of([&] { down(); });
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.file(), "migrations/012_index.down.sql");
  EXPECT_EQ(applied(), "1,7,10,12");
}

TEST_F(Down, KilledOutsideATransactionAPlainRerunFinishes) {
  builder_.add(12, "steps", {"CREATE TABLE steps (n int)"})
      .down_statements({"INSERT INTO steps VALUES (1)", "SELECT pg_sleep(60)", "DROP TABLE steps"})
      .down_outside_transaction();
  up(builder_.set());
  const std::string conninfo = database_.conninfo();
  const MigrationSet& set = builder_.set();
  Child child([&] {
    Migrator(conninfo, set).down({});
    return 0;
  });
  wait_for_sleeper();
  child.kill(SIGKILL);
  child.wait();
  session_.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND pid <> pg_backend_pid()");
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid() AND backend_type = 'client backend'");
  EXPECT_EQ(session_.get("SELECT state || step FROM schema_migrations WHERE migration_number = 12"),
            "undoing1");
  const Error refused = failure(set);
  EXPECT_EQ(refused.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_NE(refused.detail().hint.find("run `down` again"), std::string::npos);
  // The step that was cut may run twice; the ones before it do not.
  SetBuilder again;
  again.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  again.add(12, "steps", {"CREATE TABLE steps (n int)"})
      .down_statements({"INSERT INTO steps VALUES (1)", "SELECT 1", "DROP TABLE steps"})
      .down_outside_transaction();
  const DownReport report = Migrator(conninfo, again.set()).down({});
  EXPECT_EQ(names(report.undone), "012_steps");
  EXPECT_FALSE(has_relation("steps"));
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Down, KilledInTheMiddleAPlainRerunFinishes) {
  builder_.add(12, "slow", {"CREATE TABLE slow (id int)"})
      .down_statements({"DROP TABLE slow", "SELECT pg_sleep(1)"});
  up(builder_.set());
  const std::string conninfo = database_.conninfo();
  const MigrationSet& set = builder_.set();
  for (int round = 0; round < 5; ++round) {
    Child child([&] {
      Migrator(conninfo, set).down({});
      return 0;
    });
    wait_for_sleeper();
    child.kill(SIGKILL);
    child.wait();
    EXPECT_EQ(applied(), "1,7,10,12");
  }
  EXPECT_EQ(names(down_to("10").undone), "012_slow");
  EXPECT_EQ(applied(), "1,7,10");
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'undone'"), "1");
}

TEST_F(Down, ACutAtCommitIsSettledByTheRow) {
  for (const bool arrives : {true, false}) {
    up(builder_.set());
    WireProxy proxy;
    proxy.cut_on_request("'undone'", arrives);
    const DownReport report = Migrator(proxy.conninfo(database_.name()), builder_.set()).down({});
    EXPECT_EQ(proxy.cuts(), 1);
    EXPECT_EQ(names(report.undone), "010_team") << arrives;
    EXPECT_EQ(applied(), "1,7");
  }
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'undone'"), "2");
}

TEST_F(Down, TwoAtOnceUndoEachOnce) {
  for (int i = 20; i < 26; ++i) {
    builder_.add(i, "n", {"SELECT 1"}).down("INSERT INTO undone VALUES (1)");
  }
  session_.run("CREATE TABLE undone (n int)");
  up(builder_.set());
  const std::string conninfo = database_.conninfo();
  const MigrationSet& set = builder_.set();
  const auto body = [&] {
    DownOptions wanted;
    wanted.to = "10";
    Migrator(conninfo, set).down(wanted);
    return 0;
  };
  Child one(body);
  Child two(body);
  EXPECT_EQ(one.wait(), 0) << one.err();
  EXPECT_EQ(two.wait(), 0) << two.err();
  EXPECT_EQ(session_.get("SELECT count(*) FROM undone"), "6");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Down, LocksAreWaitedForAndTriedAgain) {
  up(builder_.set());
  const Session blocker(database_.conninfo());
  blocker.run("BEGIN; SELECT * FROM clients");
  Options options;
  options.lock_timeout = std::chrono::milliseconds{100};
  options.wait = std::chrono::milliseconds{1200};
  const Error error = failure_of([&] { down({}, options); });
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_EQ(error.sqlstate(), "55P03");
  EXPECT_NE(error.detail().blockers.find("pid " + std::to_string(blocker.pid())), std::string::npos)
      << error.detail().blockers;
  EXPECT_EQ(applied(), "1,7,10");
  blocker.run("COMMIT");
  EXPECT_EQ(names(down().undone), "010_team");
}

TEST_F(Down, RedoUndoesAndAppliesTheSame) {
  up(builder_.set());
  DownOptions wanted;
  wanted.count = 2;
  const RedoReport report = Migrator(database_.conninfo(), builder_.set()).redo(wanted);
  EXPECT_EQ(names(report.down.undone), "010_team,007_crm");
  EXPECT_EQ(versions(report.up), "7,10");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Down, GivesABorrowedConnectionBackAsItCame) {
  up(builder_.set());
  const Session own(database_.conninfo());
  own.run("SET lock_timeout = '7s'");
  Migrator(own.raw(), builder_.set()).down({});
  EXPECT_EQ(own.get("SHOW lock_timeout"), "7s");
  EXPECT_EQ(PQtransactionStatus(own.raw()), PQTRANS_IDLE);
  EXPECT_EQ(applied(), "1,7");
}

}  // namespace
}  // namespace godwit::test
