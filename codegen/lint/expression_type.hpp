// SPDX-License-Identifier: Apache-2.0
//
// The type that PostgreSQL gives an expression, where that is beyond doubt: of columns, constants,
// casts and a few functions.
#pragma once

#include <string_view>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// Below domains; unknown where it is not certain, and of a string constant, which becomes what it
/// is used as. `table` is the one whose columns may be named, or null.
catalog::Type type_of(const sql::Node* expression, const catalog::Relation* table,
                      const catalog::Catalog& catalog);

/// The name of a function of PostgreSQL's own that `call` calls; empty where it may be another one:
/// of another schema, or of the set.
std::string_view builtin_function(const PgQuery__FuncCall& call, const catalog::Catalog& catalog);

/// A constant in quotes, with no cast around it.
bool is_quoted(const sql::Node* expression);

}  // namespace godwit::codegen::lint
