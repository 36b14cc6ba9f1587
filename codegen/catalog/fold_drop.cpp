// SPDX-License-Identifier: Apache-2.0
//
// DROP, with what PostgreSQL drops along: a table's partitions and owned sequences always, other
// dependents with CASCADE. What is dropped under an unknown condition stays, and is uncertain.
#include <algorithm>
#include <utility>

#include "catalog/dependents.hpp"
#include "catalog/fold_other.hpp"
#include "catalog/fold_parts.hpp"
#include "catalog/fold_table.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

void drop_relation(Catalog& catalog, const Name& name, bool cascades, const Occasion& occasion);

template <class Items>
void erase_named(Items& items, std::string_view name) {
  std::erase_if(items, [&](const auto& item) { return item.name == name; });
}

void drop_index(Catalog& catalog, const Name& name) {
  const auto index = catalog.indexes.erase(name);
  if (index == nullptr)
    return;
  Relation* table = catalog.relations.edit(index->table);
  if (table != nullptr)
    std::erase(table->indexes, name.name);
  // Only those of partitioned tables have parts.
  if (table != nullptr && table->kind != RelationKind::kPartitionedTable)
    return;
  std::vector<Name> parts;
  for (const auto& [other, candidate] : catalog.indexes.all()) {
    if (candidate->parent != name.name)
      continue;
    const Relation* partition = catalog.relations.find(candidate->table);
    if (partition != nullptr && partition->partition_of == index->table)
      parts.push_back(other);
  }
  for (const Name& part : parts) drop_index(catalog, part);
}

void drop_column_by_cascade(Catalog& catalog, const Name& relation, const std::string& column,
                            const Occasion& occasion) {
  if (catalog.relations.find(relation) == nullptr)
    return;
  drop_dependents(catalog, {ObjectKind::kColumn, relation, column}, occasion);
  if (Relation* table = catalog.relations.edit(relation))
    remove_column(catalog, *table, column);
}

void drop_dependent(Catalog& catalog, const Dependent& dependent, const Occasion& occasion) {
  Relation* relation = catalog.relations.edit(dependent.name);
  switch (dependent.kind) {
    case DependentKind::kView:
    case DependentKind::kChild:
      return drop_relation(catalog, dependent.name, true, occasion);
    case DependentKind::kIndex:
      return drop_index(catalog, dependent.name);
    case DependentKind::kDomain:
      drop_dependents(catalog, {ObjectKind::kType, dependent.name, {}}, occasion);
      catalog.types.erase(dependent.name);
      return;
    case DependentKind::kAttribute:
      if (UserType* type = catalog.types.edit(dependent.name))
        erase_named(type->attributes, dependent.part);
      return;
    case DependentKind::kFunction:
      drop_dependents(catalog, {ObjectKind::kFunction, dependent.name, {}}, occasion);
      catalog.functions.erase(dependent.name);
      return;
    case DependentKind::kColumn:
    case DependentKind::kGeneratedColumn:
      return drop_column_by_cascade(catalog, dependent.name, dependent.part, occasion);
    default:
      break;
  }
  if (relation == nullptr)
    return;
  switch (dependent.kind) {
    case DependentKind::kForeignKey:
    case DependentKind::kCheck:
      return remove_constraint(catalog, *relation, dependent.part);
    case DependentKind::kDefault:
      if (Column* column = relation->find_column(dependent.part))
        set_default(catalog, *relation, *column, nullptr);
      return;
    case DependentKind::kTrigger:
      return erase_named(relation->triggers, dependent.part);
    case DependentKind::kPolicy:
      return erase_named(relation->policies, dependent.part);
    case DependentKind::kRule:
      return erase_named(relation->rules, dependent.part);
    default:
      return;
  }
}

void drop_relation(Catalog& catalog, const Name& name, bool cascades, const Occasion& occasion) {
  if (!occasion.is_certain) {
    if (Relation* relation = catalog.relations.edit(name))
      relation->is_uncertain = true;
    return;
  }
  const Relation* known = catalog.relations.find(name);
  if (known == nullptr)
    return;
  if (cascades)
    drop_dependents(catalog, {ObjectKind::kRelation, name, {}}, occasion);
  // Partitions go with their table, and what rests on an owned sequence with that.
  std::vector<Name> partitions;
  for (const auto& [child, relation] : catalog.relations.all()) {
    if (relation->partition_of == name)
      partitions.push_back(child);
  }
  std::sort(partitions.begin(), partitions.end());
  remove_relation(catalog, name);
  for (const Name& partition : partitions) drop_relation(catalog, partition, cascades, occasion);
}

void drop_type(Catalog& catalog, const Name& name, bool cascades, const Occasion& occasion) {
  if (cascades)
    drop_dependents(catalog, {ObjectKind::kType, name, {}}, occasion);
  catalog.types.erase(name);
}

void drop_function(Catalog& catalog, const sql::Node* object, bool cascades,
                   const Occasion& occasion) {
  const Name name = catalog.resolve_function(names_of(object));
  const Function* known = catalog.functions.find(name);
  if (known == nullptr)
    return;
  if (cascades)
    drop_dependents(catalog, {ObjectKind::kFunction, name, {}}, occasion);
  const auto* written = as<PgQuery__ObjectWithArgs>(object);
  const auto which = written == nullptr ? std::nullopt : find_overload(catalog, *known, *written);
  if (!which)
    return;
  if (known->overloads.size() == 1) {
    catalog.functions.erase(name);
    return;
  }
  Function& function = *catalog.functions.edit(name);
  function.overloads.erase(function.overloads.begin() + static_cast<std::ptrdiff_t>(*which));
}

template <class Objects>
std::vector<Name> names_in(const Objects& store, std::string_view schema) {
  std::vector<Name> names;
  for (const auto& [name, object] : store.all()) {
    if (name.schema == schema)
      names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void drop_schema(Catalog& catalog, const std::string& schema, bool cascades,
                 const Occasion& occasion) {
  for (const Name& name : names_in(catalog.relations, schema))
    drop_relation(catalog, name, cascades, occasion);
  for (const Name& name : names_in(catalog.types, schema))
    drop_type(catalog, name, cascades, occasion);
  for (const Name& name : names_in(catalog.functions, schema)) {
    if (cascades)
      drop_dependents(catalog, {ObjectKind::kFunction, name, {}}, occasion);
    catalog.functions.erase(name);
  }
  catalog.schemas.erase({"", schema});
}

/// DROP TRIGGER, POLICY, RULE name ON table: the table's name, then its own.
void drop_part(Catalog& catalog, PgQuery__ObjectType kind, const sql::Node* object) {
  const auto names = names_of(object);
  if (names.size() < 2)
    return;
  const Name table = catalog.resolve_relation(names.first(names.size() - 1));
  Relation* relation = catalog.relations.edit(table);
  if (relation == nullptr)
    return;
  const std::string_view name = string_value(names.back());
  if (kind == sql::object::kTrigger) {
    erase_named(relation->triggers, name);
    for (const auto& [child, other] : catalog.relations.all()) {
      if (other->partition_of == table)
        erase_named(catalog.relations.edit(child)->triggers, name);
    }
  } else if (kind == sql::object::kPolicy) {
    erase_named(relation->policies, name);
  } else {
    erase_named(relation->rules, name);
  }
}

}  // namespace

void drop_dependents(Catalog& catalog, const Object& object, const Occasion& occasion) {
  for (const Dependent& dependent : dependents_of(catalog, object))
    drop_dependent(catalog, dependent, occasion);
}

void drop(Catalog& catalog, const PgQuery__DropStmt& drop, const Occasion& occasion) {
  const bool cascades = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
  for (const sql::Node* object : list(drop.objects, drop.n_objects)) {
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kForeignTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kSequence:
        drop_relation(catalog, catalog.resolve_relation(names_of(object)), cascades, occasion);
        continue;
      default:
        break;
    }
    if (!occasion.is_certain)
      continue;
    switch (drop.remove_type) {
      case sql::object::kIndex:
        drop_index(catalog, catalog.resolve_relation(names_of(object)));
        break;
      case sql::object::kType:
      case sql::object::kDomain:
        drop_type(catalog, catalog.resolve_type(names_of(object)), cascades, occasion);
        break;
      case sql::object::kFunction:
      case sql::object::kProcedure:
      case sql::object::kRoutine:
      case sql::object::kAggregate:
        drop_function(catalog, object, cascades, occasion);
        break;
      case sql::object::kSchema:
        drop_schema(catalog, std::string(string_value(object)), cascades, occasion);
        break;
      case sql::object::kExtension:
        catalog.extensions.erase({"", std::string(string_value(object))});
        break;
      case sql::object::kTrigger:
      case sql::object::kPolicy:
      case sql::object::kRule:
        drop_part(catalog, drop.remove_type, object);
        break;
      default:
        catalog.others.erase(name_of_other(catalog, drop.remove_type, object));
        if (drop.remove_type == sql::object::kPublication)
          catalog.publications.erase({"", std::string(string_value(object))});
        break;
    }
  }
}

}  // namespace godwit::codegen::catalog
