// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

class List : public ToolTest {
 protected:
  List() {
    write("migrations/007_crm.sql",
          "-- Migration 007: CRM system\n-- Created: 2025-11-08\n-- Purpose: Clients\n"
          "-- Idempotency: YES\n-- Dependencies: None\n\nBEGIN;\n"
          "CREATE TABLE IF NOT EXISTS clients (id bigint PRIMARY KEY);\nCOMMIT;\n"
          "-- godwit:down\nDROP TABLE clients;\n");
    write("migrations/010_index.sql",
          "-- Dependencies: 007 (CRM)\nCREATE INDEX CONCURRENTLY c ON clients (id);\n");
  }
};

TEST_F(List, IsInSetOrder) {
  const Result result = run("list");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out.substr(0, result.out.find("digest")),
            "   #  name       transaction  locked  sections                dependencies\n"
            "   1  007_crm    yes          no      up down                 none\n"
            "   2  010_index  none         no      up                      7\n"
            "2 migrations, ");
}

TEST_F(List, IsJsonToo) {
  run("lock");
  const auto json = nlohmann::json::parse(run("list --json").out);
  ASSERT_EQ(json.at("migrations").size(), 2U);
  const auto& second = json.at("migrations").at(1);
  EXPECT_EQ(second.at("version"), 10);
  EXPECT_EQ(second.at("name"), "index");
  EXPECT_EQ(second.at("dependencies"), nlohmann::json::array({7}));
  EXPECT_EQ(second.at("transactional"), false);
  EXPECT_EQ(second.at("locked"), true);
  EXPECT_EQ(json.at("migrations").at(0).at("dependants"), nlohmann::json::array({10}));
  EXPECT_EQ(json.at("migrations").at(0).at("idempotent"), true);
}

TEST_F(List, ShowTellsWhatWasUnderstood) {
  const Result result = run("show 7");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* line :
       {"migration     007_crm\n", "description   CRM system\n", "purpose       Clients\n",
        "created       2025-11-08\n", "file          DIR/migrations/007_crm.sql\n",
        "dependencies  none\n", "dependants    10\n", "idempotent    yes\n",
        "transaction   yes, the file's BEGIN and COMMIT are the runtime's\n",
        "\nup (migrations/007_crm.sql, 3 statements)\n",
        "\ndown (migrations/007_crm.sql, 1 statement)\n  line   11  DROP TABLE clients\n"})
    EXPECT_NE(result.out.find(line), std::string::npos) << line << result.out;
  EXPECT_NE(run("show 7 --sql").out.find("-- line 11\nDROP TABLE clients;\n"), std::string::npos);
}

TEST_F(List, DependenciesOnOtherSetsAreShown) {
  write("migrations/011_a.sql", "-- Dependencies: billing:12\nSELECT 1;\n");
  write("migrations/012_b.sql", "-- Dependencies: [7, billing:3, crm:4]\nSELECT 1;\n");
  const Result result = run("list");
  EXPECT_NE(result.out.find("  billing:12\n"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("  7, billing:3, crm:4\n"), std::string::npos) << result.out;
  EXPECT_NE(run("show 12").out.find("dependencies  7, billing:3, crm:4\n"), std::string::npos);
  const auto json = nlohmann::json::parse(run("list --json").out);
  EXPECT_EQ(json.at("migrations").at(3).at("foreign_dependencies"),
            nlohmann::json::array({"billing:3", "crm:4"}));
}

TEST_F(List, AMigrationHasSeveralNames) {
  for (const char* name : {"7", "007", "crm", "007_crm"})
    EXPECT_EQ(run(std::string("show ") + name).exit_code, 0) << name;
  const Result unknown = run("show 8");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(
      unknown.err,
      "godwit: error: migrations: no migration 8; `godwit list` shows those that there are\n");
}

TEST_F(List, TheGraphOfDependencies) {
  write("migrations/011_x\"#y.sql", "-- Dependencies: 7, 10\nSELECT 1;\n");
  EXPECT_EQ(run("graph").out, "007_crm\n010_index <- 007_crm\n011_x\"#y <- 007_crm, 010_index\n");
  EXPECT_EQ(run("graph --format=dot").out,
            "digraph migrations {\n  rankdir=LR;\n  node [shape=box];\n  \"007_crm\";\n"
            "  \"010_index\";\n  \"011_x\\\"#y\";\n  \"007_crm\" -> \"010_index\";\n"
            "  \"007_crm\" -> \"011_x\\\"#y\";\n  \"010_index\" -> \"011_x\\\"#y\";\n}\n");
  const Result mermaid = run("graph --format=mermaid migrations");
  EXPECT_EQ(mermaid.exit_code, 0) << mermaid.err;
  EXPECT_EQ(mermaid.out,
            "graph LR\n  m7[\"007_crm\"]\n  m10[\"010_index\"]\n  m11[\"011_x#quot;#35;y\"]\n"
            "  m7 --> m10\n  m7 --> m11\n  m10 --> m11\n");
}

TEST_F(List, ErrorsArePointedAt) {
  write("migrations/011_x.sql", "SELEC;\n");
  const Result result = run("list");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "godwit: 1 error, 1 warning, 1 note in 3 migrations; `godwit lint` shows them\n");
}

}  // namespace
}  // namespace godwit::test
