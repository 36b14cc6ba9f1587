// SPDX-License-Identifier: Apache-2.0
//
// INSERT … ON CONFLICT may be repeated where its rows conflict with themselves. For that a unique
// key has to be made of values that are the same each time: a key that the server makes up for each
// row, from a sequence or gen_random_uuid(), conflicts with nothing.
#pragma once

#include <string>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// Why no row of `insert`, which has an ON CONFLICT, conflicts with what an earlier run of it has
/// left; empty where one may. `catalog` is that of before the statement; a table that it does not
/// know for certain is taken to have a key.
std::string conflict_problem(const PgQuery__InsertStmt& insert, const catalog::Catalog& catalog);

}  // namespace godwit::codegen::lint
