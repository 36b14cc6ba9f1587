// SPDX-License-Identifier: Apache-2.0
//
// Each case was run on PostgreSQL 15.20, whose message is in the text that is printed.
#include "lint/failing_statements.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "catalog/dependents.hpp"
#include "lint/existence.hpp"
#include "locks/family.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

bool can_tell(const Event& event, const Context& context) {
  return can_judge(event, context) && !event.is_in_body;
}

void report(const Event& event, Context& context, Place place, const std::string& why,
            std::string note) {
  const bool is_uncertain = context.catalog().is_opaque || context.catalog().may_have_more ||
                            context.history().was_ever_unknown();
  context.report("statement-fails", event, place, "this fails: " + why, {std::move(note)},
                 is_uncertain ? std::optional(Severity::kWarning) : std::nullopt);
}

bool is_dropped_beside(const PgQuery__AlterTableStmt& alter, PgQuery__AlterTableType kind,
                       std::string_view name) {
  const auto commands = list(alter.cmds, alter.n_cmds);
  return std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && command->subtype == kind && name == command->name;
  });
}

/// What keeps the type of a column as it is.
bool holds_type(const catalog::Dependent& dependent) {
  switch (dependent.kind) {
    case catalog::DependentKind::kView:
    case catalog::DependentKind::kPolicy:
    case catalog::DependentKind::kGeneratedColumn:
    case catalog::DependentKind::kRule:
    case catalog::DependentKind::kTrigger:
      return true;
    default:
      return false;
  }
}

void check_type_change(const Event& event, Context& context, const catalog::Relation& table) {
  for (const catalog::Dependent& dependent : dependents_of(
           context.catalog(), {catalog::ObjectKind::kColumn, table.name, event.command->name})) {
    const bool is_gone =
        dependent.kind == catalog::DependentKind::kGeneratedColumn &&
        (is_dropped_beside(*event.node->alter_table_stmt, sql::at::kDropColumn, dependent.part) ||
         is_dropped_beside(*event.node->alter_table_stmt, sql::at::kDropExpression,
                           dependent.part));
    if (!holds_type(dependent) || is_gone)
      continue;
    const catalog::Relation* user = context.catalog().relations.find(dependent.name);
    if (user != nullptr && user->is_uncertain)
      continue;
    return report(
        event, context, context.command_place(event),
        fmt::format("cannot alter the type of a column that {} uses", to_string(dependent)),
        "drop it before, and make it again behind");
  }
}

/// ALTER TYPE … ALTER ATTRIBUTE … TYPE, while columns are of the composite type.
void check_attribute_change(const Event& event, Context& context, const PgQuery__RangeVar& type) {
  const catalog::Name name = context.catalog().resolve_type(type.schemaname, type.relname);
  if (context.catalog().types.find(name) == nullptr)
    return;
  for (const catalog::Dependent& dependent :
       dependents_of(context.catalog(), {catalog::ObjectKind::kType, name, {}})) {
    const catalog::Relation* table = context.catalog().relations.find(dependent.name);
    if (dependent.kind != catalog::DependentKind::kColumn || table == nullptr ||
        table->is_uncertain || !catalog::is_table(table->kind))
      continue;
    return report(event, context, context.command_place(event),
                  fmt::format("cannot alter the type {}, of which {} is", catalog::quote_name(name),
                              to_string(dependent)),
                  "make another type, and change the column to it");
  }
}

void check_nullable(const Event& event, Context& context, const catalog::Relation& table) {
  const std::string_view column = event.command->name;
  const catalog::Constraint* key = table.primary_key();
  const catalog::Column* known = table.find_column(column);
  if (key != nullptr &&
      std::find(key->columns.begin(), key->columns.end(), column) != key->columns.end())
    report(event, context, context.command_place(event),
           fmt::format("column {} is in a primary key", catalog::quote_identifier(column)),
           "drop the primary key first");
  else if (known != nullptr && known->is_identity)
    report(event, context, context.command_place(event),
           fmt::format("column {} is an identity column", catalog::quote_identifier(column)),
           "DROP IDENTITY first");
}

void check_second_key(const Event& event, Context& context, const catalog::Relation& table,
                      const PgQuery__AlterTableStmt& alter) {
  const catalog::Constraint* key = table.primary_key();
  const bool stays =
      key != nullptr && !is_dropped_beside(alter, sql::at::kDropConstraint, key->name) &&
      std::none_of(key->columns.begin(), key->columns.end(), [&](const std::string& column) {
        return is_dropped_beside(alter, sql::at::kDropColumn, column);
      });
  if (stays)
    report(event, context, context.command_place(event),
           fmt::format("{} has a primary key already, {}", catalog::quote_name(table.name),
                       catalog::quote_identifier(key->name)),
           "drop that one first, or make it UNIQUE");
}

/// The name of a UNIQUE, PRIMARY KEY or EXCLUDE is that of its index too.
void check_index_name(const Event& event, Context& context, const catalog::Name& table,
                      const PgQuery__Constraint& constraint, Place place) {
  const std::string name = constraint.conname;
  const bool has_index = constraint.contype == sql::constr::kUnique ||
                         constraint.contype == sql::constr::kPrimary ||
                         constraint.contype == sql::constr::kExclusion;
  if (!has_index || name.empty() || !std::string_view(constraint.indexname).empty() ||
      table.schema == catalog::kTemporarySchema)
    return;
  const catalog::Index* index = context.catalog().indexes.find({table.schema, name});
  const catalog::Relation* relation = context.catalog().relations.find({table.schema, name});
  if (relation != nullptr && (relation->is_uncertain || relation->made_in < 0))
    return;
  if (index != nullptr && index->table == table)
    return;  // duplicate-object says it, where the constraint is there
  if (index != nullptr || relation != nullptr)
    report(event, context, place,
           fmt::format("the constraint's index would be named {}, and {} has that name already",
                       catalog::quote_identifier(name),
                       index != nullptr ? "an index of " + catalog::quote_name(index->table)
                                        : std::string("a relation")),
           "give the constraint a name that no table, view, sequence or index of the schema has");
}

/// What DROP says, against what is there.
bool is_kind(PgQuery__ObjectType dropped, catalog::RelationKind kind) {
  switch (kind) {
    case catalog::RelationKind::kTable:
    case catalog::RelationKind::kPartitionedTable:
      return dropped == sql::object::kTable;
    case catalog::RelationKind::kForeignTable:
      return dropped == sql::object::kForeignTable;
    case catalog::RelationKind::kView:
      return dropped == sql::object::kView;
    case catalog::RelationKind::kMaterializedView:
      return dropped == sql::object::kMatview;
    case catalog::RelationKind::kSequence:
      return dropped == sql::object::kSequence;
    case catalog::RelationKind::kCompositeType:
      return dropped == sql::object::kType;
  }
  return true;
}

std::string_view word_for(catalog::RelationKind kind) {
  switch (kind) {
    case catalog::RelationKind::kTable:
    case catalog::RelationKind::kPartitionedTable:
      return "TABLE";
    case catalog::RelationKind::kForeignTable:
      return "FOREIGN TABLE";
    case catalog::RelationKind::kView:
      return "VIEW";
    case catalog::RelationKind::kMaterializedView:
      return "MATERIALIZED VIEW";
    case catalog::RelationKind::kSequence:
      return "SEQUENCE";
    case catalog::RelationKind::kCompositeType:
      return "TYPE";
  }
  return "TABLE";
}

void check_dropped_kind(const Event& event, Context& context, const PgQuery__DropStmt& drop,
                        const catalog::Name& name, Place place) {
  const catalog::Relation* relation = context.catalog().relations.find(name);
  if (relation != nullptr && !relation->is_uncertain && relation->made_in >= 0 &&
      !is_kind(drop.remove_type, relation->kind))
    report(event, context, place,
           fmt::format("{} is a {}", catalog::quote_name(name), word_for(relation->kind)),
           fmt::format("DROP {} {};", word_for(relation->kind), catalog::quote_name(name)));
}

void check_dropped_part(const Event& event, Context& context, const catalog::Name& name,
                        Place place) {
  const catalog::Index* index = context.catalog().indexes.find(name);
  if (index == nullptr || index->parent.empty() || index->backs_constraint)
    return;
  const catalog::Relation* table = context.catalog().relations.find(index->table);
  if (table == nullptr || !table->partition_of || table->is_uncertain)
    return;
  const catalog::Name parent{table->partition_of->schema, index->parent};
  if (context.catalog().indexes.find(parent) != nullptr)
    report(event, context, place,
           fmt::format("{} is the part of {} for its partition", catalog::quote_name(name),
                       catalog::quote_name(parent)),
           fmt::format("DROP INDEX {}; drops all of its parts", catalog::quote_name(parent)));
}

void check_dropped_schema(const Event& event, Context& context, std::string_view schema,
                          Place place) {
  std::string inside;
  for (const auto& [name, relation] : context.catalog().relations.all()) {
    if (name.schema == schema && !relation->is_uncertain && relation->made_in >= 0) {
      inside = catalog::quote_name(name);
      break;
    }
  }
  for (const auto& [name, type] : context.catalog().types.all()) {
    if (inside.empty() && name.schema == schema && type->made_in >= 0)
      inside = "type " + catalog::quote_name(name);
  }
  for (const auto& [name, function] : context.catalog().functions.all()) {
    if (inside.empty() && name.schema == schema && !function->overloads.empty() &&
        function->overloads.front().made_in >= 0)
      inside = "function " + catalog::quote_name(name);
  }
  if (!inside.empty())
    report(event, context, place,
           fmt::format("the schema {} still holds {}", catalog::quote_identifier(schema), inside),
           "drop what is in it first");
}

}  // namespace

void check_truncate_fails(const Event& event, Context& context) {
  const auto& truncate = *event.node->truncate_stmt;
  if (!can_tell(event, context) || truncate.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
    return;
  std::set<catalog::Name> named;
  for (const sql::Node* node : list(truncate.relations, truncate.n_relations)) {
    if (const auto* range = as<PgQuery__RangeVar>(node))
      named.insert(context.catalog().resolve(*range));
  }
  for (const sql::Node* node : list(truncate.relations, truncate.n_relations)) {
    const auto* range = as<PgQuery__RangeVar>(node);
    if (range == nullptr)
      continue;
    const catalog::Name table = context.catalog().resolve(*range);
    for (const catalog::Name& other : locks::referencing(context.catalog(), table)) {
      const catalog::Relation* user = context.catalog().relations.find(other);
      if (named.count(other) != 0 || user == nullptr || user->is_uncertain || user->partition_of)
        continue;
      report(event, context, context.name_at(event, range->location),
             fmt::format("cannot truncate {}, which a foreign key of {} references",
                         catalog::quote_name(table), catalog::quote_name(other)),
             fmt::format("name both, which empties both:\nTRUNCATE {}, {};",
                         catalog::quote_name(table), catalog::quote_name(other)));
      break;
    }
  }
}

void check_drop_fails(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (!can_tell(event, context))
    return;
  const bool is_cascade = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
  const auto objects = list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Place place = context.object_place(event, i);
    const auto* names = as<PgQuery__List>(objects[i]);
    const catalog::Name name =
        names == nullptr ? catalog::Name()
                         : context.catalog().resolve_relation(list(names->items, names->n_items));
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kForeignTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kSequence:
        check_dropped_kind(event, context, drop, name, place);
        break;
      case sql::object::kIndex:
        check_dropped_part(event, context, name, place);
        break;
      case sql::object::kSchema:
        if (!is_cascade)
          check_dropped_schema(event, context, string_value(objects[i]), place);
        break;
      default:
        break;
    }
  }
}

void check_create_fails(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_tell(event, context) || create.relation == nullptr || create.if_not_exists != 0)
    return;
  const catalog::Name name = context.catalog().name_for_creation(*create.relation);
  if (context.catalog().relations.find(name) != nullptr)
    return;
  if (const catalog::UserType* type = context.catalog().types.find(name))
    report(event, context, context.name_at(event, create.relation->location),
           fmt::format("a table is a type as well, and there is a type {}",
                       catalog::quote_name(type->name)),
           "give one of the two another name");
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (const auto* constraint = as<PgQuery__Constraint>(node))
      check_index_name(event, context, name, *constraint,
                       context.name_at(event, constraint->location));
  }
}

void check_command_fails(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr)
    return;
  if (alter.objtype == sql::object::kType) {
    if (event.command->subtype == sql::at::kAlterColumnType)
      check_attribute_change(event, context, *alter.relation);
    return;
  }
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || !is_certain(*table))
    return;
  const PgQuery__AlterTableCmd& command = *event.command;
  switch (command.subtype) {
    case sql::at::kAlterColumnType:
      return check_type_change(event, context, *table);
    case sql::at::kDropNotNull:
      return check_nullable(event, context, *table);
    case sql::at::kDropColumn: {
      const auto& key = table->partition_key;
      if (std::find(key.begin(), key.end(), command.name) != key.end())
        report(event, context, context.command_place(event),
               fmt::format("{} is partitioned by column {}", catalog::quote_name(table->name),
                           catalog::quote_identifier(command.name)),
               "make a new table, partitioned otherwise");
      return;
    }
    case sql::at::kAddConstraint: {
      const auto* constraint = as<PgQuery__Constraint>(command.def);
      if (constraint == nullptr)
        return;
      if (constraint->contype == sql::constr::kPrimary)
        check_second_key(event, context, *table, alter);
      return check_index_name(event, context, table->name, *constraint,
                              context.command_place(event));
    }
    case sql::at::kAddColumn: {
      const auto* definition = as<PgQuery__ColumnDef>(command.def);
      if (definition == nullptr || table->find_column(definition->colname) != nullptr)
        return;
      for (const sql::Node* node : list(definition->constraints, definition->n_constraints)) {
        const auto* constraint = as<PgQuery__Constraint>(node);
        if (constraint != nullptr && constraint->contype == sql::constr::kPrimary)
          check_second_key(event, context, *table, alter);
      }
      return;
    }
    default:
      return;
  }
}

}  // namespace godwit::codegen::lint
