// SPDX-License-Identifier: Apache-2.0
//
// The folders of other tools, as `godwit list` and `godwit lint` take them: nothing is said about
// whose they are unless it has to be.
#include <sstream>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

constexpr const char* kUsers = "CREATE TABLE users (id bigint PRIMARY KEY);\n";
constexpr const char* kIndex = "CREATE INDEX CONCURRENTLY users_id ON users (id);\n";

class Layouts : public ToolTest {
 protected:
  void put(const std::string& path, std::string_view text) const {
    std::filesystem::create_directories((folder() / "migrations" / path).parent_path());
    write("migrations/" + path, text);
  }

  /// The lines of `godwit list` with a migration in them: name, transaction and sections.
  std::string list(const std::string& options = "") const {
    const Result result = run("list" + options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::string names;
    std::size_t at = result.out.find('\n') + 1;
    while (result.out.substr(at, 3) == "   ") {
      const std::string line = result.out.substr(at, result.out.find('\n', at) - at);
      std::string words;
      std::istringstream in(line);
      std::string word;
      in >> word;  // the number of the line
      while (in >> word) words += (words.empty() ? "" : " ") + word;
      names += words + "\n";
      at += line.size() + 1;
    }
    return names;
  }

  /// What `godwit lint` has to say of errors; it must be the same when the layout is named.
  std::string lint(const std::string& layout) const {
    const Result found_out = run("lint --color=never");
    const Result asked_for = run("lint --color=never --layout " + layout);
    EXPECT_EQ(found_out.err, asked_for.err);
    EXPECT_EQ(found_out.exit_code, asked_for.exit_code);
    std::string errors;
    std::istringstream in(found_out.err);
    for (std::string line; std::getline(in, line);) {
      if (line.find(" error: ") != std::string::npos)
        errors += line + "\n";
    }
    return errors;
  }
};

TEST_F(Layouts, Flyway) {
  put("V1__users.sql", kUsers);
  put("V1.10__index.sql", kIndex);
  put("V1.2__age.sql", "ALTER TABLE users ADD COLUMN age int;\n");
  put("U1.2__age.sql", "ALTER TABLE users DROP COLUMN age;\n");
  put("R__views.sql", "CREATE OR REPLACE VIEW v AS SELECT 1;\n");
  put("R__a.sql", "-- Dependencies: R__views\nCREATE OR REPLACE VIEW a AS SELECT * FROM v;\n");
  EXPECT_EQ(lint("flyway"), "");
  EXPECT_EQ(list(),
            "1_users yes no up none\n1.2_age yes no up down none\n"
            "1.10_index none no up none\nR__views yes no up none\nR__a yes no up R__views\n");
}

TEST_F(Layouts, Diesel) {
  put("00000000000000_diesel_initial_setup/up.sql", "SELECT 1;\n");
  put("2024-01-01-000000_users/up.sql", kUsers);
  put("2024-01-01-000000_users/down.sql", "DROP TABLE users;\n");
  put("2024-02-01-000000-0001_index/up.sql", kIndex);
  put("2024-02-01-000000-0001_index/metadata.toml", "run_in_transaction = false\n");
  EXPECT_EQ(lint("diesel"), "");
  EXPECT_EQ(list(),
            "00000000000000_diesel_initial_setup yes no up none\n"
            "20240101000000_users yes no up down none\n"
            "202402010000000001_index none no up none\n");
  put("2024-02-01-000000-0001_index/metadata.toml", "run_in_transaction = \"no\"\n");
  EXPECT_EQ(lint("diesel"),
            "DIR/migrations/2024-02-01-000000-0001_index/metadata.toml:1:22: error: "
            "`run_in_transaction` is true or false [invalid-header-value]\n");
}

TEST_F(Layouts, Goose) {
  put("20240101000000_users.sql",
      "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE users (id bigint PRIMARY KEY)\n"
      "-- +goose StatementEnd\n\n-- +goose Down\nDROP TABLE users;\n");
  put("20240102000000_index.sql",
      "-- +goose no transaction\n-- +goose up\nCREATE INDEX CONCURRENTLY i ON users (id);\n"
      "-- +goose down\nDROP INDEX CONCURRENTLY i;\n");
  EXPECT_EQ(lint("goose"), "");
  EXPECT_EQ(list(),
            "20240101000000_users yes no up down none\n"
            "20240102000000_index none no up down none\n");
  put("20240103000000_role.sql",
      "-- +goose Up\n-- +goose ENVSUB ON\nCREATE ROLE app PASSWORD '${PASSWORD}';\n");
  EXPECT_EQ(lint("goose"),
            "DIR/migrations/20240103000000_role.sql:3:27: error: goose would put an environment "
            "variable here, in place of ${PASSWORD}; a migration that is compiled in is the same "
            "wherever it runs [unsupported-directive]\n");
}

TEST_F(Layouts, Dbmate) {
  put("20240101000000_users.sql",
      std::string("-- migrate:up\n") + kUsers + "\n-- migrate:down\nDROP TABLE users;\n");
  put("20240102000000_index.sql",
      std::string("-- migrate:up transaction:false\n") + kIndex + "-- migrate:down\n");
  EXPECT_EQ(lint("dbmate"), "");
  EXPECT_EQ(list(),
            "20240101000000_users yes no up down none\n"
            "20240102000000_index none no up down none\n");
}

TEST_F(Layouts, SqlMigrate) {
  put("1_users.sql", std::string("-- +migrate Up\n") + kUsers +
                         "-- +migrate StatementBegin\nSELECT 1\n-- +migrate StatementEnd\n"
                         "-- +migrate Down\nDROP TABLE users;\n");
  put("2_index.sql", std::string("-- +migrate Up notransaction\n") + kIndex +
                         "-- +migrate Down notransaction\nDROP INDEX CONCURRENTLY users_id;\n");
  EXPECT_EQ(lint("sql-migrate"), "");
  EXPECT_EQ(list(), "1_users yes no up down none\n2_index none no up down none\n");
}

TEST_F(Layouts, GolangMigrate) {
  put("1_users.up.sql", kUsers);
  put("1_users.down.sql", "DROP TABLE users;\n");
  put("10_index.up.sql", kIndex);
  put("9_age.up.sql", "ALTER TABLE users ADD COLUMN age int;\n");
  EXPECT_EQ(lint("golang-migrate"), "");
  EXPECT_EQ(list(),
            "1_users yes no up down none\n9_age yes no up none\n10_index none no up none\n");
}

TEST_F(Layouts, Sqitch) {
  put("sqitch.plan",
      "%syntax-version=1.0.0\n%project=shop\n\n"
      "zusers 2024-01-01T00:00:00Z Ann <ann@example.com> # Users\n"
      "age [zusers] 2024-01-01T00:00:00Z Ann <ann@example.com>\n");
  put("deploy/zusers.sql",
      std::string("-- Deploy shop:zusers to pg\nBEGIN;\n") + kUsers + "COMMIT;\n");
  put("revert/zusers.sql", "BEGIN;\nDROP TABLE users;\nCOMMIT;\n");
  put("verify/zusers.sql", "BEGIN;\nSELECT id FROM users WHERE false;\nROLLBACK;\n");
  put("deploy/age.sql", "BEGIN;\nALTER TABLE users ADD COLUMN age int;\nCOMMIT;\n");
  EXPECT_EQ(lint("sqitch"), "");
  EXPECT_EQ(list(),
            "20240101000000_zusers yes no up down verify none\n"
            "20240101000001_age yes no up 20240101000000\n");
}

TEST_F(Layouts, TheCaseOfAnExtensionMakesNoDifference) {
  put("1_Users.SQL", kUsers);
  put("2_index.UP.sql", kIndex);
  put("2_index.Down.SQL", "DROP INDEX CONCURRENTLY users_name;\n");
  const Result result = run("list");
  EXPECT_NE(result.out.find("1_Users "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("2_index  none         no      up down"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("2 migrations"), std::string::npos) << result.out;
}

TEST_F(Layouts, DieselsFilesToo) {
  put("2024-01-01-000000_users/UP.sql", kUsers);
  put("2024-01-01-000000_users/down.SQL", "DROP TABLE users;\n");
  EXPECT_NE(run("list").out.find("up down"), std::string::npos);
}

TEST_F(Layouts, AFolderNamedAsAFileIsSaid) {
  put("1_users.sql", kUsers);
  put("2_index.sql/a.txt", "");
  const Result result = run("lint migrations");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("DIR/migrations/2_index.sql:1:1: error: a folder, though it is named "
                            "as a migration's file is [unreadable-file]"),
            std::string::npos)
      << result.err;
  put(".godwitignore", "2_index.sql\n");
  EXPECT_EQ(run("lint migrations").exit_code, 0) << run("lint migrations").err;
}

TEST_F(Layouts, NamesThatCannotBePrintedAreErrors) {
  put("1_users.sql", kUsers);
  put("2_a\nb.sql", "SELECT 1;\n");
  put("3_a\xFF.sql", "SELECT 1;\n");
  put("4_a\tb.sql", "SELECT 1;\n");
  put("5_\xC3\xA9t\xC3\xA9.sql", "SELECT 1;\n");
  const Result result = run("lint migrations");
  EXPECT_EQ(result.exit_code, 1);
  for (const char* line :
       {"DIR/migrations/2_a\\x0Ab.sql:1:1: error: the file's name holds a control character "
        "[unknown-file-name]",
        "DIR/migrations/3_a\\xFF.sql:1:1: error: the file's name is not valid UTF-8 "
        "[unknown-file-name]",
        "DIR/migrations/4_a\\x09b.sql:1:1: error: the file's name holds a control character"})
    EXPECT_NE(result.err.find(line), std::string::npos) << line << result.err;
  EXPECT_EQ(result.err.find("5_"), std::string::npos) << result.err;
}

TEST_F(Layouts, AMixtureIsAnError) {
  put("V1__users.sql", kUsers);
  put("V2__index.sql", kIndex);
  put("003_more.sql", "SELECT 1;\n");
  const Result result = run("list");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(run("lint").err.find("003_more.sql:1:1: error: named <version>_<name>.sql, but "
                                 "migrations/V1__users.sql and others are "
                                 "V<version>__<name>.sql (Flyway)"),
            std::string::npos);
  EXPECT_EQ(run("lint --layout liquibase").exit_code, 2);
}

TEST_F(Layouts, ExternalTablesAreTakenToExist) {
  put("1_orders.sql", "ALTER TABLE users ADD COLUMN age int;\n");
  write("m", "godwit-manifest 1\nroot " + (folder() / "migrations").string() +
                 "\nexternal users\nfile " + (folder() / "migrations/1_orders.sql").string() +
                 "\n");
  const Result result = run("lint --manifest m");
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

}  // namespace
}  // namespace godwit::test
