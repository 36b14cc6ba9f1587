// SPDX-License-Identifier: Apache-2.0
#include "sql/parse.hpp"

#include <future>
#include <thread>

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
            "007_x.sql:2:9: error: syntax error at end of input [syntax-error]\n");
}

TEST(Parse, AnOpenQuoteIsOneError) {
  EXPECT_EQ(
      parsed("select 1;\nselect 'abc"),
      "SelectStmt(select 1)\n"
      "007_x.sql:2:8: error: unterminated quoted string at or near \"'abc\" [syntax-error]\n");
  EXPECT_EQ(parsed("do $$ begin"),
            "007_x.sql:1:4: error: unterminated dollar-quoted string at or near \"$$ begin\" "
            "[syntax-error]\n");
}

TEST(Parse, AMessageIsOneLine) {
  EXPECT_EQ(parsed("select 'abc\nd\n"),
            "007_x.sql:1:8: error: unterminated quoted string at or near \"'abc…\" "
            "[syntax-error]\n");
}

TEST(Parse, AnOpenCommentIsFoundAtOnce) {
  std::string open = "select 1; ";
  for (int i = 0; i < 100'000; ++i) open += "/*";
  EXPECT_EQ(parsed(open), "007_x.sql:1:11: error: unterminated /* comment [syntax-error]\n");
}

TEST(Parse, AStringGoesOnBehindAComment) {
  EXPECT_EQ(parsed("select 'foo' -- c\n 'bar';"), "SelectStmt(select 'foo' -- c\n 'bar')\n");
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

std::string repeated(std::size_t times, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

/// The statements that parse, and the nodes that a walk sees in them.
std::pair<std::size_t, std::size_t> parse_deep(const std::string& text) {
  std::size_t statements = 0;
  std::size_t nodes = 0;
  run_with_deep_stack(1, 1, [&](std::size_t) {
    std::vector<SyntaxError> errors;
    const Script script = parse(text, errors);
    EXPECT_EQ(script.statements().size() + errors.size(), 1U);
    statements = script.statements().size();
    for (const Statement& statement : script.statements())
      walk(statement.node, [&](const Node&) {
        ++nodes;
        return true;
      });
  });
  return {statements, nodes};
}

TEST(Parse, ReadsWhateverPostgresTakes) {
  // PostgreSQL 15 with its default max_stack_depth takes none of these at 5,000.
  EXPECT_GT(parse_deep("select 1" + repeated(9'000, "+1")).second, 9'000U);
  EXPECT_EQ(parse_deep("select " + repeated(3'000, "(") + "1" + repeated(3'000, ")")).first, 1U);
  EXPECT_EQ(parse_deep("select 1" + repeated(5'000, " union select 1")).first, 1U);
  // As wide as one likes.
  EXPECT_EQ(parse_deep("select 1" + repeated(20'000, ", 1+1")).first, 1U);
  EXPECT_EQ(parse_deep("select true" + repeated(20'000, " and true")).first, 1U);
  EXPECT_EQ(parse_deep("insert into t values (1)" + repeated(20'000, ", (1)")).first, 1U);
}

TEST(Parse, RefusesAbsurdDepthInsteadOfCrashing) {
  const SourceFile file = file_of("select 1;\nselect 1" + repeated(500'000, "+1") + ";\n");
  Diagnostics diagnostics;
  parse_section(Section(SectionKind::kUp, file), 15, diagnostics);
  EXPECT_EQ(
      findings(diagnostics),
      "007_x.sql:2:1: error: the statement nests more than 10000 levels deep, which no server "
      "takes [syntax-error]\n");
  for (const char* piece : {"(", "not ", "- ", "case when ", "1::int::", "a[", "(select "})
    EXPECT_EQ(parse_deep("select " + repeated(300'000, piece)).first, 0U) << piece;
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

TEST(DeepStack, WithinItTheCallerTakesPart) {
  run_with_deep_stack(1, 1, [](std::size_t) {
    const std::thread::id caller = std::this_thread::get_id();
    run_with_deep_stack(2, 1, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
    // Both have to run at once.
    std::promise<void> here;
    std::promise<void> there;
    run_with_deep_stack(2, 2, [&](std::size_t i) {
      (i == 0 ? here : there).set_value();
      (i == 0 ? there : here).get_future().wait();
    });
    EXPECT_THROW(run_with_deep_stack(2, 2, [](std::size_t) { throw std::runtime_error("x"); }),
                 std::runtime_error);
  });
}

TEST(Parse, AMessageNeverEndsInHalfACharacter) {
  const std::string text = "select 9\u0362;";
  std::vector<SyntaxError> errors;
  EXPECT_TRUE(parse(text, errors).empty());
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "trailing junk after numeric literal at or near \"9\"");
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
