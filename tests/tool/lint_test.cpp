// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <nlohmann/json.hpp>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

class Lint : public ToolTest {};

TEST_F(Lint, ACleanSetSaysSo) {
  write("migrations/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
  EXPECT_EQ(run("lock").exit_code, 0);
  const Result result = run("lint");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "godwit: nothing found in 1 migration\n");
}

TEST_F(Lint, AFolderWithoutMigrationsIsNotSimplyClean) {
  write("m/README.md", "none yet\n");
  Result result = run("lint m");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err,
            "godwit: warning: m: no migrations are here\n"
            "godwit: nothing found in 0 migrations\n");
  write("m/v1.1/schema.sql", "SELECT 1;\n");
  write("m/v1.0/schema.sql", "SELECT 1;\n");
  result = run("lint m");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err,
            "godwit: warning: m: no migrations are here\n"
            "godwit: note: .sql files are in v1.0/, v1.1/: a set is the files of one folder, or "
            "folders with an up.sql each\n"
            "godwit: nothing found in 0 migrations\n");
}

TEST_F(Lint, AFindingLooksLikeACompilers) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
  write("m/002_b.sql", "-- é\n  DROP  TABLE a;\n");
  EXPECT_EQ(run("lock m").exit_code, 0);
  const Result result = run("lint m");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err.rfind("DIR/m/002_b.sql:2:15: error: ", 0), 0U) << result.err;
  EXPECT_NE(result.err.find(" [drop-table]\n    2 |   DROP  TABLE a;\n      |               ^\n"),
            std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("godwit: 1 error in 2 migrations\n"), std::string::npos);
}

TEST_F(Lint, EverythingIsReportedInOneRun) {
  write("m/001_a.sql", "-- Dependencies: 3\nCREATE TABLE a (id int);\n");
  write("m/002_b.sql", "SELEC 1;\n");
  write("m/003_b.sql", "-- Dependencies: 1\nSELECT (;\n");
  write("m/0002_c.sql", "SELECT 1;\n");
  write("m/004_d.sql", "-- Migration 040: d\n-- Dependencies: 99\nCOMMIT;\n");
  write("m/005_e.sql", "-- nothing\n");
  write("m/006_f.sql", "SELECT 1;\nVACUUM a;\n");
  write("m/007_g.sql", std::string_view("SELECT 1;\0", 10));
  write("m/008_h.sql", "SELECT '\xFF';\n");
  write("m/stray.sql", "SELECT 1;\n");
  const Result result = run("lint m");
  EXPECT_EQ(result.exit_code, 1);
  for (const char* finding :
       {"001_a.sql:1:18: error: dependencies in a circle: 1 → 3 → 1 [dependency-cycle]",
        "0002_c.sql:1:1: note",
        "002_b.sql:1:1: error: version 2 is taken by m/0002_c.sql "
        "[duplicate-version]",
        "002_b.sql:1:1: error: syntax error at or near \"SELEC\" [syntax-error]",
        "003_b.sql:2:9: error: syntax error at end of input [syntax-error]",
        "004_d.sql:1:14: error: the header says migration 40, but the file is migration 4 "
        "[header-number-mismatch]",
        "004_d.sql:2:18: error: migration 4 depends on migration 99, which does not exist "
        "[unknown-dependency]",
        "004_d.sql:3:1: error: ", "[transaction-control]",
        "005_e.sql:1:1: warning: the migration holds no statement [empty-migration]",
        "006_f.sql:2:1: error: ", "[no-transaction-statement]",
        "007_g.sql:1:10: error: NUL byte: PostgreSQL takes none in a statement [nul-byte]",
        "008_h.sql:1:9: error: not valid UTF-8 [invalid-utf8]",
        "stray.sql:1:1: error: the file's name is not a migration's; a name that is understood is "
        "001_stray.sql [unknown-file-name]"})
    EXPECT_NE(result.err.find(finding), std::string::npos) << finding << "\n" << result.err;
}

TEST_F(Lint, IsTheSameEveryTime) {
  for (int i = 1; i < 60; ++i)
    write("m/" + std::to_string(i) + "_x.sql", "DROP TABLE t" + std::to_string(i) + "; SELEC 1;\n");
  const std::string first = run("lint m").err;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(run("lint m").err, first);
}

TEST_F(Lint, JsonHasTheContractsFields) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint);\n");
  write("m/002_b.sql", "DROP TABLE a;\n");
  const Result result = run("lint --format=json m");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "");
  const auto json = nlohmann::json::parse(result.out);
  bool is_found = false;
  for (const auto& finding : json.at("findings")) {
    if (finding.at("rule") != "drop-table")
      continue;
    is_found = true;
    EXPECT_EQ(finding.at("severity"), "error");
    EXPECT_EQ(finding.at("file"), "DIR/m/002_b.sql");
    EXPECT_EQ(finding.at("line"), 1);
    EXPECT_EQ(finding.at("column"), 12);
    EXPECT_TRUE(finding.at("message").is_string());
    EXPECT_TRUE(finding.contains("fix"));
  }
  EXPECT_TRUE(is_found) << result.out;
}

TEST_F(Lint, AStrayFileIsJudgedAlone) {
  write("change.sql",
        "CREATE TABLE mine (id bigint PRIMARY KEY);\nDROP TABLE mine;\nDROP TABLE theirs;\n");
  const Result result = run("lint change.sql");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("DIR/change.sql:3:12: error:"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("godwit: 1 error in 1 migration\n"), std::string::npos) << result.err;
  write("index.sql", "CREATE INDEX CONCURRENTLY i ON t (a);\nVACUUM t;\n");
  EXPECT_EQ(run("lint index.sql").exit_code, 1);
  EXPECT_EQ(run("lint --transaction=none --rule non-transactional-multi-statement=off index.sql")
                .err.find("[no-transaction-statement]"),
            std::string::npos);
}

TEST_F(Lint, PolicyComesFromTheCommandLine) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint);\n");
  write("m/002_b.sql", "DROP TABLE a;\n");
  EXPECT_EQ(run("lint m").exit_code, 1);
  EXPECT_EQ(run("lint --rule drop-table=warn m").exit_code, 0);
  EXPECT_EQ(run("lint --rule drop-table=off m").exit_code, 0);
  EXPECT_EQ(run("lint --rule drop-table=warn --werror m").exit_code, 1);
  EXPECT_EQ(run("lint --warn-only m").exit_code, 0);
  EXPECT_EQ(run("lint --baseline 2 m").exit_code, 0);
  EXPECT_EQ(run("lint --baseline 1 m").exit_code, 1);
}

TEST_F(Lint, AnOptionIsOneOfTheRulesOwn) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY, n int);\n");
  EXPECT_EQ(run("lint --rule prefer-bigint=error m").exit_code, 0);
  EXPECT_EQ(run("lint --rule prefer-bigint=error:all m").exit_code, 1);
  EXPECT_EQ(
      run("lint --rule 'naming-convention=error:table=^[a-z]+s$,column=^[a-z]+$' m").exit_code, 1);
  EXPECT_EQ(run("lint --rule 'naming-convention=error:table=^[a-z]{1,9}$' m").exit_code, 0);
  for (const auto& [setting, problem] : {
           std::pair("drop-table=warn:all", "rule 'drop-table': it has no option, such as `all`"),
           std::pair("prefer-bigint=warn:some", "rule 'prefer-bigint': its only option is `all`"),
           std::pair("naming-convention=warn:rows=^a",
                     "rule 'naming-convention': `rows=^a` does not begin with a kind and `=`; the "
                     "kinds are all, schema, table, "),
           std::pair("naming-convention=warn:table=^[a",
                     "rule 'naming-convention': `^[a` is no regular expression: "),
       }) {
    const Result result = run(std::string("lint --rule '") + setting + "' m");
    EXPECT_EQ(result.exit_code, 2) << setting;
    EXPECT_EQ(result.err.rfind(std::string("godwit: error: ") + problem, 0), 0U) << result.err;
  }
}

TEST_F(Lint, NoPolicyMutesWhatNoBuildSurvives) {
  write("m/001_a.sql", "SELEC 1;\n");
  write("m/002_b.sql", "COMMIT;\n");
  write("m/003_c.sql", "-- Dependencies: 9\nSELECT 1;\n");
  const Result result = run("lint --warn-only --baseline 99 m");
  EXPECT_EQ(result.exit_code, 1);
  for (const char* rule : {"[syntax-error]", "[transaction-control]", "[unknown-dependency]"})
    EXPECT_NE(result.err.find(rule), std::string::npos) << rule;
}

TEST_F(Lint, APipeIsRead) {
  write("a.sql", "SELECT 1;\nDROP TABLE a;\n");
  const Result result = run("lint --color=never /dev/stdin", R"(sh -c 'cat a.sql | "$0" "$@"')");
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_NE(result.err.find("/dev/stdin:2:12: error: "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("[drop-table]"), std::string::npos) << result.err;
}

TEST_F(Lint, AnAllowIsReadInAnyCase) {
  write("a.sql", "-- GODWIT:ALLOW(DROP-TABLE) nothing reads it\nDROP TABLE a;\n");
  EXPECT_EQ(run("lint a.sql").exit_code, 0) << run("lint a.sql").err;
  write("a.sql", "-- Godwit:Allow-File(Drop-Table) nothing reads them\nDROP TABLE a;\n");
  EXPECT_EQ(run("lint a.sql").exit_code, 0) << run("lint a.sql").err;
}

TEST_F(Lint, WarnOnlyBuildsWhatPsqlApplies) {
  write("m/001_a.up.sql",
        "-- Dependencies: pgcrypto\n-- Migration 9: x\nCREATE TABLE a (x int);\n");
  write("m/001_b.down.sql", "DROP TABLE a;\n");
  write("m/002_empty.up.sql", "-- nothing any more\n");
  write("m/003_c.up.sql",
        "BEGIN; CREATE TABLE c (x int); COMMIT;\n"
        "CREATE INDEX CONCURRENTLY i ON c (x);\n");
  EXPECT_EQ(run("lint m").exit_code, 1);
  const Result result = run("lint --warn-only m");
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(Lint, AFunctionThatAnyStatementCallsIsLookedInto) {
  write("m/001_a.sql", "CREATE TABLE users (id int);\nCREATE TABLE t (id int);\n");
  for (const char* call : {"SELECT f()", "INSERT INTO t VALUES (f())", "UPDATE t SET id = f()",
                           "CREATE TABLE z AS SELECT f() AS x"}) {
    write("m/002_b.sql", std::string("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\n"
                                     "BEGIN\n  DROP TABLE users;\n  RETURN 1;\nEND $$;\n") +
                             call + ";\n");
    EXPECT_NE(run("lint m").err.find("002_b.sql:3:14: error: "), std::string::npos) << call;
  }
}

TEST_F(Lint, OptionsOfPlpgsqlHideNothing) {
  write("m/001_a.sql", "CREATE TABLE users (id int);\n");
  write("m/002_b.sql", "DO $$\n#variable_conflict use_column\nBEGIN DROP TABLE users; END $$;\n");
  EXPECT_NE(run("lint m").err.find("[drop-table]"), std::string::npos);
}

TEST_F(Lint, ColourIsForTerminals) {
  write("m/001_a.sql", "DROP TABLE a;\n");
  EXPECT_EQ(run("lint m").err.find('\x1B'), std::string::npos);
  EXPECT_NE(run("lint --color=always m").err.find("\x1B["), std::string::npos);
  EXPECT_NE(run("lint m", "CLICOLOR_FORCE=1").err.find("\x1B["), std::string::npos);
  EXPECT_EQ(run("lint m", "CLICOLOR_FORCE=1 NO_COLOR=1").err.find('\x1B'), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
