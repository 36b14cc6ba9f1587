// SPDX-License-Identifier: Apache-2.0
//
// A text with an error is split by the scanner and parsed statement by statement, so that each
// wrong statement is reported and the right ones are still linted.
#include "sql/parse.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>

#include "source/comments.hpp"
#include "source/copy_data.hpp"
#include "source/lexer.hpp"
#include "source/placeholders.hpp"
#include "source/text_check.hpp"
#include "source/words.hpp"
#include "sql/handover.hpp"
#include "sql/split.hpp"

namespace godwit::codegen::sql {

Script::Script() = default;
Script::Script(Script&&) noexcept = default;
Script& Script::operator=(Script&&) noexcept = default;
Script::~Script() = default;

namespace {

/// PostgreSQL quotes what is left of the text when a quote is open; a line of it is enough. Of a
/// letter beyond ASCII behind a number it quotes the first byte, half a character.
std::string one_line(std::string message) {
  while (const auto bad = find_invalid_utf8(message)) message.erase(*bad, 1);
  constexpr std::size_t kLongest = 120;
  const std::size_t end = std::min(message.find_first_of("\r\n"), kLongest);
  if (end < message.size()) {
    std::size_t cut = end;
    while (cut > 0 && (message[cut] & '\xC0') == '\x80') --cut;  // not inside a character
    message.resize(cut);
    message += "…\"";
  }
  return message;
}

SyntaxError syntax_error(const ParserError& error, std::string_view text, std::size_t base) {
  // The cursor counts characters from 1; 0 says that there is no position.
  const std::size_t offset = error.cursor > 0
                                 ? byte_offset_of(text, static_cast<std::size_t>(error.cursor) - 1)
                                 : skip_blank(text, 0);
  return {base + offset, one_line(error.message)};
}

/// The text of a statement without blanks and comments before it and blanks behind it.
Statement trimmed(std::string_view text, std::size_t begin, std::size_t length, const Node* node) {
  const std::size_t end = length == 0 ? text.size() : std::min(begin + length, text.size());
  const std::size_t first = skip_blank(text.substr(0, end), begin);
  std::size_t last = end;
  while (last > first && std::strchr(" \t\r\n\f\v", text[last - 1]) != nullptr) --last;
  return {first, last - first, node};
}

/// PostgreSQL's max_stack_depth of 2 MB ends at some 4,000 levels (measured on 15.20 with 1+1+…);
/// libpg_query takes a time that grows with the square of the depth, 20 s at 100,000.
constexpr std::size_t kDeepest = 10'000;

/// Where a block comment begins that never ends.
std::optional<std::size_t> open_comment(std::string_view text) {
  if (text.find("/*") == std::string_view::npos)
    return std::nullopt;
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    const bool reaches_the_end = token.offset + token.length == text.size();
    if (token.kind == TokenKind::kBlockComment && reaches_the_end &&
        !is_closed_comment(lexer.text(token)))
      return token.offset;
  }
  return std::nullopt;
}

std::string without_comments(std::string_view text) {
  std::string rest(text);
  for (const Comment& comment : find_comments(text)) {
    const auto begin = rest.begin() + static_cast<std::ptrdiff_t>(comment.offset);
    std::replace_if(
        begin, begin + static_cast<std::ptrdiff_t>(comment.length),
        [](char c) { return c != '\n' && c != '\r'; }, ' ');
  }
  return rest;
}

/// Reports nesting that no server would take. Short texts cannot nest that deep.
bool is_too_deep(std::string_view text, std::vector<SyntaxError>& errors) {
  if (text.size() <= kDeepest || nesting_depth(text) <= kDeepest)
    return false;
  for (const Span& span : split_statements(text)) {
    if (nesting_depth(text.substr(span.offset, span.length)) > kDeepest)
      errors.push_back({span.offset, "the statement nests more than " + std::to_string(kDeepest) +
                                         " levels deep, which no server takes"});
  }
  return true;
}

}  // namespace

struct ScriptBuilder {
  /// Parses all of `text`; false, and nothing added, when it has an error.
  static bool add(Script& script, std::string_view text, std::vector<SyntaxError>* errors) {
    auto arena = std::make_unique<Arena>();
    const auto parsed = parse_tree(text.data(), *arena);
    if (const auto* error = std::get_if<ParserError>(&parsed)) {
      if (errors != nullptr)
        errors->push_back(syntax_error(*error, text, 0));
      return false;
    }
    const auto* tree = std::get<const PgQuery__ParseResult*>(parsed);
    script.arenas_.push_back(std::move(arena));
    for (std::size_t i = 0; i < tree->n_stmts; ++i) {
      const PgQuery__RawStmt& raw = *tree->stmts[i];
      script.statements_.push_back(trimmed(text, static_cast<std::size_t>(raw.stmt_location),
                                           static_cast<std::size_t>(raw.stmt_len), raw.stmt));
    }
    return true;
  }

  static void add_unparsed(Script& script, Statement statement) {
    script.statements_.push_back(statement);
  }
};

namespace {

Script parse_sql(std::string_view text, std::vector<SyntaxError>& errors) {
  Script script;
  if (is_too_deep(text, errors))
    return script;
  if (const auto comment = open_comment(text)) {
    // libpg_query takes a time that grows with the square of such a run of `/*`.
    errors.push_back({*comment, "unterminated /* comment"});
    return script;
  }
  std::vector<SyntaxError> whole;
  if (ScriptBuilder::add(script, text, &whole))
    return script;

  // libpg_query refuses a string that goes on behind a comment ('a' -- b, then 'c' on the next
  // line), which PostgreSQL takes: without comments it is read.
  std::string rest = without_comments(text);
  if (ScriptBuilder::add(script, rest, nullptr))
    return script;
  std::vector<SyntaxError> found;
  for (const Span& span : split_statements(text)) {
    const std::string statement = rest.substr(span.offset, span.length);
    Arena arena;
    const auto parsed = parse_tree(statement.c_str(), arena);
    const auto* error = std::get_if<ParserError>(&parsed);
    if (error == nullptr)
      continue;
    found.push_back(syntax_error(*error, statement, span.offset));
    std::fill_n(rest.begin() + static_cast<std::ptrdiff_t>(span.offset), span.length, ' ');
  }
  if (found.empty() || !ScriptBuilder::add(script, rest, nullptr)) {
    // The lexer and the parser disagree about where statements end: the first error stands.
    errors.insert(errors.end(), whole.begin(), whole.end());
    return script;
  }
  errors.insert(errors.end(), found.begin(), found.end());
  return script;
}

}  // namespace

Script parse(std::string_view text, std::vector<SyntaxError>& errors) {
  return may_have_copy_data(text) ? parse_sql(without_copy_data(text), errors)
                                  : parse_sql(text, errors);
}

Script parse_section(const Section& section, int postgres, Diagnostics& diagnostics) {
  std::vector<SyntaxError> errors;
  Script script = parse(section.text(), errors);
  for (SyntaxError& error : errors) {
    const std::string_view text = section.text();
    if (error.offset < text.size() && text[error.offset] == '\\') {
      diagnostics.error("psql-meta-command", section.file(), error.offset,
                        "a psql command, which only psql understands",
                        {"write it in SQL, or remove the line"});
      continue;
    }
    if (postgres > kGrammarMajor) {
      diagnostics.error("newer-syntax", section.file(), error.offset, std::move(error.message),
                        {"the grammar here is that of PostgreSQL 15; where PostgreSQL " +
                         std::to_string(postgres) +
                         " takes this statement, write `-- Syntax: unchecked <reason>` into the "
                         "header: the migration is then sent as it is, and not linted"});
      continue;
    }
    Diagnostic& found =
        diagnostics.error("syntax-error", section.file(), error.offset, std::move(error.message));
    if (const auto placeholder = placeholder_at(text, error.offset); !placeholder.empty())
      found.notes.push_back(
          "for a placeholder, write DEFINE name=value in add_migrations(), or "
          "--define name=value");
  }
  return script;
}

Script split_only(const Section& section) {
  Script script;
  for (const Span& span : split_statements(section.text()))
    ScriptBuilder::add_unparsed(script, {span.offset, span.length, nullptr});
  return script;
}

}  // namespace godwit::codegen::sql
