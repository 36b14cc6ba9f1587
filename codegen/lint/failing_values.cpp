// SPDX-License-Identifier: Apache-2.0
//
// How it works. A constant in quotes becomes what it is used as when the statement is read, and
// fails then; of another value the type is compared with that of its column. A default keeps the
// type that it had when it was set, and is changed with its column. Tried on PostgreSQL 15.20.
#include "lint/failing_values.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lint/beside.hpp"
#include "lint/castable.hpp"
#include "lint/existence.hpp"
#include "lint/expression_type.hpp"
#include "lint/failing.hpp"
#include "source/words.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Column;
using catalog::Relation;
using catalog::Type;
using sql::as;
using sql::list;
using sql::string_value;

int location_of(const sql::Node* node) {
  if (const auto* constant = as<PgQuery__AConst>(node))
    return constant->location;
  if (const auto* cast = as<PgQuery__TypeCast>(node)) {
    const int inner = location_of(cast->arg);
    return inner >= 0 ? inner : cast->location;
  }
  if (const auto* call = as<PgQuery__FuncCall>(node))
    return call->location;
  if (const auto* value = as<PgQuery__SQLValueFunction>(node))
    return value->location;
  if (const auto* column = as<PgQuery__ColumnRef>(node))
    return column->location;
  if (const auto* operation = as<PgQuery__AExpr>(node))
    return operation->lexpr == nullptr ? operation->location : location_of(operation->lexpr);
  return -1;
}

Place place_of(const Event& event, const Context& context, const sql::Node* node) {
  const int location = location_of(node);
  return location < 0 ? event.place : context.name_at(event, location);
}

std::string values_of(const catalog::Catalog& catalog, const Type& type, std::string_view wrong) {
  const catalog::UserType* own = catalog.types.find({type.schema, type.name});
  if (own == nullptr || own->kind != catalog::TypeKind::kEnum)
    return "write a value of that type";
  const std::vector<std::string_view> values(own->values.begin(), own->values.end());
  if (const auto near = closest(wrong, values))
    return fmt::format("did you mean '{}'?", *near);
  return fmt::format("its values are '{}'", fmt::join(own->values, "', '"));
}

/// Is a cast worth a try, where it does not happen by itself?
bool has_cast(const Type& from, const Type& to, const catalog::Catalog& catalog) {
  return from.dimensions == to.dimensions && may_cast(from, to, catalog);
}

/// `value` is to become one of `column`.
void check_value(const Event& event, Context& context, const sql::Node* value,
                 const std::string& column, const Type& written, const Relation* table) {
  const catalog::Catalog& catalog = context.catalog();
  const Type to = catalog.base_type(written);
  if (is_quoted(value)) {
    const std::string_view text = as<PgQuery__AConst>(value)->sval->sval;
    if (const std::string problem = literal_problem(text, to, catalog); !problem.empty())
      report_failing(event, context, place_of(event, context, value),
                     fmt::format("{}, of which {} is", problem, column),
                     values_of(catalog, to, text));
    return;
  }
  const Type from = type_of(value, table, catalog);
  if (!may_assign(from, to, catalog))
    report_failing(event, context, place_of(event, context, value),
                   fmt::format("{} is {}, which a value of type {} does not become by itself",
                               column, to_string(to), to_string(from)),
                   has_cast(from, to, catalog)
                       ? fmt::format("write the cast: (…)::{}", to_string(to))
                       : std::string("write a value of the column's type"));
}

// ---- ALTER COLUMN … TYPE -----------------------------------------------------------------------

/// DROP DEFAULT in the same statement comes first, wherever it stands.
bool drops_default(const PgQuery__AlterTableStmt& alter, std::string_view column) {
  const auto commands = list(alter.cmds, alter.n_cmds);
  return std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && command->subtype == sql::at::kColumnDefault &&
           command->def == nullptr && column == command->name;
  });
}

/// Unknown where there is none.
Type type_of_default(const Column& column, const catalog::Catalog& catalog) {
  if (column.is_generated || column.default_expression == nullptr)
    return {};
  return is_quoted(column.default_expression)
             ? catalog.base_type(column.default_type)
             : type_of(column.default_expression, nullptr, catalog);
}

}  // namespace

void check_type_change_fails(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr || alter.objtype == sql::object::kType)
    return;
  const catalog::Catalog& catalog = context.catalog();
  const Relation* table = catalog.find_relation(*alter.relation);
  const auto* definition = as<PgQuery__ColumnDef>(event.command->def);
  const Column* column = table == nullptr || !is_certain(*table) || definition == nullptr ||
                                 definition->type_name == nullptr
                             ? nullptr
                             : table->find_column(event.command->name);
  if (column == nullptr)
    return;
  const Type from = catalog.base_type(column->type);
  const Type to = catalog.base_type(catalog.resolved(catalog::read_type(*definition->type_name)));
  const std::string name = catalog::quote_identifier(column->name);
  const Place place = context.command_place(event);
  const std::string shown = to_string(to);
  if (const sql::Node* made = definition->raw_default) {
    // Each USING reads the columns as they were before the statement.
    const Relation* read = count_beside(alter, sql::at::kAlterColumnType) > 1 ? nullptr : table;
    check_casts(event, context, made, read);
    check_value(event, context, made, "the new column", to, read);
  } else if (!may_assign(from, to, catalog)) {
    report_failing(
        event, context, place,
        fmt::format("{} is not cast to {} by itself", to_string(from), shown),
        has_cast(from, to, catalog)
            ? fmt::format("say how: … TYPE {} USING {}::{}", shown, name, shown)
            : std::string("no cast does it either: write what the new values are in USING"));
  }
  const Type kept = type_of_default(*column, catalog);
  if (!may_assign(kept, to, catalog) && !drops_default(alter, column->name))
    report_failing(event, context, place,
                   fmt::format("the DEFAULT of {} is {}, which is not cast to {} by itself", name,
                               to_string(kept), shown),
                   fmt::format("drop it in the same statement, and set it again behind:\nALTER "
                               "COLUMN {0} DROP DEFAULT, ALTER COLUMN {0} TYPE …, ALTER COLUMN {0} "
                               "SET DEFAULT …",
                               name));
}

namespace {

/// What the statement changes the type of the column to; unknown where it does not.
Type type_behind(const PgQuery__AlterTableStmt& alter, std::string_view column,
                 const catalog::Catalog& catalog) {
  for (const sql::Node* node : list(alter.cmds, alter.n_cmds)) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    const auto* definition = command != nullptr && command->subtype == sql::at::kAlterColumnType &&
                                     column == command->name
                                 ? as<PgQuery__ColumnDef>(command->def)
                                 : nullptr;
    if (definition != nullptr && definition->type_name != nullptr)
      return catalog.resolved(catalog::read_type(*definition->type_name));
  }
  return {};
}

void check_definition(const Event& event, Context& context, const PgQuery__ColumnDef& definition) {
  if (definition.type_name == nullptr)
    return;
  const Type type = context.catalog().resolved(catalog::read_type(*definition.type_name));
  for (const sql::Node* node : list(definition.constraints, definition.n_constraints)) {
    const auto* constraint = as<PgQuery__Constraint>(node);
    if (constraint != nullptr && constraint->contype == sql::constr::kDefault)
      check_value(event, context, constraint->raw_expr,
                  catalog::quote_identifier(definition.colname), type, nullptr);
  }
}

}  // namespace

void check_command_values(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr || alter.objtype == sql::object::kType)
    return;
  const Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || !is_certain(*table))
    return;
  const PgQuery__AlterTableCmd& command = *event.command;
  if (command.subtype == sql::at::kAddColumn) {
    const auto* definition = as<PgQuery__ColumnDef>(command.def);
    if (definition != nullptr && table->find_column(definition->colname) == nullptr)
      check_definition(event, context, *definition);
    return;
  }
  const Column* column = table->find_column(command.name);
  if (command.def == nullptr || column == nullptr)
    return;
  // Types are changed before, wherever in the statement that stands.
  const Type changed = type_behind(alter, command.name, context.catalog());
  check_value(event, context, command.def, catalog::quote_identifier(column->name),
              changed.is_known() ? changed : column->type, nullptr);
}

void check_table_values(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_tell(event, context) || create.relation == nullptr ||
      (create.if_not_exists != 0 &&
       context.catalog().relations.find(context.catalog().name_for_creation(*create.relation))))
    return;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (const auto* definition = as<PgQuery__ColumnDef>(node))
      check_definition(event, context, *definition);
  }
}

// ---- INSERT, UPDATE ----------------------------------------------------------------------------

namespace {

const Relation* plain_table(const Context& context, const PgQuery__RangeVar* range) {
  const Relation* table = range == nullptr ? nullptr : context.catalog().find_relation(*range);
  return table != nullptr && is_certain(*table) && table->rules.empty() &&
                 (table->kind == catalog::RelationKind::kTable ||
                  table->kind == catalog::RelationKind::kPartitionedTable)
             ? table
             : nullptr;
}

void report_made_up(const Event& event, Context& context, const Column& column, Place place,
                    bool is_insert) {
  report_failing(
      event, context, place,
      fmt::format("the server makes up the value of {}, {}", catalog::quote_identifier(column.name),
                  column.is_generated ? "a generated column" : "GENERATED ALWAYS AS IDENTITY"),
      column.is_generated || !is_insert
          ? "leave it out, or write DEFAULT"
          : "leave it out, or say OVERRIDING SYSTEM VALUE behind the columns");
}

/// SET c = …, also that of ON CONFLICT.
void check_set(const Event& event, Context& context, std::span<sql::Node* const> targets,
               const Relation& table, bool reads_table) {
  for (const sql::Node* node : targets) {
    const auto* target = as<PgQuery__ResTarget>(node);
    const Column* column =
        target == nullptr || target->n_indirection > 0 ? nullptr : table.find_column(target->name);
    if (column == nullptr || target->val == nullptr ||
        as<PgQuery__SetToDefault>(target->val) != nullptr ||
        as<PgQuery__MultiAssignRef>(target->val) != nullptr)
      continue;
    if (column->is_generated || column->is_identity_always)
      report_made_up(event, context, *column, context.name_at(event, target->location), false);
    else
      check_value(event, context, target->val, catalog::quote_identifier(column->name),
                  column->type, reads_table ? &table : nullptr);
  }
}

/// The columns that the rows are for; empty where one is not known.
std::vector<const Column*> target_columns(const PgQuery__InsertStmt& insert,
                                          const Relation& table) {
  std::vector<const Column*> columns;
  if (insert.n_cols == 0) {
    for (const Column& column : table.columns) columns.push_back(&column);
    return columns;
  }
  for (const sql::Node* node : list(insert.cols, insert.n_cols)) {
    const auto* target = as<PgQuery__ResTarget>(node);
    const Column* column =
        target == nullptr || target->n_indirection > 0 ? nullptr : table.find_column(target->name);
    if (column == nullptr)
      return {};
    columns.push_back(column);
  }
  return columns;
}

bool has_star(const PgQuery__SelectStmt& select) {
  const auto targets = list(select.target_list, select.n_target_list);
  return std::any_of(targets.begin(), targets.end(), [](const sql::Node* node) {
    const auto* target = as<PgQuery__ResTarget>(node);
    if (target == nullptr || target->val == nullptr)
      return true;
    bool found = false;
    sql::walk(target->val, [&](const sql::Node& inner) {
      found = found || as<PgQuery__AStar>(&inner) != nullptr;
      return as<PgQuery__FuncCall>(&inner) == nullptr && as<PgQuery__SubLink>(&inner) == nullptr;
    });
    return found;
  });
}

/// Says whether the row has as many values as there are columns for them.
bool check_count(const Event& event, Context& context, const PgQuery__InsertStmt& insert,
                 std::size_t values, std::size_t columns) {
  // Without a list the last columns may be left out.
  if (values == columns || (insert.n_cols == 0 && values < columns))
    return true;
  report_failing(event, context, context.name_at(event, insert.relation->location),
                 fmt::format("{} value{} for {} column{}", values, values == 1 ? "" : "s", columns,
                             columns == 1 ? "" : "s"),
                 "name the columns, and give each of them a value");
  return false;
}

/// Takes the column no value but DEFAULT?
bool is_made_up(const Column& column, const PgQuery__InsertStmt& insert) {
  const bool is_overridden =
      insert.override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_SYSTEM_VALUE ||
      insert.override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_USER_VALUE;
  return column.is_generated || (column.is_identity_always && !is_overridden);
}

void check_row(const Event& event, Context& context, const PgQuery__InsertStmt& insert,
               std::span<sql::Node* const> values, const std::vector<const Column*>& columns) {
  for (std::size_t i = 0; i < values.size() && i < columns.size(); ++i) {
    if (as<PgQuery__SetToDefault>(values[i]) != nullptr)
      continue;
    if (is_made_up(*columns[i], insert))
      report_made_up(event, context, *columns[i], place_of(event, context, values[i]), true);
    else
      check_value(event, context, values[i], catalog::quote_identifier(columns[i]->name),
                  columns[i]->type, nullptr);
  }
}

void check_insert(const Event& event, Context& context, const PgQuery__InsertStmt& insert) {
  const Relation* table = plain_table(context, insert.relation);
  const auto* select = as<PgQuery__SelectStmt>(insert.select_stmt);
  if (table == nullptr)
    return;
  if (const auto* conflict = insert.on_conflict_clause)
    check_set(event, context, list(conflict->target_list, conflict->n_target_list), *table, false);
  const auto columns = target_columns(insert, *table);
  if (select == nullptr || columns.empty())
    return;
  if (select->n_values_lists > 0) {
    const auto* first = as<PgQuery__List>(select->values_lists[0]);
    for (const sql::Node* node : list(select->values_lists, select->n_values_lists)) {
      const auto* row = as<PgQuery__List>(node);
      if (row != nullptr && first != nullptr && row->n_items != first->n_items)
        return report_failing(event, context, context.name_at(event, insert.relation->location),
                              "the rows of VALUES are not all of one length",
                              "give each of them as many values");
      if (row == nullptr || !check_count(event, context, insert, row->n_items, columns.size()))
        return;
      check_row(event, context, insert, list(row->items, row->n_items), columns);
    }
  } else if (select->op == PG_QUERY__SET_OPERATION__SETOP_NONE && select->n_target_list > 0 &&
             !has_star(*select)) {
    if (!check_count(event, context, insert, select->n_target_list, columns.size()))
      return;
    for (std::size_t i = 0; i < select->n_target_list; ++i) {
      const auto* target = as<PgQuery__ResTarget>(select->target_list[i]);
      if (is_made_up(*columns[i], insert))
        report_made_up(event, context, *columns[i],
                       target == nullptr ? event.place : context.name_at(event, target->location),
                       true);
    }
  }
}

void check_update(const Event& event, Context& context, const PgQuery__UpdateStmt& update) {
  const Relation* table = plain_table(context, update.relation);
  if (table == nullptr)
    return;
  check_set(event, context, list(update.target_list, update.n_target_list), *table,
            update.n_from_clause == 0);
}

}  // namespace

void check_written_values(const Event& event, Context& context) {
  if (!can_tell(event, context))
    return;
  sql::walk(event.node, [&](const sql::Node& node) {
    if (const auto* insert = as<PgQuery__InsertStmt>(&node))
      check_insert(event, context, *insert);
    else if (const auto* update = as<PgQuery__UpdateStmt>(&node))
      check_update(event, context, *update);
    return true;
  });
  // The only table whose columns can be meant.
  const Relation* table = nullptr;
  const auto* update = as<PgQuery__UpdateStmt>(event.node);
  const auto* remove = as<PgQuery__DeleteStmt>(event.node);
  if (update != nullptr && update->n_from_clause == 0 && update->with_clause == nullptr)
    table = plain_table(context, update->relation);
  else if (remove != nullptr && remove->n_using_clause == 0 && remove->with_clause == nullptr)
    table = plain_table(context, remove->relation);
  check_casts(event, context, event.node, table);
}

// ---- casts -------------------------------------------------------------------------------------

namespace {

void check_cast(const Event& event, Context& context, const sql::Node& node,
                const PgQuery__TypeCast& cast, const Relation* table) {
  const catalog::Catalog& catalog = context.catalog();
  const Type to = type_of(&node, table, catalog);
  if (is_quoted(cast.arg)) {
    const std::string_view text = as<PgQuery__AConst>(cast.arg)->sval->sval;
    if (const std::string problem = literal_problem(text, to, catalog); !problem.empty())
      report_failing(event, context, place_of(event, context, &node), problem,
                     values_of(catalog, to, text));
    return;
  }
  const Type from = type_of(cast.arg, table, catalog);
  if (!may_cast(from, to, catalog))
    report_failing(event, context, place_of(event, context, &node),
                   fmt::format("there is no cast from {} to {}", to_string(from), to_string(to)),
                   "say by an expression what the value is");
}

/// c = 'x' and c IN ('x', 'y') of a column that is an enum.
void check_comparison(const Event& event, Context& context, const PgQuery__AExpr& comparison,
                      const Relation* table) {
  const catalog::Catalog& catalog = context.catalog();
  const std::string_view op =
      comparison.n_name == 1 ? string_value(comparison.name[0]) : std::string_view();
  const bool is_list = comparison.kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN;
  if ((op != "=" && op != "<>") ||
      (!is_list && comparison.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP))
    return;
  const auto* column = as<PgQuery__ColumnRef>(comparison.lexpr);
  const Type type = column == nullptr ? Type() : type_of(comparison.lexpr, table, catalog);
  const catalog::UserType* own = catalog.types.find({type.schema, type.name});
  if (own == nullptr || own->kind != catalog::TypeKind::kEnum || type.dimensions > 0)
    return;
  const auto check = [&](const sql::Node* value) {
    if (!is_quoted(value))
      return;
    const std::string_view text = as<PgQuery__AConst>(value)->sval->sval;
    if (const std::string problem = literal_problem(text, type, catalog); !problem.empty())
      report_failing(event, context, place_of(event, context, value), problem,
                     values_of(catalog, type, text));
  };
  if (!is_list)
    return check(comparison.rexpr);
  const auto* items = as<PgQuery__List>(comparison.rexpr);
  for (const sql::Node* item :
       items == nullptr ? std::span<sql::Node* const>() : list(items->items, items->n_items))
    check(item);
}

}  // namespace

void check_casts(const Event& event, Context& context, const sql::Node* expression,
                 const Relation* table) {
  sql::walk(expression, [&](const sql::Node& node) {
    if (as<PgQuery__SubLink>(&node) != nullptr && table != nullptr) {
      // In a query of its own a column may be one of its tables'.
      check_casts(event, context, node.sub_link->subselect, nullptr);
      return false;
    }
    if (const auto* cast = as<PgQuery__TypeCast>(&node))
      check_cast(event, context, node, *cast, table);
    else if (const auto* comparison = as<PgQuery__AExpr>(&node))
      check_comparison(event, context, *comparison, table);
    return true;
  });
}

}  // namespace godwit::codegen::lint
