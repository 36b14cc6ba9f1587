// SPDX-License-Identifier: Apache-2.0
//
// SQL, as it is or broken: the parser's glue, and what is known without the grammar, which must
// agree with it about every text that the grammar takes.
#include "sql/parse.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include <pg_query.h>

#include "source/text_check.hpp"
#include "sql/body_check.hpp"
#include "sql/handover.hpp"
#include "sql/plpgsql.hpp"
#include "sql/scan.hpp"
#include "sql/split.hpp"
#include "sql/transaction.hpp"
#include "support.hpp"

namespace {

using namespace godwit::codegen;
using godwit::fuzz::require;

/// Tokens follow each other and lie in the text.
void check_scan(std::string_view text) {
  std::size_t at = 0;
  for (const sql::Token& token : sql::scan(text, 0, text.size())) {
    require(token.offset >= at && token.length > 0, "tokens follow each other");
    require(token.end() <= text.size(), "a token is in the text");
    at = token.end();
    if (token.kind == sql::TokenKind::kString) {
      if (const auto literal = sql::read_literal(text, token)) {
        require(literal->value.size() <= token.length, "a literal's value is in the literal");
        for (std::size_t i = 0; i <= literal->value.size(); ++i) {
          const std::size_t outer = literal->origin.to_outer(i);
          require(outer >= token.offset && outer <= token.end(), "a byte of a literal is in it");
        }
      }
    } else if (token.kind == sql::TokenKind::kQuotedName || token.kind == sql::TokenKind::kWord) {
      sql::name_of(text, token);
    }
  }
}

void check_errors(const std::vector<sql::SyntaxError>& errors, std::string_view text) {
  for (const sql::SyntaxError& error : errors) {
    require(error.offset <= text.size(), "a syntax error is in the text");
    require(!error.message.empty(), "a syntax error has a message");
    require(!find_invalid_utf8(error.message), "a syntax error's message is UTF-8");
    require(error.message.find_first_of("\r\n") == std::string::npos, "a message is one line");
  }
}

void check_body_of(std::string_view text, const sql::Statement& statement) {
  for (const sql::BodyError& error : sql::check_body(text, statement))
    require(error.offset <= text.size(), "an error in a body is in the text");
  auto body_text = sql::body_text(text, statement);
  if (!body_text)
    return;
  const std::size_t end = statement.offset + statement.length;
  for (std::size_t i = 0; i <= body_text->text.size(); ++i) {
    const std::size_t outer = body_text->origin.to_outer(i);
    require(outer >= statement.offset && outer <= end, "a body is in its statement");
  }
  const sql::Body body = sql::parse_body(std::move(*body_text));
  for (const sql::BodyStatement& inner : body.statements)
    require(inner.statement.offset >= statement.offset && inner.statement.offset <= end,
            "a statement of a body is in it");
  if (const auto* block = sql::as<PgQuery__DoStmt>(statement.node))
    sql::controls_transaction(*block);
}

void check_transaction(const sql::Script& script, std::optional<bool> wanted) {
  const sql::TransactionPlan plan = sql::plan_transaction(script, wanted);
  const std::size_t count = script.statements().size();
  require(plan.outer_begin.value_or(0) <= count && plan.outer_commit.value_or(0) <= count,
          "BEGIN and COMMIT are statements");
  require(!plan.outer_begin.has_value() || plan.outer_commit.has_value(),
          "no BEGIN is stripped without its COMMIT");
  for (const auto* list : {&plan.set_transaction, &plan.control, &plan.not_in_transaction}) {
    for (const std::size_t index : *list) require(index < count, "an index is that of a statement");
  }
  require(!wanted || plan.is_transactional == *wanted || plan.is_inferred,
          "the header's word about the transaction is kept");
}

/// A tree that is handed over is the one that the library packs.
void check_handover(const std::string& text) {
  sql::Arena arena;
  const auto parsed = sql::parse_tree(text.c_str(), arena);
  const auto* tree = std::get_if<const PgQuery__ParseResult*>(&parsed);
  if (tree == nullptr)
    return;
  std::string packed(protobuf_c_message_get_packed_size(&(*tree)->base), '\0');
  protobuf_c_message_pack(&(*tree)->base, reinterpret_cast<std::uint8_t*>(packed.data()));
  const PgQueryProtobufParseResult result = pg_query_parse_protobuf(text.c_str());
  require(packed == std::string_view(result.parse_tree.data, result.parse_tree.len),
          "a tree that is handed over is the one that the library packs");
  pg_query_free_protobuf_parse_result(result);
}

void check(const std::string& text) {
  std::vector<sql::SyntaxError> errors;
  const sql::Script script = sql::parse(text, errors);
  check_errors(errors, text);
  if (errors.empty())
    check_handover(text);

  const std::vector<sql::Span> spans = sql::split_statements(text);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    require(spans[i].length > 0 && spans[i].offset + spans[i].length <= text.size(),
            "a statement is in the text");
    require(i == 0 || spans[i].offset > spans[i - 1].offset + spans[i - 1].length,
            "a semicolon is between statements");
  }

  const auto& statements = script.statements();
  std::size_t behind = 0;
  for (const sql::Statement& statement : statements) {
    require(statement.node != nullptr, "a parsed statement has a tree");
    require(statement.offset >= behind, "statements follow each other");
    behind = statement.offset + statement.length;
    require(statement.length > 0 && behind <= text.size(), "a statement is in the text");
    sql::walk(statement.node, [](const sql::Node&) { return true; });
    sql::cannot_run_in_transaction(*statement.node);
    check_body_of(text, statement);
  }
  if (errors.empty()) {
    require(spans.size() == statements.size(), "the splitter finds the parser's statements");
    for (std::size_t i = 0; i < spans.size(); ++i)
      require(spans[i].offset == statements[i].offset,
              "the splitter finds a statement where the parser does");
  }
  for (const auto wanted : {std::optional<bool>(), std::optional(true), std::optional(false)})
    check_transaction(script, wanted);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = godwit::fuzz::as_text(data, size);
  check_scan(text);
  sql::run_with_deep_stack(1, 1, [&](std::size_t) { check(text); });
  return 0;
}
