// SPDX-License-Identifier: Apache-2.0
//
// The lexical rules are those of https://www.postgresql.org/docs/15/sql-syntax-lexical.html with
// standard_conforming_strings on. Operators are not put together, since nobody here needs them.
#include "sql/scan.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "source/comments.hpp"
#include "source/words.hpp"

namespace godwit::codegen::sql {
namespace {

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & '\x80') != 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word_part(char c) {
  return is_word_start(c) || is_digit(c) || c == '$';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Scans one token after the other; positions are into the whole text.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t begin, std::size_t end)
      : text_(text.substr(0, std::min(end, text.size()))), at_(begin) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    while ((at_ = skip_blank(text_, at_)) < text_.size()) {
      const std::size_t begin = at_;
      const TokenKind kind = next();
      tokens.push_back({kind, begin, at_ - begin});
    }
    return tokens;
  }

 private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  TokenKind next() {
    const char c = text_[at_];
    if (c == '\'')
      return quoted('\'', false, TokenKind::kString);
    if (c == '"')
      return quoted('"', false, TokenKind::kQuotedName);
    if (c == '$' && dollar_quoted())
      return TokenKind::kString;
    if (is_word_start(c))
      return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1))))
      return number();
    const std::string_view two = text_.substr(at_, 2);
    at_ += two == ":=" || two == "::" || two == ".." || two == "<<" || two == ">>" ? 2 : 1;
    return TokenKind::kSymbol;
  }

  TokenKind word() {
    const char c = lower(text_[at_]);
    if (peek(1) == '\'' && (c == 'e' || c == 'b' || c == 'x' || c == 'n')) {
      ++at_;
      return quoted('\'', c == 'e', TokenKind::kString);
    }
    if (c == 'u' && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {
      at_ += 2;
      return quoted(text_[at_], false,
                    text_[at_] == '"' ? TokenKind::kQuotedName : TokenKind::kString);
    }
    while (at_ < text_.size() && is_word_part(text_[at_])) ++at_;
    return TokenKind::kWord;
  }

  /// Also 1.5e-3 and 0x1F; not the first dot of `1..10`.
  TokenKind number() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool is_dot = c == '.' && peek(1) != '.';
      const bool is_exponent_sign =
          (c == '+' || c == '-') && lower(text_[at_ - 1]) == 'e' && is_digit(peek(1));
      if (!is_word_part(c) && !is_dot && !is_exponent_sign)
        break;
      ++at_;
    }
    return TokenKind::kNumber;
  }

  TokenKind quoted(char quote, bool has_backslashes, TokenKind kind) {
    ++at_;
    while (at_ < text_.size()) {
      if (has_backslashes && text_[at_] == '\\') {
        at_ += 2;
      } else if (text_[at_] == quote) {
        if (peek(1) != quote) {
          ++at_;
          return kind;
        }
        at_ += 2;
      } else {
        ++at_;
      }
    }
    at_ = text_.size();
    return kind;
  }

  bool dollar_quoted() {
    std::size_t tag_end = at_ + 1;
    while (tag_end < text_.size() && text_[tag_end] != '$' && is_word_part(text_[tag_end]))
      ++tag_end;
    if (tag_end >= text_.size() || text_[tag_end] != '$' || is_digit(text_[at_ + 1]))
      return false;
    const std::string_view tag = text_.substr(at_, tag_end - at_ + 1);
    const std::size_t close = text_.find(tag, tag_end + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    return true;
  }

  std::string_view text_;
  std::size_t at_;
};

std::optional<Literal> read_dollar_literal(std::string_view token, std::size_t offset) {
  const std::size_t tag = token.find('$', 1) + 1;
  if (tag == 0 || token.size() < 2 * tag)
    return std::nullopt;
  return Literal{std::string(token.substr(tag, token.size() - 2 * tag)), TextOrigin(offset + tag)};
}

/// The byte that a one-letter escape such as \n means; the letter itself for the others.
char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// Reads one escape of E'…': `at` is behind the backslash, and behind the escape afterwards. What
/// is no escape that the manual knows stands for itself, as it does there.
void take_escape(std::string_view raw, std::size_t& at, std::string& value) {
  const auto number = [&](std::size_t skipped, std::size_t most, int base) {
    const char* first = raw.data() + at + skipped;
    const char* last = first + std::min(most, raw.size() - at - skipped);
    std::uint32_t code = 0;
    const auto end = std::from_chars(first, last, code, base).ptr;
    if (end != first)
      at += skipped + static_cast<std::size_t>(end - first);
    return end != first ? std::optional(code) : std::nullopt;
  };
  const char kind = raw[at];
  if (kind >= '0' && kind <= '7') {
    value += static_cast<char>(number(0, 3, 8).value_or(0));
    return;
  }
  if (kind == 'x') {
    if (const auto code = number(1, 2, 16)) {
      value += static_cast<char>(*code);
      return;
    }
  } else if (kind == 'u' || kind == 'U') {
    if (const auto code = number(1, kind == 'u' ? 4 : 8, 16)) {
      append_utf8(value, *code);
      return;
    }
  }
  value += escaped(kind);
  ++at;
}

/// U&'d\0061t\+000061': with the backslash as the escape, as UESCAPE is hardly ever written.
std::optional<Literal> read_unicode_literal(std::string_view raw, std::size_t offset) {
  constexpr std::size_t kOpen = 3;  // U&'
  if (raw.size() <= kOpen || raw.back() != '\'')
    return std::nullopt;
  Literal literal;
  literal.origin.add_piece(0, offset + kOpen);
  for (std::size_t i = kOpen; i + 1 < raw.size(); ++i) {
    if (raw[i] == '\'' || (raw[i] == '\\' && raw[i + 1] == '\\')) {
      literal.value += raw[i++];
    } else if (raw[i] == '\\') {
      const std::size_t skipped = raw[i + 1] == '+' ? 2 : 1;
      const std::size_t digits = skipped == 2 ? 6 : 4;
      std::uint32_t code = 0;
      const char* first = raw.data() + i + skipped;
      if (i + skipped + digits >= raw.size() ||
          std::from_chars(first, first + digits, code, 16).ptr != first + digits)
        return std::nullopt;
      append_utf8(literal.value, code);
      i += skipped + digits - 1;
    } else {
      literal.value += raw[i];
      continue;
    }
    literal.origin.add_piece(literal.value.size(), offset + i + 1);
  }
  return literal;
}

}  // namespace

std::vector<Token> scan(std::string_view text, std::size_t begin, std::size_t end) {
  return Scanner(text, begin, end).run();
}

bool is_word(std::string_view text, const Token& token, std::string_view word) noexcept {
  return token.kind == TokenKind::kWord && equals_ignoring_case(token.in(text), word);
}

bool is_symbol(std::string_view text, const Token& token, std::string_view symbol) noexcept {
  return token.kind == TokenKind::kSymbol && token.in(text) == symbol;
}

std::string name_of(std::string_view text, const Token& token) {
  std::string_view raw = token.in(text);
  std::string name;
  if (token.kind == TokenKind::kQuotedName) {
    raw = raw.substr(raw.find('"') + 1);
    if (raw.ends_with('"'))
      raw.remove_suffix(1);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      name += raw[i];
      if (raw[i] == '"')
        ++i;
    }
    return name;
  }
  for (const char c : raw) name += lower(c);
  return name;
}

std::size_t TextOrigin::to_outer(std::size_t inner) const noexcept {
  const auto next =
      std::upper_bound(pieces_.begin(), pieces_.end(), inner,
                       [](std::size_t offset, const auto& piece) { return offset < piece.first; });
  if (next == pieces_.begin())
    return inner;
  const auto& piece = *std::prev(next);
  return piece.second + (inner - piece.first);
}

void TextOrigin::embed_in(const TextOrigin& outer) {
  for (auto& piece : pieces_) piece.second = outer.to_outer(piece.second);
}

void TextOrigin::append(const TextOrigin& other, std::size_t length) {
  for (const auto& [inner, outer] : other.pieces_) pieces_.emplace_back(inner + length, outer);
}

std::optional<Literal> read_literal(std::string_view text, const Token& token) {
  const std::string_view raw = token.in(text);
  if (token.kind != TokenKind::kString || raw.empty())
    return std::nullopt;
  if (raw.front() == '$')
    return read_dollar_literal(raw, token.offset);
  if (lower(raw.front()) == 'u')
    return read_unicode_literal(raw, token.offset);
  const bool has_backslashes = lower(raw.front()) == 'e';
  if (raw.front() != '\'' && !has_backslashes && lower(raw.front()) != 'n')
    return std::nullopt;
  const std::size_t open = raw.find('\'');
  if (raw.size() < open + 2 || raw.back() != '\'')
    return std::nullopt;
  Literal literal;
  literal.origin.add_piece(0, token.offset + open + 1);
  for (std::size_t i = open + 1; i + 1 < raw.size(); ++i) {
    if (raw[i] == '\'') {
      literal.value += raw[++i];
    } else if (has_backslashes && raw[i] == '\\') {
      take_escape(raw, ++i, literal.value);
      --i;
    } else {
      literal.value += raw[i];
      continue;
    }
    literal.origin.add_piece(literal.value.size(), token.offset + i + 1);
  }
  return literal;
}

}  // namespace godwit::codegen::sql
