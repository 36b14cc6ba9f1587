// SPDX-License-Identifier: Apache-2.0
//
// The lint cases, as several tests read them; lint_cases_test.cpp says what they look like.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/compile.hpp"
#include "lint/policy.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen::test {

struct Case {
  std::string rule;
  std::string name;
  std::filesystem::path input;  ///< a .sql file, or a set's folder
  std::filesystem::path expected;

  bool is_set() const { return std::filesystem::is_directory(input); }
};

/// For the name of the test in a failure.
// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Case& test, std::ostream* out);

std::string read(const std::filesystem::path& path);

std::string replaced(std::string text, const std::string& from, const std::string& to);

/// All cases, by rule and name.
std::vector<Case> find_cases();

struct Options {
  lint::Policy policy;
  std::optional<bool> transaction;
  std::vector<Define> defines;
};

Options read_options(const Case& test);

/// What the linter has to say of a case, on a thread with a deep stack.
std::unique_ptr<commands::CompiledSet> compile(const Case& test);

}  // namespace godwit::codegen::test
