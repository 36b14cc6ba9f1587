// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

class Explain : public ToolTest {
 protected:
  Explain() {
    write("migrations/001_a.sql",
          "CREATE TABLE users (id int PRIMARY KEY, name text);\n"
          "CREATE INDEX users_name ON users (name);\n");
    write("migrations/002_b.sql",
          "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users);\n"
          "ALTER TABLE users ALTER COLUMN id TYPE bigint;\n"
          "DO $$ BEGIN IF random() > 0.5 THEN DROP TABLE users; END IF; END $$;\n"
          "SELECT 1;\n"
          "-- godwit:down\n"
          "DROP TABLE orders;\n");
    write("migrations/003_c.sql", "CREATE INDEX CONCURRENTLY users_id ON users (id);\n");
  }
};

TEST_F(Explain, SaysWhatEachStatementLocksAndWhoWaits) {
  const Result result = run("explain migrations 2");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "002_b up, in a transaction\n"
            "   1  CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users)\n"
            "      locks  users: SHARE ROW EXCLUSIVE; writes, DDL wait\n"
            "      again  it cannot be run twice\n"
            "   2  ALTER TABLE users ALTER COLUMN id TYPE bigint\n"
            "      locks  users: ACCESS EXCLUSIVE; reads, writes, DDL wait\n"
            "      work   writes all of users anew, and 2 indexes\n"
            "   3  DO $$ BEGIN IF random() > 0.5 THEN DROP TABLE users; END IF; END $$\n"
            "      again  it cannot be run twice\n"
            "   3  perhaps: DROP TABLE users\n"
            "      locks  users: ACCESS EXCLUSIVE; reads, writes, DDL wait\n"
            "      1 other statement locks nothing that is there before, and can be run twice\n"
            "\n"
            "      held until it commits:\n"
            "         2  users: ACCESS EXCLUSIVE\n"
            "\n"
            "002_b down, in a transaction\n"
            "   6  DROP TABLE orders\n"
            "      locks  orders: ACCESS EXCLUSIVE; reads, writes, DDL wait\n"
            "      locks  users: ACCESS EXCLUSIVE; reads, writes, DDL wait\n"
            "      again  it cannot be run twice\n"
            "\n"
            "      held until it commits:\n"
            "         6  orders: ACCESS EXCLUSIVE\n"
            "         6  users: ACCESS EXCLUSIVE\n");
  EXPECT_EQ(run("explain 2").out, result.out);
}

TEST_F(Explain, SaysInWhichPartsABatchIsRun) {
  write("migrations/004_fill.sql",
        "-- godwit:batch key=id size=500 pause=50ms\n"
        "UPDATE users SET name = upper(name);\n");
  EXPECT_EQ(run("explain migrations 4").out,
            "004_fill up, without a transaction\n"
            "   2  UPDATE users SET name = upper(name)\n"
            "      locks  users: ROW EXCLUSIVE; readers and writers do not wait\n"
            "      parts  500 rows each by id, in a transaction each, 50 ms between\n");
  const auto json = nlohmann::json::parse(run("explain migrations 4 --json").out);
  EXPECT_EQ(json["sections"][0]["statements"][0]["batch"],
            nlohmann::json::parse(R"({"key": ["id"], "size": 500, "pause_ms": 50})"));
}

TEST_F(Explain, IsAsWideAsATerminal) {
  write("wide.sql", "ALTER TABLE " + std::string(40, 'a') + " ADD COLUMN " + std::string(60, 'b') +
                        " int;\nCREATE TABLE t (a int REFERENCES " + std::string(40, 'c') + ");\n");
  const Result result = run("explain wide.sql");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    EXPECT_LE(columns, 80) << line;
  }
  EXPECT_NE(result.out.find("…\n"), std::string::npos) << result.out;
}

TEST_F(Explain, IsJsonToo) {
  const auto json = nlohmann::json::parse(run("explain migrations 3 --json").out);
  const auto& section = json.at("sections").at(0);
  EXPECT_EQ(section.at("version"), 3);
  EXPECT_EQ(section.at("transactional"), false);
  const auto& statement = section.at("statements").at(0);
  EXPECT_EQ(statement.at("line"), 1);
  EXPECT_EQ(statement.at("transaction"), "impossible");
  EXPECT_EQ(statement.at("duration"), "grows with the table");
  EXPECT_EQ(statement.at("repeatable"), false);
  EXPECT_EQ(statement.at("locks").at(0).at("relation"), "users");
  EXPECT_EQ(statement.at("locks").at(0).at("mode"), "SHARE UPDATE EXCLUSIVE");
  EXPECT_EQ(statement.at("locks").at(0).at("blocks"), nlohmann::json::array({"DDL"}));
  EXPECT_EQ(statement.at("work").at(0).at("kind"), "index-build");
}

TEST_F(Explain, WhatIsNotThereOrNotUnderstoodIsSaid) {
  EXPECT_EQ(run("explain migrations 9").exit_code, 2);
  EXPECT_EQ(run("explain nowhere.sql").exit_code, 2);
  write("bad.sql", "ALTER TABLE;\n");
  const Result bad = run("explain bad.sql");
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_NE(bad.err.find("not all of it was understood"), std::string::npos) << bad.err;
}

}  // namespace
}  // namespace godwit::test
