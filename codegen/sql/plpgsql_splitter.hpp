// SPDX-License-Identifier: Apache-2.0
//
// A body of PL/pgSQL taken apart into its SQL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/plpgsql.hpp"
#include "sql/scan.hpp"

namespace godwit::codegen::sql {

enum class PieceKind { kStatement, kExpression };

/// [begin, end) of the body.
struct Piece {
  PieceKind kind = PieceKind::kStatement;
  std::size_t begin = 0;
  std::size_t end = 0;
  Guard guard;
  bool is_conditional = false;
  std::vector<std::pair<std::size_t, std::size_t>> blanks;  ///< INTO targets
  std::string into;                                         ///< first variable of the INTO
};

/// Under what a piece runs.
struct Surroundings {
  Guard guard;
  bool is_conditional = false;
};

/// What an EXECUTE runs: its own text, parsed by itself.
struct LiteralPiece {
  Literal literal;
  Surroundings around;
  std::optional<BodyPlace> built_at;  ///< where it is not a literal as it stands
};

struct SplitBody {
  std::vector<Piece> pieces;
  std::vector<LiteralPiece> literals;
};

/// Splits `text`, the body's own or one as it; what is neither statement nor expression (COMMIT, an
/// EXECUTE that nobody can read) is added to `body`, at the place that `origin` gives it.
SplitBody split_plpgsql(std::string_view text, const TextOrigin& origin, Body& body);

}  // namespace godwit::codegen::sql
