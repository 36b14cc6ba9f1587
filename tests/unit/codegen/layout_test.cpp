// SPDX-License-Identifier: Apache-2.0
//
// The folders of other tools, as load_set() reads them.
#include "source/layout.hpp"

#include <gtest/gtest.h>

#include "source/migration_source.hpp"
#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::findings;

class LayoutTest : public ::testing::Test {
 protected:
  /// Loads the folder and returns "version name parts", a line a migration in version order.
  std::string load(Layout layout = Layout::kAuto) {
    store.clear();
    diagnostics = {};
    sources = load_set(list_directory(folder.path(), layout), store, diagnostics);
    diagnostics.sort();
    std::string text;
    for (const MigrationSource& source : sources) {
      text += std::to_string(source.version) + " " + source.full_name;
      for (const Section* section : {&source.up, &source.down, &source.verify}) {
        if (section->is_present())
          text += " " + std::string(to_string(section->kind()));
      }
      if (source.header.transaction == false)
        text += " no-transaction";
      text += "\n";
    }
    return text;
  }

  std::string name() const { return folder.path().filename().string(); }

  void write(const std::string& path, std::string_view text = "select 1;") const {
    std::filesystem::create_directories((folder.path() / path).parent_path());
    folder.write(path, text);
  }

  test::TemporaryFolder folder;
  FileStore store;
  Diagnostics diagnostics;
  std::vector<MigrationSource> sources;
};

TEST(LayoutNames, AreReadAndWritten) {
  for (const std::string_view name : layout_names())
    EXPECT_EQ(layout_name(*parse_layout(name)), name);
  EXPECT_FALSE(parse_layout("liquibase"));
}

TEST_F(LayoutTest, Diesel) {
  write("00000000000000_diesel_initial_setup/up.sql");
  write("00000000000000_diesel_initial_setup/down.sql");
  write("2024-03-01-120000_orders/up.sql");
  write("2024-03-01-120000-0001_index/up.sql", "create index concurrently i on t (a);");
  write("2024-03-01-120000-0001_index/down.sql");
  write("2024-03-01-120000-0001_index/metadata.toml",
        "# must not be in a transaction\nrun_in_transaction = false\n");
  write("2024-02-01-000000_users/up.sql");
  write("2024-02-01-000000_users/metadata.toml", "run_in_transaction = true");
  write("2024-02-01-000000_users/notes.sql", "this is not looked at");
  write("drafts/up.sql", "this is not looked at");
  EXPECT_EQ(load(),
            "0 00000000000000_diesel_initial_setup up down\n"
            "20240201000000 20240201000000_users up\n"
            "20240301120000 20240301120000_orders up\n"
            "202403011200000001 202403011200000001_index up down no-transaction\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(sources.at(3).down_transaction, false);
  EXPECT_EQ(sources.at(1).up.file().display(), name() + "/2024-02-01-000000_users/up.sql");
  EXPECT_EQ(load(Layout::kDiesel).size(), load().size());
}

TEST_F(LayoutTest, DieselMetadataThatIsWrong) {
  write("1_a/up.sql");
  write("1_a/metadata.toml", "\nrun_in_transaction = \"no\"\n");
  write("2_b/up.sql");
  write("2_b/metadata.toml", "run_in_transaction = maybe\n");
  load();
  const std::string text = findings(diagnostics);
  EXPECT_NE(text.find("metadata.toml:2:22: error: `run_in_transaction` is true or false "
                      "[invalid-header-value]\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("metadata.toml:1:22: error: this is no TOML: "), std::string::npos) << text;
}

TEST_F(LayoutTest, DieselDoesNotReadFilesBesideTheFolders) {
  write("1_a/up.sql");
  write("2_b/down.sql");
  write("cleanup.sql");
  load();
  EXPECT_EQ(findings(diagnostics),
            "down.sql:1:1: error: there is no migration 2 for this file [orphan-file]\n"
            "cleanup.sql:1:1: warning: not in a migration's folder, so neither diesel nor godwit "
            "runs it [unread-file]\n");
  folder.write(".godwitignore", "cleanup.sql\n2_b/\n");
  EXPECT_EQ(load(), "1 1_a up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, FlywayWithPlainVersions) {
  for (const char* file : {"V1__a.sql", "V010__c.sql", "V2__b.sql", "U2__b.sql"}) write(file);
  EXPECT_EQ(load(), "1 1_a up\n2 2_b up down\n10 010_c up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, FlywayWithDots) {
  for (const char* file : {"V1__a.sql", "V1.2__b.sql", "V1_10__c.sql", "V1.2.1__d.sql",
                           "V2.0__e.sql", "V10__f.sql", "U1.2.1__d.sql"})
    write(file);
  EXPECT_EQ(load(),
            "1000000000000 1_a up\n1000200000000 1.2_b up\n1000200010000 1.2.1_d up down\n"
            "1001000000000 1.10_c up\n2000000000000 2.0_e up\n10000000000000 10_f up\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(sources.at(2).header.aliases, std::vector<std::string>{"1.2.1"});
}

TEST_F(LayoutTest, FlywayTimestampsWithDots) {
  for (const char* file :
       {"V20231201120000__a.sql", "V20231201120000.1__b.sql", "V20231201115959.20__c.sql"})
    write(file);
  EXPECT_EQ(load(),
            "202312011159590020 20231201115959.20_c up\n202312011200000000 20231201120000_a up\n"
            "202312011200000001 20231201120000.1_b up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, FlywayVersionsThatAreTheSameOrTooLong) {
  write("V1.0__a.sql");
  write("V1__b.sql");
  load();
  EXPECT_EQ(findings(diagnostics), "V1__b.sql:1:1: error: version 1 is taken by " + name() +
                                       "/V1.0__a.sql [duplicate-version]\n");
  write("V1.2.3.4.5.6.7__c.sql");
  EXPECT_EQ(load(), "1 1.0_a up\n1 1_b up\n2 1.2.3.4.5.6.7_c up\n");
  EXPECT_EQ(findings(diagnostics),
            "V1.2.3.4.5.6.7__c.sql:1:1: error: the versions of this folder, such as 1.2.3.4.5.6.7, "
            "do not go into one number of 18 digits [unknown-file-name]\n"
            "V1__b.sql:1:1: error: version 1 is taken by " +
                name() + "/V1.0__a.sql [duplicate-version]\n");
}

TEST_F(LayoutTest, FlywayVersionsOfManyParts) {
  for (const char* file : {"V1.1__a.sql", "V7.0_2019.11.13__c.sql", "V7.0_2019_06_14__b.sql"})
    write(file);
  EXPECT_EQ(load(),
            "100010000000000 1.1_a up\n700002019006014 7.0.2019.06.14_b up\n"
            "700002019011013 7.0.2019.11.13_c up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, FlywayTimesWithDots) {
  write("V2023.01.02.03.04.05__a.sql");
  EXPECT_EQ(load(), "202300100200300405 2023.01.02.03.04.05_a up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, FlywayFilesThatAreNotRun) {
  write("V2__a.sql");
  write("R__views.sql");
  write("afterMigrate.sql");
  write("beforeEachMigrate__x.sql");
  write("B2__all.sql");
  write("notes.sql");
  EXPECT_EQ(load(), "2 2_a up\n0 R__views up\n");
  EXPECT_EQ(findings(diagnostics),
            "B2__all.sql:1:1: warning: a baseline migration of Flyway: the migrations that it "
            "stands for are here, and are applied instead [unread-file]\n"
            "afterMigrate.sql:1:1: error: a callback of Flyway: godwit does not run it, so the "
            "schema would lack what it makes [unsupported-file]\n"
            "beforeEachMigrate__x.sql:1:1: error: a callback of Flyway: godwit does not run it, so "
            "the schema would lack what it makes [unsupported-file]\n"
            "notes.sql:1:1: error: the file's name is not a migration's; a name that is understood "
            "is 001_notes.sql [unknown-file-name]\n");
}

TEST_F(LayoutTest, AFlywayBaselineStandsForWhatIsGone) {
  write("B7__all.sql");
  write("V8__b.sql");
  EXPECT_EQ(load(), "7 7_all up\n8 8_b up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, GolangMigrateComparesNumbers) {
  write("202301010000000001_b.up.sql");
  write("202301010000000001_b.down.sql");
  write("20230201000000_a.up.sql");
  EXPECT_EQ(load(),
            "20230201000000 20230201000000_a up\n"
            "202301010000000001 202301010000000001_b up down\n");
  EXPECT_EQ(findings(diagnostics), "");
  write("3_c.sql");
  EXPECT_EQ(load(),
            "3 3_c up\n20230201000000 20230201000000_a up\n"
            "202301010000000001 202301010000000001_b up down\n");
  load(Layout::kGolangMigrate);
  EXPECT_EQ(findings(diagnostics),
            "3_c.sql:1:1: error: not a file of the layout golang-migrate [mixed-layouts]\n");
}

TEST_F(LayoutTest, PopComparesText) {
  write("20220301102701000010_c.up.sql");
  write("20220301102701000002_b.up.sql");
  write("20220301102701000002_b.down.sql");
  write("20220401000000_d.up.sql");
  write("20220301102701_a.up.sql");
  EXPECT_EQ(load(),
            "20220301102701 20220301102701_a up\n"
            "202203011027010002 20220301102701000002_b up down\n"
            "202203011027010010 20220301102701000010_c up\n"
            "20220401000000 20220401000000_d up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, PopHasFilesForEachServer) {
  for (const char* server : {"", ".mysql", ".sqlite3", ".cockroach", ".postgres"}) {
    write("1_a" + std::string(server) + ".up.sql", server);
    write("1_a" + std::string(server) + ".down.sql");
  }
  write("2_b.up.sql");
  write("2_b.mysql.up.sql");
  write("2_b.postgres.down.sql");
  EXPECT_EQ(load(), "1 1_a up down\n2 2_b up down\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(sources.front().up.file().path().filename(), "1_a.postgres.up.sql");
}

TEST_F(LayoutTest, PlainVersionsWithDots) {
  for (const char* file : {"00.05.00_users.sql", "00.05.01_orders.sql", "00.10.00_notes.up.sql",
                           "00.10.00_notes.down.sql"})
    write(file);
  EXPECT_EQ(load(),
            "500000000 00.05.00_users up\n500010000 00.05.01_orders up\n"
            "1000000000 00.10.00_notes up down\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(sources.at(1).header.aliases, std::vector<std::string>{"00.05.01"});
}

TEST_F(LayoutTest, PlainVersionsWithDotsThatToolsOrderDifferently) {
  for (const char* file : {"1.10_c.sql", "1.9_b.sql"}) write(file);
  EXPECT_EQ(load(), "");
  const std::string both =
      " has dots, and not all here have as many digits in each part: " + name() +
      "/1.10_c.sql and " + name() + "/1.9_b.sql [unknown-file-name]\n";
  EXPECT_EQ(findings(diagnostics), "1.10_c.sql:1:1: error: the version 1.10" + both +
                                       "1.9_b.sql:1:1: error: the version 1.9" + both);
}

TEST_F(LayoutTest, AVersionWithDotsAmongNumbersIsNone) {
  for (const char* file : {"001_a.sql", "002_b.sql", "2.1_fix.sql"}) write(file);
  EXPECT_EQ(load(), "1 001_a up\n2 002_b up\n");
  EXPECT_EQ(findings(diagnostics),
            "2.1_fix.sql:1:1: error: the version 2.1 has dots, and not all here have as many "
            "digits in each part: " +
                name() + "/2.1_fix.sql and " + name() + "/001_a.sql [unknown-file-name]\n");
}

TEST_F(LayoutTest, FlywaysPrefixAndOneDot) {
  for (const char* file : {"V0001.Users.sql", "V0002.Orders.v2.sql", "U0002.Orders.v2.sql"})
    write(file);
  EXPECT_EQ(load(), "1 0001_Users up\n2 0002_Orders.v2 up down\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(load(Layout::kFlyway).size(), load().size());
  write("V0003__Notes.sql");
  EXPECT_EQ(load(), "3 0003_Notes up\n");
  const std::string why = " has one dot behind it, and Flyway reads `__`, as in " + name() +
                          "/V0003__Notes.sql [unknown-file-name]\n";
  EXPECT_EQ(findings(diagnostics), "U0002.Orders.v2.sql:1:1: error: the version 0002" + why +
                                       "V0001.Users.sql:1:1: error: the version 0001" + why +
                                       "V0002.Orders.v2.sql:1:1: error: the version 0002" + why);
}

TEST_F(LayoutTest, AnUndoWithoutItsVersionIsToldAsTheOthersAreNamed) {
  write("V0001.a.sql");
  write("U0002.b.sql");
  load();
  EXPECT_EQ(findings(diagnostics),
            "U0002.b.sql:1:1: error: there is no migration 2 for this file [orphan-file]\n");
  EXPECT_EQ(diagnostics.all().at(0).notes.at(0), "add V0002.b.sql, or remove it");
}

TEST_F(LayoutTest, PrismasFoldersOfOneTimestampFollowEachOtherByName) {
  write("20230101000000_users/migration.sql");
  write("20230101000000_orders/migration.sql");
  write("20230101000000_orders/down.sql");
  write("20230101000000_a_b/migration.sql");
  write("20230101000001_notes/migration.sql");
  EXPECT_EQ(load(),
            "20230101000000 20230101000000_a_b up\n"
            "202301010000000001 20230101000000_orders up down\n"
            "202301010000000002 20230101000000_users up\n"
            "20230101000001 20230101000001_notes up\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(dependency_name(sources.at(0)), "20230101000000");
  EXPECT_EQ(dependency_name(sources.at(1)), "20230101000000_orders");
}

TEST_F(LayoutTest, FoldersOfOneTimestampAreOneVersionElsewhere) {
  write("20230101000000_a/up.sql");
  write("20230101000000_b/up.sql");
  write("1_a/migration.sql");
  write("1_b/migration.sql");
  load();
  EXPECT_EQ(findings(diagnostics), "migration.sql:1:1: error: version 1 is taken by " + name() +
                                       "/1_a/migration.sql [duplicate-version]\n"
                                       "up.sql:1:1: error: version 20230101000000 is taken by " +
                                       name() + "/20230101000000_a/up.sql [duplicate-version]\n");
}

TEST_F(LayoutTest, PrismaHasFolders) {
  write("20240101000000_init/migration.sql");
  write("20240102000000_more/migration.sql");
  write("20240102000000_more/down.sql");
  write("migration_lock.toml", "provider = \"postgresql\"\n");
  EXPECT_EQ(load(),
            "20240101000000 20240101000000_init up\n20240102000000 20240102000000_more up down\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, DatesAndTimesCompareAsText) {
  write("20240101000000_a/up.sql");
  write("20240501_c/up.sql");
  write("2024-02-01-000000_b/up.sql");
  write("20240601000000_d/up.sql");
  write("7_first/up.sql");
  EXPECT_EQ(load(),
            "7 7_first up\n20240101000000 20240101000000_a up\n20240201000000 20240201000000_b up\n"
            "20240501 20240501_c up\n20240601000000 20240601000000_d up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, DieselHasNoMigrationSql) {
  write("20240101000000_init/up.sql");
  write("20240101000000_init/migration.sql", "no SQL");
  EXPECT_EQ(load(), "20240101000000 20240101000000_init up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, FilesWithoutNamesAndDownFilesOfOthers) {
  for (const char* file : {"1.sql", "2.up.sql", "2.down.sql", "3.do.sql", "3.undo.sql", "4_a.sql",
                           "4_a.rollback.sql", "5-b-up.sql", "5-b-down.sql"})
    write(file);
  EXPECT_EQ(load(),
            "1 1_migration up\n2 2_migration up down\n3 3_migration up down\n4 4_a up down\n"
            "5 5_b up down\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, TernAndMyBatisHaveOneDirective) {
  write("001_a.sql", "select 1;\n---- create above / drop below ----\nselect 2;\n");
  write("002_b.sql", "-- // what it does\nselect 1;\n--//@UNDO\nselect 2;\n");
  write("003_c.sql", "select 1;\n");
  EXPECT_EQ(load(), "1 001_a up down\n2 002_b up down\n3 003_c up\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(LayoutTest, GooseDbmateAndSqlMigrate) {
  write("001_a.sql", "-- +GOOSE up\nselect 1;\n-- +goose DOWN\nselect 2;");
  write("002_b.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nselect 1;\n");
  EXPECT_EQ(load(), "1 001_a up down\n2 002_b up no-transaction\n");
  EXPECT_EQ(findings(diagnostics), "");
  EXPECT_EQ(load(Layout::kGoose), "1 001_a up down\n2 002_b up no-transaction\n");
  EXPECT_EQ(findings(diagnostics), "");
  load(Layout::kDbmate);
  EXPECT_EQ(findings(diagnostics),
            "001_a.sql:1:1: error: a directive of goose, but the layout is dbmate "
            "[mixed-layouts]\n");
  write("003_c.sql", "\n-- migrate:up transaction:false\nselect 1;\n-- migrate:down\nselect 2;");
  write("004_d.sql", "-- +migrate Up notransaction\nselect 1;\n-- +migrate Down\nselect 2;");
  EXPECT_EQ(load(),
            "1 001_a up down\n2 002_b up no-transaction\n3 003_c up down no-transaction\n"
            "4 004_d up down no-transaction\n");
  EXPECT_EQ(findings(diagnostics), "003_c.sql:2:1: error: a directive of dbmate, but " + name() +
                                       "/001_a.sql has directives of goose [mixed-layouts]\n"
                                       "004_d.sql:1:1: error: a directive of sql-migrate, but " +
                                       name() +
                                       "/001_a.sql has directives of goose [mixed-layouts]\n");
}

TEST_F(LayoutTest, MixedNamesAreAnError) {
  write("V1__a.sql");
  write("V2__b.sql");
  write("003_c.sql");
  write("004_d.sql");
  write("V5__e.sql");
  write("6_f/up.sql");
  EXPECT_EQ(load(), "1 1_a up\n2 2_b up\n3 003_c up\n4 004_d up\n5 5_e up\n6 6_f up\n");
  EXPECT_EQ(findings(diagnostics),
            "003_c.sql:1:1: error: named <version>_<name>.sql, but " + name() +
                "/V1__a.sql and others are V<version>__<name>.sql (Flyway): each tool would apply "
                "only its own [mixed-layouts]\n"
                "up.sql:1:1: error: named <version>_<name>/up.sql (diesel), but " +
                name() +
                "/V1__a.sql and others are V<version>__<name>.sql (Flyway): each tool would apply "
                "only its own [mixed-layouts]\n");
  folder.write(".godwitignore", "00*\n6_f/\n");
  EXPECT_EQ(load(), "1 1_a up\n2 2_b up\n5 5_e up\n");
  EXPECT_EQ(findings(diagnostics), "");
  load(Layout::kDiesel);
  EXPECT_EQ(findings(diagnostics),
            "V1__a.sql:1:1: error: not a file of the layout diesel [mixed-layouts]\n");
}

}  // namespace
}  // namespace godwit::codegen
