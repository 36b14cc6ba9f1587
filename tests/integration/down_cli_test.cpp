// SPDX-License-Identifier: Apache-2.0
//
// `down`, `redo`, `apply` and a part of `up` as people type them.
#include "command_line.hpp"

namespace godwit::test {
namespace {

class DownCommand : public CommandLine {
 protected:
  DownCommand() {
    builder_.add(12, "a", {"CREATE TABLE a (id int)"}).down("DROP TABLE a");
    builder_.add(13, "b", {"CREATE TABLE b (id int)"}).down("DROP TABLE b");
    builder_.add(14, "c", {"CREATE TABLE c (id int)"}).down("DROP TABLE c");
    run({"up"});
  }
};

TEST_F(DownCommand, WithoutATerminalTheCommandIsConsent) {
  const Outcome outcome = run({"down"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.substr(0, 15), "undone  014_c  ");
  EXPECT_EQ(outcome.last_line(), "1 undone, 0 failed");
  EXPECT_EQ(applied(), "1,7,10,12,13");
}

TEST_F(DownCommand, OnATerminalItAsks) {
  const TerminalOutcome no = answer_on_terminal(body({"down", "2"}), "n\n");
  EXPECT_EQ(no.code, 130) << no.screen;
  EXPECT_NE(no.screen.find("014_c\n013_b\nUndo 2 migrations, in this order? [y/N] "),
            std::string::npos)
      << no.screen;
  EXPECT_NE(no.screen.find("not confirmed; nothing was done"), std::string::npos) << no.screen;
  EXPECT_EQ(applied(), "1,7,10,12,13,14");
  EXPECT_EQ(answer_on_terminal(body({"down"}), "\n").code, 130);
  EXPECT_EQ(answer_on_terminal(body({"down", "--dry-run"}), "").code, 0);
  EXPECT_EQ(answer_on_terminal(body({"down"}), "y\n").code, 0);
  EXPECT_EQ(answer_on_terminal(body({"down", "--yes"}), "").code, 0);
  EXPECT_EQ(applied(), "1,7,10,12");
}

TEST_F(DownCommand, TargetsAndAliases) {
  EXPECT_EQ(run({"downgrade", "-1"}).code, 0);
  EXPECT_EQ(applied(), "1,7,10,12,13");
  EXPECT_EQ(run({"rollback", "--to", "12"}).code, 0);
  EXPECT_EQ(applied(), "1,7,10,12");
  run({"up", "+1"});
  EXPECT_EQ(applied(), "1,7,10,12,13");
  run({"upgrade", "014_c"});
  EXPECT_EQ(applied(), "1,7,10,12,13,14");
  EXPECT_EQ(run({"down", "--to=-2"}).last_line(), "2 undone, 0 failed");
  EXPECT_EQ(run({"up", "1"}).last_line(), "1 applied, 4 skipped, 0 failed");
  EXPECT_EQ(run({"apply", "14"}).last_line(), "1 applied, 5 skipped, 0 failed");
  EXPECT_EQ(run({"down", "99"}).code, 2);
  EXPECT_EQ(run({"down", "base"}).code, 1) << "010_team has no down section";
  EXPECT_EQ(run({"apply"}).code, 2);
}

TEST_F(DownCommand, DryRunAndJson) {
  const Outcome dry = run({"down", "2", "--dry-run"});
  EXPECT_EQ(dry.out.substr(0, 32), "to undo  014_c\nto undo  013_b\n2 ") << dry.out;
  EXPECT_EQ(dry.last_line(), "0 undone, 0 failed");
  const Json report = Json::parse(run({"down", "2", "--json"}).last_line());
  EXPECT_EQ(report["ok"], true);
  EXPECT_EQ(report["undone"].size(), 2U);
  EXPECT_EQ(report["undone"][0]["migration"], "014_c");
  EXPECT_EQ(report["left"], 4);
  const Json failure = Json::parse(run({"down", "2", "--json"}).last_line());
  EXPECT_EQ(failure["exit_code"], 1);
  EXPECT_EQ(failure["error"]["message"], "010_team has no down section");
  EXPECT_EQ(failure["undone"], Json::array()) << "the same keys as without an error";
  EXPECT_TRUE(failure["left"].is_null());
}

TEST_F(DownCommand, RedoSaysBoth) {
  const Outcome outcome = run({"redo"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("undone  014_c"), std::string::npos);
  EXPECT_NE(outcome.out.find("applied  014_c"), std::string::npos);
  EXPECT_NE(outcome.out.find("1 undone, 0 failed\n1 applied, 5 skipped, 0 failed\n"),
            std::string::npos)
      << outcome.out;
  const Json json = Json::parse(run({"redo", "2", "--json"}).last_line());
  EXPECT_EQ(json["undone"].size(), 2U);
  EXPECT_EQ(json["applied"].size(), 2U);
  EXPECT_EQ(json["left"], 6) << "what was applied again is there";
  EXPECT_EQ(json["applied_run_id"],
            session_.get("SELECT run_id FROM schema_migrations ORDER BY id DESC LIMIT 1"));
  EXPECT_NE(json["applied_run_id"], json["run_id"]);
}

TEST_F(DownCommand, AFailureNamesWhatWasUndoneBeforeIt) {
  builder_.add(15, "stuck", {"CREATE TABLE stuck (id int)"}).down("DROP TABLE stuck, elsewhere");
  builder_.add(16, "last", {"CREATE TABLE last (id int)"}).down("DROP TABLE last");
  run({"up"});
  const Json json = Json::parse(run({"down", "2", "--json"}).last_line());
  EXPECT_EQ(json["exit_code"], 1);
  ASSERT_EQ(json["undone"].size(), 1U);
  EXPECT_EQ(json["undone"][0]["migration"], "016_last");
  EXPECT_EQ(json["undone"][0]["version"], 16);
  const std::string hint = json["error"]["hint"];
  EXPECT_NE(hint.find("`forget 015_stuck`"), std::string::npos) << hint;
  EXPECT_EQ(session_.get("SELECT message FROM schema_migrations_log WHERE event = 'failed'"),
            "in its down section: table \"elsewhere\" does not exist");
  // The hint, followed.
  EXPECT_EQ(run({"forget", "015_stuck"}).code, 0);
  EXPECT_EQ(run({"down", "1"}).code, 0);
}

TEST_F(DownCommand, RedoThatFailsSaysWhatIsLeft) {
  builder_.add(15, "once", {"CREATE TABLE once (id int)"}).down("SELECT 1");
  run({"up"});
  const Outcome outcome = run({"redo"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("1 undone and not applied again: `up` applies them"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(outcome.last_line(), "1 undone, 1 failed");
  // As it says.
  session_.run("DROP TABLE once");
  EXPECT_EQ(run({"up"}).last_line(), "1 applied, 6 skipped, 0 failed");
}

}  // namespace
}  // namespace godwit::test
