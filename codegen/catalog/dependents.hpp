// SPDX-License-Identifier: Apache-2.0
//
// What stands in the way of a DROP, and goes with it where it says CASCADE. What goes along in any
// case (a table's indexes, triggers, owned sequences, partitions) is not among it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/catalog.hpp"

namespace godwit::codegen::catalog {

enum class ObjectKind : std::uint8_t { kRelation, kColumn, kConstraint, kIndex, kType, kFunction };

struct Object {
  ObjectKind kind = ObjectKind::kRelation;
  Name name;         ///< of a column or constraint: the relation's
  std::string part;  ///< the column, or the constraint
};

enum class DependentKind : std::uint8_t {
  kView,
  kForeignKey,
  kDefault,
  kGeneratedColumn,
  kColumn,     ///< of a type
  kAttribute,  ///< of a composite type
  kTrigger,
  kPolicy,
  kRule,
  kCheck,
  kIndex,
  kDomain,
  kFunction,
  kChild,  ///< INHERITS
};

struct Dependent {
  DependentKind kind = DependentKind::kView;
  Name name;         ///< of the relation, type or function
  std::string part;  ///< of a relation: the column, constraint, trigger, …

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the default for a comparison with 0
  friend auto operator<=>(const Dependent&, const Dependent&) = default;
};

/// Sorted. Only what is certain: an object whose shape is unknown has no known dependents.
std::vector<Dependent> dependents_of(const Catalog& catalog, const Object& object);

/// "view recent", "foreign key orders_user_id_fkey of orders".
std::string to_string(const Dependent& dependent);

}  // namespace godwit::codegen::catalog
