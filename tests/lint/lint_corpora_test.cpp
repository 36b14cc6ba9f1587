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

/// Rules whose finding says that the migration cannot be applied.
bool says_that_it_fails(const lint::RuleInfo& rule) {
  constexpr auto kRules = std::to_array<std::string_view>(
      {"no-transaction-statement", "plpgsql-syntax", "unknown-relation", "unknown-column",
       "unknown-constraint", "unknown-index", "unknown-type", "forward-reference",
       "duplicate-object", "drop-column-used-by", "drop-object-in-use", "fk-type-mismatch",
       "fk-target-not-unique", "or-replace-incompatible"});
  return rule.is_hard || std::find(kRules.begin(), kRules.end(), rule.id) != kRules.end();
}

TEST(Corpora, NothingIsSaidToFailThatWorks) {
  const fs::path folder = shared() / "corpora" / "openmeter";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << folder << " is not there";
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    const auto set = commands::compile_set(
        {.files = list_directory(folder), .lock = {}, .policy = lint::Policy()});
    EXPECT_EQ(set->in_order.size(), 269U);
    for (const Diagnostic& finding : set->diagnostics.all()) {
      const lint::RuleInfo* rule = lint::find_rule(finding.rule);
      ASSERT_NE(rule, nullptr) << finding.rule;
      if (finding.severity == Severity::kError && says_that_it_fails(*rule))
        ADD_FAILURE() << finding.file->path() << ":" << finding.file->position(finding.offset).line
                      << ": " << finding.message << " [" << finding.rule << "]";
    }
  });
}

}  // namespace
}  // namespace godwit::codegen
