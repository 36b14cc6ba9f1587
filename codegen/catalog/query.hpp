// SPDX-License-Identifier: Apache-2.0
//
// What a query, a DML statement or an expression refers to: relations, columns, functions, types,
// and which of them the catalog does not have. Views are folded with it, and rules ask it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"

namespace godwit::codegen::catalog {

struct OutputColumn {
  std::string name;
  Type type;  ///< unknown where it is computed
};

/// A relation that is named in FROM, INTO, UPDATE and the like.
struct RelationUse {
  const PgQuery__RangeVar* range = nullptr;
  Name name;
  bool is_known = false;
};

/// A column that its relation, or none of the relations in reach, has.
struct MissingColumn {
  std::string column;
  std::string relation;  ///< as messages call it; empty where several were looked at
  Name relation_name;    ///< where there is one
  int location = -1;
};

struct FunctionUse {
  Name name;
  std::size_t argument_count = 0;
  int location = -1;
  bool is_known = false;
};

struct TypeUse {
  const PgQuery__TypeName* type = nullptr;
};

struct Analysis {
  std::vector<RelationUse> relations;
  std::vector<ColumnUse> columns;  ///< of known relations; without duplicates
  std::vector<MissingColumn> missing_columns;
  std::vector<FunctionUse> functions;
  std::vector<TypeUse> types;
  /// Sequences and tables named in a literal: nextval('s'), 't'::regclass.
  std::vector<Name> named_in_literals;
  /// Of a query: its columns. Known only where every `*` could be expanded.
  std::vector<OutputColumn> output;
  bool has_known_output = false;
};

/// SELECT, INSERT, UPDATE, DELETE, MERGE; anything else has no references.
Analysis analyze(const Catalog& catalog, const sql::Node& statement);

/// The same for a statement of a migration, of which the rules and the fold ask in turn: the last
/// answer is kept, as long as nothing in the catalog changes. Not from two threads with one
/// catalog.
std::shared_ptr<const Analysis> analyze_once(const Catalog& catalog, const sql::Node& statement);

/// An expression about the columns of one relation: CHECK, DEFAULT, an index's element, a policy.
/// `relation` may be null.
Analysis analyze_expression(const Catalog& catalog, const Relation* relation,
                            const sql::Node* expression);

/// The same for the condition or action of a trigger or rule, where the row is NEW and OLD.
Analysis analyze_row_expression(const Catalog& catalog, const Relation* relation,
                                const sql::Node* expression);

/// What PostgreSQL calls an output column or an index's column without a name: "lower" for
/// lower(a); empty where it would say "?column?" or "expr".
std::string figured_name(const sql::Node* expression);

/// As the catalog keeps it; null where there is nothing.
SharedReferences to_references(const Catalog& catalog, const Analysis& analysis);

}  // namespace godwit::codegen::catalog
