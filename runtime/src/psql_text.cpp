// SPDX-License-Identifier: Apache-2.0
//
// How it works: one pass that steps over what psql steps over (strings, quoted names, dollar
// quotes, comments) and looks at the colons in between.
#include "psql_text.hpp"

#include <cctype>
#include <cstddef>

namespace godwit::detail {
namespace {

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80U;
}

// Behind the string or quoted name that begins at `at`; with escapes, a backslash hides what
// follows it.
std::size_t behind_quoted(std::string_view sql, std::size_t at, bool has_escapes) {
  const char quote = sql[at];
  for (++at; at < sql.size(); ++at) {
    if (has_escapes && sql[at] == '\\') {
      ++at;
    } else if (sql[at] == quote) {
      return at + 1;
    }
  }
  return sql.size();
}

// Behind the dollar quote that begins at `at`; `at` where none does.
std::size_t behind_dollars(std::string_view sql, std::size_t at) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t end = at + 1;
  while (end < sql.size() && is_word(sql[end]) && !(end == at + 1 && is_digit(sql[end]))) {
    ++end;
  }
  if (end >= sql.size() || sql[end] != '$') {
    return at;
  }
  const std::string_view tag = sql.substr(at, end + 1 - at);
  const std::size_t close = sql.find(tag, end + 1);
  return close == std::string_view::npos ? sql.size() : close + tag.size();
}

// Behind the block comment that begins at `at`; they nest.
std::size_t behind_comment(std::string_view sql, std::size_t at) {
  int depth = 0;
  while (at < sql.size()) {
    const std::string_view two = sql.substr(at, 2);
    if (two == "/*") {
      ++depth;
      at += 2;
    } else if (two == "*/") {
      at += 2;
      if (--depth == 0) {
        return at;
      }
    } else {
      ++at;
    }
  }
  return at;
}

bool begins_variable(std::string_view behind_colon) {
  if (behind_colon.empty()) {
    return false;
  }
  const char next = behind_colon.front();
  return is_word(next) || next == '\'' || next == '"' || behind_colon.substr(0, 2) == "{?";
}

}  // namespace

std::string guarded_from_psql(std::string_view sql) {
  std::string out;
  std::size_t at = 0;
  const auto copy_to = [&](std::size_t end) {
    out += sql.substr(at, end - at);
    at = end;
  };
  while (at < sql.size()) {
    const char c = sql[at];
    const std::string_view two = sql.substr(at, 2);
    if (c == '\'') {
      const bool has_escapes =
          at > 0 && (sql[at - 1] == 'e' || sql[at - 1] == 'E') && (at < 2 || !is_word(sql[at - 2]));
      copy_to(behind_quoted(sql, at, has_escapes));
    } else if (c == '"') {
      copy_to(behind_quoted(sql, at, false));
    } else if (c == '$' && (at == 0 || !is_word(sql[at - 1]))) {
      const std::size_t end = behind_dollars(sql, at);
      copy_to(end == at ? at + 1 : end);
    } else if (two == "--") {
      const std::size_t end = sql.find('\n', at);
      copy_to(end == std::string_view::npos ? sql.size() : end);
    } else if (two == "/*") {
      copy_to(behind_comment(sql, at));
    } else if (two == "::" || two == ":=") {
      copy_to(at + 2);
    } else {
      if (c == ':' && begins_variable(sql.substr(at + 1))) {
        out += '\\';
      }
      copy_to(at + 1);
    }
  }
  return out;
}

}  // namespace godwit::detail
