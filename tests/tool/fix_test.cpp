// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

constexpr const char* kBefore =
    "CREATE TABLE a (id bigint PRIMARY KEY);\nBEGIN;\nCREATE TABLE b (id bigint PRIMARY KEY);\n"
    "COMMIT;\nCREATE TABLE c (id bigint PRIMARY KEY); COMMIT ;\n";
constexpr const char* kAfter =
    "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint PRIMARY KEY);\n"
    "CREATE TABLE c (id bigint PRIMARY KEY); \n";

class Fix : public ToolTest {};

TEST_F(Fix, EditsTheFilesAndReportsWhatIsLeft) {
  write("m/001_a.sql", kBefore);
  write("m/002_b.sql", "-- Dependencies: 1\nDROP TABLE a;\n");
  EXPECT_EQ(run("lint m").exit_code, 1);
  EXPECT_EQ(read("m/001_a.sql"), kBefore);
  const Result result = run("lint --fix m");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(read("m/001_a.sql"), kAfter);
  EXPECT_EQ(result.err.find("[transaction-control]"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("[drop-table]"), std::string::npos) << result.err;
  EXPECT_EQ(run("lint --fix --rule drop-table=off m").exit_code, 0);
  EXPECT_EQ(read("m/001_a.sql"), kAfter);
}

TEST_F(Fix, ADiffIsWhatPatchTakes) {
  write("m/001_a.sql", kBefore);
  const Result result = run("lint --diff m");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out,
            "--- a/m/001_a.sql\n+++ b/m/001_a.sql\n@@ -1,5 +1,3 @@\n"
            " CREATE TABLE a (id bigint PRIMARY KEY);\n-BEGIN;\n"
            "-CREATE TABLE b (id bigint PRIMARY KEY);\n-COMMIT;\n"
            "-CREATE TABLE c (id bigint PRIMARY KEY); COMMIT ;\n"
            "+CREATE TABLE b (id bigint PRIMARY KEY);\n"
            "+CREATE TABLE c (id bigint PRIMARY KEY); \n");
  EXPECT_EQ(read("m/001_a.sql"), kBefore);
  write("patch", result.out);
  ASSERT_EQ(std::system(("cd '" + folder().string() + "' && patch -s -p1 < patch").c_str()), 0);
  EXPECT_EQ(read("m/001_a.sql"), kAfter);
}

TEST_F(Fix, KeepsLineEndsAndTheByteOrderMark) {
  write("a.sql", "\xEF\xBB\xBF-- \xC3\xA4\r\nSELECT 1;\r\nCOMMIT;\r\nSELECT 2;\r\n");
  run("lint --fix a.sql");
  EXPECT_EQ(read("a.sql"), "\xEF\xBB\xBF-- \xC3\xA4\r\nSELECT 1;\r\nSELECT 2;\r\n");
}

TEST_F(Fix, EndsATransactionAndSplitsADrop) {
  write("a.sql", "-- Transaction: none\nBEGIN;\nDELETE FROM a WHERE b;");
  run("lint --fix a.sql");
  EXPECT_EQ(read("a.sql"), "-- Transaction: none\nBEGIN;\nDELETE FROM a WHERE b;\nCOMMIT;");
  write("b.sql", "-- Transaction: none\nDROP INDEX CONCURRENTLY IF EXISTS a, s.b;\n");
  run("lint --fix b.sql");
  EXPECT_EQ(read("b.sql"),
            "-- Transaction: none\nDROP INDEX CONCURRENTLY IF EXISTS a;\n"
            "DROP INDEX CONCURRENTLY IF EXISTS s.b;\n");
  // Two of them would be taken to be in a transaction, and what is not there would be dropped
  // again.
  write("d.sql", "DROP INDEX CONCURRENTLY a, s.b;\n");
  EXPECT_EQ(run("lint --fix d.sql").exit_code, 1);
  EXPECT_EQ(read("d.sql"), "DROP INDEX CONCURRENTLY a, s.b;\n");
  // What was to be rolled back would stay, and be committed.
  write("e.sql",
        "BEGIN;\nINSERT INTO a VALUES (1);\nCOMMIT;\nBEGIN;\nINSERT INTO a VALUES (2);\n"
        "ROLLBACK;\n");
  const std::string rolled_back = read("e.sql");
  EXPECT_EQ(run("lint --fix e.sql").exit_code, 1);
  EXPECT_EQ(read("e.sql"), rolled_back);
  write("c.sql", "SELECT 1;\nROLLBACK;\nSELECT 2;\n");
  EXPECT_EQ(run("lint --fix c.sql").exit_code, 1);
  EXPECT_EQ(read("c.sql"), "SELECT 1;\nROLLBACK;\nSELECT 2;\n");
}

TEST_F(Fix, TakesOutWhatIsSaidTwice) {
  write("a.sql",
        "UPDATE a SET b = f(1, 2), c = 2, b = f(1,  2) WHERE id = 1;\n"
        "UPDATE a SET b = c IS DISTINCT FROM d, b = c IS DISTINCT FROM d;\n"
        "UPDATE a SET b = 1, b = 1 FROM c WHERE a.id = c.id;\n");
  run("lint --fix a.sql");
  EXPECT_EQ(read("a.sql"),
            "UPDATE a SET b = f(1, 2), c = 2 WHERE id = 1;\n"
            "UPDATE a SET b = c IS DISTINCT FROM d;\n"
            "UPDATE a SET b = 1 FROM c WHERE a.id = c.id;\n");
  // Which of the two is meant is not known.
  write("b.sql", "UPDATE a SET b = 1, b = 2 WHERE id = 1;\n");
  EXPECT_EQ(run("lint --fix b.sql").exit_code, 1);
  EXPECT_EQ(read("b.sql"), "UPDATE a SET b = 1, b = 2 WHERE id = 1;\n");
}

TEST_F(Fix, WritesSetAndLooksAtDeferredConstraints) {
  write("a.sql", "-- Transaction: none\nSET LOCAL work_mem = '1GB';\n");
  run("lint --fix a.sql");
  EXPECT_EQ(read("a.sql"), "-- Transaction: none\nSET work_mem = '1GB';\n");
  write("m/001_a.sql",
        "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint PRIMARY "
        "KEY, a bigint REFERENCES a INITIALLY DEFERRED);\n");
  write("m/002_b.sql",
        "INSERT INTO b VALUES (1, 1);\n-- godwit:allow(drop-column) unused\nALTER "
        "TABLE b DROP COLUMN a;\n");
  EXPECT_EQ(run("lint m").exit_code, 1);
  EXPECT_EQ(run("lint --fix m").exit_code, 0);
  EXPECT_EQ(read("m/002_b.sql"),
            "INSERT INTO b VALUES (1, 1);\nSET CONSTRAINTS ALL IMMEDIATE;\n-- "
            "godwit:allow(drop-column) unused\nALTER TABLE b DROP COLUMN a;\n");
}

TEST_F(Fix, LeavesLockedMigrationsAlone) {
  write("m/001_a.sql", "SELECT 1;\n");
  run("lock m");
  write("m/001_a.sql", kBefore);
  run("lint --fix m");
  EXPECT_EQ(read("m/001_a.sql"), kBefore);
}

}  // namespace
}  // namespace godwit::test
