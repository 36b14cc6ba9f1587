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

#include "commands/compile.hpp"
#include "commands/manifest.hpp"
#include "emit/report.hpp"
#include "lint/registry.hpp"
#include "source/placeholders.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;

bool update_golden = false;

/// Rules whose finding cannot be put into a file.
constexpr auto kNotShowable = std::to_array<std::string_view>({
    "name-too-long",  // a file system takes no name that is long enough
});

struct Case {
  std::string rule;
  std::string name;
  fs::path input;  ///< a .sql file, or a set's folder
  fs::path expected;
};

/// For the name of the test in a failure.
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Case& test, std::ostream* out) {
  *out << test.input;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Case> find_cases() {
  std::vector<Case> cases;
  for (const auto& rule : fs::directory_iterator(GODWIT_LINT_CASES)) {
    if (!rule.is_directory())
      continue;
    const std::string id = rule.path().filename().string();
    for (const auto& entry : fs::directory_iterator(rule.path())) {
      const fs::path& path = entry.path();
      if (entry.is_directory())
        cases.push_back({id, path.filename().string(), path, path / "expected"});
      else if (path.extension() == ".sql")
        cases.push_back(
            {id, path.stem().string(), path, fs::path(path).replace_extension("expected")});
    }
  }
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
    return std::tie(a.rule, a.name) < std::tie(b.rule, b.name);
  });
  return cases;
}

struct Options {
  lint::Policy policy;
  std::optional<bool> transaction;
  std::vector<Define> defines;
};

Options read_options(const Case& test) {
  std::string text;
  if (fs::is_directory(test.input)) {
    text = read(test.input / "options");
  } else {
    constexpr std::string_view kPrefix = "-- options: ";
    const std::string sql = read(test.input);
    const std::string line = sql.substr(0, sql.find('\n'));
    if (line.starts_with(kPrefix))
      text = line.substr(kPrefix.size());
  }
  Options options;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::string key = word.substr(0, word.find('='));
    const std::string value = key.size() == word.size() ? "" : word.substr(key.size() + 1);
    lint::Policy& policy = options.policy;
    if (key == "postgres")
      policy.postgres = std::stoi(value);
    else if (key == "require-down")
      policy.require_down = true;
    else if (key == "require-verify")
      policy.require_verify = true;
    else if (key == "baseline")
      policy.baseline = std::stoll(value);
    else if (key == "warn-only")
      policy.warn_only = true;
    else if (key == "werror")
      policy.werror = true;
    else if (key == "external")
      policy.externals.push_back(value);
    else if (key == "define")
      add_definition(options.defines, value);
    else if (key == "transaction")
      options.transaction = value != "none";
    else
      commands::add_rule_setting(policy, word);
  }
  // These would have a word to say in most cases of other rules.
  constexpr auto kLoud = std::to_array<std::string_view>({"style", "security", "opaque"});
  const lint::RuleInfo* own = lint::find_rule(test.rule);
  const auto is_loud = [&](const lint::RuleInfo* rule) {
    return rule != nullptr && std::find(kLoud.begin(), kLoud.end(), rule->group) != kLoud.end();
  };
  for (const lint::RuleInfo* rule : lint::rules()) {
    if (is_loud(rule) && !is_loud(own))
      options.policy.rules.try_emplace(std::string(rule->id)).first->second.severity =
          Severity::kOff;
  }
  EXPECT_EQ(lint::check_policy(options.policy), std::vector<std::string>());
  return options;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at))
    text.replace(at, from.size(), to);
  return text;
}

std::string run(const Case& test) {
  const Options options = read_options(test);
  std::string text;
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    std::unique_ptr<commands::CompiledSet> set;
    if (fs::is_directory(test.input)) {
      commands::SetRequest request{
          .files = list_directory(test.input), .lock = {}, .policy = options.policy};
      if (fs::exists(test.input / "godwit.lock"))
        request.lock = test.input / "godwit.lock";
      request.files.defines = options.defines;
      if (fs::exists(test.input / "seeds"))
        list_seeds(test.input / "seeds", request.files);
      set = commands::compile_set(request);
    } else {
      set =
          commands::compile_stray(test.input, options.defines, options.policy, options.transaction);
    }
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
