// SPDX-License-Identifier: Apache-2.0
//
// What the tool does on several threads at once, however few cores there are: parsing, looking into
// bodies, and judging. Whatever thread did what, the result is that of one thread.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "commands/compile.hpp"
#include "emit/report.hpp"
#include "order/lock_file.hpp"
#include "sql/body_check.hpp"
#include "sql/parse.hpp"
#include "sql/plpgsql.hpp"
#include "sql/transaction.hpp"
#include "support.hpp"

namespace godwit::codegen {
namespace {

/// Good and bad SQL of every kind, a text that differs a number.
std::string text_of(std::size_t number) {
  const std::string n = std::to_string(number);
  return "CREATE TABLE t" + n +
         " (a int, b text DEFAULT 'é');\n"
         "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM t" +
         n + ") THEN EXECUTE 'DROP TABLE t" + n +
         "'; END IF; COMMIT; END $$;\n"
         "CREATE FUNCTION f" +
         n +
         "() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETRUN 1; END $$;\n"
         "SELECT (1 + " +
         n +
         ";\n"
         "SELECT f" +
         n + "(), 'x' -- c\n 'y';\n";
}

/// Everything that is found out about a text without its neighbours.
std::string described(const std::string& text) {
  std::string out;
  std::vector<sql::SyntaxError> errors;
  const sql::Script script = sql::parse(text, errors);
  for (const sql::SyntaxError& error : errors)
    out += std::to_string(error.offset) + " " + error.message + "\n";
  for (const sql::Statement& statement : script.statements()) {
    std::size_t nodes = 0;
    sql::walk(statement.node, [&](const sql::Node&) {
      ++nodes;
      return true;
    });
    out += std::string(sql::node_name(statement.node)) + " " + std::to_string(nodes) + "\n";
    for (const sql::BodyError& error : sql::check_body(text, statement))
      out += std::to_string(error.offset) + " " + error.message + "\n";
    if (auto body = sql::body_text(text, statement))
      out += std::to_string(sql::parse_body(std::move(*body)).statements.size()) + "\n";
  }
  const sql::TransactionPlan plan = sql::plan_transaction(script, std::nullopt);
  return out + std::to_string(plan.not_in_transaction.size()) + "\n";
}

std::vector<std::string> described_by(unsigned threads, std::size_t count) {
  std::vector<std::string> all(count);
  sql::run_with_deep_stack(count, threads, [&](std::size_t i) { all[i] = described(text_of(i)); });
  return all;
}

TEST(Threads, ParseAsOneThreadDoes) {
  constexpr std::size_t kTexts = 200;
  const std::vector<std::string> alone = described_by(1, kTexts);
  EXPECT_NE(alone[7].find("syntax error at or near \"RETRUN\""), std::string::npos) << alone[7];
  EXPECT_NE(alone[7].find("CreateStmt"), std::string::npos) << alone[7];
  EXPECT_EQ(described_by(8, kTexts), alone);
}

TEST(Threads, ASetIsTheSameEveryTime) {
  constexpr std::size_t kMigrations = 60;
  const test::TemporaryFolder folder;
  for (std::size_t i = 1; i <= kMigrations; ++i)
    folder.write(std::to_string(i) + "_x.sql", text_of(i) + "-- godwit:down\nDROP TABLE t" +
                                                   std::to_string(i) + ";\n" + text_of(i + 1000));
  const auto report = [&] {
    std::string text;
    // As main() does: the linter's threads are made by a thread of its own.
    sql::run_with_deep_stack(1, 1, [&](std::size_t) {
      const auto set =
          commands::compile_set({.files = list_directory(folder.path()), .lock = {}, .policy = {}});
      EXPECT_EQ(set->migrations.size(), kMigrations);
      text = emit::report_gcc(set->diagnostics, {.migrations = kMigrations});
    });
    return text;
  };
  const std::string first = report();
  EXPECT_NE(first.find("[plpgsql-syntax]"), std::string::npos) << first;
  EXPECT_NE(first.find("[syntax-error]"), std::string::npos) << first;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(report(), first);
}

/// What one migration of a set can have to do with all those before it.
void write_history(const test::TemporaryFolder& folder, std::size_t migrations) {
  for (std::size_t i = 1; i <= migrations; ++i) {
    const std::string n = std::to_string(i);
    std::string up = "CREATE TABLE t" + n +
                     " (id bigint PRIMARY KEY, body text, old int);\n"
                     "INSERT INTO t" +
                     n + " VALUES (1, 'a', 2);\n";
    // Said once of the whole set; the comment is of no use where it has been said before.
    up +=
        "-- godwit:allow(unknown-relation) others make it\nDELETE FROM of_others;\n"
        "UPDATE nobodys SET a = 1;\n";
    if (i % 3 == 0)
      up += "CREATE VIEW v" + n + " AS SELECT * FROM t" + std::to_string(i - 1) + ";\n";
    if (i % 5 == 0)
      up += "ALTER TABLE t" + std::to_string(i - 4) + " DROP COLUMN old, ADD CHECK (body <> '');\n";
    if (i % 7 == 0)
      up +=
          "CREATE OR REPLACE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
          "DROP TABLE IF EXISTS made_" +
          n +
          "; RETURN NEW; END $$;\n"
          "CREATE TRIGGER audit AFTER INSERT ON t" +
          n + " FOR EACH ROW EXECUTE FUNCTION audit();\nINSERT INTO t" + n + " VALUES (2);\n";
    // What an undo takes away and brings back changes no order that anybody sees.
    if (i == 1) {
      up += "CREATE SCHEMA held;\n";
      for (int table = 0; table < 12; ++table)
        up += "CREATE TABLE held.t" + std::to_string(table) + " (id bigint PRIMARY KEY);\n";
    } else if (i == migrations) {
      up += "DROP SCHEMA held;\n";
    }
    const std::string undo = i == migrations * 65 / 100 ? "DROP TABLE held.t5;\n" : "";
    if (i % 11 == 0)
      up += "ALTER TABLE t1 ADD COLUMN of_" + n + " int;\n";
    if (i == migrations / 2)
      up += "DO $$ BEGIN EXECUTE current_setting('app.sql'); END $$;\n";
    folder.write(n + "_x.sql",
                 up + "-- godwit:down\nDROP TABLE t" + n + ";\nDROP TABLE nobodys;\n" + undo);
  }
  folder.write("R_v.sql", "DROP VIEW v3;\nCREATE VIEW v3 AS SELECT id FROM t2;\n");
}

/// A lock file of the first migrations: the others are pending.
std::filesystem::path write_lock(const test::TemporaryFolder& folder, std::size_t released) {
  std::vector<LockEntry> entries;
  for (std::size_t i = 1; i <= released; ++i) {
    const std::filesystem::path path = folder.path() / (std::to_string(i) + "_x.sql");
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    entries.push_back({static_cast<std::int64_t>(i), "x", sha256_hex(text)});
  }
  return folder.write("godwit.lock", lock_text(entries));
}

TEST(Threads, JudgeASetAsOneDoes) {
  constexpr std::size_t kMigrations = 120;
  const test::TemporaryFolder folder;
  write_history(folder, kMigrations);
  const std::filesystem::path lock = write_lock(folder, 1);
  const auto report = [&](unsigned threads) {
    std::string text;
    sql::run_with_deep_stack(1, 1, [&](std::size_t) {
      const auto set = commands::compile_set({.files = list_directory(folder.path()),
                                              .lock = lock,
                                              .policy = {},
                                              .wants_schema = true,
                                              .threads = threads});
      text = emit::report_gcc(set->diagnostics, {.migrations = kMigrations});
      for (const commands::SchemaChange& change : set->schema_changes)
        text += change.text + (change.is_opaque ? " opaque\n" : "\n");
    });
    return text;
  };
  const std::string alone = report(1);
  for (const std::string_view rule :
       {"unknown-relation", "unused-allow", "drop-column", "dynamic-sql", "drop-table",
        "down-does-not-undo-up", "hot-table-multi-touch"})
    EXPECT_NE(alone.find("[" + std::string(rule) + "]"), std::string::npos) << rule << '\n'
                                                                            << alone;
  for (const unsigned threads : {2U, 3U, 4U}) {
    for (int round = 0; round < 3; ++round) EXPECT_EQ(report(threads), alone) << threads;
  }
}

}  // namespace
}  // namespace godwit::codegen
