// SPDX-License-Identifier: Apache-2.0
#include "catalog/objects.hpp"

#include <algorithm>

namespace godwit::codegen::catalog {
namespace {

template <class Items>
auto* find_by_name(Items& items, std::string_view name) noexcept {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const Column* Relation::find_column(std::string_view column) const noexcept {
  return find_by_name(columns, column);
}

Column* Relation::find_column(std::string_view column) noexcept {
  return find_by_name(columns, column);
}

const Constraint* Relation::find_constraint(std::string_view constraint) const noexcept {
  return find_by_name(constraints, constraint);
}

Constraint* Relation::find_constraint(std::string_view constraint) noexcept {
  return find_by_name(constraints, constraint);
}

const Constraint* Relation::primary_key() const noexcept {
  const auto found = std::find_if(
      constraints.begin(), constraints.end(),
      [](const Constraint& constraint) { return constraint.kind == ConstraintKind::kPrimaryKey; });
  return found == constraints.end() ? nullptr : &*found;
}

bool Relation::is_proved_not_null(std::string_view column) const noexcept {
  const Column* known = find_column(column);
  if (known != nullptr && known->is_not_null)
    return true;
  return std::any_of(constraints.begin(), constraints.end(), [&](const Constraint& constraint) {
    const auto& proved = constraint.not_null_columns;
    return constraint.kind == ConstraintKind::kCheck && constraint.is_validated &&
           std::find(proved.begin(), proved.end(), column) != proved.end();
  });
}

bool Index::depends_on(std::string_view column) const noexcept {
  return std::find(columns.begin(), columns.end(), column) != columns.end() ||
         std::find(used_columns.begin(), used_columns.end(), column) != used_columns.end();
}

bool Index::has_expressions() const noexcept {
  return is_partial || std::find(columns.begin(), columns.end(), "") != columns.end();
}

}  // namespace godwit::codegen::catalog
