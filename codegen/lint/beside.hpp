// SPDX-License-Identifier: Apache-2.0
//
// What the commands of one ALTER TABLE do beside each other. PostgreSQL runs them by kind, drops
// before changes of types before additions, whichever their order
// (https://www.postgresql.org/docs/15/sql-altertable.html).
#pragma once

#include <cstddef>
#include <string_view>

#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// Does the statement have a command of that kind about that column or constraint?
bool has_beside(const PgQuery__AlterTableStmt& alter, PgQuery__AlterTableType kind,
                std::string_view name);

/// How many commands of that kind it has.
std::size_t count_beside(const PgQuery__AlterTableStmt& alter, PgQuery__AlterTableType kind);

}  // namespace godwit::codegen::lint
