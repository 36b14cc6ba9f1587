// SPDX-License-Identifier: Apache-2.0
#include "source/comments.hpp"

#include "source/lexer.hpp"

namespace godwit::codegen {

std::vector<Comment> find_comments(std::string_view sql) {
  std::vector<Comment> found;
  Lexer lexer(sql);
  std::size_t end_of_sql = 0;  // behind the last token that is no comment
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    const bool is_line = token.kind == TokenKind::kLineComment;
    if (!is_line && token.kind != TokenKind::kBlockComment) {
      end_of_sql = token.offset + token.length;
      continue;
    }
    const std::size_t line_end = sql.rfind('\n', token.offset);
    const std::size_t line = line_end == std::string_view::npos ? 0 : line_end + 1;
    const bool starts_line = end_of_sql <= line && (end_of_sql < token.offset || line == 0);
    found.push_back({token.offset, token.length, is_line, starts_line});
  }
  return found;
}

std::size_t skip_blank(std::string_view sql, std::size_t offset) {
  return offset + Lexer(sql.substr(offset)).skip_blank();
}

}  // namespace godwit::codegen
