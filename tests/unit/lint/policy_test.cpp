// SPDX-License-Identifier: Apache-2.0
#include "lint/policy.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lint/registry.hpp"

namespace godwit::codegen::lint {
namespace {

struct Set {
  SourceFile old_file{"/m/001_a.sql", "m/001_a.sql", "DROP TABLE a;"};
  SourceFile new_file{"/m/002_b.sql", "m/002_b.sql", "DROP TABLE b;"};
  std::vector<MigrationSource> sources = std::vector<MigrationSource>(2);
  std::vector<sql::Migration> migrations = std::vector<sql::Migration>(2);
  std::vector<const sql::Migration*> in_order;

  Set() {
    sources[0].version = 1;
    sources[0].up = Section(SectionKind::kUp, old_file);
    sources[1].version = 2;
    sources[1].up = Section(SectionKind::kUp, new_file);
    for (std::size_t i = 0; i < 2; ++i) {
      migrations[i].source = &sources[i];
      in_order.push_back(&migrations[i]);
    }
  }

  /// A finding of each kind in each file; what is left of them as "1:drop-table:error …".
  std::string after(const Policy& policy) const {
    Diagnostics diagnostics;
    for (const SourceFile* file : {&old_file, &new_file}) {
      diagnostics.add(Severity::kError, "drop-table", *file, 0, "x");
      diagnostics.add(Severity::kWarning, "unused-allow", *file, 0, "x");
      diagnostics.add(Severity::kError, "transaction-control", *file, 0, "x");
      diagnostics.add(Severity::kOff, "missing-header", *file, 0, "x");
    }
    apply_policy(policy, in_order, diagnostics);
    std::string text;
    for (const Diagnostic& d : diagnostics.all()) {
      constexpr const char* kNames[] = {"off", "note", "warning", "error"};
      text += (text.empty() ? "" : " ") + std::string(d.file == &old_file ? "1:" : "2:") +
              std::string(d.rule) + ":" + kNames[static_cast<std::size_t>(d.severity)];
    }
    return text;
  }
};

TEST(Policy, LeavesDefaultsAlone) {
  EXPECT_EQ(Set().after({}),
            "1:drop-table:error 1:unused-allow:warning 1:transaction-control:error "
            "2:drop-table:error 2:unused-allow:warning 2:transaction-control:error");
}

TEST(Policy, WarnOnlySparesHardRules) {
  Policy policy;
  policy.warn_only = true;
  EXPECT_EQ(Set().after(policy),
            "1:drop-table:warning 1:unused-allow:warning 1:transaction-control:error "
            "2:drop-table:warning 2:unused-allow:warning 2:transaction-control:error");
}

TEST(Policy, WerrorRaisesWarnings) {
  Policy policy;
  policy.werror = true;
  EXPECT_EQ(Set().after(policy),
            "1:drop-table:error 1:unused-allow:error 1:transaction-control:error "
            "2:drop-table:error 2:unused-allow:error 2:transaction-control:error");
}

TEST(Policy, BaselineSparesHardRules) {
  Policy policy;
  policy.baseline = 1;
  EXPECT_EQ(Set().after(policy),
            "1:transaction-control:error 2:drop-table:error 2:unused-allow:warning "
            "2:transaction-control:error");
}

TEST(Policy, SeveritiesByRule) {
  Policy policy;
  policy.rules["drop-table"].severity = Severity::kWarning;
  policy.rules["unused-allow"].severity = Severity::kOff;
  policy.rules["missing-header"].severity = Severity::kError;
  EXPECT_EQ(Set().after(policy),
            "1:drop-table:warning 1:transaction-control:error 1:missing-header:error "
            "2:drop-table:warning 2:transaction-control:error 2:missing-header:error");
  policy.werror = true;
  EXPECT_EQ(Set().after(policy),
            "1:drop-table:error 1:transaction-control:error 1:missing-header:error "
            "2:drop-table:error 2:transaction-control:error 2:missing-header:error");
}

TEST(Policy, IsChecked) {
  Policy policy;
  policy.rules["drop-tabel"].severity = Severity::kOff;
  policy.rules["syntax-error"].severity = Severity::kWarning;
  policy.rules["nothing-like-it-at-all"].severity = Severity::kOff;
  policy.rules["drop-table"].severity = Severity::kOff;
  policy.warn_only = true;
  policy.werror = true;
  EXPECT_EQ(check_policy(policy),
            (std::vector<std::string>{
                "there is no rule 'drop-tabel' (did you mean 'drop-table'?); `godwit rules` lists "
                "them",
                "there is no rule 'nothing-like-it-at-all'; `godwit rules` lists them",
                "rule 'syntax-error' cannot be turned off or down: A statement is no SQL that "
                "PostgreSQL reads",
                "WARN_ONLY and WERROR contradict each other: give one of them"}));
}

TEST(Registry, FindsRulesByIdAndByLikeness) {
  ASSERT_NE(find_rule("drop-table"), nullptr);
  EXPECT_EQ(find_rule("drop-table")->id, "drop-table");
  EXPECT_EQ(find_rule("drop"), nullptr);
  EXPECT_EQ(find_rule(""), nullptr);
  ASSERT_NE(similar_rule("set-not-nul-scan"), nullptr);
  EXPECT_EQ(similar_rule("set-not-nul-scan")->id, "set-not-null-scan");
}

}  // namespace
}  // namespace godwit::codegen::lint
