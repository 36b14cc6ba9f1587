// SPDX-License-Identifier: Apache-2.0
//
// Which seeds are applied, when again, and what becomes of their rows.
#include "sets.hpp"

#include <godwit/maintenance.hpp>

#include <csignal>
#include <string>

#include <unistd.h>

namespace godwit::test {
namespace {

constexpr const char* kReference = "reference/9_units,reference/10_countries";

TEST_F(Seeds, AreThoseOfTheMode) {
  EXPECT_EQ(seeds_of(up(release("first"), with("none"))), "");
  EXPECT_EQ(seeds_of(up(release("first"))), kReference);  // where nobody says otherwise
  EXPECT_EQ(seeds_of(up(release("first"), with("reference"))), "");
  EXPECT_EQ(seeds_of(up(release("first"), with("acme"))), "acme/branding");
  EXPECT_EQ(seeds_of(up(release("first"), with("sample"))), "sample/users");
  EXPECT_EQ(seeds_of(up(release("first"), with("full"))), "");
  EXPECT_EQ(recorded(), "reference/9_units,reference/10_countries,acme/branding,sample/users");
}

TEST_F(Seeds, ComeBehindAllMigrationsReferenceFirst) {
  const Report report = up(release("first"), with("full"));
  EXPECT_EQ(seeds_of(report),
            "reference/9_units,reference/10_countries,sample/users,acme/branding");
  ASSERT_EQ(report.applied.size(), 6U);
  EXPECT_EQ(report.applied[0].migration->full_name, "001_shop");
  EXPECT_EQ(report.applied[1].migration->full_name, "R__names");
  EXPECT_EQ(
      session_.get("SELECT count(*) FROM schema_migrations WHERE kind = 'seed' AND "
                   "migration_number IS NULL AND state = 'applied' AND length(checksum) = 64"),
      "4");
  const Report again = up(release("first"), with("full"));
  EXPECT_EQ(again.applied.size(), 0U);
  EXPECT_EQ(again.skipped, 6U);
  EXPECT_EQ(up(release("first")).skipped, 4U);  // what another mode has is not counted
}

// What has no version is needed by its name: a phase postpones what needs it with it.
TEST_F(Seeds, TheTableHasTheNamesThatTheyNeed) {
  for (const Migration& migration : release("first").migrations) {
    if (migration.full_name == "sample/users") {
      ASSERT_EQ(migration.dependency_names.size(), 1U);
      EXPECT_EQ(migration.dependency_names[0], "reference/10_countries");
      ASSERT_EQ(migration.dependencies.size(), 1U);
      EXPECT_EQ(migration.dependencies[0].version, 1);
      return;
    }
  }
  FAIL() << "there is no such seed";
}

TEST_F(Seeds, ComeBackAfterAnUndo) {
  up(release("first"), with("sample"));
  Migrator(database_.conninfo(), release("first")).down({});
  EXPECT_FALSE(has_relation("countries"));
  EXPECT_EQ(run("first", {"check"}).code, 3);
  EXPECT_EQ(run("first", {"pending", "--seed=sample"}).out,
            "001_shop\nR__names\nreference/9_units\nreference/10_countries\nsample/users\n");
  EXPECT_EQ(seeds_of(up(release("first"))), kReference);
  EXPECT_EQ(seeds_of(up(release("first"), with("sample"))), "sample/users");
  EXPECT_EQ(session_.get("SELECT count(*) FROM users"), "2");
  EXPECT_NE(session_.get("SELECT count(*) FROM country_names"), "0");
}

// Killed at any moment, the next run brings back what an undo took along.
TEST_F(Seeds, ComeBackAfterAKillInRedo) {
  up(release("first"), with("sample"));
  for (const int delay : {5, 20, 45}) {
    Child child = start("first", {"redo", "--seed=sample"});
    usleep(static_cast<useconds_t>(delay) * 1000);
    child.kill(SIGKILL);
    child.wait();
    wait_for(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid() AND backend_type = 'client backend'");
    up(release("first"), with("sample"));
    EXPECT_EQ(session_.get("SELECT count(*) FROM users"), "2");
    EXPECT_NE(session_.get("SELECT count(*) FROM country_names"), "0");
    EXPECT_EQ(run("first", {"check", "--seed=sample"}).code, 0);
  }
}

TEST_F(Seeds, AModeThatThereIsNotIsRefused) {
  const Error error = failure(release("first"), with("amce"));
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message, "there are no seeds \"amce\" in the set \"main\"");
  EXPECT_EQ(error.detail().hint, "the modes are none, reference, sample, full, acme");
  EXPECT_FALSE(has_relation("countries"));
}

TEST_F(Seeds, RowsArriveAsTheyStandInTheFile) {
  up(release("first"), with("sample"));
  EXPECT_EQ(session_.get("SELECT string_agg(name, '|' ORDER BY code) FROM countries"),
            "Österreich's \"Land\" $$ /* ${x} :y|;|a\tb\\c");
  EXPECT_EQ(session_.get("SELECT string_agg(email, '|' ORDER BY id) FROM users"),
            "ann@example.com|bob\nand bea@example.com");
}

TEST_F(Seeds, AreAppliedAgainWhenTheyChange) {
  up(release("first"), with("sample"));
  session_.run("UPDATE countries SET name = 'edited' WHERE code = 'at'");
  const std::string id =
      session_.get("SELECT id FROM schema_migrations WHERE migration_name = 'reference/9_units'");
  const Report report = up(release("second"), with("sample"));
  EXPECT_EQ(seeds_of(report), "reference/9_units,sample/020_demo_users");
  EXPECT_EQ(session_.get("SELECT factor FROM units WHERE name = 't'"), "1000000");
  // The other has not changed: what people did to its rows stays.
  EXPECT_EQ(session_.get("SELECT name FROM countries WHERE code = 'at'"), "edited");
  EXPECT_EQ(
      session_.get("SELECT id FROM schema_migrations WHERE migration_name = 'reference/9_units'"),
      id);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE kind = 'seed' AND event "
                         "= 'applied' AND migration_name = 'reference/9_units'"),
            "2");
  // The older release goes back to its own.
  EXPECT_EQ(seeds_of(up(release("first"), with("none"))), "");
  const Error error = failure(release("first"));  // its verify section counts the units
  EXPECT_EQ(error.kind(), ErrorKind::kVerifyFailed);
  EXPECT_EQ(error.file(), "first/reference/9_units.sql");
  EXPECT_EQ(session_.get("SELECT count(*) FROM units"), "3");
}

TEST_F(Seeds, WhatIsRenamedOrGoneKeepsItsRowsAndIsNoDrift) {
  up(release("first"), with("full"));
  const Report report = up(release("second"), with("full"));
  EXPECT_EQ(seeds_of(report), "reference/9_units,sample/020_demo_users");
  EXPECT_EQ(session_.get("SELECT value FROM branding"), "green");
  EXPECT_EQ(session_.get("SELECT count(*) FROM users"), "2");
  EXPECT_EQ(run("second", {"validate"}).code, 0);
  const Outcome status = run("second", {"status", "--seed=full"});
  EXPECT_NE(status.out.find("acme/branding"), std::string::npos) << status.out;
  EXPECT_NE(status.last_line().find("2 unknown"), std::string::npos) << status.out;
}

TEST_F(Seeds, ABadRowIsNamedByItsLineAndNothingOfItsSeedStays) {
  const Error error = failure(release("broken"));
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.sqlstate(), "22P04");
  EXPECT_EQ(error.file(), "broken/reference/10_countries.sql");
  EXPECT_EQ(error.line(), 30U);
  EXPECT_EQ(error.detail().source_line, "de");
  EXPECT_EQ(error.detail().migration_name, "reference/10_countries");
  EXPECT_EQ(recorded(), "reference/9_units");
  EXPECT_EQ(session_.get("SELECT count(*) FROM countries"), "0");
  EXPECT_EQ(session_.get("SELECT message FROM schema_migrations_log WHERE event = 'failed'"),
            "missing data for column \"name\"");
  EXPECT_EQ(session_.get("SELECT line FROM schema_migrations_log WHERE event = 'failed'"), "30");
  EXPECT_EQ(seeds_of(up(release("first"))), "reference/10_countries");
}

TEST_F(Seeds, ARowOfCsvIsNamedByItsLastLine) {
  up(release("first"));
  session_.run("DELETE FROM schema_migrations WHERE migration_name = 'reference/10_countries'");
  session_.run(
      "INSERT INTO schema_migrations (migration_name, checksum, migration_set, kind, "
      "state, run_id) SELECT 'reference/10_countries', '" +
      std::string(release("broken").migrations[3].checksum) +
      "', 'main', 'seed', 'applied', gen_random_uuid()");
  const Error error = failure(release("broken"), with("sample"));
  EXPECT_EQ(error.sqlstate(), "22P02");
  EXPECT_EQ(error.file(), "broken/sample/users.sql");
  EXPECT_EQ(error.line(), 8U);
  EXPECT_EQ(error.detail().source_line, "and bea@example.com\"");
}

TEST_F(Seeds, ARowThatATriggerRefusesIsNamedToo) {
  up(release("first"), with("none"));
  session_.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.code = 'ch' "
      "THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$; CREATE TRIGGER refuse "
      "BEFORE INSERT ON countries FOR EACH ROW EXECUTE FUNCTION refuse()");
  const Error error = failure(release("first"));
  EXPECT_EQ(error.detail().message, "not this one");
  EXPECT_EQ(error.file(), "first/reference/10_countries.sql");
  EXPECT_EQ(error.line(), 31U);
}

// pg_dump empties the search path for the session: the connection is given back as it came.
TEST_F(Seeds, LeaveNothingInTheSession) {
  PGconn* connection = PQconnectdb(database_.conninfo().c_str());
  ASSERT_EQ(PQstatus(connection), CONNECTION_OK);
  migrate(connection, release("first"), with("full"));
  PGresult* result =
      PQexec(connection,
             "SELECT current_setting('search_path'), current_setting('row_security'), "
             "current_setting('statement_timeout'), to_regclass('new_users')");
  ASSERT_EQ(PQresultStatus(result), PGRES_TUPLES_OK) << PQerrorMessage(connection);
  EXPECT_STREQ(PQgetvalue(result, 0, 0), "\"$user\", public");
  EXPECT_STREQ(PQgetvalue(result, 0, 1), "on");
  EXPECT_STREQ(PQgetvalue(result, 0, 2), "0");
  EXPECT_EQ(PQgetisnull(result, 0, 3), 1);
  PQclear(result);
  PQfinish(connection);
}

TEST_F(Seeds, ALongCopySaysHowFarItIs) {
  up(release("big"), with("none"));
  // The server pauses at a row in the middle.
  session_.run(
      "CREATE SEQUENCE rows_seen; "
      "CREATE FUNCTION pause() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('rows_seen') = 50000 THEN PERFORM pg_sleep(1.3); END IF; RETURN 1; END $$; "
      "ALTER TABLE lines ADD COLUMN pause bigint; "
      "ALTER TABLE lines ALTER COLUMN pause SET DEFAULT pause()");
  std::vector<Event> told;
  Options options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kProgress) {
      told.push_back(event);
    }
  };
  up(release("big"), options);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.front().message.find("rows of new_lines, "), 0U) << told.front().message;
  EXPECT_NE(told.front().message.find(" of 7 MB"), std::string::npos) << told.front().message;
  EXPECT_GT(told.front().percent, 20U);
  EXPECT_LT(told.front().percent, 100U);
  EXPECT_EQ(told.front().migration->full_name, "reference/lines");
}

TEST_F(Seeds, ManyRowsAreStreamed) {
  EXPECT_EQ(seeds_of(up(release("big"))), "reference/lines");
  EXPECT_EQ(session_.get("SELECT count(*) || ' ' || sum(id) FROM lines"), "100000 4999950000");
  EXPECT_EQ(session_.get("SELECT note FROM lines WHERE id = 99999").substr(0, 30),
            "line 99999: it's \"quoted\" – ");
}

}  // namespace
}  // namespace godwit::test
