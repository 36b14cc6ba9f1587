// SPDX-License-Identifier: Apache-2.0
#include "source/migration_source.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::findings;
using test::TemporaryFolder;

class LoadSet : public ::testing::Test {
 protected:
  void load() {
    sources = load_set(list_directory(folder.path()), store, diagnostics);
    diagnostics.sort();
  }

  TemporaryFolder folder;
  FileStore store;
  Diagnostics diagnostics;
  std::vector<MigrationSource> sources;
};

TEST_F(LoadSet, PutsTheFilesOfAMigrationTogether) {
  folder.write("007_a.up.sql", "select 1;");
  folder.write("007_a.down.sql", "select 2;");
  folder.write("007_a.verify.sql", "select true;");
  folder.write("010_b.sql", "select 1;\n-- godwit:down\nselect 2;");
  folder.write("002_c.sql", "select 1;");
  folder.write("README.md", "not SQL");
  folder.write(".#007_a.up.sql", "an editor's lock");
  load();
  EXPECT_EQ(findings(diagnostics), "");
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].full_name, "002_c");
  EXPECT_EQ(sources[1].full_name, "007_a");
  EXPECT_TRUE(sources[1].down.is_present());
  EXPECT_TRUE(sources[1].verify.is_present());
  EXPECT_FALSE(sources[1].require.is_present());
  EXPECT_EQ(sources[2].full_name, "010_b");
  EXPECT_TRUE(sources[2].down.is_present());
  EXPECT_EQ(sources[1].up.file().display(), folder.path().filename().string() + "/007_a.up.sql");
}

TEST_F(LoadSet, AnEmptyDownIsThere) {
  folder.write("1_a.up.sql", "select 1;");
  folder.write("1_a.down.sql", "");
  load();
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_TRUE(sources.at(0).down.is_present());
}

TEST_F(LoadSet, ReportsEverythingInOneRun) {
  folder.write("001_a.sql", "select 1;");
  folder.write("01_b.sql", "select 1;");
  folder.write("002_nul.sql", std::string_view("select\0 1;", 10));
  folder.write("003_latin1.sql", "select 1;\nselect '\xE9';");
  folder.write("004_x.down.sql", "select 1;");
  folder.write("005_y.up.sql", "select 1;");
  folder.write("005_z.down.sql", "select 1;");
  folder.write("006_n.sql", "-- Migration 060: x\nselect 1;");
  folder.write("007_d.up.sql", "select 1;\n-- godwit:down\nselect 2;");
  folder.write("007_d.down.sql", "select 2;");
  folder.write("users.sql", "select 1;");
  std::filesystem::create_symlink(folder.path() / "nowhere", folder.path() / "008_gone.sql");
  load();
  const std::string name = folder.path().filename().string();
  EXPECT_EQ(findings(diagnostics),
            "002_nul.sql:1:7: error: NUL byte: PostgreSQL takes none in a statement [nul-byte]\n"
            "003_latin1.sql:2:9: error: not valid UTF-8 [invalid-utf8]\n"
            "004_x.down.sql:1:1: error: there is no migration 4 for this file [orphan-file]\n"
            "005_z.down.sql:1:1: error: belongs to " +
                name +
                "/005_y.up.sql by its version, but not by its name [orphan-file]\n"
                "006_n.sql:1:14: error: the header says migration 60, but the file is migration 6 "
                "[header-number-mismatch]\n"
                "007_d.down.sql:1:1: error: the migration has a `down` section already, in " +
                name +
                "/007_d.up.sql [orphan-file]\n"
                "008_gone.sql:1:1: error: cannot read the file: No such file or directory "
                "[unreadable-file]\n"
                "01_b.sql:1:1: error: version 1 is taken by " +
                name +
                "/001_a.sql [duplicate-version]\n"
                "users.sql:1:1: error: the file's name is not a migration's; a name that is "
                "understood is "
                "001_users.sql [unknown-file-name]\n");
}

TEST_F(LoadSet, LeavesOutWhatIsIgnored) {
  folder.write("001_a.sql", "select 1;");
  folder.write("scratch.sql", "select 1;");
  folder.write("tmp_b.sql", "select 1;");
  folder.write(".godwitignore", "# mine\nscratch.sql\n\ntmp_*\n");
  load();
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(sources.size(), 1U);
}

TEST_F(LoadSet, NamesLongerThanTheHistoryKeepsAreRefused) {
  // Most file systems end at 255 bytes, ".sql" included: the longest name that fits is accepted.
  folder.write("001_" + std::string(247, 'x') + ".sql", "select 1;");
  load();
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(sources.at(0).full_name.size(), 251U);
}

TEST(VersionOrder, ComparesTimestampsAsTime) {
  const auto source = [](const char* digits) {
    MigrationSource migration;
    migration.digits = digits;
    migration.version = std::stoll(digits);
    return migration;
  };
  const auto less = [&](const char* a, const char* b) {
    return version_less(source(a), source(b));
  };
  EXPECT_TRUE(less("7", "010"));
  EXPECT_FALSE(less("010", "7"));
  EXPECT_FALSE(less("007", "7"));
  EXPECT_TRUE(less("999", "20230101000000"));
  // 14 and 18 digits mix by time, not by size.
  EXPECT_TRUE(less("202301010000000001", "20230201000000"));
  EXPECT_FALSE(less("20230201000000", "202301010000000001"));
  // A padded zero is no timestamp.
  EXPECT_TRUE(less("00000000000000", "1"));
}

}  // namespace
}  // namespace godwit::codegen
