// SPDX-License-Identifier: Apache-2.0
#include "lint/generated_names.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catalog/fold_table.hpp"
#include "lint/plan.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

/// The last word of the name; empty for what is none of them.
std::string_view label_of(const PgQuery__Constraint& constraint) {
  switch (constraint.contype) {
    case sql::constr::kPrimary:
      return "pkey";
    case sql::constr::kUnique:
      return "key";
    case sql::constr::kForeign:
      return "fkey";
    case sql::constr::kCheck:
      return "check";
    default:
      return "";
  }
}

/// Does PostgreSQL make up its name?
bool is_unnamed(const PgQuery__Constraint& constraint) {
  return !label_of(constraint).empty() && std::string_view(constraint.conname).empty() &&
         std::string_view(constraint.indexname).empty();
}

bool any_is_unnamed(const PgQuery__ColumnDef& column) {
  const auto constraints = sql::list(column.constraints, column.n_constraints);
  return std::any_of(constraints.begin(), constraints.end(), [](const sql::Node* node) {
    const auto* constraint = sql::as<PgQuery__Constraint>(node);
    return constraint != nullptr && is_unnamed(*constraint);
  });
}

/// The whole name would be longer, and the label had to get a number.
bool is_cut_and_taken(const std::string& name, std::string_view table,
                      const std::vector<std::string>& columns, std::string_view label) {
  std::size_t length = table.size() + 1 + label.size();
  for (const std::string& column : columns) length += 1 + column.size();
  return length > kLongestIdentifier && !name.ends_with(label);
}

void report(const Event& event, Context& context, Place place, const std::string& name) {
  context.report(
      "identifier-too-long", event, place,
      fmt::format("the name that PostgreSQL makes up is cut to 63 bytes and then that of "
                  "another: this becomes {}",
                  catalog::quote_identifier(name)),
      {"give it a name of its own"});
}

/// Gives `table` the constraint, so that the next one gets another name.
void check(const PgQuery__Constraint& constraint, std::string_view column, catalog::Relation& table,
           const Event& event, Context& context) {
  const std::string_view label = label_of(constraint);
  if (label.empty() || !std::string_view(constraint.indexname).empty())
    return;
  const std::string name = name_in(table, constraint, column, context);
  std::vector<std::string> columns = table.constraints.back().columns;
  // A key is called by its table alone, and so is a CHECK of several columns.
  if (constraint.contype == sql::constr::kPrimary ||
      (constraint.contype == sql::constr::kCheck && columns.size() > 1))
    columns.clear();
  if (std::string_view(constraint.conname).empty() &&
      is_cut_and_taken(name, table.name.name, columns, label))
    report(event, context, context.name_at(event, constraint.location), name);
}

void check_column(const PgQuery__ColumnDef& column, catalog::Relation& table, const Event& event,
                  Context& context) {
  for (const sql::Node* node : sql::list(column.constraints, column.n_constraints)) {
    if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
      check(*constraint, column.colname, table, event, context);
  }
}

void check_index(const PgQuery__IndexStmt& create, const Event& event, Context& context) {
  const catalog::Relation* table = context.catalog().find_relation(*create.relation);
  if (table == nullptr || !std::string_view(create.idxname).empty())
    return;
  std::vector<std::string> columns;
  for (const sql::Node* node : sql::list(create.index_params, create.n_index_params)) {
    const auto* element = sql::as<PgQuery__IndexElem>(node);
    columns.emplace_back(element == nullptr ? "" : element->name);
  }
  const std::string name = catalog::index_name(context.catalog(), *table, columns);
  if (is_cut_and_taken(name, table->name.name, columns, "idx"))
    report(event, context, context.head_place(event, "index"), name);
}

}  // namespace

void check_generated_names(const Event& event, Context& context) {
  if (const auto* index = sql::as<PgQuery__IndexStmt>(event.node))
    return check_index(*index, event, context);
  if (const auto* create = sql::as<PgQuery__CreateStmt>(event.node)) {
    catalog::Relation table;
    table.name = context.catalog().name_for_creation(*create->relation);
    if (context.catalog().relations.find(table.name) != nullptr)
      return;
    for (const sql::Node* node : sql::list(create->table_elts, create->n_table_elts)) {
      if (const auto* column = sql::as<PgQuery__ColumnDef>(node))
        check_column(*column, table, event, context);
      else if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
        check(*constraint, "", table, event, context);
    }
    return;
  }
  const auto* column = sql::as<PgQuery__ColumnDef>(event.command->def);
  const auto* constraint = sql::as<PgQuery__Constraint>(event.command->def);
  if (constraint == nullptr ? column == nullptr || !any_is_unnamed(*column)
                            : !is_unnamed(*constraint))
    return;
  catalog::Relation table = altered_table(event, context);
  if (constraint != nullptr)
    check(*constraint, "", table, event, context);
  else
    check_column(*column, table, event, context);
}

}  // namespace godwit::codegen::lint
