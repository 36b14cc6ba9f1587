// SPDX-License-Identifier: Apache-2.0
//
// ALTER TABLE, a command at a time. https://www.postgresql.org/docs/15/sql-altertable.html
#include <algorithm>
#include <utility>

#include "catalog/fold.hpp"
#include "catalog/fold_table.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

bool uses_column(const std::vector<std::string>& columns, std::string_view column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// DROP COLUMN takes the table's own constraints and indexes on it along.
void drop_column(Catalog& catalog, Relation& table, std::string_view column) {
  std::vector<std::string> constraints;
  for (const Constraint& constraint : table.constraints) {
    if (uses_column(constraint.columns, column))
      constraints.push_back(constraint.name);
  }
  for (const std::string& name : constraints) remove_constraint(catalog, table, name);
  std::vector<std::string> indexes;
  for (const std::string& name : table.indexes) {
    const Index* index = catalog.indexes.find({table.name.schema, name});
    if (index != nullptr && uses_column(index->columns, column))
      indexes.push_back(name);
  }
  for (const std::string& name : indexes) {
    catalog.indexes.erase({table.name.schema, name});
    std::erase(table.indexes, name);
  }
  std::erase_if(table.columns, [&](const Column& c) { return c.name == column; });
}

void change_type(Catalog& catalog, Column& column, const PgQuery__AlterTableCmd& command) {
  const auto* definition = sql::as<PgQuery__ColumnDef>(command.def);
  if (definition != nullptr && definition->type_name != nullptr)
    column.type = catalog.resolved(read_type(*definition->type_name));
}

void attach_partition(Catalog& catalog, const Name& parent, const PgQuery__AlterTableCmd& command,
                      bool attach) {
  const auto* partition = sql::as<PgQuery__PartitionCmd>(command.def);
  if (partition == nullptr || partition->name == nullptr)
    return;
  Relation* child = catalog.relations.edit(catalog.resolve(*partition->name));
  if (child == nullptr)
    return;
  child->is_default_partition =
      attach && partition->bound != nullptr && partition->bound->is_default != 0;
  if (attach)
    child->partition_of = parent;
  else
    child->partition_of.reset();
}

void change_inheritance(Catalog& catalog, Relation& table, const PgQuery__AlterTableCmd& command,
                        bool add) {
  const auto* range = sql::as<PgQuery__RangeVar>(command.def);
  if (range == nullptr)
    return;
  const Name parent = catalog.resolve(*range);
  std::erase(table.parents, parent);
  if (add)
    table.parents.push_back(parent);
}

/// ALTER CONSTRAINT … DEFERRABLE and the like.
void alter_constraint(Relation& table, const PgQuery__AlterTableCmd& command) {
  const auto* definition = sql::as<PgQuery__Constraint>(command.def);
  Constraint* constraint =
      definition == nullptr ? nullptr : table.find_constraint(definition->conname);
  if (constraint == nullptr)
    return;
  constraint->is_deferrable = definition->deferrable != 0 || definition->initdeferred != 0;
  constraint->is_initially_deferred = definition->initdeferred != 0;
}

/// Commands that change one column that is there.
void change_column(Catalog& catalog, Column& column, const PgQuery__AlterTableCmd& command) {
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
      column.has_default = command.def != nullptr;
      return;
    case sql::at::kAddIdentity:
      column.is_identity = true;
      return;
    case sql::at::kDropIdentity:
      column.is_identity = false;
      return;
    case sql::at::kDropExpression:
      column.is_generated = false;
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
    case sql::at::kDropColumn:
      return drop_column(catalog, table, command.name);
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
      return remove_constraint(catalog, table, command.name);
    case sql::at::kAttachPartition:
      return attach_partition(catalog, table.name, command, true);
    case sql::at::kDetachPartition:
      return attach_partition(catalog, table.name, command, false);
    case sql::at::kAddInherit:
      return change_inheritance(catalog, table, command, true);
    case sql::at::kDropInherit:
      return change_inheritance(catalog, table, command, false);
    default:
      if (Column* column = table.find_column(command.name))
        change_column(catalog, *column, command);
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
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (relation->partition_of == parent ||
        std::find(relation->parents.begin(), relation->parents.end(), parent) !=
            relation->parents.end())
      children.push_back(name);
  }
  return children;
}

void apply_to(Catalog& catalog, const Name& name, const PgQuery__AlterTableCmd& command,
              const Occasion& occasion, int depth) {
  constexpr int kMaxDepth = 32;
  Relation* table = catalog.relations.edit(name);
  if (table == nullptr || depth > kMaxDepth)
    return;
  if (!occasion.is_certain)
    table->is_uncertain = true;
  change_table(catalog, *table, command, occasion);
  if (!reaches_children(command.subtype))
    return;
  for (const Name& child : children_of(catalog, name))
    apply_to(catalog, child, command, occasion, depth + 1);
}

}  // namespace

void fold_command(Catalog& catalog, const PgQuery__AlterTableStmt& statement,
                  const PgQuery__AlterTableCmd& command, const Occasion& occasion) {
  if (statement.relation == nullptr)
    return;
  const Name name = catalog.resolve(*statement.relation);
  if (catalog.relations.find(name) == nullptr && statement.objtype == sql::object::kTable) {
    // Somebody else made the table: what is added to it is known from here on.
    Relation assumed;
    assumed.name = name;
    assumed.has_known_shape = false;
    catalog.relations.put(name, std::move(assumed));
  }
  apply_to(catalog, name, command, occasion, 0);
}

}  // namespace godwit::codegen::catalog
