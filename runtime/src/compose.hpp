// SPDX-License-Identifier: Apache-2.0
//
// Putting SQL and messages together: "{}" and "{0}" as in fmt, checked at compile time, for texts
// and whole numbers only. fmt itself would do it as well, but its type-erased engine drags in the
// formatting of floating point (100 kB in an application's binary), and its compiled formats unroll
// at each of our 150 calls (40 kB more than this).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace godwit::detail {

/// A text or a whole number, in two words: each of our 300 is put together where it is used.
class Piece {
 public:
  template <typename T>
  requires std::convertible_to<const T&, std::string_view> Piece(const T& text)
      : Piece(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Piece(std::string_view text)            // NOLINT(google-explicit-constructor)
      : text_(text.data()), size_(text.size()) {}
  template <std::integral T>
  Piece(T number)  // NOLINT(google-explicit-constructor)
      : number_(static_cast<std::int64_t>(number)), size_(kIsNumber) {}

  void append_to(std::string& text) const;

 private:
  static constexpr std::size_t kIsNumber = static_cast<std::size_t>(-1);

  union {
    const char* text_;
    std::int64_t number_;
  };
  std::size_t size_;
};

/// A pattern whose placeholders fit `count` pieces: each "{}" takes the next, each "{N}" the N-th.
template <std::size_t kCount>
class Pattern {
 public:
  template <typename T>
  requires std::convertible_to<const T&, std::string_view>
  consteval Pattern(const T& text) : text_(text) {  // NOLINT(google-explicit-constructor)
    std::size_t next = 0;
    std::size_t used = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] != '{') {
        continue;
      }
      const bool is_numbered = text_[i + 1] >= '0' && text_[i + 1] <= '9';
      const std::size_t piece = is_numbered ? static_cast<std::size_t>(text_[i + 1] - '0') : next++;
      if (piece >= kCount || text_[i + (is_numbered ? 2U : 1U)] != '}') {
        throw std::logic_error("a placeholder without a piece");
      }
      used = piece + 1 > used ? piece + 1 : used;
    }
    if (used != kCount) {
      throw std::logic_error("a piece without a placeholder");
    }
  }

  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

std::string compose_pieces(std::string_view pattern, std::span<const Piece> pieces);

template <typename... Args>
std::string compose(Pattern<sizeof...(Args)> pattern, const Args&... args) {
  const std::array<Piece, sizeof...(Args)> pieces = {Piece(args)...};
  return compose_pieces(pattern.text(), pieces);
}

}  // namespace godwit::detail
