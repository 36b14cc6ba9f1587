// SPDX-License-Identifier: Apache-2.0
//
// Each case was run on PostgreSQL 15.20.
#include "lint/failing_definitions.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lint/beside.hpp"
#include "lint/existence.hpp"
#include "lint/failing.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Relation;
using sql::as;
using sql::list;

void check_column(const Event& event, Context& context, const PgQuery__ColumnDef& definition) {
  const catalog::Type type = definition.type_name == nullptr
                                 ? catalog::Type()
                                 : context.catalog().base_type(context.catalog().resolved(
                                       catalog::read_type(*definition.type_name)));
  const std::string column = catalog::quote_identifier(definition.colname);
  bool has_value = type.is_serial;
  for (const sql::Node* node : list(definition.constraints, definition.n_constraints)) {
    const auto* constraint = as<PgQuery__Constraint>(node);
    if (constraint == nullptr)
      continue;
    const bool is_identity = constraint->contype == sql::constr::kIdentity;
    if (!is_identity && constraint->contype != sql::constr::kDefault &&
        constraint->contype != sql::constr::kGenerated)
      continue;
    const Place place = context.name_at(event, constraint->location);
    constexpr auto kIntegers = std::to_array<std::string_view>({"int2", "int4", "int8"});
    const bool is_other_type =
        is_identity && type.is_known() &&
        (type.dimensions > 0 || !type.schema.empty() ||
         std::find(kIntegers.begin(), kIntegers.end(), type.name) == kIntegers.end());
    if (has_value)
      report_failing(event, context, place,
                     fmt::format("{} has two of DEFAULT, IDENTITY, GENERATED and serial", column),
                     "leave one of them");
    else if (is_other_type)
      report_failing(event, context, place,
                     fmt::format("{} is {}, and an identity column is smallint, integer or bigint",
                                 column, to_string(type)),
                     "make it bigint");
    has_value = true;
  }
}

/// DROP IDENTITY or DROP EXPRESSION of the column come first, wherever they stand.
/// A PRIMARY KEY of a table or of a column's definition; null where it has none.
const PgQuery__Constraint* primary_key(const sql::Node* node) {
  if (const auto* constraint = as<PgQuery__Constraint>(node))
    return constraint->contype == sql::constr::kPrimary ? constraint : nullptr;
  const auto* column = as<PgQuery__ColumnDef>(node);
  if (column == nullptr)
    return nullptr;
  for (const sql::Node* part : list(column->constraints, column->n_constraints)) {
    if (const PgQuery__Constraint* key = primary_key(part))
      return key;
  }
  return nullptr;
}

/// A column of the source of LIKE that the table has already.
void check_like(const Event& event, Context& context, const PgQuery__TableLikeClause& like,
                std::set<std::string>& columns) {
  const Relation* source =
      like.relation == nullptr ? nullptr : context.catalog().find_relation(*like.relation);
  if (source == nullptr || !is_certain(*source) || source->made_in < 0)
    return;
  for (const catalog::Column& column : source->columns) {
    if (columns.insert(column.name).second)
      continue;
    return report_failing(
        event, context, context.name_at(event, like.relation->location),
        fmt::format("LIKE {} brings the column {} a second time", catalog::quote_name(source->name),
                    catalog::quote_identifier(column.name)),
        "leave the other out: what LIKE brings is not merged");
  }
}

}  // namespace

void check_definitions(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_tell(event, context) || create.relation == nullptr ||
      (create.if_not_exists != 0 &&
       context.catalog().relations.find(context.catalog().name_for_creation(*create.relation))))
    return;
  const PgQuery__Constraint* key = nullptr;
  std::set<std::string> columns;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (const PgQuery__Constraint* found = primary_key(node)) {
      if (key != nullptr)
        report_failing(event, context, context.name_at(event, found->location),
                       "the table has two primary keys",
                       "make one of both columns, or make the other UNIQUE");
      key = found;
    }
    if (const auto* definition = as<PgQuery__ColumnDef>(node)) {
      columns.insert(definition->colname);
      check_column(event, context, *definition);
    }
  }
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    const auto* like = as<PgQuery__TableLikeClause>(node);
    if (like != nullptr)
      check_like(event, context, *like, columns);
  }
}

void check_command_definitions(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr || alter.objtype == sql::object::kType)
    return;
  const Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || !is_certain(*table) || !catalog::is_table(table->kind))
    return;
  const PgQuery__AlterTableCmd& command = *event.command;
  const auto place = [&] { return context.command_place(event); };
  const std::string name = catalog::quote_identifier(command.name);
  if (command.subtype == sql::at::kAddColumn) {
    const auto* definition = as<PgQuery__ColumnDef>(command.def);
    if (definition != nullptr && table->find_column(definition->colname) == nullptr)
      check_column(event, context, *definition);
    return;
  }
  if (command.subtype == sql::at::kValidateConstraint) {
    const catalog::Constraint* constraint = table->find_constraint(command.name);
    if (constraint != nullptr && constraint->kind != catalog::ConstraintKind::kCheck &&
        constraint->kind != catalog::ConstraintKind::kForeignKey)
      report_failing(event, context, place(),
                     fmt::format("{} is neither a CHECK nor a foreign key", name),
                     "a key is valid from the beginning");
    return;
  }
  const catalog::Column* column = table->find_column(command.name);
  if (column == nullptr || command.missing_ok != 0)
    return;
  switch (command.subtype) {
    case sql::at::kDropIdentity:
    case sql::at::kSetIdentity:
      if (!column->is_identity)
        report_failing(event, context, place(), fmt::format("{} is no identity column", name),
                       column->has_default ? "a serial's numbers are a DEFAULT: DROP DEFAULT"
                                           : "ADD GENERATED … AS IDENTITY makes it one");
      return;
    case sql::at::kDropExpression:
      if (!column->is_generated)
        report_failing(event, context, place(), fmt::format("{} is no generated column", name),
                       "DROP DEFAULT takes a default away");
      return;
    case sql::at::kColumnDefault:
      if ((column->is_generated || column->is_identity) &&
          !has_beside(alter, sql::at::kDropIdentity, command.name) &&
          !has_beside(alter, sql::at::kDropExpression, command.name))
        report_failing(
            event, context, place(),
            fmt::format("{} is {}, which has no DEFAULT", name,
                        column->is_generated ? "a generated column" : "an identity column"),
            column->is_generated ? "DROP EXPRESSION first" : "DROP IDENTITY first");
      return;
    default:
      return;
  }
}

void check_enum_neighbor(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  if (!can_tell(event, context))
    return;
  const catalog::UserType* type = context.catalog().types.find(
      context.catalog().resolve_type(list(alter.type_name, alter.n_type_name)));
  if (type == nullptr || type->kind != catalog::TypeKind::kEnum || type->made_in < 0)
    return;
  const auto has = [&](std::string_view value) {
    return std::find(type->values.begin(), type->values.end(), value) != type->values.end();
  };
  // RENAME VALUE has an old one, ADD VALUE may have a neighbor.
  const std::string_view old = alter.old_val;
  const std::string_view neighbor = alter.new_val_neighbor;
  const bool does_nothing = alter.skip_if_new_val_exists != 0 && has(alter.new_val);
  const std::string_view wanted = old.empty() ? neighbor : old;
  if (!wanted.empty() && !has(wanted) && !does_nothing)
    report_failing(event, context, event.place,
                   fmt::format("'{}' is no value of {}", wanted, catalog::quote_name(type->name)),
                   fmt::format("its values are '{}'", fmt::join(type->values, "', '")));
}

}  // namespace godwit::codegen::lint
