// SPDX-License-Identifier: Apache-2.0
//
// The one copy of the formatting code.
#include "compose.hpp"

#include <charconv>

namespace godwit::detail {

void Piece::append_to(std::string& text) const {
  if (size_ != kIsNumber) {
    text.append(text_, size_);
    return;
  }
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number_).ptr;
  text.append(digits.data(), end);
}

std::string compose_pieces(std::string_view pattern, std::span<const Piece> pieces) {
  std::string text;
  text.reserve(pattern.size() + 64);
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t open = pattern.find('{', i);
    text += pattern.substr(i, open - i);
    if (open == std::string_view::npos) {
      break;
    }
    const bool is_numbered = pattern[open + 1] != '}';
    pieces[is_numbered ? static_cast<std::size_t>(pattern[open + 1] - '0') : next++].append_to(
        text);
    i = open + (is_numbered ? 2 : 1);
  }
  return text;
}

}  // namespace godwit::detail
