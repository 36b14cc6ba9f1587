// SPDX-License-Identifier: Apache-2.0
//
// What a column's definition says, as far as ADD COLUMN costs something for it.
#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::locks {

/// The constraints of a column's definition, by kind; null where there is none.
struct ColumnParts {
  const PgQuery__Constraint* not_null = nullptr;
  const PgQuery__Constraint* default_value = nullptr;
  const PgQuery__Constraint* identity = nullptr;
  const PgQuery__Constraint* generated = nullptr;
  const PgQuery__Constraint* check = nullptr;
  const PgQuery__Constraint* unique = nullptr;  ///< UNIQUE or PRIMARY KEY
  const PgQuery__Constraint* foreign_key = nullptr;
};

ColumnParts take_apart(const PgQuery__ColumnDef& column);

/// The constant NULL, also behind casts.
bool is_null(const sql::Node* expression);

/// A function of PostgreSQL's, without its schema, that is IMMUTABLE or STABLE.
bool is_steady(std::string_view name) noexcept;

/// The default that a new column of `type` has where its definition names none: that of a domain.
/// Null where there is none.
const sql::Node* default_of_type(const catalog::Type& type, const catalog::Catalog& catalog);

/// A function in `expression` that may give another value for each row; empty when there is none.
/// What is not known is taken to be such.
std::string volatile_function(const sql::Node* expression, const catalog::Catalog& catalog);

}  // namespace godwit::codegen::locks
