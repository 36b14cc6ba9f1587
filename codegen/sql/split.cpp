// SPDX-License-Identifier: Apache-2.0
#include "sql/split.hpp"

#include <algorithm>
#include <array>

#include "source/copy_data.hpp"
#include "source/lexer.hpp"
#include "source/words.hpp"

namespace godwit::codegen::sql {
namespace {

bool is_word(std::string_view text, std::string_view word) {
  return equals_ignoring_case(text, word);
}

/// Knows whether a semicolon ends the statement that it has seen the words of.
class StatementEnd {
 public:
  void see(TokenKind kind, std::string_view text) {
    ++tokens_;
    if (kind == TokenKind::kPunctuation) {
      if (text == "(")
        ++parentheses_;
      else if (text == ")" && parentheses_ > 0)
        --parentheses_;
      return;
    }
    if (kind != TokenKind::kWord)
      return;
    // CREATE RULE, CREATE OR REPLACE RULE
    constexpr std::size_t kLastPlaceOfRule = 4;
    is_create_ = is_create_ || (tokens_ == 1 && is_word(text, "create"));
    if (is_create_ && tokens_ <= kLastPlaceOfRule && is_word(text, "rule"))
      is_rule_ = true;
    if (atomic_depth_ > 0) {
      if (is_word(text, "case"))
        ++atomic_depth_;
      else if (is_word(text, "end"))
        --atomic_depth_;
    } else if (is_create_ && is_word(text, "atomic") && was_begin_) {
      atomic_depth_ = 1;
    }
    was_begin_ = is_word(text, "begin");
  }

  bool is_at_end() const { return atomic_depth_ == 0 && !(is_rule_ && parentheses_ > 0); }

 private:
  std::size_t tokens_ = 0;
  std::size_t parentheses_ = 0;
  std::size_t atomic_depth_ = 0;
  bool is_create_ = false;
  bool is_rule_ = false;
  bool was_begin_ = false;
};

bool is_comment(TokenKind kind) {
  return kind == TokenKind::kLineComment || kind == TokenKind::kBlockComment;
}

/// Words whose use twice in a row makes the tree one deeper: `not not a`, `a union b union c`.
bool deepens(std::string_view word) {
  constexpr std::array<std::string_view, 14> kWords{
      "not",   "union", "intersect", "except", "join", "is",      "like",
      "ilike", "case",  "collate",   "at",     "in",   "between", "similar"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view known) { return is_word(word, known); });
}

/// Words between which the tree is as wide as it likes, not deep: `a and b and c` is one node.
bool levels(std::string_view word) {
  return is_word(word, "and") || is_word(word, "or");
}

}  // namespace

std::vector<Span> split_statements(std::string_view text) {
  std::vector<Span> spans;
  Lexer lexer(text);
  StatementEnd end;
  CopyData copy;
  std::size_t begin = 0;
  std::size_t behind = 0;  // the last token
  bool is_open = false;
  const auto close = [&] {
    if (is_open)
      spans.push_back({begin, behind - begin});
    is_open = false;
    end = StatementEnd();
  };
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (is_comment(token.kind))
      continue;
    const std::string_view word = lexer.text(token);
    const auto rows_end = copy.see(text, token);
    if (token.kind == TokenKind::kPunctuation && word == ";" && end.is_at_end()) {
      close();
      if (rows_end)
        lexer.skip_to(*rows_end);
      continue;
    }
    if (!is_open)
      begin = token.offset;
    is_open = true;
    behind = token.offset + token.length;
    end.see(token.kind, word);
  }
  close();
  return spans;
}

std::size_t nesting_depth(std::string_view text) {
  std::size_t deepest = 0;
  std::size_t depth = 0;  // the sum of `levels_open`
  std::vector<std::size_t> levels_open{
      0};  // operators since the last comma, a number a parenthesis
  const auto add = [&] {
    ++levels_open.back();
    deepest = std::max(deepest, ++depth);
  };
  const auto flatten = [&] {
    depth -= levels_open.back();
    levels_open.back() = 0;
  };
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    const std::string_view word = lexer.text(token);
    if (token.kind == TokenKind::kOperator) {
      add();
    } else if (token.kind == TokenKind::kWord) {
      if (deepens(word))
        add();
      else if (levels(word))
        flatten();
    } else if (token.kind == TokenKind::kPunctuation) {
      const char c = word.front();
      if (c == '(' || c == '[') {
        add();
        levels_open.push_back(0);
      } else if (c == ')' || c == ']') {
        flatten();
        if (levels_open.size() > 1)
          levels_open.pop_back();
      } else if (c == ',') {
        flatten();
      } else if (c == ';') {
        levels_open.assign(1, 0);
        depth = 0;
      } else if (c == ':') {
        add();
      }
    }
  }
  return deepest;
}

}  // namespace godwit::codegen::sql
