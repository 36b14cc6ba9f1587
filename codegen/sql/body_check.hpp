// SPDX-License-Identifier: Apache-2.0
//
// Syntax errors inside function bodies and DO blocks, which PostgreSQL would report when the
// function is made, or, with check_function_bodies off, when it is first called.
#pragma once

#include <string_view>
#include <vector>

#include "sql/plpgsql.hpp"

namespace godwit::codegen::sql {

/// The syntax errors in the body of `statement`, a DO or CREATE FUNCTION in the languages plpgsql
/// and sql, at offsets of `text`, which the statement was parsed from. At most one in PL/pgSQL.
std::vector<BodyError> check_body(std::string_view text, const Statement& statement);

}  // namespace godwit::codegen::sql
