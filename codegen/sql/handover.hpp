// SPDX-License-Identifier: Apache-2.0
//
// SQL to trees and back by libpg_query, without what it does between its trees and ours: a tree
// leaves it, and comes to it, as bytes that have to be packed and unpacked again.
#pragma once

#include <string>
#include <variant>

#include "sql/arena.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::sql {

/// What the parser says where it refuses a text.
struct ParserError {
  std::string message;
  int cursor = 0;  ///< in characters from 1; 0 where it is not known
};

/// The tree of `text`, in `arena`, or why there is none. Recursion is as deep as the SQL's nesting.
std::variant<const PgQuery__ParseResult*, ParserError> parse_tree(const char* text, Arena& arena);

/// `tree` as libpg_query writes it; empty where it cannot.
std::string write_tree(const PgQuery__ParseResult& tree);

/// Do trees come as they are? Not where libpg_query is linked so that its calls of its own
/// functions stay inside (statically, or with -Bsymbolic-functions); they are packed there.
bool trees_come_unpacked();

}  // namespace godwit::codegen::sql
