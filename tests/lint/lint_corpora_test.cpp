// SPDX-License-Identifier: Apache-2.0
//
// Real migrations that demonstrably apply to an empty PostgreSQL 15: no rule that says "this will
// fail" may fire on them. They are not part of the project; where they are not there, the test is
// skipped and says so. GODWIT_SHARED names the folder that holds them.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "commands/compile.hpp"
#include "lint/registry.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;

fs::path shared() {
  const char* folder = std::getenv("GODWIT_SHARED");
  return folder != nullptr ? fs::path(folder) : fs::path(GODWIT_SHARED_DEFAULT);
}

/// Rules whose finding says that the migration cannot be applied, to a database without rows.
bool says_that_it_fails(const lint::RuleInfo& rule) {
  constexpr auto kRules = std::to_array<std::string_view>(
      {"no-transaction-statement", "plpgsql-syntax", "needs-transaction-statement",
       "unknown-relation", "unknown-column", "unknown-constraint", "unknown-index", "unknown-type",
       "forward-reference", "duplicate-object", "drop-column-used-by", "drop-object-in-use",
       "fk-type-mismatch", "fk-target-not-unique", "or-replace-incompatible", "statement-fails",
       "drop-constraint-index"});
  return rule.is_hard || (rule.group == "will fail" && rule.id != "add-required-column") ||
         std::find(kRules.begin(), kRules.end(), rule.id) != kRules.end();
}

/// Downs of crates.io that PostgreSQL 15 refuses as well: one has no semicolon between two
/// statements, one has CREATE INDEX CONCURRENTLY in diesel's transaction, one drops as a constraint
/// what is an index. And the set makes and drops a table named like our history.
bool is_known_to_fail(const Diagnostic& finding) {
  const std::string path = finding.file->path().string();
  return path.ends_with("_downloads_need_no_id/down.sql") ||
         path.ends_with("_remove-downloads-column/down.sql") ||
         path.ends_with("_make-unique-version-unique/down.sql") ||
         finding.rule == "history-table-collision";
}

void expect_nothing_fails(const char* corpus, std::size_t migrations) {
  const fs::path folder = shared() / "corpora" / corpus;
  if (!fs::is_directory(folder))
    GTEST_SKIP() << folder << " is not there";
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    const auto set = commands::compile_set(
        {.files = list_directory(folder), .lock = {}, .policy = lint::Policy()});
    EXPECT_EQ(set->in_order.size(), migrations);
    for (const Diagnostic& finding : set->diagnostics.all()) {
      const lint::RuleInfo* rule = lint::find_rule(finding.rule);
      ASSERT_NE(rule, nullptr) << finding.rule;
      if (finding.severity == Severity::kError && says_that_it_fails(*rule) &&
          !is_known_to_fail(finding))
        ADD_FAILURE() << finding.file->path() << ":" << finding.file->position(finding.offset).line
                      << ": " << finding.message << " [" << finding.rule << "]";
    }
  });
}

TEST(Corpora, NothingOfOpenmeterIsSaidToFail) {
  expect_nothing_fails("openmeter", 269);
}

TEST(Corpora, NothingOfCratesIoIsSaidToFail) {
  expect_nothing_fails("crates_io", 285);
}

TEST(Corpora, NothingOfHatchetIsSaidToFail) {
  expect_nothing_fails("hatchet", 181);
}

}  // namespace
}  // namespace godwit::codegen
