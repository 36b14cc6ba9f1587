// SPDX-License-Identifier: Apache-2.0
#include "locks/family.hpp"

#include <algorithm>

namespace godwit::codegen::locks {
namespace {

using catalog::Name;

constexpr int kMaxDepth = 32;  ///< a guard against a wrong catalog, not a limit of anybody

void add_descendants(const catalog::Catalog& catalog, const Name& parent, int depth,
                     std::vector<Name>& found) {
  if (depth > kMaxDepth)
    return;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const bool is_child = relation->partition_of == parent ||
                          std::find(relation->parents.begin(), relation->parents.end(), parent) !=
                              relation->parents.end();
    if (!is_child || std::find(found.begin(), found.end(), name) != found.end())
      continue;
    found.push_back(name);
    add_descendants(catalog, name, depth + 1, found);
  }
}

bool is_made_of(const catalog::Catalog& catalog, catalog::Type type, const Name& wanted) {
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    if (type.schema == wanted.schema && type.name == wanted.name)
      return true;
    const catalog::UserType* known = catalog.types.find({type.schema, type.name});
    if (known == nullptr || known->kind != catalog::TypeKind::kDomain)
      return false;
    type = known->base;
  }
  return false;
}

}  // namespace

std::vector<Name> descendants(const catalog::Catalog& catalog, const Name& parent) {
  std::vector<Name> found;
  if (!catalog.has_families)
    return found;
  add_descendants(catalog, parent, 0, found);
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<Name> default_partition(const catalog::Catalog& catalog, const Name& parent) {
  if (!catalog.has_families)
    return std::nullopt;
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (relation->is_default_partition && relation->partition_of == parent)
      return name;
  }
  return std::nullopt;
}

Name partition_root(const catalog::Catalog& catalog, const Name& table) {
  Name root = table;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const catalog::Relation* relation = catalog.relations.find(root);
    if (relation == nullptr || !relation->partition_of)
      break;
    root = *relation->partition_of;
  }
  return root;
}

std::vector<Name> referencing(const catalog::Catalog& catalog, const Name& table) {
  std::vector<Name> found;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const auto& constraints = relation->constraints;
    if (name != table && std::any_of(constraints.begin(), constraints.end(),
                                     [&](const catalog::Constraint& constraint) {
                                       return constraint.referenced_table == table;
                                     }))
      found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Name> users_of_type(const catalog::Catalog& catalog, const Name& type) {
  std::vector<Name> found;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const auto& columns = relation->columns;
    if (catalog::is_table(relation->kind) &&
        std::any_of(columns.begin(), columns.end(), [&](const catalog::Column& column) {
          return is_made_of(catalog, column.type, type);
        }))
      found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view column_of(const sql::Node* expression) {
  const auto* reference = sql::as<PgQuery__ColumnRef>(expression);
  return reference == nullptr || reference->n_fields == 0
             ? std::string_view()
             : sql::string_value(reference->fields[reference->n_fields - 1]);
}

}  // namespace godwit::codegen::locks
