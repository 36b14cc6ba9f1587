// SPDX-License-Identifier: Apache-2.0
//
// The rule about naming a column twice, where PostgreSQL takes each one once.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "duplicate-column-assignment",
     .group = "will fail",
     .summary = "A column is named twice where each may be named once",
     .explanation =
         "PostgreSQL rejects it: in the SET of an UPDATE, the columns of an INSERT, the columns "
         "and keys of CREATE TABLE, the attributes of a type, the parameters of a function, and "
         "what the SELECT of a view or a CREATE TABLE AS gives. Parts of a column, such as a.x or "
         "a[1], may be set one by one, but not beside the whole.",
     .bad = "UPDATE users SET name = 'a', name = 'b';",
     .good = "UPDATE users SET name = 'b';",
     .manual = "https://www.postgresql.org/docs/15/sql-update.html"},
};

/// Names in the order in which they are written.
class Names {
 public:
  /// `location` is for names that have none of their own; the statement unless given.
  Names(std::string_view where, const Event& event, Context& context, int location = -1,
        std::string_view what = "column")
      : what_(what), where_(where), event_(event), context_(context), location_(location) {}

  /// `location` is that of the name, or negative. A part, such as a.x or a[1], does not mind
  /// others.
  void add(std::string_view name, int location, bool is_part = false) {
    if (name.empty())
      return;
    const bool is_taken = std::any_of(names_.begin(), names_.end(), [&](const Written& other) {
      return other.name == name && !(other.is_part && is_part);
    });
    names_.push_back({name, is_part});
    if (!is_taken)
      return;
    if (location < 0)
      location = location_;
    context_.report("duplicate-column-assignment", event_,
                    location < 0 ? event_.place : context_.name_at(event_, location),
                    fmt::format("the {} {} is named twice {}: PostgreSQL rejects that", what_,
                                catalog::quote_identifier(name), where_),
                    {"remove one of the two"});
  }

  void add_targets(sql::Node* const* targets, std::size_t count) {
    for (const sql::Node* node : sql::list(targets, count)) {
      const auto* target = sql::as<PgQuery__ResTarget>(node);
      if (target != nullptr)
        add(target->name, target->location, target->n_indirection != 0);
    }
  }

  void add_strings(sql::Node* const* names, std::size_t count) {
    for (const sql::Node* name : sql::list(names, count)) add(sql::string_value(name), -1);
  }

 private:
  struct Written {
    std::string_view name;
    bool is_part = false;
  };

  std::string_view what_;
  std::string_view where_;
  const Event& event_;
  Context& context_;
  int location_;
  std::vector<Written> names_;
};

void check_assignments(sql::Node* const* targets, std::size_t count, const Event& event,
                       Context& context) {
  Names("in SET", event, context).add_targets(targets, count);
}

void check_columns(sql::Node* const* targets, std::size_t count, const Event& event,
                   Context& context) {
  Names("in the list of columns", event, context).add_targets(targets, count);
}

/// The name that the server gives a column of a SELECT, where it goes by a plain rule; else empty.
/// https://www.postgresql.org/docs/15/queries-select-lists.html#QUERIES-COLUMN-LABELS
std::string_view label_of(const PgQuery__ResTarget& target) {
  const std::string_view name = target.name == nullptr ? "" : target.name;
  if (!name.empty())
    return name;
  if (const auto* column = sql::as<PgQuery__ColumnRef>(target.val))
    return column->n_fields == 0 ? "" : sql::string_value(column->fields[column->n_fields - 1]);
  if (const auto* call = sql::as<PgQuery__FuncCall>(target.val))
    return call->n_funcname == 0 ? "" : sql::string_value(call->funcname[call->n_funcname - 1]);
  return sql::as<PgQuery__AConst>(target.val) != nullptr ? "?column?" : "";
}

/// What a SELECT gives becomes the columns of a relation.
void check_result(const sql::Node* query, const Event& event, Context& context) {
  const auto* select = sql::as<PgQuery__SelectStmt>(query);
  while (select != nullptr && select->larg != nullptr) select = select->larg;
  if (select == nullptr)
    return;
  Names names("in what the SELECT gives", event, context);
  for (const sql::Node* node : sql::list(select->target_list, select->n_target_list)) {
    if (const auto* target = sql::as<PgQuery__ResTarget>(node))
      names.add(label_of(*target), target->location);
  }
}

/// Statements in WITH write too.
void check_with(const PgQuery__WithClause* with, const Event& event, Context& context);

void check_update_of(const PgQuery__UpdateStmt& update, const Event& event, Context& context) {
  check_assignments(update.target_list, update.n_target_list, event, context);
  check_with(update.with_clause, event, context);
}

void check_insert_of(const PgQuery__InsertStmt& insert, const Event& event, Context& context) {
  check_columns(insert.cols, insert.n_cols, event, context);
  if (insert.on_conflict_clause != nullptr)
    check_assignments(insert.on_conflict_clause->target_list,
                      insert.on_conflict_clause->n_target_list, event, context);
  check_with(insert.with_clause, event, context);
}

void check_with(const PgQuery__WithClause* with, const Event& event, Context& context) {
  if (with == nullptr)
    return;
  for (const sql::Node* node : sql::list(with->ctes, with->n_ctes)) {
    const auto* table = sql::as<PgQuery__CommonTableExpr>(node);
    if (table == nullptr)
      continue;
    if (const auto* update = sql::as<PgQuery__UpdateStmt>(table->ctequery))
      check_update_of(*update, event, context);
    if (const auto* insert = sql::as<PgQuery__InsertStmt>(table->ctequery))
      check_insert_of(*insert, event, context);
  }
}

void check_update(const Event& event, Context& context) {
  check_update_of(*event.node->update_stmt, event, context);
}

void check_insert(const Event& event, Context& context) {
  check_insert_of(*event.node->insert_stmt, event, context);
}

void check_delete(const Event& event, Context& context) {
  check_with(event.node->delete_stmt->with_clause, event, context);
}

void check_select(const Event& event, Context& context) {
  check_with(event.node->select_stmt->with_clause, event, context);
  if (event.node->select_stmt->into_clause != nullptr && !event.is_in_body)
    check_result(event.node, event, context);
}

void check_merge(const Event& event, Context& context) {
  const auto& merge = *event.node->merge_stmt;
  for (const sql::Node* node : sql::list(merge.merge_when_clauses, merge.n_merge_when_clauses)) {
    const auto* when = sql::as<PgQuery__MergeWhenClause>(node);
    if (when == nullptr)
      continue;
    if (when->command_type == PG_QUERY__CMD_TYPE__CMD_INSERT)
      check_columns(when->target_list, when->n_target_list, event, context);
    else
      check_assignments(when->target_list, when->n_target_list, event, context);
  }
}

/// Foreign keys may name one twice.
void check_key(const PgQuery__Constraint& constraint, const Event& event, Context& context) {
  Names("in a key", event, context, constraint.location)
      .add_strings(constraint.keys, constraint.n_keys);
}

void check_elements(const PgQuery__CreateStmt& create, const Event& event, Context& context) {
  const bool is_there = create.if_not_exists != 0 && create.relation != nullptr &&
                        context.catalog().relations.find(
                            context.catalog().name_for_creation(*create.relation)) != nullptr;
  if (is_there)
    return;
  Names names("in CREATE TABLE", event, context);
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    if (const auto* column = sql::as<PgQuery__ColumnDef>(node))
      names.add(column->colname, column->location);
    else if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
      check_key(*constraint, event, context);
  }
}

void check_create_table(const Event& event, Context& context) {
  check_elements(*event.node->create_stmt, event, context);
}

void check_foreign_table(const Event& event, Context& context) {
  if (event.node->create_foreign_table_stmt->base_stmt != nullptr)
    check_elements(*event.node->create_foreign_table_stmt->base_stmt, event, context);
}

void check_type(const Event& event, Context& context) {
  const auto& type = *event.node->composite_type_stmt;
  Names names("in the type", event, context);
  for (const sql::Node* node : sql::list(type.coldeflist, type.n_coldeflist)) {
    if (const auto* attribute = sql::as<PgQuery__ColumnDef>(node))
      names.add(attribute->colname, attribute->location);
  }
}

/// What goes in, and what comes out: between the two a name may come twice, but for the language.
void check_function(const Event& event, Context& context) {
  const auto& create = *event.node->create_function_stmt;
  Names in("among those that go in", event, context, -1, "parameter");
  Names out("among those that come out", event, context, -1, "parameter");
  for (const sql::Node* node : sql::list(create.parameters, create.n_parameters)) {
    const auto* parameter = sql::as<PgQuery__FunctionParameter>(node);
    if (parameter == nullptr || parameter->name == nullptr)
      continue;
    const auto mode = parameter->mode;
    const bool is_out = mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                        mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE;
    if (!is_out)
      in.add(parameter->name, -1);
    if (is_out || mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT)
      out.add(parameter->name, -1);
  }
}

void check_view(const Event& event, Context& context) {
  const auto& view = *event.node->view_stmt;
  Names("in the view's columns", event, context).add_strings(view.aliases, view.n_aliases);
  if (view.n_aliases == 0)
    check_result(view.query, event, context);
}

void check_table_as(const Event& event, Context& context) {
  const auto& create = *event.node->create_table_as_stmt;
  if (create.into != nullptr)
    Names("in the list of columns", event, context)
        .add_strings(create.into->col_names, create.into->n_col_names);
  if (create.into == nullptr || create.into->n_col_names == 0)
    check_result(create.query, event, context);
}

void check_add_constraint(const Event& event, Context& context) {
  if (const auto* constraint = sql::as<PgQuery__Constraint>(event.command->def))
    check_key(*constraint, event, context);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_update},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_insert},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_delete},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_select},
    {PG_QUERY__NODE__NODE_MERGE_STMT, check_merge},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create_table},
    {PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT, check_foreign_table},
    {PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT, check_type},
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_function},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_view},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_table_as},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddConstraint, check_add_constraint},
};

}  // namespace

const Family kDuplicateColumnRules{
    .name = "duplicate columns", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
