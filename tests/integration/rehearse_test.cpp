// SPDX-License-Identifier: Apache-2.0
//
// --rehearse: all of it really runs, and nothing is left.
#include "command_line.hpp"

#include <godwit/preview.hpp>

#include <algorithm>
#include <csignal>

namespace godwit::test {
namespace {

class Rehearsal : public CommandLine {
 protected:
  RehearsalReport rehearse(const RehearsalOptions& wanted = {}, Options options = {}) {
    return Migrator(database_.conninfo(), builder_.set(), std::move(options)).rehearse(wanted);
  }

  /// "ACCESS EXCLUSIVE orders by 12" for the locks on what was there before, readers' and writers'
  /// left out.
  static std::string locks(const RehearsalReport& report) {
    std::string text;
    for (const RehearsalReport::Lock& lock : report.locks) {
      if (!lock.is_new && !lock.is_index && lock.mode > LockMode::kRowExclusive) {
        text += text.empty() ? "" : "; ";
        text += std::string(to_string(lock.mode)) + " " + lock.relation + " by " +
                std::to_string(report.rehearsed[lock.taker].migration->version);
      }
    }
    return text;
  }

  std::string tables() const {
    return session_.list(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1");
  }
};

TEST_F(Rehearsal, OnANewDatabaseNothingIsLeft) {
  const Outcome outcome = run({"up", "--rehearse"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("rehearsed  010_team  ("), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("  migrations/010_team.sql:1  "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\nno lock on anything that was there before\n"), std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.last_line(), "rehearsed: 3 well, 0 left out, 0 failed; all was rolled back");
  EXPECT_EQ(tables(), "") << "no history either";
  EXPECT_EQ(run({"up"}).last_line(), "3 applied, 0 skipped, 0 failed");
  EXPECT_EQ(run({"up", "--rehearse"}).last_line(),
            "rehearsed: 0 well, 0 left out, 0 failed; all was rolled back");
}

TEST_F(Rehearsal, ReportsEachLockAndHowLongARealRunWouldHoldIt) {
  run({"up"});
  session_.run("CREATE TABLE plans (id int PRIMARY KEY)");
  builder_.add(12, "slow",
               {"ALTER TABLE users ADD plan int", "SELECT pg_sleep(0.3)",
                "ALTER TABLE users ADD FOREIGN KEY (plan) REFERENCES plans"});
  builder_.add(13, "again", {"SELECT pg_sleep(0.2)", "ALTER TABLE users ADD note text"})
      .locks(1, LockMode::kAccessExclusive, "users");
  const std::string before = session_.get(
      "SELECT md5(string_agg(t::text, ',')) FROM "
      "schema_migrations AS t");
  const RehearsalReport report = rehearse();
  ASSERT_FALSE(report.failure) << report.failure->what();
  EXPECT_EQ(locks(report),
            "ACCESS EXCLUSIVE users by 12; SHARE ROW EXCLUSIVE users by 12; SHARE ROW EXCLUSIVE "
            "plans by 12; ACCESS EXCLUSIVE users by 13");
  ASSERT_EQ(report.rehearsed.size(), 2U);
  EXPECT_GE(report.rehearsed[0].statements[1].duration.count(), 300'000);
  EXPECT_EQ(report.rehearsed[0].statements[2].line, 3U);
  for (const RehearsalReport::Lock& lock : report.locks) {
    if (lock.relation == "users" && lock.mode == LockMode::kAccessExclusive && lock.taker == 0) {
      EXPECT_GE(lock.held.count(), 300'000);
      EXPECT_LT(lock.held.count(), 300'000 + 250'000) << "ends with the migration";
      EXPECT_EQ(lock.line, 1U);
    } else if (lock.taker == 1) {
      EXPECT_LT(lock.held.count(), 200'000) << "begins with the statement";
      EXPECT_EQ(lock.line, 2U);
    } else if (lock.relation == "plans") {
      EXPECT_LT(lock.held.count(), 300'000);
    }
  }
  EXPECT_EQ(session_.get("SELECT md5(string_agg(t::text, ',')) FROM schema_migrations AS t"),
            before);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log"), "3");
  EXPECT_EQ(session_.get("SELECT last_value FROM schema_migrations_id_seq"), "3")
      << "not a row was written";
}

TEST_F(Rehearsal, WhatAnEarlierOneHasLockedIsListedWithItsPartitions) {
  run({"up"});
  session_.run(
      "CREATE TABLE ev (id int) PARTITION BY RANGE (id); CREATE TABLE ev_1 PARTITION OF ev FOR "
      "VALUES FROM (0) TO (9) PARTITION BY RANGE (id); CREATE TABLE ev_1_1 PARTITION OF ev_1 FOR "
      "VALUES FROM (0) TO (5)");
  builder_.add(12, "a", {"ALTER TABLE ev ADD a int"}).locks(0, LockMode::kAccessExclusive, "ev");
  builder_.add(13, "b", {"ALTER TABLE ev ADD b int"}).locks(0, LockMode::kAccessExclusive, "ev");
  const RehearsalReport report = rehearse();
  ASSERT_FALSE(report.failure) << report.failure->what();
  EXPECT_EQ(locks(report),
            "ACCESS EXCLUSIVE ev by 12; ACCESS EXCLUSIVE ev_1 by 12; ACCESS EXCLUSIVE ev_1_1 by "
            "12; ACCESS EXCLUSIVE ev by 13; ACCESS EXCLUSIVE ev_1 by 13; ACCESS EXCLUSIVE ev_1_1 "
            "by 13");
}

TEST_F(Rehearsal, AFailureIsThatOfTheRunAndTheLogSaysNothing) {
  run({"up"});
  session_.run("INSERT INTO users VALUES (1), (1)");
  builder_.add(12, "fine", {"CREATE TABLE fine (id int)"});
  builder_.add(13, "key", {"SELECT 1", "ALTER TABLE users ADD PRIMARY KEY (id)"});
  builder_.add(14, "after", {"CREATE TABLE after (id int)"});
  const Outcome outcome = run({"up", "--rehearse"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("migrations/013_key.sql:2:1: error: "), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("[23505]"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("failed  013_key"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.last_line(), "rehearsed: 1 well, 0 left out, 1 failed; all was rolled back");
  EXPECT_FALSE(has_relation("fine"));
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log"), "3");
  const Json json = Json::parse(run({"up", "--rehearse", "--json"}).last_line());
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["error"]["line"], 2);
  EXPECT_EQ(json["rehearsed"][1]["ok"], false);
  EXPECT_EQ(json["rehearsed"][0]["statements"].size(), 1U);
}

TEST_F(Rehearsal, ChecksAndDeferredConstraintsAreThoseOfARealRun) {
  builder_
      .add(12, "pairs",
           {"CREATE TABLE a (id int PRIMARY KEY)",
            "CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO b VALUES (1)", "INSERT INTO a VALUES (1)"})
      .verify({"SELECT count(*) = 1 FROM b"});
  // Deferred again, and altered although rows were written before.
  builder_.add(13, "more",
               {"ALTER TABLE b ADD n int", "INSERT INTO b VALUES (2)", "INSERT INTO a VALUES (2)"});
  RehearsalReport report = rehearse();
  EXPECT_FALSE(report.failure) << report.failure->what();
  builder_.add(14, "wrong", {"INSERT INTO b VALUES (9)"});
  report = rehearse();
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->sqlstate(), "23503");
  EXPECT_NE(std::string(report.failure->what()).find("a deferred constraint"), std::string::npos)
      << report.failure->what();
  SetBuilder other;
  other.add(1, "t", {"CREATE TABLE t (id int)"}).verify({"SELECT count(*) = 1 FROM t"});
  report = Migrator(database_.conninfo(), other.set()).rehearse({});
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->kind(), ErrorKind::kVerifyFailed);
}

TEST_F(Rehearsal, SettingsDoNotReachTheNextMigration) {
  session_.run("CREATE SCHEMA app");
  builder_
      .add(12, "path",
           {"SET LOCAL search_path = app", "SET work_mem = '77MB'", "SET app.tenant = 'x'",
            "SET lock_timeout = '1h'", "CREATE TABLE inside (id int)"})
      .leaks({"work_mem", "app.tenant", "lock_timeout"})
      .setting("maintenance_work_mem", "99MB");
  builder_.add(13, "next",
               {"DO $$ BEGIN IF current_setting('work_mem') = '77MB' OR "
                "current_setting('maintenance_work_mem') = '99MB' OR "
                "current_setting('app.tenant', true) = 'x' OR current_setting('lock_timeout') <> "
                "'3s' OR current_schema() <> 'public' THEN RAISE 'leaked: % %', "
                "current_setting('lock_timeout'), current_schema(); END IF; END $$"});
  const RehearsalReport report = rehearse();
  EXPECT_FALSE(report.failure) << report.failure->what();
}

TEST_F(Rehearsal, WhatCannotRunInATransactionIsLeftOutWithWhatDependsOnIt) {
  builder_.add(12, "index", {"CREATE INDEX CONCURRENTLY u ON users (id)"}).outside_transaction();
  builder_.add(13, "needs", {"DROP INDEX u"}).depends_on({12});
  builder_.add(14, "free", {"CREATE TABLE free (id int)"}).depends_on({1});
  builder_.add(15, "odd", {"CREATE TABLE odd (id int); COMMIT"}).unchecked();
  builder_.add(16, "hopes", {"DROP INDEX u"});
  const RehearsalReport report = rehearse();
  ASSERT_EQ(report.left_out.size(), 3U);
  EXPECT_EQ(report.left_out[0].reason, "it cannot run in a transaction");
  EXPECT_EQ(report.left_out[1].reason, "it depends on 012_index, which is left out");
  EXPECT_EQ(report.left_out[2].name, "015_odd");
  ASSERT_TRUE(report.failure);
  EXPECT_NE(std::string(report.failure->what())
                .find("012_index was left out of the rehearsal, which may be why"),
            std::string::npos)
      << report.failure->what();
  EXPECT_EQ(report.rehearsed.size(), 5U);
  EXPECT_EQ(tables(), "");
}

TEST_F(Rehearsal, ALockThatIsNotToBeHadNamesItsHolder) {
  run({"up"});
  builder_.add(12, "more", {"ALTER TABLE users ADD n int"});
  const Session holder(database_.conninfo() + " application_name=holder");
  holder.run("BEGIN; LOCK TABLE users IN ROW SHARE MODE");
  const Outcome outcome = run({"up", "--rehearse", "--lock-timeout=1s"});
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_NE(outcome.err.find("application \"holder\""), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("a real run would roll this migration back and try it again"),
            std::string::npos)
      << outcome.err;
}

TEST_F(Rehearsal, DownAndRedoAndApply) {
  builder_.add(12, "a", {"CREATE TABLE a (id int)"}).down("DROP TABLE a").depends_on({1});
  builder_.add(13, "b", {"CREATE TABLE b (id int)"}).down("DROP TABLE b").depends_on({12});
  EXPECT_EQ(run({"apply", "12", "--rehearse"}).last_line(),
            "rehearsed: 2 well, 0 left out, 0 failed; all was rolled back");
  EXPECT_EQ(run({"up", "2", "--rehearse"}).last_line(),
            "rehearsed: 2 well, 0 left out, 0 failed; all was rolled back");
  run({"up"});
  Outcome outcome = run({"down", "2", "--rehearse"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.substr(0, 26), "rehearsed to undo  013_b  ") << outcome.out;
  EXPECT_NE(outcome.out.find("ACCESS EXCLUSIVE  b   013_b  1\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("  migrations/012_a.down.sql:1  "), std::string::npos) << outcome.out;
  outcome = run({"redo", "2", "--rehearse"});
  EXPECT_EQ(outcome.last_line(), "rehearsed: 4 well, 0 left out, 0 failed; all was rolled back")
      << outcome.err;
  EXPECT_LT(outcome.out.find("rehearsed to undo  012_a"), outcome.out.find("rehearsed  012_a"));
  EXPECT_LT(outcome.out.find("rehearsed  012_a"), outcome.out.find("rehearsed  013_b"));
  EXPECT_EQ(applied(), "1,7,10,12,13");
  EXPECT_EQ(run({"down", "3", "--rehearse"}).code, 1) << "010_team has no down section";
}

TEST_F(Rehearsal, AKilledClientLeavesNothing) {
  run({"up"});
  builder_.add(12, "slow", {"CREATE TABLE made (id int)", "SELECT pg_sleep(60)"});
  Child child = start({"up", "--rehearse"});
  wait_for_sleeper();
  child.kill(SIGKILL);
  child.wait();
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
      "current_database()");
  EXPECT_FALSE(has_relation("made"));
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Rehearsal, AnotherRunWaitsOutside) {
  builder_.add(12, "slow", {"SELECT pg_sleep(1)"});
  Child rehearsal = start({"up", "--rehearse"});
  wait_for_sleeper();
  const Outcome outcome = run({"up"});
  EXPECT_EQ(outcome.last_line(), "4 applied, 0 skipped, 0 failed") << outcome.err;
  EXPECT_EQ(rehearsal.wait(), 0) << rehearsal.err();
}

TEST_F(Rehearsal, InterruptedItRollsBack) {
  builder_.add(12, "slow", {"SELECT pg_sleep(60)"});
  Child rehearsal = start({"up", "--rehearse"});
  wait_for_sleeper();
  rehearsal.kill(SIGINT);
  EXPECT_EQ(rehearsal.wait(), 130);
  EXPECT_EQ(tables(), "");
}

}  // namespace
}  // namespace godwit::test
