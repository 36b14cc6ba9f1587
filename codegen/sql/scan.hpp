// SPDX-License-Identifier: Apache-2.0
//
// Tokens of a piece of SQL or PL/pgSQL, with their positions. The parse tree has no position for
// many things that a finding must point at (a command of an ALTER TABLE, a name in a DROP), and
// PL/pgSQL is split into statements by its keywords.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::codegen::sql {

enum class TokenKind : std::uint8_t {
  kWord,        ///< keyword or plain identifier
  kQuotedName,  ///< "…"
  kString,      ///< '…', E'…', $tag$…$tag$ and the like
  kNumber,
  kSymbol,  ///< one character, or one of := :: .. << >>
};

struct Token {
  TokenKind kind = TokenKind::kSymbol;
  std::size_t offset = 0;
  std::size_t length = 0;

  std::size_t end() const noexcept { return offset + length; }
  std::string_view in(std::string_view text) const noexcept { return text.substr(offset, length); }
};

/// The tokens of [begin, end) of `text`, comments left out. Never fails: what is no token is a
/// symbol, and what is unterminated ends at `end`. Offsets are into `text`.
std::vector<Token> scan(std::string_view text, std::size_t begin, std::size_t end);

/// Is the token this word (given in lower case), whatever its case?
bool is_word(std::string_view text, const Token& token, std::string_view word) noexcept;

bool is_symbol(std::string_view text, const Token& token, std::string_view symbol) noexcept;

/// The name that a kWord or kQuotedName token means: folded to lower case, or unquoted.
std::string name_of(std::string_view text, const Token& token);

/// Where the bytes of a text that was taken out of a literal stand in the text around it.
class TextOrigin {
 public:
  TextOrigin() = default;
  /// All of it stands in one piece, from `base` on.
  explicit TextOrigin(std::size_t base) : pieces_{{0, base}} {}

  std::size_t to_outer(std::size_t inner) const noexcept;
  void add_piece(std::size_t inner, std::size_t outer) { pieces_.emplace_back(inner, outer); }
  /// Positions of this text's surroundings become positions of theirs.
  void embed_in(const TextOrigin& outer);
  /// A text of that origin was put behind this one, which is `length` bytes long.
  void append(const TextOrigin& other, std::size_t length);

 private:
  std::vector<std::pair<std::size_t, std::size_t>> pieces_;  // (inner, outer), sorted
};

/// The value of a string literal, and where each of its bytes stands.
struct Literal {
  std::string value;
  TextOrigin origin;
};

/// `token` is a kString of `text`. Empty for the kinds that are no text: B'…', X'…'.
std::optional<Literal> read_literal(std::string_view text, const Token& token);

}  // namespace godwit::codegen::sql
