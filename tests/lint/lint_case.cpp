// SPDX-License-Identifier: Apache-2.0
//
// The lint cases, as several tests read them; lint_cases_test.cpp says what they look like.
#include "lint_case.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>
#include <string_view>
#include <tuple>

#include <gtest/gtest.h>

#include "commands/manifest.hpp"
#include "lint/registry.hpp"
#include "source/placeholders.hpp"
#include "source/seeds.hpp"

namespace godwit::codegen::test {

namespace fs = std::filesystem;

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

std::unique_ptr<commands::CompiledSet> compile(const Case& test) {
  const Options options = read_options(test);
  if (!test.is_set())
    return commands::compile_stray(test.input, options.defines, options.policy,
                                   options.transaction);
  commands::SetRequest request{
      .files = list_directory(test.input), .lock = {}, .policy = options.policy};
  if (fs::exists(test.input / "godwit.lock"))
    request.lock = test.input / "godwit.lock";
  request.files.defines = options.defines;
  if (fs::exists(test.input / "seeds"))
    list_seeds(test.input / "seeds", request.files);
  return commands::compile_set(request);
}

}  // namespace godwit::codegen::test
