// SPDX-License-Identifier: Apache-2.0
#include "emit/cpp_literal.hpp"

#include <gtest/gtest.h>

namespace godwit::codegen::emit {
namespace {

std::string literal(std::string_view bytes) {
  std::string out;
  append_literal(out, bytes);
  return out;
}

TEST(CppLiteral, HasItsLength) {
  EXPECT_EQ(literal(""), "{\"\", 0}");
  EXPECT_EQ(literal("abc"), "{\"abc\", 3}");
  EXPECT_EQ(literal(std::string_view("a\0b", 3)), "{\"a\\000b\", 3}");
}

TEST(CppLiteral, IsALineALine) {
  EXPECT_EQ(literal("a\nb\n"), "{\"a\\n\"\n\"b\\n\", 4}");
}

TEST(CppLiteral, EscapesWhatCompilersChange) {
  EXPECT_EQ(literal("\"\\?\?="), "{\"\\\"\\\\\\?\\?=\", 5}");
  EXPECT_EQ(literal("a\r\nb\rc"), "{\"a\\015\\n\"\n\"b\\015c\", 6}");
  EXPECT_EQ(literal("é1"), "{\"\\303\\2511\", 3}");  // the digit is no part of the escape
  EXPECT_EQ(literal("\x7F\t"), "{\"\\177\\011\", 2}");
}

}  // namespace
}  // namespace godwit::codegen::emit
