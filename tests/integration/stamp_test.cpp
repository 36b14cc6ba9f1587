// SPDX-License-Identifier: Apache-2.0
//
// Changes of the history alone: stamp, baseline, forget, accept, repair.
#include "command_line.hpp"
#include "wire_proxy.hpp"

#include <godwit/maintenance.hpp>

namespace godwit::test {
namespace {

class HistoryCommands : public CommandLine {
 protected:
  std::string log() const {
    return session_.list(
        "SELECT event || ' ' || migration_number FROM schema_migrations_log ORDER BY id");
  }
};

TEST_F(HistoryCommands, StampRecordsUpToTheTargetAndRunsNothing) {
  const Outcome dry = run({"stamp", "7", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_EQ(dry.out,
            "to do  001_users  recorded as applied\nto do  007_crm  recorded as applied\n"
            "2 would be stamped\n");
  EXPECT_FALSE(has_relation("schema_migrations"));
  EXPECT_EQ(run({"stamp", "7"}).last_line(), "2 stamped");
  EXPECT_EQ(applied(), "1,7");
  EXPECT_FALSE(has_relation("users"));
  EXPECT_EQ(log(), "stamped 1,stamped 7");
  EXPECT_EQ(session_.list("SELECT DISTINCT origin FROM schema_migrations"), "stamp");
  EXPECT_EQ(run({"stamp", "7"}).last_line(), "0 stamped") << "again changes nothing";
  EXPECT_EQ(run({"stamp", "base"}).code, 2);
  EXPECT_EQ(run({"stamp", "8"}).code, 2);
  EXPECT_EQ(run({"stamp", "head"}).last_line(), "1 stamped");
  EXPECT_EQ(run({"up"}).last_line(), "0 applied, 3 skipped, 0 failed");
}

TEST_F(HistoryCommands, TableAlreadyExistsThenStamp) {
  session_.run("CREATE TABLE users (id int)");
  EXPECT_EQ(run({"up"}).code, 1);
  EXPECT_EQ(run({"stamp", "1"}).code, 0);
  EXPECT_EQ(run({"up"}).last_line(), "2 applied, 1 skipped, 0 failed");
}

TEST_F(HistoryCommands, TheHintOfWhatIsThereLosesNothingThatStandsBefore) {
  builder_.add(12, "early", {"CREATE TABLE early (id int)"}).depends_on({1});
  builder_.add(14, "late", {"CREATE TABLE late (id int)"}).depends_on({1});
  run({"up", "--to=1"});
  session_.run("CREATE TABLE late (id int)");
  const Outcome failed = run({"apply", "14"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.err.find("record that: `stamp --only 014_late`"), std::string::npos)
      << failed.err;
  const Outcome stamped = run({"stamp", "--only", "014_late"});
  EXPECT_EQ(stamped.code, 0) << stamped.err;
  EXPECT_EQ(stamped.out, "stamped  014_late  recorded as applied\n1 stamped\n");
  EXPECT_EQ(stamped.err, "") << "all that stays pending declares what it needs";
  EXPECT_EQ(applied(), "1,14");
  EXPECT_EQ(run({"stamp", "--only", "14"}).last_line(), "0 stamped");
  EXPECT_EQ(run({"up"}).last_line(), "3 applied, 2 skipped, 0 failed");
  EXPECT_TRUE(has_relation("early"));
}

TEST_F(HistoryCommands, TheHintOfARehearsalSaysWhatComesFirst) {
  builder_.add(12, "early", {"CREATE TABLE early (id int)"}).depends_on({10});
  builder_.add(14, "late", {"CREATE TABLE late (id int)"}).depends_on({12});
  run({"up", "--to=10"});
  session_.run("CREATE TABLE late (id int)");
  const Outcome failed = run({"up", "--rehearse"});
  EXPECT_NE(failed.err.find("apply what stands before it (`up --to=012_early`), and then record "
                            "that: `stamp --only 014_late`"),
            std::string::npos)
      << failed.err;
  const Outcome refused = run({"stamp", "--only", "014_late"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("014_late depends on migration 12, but 12 has not been applied"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(run({"up", "--to=012_early"}).code, 0);
  EXPECT_EQ(run({"stamp", "--only", "014_late"}).code, 0);
  EXPECT_EQ(run({"check"}).code, 0);
}

TEST_F(HistoryCommands, StampOnlyWarnsOfWhatWouldArriveLate) {
  builder_.add(12, "early", {"CREATE TABLE early (id int)"});
  builder_.add(14, "late", {"CREATE TABLE late (id int)"}).depends_on({1});
  run({"up", "--to=10"});
  const Outcome outcome = run({"stamp", "--only", "14"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(
      outcome.err.find("012_early stays pending before 014_late and declares no Dependencies"),
      std::string::npos)
      << outcome.err;
  EXPECT_EQ(run({"up"}).code, 4);
}

TEST_F(HistoryCommands, StampVerifyGoesAsFarAsItHolds) {
  SetBuilder set;
  set.add(1, "users", {"CREATE TABLE users (id int)"})
      .verify({"SELECT to_regclass('users') IS NOT NULL"});
  set.add(2, "notes", {"CREATE TABLE notes (id int)"})
      .verify({"SELECT to_regclass('notes') IS NOT NULL"});
  set.add(3, "more", {"CREATE TABLE more (id int)"})
      .verify({"SELECT to_regclass('users') IS NOT NULL"});
  set.add(4, "none", {"CREATE TABLE none (id int)"});
  HistoryOptions wanted;
  wanted.verify = true;
  Migrator migrator(database_.conninfo(), set.set());
  const HistoryReport nothing = migrator.stamp("head", wanted);
  EXPECT_TRUE(nothing.changes.empty());
  ASSERT_TRUE(nothing.stopped_by.has_value());
  EXPECT_EQ(nothing.stopped_by->kind(), ErrorKind::kVerifyFailed);
  EXPECT_EQ(nothing.stopped_by->migration(), 1);
  EXPECT_FALSE(has_relation("schema_migrations"));
  session_.run("CREATE TABLE users (id int)");
  const HistoryReport one = migrator.stamp("head", wanted);
  ASSERT_EQ(one.changes.size(), 1U);
  EXPECT_EQ(one.stopped_by->migration(), 2);
  EXPECT_EQ(applied(), "1");
  session_.run("CREATE TABLE notes (id int)");
  Options dry;
  dry.dry_run = true;
  EXPECT_EQ(Migrator(database_.conninfo(), set.set(), dry).stamp("3", wanted).changes.size(), 2U);
  EXPECT_EQ(applied(), "1");
  const HistoryReport rest = migrator.stamp("head", wanted);
  EXPECT_EQ(rest.changes.size(), 2U);
  EXPECT_NE(rest.stopped_by->detail().message.find("004_none has no verify section"),
            std::string::npos);
  EXPECT_EQ(applied(), "1,2,3");
}

TEST_F(HistoryCommands, BaselineIsForADatabaseWithoutHistory) {
  EXPECT_EQ(run({"baseline", "7"}).code, 0);
  EXPECT_EQ(session_.list("SELECT DISTINCT origin FROM schema_migrations"), "baseline");
  EXPECT_EQ(run({"baseline", "7"}).last_line(), "0 stamped");
  const Outcome refused = run({"baseline", "10"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("the history has 2 rows of the set \"main\" already"),
            std::string::npos)
      << refused.err;
}

TEST_F(HistoryCommands, ForgetTakesOneOutUnlessSomethingDependsOnIt) {
  run({"up"});
  const Outcome refused = run({"forget", "7"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("007_crm cannot be forgotten: 010_team is applied and depends on it"),
            std::string::npos)
      << refused.err;
  const Outcome outcome = run({"forget", "010_team"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.last_line(), "1 forgotten");
  EXPECT_EQ(applied(), "1,7");
  EXPECT_EQ(log(), "applied 1,applied 7,applied 10,forgotten 10");
  EXPECT_EQ(run({"forget", "010_team"}).code, 2) << "it is not in the history";
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, migration_set, kind, "
      "state, run_id) VALUES ('099_other', 99, 'main', 'versioned', 'applied', gen_random_uuid())");
  EXPECT_EQ(run({"forget", "99"}).code, 0);
  EXPECT_EQ(applied(), "1,7");
}

TEST_F(HistoryCommands, OnATerminalTheyAsk) {
  const TerminalOutcome no = answer_on_terminal(body({"stamp", "1"}), "n\n");
  EXPECT_EQ(no.code, 130);
  EXPECT_NE(no.screen.find("001_users  recorded as applied\n"), std::string::npos) << no.screen;
  EXPECT_FALSE(has_relation("schema_migrations"));
  EXPECT_EQ(answer_on_terminal(body({"stamp", "1"}), "y\n").code, 0);
  EXPECT_EQ(answer_on_terminal(body({"forget", "1"}), "\n").code, 130);
  EXPECT_EQ(answer_on_terminal(body({"forget", "1", "--yes"}), "").code, 0);
  EXPECT_EQ(applied(), "");
}

TEST_F(HistoryCommands, AcceptTakesTheChecksumOfThisBuild) {
  run({"up"});
  EXPECT_EQ(run({"accept"}).last_line(), "0 accepted");
  session_.run("UPDATE schema_migrations SET checksum = 'old' WHERE migration_number IN (1, 7)");
  EXPECT_EQ(run({"check"}).code, 4);
  EXPECT_EQ(run({"accept", "--dry-run"}).last_line(), "2 would be accepted");
  const Outcome one = run({"accept", "7"});
  EXPECT_EQ(one.last_line(), "1 accepted");
  EXPECT_NE(one.out.find("007_crm  checksum old becomes "), std::string::npos) << one.out;
  EXPECT_EQ(run({"check"}).code, 4);
  EXPECT_EQ(run({"accept"}).last_line(), "1 accepted");
  EXPECT_EQ(run({"check"}).code, 0);
  EXPECT_EQ(log(), "applied 1,applied 7,applied 10,accepted 7,accepted 1");
  run({"forget", "10"});
  EXPECT_EQ(run({"accept", "10"}).code, 2);
}

TEST_F(HistoryCommands, RepairShowsTheSqlAndWritesOnlyWhenTold) {
  run({"up"});
  EXPECT_EQ(run({"repair"}).out, "0 would be repaired\n");
  session_.run(
      "UPDATE schema_migrations SET checksum = 'old' WHERE migration_number = 7;"
      "UPDATE schema_migrations SET migration_name = '001_user', breaking = true "
      "WHERE migration_number = 1");
  const Outcome shown = run({"repair"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_NE(shown.out.find("to do  001_user  the name becomes 001_users\n  WITH done AS (UPDATE "
                           "\"public\".\"schema_migrations\" SET migration_name = '001_users'"),
            std::string::npos)
      << shown.out;
  EXPECT_EQ(shown.last_line(), "nothing was written; `repair --write` does it");
  EXPECT_EQ(run({"repair", "--write"}).last_line(), "3 repaired");
  EXPECT_EQ(session_.list("SELECT migration_name FROM schema_migrations ORDER BY id"),
            "001_users,007_crm,010_team");
  EXPECT_EQ(run({"validate"}).code, 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'repaired' AND "
                         "message IS NOT NULL"),
            "3");
  // What it showed is what psql can run.
  session_.run("UPDATE schema_migrations SET breaking = true WHERE migration_number = 1");
  const Json json = Json::parse(run({"repair", "--json"}).out);
  ASSERT_EQ(json["changes"].size(), 1U);
  EXPECT_EQ(json["written"], false);
  session_.run(json["changes"][0]["sql"].get<std::string>());
  EXPECT_EQ(run({"repair"}).out, "0 would be repaired\n");
}

TEST_F(HistoryCommands, RepairSettlesAStepThatNobodyCanTellOf) {
  builder_.add(12, "steps", {"CREATE TABLE steps (n int)", "INSERT INTO steps VALUES (1)"})
      .outside_transaction();
  run({"up"});
  const auto cut_off = [&] {
    session_.run(
        "UPDATE schema_migrations SET state = 'running', step = 1, claim_pid = 1, "
        "claim_backend_start = now(), claim_system_id = 1 WHERE migration_number = 12");
  };
  cut_off();
  EXPECT_EQ(run({"up"}).code, 9);
  const Outcome open = run({"repair", "--write"});
  EXPECT_EQ(open.last_line(), "0 repaired");
  EXPECT_NE(open.err.find("012_steps was cut off in step 2 of 2"), std::string::npos) << open.err;
  EXPECT_EQ(run({"repair", "--write", "--took-effect"}).last_line(), "1 repaired");
  EXPECT_EQ(run({"up"}).code, 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM steps"), "1");
  cut_off();
  EXPECT_EQ(run({"repair", "--write", "--had-no-effect"}).last_line(), "1 repaired");
  EXPECT_EQ(run({"up"}).code, 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM steps"), "2");
  EXPECT_EQ(run({"repair", "--took-effect", "--had-no-effect"}).code, 2);
  cut_off();
  EXPECT_EQ(run({"stamp", "12"}).last_line(), "1 stamped") << "finished by hand";
  EXPECT_EQ(run({"up"}).last_line(), "0 applied, 4 skipped, 0 failed");
}

TEST_F(HistoryCommands, ACutAtCommitIsSettled) {
  WireProxy proxy;
  for (const bool arrives : {true, false}) {
    EXPECT_EQ(run({"up"}).code, 0);
    proxy.cut_on_request(std::string("COMMIT", 7), arrives);  // with its end: no READ COMMITTED
    const HistoryReport report =
        Migrator(proxy.conninfo(database_.name()), builder_.set()).forget("10", {});
    EXPECT_EQ(report.changes.size(), 1U);
    EXPECT_EQ(applied(), "1,7");
    session_.run("ALTER TABLE clients DROP COLUMN team");
  }
  EXPECT_EQ(proxy.cuts(), 2);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'forgotten'"),
            "2");
}

TEST_F(HistoryCommands, AReadOnlyConnectionIsToldSo) {
  run({"up"});
  session_.run("ALTER DATABASE \"" + database_.name() +
               "\" SET default_transaction_read_only = on");
  EXPECT_EQ(run({"forget", "10"}).code, 8);
  EXPECT_EQ(run({"forget", "10", "--dry-run"}).code, 0);
}

}  // namespace
}  // namespace godwit::test
