// SPDX-License-Identifier: Apache-2.0
//
// What the catalog knows of each thing that the migrations have made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
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

/// What was set beside what has a place of its own, by what it is called: "fillfactor" → "70",
/// "replica identity" → "full". What stands at its default is not in it.
using Settings = std::map<std::string, std::string, std::less<>>;

/// A column of a relation; without a name, the relation as a whole.
struct ColumnUse {
  Name relation;
  std::string column;

  friend bool operator==(const ColumnUse&, const ColumnUse&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the default for a comparison with 0
  friend auto operator<=>(const ColumnUse&, const ColumnUse&) = default;
};

/// What an expression or a query refers to, as far as the catalog knows it.
struct References {
  std::vector<Name> relations;
  std::vector<ColumnUse> columns;
  std::vector<Name> functions;
  std::vector<Name> types;

  bool empty() const noexcept {
    return relations.empty() && columns.empty() && functions.empty() && types.empty();
  }
};

/// Shared between the versions of an object; null for none.
using SharedReferences = std::shared_ptr<const References>;

struct Column {
  std::string name;
  Type type;
  bool is_not_null = false;
  bool has_default = false;
  bool is_identity = false;
  bool is_identity_always = false;
  bool is_generated = false;
  bool is_inherited = false;        ///< only through a parent
  std::uint64_t default_shape = 0;  ///< sql::shape_of() of the default or generated expression
  SharedReferences default_uses;    ///< what that refers to; of a serial its sequence
  /// The default, in the statement that set it; null of a serial and where there is none.
  const sql::Node* default_expression = nullptr;
  Type default_type;  ///< the column's when its default was set: that of a constant in quotes
  Settings settings;  ///< statistics, storage, compression, options
  MigrationIndex made_in = kMadeElsewhere;

  friend bool operator==(const Column&, const Column&) = default;
};

enum class ConstraintKind : std::uint8_t { kCheck, kPrimaryKey, kUnique, kForeignKey, kExclusion };

struct Constraint {
  ConstraintKind kind = ConstraintKind::kCheck;
  Name referenced_table;  ///< of a foreign key
  std::string name;
  std::vector<std::string> columns;  ///< of a CHECK: those that it reads
  bool is_validated = true;
  bool is_deferrable = false;
  bool is_initially_deferred = false;
  /// Of a CHECK: the columns that it proves not to be null.
  std::vector<std::string> not_null_columns;
  /// Of a CHECK: what it says, in the statement that made it, with the columns' names of then.
  const sql::Node* expression = nullptr;
  std::vector<std::string> referenced_columns;  ///< of a foreign key
  /// Of a primary key, unique or exclusion constraint: its index, in the table's schema.
  std::string index;
  std::string on_delete;               ///< of a foreign key: a, r, c, n, d as in pg_constraint
  std::string on_update;               ///< likewise
  std::string parent;                  ///< of a partition: the constraint of the parent it is of
  std::uint64_t expression_shape = 0;  ///< of a CHECK: sql::shape_of()
  SharedReferences uses;               ///< of a CHECK
  MigrationIndex made_in = kMadeElsewhere;

  friend bool operator==(const Constraint&, const Constraint&) = default;
};

struct Trigger {
  std::string name;
  Name function;
  bool on_insert = false;
  bool on_update = false;
  bool on_delete = false;
  bool on_truncate = false;
  bool is_for_each_row = false;
  bool is_enabled = true;
  bool has_condition = false;  ///< WHEN
  bool is_deferrable = false;  ///< of CREATE CONSTRAINT TRIGGER
  bool is_initially_deferred = false;
  std::vector<std::string> columns;  ///< UPDATE OF, and those that WHEN reads
  std::uint64_t shape = 0;
  MigrationIndex made_in = kMadeElsewhere;
};

struct Policy {
  std::string name;
  std::uint64_t shape = 0;
  SharedReferences uses;
  MigrationIndex made_in = kMadeElsewhere;
};

/// CREATE RULE.
struct RewriteRule {
  std::string name;
  std::uint64_t shape = 0;
  SharedReferences uses;
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
  // What a search through all relations looks at stands together, for the processor's cache.
  std::vector<Trigger> triggers;
  std::vector<Policy> policies;
  std::vector<RewriteRule> rules;
  SharedReferences uses;      ///< of a view's query
  std::vector<Name> parents;  ///< INHERITS
  std::optional<Name> partition_of;
  std::vector<std::string> indexes;  ///< names, in the relation's own schema
  bool is_default_partition = false;
  bool is_unfilled = false;  ///< a materialized view made WITH NO DATA and not refreshed since
  bool has_row_security = false;
  bool forces_row_security = false;
  bool is_unlogged = false;
  bool has_replica_identity = false;  ///< FULL or USING INDEX: not its primary key
  char partition_strategy = 0;        ///< of a partitioned table: 'r' range, 'l' list, 'h' hash
  std::vector<std::string> partition_key;  ///< empty text for an expression
  std::optional<Name> of_type;             ///< CREATE TABLE … OF
  std::string access_method;               ///< empty: the default
  std::string tablespace;                  ///< empty: the database's
  Settings settings;        ///< storage parameters, replica identity, CLUSTER; of a sequence all
  std::uint64_t shape = 0;  ///< of a view's query
  std::optional<ColumnUse> owned_by;  ///< of a sequence
  bool is_of_identity = false;        ///< the sequence is an identity column's
  MigrationIndex made_in = kMadeElsewhere;

  const Column* find_column(std::string_view column) const noexcept;
  Column* find_column(std::string_view column) noexcept;
  const Constraint* find_constraint(std::string_view constraint) const noexcept;
  Constraint* find_constraint(std::string_view constraint) noexcept;
  const Constraint* primary_key() const noexcept;
  /// NOT NULL already, or proved by a validated CHECK, so that SET NOT NULL need not read the rows.
  bool is_proved_not_null(std::string_view column) const noexcept;
};

struct Index {
  Name name;
  Name table;
  std::vector<std::string> columns;       ///< empty text for an expression
  std::vector<std::string> column_names;  ///< what the index calls its columns; empty: `columns`
  std::vector<std::uint64_t> elements;  ///< sql::shape_of() of each, with opclass, order, collation
  std::vector<std::string> included;    ///< INCLUDE
  std::vector<std::string> used_columns;  ///< all of these, and those of expressions and predicate
  SharedReferences uses;                  ///< of expressions and predicate
  std::string method = "btree";
  std::string parent;  ///< of a partition's: the index of the parent that it is a part of
  std::uint64_t predicate_shape = 0;
  bool is_unique = false;
  bool is_partial = false;
  bool has_cast = false;  ///< of a column: where that has the type already, it is no expression
  bool is_only = false;   ///< ON ONLY: invalid until every partition has its own
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
  std::vector<std::string> values;           ///< of an enum, in order
  Type base;                                 ///< of a domain
  bool is_constrained = false;               ///< the domain has a CHECK or NOT NULL
  bool has_default = false;                  ///< the domain has one
  const sql::Node* default_value = nullptr;  ///< of a domain: in the statement that gave it
  bool is_not_null = false;                  ///< of a domain
  std::vector<Constraint> constraints;       ///< of a domain
  std::vector<Column> attributes;            ///< of a composite type
  MigrationIndex made_in = kMadeElsewhere;
};

/// One function of a name; others may differ in their arguments.
struct Overload {
  std::size_t argument_count = 0;
  std::size_t default_count = 0;  ///< of the last arguments
  bool is_variadic = false;
  std::vector<Type> arguments;              ///< IN, INOUT and VARIADIC
  std::vector<std::string> argument_names;  ///< of these; empty where there is none
  Type returns;
  bool returns_set = false;
  std::string result_columns;  ///< OUT and TABLE arguments, printed
  std::string language;
  bool is_procedure = false;
  bool is_aggregate = false;
  bool is_volatile = true;  ///< says neither IMMUTABLE nor STABLE
  bool is_security_definer = false;
  Settings settings;  ///< volatility, STRICT, …; "set search_path" and the like
  std::uint64_t shape = 0;
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

struct Extension {
  std::string name;
  MigrationIndex made_in = kMadeElsewhere;
};

/// What has nothing but a name here: statistics, publications, collations, operators, casts,
/// foreign servers, event triggers… Keyed by {kind, "schema.name"}.
struct OtherObject {
  std::string kind;  ///< "publication"
  std::string name;
  std::uint64_t shape = 0;
  MigrationIndex made_in = kMadeElsewhere;
};

}  // namespace godwit::codegen::catalog
