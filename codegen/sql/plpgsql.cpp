// SPDX-License-Identifier: Apache-2.0
//
// How it works. The splitter gives the pieces of a body that are SQL. They are put one behind the
// other and parsed at once, so that a body costs one call of the parser, two when it has
// expressions; each statement knows where its piece stands in the file.
#include "sql/plpgsql.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "source/words.hpp"
#include "sql/plpgsql_splitter.hpp"

namespace godwit::codegen::sql {
namespace {

/// Parses all pieces of one kind with one call. `prefix` stands before each of them.
void parse_pieces(const std::vector<Piece>& pieces, PieceKind kind, Body& body) {
  // Expressions need "SELECT " in front, for which there is no room in place: they are laid out one
  // after the other, and positions go through a map.
  const std::string_view prefix = kind == PieceKind::kExpression ? "SELECT " : "";
  std::string sql;
  struct Placed {
    const Piece* piece;
    std::size_t begin;
  };
  std::vector<Placed> placed;
  for (const Piece& piece : pieces) {
    if (piece.kind != kind)
      continue;
    placed.push_back({&piece, sql.size()});
    sql += prefix;
    const std::size_t start = sql.size();
    sql.append(body.text, piece.begin, piece.end - piece.begin);
    for (const auto& [begin, end] : piece.blanks) {
      std::fill(
          sql.begin() + static_cast<std::ptrdiff_t>(start + begin - piece.begin),
          sql.begin() + static_cast<std::ptrdiff_t>(start + std::min(end, piece.end) - piece.begin),
          ' ');
    }
    sql += "\n;\n";
  }
  if (placed.empty())
    return;
  const auto piece_at = [&](std::size_t offset) {
    const auto next = std::upper_bound(
        placed.begin(), placed.end(), offset,
        [](std::size_t wanted, const Placed& candidate) { return wanted < candidate.begin; });
    return next == placed.begin() ? placed.front() : *std::prev(next);
  };
  const auto origin_of = [&](const Placed& place) {
    // What stands before the piece, such as the prefix, is taken to stand at its beginning.
    TextOrigin origin;
    origin.add_piece(place.begin + prefix.size(), place.piece->begin);
    origin.embed_in(body.origin);
    return origin;
  };
  std::vector<SyntaxError> errors;
  Script script = parse(sql, errors);
  for (const Statement& statement : script.statements()) {
    const Placed place = piece_at(statement.offset);
    const std::size_t begin = std::max(statement.offset, place.begin + prefix.size());
    BodyStatement found;
    found.statement = statement;
    found.guard = place.piece->guard;
    found.is_conditional = place.piece->is_conditional;
    found.is_expression = kind == PieceKind::kExpression;
    found.origin = origin_of(place);
    found.statement.offset = found.origin.to_outer(begin);
    found.statement.length = statement.offset + statement.length - begin;
    body.statements.push_back(std::move(found));
  }
  for (SyntaxError& error : errors) {
    const Placed place = piece_at(error.offset);
    body.errors.push_back({origin_of(place).to_outer(error.offset), std::move(error.message)});
  }
  body.scripts.push_back(std::move(script));
}

/// A text that is SQL as a whole: of a LANGUAGE sql function, or of EXECUTE 'literal'. Where it is
/// built of parts and is no SQL, it was not understood.
void parse_whole(const std::string& sql, const TextOrigin& origin, const Surroundings& around,
                 const std::optional<BodyPlace>& built_at, Body& body) {
  std::vector<SyntaxError> errors;
  Script script = parse(sql, errors);
  if (built_at && !errors.empty()) {
    body.dynamic.push_back(*built_at);
    return;
  }
  for (const Statement& statement : script.statements()) {
    BodyStatement found;
    found.statement = statement;
    found.guard = around.guard;
    found.is_conditional = around.is_conditional;
    found.origin = origin;
    found.statement.offset = built_at ? built_at->offset : origin.to_outer(statement.offset);
    found.is_built = built_at.has_value();
    if (built_at)
      found.statement.length = built_at->length;
    body.statements.push_back(std::move(found));
  }
  for (SyntaxError& error : errors)
    body.errors.push_back({origin.to_outer(error.offset), std::move(error.message)});
  body.scripts.push_back(std::move(script));
}

struct BodyOptions {
  std::string language;
  std::optional<std::size_t> as_location;
};

BodyOptions read_options(std::span<Node* const> options, std::string_view default_language) {
  BodyOptions found;
  found.language = default_language;
  for (const Node* option : options) {
    const auto* element = as<PgQuery__DefElem>(option);
    if (element == nullptr)
      continue;
    const std::string_view name = element->defname;
    if (name == "language") {
      found.language = to_lower(string_value(element->arg));
    } else if (name == "as") {
      const auto* parts = as<PgQuery__List>(element->arg);
      if (parts != nullptr && parts->n_items != 1)
        continue;  // AS 'library', 'symbol'
      found.as_location = static_cast<std::size_t>(std::max(element->location, 0));
    }
  }
  return found;
}

}  // namespace

std::optional<BodyText> body_text(std::string_view text, const Statement& statement) {
  BodyOptions options;
  if (const auto* block = as<PgQuery__DoStmt>(statement.node))
    options = read_options(list(block->args, block->n_args), "plpgsql");
  else if (const auto* function = as<PgQuery__CreateFunctionStmt>(statement.node))
    options = read_options(list(function->options, function->n_options), "sql");
  if (!options.as_location)
    return std::nullopt;
  // The location is that of AS, or of the literal itself. A literal may be continued on the next
  // line: 'a' newline 'b'.
  const std::size_t end = statement.offset + statement.length;
  std::optional<Literal> body;
  for (const Token& token : scan(text, *options.as_location, end)) {
    if (token.kind != TokenKind::kString) {
      if (body)
        break;
      continue;
    }
    auto literal = read_literal(text, token);
    if (!literal)
      return std::nullopt;
    if (!body) {
      body = std::move(literal);
    } else if (text[token.offset] == '\'') {
      body->origin.append(literal->origin, body->value.size());
      body->value += literal->value;
    } else {
      break;  // the second string of AS 'object', 'symbol', or something of another kind
    }
  }
  if (!body)
    return std::nullopt;
  return BodyText{std::move(options.language), std::move(body->value), std::move(body->origin)};
}

Body body_of_tree(const Statement& statement) {
  Body body;
  body.language = "sql";
  const auto* function = as<PgQuery__CreateFunctionStmt>(statement.node);
  if (function == nullptr || function->sql_body == nullptr)
    return body;
  const auto add = [&](const Node* node) {
    if (node == nullptr || node->node_case == PG_QUERY__NODE__NODE_LIST)
      return;
    BodyStatement found;
    found.statement = {statement.offset, statement.length, node};
    found.origin = TextOrigin(0);
    found.is_expression = as<PgQuery__ReturnStmt>(node) != nullptr;
    body.statements.push_back(std::move(found));
  };
  const auto* outer = as<PgQuery__List>(function->sql_body);
  if (outer == nullptr) {
    add(function->sql_body);
    return body;
  }
  for (const Node* node : list(outer->items, outer->n_items)) {
    add(node);
    if (const auto* inner = as<PgQuery__List>(node)) {
      for (const Node* one : list(inner->items, inner->n_items)) add(one);
    }
  }
  return body;
}

bool controls_transaction(const PgQuery__DoStmt& block) {
  std::string_view text;
  for (const Node* node : list(block.args, block.n_args)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string_view name = option->defname;
    if (name == "as")
      text = string_value(option->arg);
    else if (name == "language" && !equals_ignoring_case(string_value(option->arg), "plpgsql"))
      return false;
  }
  if (!contains_ignoring_case(text, "commit") && !contains_ignoring_case(text, "rollback"))
    return false;
  Body body;
  split_plpgsql(text, body.origin, body);
  return !body.transaction_control.empty();
}

Body parse_body(BodyText source) {
  Body body;
  body.language = std::move(source.language);
  body.text = std::move(source.text);
  body.origin = std::move(source.origin);
  if (body.language == "sql") {
    parse_whole(body.text, body.origin, {}, {}, body);
  } else if (body.language == "plpgsql") {
    const auto [pieces, literals] = split_plpgsql(body.text, body.origin, body);
    parse_pieces(pieces, PieceKind::kStatement, body);
    parse_pieces(pieces, PieceKind::kExpression, body);
    for (const auto& [literal, around, built_at] : literals)
      parse_whole(literal.value, literal.origin, around, built_at, body);
    std::stable_sort(body.statements.begin(), body.statements.end(),
                     [](const BodyStatement& a, const BodyStatement& b) {
                       return a.statement.offset < b.statement.offset;
                     });
  }
  return body;
}

}  // namespace godwit::codegen::sql
