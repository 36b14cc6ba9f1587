// SPDX-License-Identifier: Apache-2.0
#include "source/tool_directives.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::file_of;
using test::findings;

bool says(const std::string& text, SectionKind kind = SectionKind::kUp) {
  return says_no_transaction(file_of(text), kind);
}

TEST(ToolDirectives, SayThatThereIsNoTransaction) {
  EXPECT_TRUE(says("-- +goose NO TRANSACTION\n-- +goose Up\nselect 1;"));
  EXPECT_TRUE(says("-- +goose no transaction\nselect 1;"));
  EXPECT_TRUE(says("--+GOOSE NO TRANSACTION\nselect 1;", SectionKind::kDown));
  EXPECT_TRUE(says("-- +migrate Up notransaction\nselect 1;"));
  EXPECT_TRUE(says("-- migrate:up transaction:false\nselect 1;"));
  EXPECT_FALSE(says("-- +goose Up\nselect '-- +goose NO TRANSACTION';"));
  EXPECT_FALSE(says("-- migrate:up transaction:true\nselect 1;"));
}

TEST(ToolDirectives, OfUpAndDownAreApart) {
  const std::string dbmate =
      "-- migrate:up\nselect 1;\n-- migrate:down transaction:false\nselect 2;";
  EXPECT_FALSE(says(dbmate));
  EXPECT_TRUE(says(dbmate, SectionKind::kDown));
  const std::string sql_migrate =
      "-- +migrate Up notransaction\nselect 1;\n-- +migrate Down\nselect 2;";
  EXPECT_TRUE(says(sql_migrate));
  EXPECT_FALSE(says(sql_migrate, SectionKind::kDown));
}

TEST(ToolDirectives, TellTheTool) {
  const auto tool = [](const char* text) {
    const auto mark = first_tool_directive(file_of(text));
    return mark ? layout_name(mark->tool) : std::string_view("none");
  };
  EXPECT_EQ(tool("-- Users\n\n-- +goose Up\nselect 1;"), "goose");
  EXPECT_EQ(tool("-- +MIGRATE up\nselect 1;"), "sql-migrate");
  EXPECT_EQ(tool("-- Migrate:Up\nselect 1;"), "dbmate");
  EXPECT_EQ(tool("-- migrate:upwards\nselect 1;"), "none");
  EXPECT_EQ(tool("select $$\n-- +goose Up\n$$;"), "none");
  EXPECT_EQ(tool("select 1; -- +goose Up\n"), "none");
  EXPECT_EQ(tool("-- godwit:up\nselect 1;"), "none");
}

std::string check(const std::string& text) {
  const SourceFile file = file_of(text);
  Diagnostics diagnostics;
  check_tool_directives(file, diagnostics);
  return findings(diagnostics);
}

TEST(ToolDirectives, VariablesOfTheEnvironmentAreRefused) {
  const std::string message =
      " error: goose would put an environment variable here, in place of ${REGION}; a migration "
      "that is compiled in is the same wherever it runs [unsupported-directive]\n";
  EXPECT_EQ(check("-- +goose ENVSUB ON\n-- +goose Up\nselect '${REGION}', '${OTHER}';"),
            "007_x.sql:3:9:" + message);
  EXPECT_EQ(check("-- +goose Up\n-- +goose envsub on\nselect 1;\n-- +goose envsub off\n"
                  "select '${REGION}';\n-- +goose ENVSUB ON\nselect '${REGION}';"),
            "007_x.sql:7:9:" + message);
  EXPECT_NE(check("-- +goose ENVSUB ON\nselect '$REGION';").find("in place of $REGION;"),
            std::string::npos);
  EXPECT_NE(check("-- +goose ENVSUB ON\nselect '${R:-eu}';").find("in place of ${R:"),
            std::string::npos);
  EXPECT_EQ(check("-- +goose ENVSUB ON\nselect $1, $$a$$, $body$b$body$, 'US$ 5';"), "");
  EXPECT_EQ(check("-- +goose Up\nselect '${REGION}';"), "");
}

TEST(ToolDirectives, ThatGooseDoesNotKnowAreReported) {
  EXPECT_EQ(check("-- +goose Up\n-- +goose NoTransaction\nselect 1;"),
            "007_x.sql:2:1: error: goose knows no directive `NoTransaction` [unknown-directive]\n");
}

}  // namespace
}  // namespace godwit::codegen
