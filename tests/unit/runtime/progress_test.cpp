// SPDX-License-Identifier: Apache-2.0
//
// What the line at the bottom of a terminal is made of.
#include "progress.hpp"

#include <gtest/gtest.h>

namespace godwit::cli {
namespace {

TEST(Progress, ABarIsAsWideAsAskedWhateverIsDone) {
  EXPECT_EQ(bar(0, 4, 8), "[>       ]");
  EXPECT_EQ(bar(1, 4, 8), "[==>     ]");
  EXPECT_EQ(bar(4, 4, 8), "[========]");
  EXPECT_EQ(bar(0, 0, 8), "[========]");
}

TEST(Progress, TextIsShortenedByCharactersNotBytes) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab…");
  EXPECT_EQ(shortened("äöüß", 4), "äöüß");
  EXPECT_EQ(shortened("äöüßx", 4), "äöü…");
  EXPECT_EQ(shortened("", 3), "");
}

}  // namespace
}  // namespace godwit::cli
