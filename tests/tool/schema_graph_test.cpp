// SPDX-License-Identifier: Apache-2.0
//
// godwit graph --schema: the tables that the migrations add up to.
#include "run_tool.hpp"

namespace godwit::test {
namespace {

class SchemaGraph : public ToolTest {
 protected:
  SchemaGraph() {
    write("migrations/001_crm.sql",
          "CREATE SCHEMA crm;\n"
          "CREATE TABLE teams (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
          "  name text NOT NULL UNIQUE);\n"
          "CREATE TABLE crm.\"Clients\" (id uuid PRIMARY KEY, old int,\n"
          "  team_id bigint REFERENCES teams, at timestamptz NOT NULL DEFAULT now());\n"
          "CREATE VIEW names AS SELECT name FROM teams;\n");
    write(
        "migrations/002_prices.sql",
        "ALTER TABLE crm.\"Clients\" DROP COLUMN old;\n"
        "CREATE TABLE prices (client uuid PRIMARY KEY REFERENCES crm.\"Clients\",\n"
        "  price numeric(12,2) NOT NULL, tags text[]);\n"
        "CREATE TABLE log (at date NOT NULL) PARTITION BY RANGE (at);\n"
        "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');\n");
  }
};

TEST_F(SchemaGraph, IsText) {
  const Result result = run("graph --schema");
  EXPECT_EQ(result.out,
            "crm.\"Clients\"\n"
            "  id       uuid         primary key\n"
            "  team_id  bigint       references teams (id)\n"
            "  at       timestamptz  not null, default\n"
            "\n"
            "log\n"
            "  at  date  not null\n"
            "\n"
            "prices\n"
            "  client  uuid           primary key, references crm.\"Clients\" (id)\n"
            "  price   numeric(12,2)  not null\n"
            "  tags    text[]\n"
            "\n"
            "teams\n"
            "  id    bigint  primary key, identity\n"
            "  name  text    not null, unique\n");
}

TEST_F(SchemaGraph, IsMermaid) {
  EXPECT_EQ(run("graph --schema --format=mermaid").out,
            "erDiagram\n"
            "  \"crm.Clients\" {\n"
            "    uuid id PK\n"
            "    bigint team_id FK\n"
            "    timestamptz at\n"
            "  }\n"
            "  \"log\" {\n"
            "    date at\n"
            "  }\n"
            "  \"prices\" {\n"
            "    uuid client PK,FK\n"
            "    numeric(12_2) price\n"
            "    text[] tags\n"
            "  }\n"
            "  \"teams\" {\n"
            "    bigint id PK\n"
            "    text name UK\n"
            "  }\n"
            "  \"crm.Clients\" }o--o| \"teams\" : \"team_id\"\n"
            "  \"prices\" |o--|| \"crm.Clients\" : \"client\"\n");
}

TEST_F(SchemaGraph, IsForGraphviz) {
  const std::string dot = run("graph --schema --format dot").out;
  EXPECT_EQ(dot.substr(0, dot.find("  \"crm.Clients\" [")),
            "digraph schema {\n  rankdir=LR;\n  node [shape=plain];\n");
  for (const char* part :
       {"<tr><td colspan=\"2\"><b>prices</b></td></tr><tr><td align=\"left\">client</td>"
        "<td align=\"left\">uuid</td></tr>",
        "  \"crm.Clients\" -> \"teams\" [label=\"team_id\"];\n",
        "  \"prices\" -> \"crm.Clients\" [label=\"client\"];\n}\n"})
    EXPECT_NE(dot.find(part), std::string::npos) << part << dot;
}

TEST_F(SchemaGraph, SaysWhenTheSetIsWrong) {
  write("migrations/003_bad.sql", "CREATE TABLE (;\n");
  const Result result = run("graph --schema");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("`godwit lint` shows them"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace godwit::test
