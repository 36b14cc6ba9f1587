// SPDX-License-Identifier: Apache-2.0
//
// Transactional migrations: the order, the history, round trips, and what a block survives.
#include "fixture.hpp"
#include "wire_proxy.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using Chain = OnDatabase;

void add_tables(SetBuilder& builder, int count) {
  for (int i = 1; i <= count; ++i) {
    builder.add(i, fmt::format("table_{}", i), {fmt::format("CREATE TABLE t{} (id int)", i)});
  }
}

TEST_F(Chain, AppliesAllInOrderAndRecordsThem) {
  SetBuilder builder;
  builder.add(1, "users", {"CREATE TABLE users (id int)", "INSERT INTO users VALUES (1), (2)"})
      .down("DROP TABLE users");
  builder.add(7, "crm", {"CREATE TABLE clients (id int)"}).depends_on({1}).breaking();
  const Report report = up(builder.set());
  EXPECT_EQ(versions(report), "1,7");
  EXPECT_EQ(report.skipped, 0U);
  EXPECT_EQ(session_.get("SELECT count(*) FROM users"), "2");
  EXPECT_EQ(
      session_.list("SELECT concat_ws('|', migration_name, migration_number, checksum = '" +
                    std::string(builder.set().migrations[0].checksum) +
                    "', description, execution_time_ms >= 0, migration_set, target_schema, "
                    "kind, state, step, steps, breaking, down_sql, origin, applied_by, "
                    "tool_version, claim_pid > 0, claim_backend_start) FROM schema_migrations "
                    "ORDER BY id"),
      "001_users|1|t|users|t|main||versioned|applied|1|1|f|DROP TABLE "
      "users|godwit|postgres|test|t,"
      "007_crm|7|f|crm|t|main||versioned|applied|1|1|t|godwit|postgres|test|t");
  EXPECT_EQ(session_.list("SELECT concat_ws('|', event, migration_name, run_id = '" +
                          report.run_id + "') FROM schema_migrations_log ORDER BY id"),
            "applied|001_users|t,applied|007_crm|t");
}

TEST_F(Chain, SecondRunHasNothingToDo) {
  SetBuilder builder;
  add_tables(builder, 3);
  up(builder.set());
  const std::string before = session_.get("SELECT max(xmin::text::bigint) FROM schema_migrations");
  const Report again = up(builder.set());
  EXPECT_TRUE(again.applied.empty());
  EXPECT_EQ(again.skipped, 3U);
  EXPECT_EQ(session_.get("SELECT max(xmin::text::bigint) FROM schema_migrations"), before);
}

TEST_F(Chain, NothingToDoCostsOneRoundTripAfterConnecting) {
  SetBuilder builder;
  add_tables(builder, 5);
  up(builder.set());
  const WireProxy proxy;
  migrate(proxy.conninfo(database_.name()), builder.set());
  EXPECT_EQ(proxy.round_trips(), 2);
  EXPECT_EQ(proxy.connections(), 1);

  Migrator migrator(proxy.conninfo(database_.name()), builder.set());
  migrator.up();
  const int before = proxy.round_trips();
  migrator.up();
  EXPECT_EQ(proxy.round_trips() - before, 1) << "on its open connection";
  migrator.status();
  EXPECT_EQ(proxy.round_trips() - before, 2);
}

TEST_F(Chain, AnyNumberOfMigrationsCostsFourRoundTripsConnectIncluded) {
  SetBuilder builder;
  add_tables(builder, 60);
  const WireProxy proxy;
  EXPECT_EQ(migrate(proxy.conninfo(database_.name()), builder.set()).applied.size(), 60U);
  EXPECT_EQ(proxy.round_trips(), 4) << "on an empty database";
  EXPECT_EQ(proxy.connections(), 1);

  SetBuilder more;
  add_tables(more, 90);
  const WireProxy second;
  EXPECT_EQ(migrate(second.conninfo(database_.name()), more.set()).applied.size(), 30U);
  EXPECT_EQ(second.round_trips(), 4) << "on an existing one";
}

TEST_F(Chain, MessagesAreCutAtOneMegabyteAndTheGateStaysHeld) {
  SetBuilder builder;
  const std::string comment = "/*" + std::string(400'000, 'x') + "*/ ";
  for (int i = 1; i <= 8; ++i) {
    builder.add(i, fmt::format("big_{}", i),
                {fmt::format("{}CREATE TABLE t{} (id int)", comment, i)});
  }
  const WireProxy proxy;
  EXPECT_EQ(versions(migrate(proxy.conninfo(database_.name()), builder.set())), "1,2,3,4,5,6,7,8");
  // Three, three and two: connect, check, gate, three messages.
  EXPECT_EQ(proxy.round_trips(), 6);
  EXPECT_EQ(applied(), "1,2,3,4,5,6,7,8");
}

TEST_F(Chain, FailureInTheMiddleKeepsWhatCameBeforeAndNothingOfItself) {
  SetBuilder builder;
  builder.add(1, "good", {"CREATE TABLE good (id int)"});
  builder.add(2, "bad",
              {"CREATE TABLE half (id int)", "INSERT INTO half VALUES (1)",
               "ALTER TABLE nowhere ADD COLUMN x int"});
  builder.add(3, "later", {"CREATE TABLE later (id int)"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.sqlstate(), "42P01");
  EXPECT_EQ(applied(), "1");
  EXPECT_TRUE(has_relation("good"));
  EXPECT_FALSE(has_relation("half"));
  EXPECT_FALSE(has_relation("later"));
  EXPECT_EQ(session_.get("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = "
                         "(SELECT oid FROM pg_database WHERE datname = current_database())"),
            "");
  EXPECT_EQ(session_.list("SELECT concat_ws('|', event, migration_number, sqlstate, file, line) "
                          "FROM schema_migrations_log WHERE event = 'failed'"),
            "failed|2|42P01|migrations/002_bad.sql|3");
}

TEST_F(Chain, FailureIsLoggedWithItsPlace) {
  SetBuilder builder;
  builder.add(1, "good", {"CREATE TABLE good (id int)"});
  up(builder.set());
  builder.add(2, "bad", {"CREATE TABLE half (id int)", "SELECT 1 / 0"});
  failure(builder.set());
  EXPECT_EQ(session_.list("SELECT concat_ws('|', event, migration_number, sqlstate, message, file, "
                          "line) FROM schema_migrations_log WHERE event = 'failed'"),
            "failed|2|22012|division by zero|migrations/002_bad.sql|2");
}

TEST_F(Chain, SyntaxErrorAnywhereMeansThatNothingRan) {
  SetBuilder builder;
  builder.add(1, "good", {"CREATE TABLE good (id int)"});
  builder.add(2, "bad", {"CREATE TABLE x (id int)", "SELECT 1,\n  , 2"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.line(), 3U);
  EXPECT_EQ(error.column(), 3U);
  EXPECT_FALSE(has_relation("good"));
}

TEST_F(Chain, DeferredConstraintFailsAtTheEndOfItsOwnMigration) {
  SetBuilder builder;
  builder.add(1, "keys",
              {"CREATE TABLE a (id int PRIMARY KEY)",
               "CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED)"});
  builder.add(2, "orphan", {"CREATE TABLE c (id int)", "INSERT INTO b VALUES (5)"});
  builder.add(3, "later", {"CREATE TABLE later (id int)"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.sqlstate(), "23503");
  EXPECT_NE(error.detail().message.find("deferred constraint"), std::string::npos) << error.what();
  EXPECT_EQ(applied(), "1");
  EXPECT_FALSE(has_relation("c"));
}

TEST_F(Chain, FailureAtCommitTakesItsMigrationAlone) {
  // A constraint trigger that is made deferred again by the migration itself runs only at COMMIT.
  SetBuilder builder;
  // NOLINTBEGIN(bugprone-suspicious-missing-comma): two of the statements take two lines
  builder.add(
      1, "trap",
      {"CREATE TABLE a (id int)",
       "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
       "'BEGIN RAISE EXCEPTION ''refused at commit''; END'",
       "CREATE FUNCTION defer() RETURNS trigger LANGUAGE plpgsql AS "
       "'BEGIN SET CONSTRAINTS ALL DEFERRED; INSERT INTO b VALUES (1); RETURN NULL; END'",
       "CREATE TABLE b (id int)",
       "CREATE CONSTRAINT TRIGGER first AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR "
       "EACH ROW EXECUTE FUNCTION defer()",
       "CREATE CONSTRAINT TRIGGER second AFTER INSERT ON b DEFERRABLE INITIALLY DEFERRED FOR "
       "EACH ROW EXECUTE FUNCTION refuse()"});
  // NOLINTEND(bugprone-suspicious-missing-comma)
  builder.add(2, "fires", {"CREATE TABLE c (id int)", "INSERT INTO a VALUES (1)"});
  builder.add(3, "later", {"CREATE TABLE later (id int)"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.migration(), 2);
  EXPECT_NE(error.detail().message.find("refused at commit"), std::string::npos);
  EXPECT_EQ(applied(), "1");
  EXPECT_FALSE(has_relation("c"));
  EXPECT_FALSE(has_relation("later"));
}

TEST_F(Chain, SurvivesSavepointsLocksTemporaryTablesAndRows) {
  SetBuilder builder;
  builder.add(1, "base",
              {"CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 20000)"});
  builder.add(2, "savepoint",
              {"SAVEPOINT a", "INSERT INTO t VALUES (-1)", "ROLLBACK TO a", "RELEASE a"});
  builder.add(3, "lock",
              {"LOCK TABLE t", "CREATE TEMP TABLE x ON COMMIT DROP AS SELECT 1",
               "DO $$ BEGIN PERFORM 1; END $$"});
  builder.add(4, "rows", {"SELECT * FROM t", "SELECT repeat('x', 100000) FROM t LIMIT 50"});
  builder.add(5, "comment", {"SELECT 1 -- the end"});
  builder.add(6, "after", {"CREATE TABLE u (id int)"});
  EXPECT_EQ(up(builder.set()).applied.size(), 6U);
  EXPECT_EQ(session_.get("SELECT count(*) FROM t WHERE id < 0"), "0");
}

TEST_F(Chain, IsolationLevelIsHoistedIntoTheBegin) {
  SetBuilder builder;
  builder
      .add(1, "serializable",
           {"CREATE TABLE seen AS SELECT current_setting('transaction_isolation') AS level"})
      .begin_options("ISOLATION LEVEL SERIALIZABLE");
  builder.add(2, "plain", {"INSERT INTO seen VALUES (current_setting('transaction_isolation'))"});
  builder.add(3, "again", {"INSERT INTO seen VALUES (current_setting('transaction_isolation'))"})
      .begin_options("ISOLATION LEVEL REPEATABLE READ");
  up(builder.set());
  EXPECT_EQ(session_.list("SELECT level FROM seen"), "serializable,read committed,repeatable read");
}

TEST_F(Chain, HeaderSettingsHoldForTheirMigrationOnly) {
  SetBuilder builder;
  builder
      .add(1, "one",
           {"CREATE TABLE seen AS SELECT current_setting('work_mem') AS v, "
            "current_setting('lock_timeout') AS l, current_setting('statement_timeout') "
            "AS s"})
      .setting("work_mem", "77MB")
      .lock_timeout(1234)
      .statement_timeout(56000);
  builder.add(2, "two",
              {"INSERT INTO seen VALUES (current_setting('work_mem'), "
               "current_setting('lock_timeout'), current_setting('statement_timeout'))"});
  session_.run("ALTER DATABASE " + database_.name() + " SET statement_timeout = '1min'");
  up(builder.set());
  EXPECT_EQ(session_.list("SELECT concat_ws('|', v, l, s) FROM seen"), "77MB|1234ms|56s,4MB|3s|0");
}

TEST_F(Chain, LeakedSettingsDoNotReachTheNextMigration) {
  const Role role(database_, "NOLOGIN");
  SetBuilder builder;
  builder
      .add(1, "leaks",
           {"CREATE SCHEMA s", "SET search_path = s", "SET work_mem = '99MB'",
            "SET ROLE " + role.name()})
      .leaks({"search_path", "work_mem", "role"});
  builder.add(2, "config", {"SELECT set_config('search_path', '', false)"}).leaks({"search_path"});
  builder.add(3, "who", {"SET SESSION AUTHORIZATION " + role.name()})
      .leaks({"session_authorization"});
  builder.add(4, "sees",
              {"CREATE TABLE seen AS SELECT current_user AS u, session_user AS s, "
               "current_setting('search_path') AS p, current_setting('work_mem') AS w"});
  EXPECT_EQ(up(builder.set()).applied.size(), 4U);
  EXPECT_EQ(session_.get("SELECT concat_ws('|', u, s, p, w) FROM public.seen"),
            "postgres|postgres|\"$user\", public|4MB");
}

TEST_F(Chain, WhatUnseenCodeLeakedDoesNotReachTheNextMigration) {
  SetBuilder builder;
  builder
      .add(1, "function",
           {"CREATE SCHEMA tenant",
            "CREATE FUNCTION use_tenant() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM "
            "set_config('search_path', 'tenant', false); END $$",
            "SELECT use_tenant()", "CREATE TABLE orders (id int)"})
      .leaks({"*"});
  builder.add(2, "next", {"CREATE TABLE users (id int)"});
  up(builder.set());
  EXPECT_TRUE(has_relation("tenant.orders"));
  EXPECT_TRUE(has_relation("public.users"));
}

TEST_F(Chain, UnseenLeaksOnABorrowedConnectionLeaveTheCallersSettings) {
  SetBuilder builder;
  builder
      .add(1, "block",
           {"CREATE SCHEMA tenant",
            "DO $$ BEGIN EXECUTE format('SET %I TO %L', 'search_path', 'tenant'); END $$",
            "CREATE TEMP TABLE of_the_migration (id int)"})
      .leaks({"*"})
      .leftovers({"DROP TABLE IF EXISTS pg_temp.of_the_migration CASCADE"});
  builder.add(2, "next", {"CREATE TABLE users (id int)"});
  session_.run(
      "SET search_path = public, pg_catalog; SET app.tenant = 'mine'; SET work_mem = '7MB'; "
      "CREATE TEMP TABLE of_the_caller (id int); PREPARE callers AS SELECT 1");
  migrate(session_.raw(), builder.set());
  EXPECT_TRUE(has_relation("public.users"));
  EXPECT_EQ(session_.get("SHOW search_path"), "public, pg_catalog");
  EXPECT_EQ(session_.get("SHOW work_mem"), "7MB");
  EXPECT_EQ(session_.get("SHOW app.tenant"), "mine");
  EXPECT_TRUE(has_relation("of_the_caller"));
  EXPECT_FALSE(has_relation("of_the_migration"));
  EXPECT_EQ(session_.get("EXECUTE callers"), "1");
}

TEST_F(Chain, TemporaryTablesAndPreparedStatementsEndWithTheirMigration) {
  SetBuilder builder;
  for (int i = 1; i <= 3; ++i) {
    builder
        .add(i, fmt::format("same_{}", i),
             {"CREATE TEMP TABLE tmp AS SELECT 1 AS id", "PREPARE p1 AS SELECT 1",
              fmt::format("CREATE TABLE t{} AS SELECT * FROM tmp", i)})
        .leftovers({"DROP TABLE IF EXISTS pg_temp.tmp CASCADE", "DEALLOCATE p1"});
  }
  std::string notices;
  Options options;
  options.on_event = [&](const Event& event) {
    notices += event.kind == EventKind::kNotice ? event.message : "";
  };
  EXPECT_EQ(versions(up(builder.set(), options)), "1,2,3");
  EXPECT_EQ(notices, "");
}

TEST_F(Chain, LeakedLocalRoleDoesNotReachTheHistory) {
  const Role role(database_, "NOLOGIN");
  SetBuilder builder;
  builder.add(1, "local", {"SET LOCAL ROLE " + role.name()});
  EXPECT_EQ(up(builder.set()).applied.size(), 1U);
}

TEST_F(Chain, RoleOwnsWhatIsCreatedAndTheHistory) {
  const Role role(database_, "NOLOGIN");
  session_.run("GRANT CREATE, USAGE ON SCHEMA public TO " + role.name());
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"});
  builder.add(2, "leaks", {"RESET ROLE", "CREATE TABLE two (id int)"}).leaks({"role"});
  builder.add(3, "three", {"CREATE TABLE three (id int)"});
  Options options;
  options.role = role.name();
  EXPECT_EQ(up(builder.set(), options).applied.size(), 3U);
  EXPECT_EQ(session_.list("SELECT tableowner FROM pg_tables WHERE tablename IN ('one', 'three', "
                          "'schema_migrations') ORDER BY tablename"),
            fmt::format("{0},{0},{0}", role.name()));
  EXPECT_EQ(session_.get("SELECT applied_by FROM schema_migrations LIMIT 1"), "postgres");
  EXPECT_TRUE(up(builder.set(), options).applied.empty());
}

TEST_F(Chain, PlantedFunctionsAndOperatorsAreNotUsed) {
  // Search paths that put public before pg_catalog, with everything that could be shadowed.
  session_.run(
      "CREATE FUNCTION public.evil(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE "
      "EXCEPTION 'evil operator'; END $$;"
      "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.evil);"
      "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN "
      "RAISE EXCEPTION 'evil function'; END $$;"
      "CREATE FUNCTION public.pg_backend_pid() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE "
      "EXCEPTION 'evil function'; END $$;"
      "CREATE DOMAIN public.text AS pg_catalog.text CHECK (false)");
  session_.run("ALTER DATABASE " + database_.name() + " SET search_path = public, pg_catalog");
  SetBuilder builder;
  add_tables(builder, 3);
  EXPECT_EQ(up(builder.set()).applied.size(), 3U);
  EXPECT_TRUE(up(builder.set()).applied.empty());
}

TEST_F(Chain, HistoryTableInASchemaOfItsOwnIsCreatedWithIt) {
  SetBuilder builder("main", "Ops.History \"x\"");
  add_tables(builder, 1);
  up(builder.set());
  EXPECT_EQ(session_.get("SELECT count(*) FROM \"Ops\".\"History \"\"x\"\"\""), "1");
  EXPECT_TRUE(up(builder.set()).applied.empty());
  Options options;
  options.history_table = "other";
  EXPECT_EQ(failure(builder.set(), options).sqlstate(), "42P07") << "t1 is there already";
}

TEST_F(Chain, RepeatableRunsAgainWhenItsChecksumChanges) {
  const std::vector<std::string> sql = {"CREATE OR REPLACE VIEW v AS SELECT 1 AS x"};
  SetBuilder first;
  first.add(1, "base", {"CREATE TABLE t (id int)"});
  first.add(0, "view", sql).repeatable().checksum("a");
  EXPECT_EQ(up(first.set()).applied.size(), 2U);
  EXPECT_TRUE(up(first.set()).applied.empty());
  SetBuilder second;
  second.add(1, "base", {"CREATE TABLE t (id int)"});
  second.add(0, "view", sql).repeatable().checksum("b");
  EXPECT_EQ(up(second.set()).applied.size(), 1U);
  EXPECT_EQ(session_.list("SELECT checksum FROM schema_migrations WHERE kind = 'repeatable'"), "b");
}

TEST_F(Chain, EventsTellTheProgressInOrder) {
  SetBuilder builder;
  add_tables(builder, 2);
  builder.add(3, "notices", {"DO $$ BEGIN RAISE NOTICE 'hello'; END $$"});
  Options options;
  std::string log;
  options.on_event = [&](const Event& event) {
    const char* const names[] = {"started",  "waiting",   "blocked",  "retrying",
                                 "applying", "statement", "progress", "notice",
                                 "warning",  "applied",   "failed",   "finished"};
    log += fmt::format("{}{}{} ", names[static_cast<int>(event.kind)],
                       event.migration == nullptr ? "" : ":",
                       event.migration == nullptr ? "" : std::to_string(event.migration->version));
    if (event.kind == EventKind::kNotice) {
      log += event.message + " ";
    }
  };
  up(builder.set(), options);
  EXPECT_EQ(log,
            "started applying:1 applied:1 applying:2 applied:2 applying:3 notice:3 NOTICE: hello "
            "applied:3 finished ");
}

TEST_F(Chain, AFailureIsAnEventWithItsPlace) {
  SetBuilder builder;
  builder.add(1, "good", {"CREATE TABLE good (id int)"});
  builder.add(2, "bad", {"SELECT 1", "SELECT nope"});
  Options options;
  std::string log;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kFailed) {
      log += fmt::format("{} line {}: {}\n", event.migration->full_name, event.line, event.message);
    }
  };
  failure(builder.set(), options);
  EXPECT_EQ(log, "002_bad line 2: column \"nope\" does not exist\n");
}

TEST_F(Chain, LocksAreWaitedForThreeSecondsUnlessTold) {
  SetBuilder builder;
  builder.add(1, "t",
              {"CREATE TABLE t AS SELECT current_setting('lock_timeout') AS locks, "
               "current_setting('statement_timeout') AS statements, "
               "current_setting('client_connection_check_interval') AS client"});
  up(builder.set());
  EXPECT_EQ(session_.get("SELECT concat_ws('|', locks, statements, client) FROM t"), "3s|0|1s");
}

TEST_F(Chain, ProgressArrivesWhileLaterMigrationsRun) {
  SetBuilder builder;
  builder.add(1, "quick", {"CREATE TABLE t (id int)"});
  builder.add(2, "slow", {"SELECT pg_sleep(0.7)"});
  Options options;
  std::chrono::steady_clock::time_point first{};
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kApplied && event.migration->version == 1) {
      first = std::chrono::steady_clock::now();
    }
  };
  up(builder.set(), options);
  EXPECT_GT(std::chrono::steady_clock::now() - first, std::chrono::milliseconds{600});
}

TEST_F(Chain, DryRunPlansAndWritesNothing) {
  SetBuilder builder;
  add_tables(builder, 2);
  Options options;
  options.dry_run = true;
  const Report report = up(builder.set(), options);
  EXPECT_EQ(report.planned.size(), 2U);
  EXPECT_TRUE(report.applied.empty());
  EXPECT_FALSE(has_relation("schema_migrations"));
}

TEST_F(Chain, UnexpectedCopyIsDrainedOrRefused) {
  SetBuilder builder;
  builder.add(1, "out",
              {"CREATE TABLE t AS SELECT generate_series(1, 50000) AS id", "COPY t TO STDOUT",
               "CREATE TABLE u (id int)"});
  EXPECT_EQ(up(builder.set()).applied.size(), 1U);
  builder.add(2, "in", {"COPY t FROM STDIN"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.line(), 1U);
  EXPECT_EQ(applied(), "1");
}

TEST_F(Chain, RowsOfRulesAreNoStatements) {
  // A rule's SELECT sends a result without a command tag in the middle of a statement's.
  SetBuilder builder;
  builder.add(1, "rules",
              {"CREATE TABLE t (id int)", "CREATE RULE a AS ON INSERT TO t DO ALSO SELECT 1 AS a",
               "CREATE RULE b AS ON INSERT TO t DO ALSO SELECT 2 AS b, 3 AS c",
               "CREATE RULE c AS ON INSERT TO t DO ALSO SELECT 4 AS d, 5 AS e, 6 AS f"});
  builder.add(2, "fails",
              {"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)", "SELECT 1 / 0", "SELECT 2"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.line(), 3U) << error.what();
  EXPECT_EQ(applied(), "1");
}

TEST_F(Chain, ARowThatWasChangedByHandIsSaidAndEndsTheRun) {
  SetBuilder builder;
  add_tables(builder, 2);
  up(builder.set());
  session_.run("UPDATE schema_migrations SET migration_number = NULL WHERE migration_number = 2");
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kDrift) << error.what();
  EXPECT_NE(std::string(error.what()).find("stands in the way"), std::string::npos) << error.what();
}

TEST_F(Chain, WhatWasBegunOutsideATransactionIsNotFinishedInOne) {
  SetBuilder builder;
  add_tables(builder, 2);
  up(builder.set());
  session_.run(
      "UPDATE schema_migrations SET state = 'running', step = 1, steps = 2 WHERE migration_number "
      "= "
      "2");
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied) << error.what();
}

}  // namespace
}  // namespace godwit::test
