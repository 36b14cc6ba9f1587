// SPDX-License-Identifier: Apache-2.0
//
// Runs the lint cases. tests/lint/<rule>/ holds, for the rule of that name:
//
//   <case>.sql        a file judged by itself, and
//   <case>.expected   exactly what is printed about it (nothing for a case that must be silent);
//   <case>/           a set of migrations, judged as a whole, with
//   <case>/expected   what is printed about it, and perhaps
//   <case>/seeds/     its seeds.
//
// Options stand in the first line of a .sql case, `-- options: postgres=11`, or in a file `options`
// of a set: postgres=N, require-down, require-verify, baseline=N, warn-only, werror,
// external=TABLE, define=NAME=VALUE, transaction=none|always, <rule>=off|warn|error[:option]. Rules
// of the groups "style", "security" and "opaque" are off in the cases of rules of other groups.
// Paths are printed relative to the case's folder.
//
// Every rule needs a case that it fires in and one that it is silent in, and its documentation.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "emit/report.hpp"
#include "lint/registry.hpp"
#include "lint_case.hpp"
#include "rewrite.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;
using test::Case;
using test::check_by_linting;
using test::compile;
using test::find_cases;
using test::read;
using test::replaced;
using test::Rewrite;
using test::rewrites_of;

bool update_golden = false;

/// Rules whose finding cannot be put into a file.
constexpr auto kNotShowable = std::to_array<std::string_view>({
    "name-too-long",  // a file system takes no name that is long enough
});

/// What is printed about the case.
std::string run(const Case& test) {
  std::string text;
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    const auto set = compile(test);
    text = emit::report_gcc(set->diagnostics,
                            {.use_color = false, .migrations = set->in_order.size()});
  });
  return replaced(text, test.input.parent_path().string() + "/", "");
}

class LintCases : public testing::TestWithParam<Case> {};

TEST_P(LintCases, PrintWhatIsExpected) {
  const Case& test = GetParam();
  const std::string printed = run(test);
  if (update_golden) {
    std::ofstream(test.expected, std::ios::binary) << printed;
    return;
  }
  ASSERT_TRUE(fs::exists(test.expected)) << test.expected << " is missing; it would hold:\n"
                                         << printed;
  EXPECT_EQ(printed, read(test.expected)) << test.input;
}

std::string test_name(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.rule + "__" + info.param.name;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rules, LintCases, testing::ValuesIn(find_cases()), test_name);

bool is_showable(std::string_view rule) {
  return std::find(kNotShowable.begin(), kNotShowable.end(), rule) == kNotShowable.end();
}

/// A rule "fires" in a case when the expected text names it behind an error, a warning or a note.
bool fires(const Case& test) {
  return read(test.expected).find('[' + test.rule + ']') != std::string::npos;
}

/// What a finding prints to be pasted parses, and is no error of the linter's own.
TEST_P(LintCases, PrintSqlThatLints) {
  const Case& test = GetParam();
  std::vector<std::string> problems;
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    const auto set = compile(test);
    for (const Rewrite& rewrite : rewrites_of(*set))
      check_by_linting(test, *set, rewrite, problems);
  });
  for (const std::string& problem : problems) ADD_FAILURE() << problem;
}

TEST(LintRules, EachHasACaseThatFiresAndOneThatDoesNot) {
  const std::vector<Case> cases = find_cases();
  for (const lint::RuleInfo* rule : lint::rules()) {
    if (!is_showable(rule->id))
      continue;
    const auto is_of_rule = [&](const Case& test) { return test.rule == rule->id; };
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(),
                            [&](const Case& test) { return is_of_rule(test) && fires(test); }))
        << "tests/lint/" << rule->id << " has no case that fires";
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(),
                            [&](const Case& test) { return is_of_rule(test) && !fires(test); }))
        << "tests/lint/" << rule->id << " has no case that is silent";
  }
}

TEST(LintRules, EachCaseBelongsToARule) {
  for (const Case& test : find_cases())
    EXPECT_NE(lint::find_rule(test.rule), nullptr) << test.input;
}

TEST(LintRules, EachIsDocumented) {
  for (const lint::RuleInfo* rule : lint::rules()) {
    EXPECT_FALSE(rule->group.empty()) << rule->id;
    EXPECT_FALSE(rule->summary.empty()) << rule->id;
    EXPECT_FALSE(rule->summary.ends_with('.')) << rule->id;
    EXPECT_TRUE(rule->explanation.ends_with('.')) << rule->id;
    EXPECT_FALSE(rule->bad.empty()) << rule->id;
    EXPECT_FALSE(rule->good.empty()) << rule->id;
    EXPECT_FALSE(rule->manual.empty()) << rule->id;
  }
}

std::string fenced(std::string_view sql) {
  return "```sql\n" + std::string(sql) + "\n```\n";
}

/// docs/rules.md: what `godwit rules` says, a heading a group.
std::string manual() {
  std::string text =
      "# The rules\n\n"
      "What the linter knows, by group. `godwit rules <rule>` prints the same for one rule. A "
      "finding "
      "that is right for\nothers and wrong here is allowed by a comment before the statement, "
      "column "
      "or command:\n"
      "`-- godwit:allow(<rule>) <reason>`. Severities are set for a project by `RULES_ERROR`, "
      "`RULES_WARN` and\n`RULES_OFF` of `add_migrations()`.\n\n"
      "This page is written by the tests, from the rules themselves.\n";
  std::vector<std::string_view> groups;
  for (const lint::Family* family : lint::families()) {
    for (const lint::RuleInfo& rule : family->rules) {
      if (std::find(groups.begin(), groups.end(), rule.group) == groups.end())
        groups.push_back(rule.group);
    }
  }
  constexpr std::array<std::string_view, 4> kSeverities = {"off", "note", "warning", "error"};
  for (const std::string_view group : groups) {
    text += "\n## " + std::string(group) + "\n";
    for (const lint::RuleInfo* rule : lint::rules()) {
      if (rule->group != group)
        continue;
      text += "\n### " + std::string(rule->id) + "\n\n" + std::string(rule->summary) + ". (" +
              std::string(kSeverities[static_cast<std::size_t>(rule->severity)]) +
              (rule->is_hard ? ", cannot be muted" : "") + ")\n\n" +
              std::string(rule->explanation) + "\n\n" + fenced(rule->bad) + "\nRather:\n\n" +
              fenced(rule->good);
      if (rule->manual.starts_with("https://"))
        text += "\nSee <" + std::string(rule->manual) + ">.\n";
    }
  }
  return text;
}

TEST(LintRules, ManualIsUpToDate) {
  if (update_golden) {
    std::ofstream(GODWIT_RULES_MANUAL, std::ios::binary) << manual();
    return;
  }
  EXPECT_EQ(read(GODWIT_RULES_MANUAL), manual()) << "run lint_cases_test --update-golden";
}

TEST(LintRules, HaveIdsOfTheirOwn) {
  const auto& rules = lint::rules();
  const auto twice = std::adjacent_find(
      rules.begin(), rules.end(), [](const auto* a, const auto* b) { return a->id == b->id; });
  EXPECT_EQ(twice, rules.end()) << (*twice)->id;
}

}  // namespace
}  // namespace godwit::codegen

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--update-golden")
      godwit::codegen::update_golden = true;
  }
  return RUN_ALL_TESTS();
}
