// SPDX-License-Identifier: Apache-2.0
//
// `redo` undoes nothing that could not be applied again.
#include "command_line.hpp"

#include <godwit/maintenance.hpp>

namespace godwit::test {
namespace {

class Redo : public CommandLine {
 protected:
  Redo() {
    builder_.add(14, "c", {"CREATE TABLE c (id int)"}).down("DROP TABLE c");
    with_late_.add(1, "users", {"CREATE TABLE users (id int)"});
    with_late_.add(7, "crm", {"CREATE TABLE clients (id int)"}).depends_on({1});
    with_late_.add(10, "team", {"ALTER TABLE clients ADD COLUMN team int"}).depends_on({7});
    with_late_.add(13, "b", {"CREATE TABLE b (id int)"}).down("DROP TABLE b");
    with_late_.add(14, "c", {"CREATE TABLE c (id int)"}).down("DROP TABLE c");
  }

  Outcome run_on(SetBuilder& builder, const std::vector<std::string>& arguments) {
    Child child(body_of(builder, arguments));
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }

  std::string log() const {
    return session_.list(
        "SELECT event || ' ' || migration_number FROM schema_migrations_log "
        "WHERE event <> 'applied' ORDER BY id");
  }

  SetBuilder with_late_;
};

TEST_F(Redo, OfALateArrivalIsRefusedBeforeAnythingIsUndone) {
  run({"up"});
  EXPECT_EQ(run_on(with_late_, {"up", "--order=any"}).code, 0);
  Outcome outcome = run_on(with_late_, {"redo"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("nothing was undone, since it could not be applied again: migration "
                             "013_b arrives late: 014_c stands after it"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(outcome.err.find("`up` applies them"), std::string::npos) << outcome.err;
  EXPECT_EQ(applied(), "1,7,10,14,13");
  EXPECT_EQ(log(), "");
  outcome = run_on(with_late_, {"redo", "--rehearse"});
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  outcome = run_on(with_late_, {"redo", "--order=any"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(log(), "undone 13");
  EXPECT_EQ(applied(), "1,7,10,14,13");
}

TEST_F(Redo, WithDriftElsewhereIsRefusedAndOfTheEditedOneIsNot) {
  run({"up"});
  session_.run("UPDATE schema_migrations SET checksum = 'old' WHERE migration_number = 7");
  const Outcome outcome = run({"redo"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("nothing was undone"), std::string::npos) << outcome.err;
  EXPECT_EQ(applied(), "1,7,10,14");
  EXPECT_EQ(run({"redo", "--on-drift=warn"}).code, 0);
  session_.run(
      "UPDATE schema_migrations SET checksum = 'old' WHERE migration_number = 14;"
      "UPDATE schema_migrations SET checksum = (SELECT checksum FROM schema_migrations_log WHERE "
      "migration_number = 7 LIMIT 1) WHERE migration_number = 7");
  EXPECT_EQ(run({"redo"}).code, 0) << "that is what it is for";
  EXPECT_EQ(run({"check"}).code, 0);
}

TEST_F(Redo, OfWhatThePhaseLeavesOutIsRefused) {
  builder_.add(15, "drop", {"DROP TABLE c"})
      .down("CREATE TABLE c (id int)")
      .phase(Phase::kContract);
  run({"up"});
  const Outcome outcome = run({"redo", "--phase=expand"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("--phase=expand leaves 015_drop for the contract phase"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(applied(), "1,7,10,14,15");
  EXPECT_EQ(run({"redo"}).code, 0);
}

TEST_F(Redo, WhereAnotherSetIsGoneIsRefused) {
  SetBuilder billing("billing");
  billing.add(1, "bills", {"CREATE TABLE bills (id int)"})
      .depends_on("main", 7)
      .down("DROP TABLE bills");
  run({"up"});
  EXPECT_EQ(run_on(billing, {"up"}).code, 0);
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 7");
  const Outcome outcome = run_on(billing, {"redo"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("nothing was undone, since it could not be applied again: migration 1 "
                             "depends on migration main:7, but main:7 has not been applied"),
            std::string::npos)
      << outcome.err;
  EXPECT_TRUE(has_relation("bills"));
}

TEST_F(Redo, OfWhatThisBuildDoesNotContainIsRefused) {
  run_on(with_late_, {"up"});
  SetBuilder smaller;
  smaller.add(1, "users", {"CREATE TABLE users (id int)"});
  smaller.add(7, "crm", {"CREATE TABLE clients (id int)"}).depends_on({1});
  smaller.add(10, "team", {"ALTER TABLE clients ADD COLUMN team int"}).depends_on({7});
  DownOptions wanted;
  wanted.use_stored = true;
  const Error error =
      failure_of([&] { Migrator(database_.conninfo(), smaller.set()).redo(wanted); });
  EXPECT_NE(error.detail().message.find("this build does not contain 014_c"), std::string::npos)
      << error.what();
  EXPECT_TRUE(has_relation("c"));
}

TEST_F(Redo, OfOriginalsThatASquashWouldReplaceIsRefused) {
  SetBuilder both;
  both.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  both.add(2, "all", {"CREATE TABLE users (id int)"}).replaces({{1, 1}}, {1});
  SetBuilder old;
  old.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  EXPECT_EQ(run_on(old, {"up"}).code, 0);
  const Outcome outcome = run_on(both, {"redo"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("a squash would be run in the place of 001_users"), std::string::npos)
      << outcome.err;
  EXPECT_EQ(applied(), "1");
}

TEST_F(Redo, DryRunSaysBothHalves) {
  run({"up"});
  const Outcome outcome = run({"redo", "--dry-run"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.substr(0, 15), "to undo  014_c\n") << outcome.out;
  EXPECT_NE(outcome.out.find("\npending  014_c\n1 would be applied to "), std::string::npos)
      << outcome.out;
  const Json json = Json::parse(run({"redo", "--dry-run", "--json"}).last_line());
  EXPECT_EQ(json["planned"][0]["version"], 14);
  EXPECT_EQ(json["left"], 4) << "as after redo";
  EXPECT_EQ(applied(), "1,7,10,14");
  EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace godwit::test
