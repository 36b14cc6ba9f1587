// SPDX-License-Identifier: Apache-2.0
//
// Messages are one line each, but what they quote, such as a quoted name, may have several.
#pragma once

#include <algorithm>
#include <string>

namespace godwit::codegen {

/// `text` with blanks for its line ends.
inline std::string in_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace godwit::codegen
