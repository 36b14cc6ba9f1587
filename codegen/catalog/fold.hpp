// SPDX-License-Identifier: Apache-2.0
//
// Brings a catalog forward by one statement.
#pragma once

#include "catalog/catalog.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::catalog {

/// Where a statement comes from.
struct Occasion {
  MigrationIndex migration = 0;
  /// False where it runs under a condition that could not be read: what it changes is then
  /// uncertain.
  bool is_certain = true;
  /// For functions: the section and the statement, so that their bodies can be looked at later.
  const Section* section = nullptr;
  sql::Statement statement;
};

/// Applies `node` to `catalog`. SQL that changes no schema is ignored, and so is what cannot be
/// applied (a column of an unknown table): it is not for the catalog to complain.
void fold(Catalog& catalog, const sql::Node& node, const Occasion& occasion);

/// Applies one command of an ALTER TABLE; fold() of the whole statement applies all.
void fold_command(Catalog& catalog, const PgQuery__AlterTableStmt& statement,
                  const PgQuery__AlterTableCmd& command, const Occasion& occasion);

/// Forgets what is temporary, and search_path: no migration finds what another has left in its
/// session (emit/leftovers.hpp).
void end_session(Catalog& catalog);

/// What a CREATE FUNCTION or PROCEDURE makes; where it stands in the text is left out.
Overload read_overload(const Catalog& catalog, const PgQuery__CreateFunctionStmt& create);

}  // namespace godwit::codegen::catalog
