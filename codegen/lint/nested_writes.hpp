// SPDX-License-Identifier: Apache-2.0
//
// Writes that stand in another statement: `WITH x AS (UPDATE …) SELECT …`, CREATE TABLE … AS WITH,
// EXPLAIN ANALYZE UPDATE. They are done like any other.
#pragma once

#include <vector>

#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// INSERT, UPDATE, DELETE and MERGE that `statement` does, itself first where it is one.
std::vector<const sql::Node*> writes_of(const sql::Node& statement);

/// The table that is written to; null for a statement that is no write.
const PgQuery__RangeVar* written_table(const sql::Node& write);

}  // namespace godwit::codegen::lint
