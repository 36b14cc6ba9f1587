// SPDX-License-Identifier: Apache-2.0
//
// `--phase`: what is applied before a release, and what after it.
#include "command_line.hpp"

namespace godwit::test {
namespace {

class Phases : public CommandLine {
 protected:
  Phases() {
    builder_.add(11, "new_name", {"ALTER TABLE users ADD COLUMN full_name text"})
        .depends_on({1})
        .phase(Phase::kExpand);
    builder_.add(12, "old_name", {"ALTER TABLE users DROP COLUMN id"}).phase(Phase::kContract);
    builder_.add(13, "after_it", {"CREATE TABLE after_it (id int)"}).depends_on({12});
    builder_.add(14, "free", {"CREATE TABLE free (id int)"}).depends_on({});
  }

  static Options expand() {
    Options options;
    options.phase = Phase::kExpand;
    return options;
  }
};

TEST_F(Phases, ExpandLeavesContractAndWhatDependsOnIt) {
  const Report report = up(builder_.set(), expand());
  EXPECT_EQ(versions(report), "1,7,10,11,14");
  ASSERT_EQ(report.postponed.size(), 2U);
  EXPECT_EQ(report.postponed[0]->version, 12);
  EXPECT_EQ(report.postponed[1]->version, 13);
  EXPECT_EQ(report.skipped, 0U);
  EXPECT_EQ(versions(up(builder_.set(), expand())), "");
  // Written later, applied late: that is what a contract migration is for.
  EXPECT_EQ(versions(up(builder_.set())), "12,13");
}

TEST_F(Phases, ContractComesLastAndOnlyThen) {
  Options contract;
  contract.phase = Phase::kContract;
  const Error error = failure(builder_.set(), contract);
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.detail().message,
            "001_users is pending, and is no contract migration: the schema has not been expanded "
            "yet");
  EXPECT_FALSE(has_relation("schema_migrations"));
  up(builder_.set(), expand());
  const Report report = up(builder_.set(), contract);
  EXPECT_EQ(versions(report), "12,13");
  EXPECT_TRUE(report.postponed.empty());
}

TEST_F(Phases, AReplicaOfThePhaseWaitsForNoMoreThanThePhase) {
  up(builder_.set(), expand());
  Options waiting = expand();
  waiting.wait = std::chrono::milliseconds{300};
  EXPECT_NO_THROW(wait_until_current(database_.conninfo(), builder_.set(), waiting));
  Options all;
  all.wait = std::chrono::milliseconds{300};
  EXPECT_EQ(
      failure_of([&] { wait_until_current(database_.conninfo(), builder_.set(), all); }).kind(),
      ErrorKind::kBusy);
}

TEST_F(Phases, TheCommandLineSaysWhatStays) {
  Outcome outcome = run({"check", "--phase=expand"});
  EXPECT_EQ(outcome.code, 3);
  outcome = run({"up", "--phase=expand"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("postponed  012_old_name\npostponed  013_after_it\n2 stay pending"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.last_line(), "5 applied, 0 skipped, 0 failed");
  outcome = run({"check", "--phase=expand"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.out.find("postponed  012_old_name\n"), std::string::npos);
  EXPECT_EQ(run({"check"}).code, 3);
  const Json json = Json::parse(run({"check", "--phase=expand", "--json"}).out);
  EXPECT_EQ(json["postponed"], Json::array({"012_old_name", "013_after_it"}));
  EXPECT_EQ(run({"validate"}).code, 0);
  EXPECT_EQ(run({"up", "--phase=contract"}).last_line(), "2 applied, 5 skipped, 0 failed");
  EXPECT_NE(run({"info", "12"}).out.find("Phase         contract\n"), std::string::npos);
  EXPECT_EQ(run({"up", "--phase=later"}).code, 2);
}

TEST_F(Phases, LookingAheadKeepsToThePhaseToo) {
  Outcome outcome = run({"plan", "--phase=expand"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.find("012_old_name, "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("postponed  012_old_name\npostponed  013_after_it\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.last_line().substr(0, 9), "5 pending");
  const Json plan = Json::parse(run({"plan", "--phase=expand", "--json"}).out);
  EXPECT_EQ(plan["migrations"].size(), 5U);
  EXPECT_EQ(plan["postponed"], Json::array({"012_old_name", "013_after_it"}));
  EXPECT_EQ(run({"plan"}).last_line().substr(0, 9), "7 pending");
  EXPECT_EQ(run({"plan", "--phase=contract"}).code, 1) << "as up";
  EXPECT_EQ(run({"pending", "--phase=expand"}).out,
            "001_users\n007_crm\n010_team\n011_new_name\n014_free\n");
  outcome = run({"up", "--rehearse", "--phase=expand"});
  EXPECT_EQ(outcome.last_line(), "rehearsed: 5 well, 0 left out, 0 failed; all was rolled back")
      << outcome.err;
  EXPECT_EQ(outcome.out.find("applied  012_old_name"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("postponed  012_old_name\n"), std::string::npos) << outcome.out;
  EXPECT_EQ(run({"up", "--rehearse", "--phase=contract"}).code, 1);
  run({"up", "--phase=expand"});
  EXPECT_EQ(run({"pending", "--phase=contract"}).out, "012_old_name\n013_after_it\n");
  EXPECT_EQ(run({"up", "--rehearse", "--phase=contract"}).last_line(),
            "rehearsed: 2 well, 0 left out, 0 failed; all was rolled back");
}

TEST_F(Phases, LinearOrderRefusesALateContractToo) {
  up(builder_.set(), expand());
  Options linear;
  linear.order = OrderPolicy::kLinear;
  EXPECT_EQ(failure(builder_.set(), linear).kind(), ErrorKind::kDrift);
}

}  // namespace
}  // namespace godwit::test
