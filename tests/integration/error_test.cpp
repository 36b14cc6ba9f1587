// SPDX-License-Identifier: Apache-2.0
//
// Errors name the migration, file, line and column, whatever kind of place the server gives.
#include "fixture.hpp"

#include <thread>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using Errors = OnDatabase;

std::string place(const Error& error) {
  return fmt::format("{}:{}:{}", error.file(), error.line(), error.column());
}

TEST_F(Errors, WhatReadsLikeACompilersDiagnostic) {
  SetBuilder builder;
  builder.add(1, "users", {"CREATE TABLE users (id int)"});
  builder.add(2, "bad", {"SELECT 1", "SELECT\n\tid,\n\tnope\nFROM users"});
  const Error error = failure(builder.set());
  EXPECT_STREQ(error.what(),
               "migrations/002_bad.sql:4:2: error: column \"nope\" does not exist [42703]\n"
               "\tnope\n"
               "\t^");
}

TEST_F(Errors, PositionsCountCharactersButColumnsCountBytes) {
  SetBuilder builder;
  // Earlier parts of the message hold multi-byte characters too.
  builder.add(1, "ünïcode_😀", {"CREATE TABLE \"täbelle\" (id int)"});
  builder.add(2, "bad", {"SELECT '€uro 😀'", "SELECT 'ü€😀', nope"});
  const Error error = failure(builder.set());
  // S-E-L-E-C-T-blank-quote, then 2 + 3 + 4 bytes, then quote, comma, blank.
  EXPECT_EQ(place(error), "migrations/002_bad.sql:2:21");
  EXPECT_STREQ(error.what(),
               "migrations/002_bad.sql:2:21: error: column \"nope\" does not exist [42703]\n"
               "SELECT 'ü€😀', nope;\n"
               "              ^");
}

TEST_F(Errors, PositionsAreRightOnServersWithOtherEncodings) {
  for (const char* encoding : {"SQL_ASCII", "LATIN1", "EUC_JP"}) {
    const Database database(
        fmt::format("ENCODING '{}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", encoding));
    SetBuilder builder;
    const std::string text = std::string(encoding) == "LATIN1" ? "üöä" : "日本";
    builder.add(1, "bad", {"SELECT 1", "SELECT '" + text + "', nope"});
    const Error error = failure_of([&] { migrate(database.conninfo(), builder.set()); });
    EXPECT_EQ(place(error), "migrations/001_bad.sql:2:18") << encoding << ": " << error.what();
  }
}

TEST_F(Errors, ACharacterThatTheServersEncodingLacksIsNamedAtItsPlace) {
  const Database latin("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  SetBuilder builder;
  builder.add(1, "good", {"CREATE TABLE good (id int)"});
  builder.add(2, "euro", {"CREATE TABLE bad (id int)", "COMMENT ON TABLE bad IS 'ä €'"});
  const Error error = failure_of([&] { migrate(latin.conninfo(), builder.set()); });
  EXPECT_EQ(error.sqlstate(), "22P05") << error.what();
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.line(), 2U);
  EXPECT_EQ(error.column(), 29U);
  EXPECT_EQ(Session(latin.conninfo()).get("SELECT count(*) FROM schema_migrations"), "1")
      << "what came before is applied";
}

TEST_F(Errors, StatementsWithoutAPositionAreNamedByTheirNumber) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)", "INSERT INTO t VALUES (NULL)"});
  builder.add(2, "bad",
              {"SELECT 1", "SELECT * FROM t", "ALTER TABLE t ALTER COLUMN id SET NOT NULL"});
  builder.add(3, "later", {"SELECT 1"});
  const Error error = failure(builder.set());
  EXPECT_EQ(place(error), "migrations/002_bad.sql:3:1");
  EXPECT_EQ(error.sqlstate(), "23502");
  EXPECT_NE(error.detail().hint.find("find and mend it first"), std::string::npos);
}

TEST_F(Errors, PlpgsqlRunTimeErrorsAreNamedByTheirLine) {
  SetBuilder builder;
  builder.add(1, "bad",
              {"SELECT 1",
               "DO $$\nBEGIN\n  PERFORM 1;\n  RAISE EXCEPTION 'no' USING HINT = "
               "'try again';\nEND $$"});
  const Error error = failure(builder.set());
  EXPECT_EQ(place(error), "migrations/001_bad.sql:5:3") << error.what();
  EXPECT_EQ(error.detail().hint, "try again");
  EXPECT_NE(error.detail().context.find("inline_code_block"), std::string::npos);
}

TEST_F(Errors, PlpgsqlQueriesAreNamedByTheirPosition) {
  SetBuilder builder;
  builder.add(1, "bad", {"DO $$\nBEGIN\n  PERFORM 1;\n  INSERT INTO nowhere VALUES (1);\nEND $$"});
  const Error error = failure(builder.set());
  EXPECT_EQ(place(error), "migrations/001_bad.sql:4:15") << error.what();
}

TEST_F(Errors, VerifyThatIsNotTrueRollsBackAndNamesTheQuery) {
  for (const char* query :
       {"SELECT count(*) = 2 FROM t", "SELECT NULL::boolean", "SELECT true FROM t WHERE false",
        "SELECT true FROM generate_series(1, 2)"}) {
    const Database database;
    SetBuilder builder;
    builder.add(1, "t", {"CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)"})
        .verify({"SELECT true", query});
    const Error error = failure_of([&] { migrate(database.conninfo(), builder.set()); });
    EXPECT_EQ(error.kind(), ErrorKind::kVerifyFailed) << query;
    EXPECT_EQ(error.sqlstate(), "GW001");
    EXPECT_EQ(place(error), "migrations/001_t.verify.sql:2:1");
    EXPECT_EQ(error.migration(), 1);
    const Session session(database.conninfo());
    EXPECT_EQ(session.get("SELECT to_regclass('t')"), "");
    EXPECT_EQ(error.detail().context, "") << "nothing of how the build asks";
    EXPECT_NE(error.detail().hint.find("`info 001_t --sql`"), std::string::npos) << error.what();
    EXPECT_EQ(session.get("SELECT concat_ws('|', event, migration_name, sqlstate) FROM "
                          "schema_migrations_log"),
              "failed|001_t|GW001")
        << "the first of all, too";
    EXPECT_EQ(session.get("SELECT count(*) FROM schema_migrations"), "0");
  }
}

TEST_F(Errors, VerifyThatCannotRunIsAVerifyFailureAtItsPlace) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)"})
      .verify({"SELECT true", "SELECT\n  nope = 1 FROM t"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kVerifyFailed);
  EXPECT_EQ(place(error), "migrations/001_t.verify.sql:3:3") << error.what();
}

TEST_F(Errors, RequireIsAskedBeforeAnythingIsTouched) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)"}).require({"SELECT to_regclass('t') IS NOT NULL"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kVerifyFailed);
  EXPECT_EQ(place(error), "migrations/001_t.require.sql:1:1");
  EXPECT_FALSE(has_relation("t"));
  SetBuilder good;
  good.add(1, "t", {"CREATE TABLE t (id int)"})
      .require({"SELECT to_regclass('t') IS NULL"})
      .verify({"SELECT to_regclass('t') IS NOT NULL"});
  EXPECT_EQ(up(good.set()).applied.size(), 1U);
}

TEST_F(Errors, ConstraintOfTheMigrationsOwnIsNotTakenForTheGuard) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)"});
  builder.add(2, "twice", {"INSERT INTO t VALUES (1)"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.sqlstate(), "23505");
  EXPECT_EQ(error.migration(), 2);
}

TEST_F(Errors, StatementTimeoutSaysHowToGetMore) {
  SetBuilder builder;
  builder.add(1, "slow", {"SELECT pg_sleep(5)"}).statement_timeout(100);
  const Error error = failure(builder.set());
  EXPECT_EQ(error.sqlstate(), "57014");
  EXPECT_NE(error.detail().hint.find("Statement-Timeout"), std::string::npos);
  SetBuilder other;
  other.add(1, "slow", {"SELECT pg_sleep(5)"});
  Options options;
  options.statement_timeout = std::chrono::milliseconds{100};
  EXPECT_EQ(failure(other.set(), options).sqlstate(), "57014");
}

TEST_F(Errors, AStatementThatSomebodyCancelledIsNotShortOfTime) {
  SetBuilder builder;
  builder.add(1, "slow", {"SELECT pg_sleep(60)"});
  std::thread canceller([&] {
    wait_for_sleeper();
    session_.run(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
        "datname = current_database()");
  });
  const Error error = failure(builder.set());
  canceller.join();
  EXPECT_EQ(error.sqlstate(), "57014");
  EXPECT_EQ(error.detail().hint.find("Statement-Timeout"), std::string::npos) << error.what();
  EXPECT_NE(error.detail().hint.find("pg_cancel_backend"), std::string::npos) << error.what();
}

TEST_F(Errors, AViewInTheWayOfANewTypeIsAdvisedOn) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)", "CREATE VIEW v AS SELECT id FROM t"});
  builder.add(2, "wider", {"ALTER TABLE t ALTER COLUMN id TYPE bigint"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.sqlstate(), "0A000");
  EXPECT_NE(error.detail().hint.find("drop the view before"), std::string::npos) << error.what();
}

TEST_F(Errors, AServerThatAnswersIsNotLookedFor) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)"});
  const Error missing = failure_of(
      [&] { migrate(server_conninfo() + " dbname=there_is_no_such_one", builder.set()); });
  EXPECT_EQ(missing.kind(), ErrorKind::kCannotConnect);
  EXPECT_EQ(missing.sqlstate(), "3D000");
  EXPECT_NE(missing.detail().hint.find("up --create-db"), std::string::npos) << missing.what();
  const Error nobody =
      failure_of([&] { migrate(database_.conninfo() + " user=there_is_nobody", builder.set()); });
  EXPECT_EQ(nobody.sqlstate(), "28000");
  EXPECT_EQ(nobody.detail().hint.find("that the server runs"), std::string::npos) << nobody.what();
  const Error silent =
      failure_of([&] { migrate("host=/nonexistent dbname=x user=me", builder.set()); });
  EXPECT_NE(silent.detail().hint.find("that the server runs"), std::string::npos) << silent.what();
}

TEST_F(Errors, UncheckedMigrationGoesAloneAndItsTransactionControlIsNoticed) {
  SetBuilder builder;
  builder.add(1, "before", {"CREATE TABLE before (id int)"});
  builder.add(2, "raw", {"CREATE TABLE raw (id int)", "INSERT INTO raw VALUES (1)"})
      .unchecked()
      .verify({"SELECT count(*) = 1 FROM raw"});
  builder.add(3, "after", {"CREATE TABLE after (id int)"});
  EXPECT_EQ(versions(up(builder.set())), "1,2,3");

  builder.add(4, "syntax", {"CREATE TABLE half (id int)", "SELECT\n  FROM FROM"}).unchecked();
  Error error = failure(builder.set());
  EXPECT_EQ(place(error), "migrations/004_syntax.sql:3:8") << error.what();
  EXPECT_FALSE(has_relation("half"));
}

TEST_F(Errors, HiddenCommitIsPartlyAppliedAndStaysSo) {
  SetBuilder builder;
  builder.add(1, "hidden", {"CREATE TABLE kept (id int)", "COMMIT", "SELECT 1 / 0"}).unchecked();
  Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_NE(error.detail().message.find("ended its own transaction with COMMIT"), std::string::npos)
      << error.what();
  EXPECT_TRUE(has_relation("kept"));
  error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied) << error.what();
}

TEST_F(Errors, HiddenRollbackIsNoticed) {
  SetBuilder builder;
  builder.add(1, "hidden", {"CREATE TABLE gone (id int)", "ROLLBACK", "CREATE TABLE kept (id int)"})
      .unchecked();
  EXPECT_EQ(failure(builder.set()).kind(), ErrorKind::kPartiallyApplied);
  EXPECT_FALSE(has_relation("gone"));
}

TEST_F(Errors, SavepointsOfAnUncheckedMigrationEndNothing) {
  SetBuilder builder;
  builder
      .add(1, "saves",
           {"CREATE TABLE kept (id int)", "SAVEPOINT s", "CREATE TABLE gone (id int)",
            "ROLLBACK TO SAVEPOINT s", "PREPARE p AS SELECT 1", "DEALLOCATE p"})
      .unchecked();
  up(builder.set());
  EXPECT_EQ(applied(), "1");
  EXPECT_TRUE(has_relation("kept"));
  EXPECT_FALSE(has_relation("gone"));
}

}  // namespace
}  // namespace godwit::test
