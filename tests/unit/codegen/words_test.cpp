// SPDX-License-Identifier: Apache-2.0
#include "source/words.hpp"

#include <array>

#include <gtest/gtest.h>

namespace godwit::codegen {
namespace {

TEST(Words, EditDistanceCountsASwapAsOne) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("down", "don"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Words, ClosestStaysNear) {
  constexpr std::array<std::string_view, 3> kKnown{"drop-table", "drop-column", "truncate"};
  EXPECT_EQ(closest("drop-tabel", kKnown), "drop-table");
  EXPECT_EQ(closest("Truncat", kKnown), "truncate");
  EXPECT_EQ(closest("rename", kKnown), std::nullopt);
}

TEST(Words, CaseIsAsciiOnly) {
  EXPECT_TRUE(equals_ignoring_case("Up", "uP"));
  EXPECT_FALSE(equals_ignoring_case("up", "ups"));
  EXPECT_TRUE(contains_ignoring_case("xGoDwIt:y", "godwit:"));
  EXPECT_EQ(trim(" \ta b\r "), "a b");
}

}  // namespace
}  // namespace godwit::codegen
