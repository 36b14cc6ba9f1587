// SPDX-License-Identifier: Apache-2.0
//
// Real migrations that demonstrably apply to an empty PostgreSQL 15: no rule that says "this will
// fail" may fire on them. They are not part of the project; where they are not there, the test is
// skipped and says so. GODWIT_SHARED names the folder that holds them.
#include <cstdlib>
#include <filesystem>
#include <string>

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
  return rule.is_hard || rule.id == "no-transaction-statement" || rule.id == "plpgsql-syntax" ||
         rule.id == "needs-transaction-statement" ||
         (rule.group == "will fail" && rule.id != "add-required-column");
}

struct Corpus {
  const char* name;
  std::size_t migrations;
};

TEST(Corpora, NothingIsSaidToFailThatWorks) {
  const fs::path corpora = shared() / "corpora";
  if (!fs::is_directory(corpora))
    GTEST_SKIP() << corpora << " is not there";
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    for (const Corpus& corpus : {Corpus{"openmeter", 269}, Corpus{"hatchet", 181}}) {
      const auto set = commands::compile_set(
          {.files = list_directory(corpora / corpus.name), .lock = {}, .policy = lint::Policy()});
      EXPECT_EQ(set->in_order.size(), corpus.migrations);
      for (const Diagnostic& finding : set->diagnostics.all()) {
        const lint::RuleInfo* rule = lint::find_rule(finding.rule);
        ASSERT_NE(rule, nullptr) << finding.rule;
        if (finding.severity == Severity::kError && says_that_it_fails(*rule))
          ADD_FAILURE() << finding.file->path() << ":"
                        << finding.file->position(finding.offset).line << ": " << finding.message
                        << " [" << finding.rule << "]";
      }
    }
  });
}

}  // namespace
}  // namespace godwit::codegen
