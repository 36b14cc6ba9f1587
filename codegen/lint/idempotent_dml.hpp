// SPDX-License-Identifier: Apache-2.0
//
// When may a statement that changes or reads rows be repeated? Each function says what a second run
// does wrong, or gives an empty text when it does nothing wrong.
#pragma once

#include <string>

#include "sql/ast.hpp"

namespace godwit::codegen::lint {

std::string insert_problem(const PgQuery__InsertStmt& insert);
std::string update_problem(const PgQuery__UpdateStmt& update);
std::string merge_problem(const PgQuery__MergeStmt& merge);

/// Of the writes in a statement's WITH.
std::string nested_problem(const sql::Node& statement);

/// Of a SELECT: functions in it that may change something.
std::string query_problem(const sql::Node& select);

}  // namespace godwit::codegen::lint
