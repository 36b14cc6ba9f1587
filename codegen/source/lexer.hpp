// SPDX-License-Identifier: Apache-2.0
//
// SQL as a row of tokens, as far as one must know where text ends and SQL goes on. It reads what
// the grammar refuses too, and never fails: what is left open ends at the end of the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace godwit::codegen {

enum class TokenKind : std::uint8_t {
  kEnd,
  kLineComment,  ///< without its line end
  kBlockComment,
  kText,        ///< '…', E'…', $tag$…$tag$
  kQuotedName,  ///< "…"
  kWord,        ///< a key word or a name; also a number with letters in it
  kNumber,
  kOperator,     ///< a run of operator characters
  kPunctuation,  ///< one of ( ) [ ] , ; . : or any other byte
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// A cursor over `sql`, which must outlive it.
class Lexer {
 public:
  explicit Lexer(std::string_view sql) noexcept : sql_(sql) {}

  /// The next token behind white space; kEnd at the end, again and again.
  Token next() noexcept;

  /// Skips white space and comments; where it is then.
  std::size_t skip_blank() noexcept;

  /// Goes on at `offset`, which is not before what next() has given.
  void skip_to(std::size_t offset) noexcept { at_ = offset; }

  std::string_view text(const Token& token) const noexcept {
    return sql_.substr(token.offset, token.length);
  }

 private:
  Token take(TokenKind kind, std::size_t end) noexcept;

  std::string_view sql_;
  std::size_t at_ = 0;
};

/// Whether every `/*` of a kBlockComment has its `*/`.
bool is_closed_comment(std::string_view comment) noexcept;

}  // namespace godwit::codegen
