// SPDX-License-Identifier: Apache-2.0
//
// Bodies of DO blocks and functions, in PL/pgSQL and in SQL, as they are in dollar quotes and as
// they are in quotes with escapes.
#include <algorithm>

#include "source/text_check.hpp"
#include "sql/body_check.hpp"
#include "sql/plpgsql.hpp"
#include "sql/scan.hpp"
#include "support.hpp"

namespace {

using namespace godwit::codegen;
using godwit::fuzz::require;

/// Everything that is found in the body of the only statement of `text`.
void check_statement(const std::string& text, const std::string& body) {
  std::vector<sql::SyntaxError> errors;
  const sql::Script script = sql::parse(text, errors);
  require(errors.empty() && script.statements().size() == 1, "a quoted body is a statement");
  const sql::Statement& statement = script.statements().front();
  auto found = sql::body_text(text, statement);
  require(found.has_value(), "a statement has its body");
  require(found->text == body, "a body is what stands between the quotes");
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char outer = text[found->origin.to_outer(i)];
    require(outer == body[i] || (body[i] == '\n' && outer == '\\'),
            "a byte of a body stands where its origin says");
  }

  const auto is_inside = [&](std::size_t offset) { return offset <= text.size(); };
  for (const sql::BodyError& error : sql::check_body(text, statement)) {
    require(is_inside(error.offset), "an error is in the text");
    require(!error.message.empty(), "an error has a message");
    require(!find_invalid_utf8(error.message), "an error's message is UTF-8");
  }
  const sql::Body parsed = sql::parse_body(std::move(*found));
  for (const sql::BodyStatement& inner : parsed.statements) {
    require(is_inside(inner.statement.offset), "a statement is in the text");
    sql::walk(inner.statement.node, [](const sql::Node&) { return true; });
  }
  for (const sql::BodyPlace& place : parsed.dynamic)
    require(is_inside(place.offset), "an EXECUTE is in the text");
  for (const sql::BodyPlace& place : parsed.transaction_control)
    require(is_inside(place.offset), "a COMMIT is in the text");
  for (const sql::BodyError& error : parsed.errors)
    require(is_inside(error.offset), "an error is in the text");
  if (const auto* block = sql::as<PgQuery__DoStmt>(statement.node))
    require(sql::controls_transaction(*block) == !parsed.transaction_control.empty(),
            "COMMIT is found by both ways to look for it");
}

std::string in_quotes(std::string_view body) {
  std::string quoted = "E'";
  for (const char c : body) {
    if (c == '\'')
      quoted += "''";
    else if (c == '\\')
      quoted += "\\\\";
    else if (c == '\n')
      quoted += "\\n";
    else
      quoted += c;
  }
  return quoted + "'";
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kTag = "$godwit_fuzz$";
  const std::string body = godwit::fuzz::as_text(data, size);
  if (body.find(kTag) != std::string::npos)
    return 0;
  const std::string quoted = std::string(kTag) + body + std::string(kTag);
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    check_statement("DO " + quoted, body);
    check_statement("DO LANGUAGE plpgsql " + in_quotes(body), body);
    check_statement("CREATE FUNCTION f(a int) RETURNS int AS " + quoted + " LANGUAGE sql", body);
    check_statement("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS " + quoted, body);
  });
  return 0;
}
