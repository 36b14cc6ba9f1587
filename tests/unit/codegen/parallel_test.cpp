// SPDX-License-Identifier: Apache-2.0
#include "source/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "source/diagnostic.hpp"
#include "support.hpp"

namespace godwit::codegen {
namespace {

TEST(InParallel, EachIsDoneOnce) {
  for (const std::size_t count : {0U, 1U, 31U, 1000U}) {
    std::vector<std::atomic<int>> done(count);
    for_each_in_parallel(count, [&](std::size_t i) { ++done[i]; });
    for (const auto& each : done) EXPECT_EQ(each, 1);
  }
}

TEST(InParallel, TheFirstFailureIsRethrownWhenAllHaveEnded) {
  std::atomic<int> running{0};
  EXPECT_THROW(for_each_in_parallel(1000,
                                    [&](std::size_t i) {
                                      ++running;
                                      if (i == 70) {
                                        --running;
                                        throw std::runtime_error("seventy");
                                      }
                                      --running;
                                    }),
               std::runtime_error);
  EXPECT_EQ(running, 0);
}

TEST(Diagnostics, AreSortedByPathPlaceAndSeverity) {
  const SourceFile b = test::file_of("select 1;", "b/x.sql");
  const SourceFile b_again = test::file_of("select 1;", "b/x.sql");
  const SourceFile b_dash = test::file_of("select 1;", "b-c/x.sql");
  Diagnostics all;
  const auto add = [&](const SourceFile& file, std::size_t offset, Severity severity,
                       std::string_view rule) {
    all.add(severity, rule, file, offset, "first");
    all.add(severity, rule, file, offset, "second");
  };
  add(b_dash, 0, Severity::kError, "a");
  add(b, 3, Severity::kWarning, "a");
  add(b, 3, Severity::kWarning, "Z");
  add(b_again, 3, Severity::kError, "z");
  add(b, 1, Severity::kWarning, "b");
  all.sort();
  std::string order;
  for (const Diagnostic& each : all.all())
    order += each.file->path().parent_path().filename().string() + std::to_string(each.offset) +
             std::string(each.rule) + (each.message == "first" ? "1 " : "2 ");
  // A folder comes before what only begins as it does, and what is alike stays in its order.
  EXPECT_EQ(order, "b1b1 b1b2 b3z1 b3z2 b3Z1 b3Z2 b3a1 b3a2 b-c0a1 b-c0a2 ");
}

}  // namespace
}  // namespace godwit::codegen
