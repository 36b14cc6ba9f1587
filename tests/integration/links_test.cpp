// SPDX-License-Identifier: Apache-2.0
//
// Sets that depend on each other, and builds older than a squash: what the rows tell of migrations
// that the build at hand does not contain.
#include "command_line.hpp"

#include <godwit/maintenance.hpp>

namespace godwit::test {
namespace {

class Links : public CommandLine {
 protected:
  Links() {
    main_.add(1, "users", {"CREATE TABLE users (id int PRIMARY KEY)"}).down("DROP TABLE users");
    main_.add(2, "notes", {"CREATE TABLE notes (id int PRIMARY KEY)"})
        .depends_on({1})
        .down("DROP TABLE notes");
    billing_.add(1, "bills", {"CREATE TABLE bills (id int REFERENCES notes)"})
        .depends_on("main", 2)
        .down("DROP TABLE bills");
  }

  Outcome finish(Child& child) {
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }
  Outcome on(SetBuilder& builder, const std::vector<std::string>& arguments) {
    Child child(body_of(builder, arguments));
    return finish(child);
  }
  /// One binary with both.
  Outcome both(const std::vector<std::string>& arguments, const std::string& billing_url = {}) {
    const MigrationSet& first = main_.set();
    const MigrationSet& second = billing_.set();
    Child child([&, url = database_.conninfo()] {
      unsetenv("DATABASE_URL");
      setenv("GODWIT_URL", url.c_str(), 1);
      if (!billing_url.empty()) {
        setenv("GODWIT_URL_BILLING", billing_url.c_str(), 1);
      }
      std::vector<std::string> all = {"app"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& argument : all) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(all.size()), pointers.data(), {first, second});
    });
    return finish(child);
  }

  std::string rows() const {
    return session_.list(
        "SELECT migration_set || migration_number FROM schema_migrations ORDER BY "
        "id");
  }

  SetBuilder main_{"main"};
  SetBuilder billing_{"billing"};
};

TEST_F(Links, NothingIsUndoneOrForgottenThatAnotherSetNeeds) {
  EXPECT_EQ(on(main_, {"up"}).code, 0);
  EXPECT_EQ(on(billing_, {"up"}).code, 0);
  const std::string why =
      "002_notes cannot be undone: 001_bills of the set \"billing\" is applied "
      "and depends on it\n";
  // The binary of one set alone knows it from the rows.
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"down"},
                                             {"down", "--to=base"},
                                             {"redo"},
                                             {"down", "--dry-run"},
                                             {"down", "--rehearse"}}) {
    const Outcome outcome = on(main_, arguments);
    EXPECT_EQ(outcome.code, 1) << arguments.back();
    EXPECT_NE(outcome.err.find(why), std::string::npos) << outcome.err;
  }
  EXPECT_EQ(both({"down", "--set=main"}).code, 1);
  const Outcome forget = on(main_, {"forget", "2"});
  EXPECT_EQ(forget.code, 1);
  EXPECT_NE(forget.err.find("002_notes cannot be forgotten: 001_bills of the set \"billing\""),
            std::string::npos)
      << forget.err;
  EXPECT_EQ(rows(), "main1,main2,billing1");
  EXPECT_EQ(both({"validate"}).code, 0);
  EXPECT_EQ(on(billing_, {"down"}).code, 0);
  EXPECT_EQ(on(main_, {"down"}).code, 0);
  EXPECT_EQ(rows(), "main1");
}

TEST_F(Links, AStampedRowSaysWhatItNeedsToo) {
  EXPECT_EQ(on(main_, {"up"}).code, 0);
  EXPECT_EQ(on(billing_, {"stamp", "head"}).code, 0);
  EXPECT_EQ(on(main_, {"down"}).code, 1);
  EXPECT_EQ(on(billing_, {"forget", "1"}).code, 0);
  EXPECT_EQ(on(main_, {"down"}).code, 0);
}

TEST_F(Links, ValidateFindsWhatIsBroken) {
  EXPECT_EQ(both({"up"}).code, 0);
  session_.run(
      "DELETE FROM schema_migrations WHERE migration_set = 'main' AND migration_number = "
      "2");
  const Outcome alone = on(main_, {"validate"});
  EXPECT_EQ(alone.code, 4);
  EXPECT_NE(alone.out.find("001_bills of the set \"billing\" depends on migration 2, but 2 has not "
                           "been applied"),
            std::string::npos)
      << alone.out;
  const Outcome other = on(billing_, {"validate"});
  EXPECT_EQ(other.code, 4);
  EXPECT_NE(other.out.find("001_bills depends on migration main:2, but main:2 has not been "
                           "applied"),
            std::string::npos)
      << other.out;
  EXPECT_EQ(both({"validate"}).code, 4);
}

TEST_F(Links, ADryRunTakesTheSetsBeforeForApplied) {
  const Outcome dry = both({"up", "--dry-run"});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_NE(dry.out.find("pending  001_bills\n"), std::string::npos) << dry.out;
  EXPECT_FALSE(has_relation("schema_migrations"));
  const Outcome plan = both({"plan"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_EQ(both({"check"}).code, 3);
  // In a database of its own the other set never comes.
  const Database other;
  EXPECT_EQ(both({"up", "--dry-run"}, other.conninfo()).code, 1);
  EXPECT_EQ(both({"up"}, other.conninfo()).code, 1);
  EXPECT_EQ(both({"up"}).code, 0);
  // Where the phase leaves it out it does not come either.
  main_.add(3, "late", {"DROP TABLE users"}).phase(Phase::kContract);
  billing_.add(2, "more", {"SELECT 1"}).depends_on("main", 3);
  EXPECT_EQ(both({"up", "--dry-run"}).code, 0);
  EXPECT_EQ(both({"up", "--dry-run", "--phase=expand"}).code, 1);
}

TEST_F(Links, ATableOfAnOlderGodwitSaysNothing) {
  EXPECT_EQ(on(main_, {"up"}).code, 0);
  session_.run("ALTER TABLE schema_migrations DROP COLUMN needs, DROP COLUMN replaces");
  EXPECT_EQ(on(main_, {"validate"}).code, 0);
  EXPECT_EQ(on(main_, {"down"}).code, 0);
  EXPECT_EQ(on(main_, {"up"}).code, 0);
  EXPECT_EQ(on(billing_, {"up"}).last_line(), "1 applied, 0 skipped, 0 failed");
  EXPECT_EQ(on(billing_, {"validate"}).code, 0);
  EXPECT_EQ(on(main_, {"forget", "2"}).code, 0) << "nobody knows";
  EXPECT_EQ(on(main_, {"stamp", "2"}).code, 0);
  // As a check that lacks columns advises; from then on the rows say it.
  session_.run("ALTER TABLE schema_migrations ADD COLUMN needs text[], ADD COLUMN replaces text");
  EXPECT_EQ(on(billing_, {"redo"}).code, 0);
  EXPECT_EQ(on(main_, {"forget", "2"}).code, 1);
}

TEST_F(Links, EveryKindOfMigrationSaysWhatItNeeds) {
  SetBuilder kinds("kinds");
  kinds.add(1, "alone", {"SELECT 1"}).depends_on("main", 2).unchecked();
  kinds.add(2, "steps", {"SELECT 1"}).depends_on("main", 2).outside_transaction();
  kinds.add(0, "view", {"CREATE OR REPLACE VIEW v AS SELECT 1 AS one"})
      .depends_on("main", 2)
      .repeatable();
  const auto needs = [&] {
    return session_.list(
        "SELECT migration_name || array_to_string(needs, '+') FROM schema_migrations WHERE needs "
        "IS NOT NULL ORDER BY id");
  };
  EXPECT_EQ(on(main_, {"up"}).code, 0);
  EXPECT_EQ(on(kinds, {"up"}).code, 0);
  EXPECT_EQ(needs(), "001_alonemain:2,002_stepsmain:2,R__viewmain:2");
  // What a repeatable does not need any more is not in the way.
  SetBuilder later("kinds");
  later.add(1, "alone", {"SELECT 1"}).depends_on("main", 2).unchecked();
  later.add(2, "steps", {"SELECT 1"}).depends_on("main", 2).outside_transaction();
  later.add(0, "view", {"CREATE OR REPLACE VIEW v AS SELECT 2 AS one"}).repeatable();
  EXPECT_EQ(on(later, {"up"}).last_line(), "1 applied, 2 skipped, 0 failed");
  EXPECT_EQ(needs(), "001_alonemain:2,002_stepsmain:2");
}

class OlderThanTheSquash : public Links {
 protected:
  OlderThanTheSquash() {
    squashed_
        .add(103, "all",
             {"CREATE TABLE users (id int PRIMARY KEY)", "CREATE TABLE notes (id int PRIMARY KEY)"})
        .replaces({{1, 2}}, {1, 2})
        .down("DROP TABLE notes, users");
    squashed_.add(104, "later", {"CREATE TABLE later (id int)"}).depends_on({103});
  }
  SetBuilder squashed_{"main"};
};

TEST_F(OlderThanTheSquash, ABuildStartsOnADatabaseThatRanIt) {
  EXPECT_EQ(versions(up(squashed_.set())), "103,104");
  const Report report = up(main_.set());
  EXPECT_EQ(versions(report), "");
  EXPECT_EQ(report.skipped, 0U);
  EXPECT_EQ(on(main_, {"check"}).code, 0);
  Options waiting;
  waiting.wait = std::chrono::milliseconds{300};
  EXPECT_NO_THROW(wait_until_current(database_.conninfo(), main_.set(), waiting));
  const Outcome status = on(main_, {"status"});
  EXPECT_EQ(status.last_line(), "0 applied, 0 pending, 2 unknown, 2 covered");
  // What the squash does not stand for is applied, and what it stands for counts as there.
  main_.add(90, "hotfix", {"CREATE TABLE hotfix (id int)"}).depends_on({2});
  EXPECT_EQ(versions(up(main_.set())), "90");
  EXPECT_EQ(versions(up(squashed_.set())), "");
}

TEST_F(OlderThanTheSquash, AnotherSetFindsWhatItNeedsInIt) {
  up(squashed_.set());
  EXPECT_EQ(versions(up(billing_.set())), "1");
  EXPECT_EQ(on(billing_, {"validate"}).code, 0);
  EXPECT_EQ(on(squashed_, {"validate"}).code, 0);
  EXPECT_EQ(on(squashed_, {"forget", "104"}).code, 0);
  const Outcome outcome = on(squashed_, {"down"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("103_all cannot be undone: 001_bills of the set \"billing\""),
            std::string::npos)
      << outcome.err;
}

TEST_F(OlderThanTheSquash, ABreakingOneStopsIt) {
  SetBuilder breaking("main");
  breaking.add(103, "all", {"CREATE TABLE users (id int)"}).replaces({{1, 2}}, {1, 2}).breaking();
  up(breaking.set());
  EXPECT_EQ(failure(main_.set()).kind(), ErrorKind::kNewerDatabase);
}

}  // namespace
}  // namespace godwit::test
