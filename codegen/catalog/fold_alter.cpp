// SPDX-License-Identifier: Apache-2.0
//
// ALTER TABLE, a command at a time. https://www.postgresql.org/docs/15/sql-altertable.html
#include <algorithm>
#include <utility>

#include "catalog/dependents.hpp"
#include "catalog/fold.hpp"
#include "catalog/fold_parts.hpp"
#include "catalog/fold_table.hpp"
#include "catalog/settings.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

void change_type(Catalog& catalog, Column& column, const PgQuery__AlterTableCmd& command) {
  const auto* definition = sql::as<PgQuery__ColumnDef>(command.def);
  if (definition != nullptr && definition->type_name != nullptr)
    column.type = catalog.resolved(read_type(*definition->type_name));
}

/// ALTER INDEX … ATTACH PARTITION.
void attach_index(Catalog& catalog, const Name& parent, const Name& part) {
  if (Index* index = catalog.indexes.edit(part))
    index->parent = parent.name;
}

void attach_partition(Catalog& catalog, const Name& parent, const PgQuery__AlterTableCmd& command,
                      bool attach, const Occasion& occasion) {
  const auto* partition = sql::as<PgQuery__PartitionCmd>(command.def);
  if (partition == nullptr || partition->name == nullptr)
    return;
  const Name name = catalog.resolve(*partition->name);
  Relation* child = catalog.relations.edit(name);
  if (child == nullptr) {
    attach_index(catalog, parent, name);
    return;
  }
  child->is_default_partition =
      attach && partition->bound != nullptr && partition->bound->is_default != 0;
  child->settings.erase("for values");
  if (attach) {
    if (partition->bound != nullptr)
      child->settings["for values"] = bound_text(*partition->bound);
    child->partition_of = parent;
    catalog.has_families = true;
    inherit(catalog, *child, parent, true, occasion);
    return;
  }
  child->partition_of.reset();
  for (Constraint& constraint : child->constraints) constraint.parent.clear();
  for (const std::string& index : child->indexes) {
    if (Index* own = catalog.indexes.edit({child->name.schema, index}))
      own->parent.clear();
  }
}

void change_inheritance(Catalog& catalog, Relation& table, const PgQuery__AlterTableCmd& command,
                        bool add) {
  const auto* range = sql::as<PgQuery__RangeVar>(command.def);
  if (range == nullptr)
    return;
  const Name parent = catalog.resolve(*range);
  std::erase(table.parents, parent);
  if (!add)
    return;
  table.parents.push_back(parent);
  catalog.has_families = true;
}

void set_triggers(Relation& table, const PgQuery__AlterTableCmd& command, bool is_enabled) {
  const bool are_all = std::string_view(command.name).empty();
  for (Trigger& trigger : table.triggers) {
    if (are_all || trigger.name == command.name)
      trigger.is_enabled = is_enabled;
  }
}

/// ALTER CONSTRAINT c [NOT] DEFERRABLE …
void alter_constraint(Relation& table, const PgQuery__AlterTableCmd& command) {
  const auto* definition = sql::as<PgQuery__Constraint>(command.def);
  Constraint* constraint =
      definition == nullptr ? nullptr : table.find_constraint(definition->conname);
  if (constraint == nullptr)
    return;
  constraint->is_deferrable = definition->deferrable != 0;
  constraint->is_initially_deferred = definition->initdeferred != 0;
}

void drop_identity_sequence(Catalog& catalog, const ColumnUse& owner) {
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (relation->is_of_identity && relation->owned_by == owner) {
      const Name sequence = name;
      catalog.relations.erase(sequence);
      return;
    }
  }
}

/// Commands that change one column that is there.
void change_column(Catalog& catalog, const Relation& table, Column& column,
                   const PgQuery__AlterTableCmd& command, const Occasion& occasion) {
  switch (command.subtype) {
    case sql::at::kAlterColumnType:
      return change_type(catalog, column, command);
    case sql::at::kSetNotNull:
      column.is_not_null = true;
      return;
    case sql::at::kDropNotNull:
      column.is_not_null = false;
      return;
    case sql::at::kColumnDefault:
      return set_default(catalog, table, column, command.def);
    case sql::at::kAddIdentity:
      if (!column.is_identity)
        make_owned_sequence(catalog, table, column.name, true, occasion);
      column.is_identity = true;
      if (const auto* identity = sql::as<PgQuery__Constraint>(command.def))
        column.is_identity_always = std::string_view(identity->generated_when) == "a";
      return;
    case sql::at::kDropIdentity:
      column.is_identity = false;
      column.is_identity_always = false;
      return drop_identity_sequence(catalog, {table.name, column.name});
    case sql::at::kDropExpression:
      column.is_generated = false;
      column.default_shape = 0;
      column.default_uses = nullptr;
      column.default_expression = nullptr;
      return;
    default:
      return;
  }
}

void change_table(Catalog& catalog, Relation& table, const PgQuery__AlterTableCmd& command,
                  const Occasion& occasion) {
  switch (command.subtype) {
    case sql::at::kAddColumn: {
      const auto* definition = sql::as<PgQuery__ColumnDef>(command.def);
      if (definition != nullptr && table.find_column(definition->colname) == nullptr)
        add_column(catalog, table, *definition, occasion);
      return;
    }
    case sql::at::kAddOf:
      if (const auto* type = sql::as<PgQuery__TypeName>(command.def)) {
        const Type of = catalog.resolved(read_type(*type));
        table.of_type = {of.schema, of.name};
      }
      return;
    case sql::at::kDropOf:
      table.of_type.reset();
      return;
    case sql::at::kDropColumn:
      if (command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        drop_dependents(catalog, {ObjectKind::kColumn, table.name, command.name}, occasion);
      return remove_column(catalog, table, command.name);
    case sql::at::kAddConstraint:
      if (const auto* definition = sql::as<PgQuery__Constraint>(command.def))
        add_constraint(catalog, table, *definition, occasion);
      return;
    case sql::at::kValidateConstraint:
      if (Constraint* constraint = table.find_constraint(command.name))
        constraint->is_validated = true;
      return;
    case sql::at::kAlterConstraint:
      return alter_constraint(table, command);
    case sql::at::kDropConstraint:
      if (command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        drop_dependents(catalog, {ObjectKind::kConstraint, table.name, command.name}, occasion);
      return remove_constraint(catalog, table, command.name);
    case sql::at::kEnableRowSecurity:
    case sql::at::kDisableRowSecurity:
      table.has_row_security = command.subtype == sql::at::kEnableRowSecurity;
      return;
    case sql::at::kForceRowSecurity:
    case sql::at::kNoForceRowSecurity:
      table.forces_row_security = command.subtype == sql::at::kForceRowSecurity;
      return;
    case sql::at::kReplicaIdentity:
      if (const auto* identity = sql::as<PgQuery__ReplicaIdentityStmt>(command.def))
        table.has_replica_identity = identity->identity_type == std::string_view("f") ||
                                     identity->identity_type == std::string_view("i");
      return apply_setting(table, command);
    case sql::at::kSetLogged:
    case sql::at::kSetUnLogged:
      table.is_unlogged = command.subtype == sql::at::kSetUnLogged;
      return;
    case sql::at::kEnableTrig:
    case sql::at::kEnableAlwaysTrig:
    case sql::at::kEnableTrigAll:
    case sql::at::kEnableTrigUser:
      return set_triggers(table, command, true);
    case sql::at::kDisableTrig:
    case sql::at::kDisableTrigAll:
    case sql::at::kDisableTrigUser:
      return set_triggers(table, command, false);
    case sql::at::kAttachPartition:
      return attach_partition(catalog, table.name, command, true, occasion);
    case sql::at::kDetachPartition:
      return attach_partition(catalog, table.name, command, false, occasion);
    case sql::at::kAddInherit:
      return change_inheritance(catalog, table, command, true);
    case sql::at::kDropInherit:
      return change_inheritance(catalog, table, command, false);
    default:
      apply_setting(table, command);
      if (Column* column = table.find_column(command.name))
        change_column(catalog, table, *column, command, occasion);
      return;
  }
}

/// What changes a parent's columns changes its partitions' and children's too.
bool reaches_children(PgQuery__AlterTableType kind) {
  switch (kind) {
    case sql::at::kAddColumn:
    case sql::at::kDropColumn:
    case sql::at::kAlterColumnType:
    case sql::at::kSetNotNull:
    case sql::at::kDropNotNull:
    case sql::at::kValidateConstraint:
      return true;
    default:
      return false;
  }
}

std::vector<Name> children_of(const Catalog& catalog, const Name& parent) {
  std::vector<Name> children;
  if (!catalog.has_families)
    return children;
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (relation->partition_of == parent ||
        std::find(relation->parents.begin(), relation->parents.end(), parent) !=
            relation->parents.end())
      children.push_back(name);
  }
  std::sort(children.begin(), children.end());
  return children;
}

/// A command of a parent, as it reaches a child. Keys and foreign keys of a partitioned table are
/// in its partitions under names of their own.
void apply_constraint_to_child(Catalog& catalog, const Name& parent, const Name& child,
                               const PgQuery__AlterTableCmd& command, const Occasion& occasion) {
  Relation* table = catalog.relations.edit(child);
  if (table == nullptr)
    return;
  if (command.subtype == sql::at::kDropConstraint) {
    std::vector<std::string> names;
    for (const Constraint& constraint : table->constraints) {
      if (constraint.parent == command.name)
        names.push_back(constraint.name);
    }
    for (const std::string& name : names) remove_constraint(catalog, *table, name);
    return;
  }
  const auto* definition = sql::as<PgQuery__Constraint>(command.def);
  if (definition == nullptr || definition->is_no_inherit != 0)
    return;
  inherit(catalog, *table, parent, table->partition_of == parent, occasion);
}

void apply_to(Catalog& catalog, const Name& name, const PgQuery__AlterTableCmd& command,
              const Occasion& occasion, bool reaches, int depth) {
  constexpr int kMaxDepth = 32;
  Relation* table = catalog.relations.edit(name);
  if (table == nullptr || depth > kMaxDepth)
    return;
  if (!occasion.is_certain) {
    // Whether it was done is unknown: what it adds may be there, what it takes may be gone.
    table->is_uncertain = true;
    if (command.subtype == sql::at::kDropColumn || command.subtype == sql::at::kDropConstraint)
      return;
  }
  change_table(catalog, *table, command, occasion);
  if (!reaches)
    return;
  const bool is_constraint =
      command.subtype == sql::at::kAddConstraint || command.subtype == sql::at::kDropConstraint;
  if (!is_constraint && !reaches_children(command.subtype))
    return;
  for (const Name& child : children_of(catalog, name)) {
    if (is_constraint)
      apply_constraint_to_child(catalog, name, child, command, occasion);
    else
      apply_to(catalog, child, command, occasion, true, depth + 1);
  }
}

}  // namespace

namespace {

/// A default is set when the types are changed, wherever in the statement either stands.
void note_default_type(Catalog& catalog, const Name& table,
                       const PgQuery__AlterTableStmt& statement, std::string_view name) {
  for (const sql::Node* node : sql::list(statement.cmds, statement.n_cmds)) {
    const auto* other = sql::as<PgQuery__AlterTableCmd>(node);
    Relation* relation =
        other != nullptr && other->subtype == sql::at::kAlterColumnType && name == other->name
            ? catalog.relations.edit(table)
            : nullptr;
    Column* column = relation == nullptr ? nullptr : relation->find_column(name);
    const auto* definition = column == nullptr ? nullptr : sql::as<PgQuery__ColumnDef>(other->def);
    if (definition != nullptr && definition->type_name != nullptr && column->has_default)
      column->default_type = catalog.resolved(read_type(*definition->type_name));
  }
}

}  // namespace

void fold_command(Catalog& catalog, const PgQuery__AlterTableStmt& statement,
                  const PgQuery__AlterTableCmd& command, const Occasion& occasion) {
  if (statement.relation == nullptr)
    return;
  if (statement.objtype == sql::object::kType) {
    alter_attributes(catalog, statement, command, occasion);
    if (command.behavior != PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
      return;
    const Name type =
        catalog.resolve_type(statement.relation->schemaname, statement.relation->relname);
    for (const Name& table : catalog.tables_of(type))
      apply_to(catalog, table, command, occasion, true, 0);
    return;
  }
  const Name name = catalog.resolve(*statement.relation);
  if (catalog.indexes.find(name) != nullptr) {
    if (command.subtype == sql::at::kAttachPartition)
      attach_partition(catalog, name, command, true, occasion);
    return;
  }
  if (catalog.relations.find(name) == nullptr && statement.objtype == sql::object::kTable &&
      statement.missing_ok == 0) {
    // Somebody else made the table: what is added to it is known from here on.
    Relation assumed;
    assumed.name = name;
    assumed.has_known_shape = false;
    catalog.relations.put(name, std::move(assumed));
  }
  apply_to(catalog, name, command, occasion, statement.relation->inh != 0, 0);
  if (command.subtype == sql::at::kColumnDefault)
    note_default_type(catalog, name, statement, command.name);
}

}  // namespace godwit::codegen::catalog
