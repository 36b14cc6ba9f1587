// SPDX-License-Identifier: Apache-2.0
//
// Migrations outside a transaction: claims, steps, take-overs.
#include "fixture.hpp"
#include "process.hpp"
#include "wire_proxy.hpp"

#include <atomic>
#include <csignal>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Steps : public OnDatabase {
 protected:
  Steps() { session_.run("CREATE TABLE t AS SELECT generate_series(1, 1000) AS id"); }

  std::string row(int version) const {
    return session_.get(
        fmt::format("SELECT concat_ws('|', state, step, steps, coalesce(claim_backend_start::text, "
                    "'free')) FROM "
                    "schema_migrations WHERE migration_number = {}",
                    version));
  }
  bool is_valid(const std::string& index) const {
    return session_.get(fmt::format(
               "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{}')", index)) ==
           "t";
  }
  MigrationBuilder& add_index(SetBuilder& builder, int version, const std::string& what = "INDEX") {
    return builder
        .add(version, "index", {fmt::format("CREATE {} CONCURRENTLY t_id ON t (id)", what)})
        .outside_transaction()
        .builds_index(0, "t", "t_id");
  }
  // Runs in a child and kills it as soon as `query` is true.
  void kill_when(const MigrationSet& set, const std::string& query, bool with_backend) const {
    Child child([&]() -> int {
      migrate(database_.conninfo() + " application_name=the_child", set);
      return 0;
    });
    wait_for(query);
    child.kill(SIGKILL);
    child.wait();
    if (with_backend) {
      session_.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
          "current_database() AND application_name = "
          "'the_child'");
      wait_for(
          "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND "
          "application_name = 'the_child'");
    }
  }
};

TEST_F(Steps, RunAmongTransactionalOnesInOrder) {
  SetBuilder builder;
  builder.add(1, "before", {"ALTER TABLE t ADD COLUMN x int"});
  builder
      .add(2, "steps",
           {"CREATE INDEX CONCURRENTLY t_id ON t (id)", "VACUUM t", "DROP INDEX CONCURRENTLY t_id",
            "CREATE INDEX CONCURRENTLY \"t X\" ON t (x)"})
      .outside_transaction()
      .builds_index(0, "t", "t_id")
      .idempotent_step(1)
      .drops_index(2, "t_id")
      .builds_index(3, "t", "t X")
      .verify({"SELECT to_regclass('\"t X\"') IS NOT NULL"});
  builder.add(3, "after", {"ALTER TABLE t ADD COLUMN y int"});
  EXPECT_EQ(versions(up(builder.set())), "1,2,3");
  EXPECT_EQ(row(2), "applied|4|4|free");
  EXPECT_TRUE(is_valid("\"t X\""));
  EXPECT_FALSE(has_relation("t_id"));
  EXPECT_EQ(session_.list("SELECT event FROM schema_migrations_log ORDER BY id"),
            "applied,applied,applied");
}

TEST_F(Steps, FirstOnAnEmptyDatabaseMakesTheHistory) {
  SetBuilder builder;
  add_index(builder, 1);
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_EQ(row(1), "applied|1|1|free");
}

TEST_F(Steps, LockTimeoutIsOffAndSettingsReachTheStatement) {
  // A view cannot be built concurrently over a session setting, so a procedure notes them.
  session_.run(
      "CREATE TABLE seen (v text); CREATE PROCEDURE note() LANGUAGE sql AS $$ INSERT INTO "
      "seen VALUES (concat_ws('|', current_setting('lock_timeout'), "
      "current_setting('statement_timeout'), current_setting('work_mem'))) $$");
  session_.run("ALTER DATABASE " + database_.name() + " SET statement_timeout = '1min'");
  SetBuilder builder;
  builder.add(1, "note", {"CALL note()"}).outside_transaction().setting("work_mem", "55MB");
  builder.add(2, "again", {"INSERT INTO seen VALUES (current_setting('work_mem'))"});
  up(builder.set());
  EXPECT_EQ(session_.list("SELECT v FROM seen"), "0|0|55MB,4MB");
}

TEST_F(Steps, AnIndexBuildTellsHowFarItIs) {
  // Two rows a page, and each row takes its time.
  session_.run(
      "CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS "
      "'BEGIN PERFORM pg_sleep(0.02); RETURN $1; END';"
      "CREATE TABLE wide (id int, filler text);"
      "ALTER TABLE wide ALTER filler SET STORAGE PLAIN;"
      "INSERT INTO wide SELECT i, repeat('x', 3500) FROM generate_series(1, 150) AS i");
  SetBuilder builder;
  builder.add(1, "index", {"CREATE INDEX CONCURRENTLY wide_slow ON wide (slow(id))"})
      .outside_transaction()
      .builds_index(0, "wide", "wide_slow");
  std::vector<std::uint32_t> percents;
  Options options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kProgress) {
      EXPECT_EQ(event.migration->version, 1);
      if (event.message == "building index: scanning table") {
        percents.push_back(event.percent);
      }
    }
  };
  EXPECT_EQ(versions(up(builder.set(), options)), "1");
  ASSERT_GE(percents.size(), 2U);
  EXPECT_TRUE(std::is_sorted(percents.begin(), percents.end()));
  EXPECT_GT(percents.back(), 0U);
  EXPECT_LE(percents.back(), 100U);
}

TEST_F(Steps, FailedUniqueIndexIsDroppedAndBuiltByTheNextRun) {
  session_.run("INSERT INTO t VALUES (1)");
  SetBuilder builder;
  add_index(builder, 1, "UNIQUE INDEX");
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.sqlstate(), "23505");
  EXPECT_EQ(error.line(), 1U);
  EXPECT_NE(error.detail().hint.find("the next run drops it"), std::string::npos);
  EXPECT_TRUE(has_relation("t_id"));
  EXPECT_FALSE(is_valid("t_id"));
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "0") << "nothing to remember";
  session_.run("DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t)");
  up(builder.set());
  EXPECT_TRUE(is_valid("t_id"));
  EXPECT_EQ(row(1), "applied|1|1|free");
}

TEST_F(Steps, FailedUniqueIndexesWithoutANameAreDroppedByTheNextRun) {
  session_.run("CREATE INDEX t_id_idx ON t (id); INSERT INTO t VALUES (1)");
  SetBuilder builder;
  builder.add(1, "index", {"CREATE UNIQUE INDEX CONCURRENTLY ON t (id)"})
      .outside_transaction()
      .builds_unnamed_index(0, "t", "t_id_idx");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(failure(builder.set()).sqlstate(), "23505");
    EXPECT_EQ(session_.list("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = "
                            "'t'::regclass ORDER BY 1"),
              "t_id_idx,t_id_idx1");
  }
  session_.run("DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t)");
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_TRUE(is_valid("t_id_idx")) << "that was there before";
  EXPECT_TRUE(is_valid("t_id_idx1"));
}

TEST_F(Steps, KilledWhileBuildingAnIndexWithoutANameTheRerunBuildsIt) {
  SetBuilder builder;
  builder.add(1, "index", {"CREATE INDEX CONCURRENTLY ON t (id)"})
      .outside_transaction()
      .builds_unnamed_index(0, "t", "t_id_idx");
  // Makes the build wait after it has made the index.
  const Session reader(database_.conninfo());
  reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM t");
  kill_when(builder.set(),
            "SELECT count(*) > 0 FROM pg_index WHERE indrelid = 't'::regclass AND NOT indisvalid",
            true);
  reader.run("COMMIT");
  EXPECT_FALSE(is_valid("t_id_idx"));
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_TRUE(is_valid("t_id_idx"));
  EXPECT_EQ(session_.get("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"), "1");
}

TEST_F(Steps, IfNotExistsDoesNotHideAnInvalidIndex) {
  session_.run("INSERT INTO t VALUES (1)");
  PGresult* result = PQexec(session_.raw(), "CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)");
  PQclear(result);
  ASSERT_FALSE(is_valid("t_id"));
  SetBuilder builder;
  builder.add(1, "index", {"CREATE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id)"})
      .outside_transaction()
      .builds_index(0, "t", "t_id")
      .idempotent_step(0);
  builder.add(2, "other", {"CREATE TABLE u (id int)"});
  up(builder.set());
  EXPECT_TRUE(is_valid("t_id"));
}

TEST_F(Steps, AnIndexOfTheSameNameElsewhereIsAnErrorNotASuccess) {
  session_.run("CREATE TABLE u (id int); CREATE INDEX t_id ON u (id)");
  SetBuilder builder;
  builder.add(1, "index", {"CREATE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id)"})
      .outside_transaction()
      .builds_index(0, "t", "t_id");
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_NE(error.detail().message.find("t has no valid index t_id"), std::string::npos)
      << error.what();
}

TEST_F(Steps, FailureInTheMiddleIsPartialAndTheRerunGoesOnThere) {
  session_.run("CREATE TABLE runs (n int)");
  SetBuilder builder;
  builder
      .add(1, "steps",
           {"INSERT INTO runs VALUES (1)", "INSERT INTO missing VALUES (2)",
            "INSERT INTO runs VALUES (3)"})
      .outside_transaction();
  builder.add(2, "after", {"CREATE TABLE after (id int)"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_EQ(error.line(), 2U);
  EXPECT_EQ(error.column(), 13U);
  EXPECT_NE(error.detail().hint.find("1 of its 3 steps have ended"), std::string::npos);
  EXPECT_EQ(row(1), "running|1|3|free");
  EXPECT_FALSE(has_relation("after"));
  Migrator migrator(database_.conninfo(), builder.set());
  EXPECT_EQ(migrator.status().migrations[0].state, State::kPartial);
  EXPECT_NE(migrator.status().migrations[0].last_failure.find("42P01"), std::string::npos);
  session_.run("CREATE TABLE missing (n int)");
  EXPECT_EQ(versions(up(builder.set())), "1,2");
  EXPECT_EQ(session_.list("SELECT n FROM runs ORDER BY n"), "1,3");
  EXPECT_EQ(row(1), "applied|3|3|free");
}

TEST_F(Steps, EditedWhilePartialNeedsConsent) {
  SetBuilder builder;
  builder.add(1, "steps", {"CREATE TABLE one (n int)", "INSERT INTO missing VALUES (2)"})
      .outside_transaction();
  failure(builder.set());
  SetBuilder mended;
  mended.add(1, "steps", {"CREATE TABLE one (n int)", "CREATE TABLE two (n int)"})
      .outside_transaction();
  const Error error = failure(mended.set());
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_NE(error.detail().hint.find("--on-drift=accept"), std::string::npos);
  Options options;
  options.on_drift = DriftPolicy::kAccept;
  EXPECT_EQ(versions(up(mended.set(), options)), "1");
  EXPECT_TRUE(has_relation("two"));
  EXPECT_TRUE(up(mended.set()).applied.empty());
}

TEST_F(Steps, VerifyThatFailsAfterTheStepsIsTriedAgainAlone) {
  session_.run("CREATE TABLE runs (n int)");
  SetBuilder builder;
  builder.add(1, "steps", {"INSERT INTO runs VALUES (1)"})
      .outside_transaction()
      .verify({"SELECT to_regclass('missing') IS NOT NULL"});
  EXPECT_EQ(failure(builder.set()).kind(), ErrorKind::kVerifyFailed);
  EXPECT_EQ(row(1), "running|1|1|free");
  session_.run("CREATE TABLE missing (n int)");
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_EQ(session_.get("SELECT count(*) FROM runs"), "1");
}

TEST_F(Steps, KilledDuringAnIndexBuildTheRerunFindsOutAndFinishes) {
  for (const bool with_backend : {false, true}) {
    const std::string name = with_backend ? "second" : "first";
    session_.run(
        "DROP INDEX IF EXISTS t_id; DROP TABLE IF EXISTS schema_migrations, "
        "schema_migrations_log");
    // An old snapshot makes the build wait, after its catalog rows are committed.
    Session old_snapshot(database_.conninfo());
    old_snapshot.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    SetBuilder builder;
    add_index(builder, 1);
    kill_when(builder.set(),
              "SELECT count(*) > 0 FROM pg_stat_progress_create_index WHERE phase LIKE "
              "'waiting for old snapshots' OR phase LIKE 'waiting for%'",
              with_backend);
    EXPECT_FALSE(is_valid("t_id")) << name;
    std::thread releaser([&] {
      std::this_thread::sleep_for(milliseconds{1500});
      old_snapshot.run("COMMIT");
    });
    EXPECT_EQ(versions(up(builder.set())), "1") << name;
    releaser.join();
    EXPECT_TRUE(is_valid("t_id")) << name;
    EXPECT_EQ(row(1), "applied|1|1|free") << name;
  }
}

TEST_F(Steps, KilledInAStepThatNobodyCanJudgeIsPartlyApplied) {
  session_.run(
      "CREATE TABLE runs (n int); CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN "
      "INSERT INTO runs VALUES (1); PERFORM pg_sleep(60); END $$");
  SetBuilder builder;
  builder.add(1, "steps", {"SELECT 1", "CALL slow()", "INSERT INTO runs VALUES (3)"})
      .outside_transaction();
  kill_when(builder.set(),
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
            "wait_event = 'PgSleep' AND "
            "application_name = 'the_child'",
            true);
  Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_EQ(error.line(), 2U);
  EXPECT_NE(error.detail().message.find("nobody can tell"), std::string::npos) << error.what();
  error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied) << "it stays so until a human has looked";
  // What the hint says, for a step that did take effect.
  const std::string hint = error.detail().hint;
  const std::size_t from = hint.find("UPDATE ");
  session_.run(hint.substr(from, hint.find(';', from) - from));
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_EQ(session_.list("SELECT n FROM runs"), "3");
}

TEST_F(Steps, KilledAtRandomAmongAtomicStepsTheRerunDoesEachOnce) {
  for (int round = 0; round < 15; ++round) {
    const Database database;
    SetBuilder builder;
    auto& migration = builder.add(
        1, "mixed",
        {"CREATE TABLE effects (n int)",
         "INSERT INTO effects SELECT 1 FROM (SELECT pg_sleep(0.02)) AS s", "VACUUM effects",
         "INSERT INTO effects VALUES (2)", "INSERT INTO effects VALUES (3)",
         "SELECT pg_sleep(0.02)", "INSERT INTO effects VALUES (4)"});
    migration.outside_transaction().idempotent_step(2);
    for (const std::size_t i : {0U, 1U, 3U, 4U, 5U, 6U}) {
      migration.atomic_step(i);
    }
    Child child([&]() -> int {
      migrate(database.conninfo(), builder.set());
      return 0;
    });
    std::this_thread::sleep_for(milliseconds{5 + round * 6});
    child.kill(SIGKILL);
    child.wait();
    EXPECT_NO_THROW(migrate(database.conninfo(), builder.set())) << round;
    const Session session(database.conninfo());
    EXPECT_EQ(session.list("SELECT n FROM effects WHERE n > 0 ORDER BY n"), "1,2,3,4") << round;
  }
}

TEST_F(Steps, AFailureInAnAtomicStepIsNamedAtItsPlace) {
  SetBuilder builder;
  builder
      .add(1, "mixed",
           {"CREATE TABLE effects (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO effects VALUES (1), (nowhere)"})
      .outside_transaction()
      .atomic_step(0)
      .atomic_step(1);
  const Error error = failure(builder.set());
  EXPECT_EQ(error.line(), 2U);
  EXPECT_EQ(error.column(), 34U) << error.what();
  EXPECT_EQ(session_.get("SELECT step || '/' || steps FROM schema_migrations"), "1/2");
}

TEST_F(Steps, KilledInAStepThatMayRunTwiceTheRerunRunsItAgain) {
  session_.run(
      "CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN IF to_regclass('quick') IS NULL "
      "THEN PERFORM pg_sleep(60); END IF; END $$");
  SetBuilder builder;
  builder.add(1, "steps", {"CALL slow()"}).outside_transaction().idempotent_step(0);
  kill_when(builder.set(),
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
            "wait_event = 'PgSleep' AND "
            "application_name = 'the_child'",
            true);
  session_.run("CREATE TABLE quick (id int)");
  EXPECT_EQ(versions(up(builder.set())), "1");
}

TEST_F(Steps, ALivingOwnerIsWaitedForAndNamedAtTheDeadline) {
  SetBuilder builder;
  builder.add(1, "steps", {"SELECT pg_sleep(3)"}).outside_transaction();
  std::thread owner([&] { up(builder.set()); });
  wait_for_sleeper();
  Options options;
  options.wait = milliseconds{500};
  const Error error = failure(builder.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_EQ(error.detail().blockers.substr(0, 4), "pid ") << error.what();
  EXPECT_TRUE(up(builder.set()).applied.empty()) << "waited, then found it done";
  owner.join();
}

TEST_F(Steps, AClaimFromAnotherServerIsDead) {
  SetBuilder builder;
  builder.add(1, "steps", {"CREATE TABLE one (n int)", "INSERT INTO missing VALUES (2)"})
      .outside_transaction();
  failure(builder.set());
  // As after a dump and restore: the claim of a pid that happens to live here.
  session_.run(
      fmt::format("UPDATE schema_migrations SET claim_pid = {}, claim_backend_start = (SELECT "
                  "backend_start FROM pg_stat_activity WHERE pid = {}), claim_system_id = 1",
                  session_.pid(), session_.pid()));
  session_.run("CREATE TABLE missing (n int)");
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied) << error.what();
}

TEST_F(Steps, ReindexDropsTheCopiesThatAnEarlierAttemptLeft) {
  session_.run(
      "CREATE INDEX t_id ON t (id); CREATE INDEX t_id_ccnew ON t (id); UPDATE pg_index SET "
      "indisvalid = false WHERE indexrelid = 't_id_ccnew'::regclass; CREATE INDEX "
      "other_ccnew ON t (id)");
  SetBuilder builder;
  builder.add(1, "reindex", {"REINDEX INDEX CONCURRENTLY t_id"})
      .outside_transaction()
      .reindexes(0, "t_id");
  up(builder.set());
  EXPECT_FALSE(has_relation("t_id_ccnew"));
  EXPECT_TRUE(has_relation("other_ccnew"));
  EXPECT_TRUE(is_valid("t_id"));
}

TEST_F(Steps, RoleOwnsWhatTheStepsCreate) {
  const Role role(database_, "NOLOGIN");
  session_.run(fmt::format(
      "GRANT CREATE, USAGE ON SCHEMA public TO {0}; ALTER TABLE t OWNER TO {0}", role.name()));
  SetBuilder builder;
  add_index(builder, 1);
  builder.add(2, "table", {"CREATE TABLE made (id int)"}).outside_transaction();
  Options options;
  options.role = role.name();
  EXPECT_EQ(versions(up(builder.set(), options)), "1,2");
  EXPECT_EQ(session_.get("SELECT tableowner FROM pg_tables WHERE tablename = 'made'"), role.name());
}

TEST_F(Steps, AFailureUnderARoleIsTheOneReportedAndTheClaimEnds) {
  const Role owner(database_, "NOLOGIN");
  const Role member(database_, "LOGIN NOINHERIT");
  session_.run(fmt::format("GRANT CREATE, USAGE ON SCHEMA public TO {0}; GRANT {0} TO {1}",
                           owner.name(), member.name()));
  SetBuilder builder;
  builder.add(1, "steps", {"CREATE TABLE one (n int)", "INSERT INTO missing VALUES (2)"})
      .outside_transaction();
  Options options;
  options.role = owner.name();
  const Error error =
      failure_of([&] { migrate(database_.conninfo_as(member.name()), builder.set(), options); });
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied) << error.what();
  EXPECT_EQ(error.sqlstate(), "42P01");
  EXPECT_EQ(row(1), "running|1|2|free");
}

TEST_F(Steps, CancellingEndsTheClaim) {
  for (const bool is_first_step : {true, false}) {
    SetBuilder builder;
    const int version = is_first_step ? 1 : 2;
    const std::string sleep = fmt::format(
        "DO $$ BEGIN IF to_regclass('quick_{}') IS NULL THEN PERFORM pg_sleep(60); END IF; END $$",
        version);
    if (is_first_step) {
      builder.add(1, "first", {sleep, "SELECT 1"}).outside_transaction();
    } else {
      builder.add(2, "second", {"SELECT 1", sleep}).outside_transaction();
    }
    std::atomic<bool> is_cancelled{false};
    Options options;
    options.is_cancelled = [&] { return is_cancelled.load(); };
    std::thread canceller([&] {
      wait_for_sleeper();
      is_cancelled = true;
    });
    // A session that lives on, so that its claim would count as a living one.
    const Session lasting(database_.conninfo());
    const Error error = failure_of([&] { Migrator(lasting.raw(), builder.set(), options).up(); });
    canceller.join();
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
    EXPECT_EQ(row(version), is_first_step ? "" : "running|1|2|free");
    EXPECT_EQ(lasting.get("SHOW idle_session_timeout"), "0");
    session_.run(fmt::format("CREATE TABLE quick_{} (id int)", version));
    options.is_cancelled = {};
    options.wait = milliseconds{500};
    EXPECT_EQ(versions(up(builder.set(), options)), std::to_string(version));
  }
}

TEST_F(Steps, ARequestToCancelThatOvertakesTheQueryIsSentAgain) {
  WireProxy proxy;
  proxy.hold_request("pg_sleep(60)");
  SetBuilder builder;
  builder.add(1, "first", {"SELECT pg_sleep(60)"});
  Options options;
  options.is_cancelled = [&] { return proxy.sent().find("pg_sleep(60)") != std::string::npos; };
  const auto begin = std::chrono::steady_clock::now();
  const Error error =
      failure_of([&] { Migrator(proxy.conninfo(database_.name()), builder.set(), options).up(); });
  EXPECT_EQ(error.kind(), ErrorKind::kInterrupted) << error.what();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
}

TEST_F(Steps, AStepThatEndsWellInSpiteOfCancellingHasEnded) {
  session_.run(
      "CREATE TABLE runs (n int); CREATE PROCEDURE stubborn() LANGUAGE plpgsql AS $$ BEGIN BEGIN "
      "PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; INSERT INTO runs VALUES "
      "(1); END $$");
  SetBuilder builder;
  builder.add(1, "steps", {"CALL stubborn()", "INSERT INTO runs VALUES (2)"}).outside_transaction();
  std::atomic<bool> is_cancelled{false};
  Options options;
  options.is_cancelled = [&] { return is_cancelled.load(); };
  std::thread canceller([&] {
    wait_for_sleeper();
    is_cancelled = true;
  });
  EXPECT_EQ(failure(builder.set(), options).kind(), ErrorKind::kInterrupted);
  canceller.join();
  EXPECT_EQ(row(1), "running|1|2|free");
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_EQ(session_.list("SELECT n FROM runs"), "1,2");
}

TEST_F(Steps, AnErrorInTheHistoryEndsTheClaimAndRestoresTheSession) {
  session_.run("CREATE TABLE runs (n int)");
  SetBuilder builder;
  builder.add(1, "before", {"SELECT 1"});
  up(builder.set());
  // Sequences are not rolled back, so only the first attempt fails.
  session_.run(
      "CREATE SEQUENCE attempts; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
      "BEGIN IF NEW.step = 1 AND nextval('attempts') = 1 THEN RAISE 'refused'; END IF; RETURN NEW; "
      "END $$; CREATE TRIGGER refuse BEFORE UPDATE ON schema_migrations FOR EACH ROW EXECUTE "
      "FUNCTION refuse()");
  builder.add(2, "steps", {"INSERT INTO runs VALUES (1)", "INSERT INTO runs VALUES (2)"})
      .outside_transaction()
      .setting("work_mem", "55MB");
  const Session lasting(database_.conninfo());
  lasting.run("SET lock_timeout = '7s'");
  const Error error = failure_of([&] { Migrator(lasting.raw(), builder.set()).up(); });
  EXPECT_NE(std::string(error.what()).find("refused"), std::string::npos) << error.what();
  EXPECT_EQ(row(2), "running|1|2|free");
  EXPECT_EQ(lasting.get("SHOW lock_timeout"), "7s");
  EXPECT_EQ(lasting.get("SHOW work_mem"), "4MB");
  EXPECT_EQ(versions(up(builder.set())), "2");
  EXPECT_EQ(session_.list("SELECT n FROM runs"), "1,2");
}

TEST_F(Steps, ADoubtOutlivesARunThatCouldNotResolveIt) {
  session_.run("CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); END $$");
  SetBuilder builder;
  builder.add(1, "steps", {"CALL slow()"}).outside_transaction();
  kill_when(builder.set(),
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
            "wait_event = 'PgSleep' AND "
            "application_name = 'the_child'",
            true);
  const Session lasting(database_.conninfo());
  lasting.run("SET lock_timeout = '7s'");
  Options options;
  options.wait = milliseconds{500};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(failure_of([&] { Migrator(lasting.raw(), builder.set(), options).up(); }).kind(),
              ErrorKind::kPartiallyApplied);
    EXPECT_EQ(lasting.get("SHOW lock_timeout"), "7s");
    EXPECT_EQ(failure(builder.set(), options).kind(), ErrorKind::kPartiallyApplied)
        << "neither busy nor run again";
  }
}

TEST_F(Steps, AKilledClientsStatementLeavesTheLocksQueue) {
  const Session holder(database_.conninfo());
  holder.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  SetBuilder builder;
  add_index(builder, 1);
  kill_when(builder.set(),
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
            "wait_event_type = 'Lock' AND "
            "application_name = 'the_child'",
            false);
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'the_child'");
  holder.run("COMMIT");
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_TRUE(is_valid("t_id"));
}

TEST_F(Steps, TheHistoryIsOursWhateverRoleTheStepsSet) {
  const Role login(database_, "NOLOGIN");
  const Role owner(database_, "NOLOGIN");
  session_.run(fmt::format("GRANT CREATE, USAGE ON SCHEMA public TO {1}; GRANT {1} TO {0}",
                           login.name(), owner.name()));
  SetBuilder builder;
  builder
      .add(1, "role",
           {"SET default_transaction_read_only = on", "SET ROLE " + owner.name(),
            "SET default_transaction_read_only = off", "CREATE TABLE one (n int)",
            "CREATE INDEX CONCURRENTLY one_n ON one (n)"})
      .outside_transaction()
      .builds_index(4, "one", "one_n")
      .leaks({"role", "default_transaction_read_only"});
  builder
      .add(2, "authorization",
           {"SET SESSION AUTHORIZATION " + login.name(), "SET ROLE " + owner.name(), "SELECT 1",
            "CREATE TABLE two (n int)"})
      .outside_transaction()
      .leaks({"role", "session_authorization"});
  builder.add(3, "after", {"CREATE TABLE three (n int)"}).outside_transaction();
  EXPECT_EQ(versions(up(builder.set())), "1,2,3");
  EXPECT_EQ(session_.list("SELECT tableowner FROM pg_tables WHERE tablename IN ('one', 'two', "
                          "'three') ORDER BY tablename = 'three', tablename"),
            owner.name() + "," + owner.name() + ",postgres");
}

TEST_F(Steps, AFailureUnderTheStepsOwnRoleEndsTheClaim) {
  const Role other(database_, "NOLOGIN");
  SetBuilder builder;
  builder.add(1, "role", {"SET ROLE " + other.name(), "INSERT INTO missing VALUES (1)"})
      .outside_transaction()
      .leaks({"role"});
  EXPECT_EQ(failure(builder.set()).sqlstate(), "42P01");
  EXPECT_EQ(row(1), "running|1|2|free");
}

TEST_F(Steps, GoingOnRemembersWhatTheStepsSetInTheSession) {
  session_.run("CREATE SCHEMA app; CREATE TABLE app.t (id int, n int)");
  SetBuilder builder;
  builder
      .add(1, "steps",
           {"SET\n  search_path = app", "SELECT pg_catalog.set_config('app.tenant', '7', false)",
            "INSERT INTO t SELECT 1, current_setting('app.tenant')::int FROM missing",
            "CREATE INDEX CONCURRENTLY t_id ON t (id)"})
      .outside_transaction()
      .builds_index(3, "t", "t_id")
      .leaks({"search_path", "app.tenant"})
      .verify({"SELECT count(*) = 1 FROM t"});
  EXPECT_EQ(failure(builder.set()).kind(), ErrorKind::kPartiallyApplied);
  EXPECT_EQ(row(1), "running|2|4|free");
  session_.run("CREATE TABLE app.missing (n int); INSERT INTO app.missing VALUES (1)");
  EXPECT_EQ(versions(up(builder.set())), "1");
  EXPECT_EQ(session_.get("SELECT n FROM app.t"), "7");
  EXPECT_TRUE(is_valid("app.t_id"));
  EXPECT_FALSE(has_relation("public.t_id"));
}

}  // namespace
}  // namespace godwit::test
