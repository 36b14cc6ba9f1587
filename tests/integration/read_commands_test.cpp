// SPDX-License-Identifier: Apache-2.0
//
// history, current, heads, pending, show, graph, verify: commands that only read.
#include "command_line.hpp"

namespace godwit::test {
namespace {

class ReadCommands : public CommandLine {};

TEST_F(ReadCommands, HistoryIsWhatWasAppliedAndVerboseTheLog) {
  EXPECT_EQ(run({"history"}).code, 0) << "also where nothing was ever applied";
  EXPECT_EQ(run({"history", "-v"}).code, 0);
  builder_.add(12, "bad", {"SELECT nope"});
  run({"up"});
  run({"forget", "10"});
  const Outcome outcome = run({"history"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("001_users"), std::string::npos);
  EXPECT_LT(outcome.out.find("001_users"), outcome.out.find("007_crm"));
  EXPECT_EQ(outcome.out.find("010_team"), std::string::npos) << outcome.out;
  const Outcome log = run({"history", "-v"});
  EXPECT_NE(log.out.find("column \"nope\" does not exist [42703] at migrations/012_bad.sql:1"),
            std::string::npos)
      << log.out;
  EXPECT_NE(log.out.find("forgotten"), std::string::npos);
  const Json json = Json::parse(run({"history", "-v", "--json"}).out);
  ASSERT_EQ(json["log"].size(), 5U);
  EXPECT_EQ(json["log"][0]["event"], "applied");
  EXPECT_EQ(json["log"][3]["event"], "failed");
  EXPECT_EQ(json["log"][3]["sqlstate"], "42703");
  EXPECT_EQ(json["log"][4]["event"], "forgotten");
  EXPECT_EQ(Json::parse(run({"history", "--json"}).out)["migrations"].size(), 2U);
}

TEST_F(ReadCommands, CurrentPendingAndHeads) {
  EXPECT_EQ(run({"current"}).out, "base (nothing is applied)\n");
  EXPECT_EQ(run({"pending"}).out, "001_users\n007_crm\n010_team\n");
  run({"up", "7"});
  EXPECT_EQ(run({"current"}).code, 0);
  run({"up", "--to=7"});
  EXPECT_EQ(run({"current"}).out, "007_crm (1 pending)\n");
  EXPECT_EQ(run({"pending"}).out, "010_team\n");
  EXPECT_EQ(Json::parse(run({"pending", "--json"}).out)["pending"][0]["version"], 10);
  run({"up"});
  EXPECT_EQ(run({"current"}).out, "010_team (head)\n");
  EXPECT_EQ(Json::parse(run({"current", "--json"}).out)["current"]["migration"], "010_team");
  EXPECT_EQ(run({"pending"}).out, "");
  builder_.add(12, "other", {"SELECT 1"}).depends_on({1});
  EXPECT_EQ(run({"heads"}).out, "010_team\n012_other\n");
  EXPECT_EQ(Json::parse(run({"heads", "--json"}).out)["heads"].size(), 2U);
  EXPECT_EQ(run({"show", "head"}).out.substr(0, 24), "Migration     012_other\n");
}

TEST_F(ReadCommands, AfterALateArrivalCurrentSaysWhatDownBeginsWith) {
  builder_.add(12, "early", {"SELECT 1"}).depends_on({1}).down("SELECT 1");
  builder_.add(13, "last", {"SELECT 1"}).depends_on({1}).down("SELECT 1");
  run({"apply", "13"});
  run({"up"});
  EXPECT_EQ(run({"current"}).out,
            "013_last (head)\napplied after it: 012_early, which `down` undoes first\n");
  EXPECT_EQ(run({"down"}).out.substr(0, 17), "undone  012_early");
  EXPECT_EQ(run({"current"}).out.substr(0, 22), "013_last (1 pending)\na");
}

TEST_F(ReadCommands, InfoTakesEveryTarget) {
  const auto said = [&](const std::string& target) {
    const Outcome outcome = run({"info", target});
    return outcome.code == 0 ? outcome.out.substr(14, outcome.out.find('\n') - 14) : outcome.err;
  };
  run({"up", "--to=7"});
  EXPECT_EQ(said("head"), "010_team");
  EXPECT_EQ(said("+1"), "010_team");
  EXPECT_EQ(said("previous"), "001_users") << "where `up --to=previous` ends";
  EXPECT_EQ(said("-1"), "001_users");
  EXPECT_NE(said("+2").find("\"+2\" is beyond the last one"), std::string::npos) << said("+2");
  EXPECT_NE(said("-2").find("\"-2\" is before the first migration"), std::string::npos);
  EXPECT_NE(said("base").find("\"base\" is before the first migration"), std::string::npos);
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, migration_set, kind, "
      "state, run_id) VALUES ('099_other', 99, 'main', 'versioned', 'applied', gen_random_uuid())");
  EXPECT_EQ(said("99"), "099_other");
  EXPECT_EQ(said("099_other"), "099_other");
}

TEST_F(ReadCommands, ValidateNamesAMarkThatRepairWouldWrite) {
  run({"up"});
  session_.run("UPDATE schema_migrations SET breaking = true WHERE migration_number = 7");
  const Outcome outcome = run({"validate"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.out.find("007_crm is not breaking in this build, and in the history it is so: "
                             "`repair` mends that"),
            std::string::npos)
      << outcome.out;
  run({"repair", "--write"});
  EXPECT_EQ(run({"validate"}).code, 0);
}

TEST_F(ReadCommands, GraphInThreeFormatsWithoutADatabase) {
  const auto graph = [&](const std::string& format) {
    return run({"graph", "--format", format, "--url", "host=/nowhere"}).out;
  };
  EXPECT_EQ(graph("text"), "001_users\n007_crm  <- 001_users\n010_team  <- 007_crm\n");
  EXPECT_EQ(graph("dot"),
            "digraph migrations {\n  m1 [label=\"001_users\"];\n  m7 [label=\"007_crm\"];\n"
            "  m1 -> m7;\n  m10 [label=\"010_team\"];\n  m7 -> m10;\n}\n");
  EXPECT_EQ(graph("mermaid"),
            "graph LR\n  m1[\"001_users\"]\n  m7[\"007_crm\"]\n  m1 --> m7\n"
            "  m10[\"010_team\"]\n  m7 --> m10\n");
  EXPECT_EQ(run({"graph", "--format", "png"}).code, 2);
  EXPECT_EQ(Json::parse(run({"graph", "--json"}).out)["migrations"][1]["dependencies"],
            Json::array({"001_users"}));
}

TEST_F(ReadCommands, VerifyRunsAllAndGoesOnAfterAFailure) {
  builder_.add(12, "a", {"CREATE TABLE a (id int)"})
      .verify({"SELECT to_regclass('a') IS NOT NULL", "SELECT count(*) = 0 FROM a"});
  builder_.add(13, "b", {"CREATE TABLE b (id int)"})
      .verify({"SELECT to_regclass('b') IS NOT NULL"});
  EXPECT_EQ(run({"verify"}).out,
            "0 verified, 0 failed, 0 without a verify section\n"
            "nothing is applied, 5 pending: there was nothing to verify\n");
  run({"up"});
  const Outcome good = run({"verify"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_EQ(good.out,
            "holds  012_a\nholds  013_b\n2 verified, 0 failed, 3 without a verify section\n");
  session_.run("INSERT INTO a VALUES (1)");
  const Outcome bad = run({"verify"});
  EXPECT_EQ(bad.code, 11);
  EXPECT_EQ(bad.out, "holds  013_b\n1 verified, 1 failed, 3 without a verify section\n");
  EXPECT_NE(bad.err.find("migrations/012_a"), std::string::npos) << bad.err;
  const Json json = Json::parse(run({"verify", "--json"}).out);
  EXPECT_EQ(json["exit_code"], 11);
  EXPECT_EQ(json["failures"][0]["migration"], "012_a");
  session_.run("DROP TABLE b");
  EXPECT_EQ(run({"verify"}).last_line(), "0 verified, 2 failed, 3 without a verify section");
}

}  // namespace
}  // namespace godwit::test
