// SPDX-License-Identifier: Apache-2.0
//
// Which of the set's own functions a call means: names may be those of PostgreSQL's functions too,
// with other arguments.
#pragma once

#include <vector>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::catalog {

/// The own functions that `call` may mean, by the number of its arguments and, where PostgreSQL has
/// a function of that name as well, by their types. Empty where it is none of them, or where that
/// cannot be told.
std::vector<const Overload*> find_called(const Catalog& catalog, const PgQuery__FuncCall& call);

}  // namespace godwit::codegen::catalog
