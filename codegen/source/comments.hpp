// SPDX-License-Identifier: Apache-2.0
//
// Finds the comments of an SQL text, and only those: `--` and `/*` inside strings, quoted names and
// dollar-quoted bodies are text. Works on SQL that does not parse, which is where people need to be
// shown their header and section errors too.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace godwit::codegen {

struct Comment {
  std::size_t offset = 0;   ///< of its first byte, the `-` or `/`
  std::size_t length = 0;   ///< without the line end of a `--` comment
  bool is_line = true;      ///< `-- …`, else `/* … */`
  bool starts_line = true;  ///< nothing but blanks stands before it on its line
};

/// All comments of `sql` in order. An unterminated string or comment ends at the end of the text.
std::vector<Comment> find_comments(std::string_view sql);

/// The offset of the first byte at or after `offset` that is neither white space nor in a comment;
/// sql.size() when there is none. `offset` must not be inside a string.
std::size_t skip_blank(std::string_view sql, std::size_t offset);

}  // namespace godwit::codegen
