// SPDX-License-Identifier: Apache-2.0
//
// Seeds at the command line: what each command makes of them.
#include "sets.hpp"

#include <cstdio>
#include <string>

#include <unistd.h>

namespace godwit::test {
namespace {

TEST_F(Seeds, UpAndItsPreviewsTakeAMode) {
  EXPECT_EQ(run("first", {"check", "--seed=none"}).code, 3);
  const Outcome dry = run("first", {"up", "--dry-run", "--seed=acme"});
  EXPECT_EQ(dry.last_line(), "0 applied, 0 skipped, 0 failed");
  EXPECT_NE(dry.out.find("pending  acme/branding"), std::string::npos) << dry.out;
  EXPECT_EQ(dry.out.find("sample/users"), std::string::npos) << dry.out;
  EXPECT_EQ(run("first", {"up", "--seed=sample"}).last_line(), "5 applied, 0 skipped, 0 failed");
  EXPECT_EQ(run("first", {"up", "--seed=sample"}).last_line(), "0 applied, 5 skipped, 0 failed");
  EXPECT_EQ(run("first", {"up"}).last_line(), "0 applied, 4 skipped, 0 failed");
  EXPECT_EQ(run("first", {"check"}).code, 0);
  EXPECT_EQ(run("first", {"check", "--seed=full"}).code, 3);
  EXPECT_EQ(run("first", {"pending", "--seed=full"}).out, "acme/branding\n");
  EXPECT_EQ(run("first", {"wait", "--seed=sample", "--wait=1s"}).code, 0);
  const Outcome refused = run("first", {"up", "--seed=demo"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("there are no seeds \"demo\" in the set \"main\""), std::string::npos)
      << refused.err;
}

TEST_F(Seeds, StatusAndItsLikeShowThem) {
  run("first", {"up"});
  const Outcome status = run("first", {"status", "--seed=acme"});
  EXPECT_NE(status.out.find("reference/10_countries  applied"), std::string::npos) << status.out;
  EXPECT_NE(status.out.find("acme/branding           pending"), std::string::npos) << status.out;
  EXPECT_EQ(status.out.find("sample/users"), std::string::npos) << status.out;
  EXPECT_EQ(status.last_line(), "4 applied, 1 pending");
  EXPECT_EQ(run("second", {"status"}).last_line(), "3 applied, 1 pending");
  EXPECT_NE(run("first", {"history"}).out.find("reference/9_units"), std::string::npos);
  EXPECT_NE(run("first", {"info", "reference/9_units"}).out.find("Seed          reference"),
            std::string::npos);
  EXPECT_EQ(run("first", {"current"}).out, "R__names (head)\n");
  EXPECT_NE(run("first", {"info", "head"}).out.find("R__names"), std::string::npos);
  EXPECT_NE(run("first", {"plan", "--seed=acme"}).out.find("acme/branding"), std::string::npos);
  const Json json = Json::parse(run("first", {"status", "--json"}).out);
  const Json& last = json.at("migrations").back();
  EXPECT_EQ(last.at("migration"), "reference/10_countries");
  EXPECT_EQ(last.at("seed"), "reference");
  EXPECT_TRUE(last.at("version").is_null());
  EXPECT_EQ(run("first", {"verify"}).code, 0);
}

TEST_F(Seeds, TheCommandAppliesSeedsAlone) {
  const Outcome refused = run("first", {"seed", "sample"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("seeds come behind all migrations, and 001_shop is pending"),
            std::string::npos)
      << refused.err;
  EXPECT_FALSE(has_relation("countries"));
  EXPECT_EQ(run("first", {"up", "--seed=none"}).last_line(), "2 applied, 0 skipped, 0 failed");
  EXPECT_EQ(run("first", {"seed", "--dry-run"}).last_line(), "0 applied, 2 skipped, 0 failed");
  EXPECT_EQ(recorded(), "");
  EXPECT_EQ(run("first", {"seed"}).last_line(), "2 applied, 2 skipped, 0 failed");
  EXPECT_EQ(run("first", {"seed", "full"}).last_line(), "2 applied, 4 skipped, 0 failed");
  EXPECT_EQ(run("first", {"seed", "--seed=full"}).last_line(), "0 applied, 6 skipped, 0 failed");
  EXPECT_EQ(run("first", {"seed", "nothing"}).code, 2);
}

TEST_F(Seeds, ATargetIsAMigration) {
  EXPECT_EQ(run("first", {"up", "--to=1"}).last_line(), "1 applied, 0 skipped, 0 failed");
  EXPECT_EQ(run("first", {"apply", "acme/branding"}).code, 2);
  EXPECT_EQ(run("first", {"apply", "acme/branding", "--seed=acme"}).last_line().substr(0, 9),
            "1 applied");
  EXPECT_EQ(recorded(), "acme/branding");
}

TEST_F(Seeds, AreNeitherStampedNorUndoneNorLockedToTheirChecksum) {
  EXPECT_EQ(run("first", {"stamp", "--only", "head"}).out,
            "stamped  001_shop  recorded as applied\n1 stamped\n");
  EXPECT_EQ(run("first", {"stamp", "head"}).code, 0);
  EXPECT_EQ(recorded(), "");
  EXPECT_EQ(run("first", {"stamp", "reference/9_units"}).code, 2);
  EXPECT_EQ(run("first", {"forget", "1"}).code, 0);
  EXPECT_EQ(run("first", {"forget", "R__names"}).code, 2) << "it was not stamped either";
  run("first", {"up"});
  EXPECT_EQ(run("second", {"accept"}).last_line(), "0 accepted");
  EXPECT_EQ(run("first", {"forget", "reference/9_units"}).code, 0);
  EXPECT_EQ(run("first", {"up"}).last_line(), "1 applied, 3 skipped, 0 failed");
  EXPECT_EQ(run("first", {"down", "--to=base"}).code, 0);
  EXPECT_FALSE(has_relation("countries"));
}

TEST_F(Seeds, AFreshDatabaseHasThoseOfTheMode) {
  run("first", {"up", "--seed=full"});
  const std::string name = session_.get("SELECT current_database()");
  EXPECT_EQ(run("first", {"fresh", "--yes=" + name, "--seed=sample"}).code, 0);
  EXPECT_EQ(recorded(), "reference/9_units,reference/10_countries,sample/users");
  EXPECT_EQ(session_.get("SELECT count(*) FROM branding"), "0");
}

TEST_F(Seeds, ARehearsalLeavesNothing) {
  const Outcome outcome = run("first", {"up", "--rehearse", "--seed=full"});
  EXPECT_EQ(outcome.code, 0) << outcome.err << outcome.out;
  EXPECT_FALSE(has_relation("countries"));
  const Outcome broken = run("broken", {"up", "--rehearse"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_NE(broken.err.find("broken/reference/10_countries.sql:30:1: error: missing data for"),
            std::string::npos)
      << broken.err;
}

TEST_F(Seeds, AScriptForPsqlHasTheirRows) {
  const Outcome script = run("first", {"sql", "--seed=sample"});
  ASSERT_EQ(script.code, 0) << script.err;
  EXPECT_NE(script.out.find("\nde\ta\\tb\\\\c\nch\t;\n\\.\n"), std::string::npos) << script.out;
  EXPECT_EQ(script.out.find("branding'"), std::string::npos);
  const std::string file = testing::TempDir() + "/seeds_" + std::to_string(getpid()) + ".sql";
  std::FILE* out = std::fopen(file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  std::fputs(script.out.c_str(), out);
  std::fclose(out);
  const std::string command =
      "psql -X -q -d '" + database_.conninfo() + "' -f " + file + " > " + file + ".log 2>&1";
  // NOLINTNEXTLINE(cert-env33-c): psql is what the script is for
  EXPECT_EQ(std::system(command.c_str()), 0) << "see " << file << ".log";
  EXPECT_EQ(session_.get("SELECT string_agg(name, '|' ORDER BY code) FROM countries"),
            "Österreich's \"Land\" $$ /* ${x} :y|;|a\tb\\c");
  EXPECT_EQ(run("first", {"up", "--seed=sample"}).last_line(), "0 applied, 5 skipped, 0 failed");
  std::remove(file.c_str());
  std::remove((file + ".log").c_str());
}

// A customer's directory of one set says nothing of the others, whose seeds are as without it.
TEST_F(Seeds, AModeOfOneSetIsNoErrorOfAnother) {
  SetBuilder other;
  other.add(1, "bills", {"CREATE TABLE bills (id int)"});
  const auto up_both = [&](const std::string& seed) {
    Child child([&] {
      setenv("GODWIT_URL", database_.conninfo().c_str(), 1);
      unsetenv("DATABASE_URL");
      std::string mode = "--seed=" + seed;
      char app[] = "app";
      char up[] = "up";
      char all[] = "--all-databases";
      char* arguments[] = {app, up, all, mode.data(), nullptr};
      MigrationSet second = other.set();
      second.name = "billing";
      return run_cli(4, arguments, {release("first"), second});
    });
    const int code = child.wait();
    EXPECT_EQ(code == 0, child.err().empty()) << child.err();
    return code;
  };
  EXPECT_EQ(up_both("demo"), 2) << "which no set has";
  EXPECT_EQ(up_both("acme"), 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE migration_name = "
                         "'acme/branding' OR migration_set = 'billing'"),
            "2");
}

}  // namespace
}  // namespace godwit::test
