// SPDX-License-Identifier: Apache-2.0
#include "sql/scan.hpp"

#include <string>

#include <gtest/gtest.h>

namespace godwit::codegen::sql {
namespace {

/// Tokens with a letter for their kind: "w:select n:1".
std::string tokens_of(std::string_view text) {
  std::string out;
  for (const Token& token : scan(text, 0, text.size())) {
    constexpr std::string_view kLetters = "wqsn$";
    out += (out.empty() ? "" : " ");
    out += kLetters[static_cast<std::size_t>(token.kind)];
    out += ':';
    out += token.in(text);
  }
  return out;
}

TEST(Scan, TellsTokensApart) {
  EXPECT_EQ(tokens_of("SELECT a1, \"B \"\"c\" FROM ü$x;"),
            "w:SELECT w:a1 $:, q:\"B \"\"c\" w:FROM w:ü$x $:;");
  EXPECT_EQ(tokens_of("'it''s' E'\\'' e'' N'x' b'01' $$a$$ $t$ $$ $t$ $1"),
            "s:'it''s' s:E'\\'' s:e'' s:N'x' s:b'01' s:$$a$$ s:$t$ $$ $t$ $:$ n:1");
  EXPECT_EQ(tokens_of("1 1.5 .5 1e-3 1..10 a:=b c::d"),
            "n:1 n:1.5 n:.5 n:1e-3 n:1 $:.. n:10 w:a $::= w:b w:c $::: w:d");
  EXPECT_EQ(tokens_of("a -- b\n /* c /* d */ e */ f U&\"g\" u&'h'"), "w:a w:f q:U&\"g\" s:u&'h'");
}

TEST(Scan, EndsWhereItIsTold) {
  const std::string_view text = "select 'unterminated";
  EXPECT_EQ(tokens_of(text), "w:select s:'unterminated");
  EXPECT_EQ(scan("a b c", 2, 3).size(), 1U);
  EXPECT_TRUE(scan("", 0, 0).empty());
}

TEST(NameOf, FoldsAndUnquotes) {
  const std::string_view text = "Users \"My \"\"T\"\"\"";
  const auto tokens = scan(text, 0, text.size());
  EXPECT_EQ(name_of(text, tokens.at(0)), "users");
  EXPECT_EQ(name_of(text, tokens.at(1)), "My \"T\"");
}

std::string literal_of(std::string_view text) {
  const auto literal = read_literal(text, scan(text, 0, text.size()).at(0));
  if (!literal)
    return "none";
  // Each byte of the value with the place that it came from.
  std::string out = literal->value + " @";
  for (std::size_t i = 0; i < literal->value.size(); ++i)
    out += " " + std::to_string(literal->origin.to_outer(i));
  return out;
}

TEST(Literals, KnowWhereTheirBytesStand) {
  EXPECT_EQ(literal_of("'abc'"), "abc @ 1 2 3");
  EXPECT_EQ(literal_of("'a''b''''c'"), "a'b''c @ 1 2 4 5 7 9");
  EXPECT_EQ(literal_of("E'a\\'b'"), "a'b @ 2 3 5");
  EXPECT_EQ(literal_of(R"(E'\x41b\101\u00e9\q\\')"), "AbA\u00e9q\\ @ 2 6 7 11 12 17 19");
  EXPECT_EQ(literal_of(R"(E'\U0001F600\n\0x')"),
            std::string("\U0001F600\n\0x @ 2 3 4 5 12 14 16", 26));
  EXPECT_EQ(literal_of("$x$a'b$x$"), "a'b @ 3 4 5");
  EXPECT_EQ(literal_of("''"), " @");
  EXPECT_EQ(literal_of("b'01'"), "none");
}

TEST(TextOrigin, CanBeEmbedded) {
  TextOrigin inner(10);
  TextOrigin outer;
  outer.add_piece(0, 100);
  outer.add_piece(12, 200);
  inner.embed_in(outer);
  EXPECT_EQ(inner.to_outer(0), 110U);
}

}  // namespace
}  // namespace godwit::codegen::sql
