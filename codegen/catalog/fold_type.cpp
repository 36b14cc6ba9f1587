// SPDX-License-Identifier: Apache-2.0
//
// Enums, domains, composite types and the others.
#include <algorithm>
#include <utility>

#include "catalog/fold_parts.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

/// A type that is there already stays: the statement fails, or is not run.
void put_type(Catalog& catalog, UserType type) {
  const Name name = type.name;
  if (catalog.types.find(name) == nullptr)
    catalog.types.put(name, std::move(type));
}

Column read_attribute(const Catalog& catalog, const PgQuery__ColumnDef& definition,
                      const Occasion& occasion) {
  Column column;
  column.name = definition.colname;
  if (definition.type_name != nullptr)
    column.type = catalog.resolved(read_type(*definition.type_name));
  column.made_in = occasion.migration;
  return column;
}

/// domain_check, domain_check1 …: unique among the constraints of the domain's schema.
std::string name_for_check(const UserType& domain) {
  for (int number = 0;; ++number) {
    std::string name = domain.name.name + "_check" + (number == 0 ? "" : std::to_string(number));
    const auto& all = domain.constraints;
    if (std::none_of(all.begin(), all.end(), [&](const Constraint& c) { return c.name == name; }))
      return name;
  }
}

void add_domain_constraint(UserType& domain, const PgQuery__Constraint& definition,
                           const Occasion& occasion) {
  switch (definition.contype) {
    case sql::constr::kNotnull:
      domain.is_not_null = true;
      domain.is_constrained = true;
      return;
    case sql::constr::kDefault:
      domain.has_default = true;
      domain.default_value = definition.raw_expr;
      return;
    case sql::constr::kCheck: {
      Constraint constraint;
      constraint.name = definition.conname;
      if (constraint.name.empty())
        constraint.name = name_for_check(domain);
      constraint.is_validated = definition.skip_validation == 0;
      constraint.expression_shape = sql::shape_of(definition.raw_expr);
      constraint.made_in = occasion.migration;
      domain.constraints.push_back(std::move(constraint));
      domain.is_constrained = true;
      return;
    }
    default:
      return;
  }
}

}  // namespace

void create_composite(Catalog& catalog, const PgQuery__CompositeTypeStmt& create,
                      const Occasion& occasion) {
  if (create.typevar == nullptr)
    return;
  UserType type;
  type.name = catalog.name_for_creation(*create.typevar);
  type.kind = TypeKind::kComposite;
  type.made_in = occasion.migration;
  for (const sql::Node* node : list(create.coldeflist, create.n_coldeflist)) {
    if (const auto* definition = as<PgQuery__ColumnDef>(node))
      type.attributes.push_back(read_attribute(catalog, *definition, occasion));
  }
  put_type(catalog, std::move(type));
}

void create_enum(Catalog& catalog, const PgQuery__CreateEnumStmt& create,
                 const Occasion& occasion) {
  UserType type;
  type.name = catalog.name_for_creation(list(create.type_name, create.n_type_name));
  type.kind = TypeKind::kEnum;
  type.made_in = occasion.migration;
  for (const sql::Node* value : list(create.vals, create.n_vals))
    type.values.emplace_back(string_value(value));
  put_type(catalog, std::move(type));
}

void alter_enum(Catalog& catalog, const PgQuery__AlterEnumStmt& alter) {
  UserType* type =
      catalog.types.edit(catalog.resolve_type(list(alter.type_name, alter.n_type_name)));
  if (type == nullptr)
    return;
  const std::string old_value = alter.old_val;
  const std::string new_value = alter.new_val;
  auto& values = type->values;
  if (!old_value.empty()) {
    std::replace(values.begin(), values.end(), old_value, new_value);
    return;
  }
  if (std::find(values.begin(), values.end(), new_value) != values.end())
    return;
  auto place = std::find(values.begin(), values.end(), alter.new_val_neighbor);
  if (place != values.end() && alter.new_val_is_after != 0)
    ++place;
  values.insert(place, new_value);
}

void create_domain(Catalog& catalog, const PgQuery__CreateDomainStmt& create,
                   const Occasion& occasion) {
  UserType type;
  type.name = catalog.name_for_creation(list(create.domainname, create.n_domainname));
  type.kind = TypeKind::kDomain;
  type.made_in = occasion.migration;
  if (create.type_name != nullptr)
    type.base = catalog.resolved(read_type(*create.type_name));
  for (const sql::Node* node : list(create.constraints, create.n_constraints)) {
    if (const auto* constraint = as<PgQuery__Constraint>(node))
      add_domain_constraint(type, *constraint, occasion);
  }
  put_type(catalog, std::move(type));
}

void alter_domain(Catalog& catalog, const PgQuery__AlterDomainStmt& alter,
                  const Occasion& occasion) {
  UserType* type =
      catalog.types.edit(catalog.resolve_type(list(alter.type_name, alter.n_type_name)));
  const std::string_view subtype = alter.subtype;
  if (type == nullptr || subtype.empty())
    return;
  switch (subtype.front()) {
    case 'T':
      type->has_default = alter.def != nullptr;
      type->default_value = alter.def;
      break;
    case 'N':
      type->is_not_null = false;
      break;
    case 'O':
      type->is_not_null = true;
      break;
    case 'C':
      if (const auto* constraint = as<PgQuery__Constraint>(alter.def))
        add_domain_constraint(*type, *constraint, occasion);
      break;
    case 'X':
      std::erase_if(type->constraints,
                    [&](const Constraint& constraint) { return constraint.name == alter.name; });
      break;
    case 'V':
      for (Constraint& constraint : type->constraints) {
        if (constraint.name == alter.name)
          constraint.is_validated = true;
      }
      break;
    default:
      break;
  }
  type->is_constrained = type->is_not_null || !type->constraints.empty();
}

void create_other_type(Catalog& catalog, std::span<sql::Node* const> names, TypeKind kind,
                       const Occasion& occasion) {
  UserType type;
  type.name = catalog.name_for_creation(names);
  type.kind = kind;
  type.made_in = occasion.migration;
  put_type(catalog, std::move(type));
}

void alter_attributes(Catalog& catalog, const PgQuery__AlterTableStmt& alter,
                      const PgQuery__AlterTableCmd& command, const Occasion& occasion) {
  if (alter.relation == nullptr)
    return;
  UserType* type =
      catalog.types.edit(catalog.resolve_type(alter.relation->schemaname, alter.relation->relname));
  if (type == nullptr)
    return;
  auto& attributes = type->attributes;
  const auto* definition = as<PgQuery__ColumnDef>(command.def);
  switch (command.subtype) {
    case sql::at::kAddColumn:
      if (definition != nullptr)
        attributes.push_back(read_attribute(catalog, *definition, occasion));
      return;
    case sql::at::kDropColumn:
      std::erase_if(attributes, [&](const Column& column) { return column.name == command.name; });
      return;
    case sql::at::kAlterColumnType:
      for (Column& column : attributes) {
        if (column.name == command.name && definition != nullptr &&
            definition->type_name != nullptr)
          column.type = catalog.resolved(read_type(*definition->type_name));
      }
      return;
    default:
      return;
  }
}

}  // namespace godwit::codegen::catalog
