// SPDX-License-Identifier: Apache-2.0
#include "order/dependency_order.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::findings;
using test::TemporaryFolder;

struct File {
  const char* name;
  const char* header;
};

/// The versions in their order, then the findings.
std::string ordered(std::initializer_list<File> files) {
  TemporaryFolder folder;
  for (const File& file : files)
    folder.write(file.name, std::string(file.header) + "\nselect 1;\n");
  FileStore store;
  Diagnostics diagnostics;
  const auto sources = load_set(list_directory(folder.path()), store, diagnostics);
  const DependencyOrder order = order_set(sources, diagnostics);
  EXPECT_EQ(order.order.size(), sources.size());
  std::string text;
  for (const std::size_t i : order.order)
    text += (text.empty() ? "" : " ") + std::to_string(sources[i].version);
  diagnostics.sort();
  return text + "\n" + findings(diagnostics);
}

TEST(Order, IsByVersionWhereNothingElseIsSaid) {
  EXPECT_EQ(ordered({{"010_a.sql", ""}, {"2_b.sql", ""}, {"001_c.sql", ""}}), "1 2 10\n");
}

TEST(Order, DependenciesComeFirst) {
  EXPECT_EQ(ordered({{"1_a.sql", "-- Dependencies: 3"}, {"2_b.sql", ""}, {"3_c.sql", ""}}),
            "2 3 1\n");
  EXPECT_EQ(ordered({{"1_a.sql", "-- Dependencies: 4"},
                     {"2_b.sql", "-- Dependencies: 1"},
                     {"3_c.sql", ""},
                     {"4_d.sql", ""}}),
            "3 4 1 2\n");
}

TEST(Order, TheSeedsGraph) {
  EXPECT_EQ(ordered({{"001_a.sql", "-- Dependencies: None"},
                     {"007_b.sql", "-- Dependencies: None"},
                     {"010_c.sql", "-- Dependencies: 007"},
                     {"012_d.sql", "-- Dependencies: [7]"},
                     {"013_e.sql", ""},
                     {"015_f.sql", "-- Dependencies: 013 (RAG)"}}),
            "1 7 10 12 13 15\n");
}

TEST(Order, NamesAndAliasesAreDependenciesToo) {
  EXPECT_EQ(ordered({{"1_a.sql", "-- Dependencies: efaa6e584823"},
                     {"2_b.sql", "-- Alias: efaa6e584823"},
                     {"3_c.sql", "-- Dependencies: 1_a"}}),
            "2 1 3\n");
}

TEST(Order, OtherSetsAreLeftToTheRuntime) {
  EXPECT_EQ(ordered({{"1_a.sql", "-- Dependencies: billing:12"}}), "1\n");
}

TEST(Order, ReportsWhatCannotBeOrdered) {
  EXPECT_EQ(
      ordered({{"1_a.sql", "-- Dependencies: 9"},
               {"2_b.sql", "-- Dependencies: 2"},
               {"3_c.sql", "-- Dependencies: 1, 1"},
               {"4_d.sql", "-- Dependencies: the users table"}}),
      "1 2 3 4\n"
      "1_a.sql:1:18: error: migration 1 depends on migration 9, which does not exist "
      "[unknown-dependency]\n"
      "2_b.sql:1:18: error: migration 2 depends on itself [self-dependency]\n"
      "3_c.sql:1:21: warning: migration 1 is listed twice [duplicate-dependency]\n"
      "4_d.sql:1:18: error: `the` is neither a version nor another migration's name or alias "
      "[invalid-header-value]\n"
      "4_d.sql:1:22: error: `users` is neither a version nor another migration's name or alias "
      "[invalid-header-value]\n"
      "4_d.sql:1:28: error: `table` is neither a version nor another migration's name or alias "
      "[invalid-header-value]\n");
}

TEST(Order, PrintsEveryCircle) {
  EXPECT_EQ(ordered({{"1_a.sql", "-- Dependencies: 3"},
                     {"2_b.sql", "-- Dependencies: 1"},
                     {"3_c.sql", "-- Dependencies: 2"},
                     {"4_d.sql", "-- Dependencies: 3"},
                     {"5_e.sql", "-- Dependencies: 6"},
                     {"6_f.sql", "-- Dependencies: 5"}}),
            "1 2 3 4 5 6\n"
            "1_a.sql:1:18: error: dependencies in a circle: 1 → 3 → 2 → 1 [dependency-cycle]\n"
            "5_e.sql:1:18: error: dependencies in a circle: 5 → 6 → 5 [dependency-cycle]\n");
}

TEST(Order, AliasesAreUnique) {
  const std::string text = ordered({{"1_a.sql", "-- Alias: x"}, {"2_b.sql", "-- Alias: x"}});
  EXPECT_EQ(text.find("2_b.sql:1:1: error: the alias `x` is taken by "), 4U) << text;
}

}  // namespace
}  // namespace godwit::codegen
