// SPDX-License-Identifier: Apache-2.0
//
// libpg_query has PL/pgSQL's own parser, but no catalog: of what it reports only syntax errors are
// true, and it gives no position. Where the error is, is then found by splitting the body and
// parsing the SQL in it, or else by the word that the message quotes.
#include "sql/body_check.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <pg_query.h>

namespace godwit::codegen::sql {
namespace {

/// How the messages begin that need no catalog to be true.
constexpr std::string_view kSyntaxMessages[] = {"syntax error",
                                                "unexpected end of function",
                                                "missing \"THEN\"",
                                                "missing \"LOOP\"",
                                                "missing expression",
                                                "unterminated ",
                                                "end label ",
                                                "too few parameters specified for RAISE",
                                                "too many parameters specified for RAISE",
                                                "duplicate declaration",
                                                "mismatched parentheses"};

/// The statement as the parser understands it without a catalog. It does not know a function's OUT
/// and TABLE columns, so that it takes a plain `RETURN NEXT;`, which returns them, for one that
/// lacks its expression; `RETURN;` is one that it takes in the same place.
std::string without_return_next(std::string_view text, const Statement& statement,
                                const BodyText& body) {
  std::string readable(text.substr(statement.offset, statement.length));
  const std::vector<Token> tokens = scan(body.text, 0, body.text.size());
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (is_word(body.text, tokens[i], "return") && is_word(body.text, tokens[i + 1], "next") &&
        is_symbol(body.text, tokens[i + 2], ";")) {
      const Token& next = tokens[i + 1];
      readable.replace(body.origin.to_outer(next.offset) - statement.offset, next.length,
                       std::string(next.length, ' '));
    }
  }
  return readable;
}

/// PL/pgSQL's complaint about a statement, if it is about syntax.
std::optional<std::string> plpgsql_syntax_error(const std::string& statement) {
  const PgQueryPlpgsqlParseResult result = pg_query_parse_plpgsql(statement.c_str());
  std::optional<std::string> message;
  if (result.error != nullptr) {
    const std::string_view text = result.error->message;
    const bool is_about_syntax =
        std::any_of(std::begin(kSyntaxMessages), std::end(kSyntaxMessages),
                    [&](std::string_view prefix) { return text.starts_with(prefix); });
    if (is_about_syntax)
      message = std::string(text);
  }
  pg_query_free_plpgsql_parse_result(result);
  return message;
}

/// The offset of the word that `message` quotes: `syntax error at or near "iff"`; of the last word
/// for `syntax error at end of input`.
std::size_t find_quoted_word(const BodyText& body, std::string_view message) {
  if (message.find("end of input") != std::string_view::npos) {
    const std::vector<Token> tokens = scan(body.text, 0, body.text.size());
    return body.origin.to_outer(tokens.empty() ? 0 : tokens.back().offset);
  }
  const std::size_t open = message.find('"');
  const std::size_t close = message.rfind('"');
  if (open == std::string_view::npos || close <= open)
    return body.origin.to_outer(0);
  const std::string_view wanted = message.substr(open + 1, close - open - 1);
  for (const Token& token : scan(body.text, 0, body.text.size())) {
    if (token.in(body.text) == wanted)
      return body.origin.to_outer(token.offset);
  }
  return body.origin.to_outer(0);
}

/// What EXECUTE 'literal' runs: PL/pgSQL looks at it only when it gets there.
std::vector<BodyError> errors_in_literals(BodyText body) {
  std::vector<std::pair<std::size_t, std::size_t>> literals;
  const std::vector<Token> tokens = scan(body.text, 0, body.text.size());
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].kind == TokenKind::kString && is_word(body.text, tokens[i - 1], "execute"))
      literals.emplace_back(body.origin.to_outer(tokens[i].offset),
                            body.origin.to_outer(tokens[i].end()));
  }
  if (literals.empty())
    return {};
  std::vector<BodyError> errors = parse_body(std::move(body)).errors;
  std::erase_if(errors, [&](const BodyError& error) {
    return std::none_of(literals.begin(), literals.end(), [&](const auto& literal) {
      return literal.first <= error.offset && error.offset <= literal.second;
    });
  });
  return errors;
}

}  // namespace

std::vector<BodyError> check_body(std::string_view text, const Statement& statement) {
  auto body = body_text(text, statement);
  if (!body)
    return {};
  if (body->language == "sql")
    return parse_body(std::move(*body)).errors;
  if (body->language != "plpgsql")
    return {};
  auto message = plpgsql_syntax_error(without_return_next(text, statement, *body));
  if (!message)
    return errors_in_literals(std::move(*body));
  const std::size_t fallback = find_quoted_word(*body, *message);
  std::vector<BodyError> found = parse_body(std::move(*body)).errors;
  if (found.empty())
    return {{fallback, std::move(*message)}};
  found.resize(1);
  return found;
}

}  // namespace godwit::codegen::sql
