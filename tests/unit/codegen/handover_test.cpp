// SPDX-License-Identifier: Apache-2.0
#include "sql/handover.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <pg_query.h>

#include "sql/parse.hpp"

namespace godwit::codegen::sql {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes packed(const PgQuery__ParseResult& tree) {
  Bytes bytes(protobuf_c_message_get_packed_size(&tree.base));
  protobuf_c_message_pack(&tree.base, bytes.data());
  return bytes;
}

/// What libpg_query itself packs; empty where it refuses the text.
Bytes packed_by_the_library(const char* sql) {
  const PgQueryProtobufParseResult result = pg_query_parse_protobuf(sql);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(result.parse_tree.data);
  Bytes bytes;
  if (result.error == nullptr)
    bytes.assign(begin, begin + result.parse_tree.len);
  pg_query_free_protobuf_parse_result(result);
  return bytes;
}

/// The texts that both take are the same tree; how many there were.
std::size_t compare(const std::string& sql, const std::string& name) {
  Arena arena;
  const auto parsed = parse_tree(sql.c_str(), arena);
  const Bytes expected = packed_by_the_library(sql.c_str());
  const auto* tree = std::get_if<const PgQuery__ParseResult*>(&parsed);
  if (tree == nullptr) {
    EXPECT_TRUE(expected.empty()) << name;
    return 0;
  }
  EXPECT_TRUE(packed(**tree) == expected) << name;
  return 1;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Handover, ATreeIsTheOneThatTheLibraryPacks) {
  for (const char* sql :
       {"", "SELECT", "-- only this\n", ";;",
        "SELECT ''::text, E'', 0, 1.5, true, NULL, b'01', '', $1, (a).b[1:2], ARRAY[1, '']",
        "SELECT a, count(*) FILTER (WHERE b) OVER (PARTITION BY c ROWS 1 PRECEDING) FROM t x(y, "
        "z) JOIN LATERAL f(1) WITH ORDINALITY ON true GROUP BY GROUPING SETS ((a), ()) FOR UPDATE",
        "CREATE TABLE s.t (a int GENERATED ALWAYS AS IDENTITY (START 5), b numeric(3, 2) DEFAULT "
        "1 CHECK (b > 0), FOREIGN KEY (a, b) REFERENCES u (a, b) ON DELETE SET NULL (a)) "
        "PARTITION BY RANGE (a)",
        "CREATE INDEX ON t USING gin (lower(x) COLLATE \"C\" ops (p = 1) DESC NULLS LAST) INCLUDE "
        "(b) WHERE b",
        "INSERT INTO t VALUES (1, DEFAULT) ON CONFLICT (a) WHERE b DO UPDATE SET (a, b) = (1, 2) "
        "RETURNING *",
        "MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN "
        "INSERT DEFAULT VALUES",
        "CREATE FUNCTION f(a int = 1, OUT b text) LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
        "SELECT * FROM XMLTABLE('a' PASSING b COLUMNS c int PATH 'd'), JSON_TABLE_LIKE(1)",
        "GRANT SELECT (a) ON t TO PUBLIC WITH GRANT OPTION", "DO $$ begin end $$"})
    compare(sql, sql);
}

/// Every statement that the tests of the rules and of the fuzzers have.
TEST(Handover, TheTreesOfAllFilesAreThoseThatTheLibraryPacks) {
  std::size_t trees = 0;
  run_with_deep_stack(1, 1, [&](std::size_t) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(GODWIT_TESTS_FOLDER)) {
      const std::filesystem::path& path = entry.path();
      const bool is_sql = path.extension() == ".sql" || path.parent_path().filename() == "parse";
      if (entry.is_regular_file() && is_sql)
        trees += compare(text_of(path), path.string());
    }
  });
  EXPECT_GT(trees, 1000U);
}

TEST(Handover, AnErrorHasItsPlace) {
  Arena arena;
  const auto parsed = parse_tree("SELECT 1 +;", arena);
  const auto* error = std::get_if<ParserError>(&parsed);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->message, "syntax error at or near \";\"");
  EXPECT_EQ(error->cursor, 11);
}

TEST(Handover, ATreeIsWrittenWithoutBytes) {
  Arena arena;
  const auto parsed = parse_tree("select a  from t where b = ''", arena);
  EXPECT_EQ(write_tree(*std::get<const PgQuery__ParseResult*>(parsed)),
            "SELECT a FROM t WHERE b = ''");
}

TEST(Handover, TheLibrarysOwnCallsAreLeftAsTheyWere) {
  const Bytes bytes = packed_by_the_library("SELECT 1");
  ASSERT_FALSE(bytes.empty());
  PgQuery__ParseResult* tree = pg_query__parse_result__unpack(nullptr, bytes.size(), bytes.data());
  ASSERT_NE(tree, nullptr);
  EXPECT_EQ(pg_query__parse_result__get_packed_size(tree), bytes.size());
  Bytes again(bytes.size());
  EXPECT_EQ(pg_query__parse_result__pack(tree, again.data()), bytes.size());
  EXPECT_TRUE(again == bytes);
  pg_query__parse_result__free_unpacked(tree, nullptr);

  std::vector<char> chars(bytes.begin(), bytes.end());
  const PgQueryDeparseResult written = pg_query_deparse_protobuf({chars.size(), chars.data()});
  EXPECT_STREQ(written.query, "SELECT 1");
  pg_query_free_deparse_result(written);
}

/// Debian's library calls its own functions by name; where one does not, only time is lost.
TEST(Handover, TreesComeUnpackedOnDebian) {
  if (text_of("/etc/os-release").find("\nID=debian\n") != std::string::npos) {
    EXPECT_TRUE(trees_come_unpacked());
  }
}

}  // namespace
}  // namespace godwit::codegen::sql
