// SPDX-License-Identifier: Apache-2.0
//
// RENAME and SET SCHEMA. Whatever points at the thing by its name is made to point at the new one:
// foreign keys, partitions, owned sequences, and what views, defaults, checks and policies use.
#include <algorithm>
#include <utility>

#include "catalog/fold_other.hpp"
#include "catalog/fold_parts.hpp"
#include "catalog/fold_table.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;

/// Calls `change` with a copy of each set of references for which `concerns` is true.
template <class Concerns, class Change>
void change_references(Catalog& catalog, const Concerns& concerns, const Change& change) {
  const auto concerned = [&](const SharedReferences& uses) {
    return uses != nullptr && concerns(*uses);
  };
  const auto any = [&](const auto& items) {
    return std::any_of(items.begin(), items.end(),
                       [&](const auto& item) { return concerned(item.uses); });
  };
  const auto update = [&](SharedReferences& uses) {
    if (!concerned(uses))
      return;
    References changed = *uses;
    change(changed);
    uses = std::make_shared<const References>(std::move(changed));
  };
  std::vector<Name> names;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const auto& columns = relation->columns;
    if (concerned(relation->uses) || any(relation->constraints) || any(relation->policies) ||
        any(relation->rules) || std::any_of(columns.begin(), columns.end(), [&](const Column& c) {
          return concerned(c.default_uses);
        }))
      names.push_back(name);
  }
  for (const Name& name : names) {
    Relation& relation = *catalog.relations.edit(name);
    update(relation.uses);
    for (Column& column : relation.columns) update(column.default_uses);
    for (Constraint& constraint : relation.constraints) update(constraint.uses);
    for (Policy& policy : relation.policies) update(policy.uses);
    for (RewriteRule& rule : relation.rules) update(rule.uses);
  }
  names.clear();
  for (const auto& [name, index] : catalog.indexes.all()) {
    if (concerned(index->uses))
      names.push_back(name);
  }
  for (const Name& name : names) update(catalog.indexes.edit(name)->uses);
}

void rename_in_references(Catalog& catalog, std::vector<Name> References::*field, const Name& from,
                          const Name& to) {
  const bool is_relation = field == &References::relations;
  change_references(
      catalog,
      [&](const References& uses) {
        const auto& names = uses.*field;
        return std::find(names.begin(), names.end(), from) != names.end() ||
               (is_relation &&
                std::any_of(uses.columns.begin(), uses.columns.end(),
                            [&](const ColumnUse& use) { return use.relation == from; }));
      },
      [&](References& uses) {
        std::replace((uses.*field).begin(), (uses.*field).end(), from, to);
        for (ColumnUse& use : uses.columns) {
          if (is_relation && use.relation == from)
            use.relation = to;
        }
      });
}

/// A constraint has the name of its index.
void rename_index(Catalog& catalog, const Name& from, const Name& to) {
  const auto index = catalog.indexes.erase(from);
  if (index == nullptr)
    return;
  Index renamed = *index;
  renamed.name = to;
  if (Relation* table = catalog.relations.edit(renamed.table)) {
    std::replace(table->indexes.begin(), table->indexes.end(), from.name, to.name);
    for (Constraint& constraint : table->constraints) {
      if (constraint.index == from.name) {
        constraint.index = to.name;
        constraint.name = to.name;
      }
    }
  }
  catalog.indexes.put(to, std::move(renamed));
}

void rename_relation(Catalog& catalog, const Name& from, const Name& to) {
  if (from == to)
    return;
  if (catalog.indexes.find(from) != nullptr)
    return rename_index(catalog, from, to);
  if (catalog.relations.find(to) != nullptr)
    return;  // an error when it runs
  const auto relation = catalog.relations.erase(from);
  if (relation == nullptr)
    return;
  Relation renamed = *relation;
  renamed.name = to;
  // Indexes live in their table's schema and point at it by name.
  for (const std::string& name : renamed.indexes) {
    const auto index = catalog.indexes.erase({from.schema, name});
    if (index == nullptr)
      continue;
    Index moved = *index;
    moved.name.schema = to.schema;
    moved.table = to;
    const Name key = moved.name;
    catalog.indexes.put(key, std::move(moved));
  }
  for (Constraint& constraint : renamed.constraints) {
    if (constraint.referenced_table == from)
      constraint.referenced_table = to;
  }
  catalog.relations.put(to, std::move(renamed));
  std::vector<Name> pointing;
  std::vector<Name> owned;
  for (const auto& [name, other] : catalog.relations.all()) {
    const bool points =
        other->partition_of == from ||
        std::find(other->parents.begin(), other->parents.end(), from) != other->parents.end() ||
        std::any_of(other->constraints.begin(), other->constraints.end(),
                    [&](const Constraint& c) { return c.referenced_table == from; });
    if (points)
      pointing.push_back(name);
    if (other->owned_by && other->owned_by->relation == from)
      owned.push_back(name);
  }
  for (const Name& name : pointing) {
    Relation* other = catalog.relations.edit(name);
    if (other->partition_of == from)
      other->partition_of = to;
    std::replace(other->parents.begin(), other->parents.end(), from, to);
    for (Constraint& constraint : other->constraints) {
      if (constraint.referenced_table == from)
        constraint.referenced_table = to;
    }
  }
  for (const Name& name : owned) {
    catalog.relations.edit(name)->owned_by->relation = to;
    rename_relation(catalog, name, {to.schema, name.name});
  }
  rename_in_references(catalog, &References::relations, from, to);
}

void rename_column(Catalog& catalog, const Name& table_name, const std::string& from,
                   const std::string& to) {
  Relation* table = catalog.relations.edit(table_name);
  if (table == nullptr || table->find_column(to) != nullptr)
    return;
  if (Column* column = table->find_column(from))
    column->name = to;
  for (Constraint& constraint : table->constraints) {
    std::replace(constraint.columns.begin(), constraint.columns.end(), from, to);
    std::replace(constraint.not_null_columns.begin(), constraint.not_null_columns.end(), from, to);
  }
  std::replace(table->partition_key.begin(), table->partition_key.end(), from, to);
  for (Trigger& trigger : table->triggers)
    std::replace(trigger.columns.begin(), trigger.columns.end(), from, to);
  for (const std::string& name : table->indexes) {
    Index* index = catalog.indexes.edit({table->name.schema, name});
    if (index == nullptr)
      continue;
    for (auto* columns : {&index->columns, &index->included, &index->used_columns})
      std::replace(columns->begin(), columns->end(), from, to);
  }
  std::vector<Name> children;
  std::vector<Name> pointing;
  std::vector<Name> owned;
  for (const auto& [name, other] : catalog.relations.all()) {
    if (other->partition_of == table_name ||
        std::find(other->parents.begin(), other->parents.end(), table_name) != other->parents.end())
      children.push_back(name);
    if (std::any_of(other->constraints.begin(), other->constraints.end(),
                    [&](const Constraint& c) { return c.referenced_table == table_name; }))
      pointing.push_back(name);
    if (other->owned_by == ColumnUse{table_name, from})
      owned.push_back(name);
  }
  for (const Name& name : pointing) {
    for (Constraint& constraint : catalog.relations.edit(name)->constraints) {
      if (constraint.referenced_table == table_name)
        std::replace(constraint.referenced_columns.begin(), constraint.referenced_columns.end(),
                     from, to);
    }
  }
  for (const Name& name : owned) catalog.relations.edit(name)->owned_by->column = to;
  const ColumnUse old_use{table_name, from};
  change_references(
      catalog,
      [&](const References& uses) {
        return std::find(uses.columns.begin(), uses.columns.end(), old_use) != uses.columns.end();
      },
      [&](References& uses) {
        std::replace(uses.columns.begin(), uses.columns.end(), old_use, ColumnUse{table_name, to});
      });
  for (const Name& child : children) rename_column(catalog, child, from, to);
}

void rename_constraint(Catalog& catalog, const Name& table_name, std::string_view from,
                       const std::string& to) {
  Relation* table = catalog.relations.edit(table_name);
  Constraint* constraint = table == nullptr ? nullptr : table->find_constraint(from);
  if (constraint == nullptr)
    return;
  constraint->name = to;
  if (!constraint->index.empty()) {
    const Name index{table->name.schema, constraint->index};
    return rename_index(catalog, index, {index.schema, to});
  }
  std::vector<Name> children;
  for (const auto& [name, other] : catalog.relations.all()) {
    const auto& constraints = other->constraints;
    const bool is_child =
        other->partition_of == table_name ||
        std::find(other->parents.begin(), other->parents.end(), table_name) != other->parents.end();
    if (is_child && std::any_of(constraints.begin(), constraints.end(), [&](const Constraint& c) {
          return c.parent == from && c.name == from;
        }))
      children.push_back(name);
  }
  for (const Name& child : children) {
    rename_constraint(catalog, child, from, to);
    if (Constraint* own = catalog.relations.edit(child)->find_constraint(to))
      own->parent = to;
  }
}

void rename_type(Catalog& catalog, const Name& from, const Name& to) {
  const auto type = catalog.types.erase(from);
  if (type == nullptr)
    return;
  UserType renamed = *type;
  renamed.name = to;
  catalog.types.put(to, std::move(renamed));
  const auto is_it = [&](const Type& used) {
    return used.schema == from.schema && used.name == from.name;
  };
  const auto change = [&](Type& used) {
    if (is_it(used)) {
      used.schema = to.schema;
      used.name = to.name;
    }
  };
  for (const Name& table : catalog.tables_of(from)) catalog.relations.edit(table)->of_type = to;
  std::vector<Name> users;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const auto& columns = relation->columns;
    if (std::any_of(columns.begin(), columns.end(),
                    [&](const Column& column) { return is_it(column.type); }))
      users.push_back(name);
  }
  for (const Name& name : users) {
    for (Column& column : catalog.relations.edit(name)->columns) change(column.type);
  }
  users.clear();
  for (const auto& [name, other] : catalog.types.all()) {
    const auto& attributes = other->attributes;
    if (is_it(other->base) ||
        std::any_of(attributes.begin(), attributes.end(),
                    [&](const Column& attribute) { return is_it(attribute.type); }))
      users.push_back(name);
  }
  for (const Name& name : users) {
    UserType& other = *catalog.types.edit(name);
    change(other.base);
    for (Column& attribute : other.attributes) change(attribute.type);
  }
  users.clear();
  for (const auto& [name, function] : catalog.functions.all()) users.push_back(name);
  for (const Name& name : users) {
    for (const Overload& overload : catalog.functions.find(name)->overloads) {
      if (!is_it(overload.returns) &&
          std::none_of(overload.arguments.begin(), overload.arguments.end(), is_it))
        continue;
      for (Overload& changed : catalog.functions.edit(name)->overloads) {
        change(changed.returns);
        for (Type& argument : changed.arguments) change(argument);
      }
      break;
    }
  }
  rename_in_references(catalog, &References::types, from, to);
}

/// One of the functions of a name gets another.
void rename_function(Catalog& catalog, const sql::Node* object, const Name& from, const Name& to) {
  const Function* known = catalog.functions.find(from);
  if (known == nullptr || from == to)
    return;
  const auto* written = as<PgQuery__ObjectWithArgs>(object);
  const auto which = written == nullptr ? std::nullopt : find_overload(catalog, *known, *written);
  if (!which)
    return;
  const Overload moved = known->overloads[*which];
  const bool was_last = known->overloads.size() == 1;
  if (was_last) {
    catalog.functions.erase(from);
  } else {
    auto& overloads = catalog.functions.edit(from)->overloads;
    overloads.erase(overloads.begin() + static_cast<std::ptrdiff_t>(*which));
  }
  Function function;
  if (const Function* there = catalog.functions.find(to))
    function = *there;
  function.name = to;
  function.overloads.push_back(moved);
  catalog.functions.put(to, std::move(function));
  if (!was_last)
    return;
  rename_in_references(catalog, &References::functions, from, to);
  std::vector<Name> tables;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const auto& triggers = relation->triggers;
    if (std::any_of(triggers.begin(), triggers.end(),
                    [&](const Trigger& trigger) { return trigger.function == from; }))
      tables.push_back(name);
  }
  for (const Name& name : tables) {
    for (Trigger& trigger : catalog.relations.edit(name)->triggers) {
      if (trigger.function == from)
        trigger.function = to;
    }
  }
}

void move_schema(Catalog& catalog, const std::string& from, const std::string& to) {
  const auto names_in = [&](const auto& store) {
    std::vector<Name> names;
    for (const auto& [name, object] : store.all()) {
      if (name.schema == from)
        names.push_back(name);
    }
    return names;
  };
  for (const Name& name : names_in(catalog.relations))
    rename_relation(catalog, name, {to, name.name});
  for (const Name& name : names_in(catalog.types)) rename_type(catalog, name, {to, name.name});
  for (const Name& name : names_in(catalog.functions)) {
    const auto function = catalog.functions.erase(name);
    Function moved = *function;
    moved.name.schema = to;
    const Name key = moved.name;
    catalog.functions.put(key, std::move(moved));
    rename_in_references(catalog, &References::functions, name, key);
  }
  const auto schema = catalog.schemas.erase({"", from});
  catalog.schemas.put({"", to}, {to, schema == nullptr ? kMadeElsewhere : schema->made_in});
}

template <class Items>
void rename_item(Items& items, std::string_view from, const std::string& to) {
  for (auto& item : items) {
    if (item.name == from)
      item.name = to;
  }
}

void rename_part(Catalog& catalog, const PgQuery__RenameStmt& rename) {
  Relation* table = rename.relation == nullptr
                        ? nullptr
                        : catalog.relations.edit(catalog.resolve(*rename.relation));
  if (table == nullptr)
    return;
  const std::string to = rename.newname;
  if (rename.rename_type == sql::object::kTrigger)
    rename_item(table->triggers, rename.subname, to);
  else if (rename.rename_type == sql::object::kPolicy)
    rename_item(table->policies, rename.subname, to);
  else
    rename_item(table->rules, rename.subname, to);
}

void rename_attribute(Catalog& catalog, const PgQuery__RenameStmt& rename) {
  if (rename.relation == nullptr)
    return;
  const Name name = catalog.resolve_type(rename.relation->schemaname, rename.relation->relname);
  UserType* type = catalog.types.edit(name);
  if (type == nullptr)
    return;
  rename_item(type->attributes, rename.subname, rename.newname);
  if (rename.behavior != PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
    return;
  for (const Name& table : catalog.tables_of(name))
    rename_column(catalog, table, rename.subname, rename.newname);
}

}  // namespace

void rename(Catalog& catalog, const PgQuery__RenameStmt& rename, const Occasion& occasion) {
  const std::string new_name = rename.newname;
  if (!occasion.is_certain) {
    // Which name it has from here on is unknown.
    if (rename.relation != nullptr) {
      if (Relation* relation = catalog.relations.edit(catalog.resolve(*rename.relation)))
        relation->is_uncertain = true;
    }
    catalog.may_have_more = true;
    return;
  }
  switch (rename.rename_type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
    case sql::object::kIndex:
      if (rename.relation != nullptr) {
        const Name from = catalog.resolve(*rename.relation);
        rename_relation(catalog, from, {from.schema, new_name});
      }
      return;
    case sql::object::kAttribute:
      return rename_attribute(catalog, rename);
    case sql::object::kColumn:
      if (rename.relation != nullptr)
        rename_column(catalog, catalog.resolve(*rename.relation), rename.subname, new_name);
      return;
    case sql::object::kTabconstraint:
      if (rename.relation != nullptr)
        rename_constraint(catalog, catalog.resolve(*rename.relation), rename.subname, new_name);
      return;
    case sql::object::kDomconstraint:
      if (UserType* type = catalog.types.edit(catalog.resolve_type(names_of(rename.object))))
        rename_item(type->constraints, rename.subname, new_name);
      return;
    case sql::object::kTrigger:
    case sql::object::kPolicy:
    case sql::object::kRule:
      return rename_part(catalog, rename);
    case sql::object::kSchema:
      return move_schema(catalog, rename.subname, new_name);
    case sql::object::kType:
    case sql::object::kDomain: {
      const Name from = catalog.resolve_type(names_of(rename.object));
      return rename_type(catalog, from, {from.schema, new_name});
    }
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
    case sql::object::kAggregate: {
      const Name from = catalog.resolve_function(names_of(rename.object));
      return rename_function(catalog, rename.object, from, {from.schema, new_name});
    }
    default: {
      const auto other =
          catalog.others.erase(name_of_other(catalog, rename.rename_type, rename.object));
      if (other == nullptr)
        return;
      OtherObject renamed = *other;
      const std::size_t dot = renamed.name.find('.');
      renamed.name =
          dot == std::string::npos ? new_name : renamed.name.substr(0, dot + 1) + new_name;
      const Name key{renamed.kind, renamed.name};
      catalog.others.put(key, std::move(renamed));
      return;
    }
  }
}

void set_schema(Catalog& catalog, const PgQuery__AlterObjectSchemaStmt& alter,
                const Occasion& occasion) {
  const std::string schema = alter.newschema;
  if (!occasion.is_certain) {
    catalog.may_have_more = true;
    return;
  }
  if (alter.relation != nullptr) {
    const Name from = catalog.resolve(*alter.relation);
    return rename_relation(catalog, from, {schema, from.name});
  }
  switch (alter.object_type) {
    case sql::object::kType:
    case sql::object::kDomain: {
      const Name from = catalog.resolve_type(names_of(alter.object));
      return rename_type(catalog, from, {schema, from.name});
    }
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine: {
      const Name from = catalog.resolve_function(names_of(alter.object));
      return rename_function(catalog, alter.object, from, {schema, from.name});
    }
    default:
      return;
  }
}

}  // namespace godwit::codegen::catalog
