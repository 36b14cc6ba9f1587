// SPDX-License-Identifier: Apache-2.0
//
// What the catalog knows of each thing that the migrations have made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/name.hpp"
#include "catalog/type.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::catalog {

/// Which migration made a thing: its place in the set's order.
using MigrationIndex = std::int32_t;
inline constexpr MigrationIndex kMadeElsewhere = -1;

struct Column {
  std::string name;
  Type type;
  bool is_not_null = false;
  bool has_default = false;
  bool is_identity = false;
  bool is_generated = false;
  MigrationIndex made_in = kMadeElsewhere;
};

enum class ConstraintKind : std::uint8_t { kCheck, kPrimaryKey, kUnique, kForeignKey, kExclusion };

struct Constraint {
  ConstraintKind kind = ConstraintKind::kCheck;
  std::string name;
  std::vector<std::string> columns;  ///< of a CHECK: those that it reads
  bool is_validated = true;
  bool is_deferrable = false;
  bool is_initially_deferred = false;
  /// Of a CHECK: the columns that it proves not to be null.
  std::vector<std::string> not_null_columns;
  /// Of a CHECK: what it says, in the statement that made it, with the columns' names of then.
  const sql::Node* expression = nullptr;
  /// Of a foreign key.
  Name referenced_table;
  std::vector<std::string> referenced_columns;
  /// Of a primary key, unique or exclusion constraint: its index, in the table's schema.
  std::string index;
  MigrationIndex made_in = kMadeElsewhere;
};

enum class RelationKind : std::uint8_t {
  kTable,
  kPartitionedTable,
  kForeignTable,
  kView,
  kMaterializedView,
  kSequence,
  kCompositeType,
};

/// Has rows of its own, or stands for tables that have.
constexpr bool is_table(RelationKind kind) noexcept {
  return kind == RelationKind::kTable || kind == RelationKind::kPartitionedTable ||
         kind == RelationKind::kForeignTable;
}

struct Relation {
  Name name;
  RelationKind kind = RelationKind::kTable;
  bool is_temporary = false;
  /// All columns are known with their types. False for CREATE TABLE AS and for what others made.
  bool has_known_shape = true;
  /// Was changed under a condition that cannot be judged: it may look otherwise, or not be there.
  bool is_uncertain = false;
  std::vector<Column> columns;
  std::vector<Constraint> constraints;
  std::vector<std::string> indexes;  ///< names, in the relation's own schema
  std::optional<Name> partition_of;
  bool is_default_partition = false;
  /// Of a partitioned table: 'r' range, 'l' list, 'h' hash, and its key; empty text for an
  /// expression.
  char partition_strategy = 0;
  std::vector<std::string> partition_key;
  std::string access_method;  ///< empty: the default
  std::string tablespace;     ///< empty: the database's
  bool is_unfilled = false;   ///< a materialized view made WITH NO DATA and not refreshed since
  std::vector<Name> parents;  ///< INHERITS
  MigrationIndex made_in = kMadeElsewhere;

  const Column* find_column(std::string_view column) const noexcept;
  Column* find_column(std::string_view column) noexcept;
  const Constraint* find_constraint(std::string_view constraint) const noexcept;
  Constraint* find_constraint(std::string_view constraint) noexcept;
  /// NOT NULL already, or proved by a validated CHECK, so that SET NOT NULL need not read the rows.
  bool is_proved_not_null(std::string_view column) const noexcept;
};

struct Index {
  Name name;
  Name table;
  std::vector<std::string> columns;       ///< empty text for an expression
  std::vector<std::string> columns_read;  ///< by its expressions and its WHERE
  bool is_unique = false;
  bool is_partial = false;
  bool backs_constraint = false;
  MigrationIndex made_in = kMadeElsewhere;

  /// Stands on the column, as a key or in an expression.
  bool depends_on(std::string_view column) const noexcept;
  /// Has an expression or a WHERE, so that it is built anew where it could otherwise be kept.
  bool has_expressions() const noexcept;
};

enum class TypeKind : std::uint8_t { kEnum, kDomain, kComposite, kRange, kOther };

struct UserType {
  Name name;
  TypeKind kind = TypeKind::kOther;
  std::vector<std::string> values;  ///< of an enum, in order
  Type base;                        ///< of a domain
  bool is_constrained = false;      ///< the domain has a CHECK or NOT NULL
  bool has_default = false;         ///< the domain has one
  MigrationIndex made_in = kMadeElsewhere;
};

/// One function of a name; others may differ in their arguments.
struct Overload {
  std::size_t argument_count = 0;
  bool is_procedure = false;
  bool is_volatile = true;  ///< says neither IMMUTABLE nor STABLE
  /// The section whose text holds the statement, null where that is not known (in a DO block).
  const Section* section = nullptr;
  sql::Statement statement;
  MigrationIndex made_in = kMadeElsewhere;
};

struct Function {
  Name name;
  std::vector<Overload> overloads;
};

struct Publication {
  std::string name;
  std::vector<Name> tables;
  MigrationIndex made_in = kMadeElsewhere;
};

struct Schema {
  std::string name;
  MigrationIndex made_in = kMadeElsewhere;
};

}  // namespace godwit::codegen::catalog
