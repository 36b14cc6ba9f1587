// SPDX-License-Identifier: Apache-2.0
//
// The rows that pg_dump and psql put behind `COPY … FROM stdin;`, up to the line `\.`. They are no
// SQL: the splitter steps over them and the parser sees blanks; the rule copy-stdin-data says so of
// the statement.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "source/lexer.hpp"

namespace godwit::codegen {

/// Follows the tokens of a text from its first.
class CopyData {
 public:
  /// Where the rows behind `token` end: behind their line `\.`. Nothing where `token` is not the
  /// semicolon of such a statement, and where there is no such line.
  std::optional<std::size_t> see(std::string_view text, const Token& token);

 private:
  bool is_first_ = true;
  bool is_copy_ = false;
  bool was_from_ = false;
  bool is_from_stdin_ = false;
};

/// A quick look: false where no line of `text` begins with `\.`.
bool may_have_copy_data(std::string_view text);

/// `text` with such rows blanked, line ends kept.
std::string without_copy_data(std::string_view text);

}  // namespace godwit::codegen
