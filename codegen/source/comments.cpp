// SPDX-License-Identifier: Apache-2.0
//
// A lexer of just what can hide a comment: '…' with doubled quotes, E'…' with backslashes, "…",
// $tag$…$tag$, nested /* */. The rules are those of
// https://www.postgresql.org/docs/15/sql-syntax-lexical.html with standard_conforming_strings on.
#include "source/comments.hpp"

#include <algorithm>

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

std::size_t end_of_line(std::string_view sql, std::size_t i) {
  std::size_t end = std::min(sql.find('\n', i), sql.size());
  if (end > i && sql[end - 1] == '\r' && end < sql.size())
    --end;
  return end;
}

bool opens_line_comment(std::string_view sql, std::size_t i) {
  return sql[i] == '-' && i + 1 < sql.size() && sql[i + 1] == '-';
}

bool opens_block_comment(std::string_view sql, std::size_t i) {
  return sql[i] == '/' && i + 1 < sql.size() && sql[i + 1] == '*';
}

}  // namespace

std::vector<Comment> find_comments(std::string_view sql) {
  std::vector<Comment> found;
  bool line_is_blank = true;
  std::size_t i = 0;
  while (i < sql.size()) {
    const char c = sql[i];
    if (opens_line_comment(sql, i)) {
      const std::size_t end = end_of_line(sql, i);
      found.push_back({i, end - i, true, line_is_blank});
      i = end;
    } else if (opens_block_comment(sql, i)) {
      const std::size_t end = end_of_block_comment(sql, i);
      found.push_back({i, end - i, false, line_is_blank});
      i = end;
    } else if (c == '\'') {
      i = end_of_quoted(sql, i + 1, '\'', false);
      line_is_blank = false;
    } else if (c == '"') {
      i = end_of_quoted(sql, i + 1, '"', false);
      line_is_blank = false;
    } else if (c == '$') {
      const std::size_t end = end_of_dollar_quoted(sql, i);
      i = end == i ? i + 1 : end;
      line_is_blank = false;
    } else if (is_identifier_start(c)) {
      const std::size_t begin = i;
      while (i < sql.size() && is_identifier_part(sql[i])) ++i;
      const bool is_escape_prefix = i - begin == 1 && (c == 'e' || c == 'E');
      if (is_escape_prefix && i < sql.size() && sql[i] == '\'')
        i = end_of_quoted(sql, i + 1, '\'', true);
      line_is_blank = false;
    } else {
      if (c == '\n')
        line_is_blank = true;
      else if (!is_space(c))
        line_is_blank = false;
      ++i;
    }
  }
  return found;
}

std::size_t skip_blank(std::string_view sql, std::size_t offset) {
  while (offset < sql.size()) {
    if (is_space(sql[offset]))
      ++offset;
    else if (opens_line_comment(sql, offset))
      offset = end_of_line(sql, offset);
    else if (opens_block_comment(sql, offset))
      offset = end_of_block_comment(sql, offset);
    else
      break;
  }
  return std::min(offset, sql.size());
}

}  // namespace godwit::codegen
