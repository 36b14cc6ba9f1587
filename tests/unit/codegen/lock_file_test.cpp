// SPDX-License-Identifier: Apache-2.0
#include "order/lock_file.hpp"

#include <gtest/gtest.h>

#include "order/dependency_order.hpp"
#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::findings;
using test::TemporaryFolder;

class Lock : public ::testing::Test {
 protected:
  /// Reads the folder again and compares it with its lock file.
  std::string check() {
    read();
    check_lock(lock, in_order, diagnostics);
    diagnostics.sort();
    return findings(diagnostics);
  }

  void write_lock() {
    read();
    folder.write("godwit.lock", lock_text(updated_lock(lock, in_order)));
  }

  void read() {
    diagnostics = {};
    in_order.clear();
    store.clear();
    sources = load_set(list_directory(folder.path()), store, diagnostics);
    for (const std::size_t i : order_set(sources, diagnostics).order)
      in_order.push_back(&sources[i]);
    lock = read_lock_file(folder.path() / "godwit.lock", store, diagnostics);
  }

  TemporaryFolder folder;
  FileStore store;
  std::vector<MigrationSource> sources;
  std::vector<const MigrationSource*> in_order;
  LockFile lock;
  Diagnostics diagnostics;
};

TEST_F(Lock, HasALineAMigrationInSetOrderAndADigest) {
  folder.write("001_a.sql", "-- Dependencies: 2\nselect 1;\n");
  folder.write("002_b.sql", "select 1;\n");
  write_lock();
  read();
  const std::string lines =
      "2 b " + sources[1].up.file().checksum() + "\n1 a " + sources[0].up.file().checksum() + "\n";
  EXPECT_EQ(lock.file->text(), lines + "digest " + sha256_hex(lines) + "\n");
  EXPECT_EQ(set_digest(in_order), sha256_hex(lines));
  EXPECT_EQ(check(), "");
}

TEST_F(Lock, NoLockFileIsANote) {
  folder.write("001_a.sql", "select 1;");
  EXPECT_EQ(check(),
            "001_a.sql:1:1: note: the set has no lock file, so an edited migration goes unnoticed "
            "[unlocked-migration]\n");
}

TEST_F(Lock, NewMigrationsAreANote) {
  folder.write("001_a.sql", "select 1;");
  write_lock();
  folder.write("002_b.sql", "select 1;");
  folder.write("003_c.sql", "select 1;");
  EXPECT_EQ(check(),
            "godwit.lock:1:1: note: 2 migrations are not locked yet: 2, 3 [unlocked-migration]\n");
}

TEST_F(Lock, EditsAreRefusedUnlessTheHeaderAcceptsThem) {
  folder.write("001_a.sql", "select 1;\n");
  write_lock();
  const std::string before = sources[0].up.file().checksum();
  folder.write("001_a.sql", "select 2;\n");
  const std::string found = check();
  const std::string after = sources[0].up.file().checksum();
  EXPECT_EQ(found,
            "001_a.sql:1:1: error: migration 1 is locked, but was edited: " + after.substr(0, 12) +
                "… is not the locked " + before.substr(0, 12) + "… [edited-locked-migration]\n");
  folder.write("001_a.sql", "-- Accept-Checksum: " + before + "\nselect 2;\n");
  EXPECT_EQ(check(), "");
}

TEST_F(Lock, LineEndsAreNoEdit) {
  folder.write("001_a.sql", "select 1;\nselect 2;\n");
  write_lock();
  folder.write("001_a.sql", "\xEF\xBB\xBFselect 1;\r\nselect 2;\r\n");
  EXPECT_EQ(check(), "");
}

TEST_F(Lock, RemovedRenumberedAndRenamedAreErrors) {
  folder.write("001_a.sql", "select 1;\n");
  folder.write("002_b.sql", "select 2;\n");
  folder.write("003_c.sql", "select 3;\n");
  write_lock();
  std::filesystem::remove(folder.path() / "001_a.sql");
  std::filesystem::rename(folder.path() / "002_b.sql", folder.path() / "004_b.sql");
  std::filesystem::rename(folder.path() / "003_c.sql", folder.path() / "003_d.sql");
  EXPECT_EQ(check(),
            "003_d.sql:1:1: error: migration 3 is locked as `c`, but was renamed "
            "[edited-locked-migration]\n"
            "godwit.lock:1:1: error: migration 1 (a) is locked, but was removed "
            "[removed-locked-migration]\n"
            "godwit.lock:1:1: note: migration 4 is not locked yet [unlocked-migration]\n"
            "godwit.lock:2:1: error: migration 2 (b) is locked, but was renumbered to 4 "
            "[removed-locked-migration]\n");
}

TEST_F(Lock, LateArrivalsDeclareWhatTheyNeed) {
  folder.write("005_a.sql", "select 1;\n");
  write_lock();
  folder.write("003_b.sql", "select 1;\n");
  folder.write("004_c.sql", "-- Dependencies: None\nselect 1;\n");
  EXPECT_EQ(check(),
            "003_b.sql:1:1: error: migration 3 arrives late: migration 5 is locked already "
            "[inserted-before-locked]\n"
            "godwit.lock:1:1: note: 2 migrations are not locked yet: 3, 4 [unlocked-migration]\n");
}

TEST_F(Lock, AMergeThatWentWrongIsNoticed) {
  folder.write("001_a.sql", "select 1;\n");
  write_lock();
  read();
  const std::string text(lock.file->text());
  folder.write("godwit.lock", "<<<<<<< HEAD\n" + text);
  EXPECT_EQ(check(),
            "godwit.lock:1:1: error: not a line of a lock file [invalid-lock-file]\n"
            "godwit.lock:3:1: error: the digest does not fit the lines above it "
            "[invalid-lock-file]\n");
  folder.write("godwit.lock", text.substr(0, text.find('\n') + 1));
  EXPECT_EQ(check(),
            "godwit.lock:1:1: error: the lock file has no digest line [invalid-lock-file]\n");
  folder.write("godwit.lock", text + text.substr(0, text.find('\n') + 1));
  EXPECT_NE(check().find("locked twice"), std::string::npos);
}

}  // namespace
}  // namespace godwit::codegen
