// SPDX-License-Identifier: Apache-2.0
#include "run_tool.hpp"

#include <nlohmann/json.hpp>

namespace godwit::test {
namespace {

class Generate : public ToolTest {
 protected:
  void write_manifest(const std::string& more = "") const {
    std::string text =
        "godwit-manifest 1\nlibrary crm\nheader crm.hpp\nnamespace crm\nname main\nroot " +
        (folder() / "m").string() + "\n" + more;
    for (const auto& entry : std::filesystem::directory_iterator(folder() / "m"))
      text += "file " + entry.path().string() + "\n";
    write("crm.manifest", text);
  }
};

TEST_F(Generate, WritesTheTableOnlyWhenItChanges) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint);\n");
  write_manifest();
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  const std::string first = read("crm.cpp");
  EXPECT_NE(first.find("static_assert(godwit::kTableFormat == 5"), std::string::npos);
  EXPECT_NE(first.find(".sql = {\"CREATE TABLE a (id bigint)\", 26}"), std::string::npos);
  EXPECT_EQ(first.find(folder().string()), std::string::npos) << "paths of the build machine";
  const auto past = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(folder() / "crm.cpp", past);
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  EXPECT_EQ(std::filesystem::last_write_time(folder() / "crm.cpp"), past);
}

TEST_F(Generate, SaysWhatEachStatementLocks) {
  write("m/001_a.sql",
        "CREATE EXTENSION IF NOT EXISTS hstore;\nCREATE TABLE a (id bigint PRIMARY KEY);\n"
        "CREATE INDEX a_id ON a (id);\n");
  write("m/002_b.sql",
        "BEGIN;\nSET lock_timeout = '2s';\nCREATE SCHEMA app;\n"
        "CREATE TABLE app.b (a_id bigint, n text);\n"
        "ALTER TABLE app.b ADD FOREIGN KEY (a_id) REFERENCES a;\nCOMMIT;\n");
  write(
      "m/003_c.sql",
      "-- Transaction: none\nSET lock_timeout = '2s';\n"
      "CREATE INDEX CONCURRENTLY b_n ON app.b (n);\nALTER TABLE app.b ALTER n TYPE int USING 1;\n");
  write_manifest("allow-fresh\nwarn-only\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  const std::string table = read("crm.cpp");
  EXPECT_NE(
      table.find("constexpr godwit::Effect kEffects[] = {\n"
                 // The outer BEGIN is no statement of the table's; app.b is new in 002.
                 "    {3, godwit::LockMode::kShareRowExclusive, 0, true, {\"\", 0}, {\"a\", 1}},\n"
                 "    {1, godwit::LockMode::kShareUpdateExclusive, 8, true, {\"app\", 3}, "
                 "{\"b\", 1}},\n"
                 "    {2, godwit::LockMode::kAccessExclusive, 12, true, {\"app\", 3}, "
                 "{\"b\", 1}},\n};"),
      std::string::npos)
      << table.substr(table.find("kEffects"), 600);
  EXPECT_NE(table.find(".effects = {kEffects + 1, 2}"), std::string::npos);
  EXPECT_NE(table.find(".allows_fresh = true"), std::string::npos);
  EXPECT_NE(table.find("\"hstore\", 6"), std::string::npos);
}

TEST_F(Generate, DeclaresTheFunctionsOfCode) {
  write("m/001_a.sql", "-- Code: fill\nCREATE TABLE a (id bigint PRIMARY KEY);\n");
  write("m/002_b.sql", "-- Dependencies: 1\n-- Code: move\n-- Code-Down: fill\n");
  write_manifest();
  const Result result = run("generate crm.manifest -o crm.cpp --code-header crm.code.hpp");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const std::string header = read("crm.code.hpp");
  EXPECT_NE(header.find("namespace crm {\n"), std::string::npos);
  EXPECT_NE(header.find("void fill(godwit::CodeMigration& migration);  // 001_a\n"
                        "void move(godwit::CodeMigration& migration);  // 002_b\n"),
            std::string::npos)
      << header;
  const std::string table = read("crm.cpp");
  EXPECT_NE(table.find(".kind = godwit::Kind::kCode"), std::string::npos);
  EXPECT_NE(table.find(".code_runner = godwit::detail::run_code"), std::string::npos);
  EXPECT_NE(table.find(".code = {crm::fill, {\"fill\", 4}, {\"m/001_a.sql\", 11}, 1, 10}"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find(".code = {crm::fill, {\"fill\", 4}, {\"m/002_b.sql\", 11}, 3, 15}"),
            std::string::npos);

  write("m/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
  write("m/002_b.sql", "SELECT 1;\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp --code-header crm.code.hpp").exit_code, 0);
  EXPECT_EQ(read("crm.code.hpp"),
            "// Made by godwit from the migrations; changes are lost.\n#pragma once\n");
  EXPECT_EQ(read("crm.cpp").find("code_runner"), std::string::npos);
}

TEST_F(Generate, ATableStandsForItsPartitions) {
  write("m/001_a.sql",
        "CREATE TABLE ev (id bigint NOT NULL, v text) PARTITION BY RANGE (id);\n"
        "CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM (0) TO (100);\n");
  write("m/002_b.sql", "SET lock_timeout = '2s';\nALTER TABLE ev ALTER COLUMN v SET NOT NULL;\n");
  write("m/003_c.sql",
        "SET lock_timeout = '2s';\nALTER TABLE ev_1 ADD CONSTRAINT c CHECK (id > 0);\n");
  write_manifest("warn-only\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  const std::string table = read("crm.cpp");
  EXPECT_NE(table.find("constexpr godwit::Effect kEffects[] = {\n"
                       "    {1, godwit::LockMode::kAccessExclusive, 1, true, {\"\", 0}, {\"ev\", "
                       "2}},\n"
                       "    {1, godwit::LockMode::kAccessExclusive, 1, true, {\"\", 0}, "
                       "{\"ev_1\", 4}},\n};"),
            std::string::npos)
      << table.substr(table.find("kEffects"), 600);
}

TEST_F(Generate, TheSetsOwnNameIsNoOtherSet) {
  write("m/001_a.sql", "-- Dependencies: main:2\nSELECT 1;\n");
  write("m/002_b.sql", "-- Dependencies: billing:3\nSELECT 2;\n");
  write_manifest();
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  const std::string table = read("crm.cpp");
  EXPECT_LT(table.find("SELECT 2"), table.find("SELECT 1"));
  EXPECT_NE(table.find("{{}, 2}"), std::string::npos);
  EXPECT_NE(table.find("{{\"billing\", 7}, 3}"), std::string::npos);
  write("m/001_a.sql", "-- Dependencies: main:9\nSELECT 1;\n");
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("depends on migration 9, which does not exist"), std::string::npos)
      << result.err;
}

TEST_F(Generate, ALockFileThatIsNamedHasToBeThere) {
  write("m/001_a.sql", "SELECT 1;\n");
  const std::string lock = (folder() / "my.lock").string();
  write_manifest("lock " + lock + "\nlock-required\n");
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("DIR/my.lock:1:1: error: there is no such file"), std::string::npos)
      << result.err;
  EXPECT_NE(result.err.find("godwit lock DIR/m --file DIR/my.lock"), std::string::npos);
  EXPECT_EQ(run("lock m --file my.lock").exit_code, 0);
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
}

TEST_F(Generate, RefusesOptionsThatCannotBeMeant) {
  write("m/001_a.sql", "SELECT 1;\n");
  struct Case {
    const char* line;
    const char* said;
  };
  for (const Case& c :
       {Case{"history-table a.b.c", "HISTORY_TABLE a.b.c: not a table's name"},
        Case{"history-table \"a\"", "HISTORY_TABLE \"a\": not a table's name"},
        Case{"history-table .a", "HISTORY_TABLE .a: not a table's name"},
        Case{"history-table pg_catalog.a", "nothing is kept in pg_catalog"},
        Case{"history-table information_schema.a", "nothing is kept in information_schema"},
        Case{"history-table pg_temp.a", "nothing is kept in pg_temp"},
        Case{"history-table a23456789b23456789c23456789d23456789e23456789f234567890", "54 bytes"},
        Case{"external \"x", "EXTERNAL \"x: not a table's name"},
        Case{"external a.b.c", "EXTERNAL a.b.c: not a table's name"}}) {
    write_manifest(std::string(c.line) + "\n");
    const Result result = run("generate crm.manifest -o crm.cpp");
    EXPECT_EQ(result.exit_code, 2) << c.line;
    EXPECT_NE(result.err.find(c.said), std::string::npos) << result.err;
  }
  write_manifest("baseline 2\n");
  const Result above = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(above.exit_code, 0);
  EXPECT_NE(above.err.find("warning: BASELINE 2 is above the last version, 1"), std::string::npos);
  write_manifest("baseline 1\nhistory-table ops.my history\nexternal app.users\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").err.find("BASELINE"), std::string::npos);
}

TEST_F(Generate, FindingsLeaveTheOldTable) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint);\n");
  write_manifest();
  run("generate crm.manifest -o crm.cpp");
  const std::string before = read("crm.cpp");
  write("m/002_b.sql", "DROP TABLE a;\n");
  write_manifest();
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("DIR/m/002_b.sql:1:12: error: "), std::string::npos) << result.err;
  EXPECT_EQ(read("crm.cpp"), before);
  write_manifest("warn-only\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  EXPECT_NE(read("crm.cpp"), before);
}

TEST_F(Generate, ADownThatDoesNotParseStopsNoHistory) {
  write("m/001_a.up.sql", "CREATE TABLE a (id bigint);\n");
  write("m/001_a.down.sql", "ALTER TABLE a DROP COLUMN id\nDROP TABLE a;\nSELECT 1;\n");
  write_manifest();
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 1);
  write_manifest("warn-only\n");
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.err.find("001_a.down.sql:2:1: warning: syntax error at or near \"DROP\""),
            std::string::npos)
      << result.err;
  EXPECT_NE(read("crm.cpp").find("DROP COLUMN id\\n"), std::string::npos) << read("crm.cpp");
  write_manifest("baseline 1\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").err, "");
}

TEST_F(Generate, WhatFailsInATransactionRunsOutsideOne) {
  write("m/001_a.up.sql",
        "CREATE TYPE mood AS ENUM ('sad');\nCREATE TABLE users (id int PRIMARY KEY, mood mood, "
        "boss int REFERENCES users DEFERRABLE INITIALLY DEFERRED);\nCREATE PROCEDURE work() "
        "LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\n");
  write("m/002_value.up.sql",
        "ALTER TYPE mood ADD VALUE 'glad';\nUPDATE users SET mood = 'glad' WHERE id = 1;\n");
  write("m/003_events.up.sql",
        "INSERT INTO users VALUES (1, 'sad', 1);\nALTER TABLE users ADD COLUMN note text;\n");
  write("m/004_call.up.sql", "SELECT 1;\nCALL work();\n");
  write("m/005_allowed.up.sql",
        "ALTER TYPE mood ADD VALUE 'calm';\n-- godwit:allow(enum-value-used-in-transaction) there "
        "is no such row\nUPDATE users SET mood = 'calm' WHERE id = -1;\n");
  write("m/006_down.up.sql", "SELECT 1;\n");
  write("m/006_down.down.sql", "SELECT 1;\nCALL work();\n");
  const auto transactions = [&] {
    std::string text;
    const auto list = nlohmann::json::parse(run("list m --json").out);
    for (const auto& migration : list.at("migrations"))
      text += migration.at("transactional").get<bool>() ? '1' : '0';
    return text;
  };
  EXPECT_EQ(transactions(), "100011");
  write_manifest();
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 1);
  write_manifest("warn-only\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  const std::string table = read("crm.cpp");
  // Steps: one of 001; two each of 002, 003 and 004; one each of 005 and 006; two of 006's down.
  for (const char* steps : {"kSteps + 0, 1}", "kSteps + 1, 2}", "kSteps + 3, 2}", "kSteps + 5, 2}",
                            "kSteps + 7, 1}", "kSteps + 8, 1}", "kSteps + 9, 2}"})
    EXPECT_NE(table.find(steps), std::string::npos) << steps << table;
}

// What a set has no need of, its application does not link.
TEST_F(Generate, OnlyTheRunnersThatTheSetNeedsAreNamed) {
  const std::string table_sql = "CREATE TABLE a (id bigint PRIMARY KEY, n int);\n";
  const auto runners = [&](const std::string& more, const std::string& down) {
    write("m/001_a.sql", table_sql + "-- godwit:down\nDROP TABLE a;\n");
    write("m/002_b.sql", more + "-- godwit:down\n" + down);
    write_manifest("warn-only\n");
    EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
    const std::string table = read("crm.cpp");
    std::string found;
    for (const char* runner : {"code", "step", "batch"}) {
      if (table.find(std::string(".") + runner + "_runner = godwit::detail::run_") !=
          std::string::npos)
        found += std::string(found.empty() ? "" : " ") + runner;
    }
    return found;
  };
  const std::string index = "CREATE INDEX CONCURRENTLY a_n ON a (n);\n";
  const std::string batch =
      "-- godwit:batch key=id size=1000\nUPDATE a SET n = 0 WHERE n IS NULL;\n";
  EXPECT_EQ(runners("SELECT 1;\n", "SELECT 1;\n"), "");
  EXPECT_EQ(runners(index, "DROP INDEX CONCURRENTLY a_n;\n"), "step");
  EXPECT_EQ(runners("CREATE INDEX a_n ON a (n);\n", "DROP INDEX CONCURRENTLY a_n;\n"), "step");
  EXPECT_EQ(runners(batch, "SELECT 1;\n"), "step batch");
}

TEST_F(Generate, ASetThatHasTheHistoryTableItselfKeepsItsHistoryElsewhere) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint);\nDROP TABLE IF EXISTS schema_migrations;\n");
  write_manifest();
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("001_a.sql:2:22: error: "), std::string::npos) << result.err;
  write_manifest("warn-only\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
  EXPECT_NE(read("crm.cpp").find("\"godwit_migrations\""), std::string::npos);
  write_manifest("warn-only\nhistory-table ops.history\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").err.find("history-table"), std::string::npos);
  EXPECT_NE(read("crm.cpp").find("\"ops.history\""), std::string::npos);
}

TEST_F(Generate, AnEmptySetIsAskedFor) {
  std::filesystem::create_directories(folder() / "m");
  write_manifest();
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "godwit: error: DIR/m: no migrations\n");
  write_manifest("allow-empty\n");
  EXPECT_EQ(run("generate crm.manifest -o crm.cpp").exit_code, 0);
}

TEST_F(Generate, WhatCannotBeWrittenIsSaid) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
  write_manifest();
  const Result result = run("generate crm.manifest -o no/such/folder/crm.cpp");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err.rfind("godwit: ", 0), 0U);
  EXPECT_NE(result.err.find("cannot write no/such/folder/crm.cpp"), std::string::npos);
}

TEST_F(Generate, LockErrorsAreNeverMuted) {
  write("m/001_a.sql", "CREATE TABLE a (id bigint);\n");
  write("godwit.lock", "1 a " + std::string(64, '0') + "\ndigest " + std::string(64, '0') + "\n");
  write_manifest("warn-only\nbaseline 99\nlock " + (folder() / "godwit.lock").string() + "\n");
  const Result result = run("generate crm.manifest -o crm.cpp");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("[edited-locked-migration]"), std::string::npos);
  EXPECT_NE(result.err.find("[invalid-lock-file]"), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
