// SPDX-License-Identifier: Apache-2.0
//
// What is put into the table for `adopt`. That the tools compute the same is shown by the tables
// which they wrote themselves: tests/adopt.
#include "emit/foreign_checksums.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen::emit {
namespace {

class ForeignChecksums : public ::testing::Test {
 protected:
  /// "kind=value", kinds as the enumerators stand.
  std::vector<std::string> of(const std::string& name, std::string_view text) {
    folder.write(name, text);
    const std::vector<MigrationSource> sources =
        load_set(list_directory(folder.path()), store, diagnostics);
    std::vector<std::string> out;
    for (const ForeignValue& value : foreign_checksums(sources.at(0)))
      out.push_back(std::to_string(static_cast<int>(value.kind)) + "=" + value.value);
    return out;
  }

  test::TemporaryFolder folder;
  FileStore store;
  Diagnostics diagnostics;
};

TEST(FlywayChecksum, IsTheCrcOfTheLinesWithoutTheirEnds) {
  EXPECT_EQ(flyway_checksum(""), "0");
  EXPECT_EQ(flyway_checksum("123456789"), "-873187034");  // CRC-32's check value, 0xCBF43926
  EXPECT_EQ(flyway_checksum("123\n456\r\n789\r\n"), "-873187034");
  EXPECT_EQ(flyway_checksum("123\r456789\n\n"), "-873187034");
}

TEST_F(ForeignChecksums, AreThoseOfTheToolsThatHaveSuchFiles) {
  EXPECT_EQ(of("V7__x.sql", "123456789"), (std::vector<std::string>{"0=-873187034"}));
}

TEST_F(ForeignChecksums, ANumberedFileMayBeOfSqlx) {
  // printf 'SELECT 1;\n' | sha384sum
  EXPECT_EQ(of("007_x.sql", "SELECT 1;\n"),
            (std::vector<std::string>{"1=" + sha384_hex("SELECT 1;\n")}));
  EXPECT_EQ(sha384_hex("abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_F(ForeignChecksums, OfAFileWithOtherLineEndsBothAreKnown) {
  EXPECT_EQ(of("007_x.up.sql", "SELECT 1;\r\n"),
            (std::vector<std::string>{"1=" + sha384_hex("SELECT 1;\r\n"),
                                      "1=" + sha384_hex("SELECT 1;\n"),
                                      "4=" + sha256_hex("SELECT 1;\r\n")}));
}

TEST_F(ForeignChecksums, AByteOrderMarkIsOfTheBytes) {
  EXPECT_EQ(of("V7__x.sql",
               "\xEF\xBB\xBF"
               "123456789"),
            (std::vector<std::string>{"0=-873187034", "4=" + sha256_hex("\xEF\xBB\xBF"
                                                                        "123456789")}));
}

}  // namespace
}  // namespace godwit::codegen::emit
