// SPDX-License-Identifier: Apache-2.0
#include "source/comments.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace godwit::codegen {
namespace {

std::vector<std::string> comments(std::string_view sql) {
  std::vector<std::string> found;
  for (const Comment& comment : find_comments(sql))
    found.emplace_back(sql.substr(comment.offset, comment.length));
  return found;
}

struct Case {
  std::string_view sql;
  std::vector<std::string> expected;
};

TEST(Comments, AreFoundOutsideOfTextOnly) {
  const Case cases[] = {
      {"", {}},
      {"-- a", {"-- a"}},
      {"select 1; -- a\n-- b\r\nselect 2", {"-- a", "-- b"}},
      {"select '-- no', \"-- no\", $$-- no$$, $t$ -- no $$ $t$; -- yes", {"-- yes"}},
      {"select 'it''s -- no'; --yes", {"--yes"}},
      {"select E'it\\'s -- no'; --yes", {"--yes"}},
      {"select 'a\\'; --yes\n'", {"--yes"}},
      {"select e'a\\\\'; --yes", {"--yes"}},
      {"/* a /* b */ c */ select 1 /* d", {"/* a /* b */ c */", "/* d"}},
      {"/* -- a */ -- /* b\nselect 1", {"/* -- a */", "-- /* b"}},
      {"select a$$b -- yes", {"-- yes"}},           // a$$b is an identifier
      {"select $1 -- yes", {"-- yes"}},             // a parameter
      {"select $é$ -- no $é$ -- yes", {"-- yes"}},  // tags may be non-ASCII
      {"do $a$ $b$ -- no", {}},                     // never closed
      {"-- a\rselect 1 -- b", {"-- a", "-- b"}},    // PostgreSQL ends a comment at a lone CR
      {"select 5 - -5", {}},
      {"select like'x' -- yes", {"-- yes"}},
  };
  for (const Case& c : cases) EXPECT_EQ(comments(c.sql), c.expected) << c.sql;
}

TEST(Comments, KnowWhetherTheyStartTheirLine) {
  const auto found = find_comments("  -- a\nselect 1 -- b\n/* c */ -- d");
  ASSERT_EQ(found.size(), 4U);
  EXPECT_TRUE(found[0].starts_line);
  EXPECT_FALSE(found[1].starts_line);
  EXPECT_TRUE(found[2].starts_line);
  EXPECT_TRUE(found[3].starts_line);
}

TEST(SkipBlank, StopsAtTheFirstByteOfSql) {
  EXPECT_EQ(skip_blank(" \n\t-- a\n/* b */ select", 0), 16U);
  EXPECT_EQ(skip_blank("select", 0), 0U);
  EXPECT_EQ(skip_blank("-- only", 0), 7U);
  EXPECT_EQ(skip_blank("", 0), 0U);
  EXPECT_EQ(skip_blank("- 5", 0), 0U);
}

}  // namespace
}  // namespace godwit::codegen
