// SPDX-License-Identifier: Apache-2.0
//
// The dependencies are those that PostgreSQL keeps in pg_depend
// (https://www.postgresql.org/docs/15/ddl-depend.html), found by looking through the catalog: there
// are few DROPs, and they are cheap to answer.
#include "catalog/dependents.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace godwit::codegen::catalog {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool mentions(const SharedReferences& uses, const Object& object) {
  if (uses == nullptr)
    return false;
  const auto contains = [&](const std::vector<Name>& names) {
    return std::find(names.begin(), names.end(), object.name) != names.end();
  };
  switch (object.kind) {
    case ObjectKind::kRelation:
      return contains(uses->relations) ||
             std::any_of(uses->columns.begin(), uses->columns.end(),
                         [&](const ColumnUse& use) { return use.relation == object.name; });
    case ObjectKind::kColumn:
      return std::find(uses->columns.begin(), uses->columns.end(),
                       ColumnUse{object.name, object.part}) != uses->columns.end();
    case ObjectKind::kType:
      return contains(uses->types);
    case ObjectKind::kFunction:
      return contains(uses->functions);
    default:
      return false;
  }
}

bool is_of_type(const Type& type, const Object& object) {
  return (object.kind == ObjectKind::kType || object.kind == ObjectKind::kRelation) &&
         type.name == object.name.name && type.schema == object.name.schema;
}

class Finder {
 public:
  Finder(const Catalog& catalog, const Object& object) : catalog_(catalog), object_(object) {}

  std::vector<Dependent> run() {
    for (const auto& [name, relation] : catalog_.relations.all()) look_at(*relation);
    if (object_.kind == ObjectKind::kType || object_.kind == ObjectKind::kRelation)
      look_at_types();
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  void add(DependentKind kind, const Name& name, const std::string& part = {}) {
    found_.push_back({kind, name, part});
  }

  /// The parts of a relation go with the relation itself.
  bool is_own(const Relation& relation) const {
    return object_.kind == ObjectKind::kRelation && relation.name == object_.name;
  }

  void look_at(const Relation& relation) {
    if (is_own(relation))
      return;
    if (mentions(relation.uses, object_))
      add(DependentKind::kView, relation.name);
    if (object_.kind == ObjectKind::kRelation &&
        std::find(relation.parents.begin(), relation.parents.end(), object_.name) !=
            relation.parents.end())
      add(DependentKind::kChild, relation.name);
    look_at_columns(relation);
    look_at_constraints(relation);
    for (const Trigger& trigger : relation.triggers) {
      const bool uses_function =
          object_.kind == ObjectKind::kFunction && trigger.function == object_.name;
      const bool uses_column = object_.kind == ObjectKind::kColumn &&
                               relation.name == object_.name && has(trigger.columns, object_.part);
      if (uses_function || uses_column)
        add(DependentKind::kTrigger, relation.name, trigger.name);
    }
    for (const Policy& policy : relation.policies) {
      if (mentions(policy.uses, object_))
        add(DependentKind::kPolicy, relation.name, policy.name);
    }
    for (const RewriteRule& rule : relation.rules) {
      if (mentions(rule.uses, object_))
        add(DependentKind::kRule, relation.name, rule.name);
    }
    if (object_.kind != ObjectKind::kFunction && object_.kind != ObjectKind::kType)
      return;
    for (const std::string& name : relation.indexes) {
      const Index* index = catalog_.indexes.find({relation.name.schema, name});
      if (index != nullptr && mentions(index->uses, object_))
        add(DependentKind::kIndex, index->name);
    }
  }

  void look_at_columns(const Relation& relation) {
    // No default mentions a constraint, and none but a generated column's mentions a column.
    if (object_.kind == ObjectKind::kConstraint ||
        (object_.kind == ObjectKind::kColumn && relation.name != object_.name))
      return;
    const bool can_have_types = is_table(relation.kind) && (object_.kind == ObjectKind::kType ||
                                                            object_.kind == ObjectKind::kRelation);
    for (const Column& column : relation.columns) {
      if (can_have_types && is_of_type(column.type, object_))
        add(DependentKind::kColumn, relation.name, column.name);
      if (column.default_uses == nullptr)
        continue;
      const bool is_itself = object_.kind == ObjectKind::kColumn && relation.name == object_.name &&
                             column.name == object_.part;
      if (!is_itself && mentions(column.default_uses, object_))
        add(column.is_generated ? DependentKind::kGeneratedColumn : DependentKind::kDefault,
            relation.name, column.name);
    }
  }

  void look_at_constraints(const Relation& relation) {
    for (const Constraint& constraint : relation.constraints) {
      const bool is_own_constraint = object_.kind == ObjectKind::kConstraint &&
                                     constraint.name == object_.part &&
                                     relation.name == object_.name;
      if (constraint.kind == ConstraintKind::kForeignKey && !is_own_constraint &&
          constraint.referenced_table == object_.name && references(constraint) &&
          constraint.parent.empty())
        add(DependentKind::kForeignKey, relation.name, constraint.name);
      if ((object_.kind == ObjectKind::kFunction || object_.kind == ObjectKind::kType) &&
          mentions(constraint.uses, object_))
        add(DependentKind::kCheck, relation.name, constraint.name);
    }
  }

  /// Does a foreign key to the object's relation rest on the object?
  bool references(const Constraint& key) const {
    switch (object_.kind) {
      case ObjectKind::kRelation:
        return true;
      case ObjectKind::kColumn:
        return has(key.referenced_columns, object_.part);
      case ObjectKind::kConstraint: {
        const Relation* parent = catalog_.relations.find(object_.name);
        const Constraint* target =
            parent == nullptr ? nullptr : parent->find_constraint(object_.part);
        if (target == nullptr || target->index.empty() ||
            target->kind == ConstraintKind::kExclusion)
          return false;
        return same_columns(key.referenced_columns, target->columns) &&
               !has_other_key(*parent, *target);
      }
      default:
        return false;
    }
  }

  static bool same_columns(std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
  }

  /// Another key of the same columns: which of them a foreign key rests on is not known here.
  bool has_other_key(const Relation& parent, const Constraint& target) const {
    return std::any_of(parent.indexes.begin(), parent.indexes.end(), [&](const std::string& name) {
      const Index* index = catalog_.indexes.find({parent.name.schema, name});
      return index != nullptr && name != target.index && index->is_unique && !index->is_partial &&
             same_columns(index->columns, target.columns);
    });
  }

  void look_at_types() {
    for (const auto& [name, type] : catalog_.types.all()) {
      if (name == object_.name)
        continue;
      if (type->kind == TypeKind::kDomain && is_of_type(type->base, object_))
        add(DependentKind::kDomain, name);
      for (const Column& attribute : type->attributes) {
        if (is_of_type(attribute.type, object_))
          add(DependentKind::kAttribute, name, attribute.name);
      }
    }
    for (const auto& [name, function] : catalog_.functions.all()) {
      const auto& overloads = function->overloads;
      if (std::any_of(overloads.begin(), overloads.end(), [&](const Overload& overload) {
            const auto& arguments = overload.arguments;
            return is_of_type(overload.returns, object_) ||
                   std::any_of(arguments.begin(), arguments.end(),
                               [&](const Type& type) { return is_of_type(type, object_); });
          }))
        add(DependentKind::kFunction, name);
    }
  }

  const Catalog& catalog_;
  const Object& object_;
  std::vector<Dependent> found_;
};

}  // namespace

std::vector<Dependent> dependents_of(const Catalog& catalog, const Object& object) {
  if (object.kind == ObjectKind::kFunction) {
    // Which of several functions of a name is used is not known.
    const Function* function = catalog.functions.find(object.name);
    if (function == nullptr || function->overloads.size() != 1)
      return {};
  }
  return Finder(catalog, object).run();
}

std::string to_string(const Dependent& dependent) {
  std::string name = quote_name(dependent.name);
  const std::string part = quote_identifier(dependent.part);
  switch (dependent.kind) {
    case DependentKind::kView:
      return fmt::format("view {}", name);
    case DependentKind::kForeignKey:
      return fmt::format("foreign key {} of {}", part, name);
    case DependentKind::kDefault:
      return fmt::format("default of {}.{}", name, part);
    case DependentKind::kGeneratedColumn:
      return fmt::format("generated column {}.{}", name, part);
    case DependentKind::kColumn:
      return fmt::format("column {}.{}", name, part);
    case DependentKind::kAttribute:
      return fmt::format("attribute {} of type {}", part, name);
    case DependentKind::kTrigger:
      return fmt::format("trigger {} on {}", part, name);
    case DependentKind::kPolicy:
      return fmt::format("policy {} on {}", part, name);
    case DependentKind::kRule:
      return fmt::format("rule {} on {}", part, name);
    case DependentKind::kCheck:
      return fmt::format("constraint {} of {}", part, name);
    case DependentKind::kIndex:
      return fmt::format("index {}", name);
    case DependentKind::kDomain:
      return fmt::format("domain {}", name);
    case DependentKind::kFunction:
      return fmt::format("function {}", name);
    case DependentKind::kChild:
      return fmt::format("table {}", name);
  }
  return name;
}

}  // namespace godwit::codegen::catalog
