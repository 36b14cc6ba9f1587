// SPDX-License-Identifier: Apache-2.0
#include "run_tool.hpp"

namespace godwit::test {
namespace {

class New : public ToolTest {};

TEST_F(New, WritesTheNextNumber) {
  Result result = run("new 'Add user preferences'");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "migrations/001_add_user_preferences.sql\n");
  write("migrations/0041_x.sql", "SELECT 1;\n");
  result = run("new y --down --verify");
  EXPECT_EQ(result.out, "migrations/0042_y.sql\n");
  const std::string text = read("migrations/0042_y.sql");
  for (const char* part : {"-- Migration 0042: y\n", "-- Created: 20", "-- Idempotency: NO\n",
                           "-- Dependencies: None\n", "-- godwit:verify\n", "-- godwit:down\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
}

TEST_F(New, KeepsTheStyleOfTheSet) {
  write("pairs/007_a.up.sql", "SELECT 1;\n");
  write("pairs/007_a.down.sql", "SELECT 1;\n");
  EXPECT_EQ(run("new b --down --verify -d pairs").out,
            "pairs/008_b.up.sql\npairs/008_b.down.sql\npairs/008_b.verify.sql\n");
  write("flyway/V9__a.sql", "SELECT 1;\n");
  EXPECT_EQ(run("new b -d flyway").out, "flyway/V10__b.sql\n");
  write("stamps/20240826120919_a.sql", "SELECT 1;\n");
  const std::string stamp = run("new b -d stamps").out;
  EXPECT_EQ(stamp.size(), std::string("stamps/20240826120919_b.sql\n").size()) << stamp;
  EXPECT_GT(stamp, "stamps/20240826120919_b.sql\n");
  EXPECT_EQ(run("new c --timestamp").out.rfind("migrations/20", 0), 0U);
}

TEST_F(New, KeepsTheDotsOfTheSet) {
  write("dots/00.05.09_a.sql", "SELECT 1;\n");
  EXPECT_EQ(run("new b -d dots").out, "dots/00.05.10_b.sql\n");
  EXPECT_EQ(run("new c -d dots").out, "dots/00.05.11_c.sql\n");
  write("flyway/V0009.a.sql", "SELECT 1;\n");
  EXPECT_EQ(run("new b -d flyway").out, "flyway/V0010.b.sql\n");
  write("parts/V1.2__a.sql", "SELECT 1;\n");
  EXPECT_EQ(run("new b -d parts").out, "parts/V1.3__b.sql\n");
  for (const char* folder : {"dots", "flyway", "parts"}) {
    const Result lint = run("lint " + std::string(folder));
    EXPECT_EQ(lint.err.find("[unknown-file-name]"), std::string::npos) << lint.err;
    EXPECT_EQ(lint.err.find("[header-number-mismatch]"), std::string::npos) << lint.err;
  }
}

TEST_F(New, WhatItWritesIsUnderstood) {
  run("new first --down --verify");
  write("migrations/001_first.sql", read("migrations/001_first.sql") + "SELECT 1;\n");
  const Result lint = run("lint");
  // Only the up section is still empty.
  EXPECT_NE(lint.err.find("[empty-migration]"), std::string::npos) << lint.err;
  EXPECT_EQ(lint.err.find("[header-number-mismatch]"), std::string::npos) << lint.err;
  EXPECT_EQ(lint.err.find("[unknown-header-key]"), std::string::npos) << lint.err;
}

TEST_F(New, RefusesANameThatIsNone) {
  const Result result = run("new '!!!'");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "godwit: error: `!!!` makes no file name; use letters and digits\n");
}

TEST_F(New, SaysInJsonWhatItHasWritten) {
  write("pairs/007_a.up.sql", "SELECT 1;\n");
  EXPECT_EQ(run("new b --down -d pairs --json").out,
            "{\n  \"created\": [\n    \"pairs/008_b.up.sql\",\n    "
            "\"pairs/008_b.down.sql\"\n  ]\n}\n");
}

}  // namespace
}  // namespace godwit::test
