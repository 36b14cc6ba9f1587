// SPDX-License-Identifier: Apache-2.0
#include "source/source_file.hpp"

#include <gtest/gtest.h>

#include "source/text_check.hpp"
#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::file_of;

TEST(SourceFile, ChecksumIsThatOfSha256sum) {
  // printf 'select 1;\n' | sha256sum
  EXPECT_EQ(file_of("select 1;\n").checksum(),
            "4a45092ccf992ea92250053a80b931b787924ba61648f420555511b84f10ab6c");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(SourceFile, ChecksumIgnoresLineEndsAndByteOrderMark) {
  const std::string plain = file_of("a\nb\n").checksum();
  EXPECT_EQ(file_of("a\r\nb\r\n").checksum(), plain);
  EXPECT_EQ(file_of("\xEF\xBB\xBF"
                    "a\nb\n")
                .checksum(),
            plain);
  EXPECT_NE(file_of("a\rb\n").checksum(), plain);  // a lone CR is text
  EXPECT_NE(file_of("a\nb").checksum(), plain);    // so is the last line end
  EXPECT_NE(file_of("a\r\r\nb\n").checksum(), plain);
}

TEST(SourceFile, PositionsCountFromOneInBytes) {
  const SourceFile file = file_of("ab\r\né c\n");
  const auto at = [&](std::size_t offset) {
    const Position p = file.position(offset);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
  };
  EXPECT_EQ(at(0), "1:1");
  EXPECT_EQ(at(3), "1:4");
  EXPECT_EQ(at(4), "2:1");
  EXPECT_EQ(at(7), "2:4");
  EXPECT_EQ(at(9), "3:1");
  EXPECT_EQ(at(1000), "3:1");
  EXPECT_EQ(file.line_text(1), "ab");
  EXPECT_EQ(file.line_text(2), "é c");
  EXPECT_EQ(file.line_text(3), "");
  EXPECT_EQ(file.line_text(4), "");
  EXPECT_EQ(file.line_start(2), 4U);
}

TEST(SourceFile, TextBeginsBehindTheByteOrderMark) {
  EXPECT_EQ(file_of("\xEF\xBB\xBFselect").text(), "select");
}

TEST(TextCheck, FindsBytesThatAreNotUtf8) {
  EXPECT_EQ(find_invalid_utf8("plain é 日本 🐦"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("ab\xFF"), 2U);
  EXPECT_EQ(find_invalid_utf8("a\x80"), 1U);             // continuation alone
  EXPECT_EQ(find_invalid_utf8("\xC3"), 0U);              // cut off
  EXPECT_EQ(find_invalid_utf8("\xC0\xAF"), 0U);          // overlong
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\xAF"), 0U);      // overlong
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U);      // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xF4\x8F\xBF\xBF"), std::nullopt);
  EXPECT_EQ(find_nul(std::string_view("a\0b", 3)), 1U);
  EXPECT_EQ(find_nul("ab"), std::nullopt);
}

TEST(TextCheck, CharactersAreNotBytes) {
  EXPECT_EQ(byte_offset_of("aéb", 0), 0U);
  EXPECT_EQ(byte_offset_of("aéb", 2), 3U);
  EXPECT_EQ(byte_offset_of("aéb", 9), 4U);
}

TEST(SourceFile, PlacesInAValueAreThoseOfItsPlaceholder) {
  SourceFile file("/m/a.sql", "a.sql", "a ${x} b\n${y}${z} c\n");
  const std::string checksum = file.checksum();
  file.replace({{2, 6, "long value"}, {9, 13, ""}, {13, 17, "z"}});
  EXPECT_EQ(file.text(), "a long value b\nz c\n");
  EXPECT_EQ(file.original(), "a ${x} b\n${y}${z} c\n");
  EXPECT_EQ(file.checksum(), checksum);
  const auto original = [&](std::size_t begin, std::size_t end) {
    const ByteRange range = file.original_range(begin, end);
    return std::string(file.original().substr(range.begin, range.end - range.begin));
  };
  EXPECT_EQ(original(0, 1), "a");
  EXPECT_EQ(original(2, 12), "${x}");
  EXPECT_EQ(original(5, 7), "${x}");     // inside
  EXPECT_EQ(original(7, 14), "${x} b");  // into its end
  EXPECT_EQ(original(0, 2), "a ");       // up to where it begins
  EXPECT_EQ(original(13, 14), "b");
  EXPECT_EQ(original(15, 16), "${z}");
  EXPECT_EQ(original(16, 19), " c\n");
  EXPECT_EQ(original(0, 99), "a ${x} b\n${y}${z} c\n");
  EXPECT_EQ(file.position(5).column, 3U);
  EXPECT_EQ(file.position(13).column, 8U);
  EXPECT_EQ(file.position(15).line, 2U);
  EXPECT_EQ(file.position(17).column, 10U);
  EXPECT_EQ(file.line_text(2), "${y}${z} c");
}

}  // namespace
}  // namespace godwit::codegen
