// SPDX-License-Identifier: Apache-2.0
#include "run_tool.hpp"

namespace godwit::test {
namespace {

class LockCommand : public ToolTest {
 protected:
  LockCommand() {
    write("migrations/001_a.sql", "SELECT 1;\n");
    write("migrations/002_b.sql", "SELECT 2;\n");
  }
  std::string lock_file() const { return read("migrations/godwit.lock"); }
};

TEST_F(LockCommand, WritesAndThenHasNothingToDo) {
  const Result first = run("lock");
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, "migrations/godwit.lock: 2 migrations, 2 of them new or accepted\n");
  EXPECT_EQ(lock_file().rfind("1 a ", 0), 0U);
  const Result second = run("lock");
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.out, "migrations/godwit.lock: all 2 migrations locked already\n");
}

TEST_F(LockCommand, CheckFailsOnWhatIsNotLocked) {
  Result result = run("lock --check");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "migrations/godwit.lock: 2 migrations are not locked; run `godwit lock`\n");
  EXPECT_EQ(lock_file(), "");
  run("lock");
  result = run("lock --check");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "migrations/godwit.lock: all 2 migrations locked\n");
  write("migrations/003_c.sql", "SELECT 3;\n");
  EXPECT_EQ(run("lock --check").exit_code, 1);
}

TEST_F(LockCommand, KeepsTheOrderOfTheSet) {
  write("migrations/001_a.sql", "-- Dependencies: 3\nSELECT 1;\n");
  write("migrations/003_c.sql", "SELECT 3;\n");
  run("lock");
  const std::string text = lock_file();
  EXPECT_LT(text.find("2 b "), text.find("3 c "));
  EXPECT_LT(text.find("3 c "), text.find("1 a "));
}

TEST_F(LockCommand, RefusesToLockAnEditByItself) {
  run("lock");
  const std::string before = lock_file();
  write("migrations/001_a.sql", "SELECT 10;\n");
  const Result refused = run("lock");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("[edited-locked-migration]"), std::string::npos);
  EXPECT_EQ(lock_file(), before);
  EXPECT_EQ(run("lock --accept 2").exit_code, 1);  // another one
  const Result accepted = run("lock --accept 1");
  EXPECT_EQ(accepted.exit_code, 0) << accepted.err;
  EXPECT_EQ(accepted.out, "migrations/godwit.lock: 2 migrations, 1 of them new or accepted\n");
  EXPECT_NE(lock_file(), before);
  EXPECT_EQ(run("lock --check").exit_code, 0);
}

TEST_F(LockCommand, AcceptDropsARemovedMigration) {
  run("lock");
  std::filesystem::remove(folder() / "migrations/002_b.sql");
  EXPECT_EQ(run("lock").exit_code, 1);
  EXPECT_EQ(run("lock --accept 2").exit_code, 0);
  EXPECT_EQ(lock_file().find("2 b"), std::string::npos);
  EXPECT_EQ(run("lock --accept 9").exit_code, 2);
}

TEST_F(LockCommand, MendsTheDigestAfterAMerge) {
  run("lock");
  const std::string whole = lock_file();
  write("migrations/003_c.sql", "SELECT 3;\n");
  run("lock");
  const std::string merged = lock_file();
  // Git took the lines of both branches and the digest of one.
  write("migrations/godwit.lock",
        merged.substr(0, merged.find("digest")) + whole.substr(whole.find("digest")));
  EXPECT_EQ(run("lint").exit_code, 1);
  EXPECT_EQ(run("lock --check").exit_code, 1);
  EXPECT_EQ(run("lock").exit_code, 0);
  EXPECT_EQ(lock_file(), merged);
}

TEST_F(LockCommand, ABrokenLineIsNeverMended) {
  run("lock");
  const std::string whole = lock_file();
  write("migrations/godwit.lock", "<<<<<<< HEAD\n" + whole);
  EXPECT_EQ(run("lock").exit_code, 1);
  EXPECT_EQ(lock_file(), "<<<<<<< HEAD\n" + whole);
}

TEST_F(LockCommand, LateArrivalsMustDeclare) {
  write("migrations/005_e.sql", "SELECT 5;\n");
  run("lock");
  write("migrations/004_d.sql", "SELECT 4;\n");
  EXPECT_EQ(run("lock").exit_code, 1);
  write("migrations/004_d.sql", "-- Dependencies: 2\nSELECT 4;\n");
  EXPECT_EQ(run("lock").exit_code, 0);
}

}  // namespace
}  // namespace godwit::test
