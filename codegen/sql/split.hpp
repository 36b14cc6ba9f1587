// SPDX-License-Identifier: Apache-2.0
//
// What can be known of SQL without the grammar: where statements end, and how deep they nest.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace godwit::codegen::sql {

struct Span {
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// The statements of `text`, without blanks and comments around them and without their semicolons.
/// A semicolon in the actions of CREATE RULE and in a BEGIN ATOMIC … END body ends nothing; the rows
/// behind `COPY … FROM stdin;` are no statements.
std::vector<Span> split_statements(std::string_view text);

/// The deepest nesting that the tree of any expression in `text` can have, from above: parentheses,
/// and operators that hang on each other as in 1+1+1.
std::size_t nesting_depth(std::string_view text);

}  // namespace godwit::codegen::sql
