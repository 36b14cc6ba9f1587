// SPDX-License-Identifier: Apache-2.0
//
// How the rows of a COPY get into a table that may have them already: the rewrite that
// `claims-idempotent` prints for a seed.
#pragma once

#include <string>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// SQL to paste around the rows: a temporary table that takes them, and a merge by the table's key.
std::string copy_rewrite(const PgQuery__CopyStmt& copy, const catalog::Catalog& catalog);

}  // namespace godwit::codegen::lint
