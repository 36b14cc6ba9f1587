// SPDX-License-Identifier: Apache-2.0
//
// The SQL that findings print to be pasted instead of a statement, or beside it. What holds … or
// <a name> is to be completed by the reader, and left out here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/compile.hpp"
#include "lint_case.hpp"
#include "source/diagnostic.hpp"

namespace godwit::codegen::test {

struct Rewrite {
  std::string_view rule;
  std::size_t migration = 0;       ///< its index among those in order
  std::size_t statement = 0;       ///< of the up section
  std::vector<std::string> parts;  ///< a text for each migration
  std::string text;
};

/// Those of findings in up sections, but for parts of a statement, and for statements that fail for
/// another reason in any case.
std::vector<Rewrite> rewrites_of(const commands::CompiledSet& set);

/// The statement of an up section that a finding is about, without a text.
std::optional<Rewrite> find_statement(const commands::CompiledSet& set, const Diagnostic& finding);

/// The text of a statement of an up section.
std::string text_of(const commands::CompiledSet& set, std::size_t migration, std::size_t statement);

/// Parses the parts and lints them as migrations behind those that come before; says what is wrong.
void check_by_linting(const Case& test, const commands::CompiledSet& set, const Rewrite& rewrite,
                      std::vector<std::string>& problems);

}  // namespace godwit::codegen::test
