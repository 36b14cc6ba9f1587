// SPDX-License-Identifier: Apache-2.0
#include "sql/parse.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen::sql {
namespace {

using test::file_of;
using test::findings;

/// "CreateStmt@0+20 …" and the findings.
std::string parsed(const std::string& text, int postgres = 15) {
  const SourceFile file = file_of(text);
  Diagnostics diagnostics;
  const Script script = parse_section(Section(SectionKind::kUp, file), postgres, diagnostics);
  std::string out;
  for (const Statement& statement : script.statements())
    out += std::string(node_name(statement.node)) + "(" +
           text.substr(statement.offset, statement.length) + ")\n";
  diagnostics.sort();
  return out + findings(diagnostics);
}

TEST(Parse, StatementsHaveNeitherCommentsBeforeNorSemicolonsBehind) {
  EXPECT_EQ(
      parsed("-- é\n  select 1 ;; /* b */\ncreate table t(a int) -- c\n;\nselect 2 -- d\n"),
      "SelectStmt(select 1)\nCreateStmt(create table t(a int) -- c)\nSelectStmt(select 2 -- d)\n");
  EXPECT_EQ(parsed(""), "");
  EXPECT_EQ(parsed("-- only\n;;"), "");
}

TEST(Parse, LocationsAreBytesOfTheFile) {
  const SourceFile file = file_of("select 'é'; create table t (a int, b text);");
  Diagnostics diagnostics;
  const Script script = parse_section(Section(SectionKind::kUp, file), 15, diagnostics);
  const auto* create = as<PgQuery__CreateStmt>(script.statements().at(1).node);
  ASSERT_NE(create, nullptr);
  const auto* column = as<PgQuery__ColumnDef>(create->table_elts[1]);
  ASSERT_NE(column, nullptr);
  EXPECT_EQ(file.text().substr(static_cast<std::size_t>(column->location), 6), "b text");
}

TEST(Parse, EverySyntaxErrorIsReportedAndTheRestIsRead) {
  EXPECT_EQ(parsed("select 'é' fro x;\ncreate table t(a int);\nselec 1;\nselect 2;"),
            "CreateStmt(create table t(a int))\nSelectStmt(select 2)\n"
            "007_x.sql:1:17: error: syntax error at or near \"x\" [syntax-error]\n"
            "007_x.sql:3:1: error: syntax error at or near \"selec\" [syntax-error]\n");
  EXPECT_EQ(parsed("select 1;\nselect (;\n"),
            "SelectStmt(select 1)\n"
            "007_x.sql:2:9: error: syntax error at or near \";\" [syntax-error]\n");
}

TEST(Parse, AnOpenQuoteIsOneError) {
  EXPECT_EQ(
      parsed("select 1;\nselect 'abc"),
      "007_x.sql:2:8: error: unterminated quoted string at or near \"'abc\" [syntax-error]\n");
  EXPECT_EQ(parsed("do $$ begin"),
            "007_x.sql:1:4: error: unterminated dollar-quoted string at or near \"$$ begin\" "
            "[syntax-error]\n");
}

TEST(Parse, CommandsOfPsqlAreNamed) {
  EXPECT_EQ(parsed("\\connect x\nselect 1;"),
            "007_x.sql:1:1: error: a psql command, which only psql understands "
            "[psql-meta-command]\n");
}

TEST(Parse, ANewerServerMayKnowMore) {
  EXPECT_EQ(parsed("alter table t add constraint c not null a not valid;", 18),
            "007_x.sql:1:32: error: syntax error at or near \"not\" [newer-syntax]\n");
}

TEST(Parse, DeepNestingIsReadOrRefusedButNeverCrashes) {
  std::string parentheses = "select " + std::string(200'000, '(') + "1" + std::string(200'000, ')');
  std::string sums = "select 1";
  for (int i = 0; i < 100'000; ++i) sums += "+1";
  std::string nots = "select ";
  for (int i = 0; i < 100'000; ++i) nots += "not ";
  nots += "true";
  std::size_t read = 0;
  run_with_deep_stack(1, 1, [&](std::size_t) {
    for (const std::string& text : {parentheses, sums, nots}) {
      std::vector<SyntaxError> errors;
      const Script script = parse(text, errors);
      EXPECT_EQ(script.statements().size() + errors.size(), 1U);
      for (const Statement& statement : script.statements())
        walk(statement.node, [&](const Node&) {
          ++read;
          return true;
        });
    }
  });
  EXPECT_GT(read, 100'000U);
}

TEST(DeepStack, RethrowsTheFirstFailure) {
  EXPECT_THROW(run_with_deep_stack(100, 2,
                                   [](std::size_t i) {
                                     if (i == 7)
                                       throw std::runtime_error("seven");
                                   }),
               std::runtime_error);
  int calls = 0;
  run_with_deep_stack(0, 2, [&](std::size_t) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(SplitOnly, NeedsNoGrammar) {
  const SourceFile file = file_of("merge into t using u on a returning *;\n-- x\nselect 1;");
  const Script script = split_only(Section(SectionKind::kUp, file));
  ASSERT_EQ(script.statements().size(), 2U);
  EXPECT_EQ(script.statements()[0].node, nullptr);
  EXPECT_EQ(file.text().substr(script.statements()[1].offset), "select 1;");
}

}  // namespace
}  // namespace godwit::codegen::sql
