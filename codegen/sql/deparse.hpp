// SPDX-License-Identifier: Apache-2.0
//
// Trees back to SQL, for rewrites that are made up of parts of a statement.
#pragma once

#include <string>

#include "sql/ast.hpp"

namespace godwit::codegen::sql {

/// A statement in one line, without a semicolon, as libpg_query writes it: it may leave something
/// out, and writes the names of constraints and indexes as they are, without quotes.
std::string write(const Node& statement);

/// Is `text` this statement?
bool says(const std::string& text, const Node& statement);

/// A statement in one line, without a semicolon. Empty where libpg_query cannot write what it can
/// read: the text is read again, and has to say the same.
std::string deparse(const Node& statement);

/// The same for an expression.
std::string deparse_expression(const Node& expression);

}  // namespace godwit::codegen::sql
