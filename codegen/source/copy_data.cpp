// SPDX-License-Identifier: Apache-2.0
#include "source/copy_data.hpp"

#include <algorithm>

#include "source/words.hpp"

namespace godwit::codegen {
namespace {

std::optional<std::size_t> end_of_rows(std::string_view text, std::size_t from) {
  for (std::size_t line = text.find('\n', from); line != std::string_view::npos;
       line = text.find('\n', line + 1)) {
    const std::size_t end = std::min(text.find_first_of("\r\n", line + 1), text.size());
    if (text.substr(line + 1, end - line - 1) == "\\.")
      return end;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> CopyData::see(std::string_view text, const Token& token) {
  if (token.kind == TokenKind::kLineComment || token.kind == TokenKind::kBlockComment)
    return std::nullopt;
  const std::string_view word = text.substr(token.offset, token.length);
  if (token.kind == TokenKind::kPunctuation && word == ";") {
    const bool has_rows = is_copy_ && is_from_stdin_;
    *this = {};
    return has_rows ? end_of_rows(text, token.offset + token.length) : std::nullopt;
  }
  if (is_first_)
    is_copy_ = equals_ignoring_case(word, "copy");
  is_first_ = false;
  is_from_stdin_ = is_from_stdin_ || (was_from_ && equals_ignoring_case(word, "stdin"));
  was_from_ = equals_ignoring_case(word, "from");
  return std::nullopt;
}

bool may_have_copy_data(std::string_view text) {
  return text.find("\n\\.") != std::string_view::npos;
}

std::string without_copy_data(std::string_view text) {
  std::string rest(text);
  CopyData copy;
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    const auto end = copy.see(text, token);
    if (!end)
      continue;
    const std::size_t begin = token.offset + token.length;
    std::replace_if(
        rest.begin() + static_cast<std::ptrdiff_t>(begin),
        rest.begin() + static_cast<std::ptrdiff_t>(*end),
        [](char c) { return c != '\n' && c != '\r'; }, ' ');
    lexer.skip_to(*end);
  }
  return rest;
}

}  // namespace godwit::codegen
