// SPDX-License-Identifier: Apache-2.0
//
// The rules are those of https://www.postgresql.org/docs/15/sql-syntax-lexical.html with
// standard_conforming_strings on: '…' with doubled quotes, E'…' with backslashes, "…",
// $tag$…$tag$, nested /* */.
#include "source/lexer.hpp"

#include <algorithm>

#include "source/words.hpp"

namespace godwit::codegen {
namespace {

bool is_identifier_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & '\x80') != 0;
}

bool is_identifier_part(char c) {
  return is_identifier_start(c) || (c >= '0' && c <= '9') || c == '$';
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Behind the closing `quote` of the string whose first content byte is at `i`.
std::size_t end_of_quoted(std::string_view sql, std::size_t i, char quote, bool backslashes) {
  while (i < sql.size()) {
    if (backslashes && sql[i] == '\\') {
      i += 2;
    } else if (sql[i] == quote) {
      if (i + 1 < sql.size() && sql[i + 1] == quote)
        i += 2;
      else
        return i + 1;
    } else {
      ++i;
    }
  }
  return sql.size();
}

/// Behind the closing tag when a dollar quote opens at `i`, else `i`.
std::size_t end_of_dollar_quoted(std::string_view sql, std::size_t i) {
  std::size_t tag_end = i + 1;
  if (tag_end < sql.size() && is_identifier_start(sql[tag_end])) {
    while (tag_end < sql.size() && sql[tag_end] != '$' && is_identifier_part(sql[tag_end]))
      ++tag_end;
  }
  if (tag_end >= sql.size() || sql[tag_end] != '$')
    return i;
  const std::string_view tag = sql.substr(i, tag_end - i + 1);
  const std::size_t close = sql.find(tag, tag_end + 1);
  return close == std::string_view::npos ? sql.size() : close + tag.size();
}

std::size_t end_of_block_comment(std::string_view sql, std::size_t i) {
  int depth = 0;
  while (i + 1 < sql.size()) {
    if (sql[i] == '/' && sql[i + 1] == '*') {
      ++depth;
      i += 2;
    } else if (sql[i] == '*' && sql[i + 1] == '/') {
      i += 2;
      if (--depth == 0)
        return i;
    } else {
      ++i;
    }
  }
  return sql.size();
}

/// PostgreSQL ends a comment at either byte of a line end.
std::size_t end_of_line(std::string_view sql, std::size_t i) {
  return std::min(sql.find_first_of("\r\n", i), sql.size());
}

bool opens_line_comment(std::string_view sql, std::size_t i) {
  return sql[i] == '-' && i + 1 < sql.size() && sql[i + 1] == '-';
}

bool opens_block_comment(std::string_view sql, std::size_t i) {
  return sql[i] == '/' && i + 1 < sql.size() && sql[i + 1] == '*';
}

bool is_operator(char c) {
  return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos;
}

std::size_t end_of_word(std::string_view sql, std::size_t i) {
  while (i < sql.size() && is_identifier_part(sql[i])) ++i;
  return i;
}

/// Behind a run of operator characters, which a comment ends.
std::size_t end_of_operator(std::string_view sql, std::size_t i) {
  while (i < sql.size() && is_operator(sql[i]) && !opens_line_comment(sql, i) &&
         !opens_block_comment(sql, i))
    ++i;
  return i;
}

}  // namespace

Token Lexer::take(TokenKind kind, std::size_t end) noexcept {
  const Token token{kind, at_, end - at_};
  at_ = end;
  return token;
}

std::size_t Lexer::skip_blank() noexcept {
  while (at_ < sql_.size()) {
    if (is_space(sql_[at_]))
      ++at_;
    else if (opens_line_comment(sql_, at_))
      at_ = end_of_line(sql_, at_);
    else if (opens_block_comment(sql_, at_))
      at_ = end_of_block_comment(sql_, at_);
    else
      break;
  }
  return at_;
}

Token Lexer::next() noexcept {
  while (at_ < sql_.size() && is_space(sql_[at_])) ++at_;
  if (at_ >= sql_.size())
    return {TokenKind::kEnd, sql_.size(), 0};
  const char c = sql_[at_];
  if (opens_line_comment(sql_, at_))
    return take(TokenKind::kLineComment, end_of_line(sql_, at_));
  if (opens_block_comment(sql_, at_))
    return take(TokenKind::kBlockComment, end_of_block_comment(sql_, at_));
  if (c == '\'')
    return take(TokenKind::kText, end_of_quoted(sql_, at_ + 1, '\'', false));
  if (c == '"')
    return take(TokenKind::kQuotedName, end_of_quoted(sql_, at_ + 1, '"', false));
  if (c == '$') {
    const std::size_t end = end_of_dollar_quoted(sql_, at_);
    return end == at_ ? take(TokenKind::kPunctuation, at_ + 1) : take(TokenKind::kText, end);
  }
  if (is_identifier_start(c)) {
    const std::size_t end = end_of_word(sql_, at_);
    const bool is_escape_prefix = end - at_ == 1 && (c == 'e' || c == 'E');
    if (is_escape_prefix && end < sql_.size() && sql_[end] == '\'')
      return take(TokenKind::kText, end_of_quoted(sql_, end + 1, '\'', true));
    return take(TokenKind::kWord, end);
  }
  if (is_ascii_digit(c))
    return take(TokenKind::kNumber, end_of_word(sql_, at_));
  if (is_operator(c))
    return take(TokenKind::kOperator, end_of_operator(sql_, at_));
  return take(TokenKind::kPunctuation, at_ + 1);
}

bool is_closed_comment(std::string_view comment) noexcept {
  int depth = 0;
  for (std::size_t i = 0; i + 1 < comment.size(); ++i) {
    if (comment[i] == '/' && comment[i + 1] == '*') {
      ++depth;
      ++i;
    } else if (comment[i] == '*' && comment[i + 1] == '/') {
      --depth;
      ++i;
    }
  }
  return depth == 0;
}

}  // namespace godwit::codegen
