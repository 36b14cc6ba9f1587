// SPDX-License-Identifier: Apache-2.0
//
// Two branches that took one number, and two that are to have one end.
#include <nlohmann/json.hpp>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

class Renumber : public ToolTest {
 protected:
  Renumber() {
    write("migrations/001_a.sql", "-- Migration 001: A\nCREATE TABLE a (id bigint PRIMARY KEY);\n");
    write("migrations/002_b.sql",
          "-- Migration 002: B\n-- Dependencies: 1\nCREATE TABLE b (id bigint PRIMARY KEY);\n");
    run("lock");
    // The other branch, written beside it.
    write(
        "migrations/002_c.up.sql",
        "-- Migration 002: C\r\n-- Dependencies: 1\r\nCREATE TABLE c (id bigint PRIMARY KEY);\r\n");
    write("migrations/002_c.down.sql", "DROP TABLE c;\n");
    write("migrations/002_c.verify.sql", "SELECT to_regclass('c') IS NOT NULL;\n");
    write("migrations/003_d.sql",
          "-- Migration 003: D\n-- Dependencies: 1, 002 (c)\nCREATE TABLE d (id bigint PRIMARY "
          "KEY);\n");
  }
};

TEST_F(Renumber, GivesTheNewOneTheNextNumberWithItsFilesAndDependants) {
  EXPECT_EQ(run("lint").exit_code, 1);
  const std::string changes =
      "002_c.down.sql becomes 004_c.down.sql\n002_c.up.sql becomes 004_c.up.sql\n"
      "002_c.verify.sql becomes 004_c.verify.sql\n003_d.sql:2: Dependencies: 002 becomes 004\n";
  const Result dry = run("renumber --dry-run");
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_EQ(dry.out, changes + "nothing was written; without --dry-run it is\n");
  EXPECT_NE(read("migrations/002_c.up.sql"), "");
  const auto json = nlohmann::json::parse(run("renumber --dry-run --json").out);
  EXPECT_EQ(json.at("renumbered").at(0).at("to"), 4);
  EXPECT_EQ(json.at("dry_run"), true);

  EXPECT_EQ(run("renumber").out, changes);
  EXPECT_EQ(
      read("migrations/004_c.up.sql"),
      "-- Migration 004: C\r\n-- Dependencies: 1\r\nCREATE TABLE c (id bigint PRIMARY KEY);\r\n");
  EXPECT_EQ(read("migrations/003_d.sql").find("-- Migration 003: D\n-- Dependencies: 1, 004 (c)\n"),
            0U);
  EXPECT_EQ(read("migrations/002_c.up.sql"), "");
  const Result lint = run("lint");
  EXPECT_EQ(lint.exit_code, 0) << lint.err;
  EXPECT_EQ(run("renumber").out, "no two migrations have one number: nothing to do\n");
}

TEST_F(Renumber, LockedOnesKeepTheirNumbers) {
  const Result locked = run("renumber 002_b");
  EXPECT_EQ(locked.exit_code, 2);
  EXPECT_EQ(locked.err,
            "godwit: error: 002_b is locked: databases have it under this number; renumber the one "
            "that is new\n");
  EXPECT_EQ(run("renumber nope").exit_code, 2);
  EXPECT_EQ(run("renumber 002_c --dry-run").exit_code, 0);
}

TEST_F(Renumber, WhereNeitherIsLockedOneHasToBeNamed) {
  write("other/7_a.sql", "SELECT 1;\n");
  write("other/7_b.sql", "SELECT 2;\n");
  const Result open = run("renumber -d other");
  EXPECT_EQ(open.exit_code, 2);
  EXPECT_NE(open.err.find("7_a and 7_b have one number, and neither is locked"), std::string::npos);
  EXPECT_EQ(run("renumber -d other 7_b").out, "7_b.sql becomes 8_b.sql\n");
}

TEST_F(Renumber, KeepsTheStyleOfTheName) {
  write("flyway/V1__a.sql", "SELECT 1;\n");
  write("flyway/V2__b.sql", "SELECT 1;\n");
  write("flyway/U2__b.sql", "SELECT 1;\n");
  EXPECT_EQ(run("renumber -d flyway 2").out,
            "U2__b.sql becomes U3__b.sql\nV2__b.sql becomes V3__b.sql\n");
  write("folders/2024-01-01-000000_a/up.sql", "SELECT 1;\n");
  write("folders/2024-01-01-000000_a/down.sql", "SELECT 1;\n");
  EXPECT_EQ(run("renumber -d folders 2024-01-01-000000_a").exit_code, 0);
  EXPECT_EQ(read("folders/20240101000001_a/up.sql"), "SELECT 1;\n");
}

TEST_F(Renumber, MergeWritesOneThatDependsOnBoth) {
  run("renumber");
  const Result merged = run("merge 3 003_d");
  EXPECT_EQ(merged.exit_code, 2);
  EXPECT_NE(merged.err.find("there is only one to merge (003_d)"), std::string::npos);
  const Result two = run("merge 2 003_d -m 'Join both'");
  EXPECT_EQ(two.exit_code, 0) << two.err;
  EXPECT_EQ(two.out, "migrations/005_join_both.up.sql\nmigrations/005_join_both.down.sql\n");
  EXPECT_NE(read("migrations/005_join_both.up.sql").find("-- Dependencies: 2, 3\n"),
            std::string::npos);
  const Result lint = run("lint");
  EXPECT_EQ(lint.exit_code, 0) << lint.err;
  EXPECT_EQ(run("merge 2 nope").exit_code, 2);
}

TEST_F(Renumber, MergeMaySayWhatItWouldWrite) {
  run("renumber");
  const Result dry = run("merge 2 3 --dry-run -m 'Join both'");
  EXPECT_EQ(dry.exit_code, 0) << dry.err;
  EXPECT_EQ(dry.out,
            "migrations/005_join_both.up.sql\nmigrations/005_join_both.down.sql\n"
            "nothing was written; without --dry-run it is\n");
  const auto json = nlohmann::json::parse(run("merge 2 3 --dry-run --json -m x").out);
  EXPECT_EQ(json.at("created").at(0), "migrations/005_x.up.sql");
  EXPECT_EQ(json.at("dry_run"), true);
  EXPECT_EQ(read("migrations/005_join_both.up.sql"), "");
  EXPECT_EQ(run("merge 2 3 -m 'Join both'").out,
            "migrations/005_join_both.up.sql\nmigrations/005_join_both.down.sql\n");
}

TEST_F(Renumber, MergeJoinsNothingWithWhatItComesFrom) {
  run("renumber");
  for (const char* names : {"1 3", "3 1", "2 3 1"}) {
    const Result result = run("merge " + std::string(names));
    EXPECT_EQ(result.exit_code, 2) << names;
    EXPECT_NE(result.err.find("depends on 001_a already: there is nothing to join"),
              std::string::npos)
        << result.err;
  }
}

TEST_F(Renumber, AFolderThatIsElsewhereCanBeNamed) {
  for (const char* command : {"merge heads -d nowhere", "renumber -d nowhere"}) {
    const Result result = run(command);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.err,
              "godwit: error: nowhere: No such file or directory; name the directory of the "
              "migrations with -d\n");
  }
}

TEST_F(Renumber, MergeOfAllHeads) {
  write("heads/1_a.sql", "-- Dependencies: None\nCREATE TABLE a (id bigint PRIMARY KEY);\n");
  write("heads/2_b.sql", "-- Dependencies: 1\nCREATE TABLE b (id bigint PRIMARY KEY);\n");
  write("heads/3_c.sql", "-- Dependencies: 1\nCREATE TABLE c (id bigint PRIMARY KEY);\n");
  EXPECT_EQ(run("merge heads -d heads --json").out,
            "{\n  \"created\": [\n    \"heads/4_merge_2_and_3.sql\"\n  ]\n}\n");
  EXPECT_NE(read("heads/4_merge_2_and_3.sql").find("-- Dependencies: 2, 3\n"), std::string::npos);
  EXPECT_EQ(run("lint heads").exit_code, 0);
  EXPECT_EQ(run("merge heads -d heads").exit_code, 2);
}

class SquashFiles : public ToolTest {
 protected:
  SquashFiles() {
    write("migrations/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
    write("migrations/002_b.sql", "-- Dependencies: 1\nALTER TABLE a ADD COLUMN b text;\n");
    write("migrations/003_c.sql",
          "-- Dependencies: 2\nCREATE TABLE c (id bigint PRIMARY KEY, a bigint);\n");
    write("migrations/004_all.sql",
          "-- Replaces: 1-2\nCREATE TABLE a (id bigint PRIMARY KEY, b text);\n");
    run("lock");
  }
  void remove_originals() const {
    std::filesystem::remove(folder() / "migrations/001_a.sql");
    std::filesystem::remove(folder() / "migrations/002_b.sql");
  }
};

TEST_F(SquashFiles, TheSquashStandsWhereTheOriginalsStood) {
  const std::string list = run("list").out;
  EXPECT_LT(list.find("001_a"), list.find("002_b"));
  EXPECT_LT(list.find("002_b"), list.find("004_all"));
  EXPECT_LT(list.find("004_all"), list.find("003_c"));
  const auto json = nlohmann::json::parse(run("list --json").out).at("migrations");
  EXPECT_EQ(json.at(0).at("replaced_by"), 4);
  EXPECT_EQ(json.at(2).at("replaces"), "1-2");
  EXPECT_EQ(json.at(3).at("dependencies"), nlohmann::json::array({4}));
  EXPECT_EQ(run("lint").exit_code, 0) << run("lint").err;
  EXPECT_NE(run("explain").out.find("004_all up"), std::string::npos);
}

TEST_F(SquashFiles, TheOriginalsMayGoAndTheirLinesStay) {
  const std::string before = read("migrations/godwit.lock");
  remove_originals();
  const Result lint = run("lint");
  EXPECT_EQ(lint.exit_code, 0) << lint.err;
  EXPECT_EQ(run("lock").exit_code, 0);
  EXPECT_EQ(read("migrations/godwit.lock"), before);
  EXPECT_EQ(run("lock --check").exit_code, 0);
  // Without their lines too.
  EXPECT_EQ(run("lock --accept 1 --accept 2").exit_code, 0);
  EXPECT_EQ(read("migrations/godwit.lock").find("1 a "), std::string::npos);
  EXPECT_EQ(run("lint").exit_code, 0);
}

TEST_F(SquashFiles, TheTableSaysWhatADatabaseMustHave) {
  write("m.manifest",
        "godwit-manifest 1\nheader m.hpp\nnamespace m\nname main\npostgres 15\nroot " +
            (folder() / "migrations").string() + "\nlock " +
            (folder() / "migrations/godwit.lock").string() + "\nfile " +
            (folder() / "migrations/003_c.sql").string() + "\nfile " +
            (folder() / "migrations/004_all.sql").string() + "\n");
  remove_originals();
  const Result result = run("generate m.manifest -o m.cpp");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string text = read("m.cpp");
  EXPECT_NE(text.find("kRanges[] = {\n    {1, 2},\n}"), std::string::npos) << text;
  EXPECT_NE(text.find("kVersions[] = {\n    1,\n    2,\n}"), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
