// SPDX-License-Identifier: Apache-2.0
#include "sql/split.hpp"

#include <string>

#include <gtest/gtest.h>

namespace godwit::codegen::sql {
namespace {

std::string split(std::string_view text) {
  std::string out;
  for (const Span& span : split_statements(text))
    out += "<" + std::string(text.substr(span.offset, span.length)) + ">";
  return out;
}

TEST(Split, EndsStatementsAtSemicolonsThatAreSql) {
  EXPECT_EQ(split(""), "");
  EXPECT_EQ(split(";; -- a\n ;"), "");
  EXPECT_EQ(split("a; b -- c;\n; /* ; */ d"), "<a><b><d>");
  EXPECT_EQ(split("select ';', \";\", $$;$$, $x$;$x$; b"),
            "<select ';', \";\", $$;$$, $x$;$x$><b>");
  EXPECT_EQ(split("a (;b"), "<a (><b>");
}

TEST(Split, KnowsTheTwoStatementsThatHoldSemicolons) {
  EXPECT_EQ(split("create or replace rule r as on insert to t do also (select 1; select 2); b"),
            "<create or replace rule r as on insert to t do also (select 1; select 2)><b>");
  EXPECT_EQ(
      split("create function f() returns int begin atomic select case when a then 1 end; "
            "select 2; end; b"),
      "<create function f() returns int begin atomic select case when a then 1 end; select 2; "
      "end><b>");
  EXPECT_EQ(split("begin; select atomic; end; b"), "<begin><select atomic><end><b>");
}

TEST(Split, StepsOverTheRowsBehindCopy) {
  EXPECT_EQ(split("copy t from stdin;\n1;2\n\\.\nselect 1;"), "<copy t from stdin><select 1>");
  EXPECT_EQ(split("COPY t (a) FROM STDIN (format csv);\r\n1;2\r\n\\.\r\nb"),
            "<COPY t (a) FROM STDIN (format csv)><b>");
  EXPECT_EQ(split("copy t from stdin;\na;b"), "<copy t from stdin><a><b>");
  EXPECT_EQ(split("select 1;\n\\.\nb"), "<select 1><\\.\nb>");
}

TEST(NestingDepth, IsNeverLessThanTheTrees) {
  EXPECT_EQ(nesting_depth("select 1"), 0U);
  EXPECT_EQ(nesting_depth("select 1+1+1"), 2U);
  EXPECT_EQ(nesting_depth("select ((1))"), 2U);
  EXPECT_EQ(nesting_depth("select 1+(2+(3+4))"), 5U);
  EXPECT_EQ(nesting_depth("values (1+1), (1+1); select 1+1"), 2U);
  EXPECT_EQ(nesting_depth("select a+1 and b+1 or c+1"), 1U);
  EXPECT_EQ(nesting_depth("select ')', 1)))"), 0U);
}

}  // namespace
}  // namespace godwit::codegen::sql
