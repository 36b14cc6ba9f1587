// SPDX-License-Identifier: Apache-2.0
//
// The parts of CREATE TABLE that ALTER TABLE has too: columns and constraints with the names and
// indexes that PostgreSQL gives them.
#pragma once

#include "catalog/catalog.hpp"
#include "catalog/fold.hpp"

namespace godwit::codegen::catalog {

/// Adds a column and what its definition brings along: constraints, indexes, a sequence.
void add_column(Catalog& catalog, Relation& table, const PgQuery__ColumnDef& definition,
                const Occasion& occasion);

/// Sets or, without an expression, drops the default.
void set_default(const Catalog& catalog, const Relation& table, Column& column,
                 const sql::Node* expression);

/// The sequence of a serial or identity column; gives its name.
Name make_owned_sequence(Catalog& catalog, const Relation& table, const std::string& column,
                         bool is_of_identity, const Occasion& occasion);

/// Columns, checks, keys and indexes that a partition or child has from its parent.
void inherit(Catalog& catalog, Relation& table, const Name& parent, bool is_partition,
             const Occasion& occasion);

/// Adds a constraint of a table.
void add_constraint(Catalog& catalog, Relation& table, const PgQuery__Constraint& definition,
                    const Occasion& occasion);

/// The name that PostgreSQL gives to a constraint without one: of its kind and columns.
std::string name_for_constraint(const Catalog& catalog, const Relation& table,
                                const Constraint& constraint);

/// The name that PostgreSQL gives to an index on these columns.
std::string index_name(const Catalog& catalog, const Relation& table,
                       const std::vector<std::string>& columns);

/// CREATE TABLE, also PARTITION OF, LIKE, INHERITS.
void create_table(Catalog& catalog, const PgQuery__CreateStmt& create, RelationKind kind,
                  const Occasion& occasion);

/// CREATE INDEX.
void create_index(Catalog& catalog, const PgQuery__IndexStmt& create, const Occasion& occasion);

/// Takes a relation out of the catalog with its indexes.
void remove_relation(Catalog& catalog, const Name& name);

/// Takes a column out of its table, with the constraints, indexes and sequences that go along.
void remove_column(Catalog& catalog, Relation& table, std::string_view column);

/// Takes a constraint, and the index behind it, out of its table.
void remove_constraint(Catalog& catalog, Relation& table, std::string_view name);

/// The columns that `expression` proves not to be null: of `c IS NOT NULL` and AND.
std::vector<std::string> not_null_conjuncts(const sql::Node* expression);

/// The columns that `expression` reads.
std::vector<std::string> columns_read(const sql::Node* expression);

}  // namespace godwit::codegen::catalog
