// SPDX-License-Identifier: Apache-2.0
//
// A rule about work that cannot be built upon before it is committed: values added to an enum.
//
// How it works. What is added is noted in the ledger, which forgets it when the transaction ends. A
// value is taken to be used where a string of its text
// stands against a column of the enum: cast to it, compared with a column of it, or written to one.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "locks/family.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr int kFirstWithNewTypes = 17;  ///< values of a type of the same transaction may be used

constexpr RuleInfo kRules[] = {
    {.id = "enum-value-used-in-transaction",
     .group = "will fail",
     .summary = "A value is used in the transaction that adds it to the enum",
     .explanation =
         "PostgreSQL rejects it: \"unsafe use of new value\". ALTER TYPE … ADD VALUE has to be "
         "committed before: give it an earlier migration. Before PostgreSQL 17 that holds for a "
         "type that the same transaction has made, too.",
     .bad = "ALTER TYPE mood ADD VALUE 'happy';\nUPDATE users SET mood = 'happy';",
     .good = "ALTER TYPE mood ADD VALUE 'happy';\n-- in the next migration:\nUPDATE users SET mood "
             "= 'happy';",
     .manual = "https://www.postgresql.org/docs/15/sql-altertype.html"},
};

void note_added_value(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  if (!std::string_view(alter.old_val).empty() || !context.ledger().is_in_transaction())
    return;
  const catalog::Name type =
      context.catalog().resolve_type(sql::list(alter.type_name, alter.n_type_name));
  const catalog::UserType* known = context.catalog().types.find(type);
  const bool was_there = known != nullptr && std::find(known->values.begin(), known->values.end(),
                                                       alter.new_val) != known->values.end();
  if (!was_there)
    context.ledger().notes().added_values.push_back(
        {type, alter.new_val, event.call.value_or(event.place).offset,
         known != nullptr && context.is_new(known->made_in)});
}

/// A type that no migration makes is resolved as the statement that adds the value has it.
bool is_of(const catalog::Type& type, const AddedValue& added, const catalog::Catalog& catalog) {
  return type.name == added.type.name &&
         (type.schema == added.type.schema ||
          catalog.resolve_type(type.schema, type.name) == added.type);
}

/// The place of a string constant that says `value`, or of none.
std::optional<int> constant_at(const sql::Node* node, const AddedValue& added) {
  const auto* constant = sql::as<PgQuery__AConst>(node);
  if (constant == nullptr || constant->val_case != PG_QUERY__A__CONST__VAL_SVAL ||
      added.value != constant->sval->sval)
    return std::nullopt;
  return constant->location;
}

/// Looks through one statement for one value.
class ValueSearch {
 public:
  ValueSearch(const AddedValue& added, const catalog::Catalog& catalog)
      : added_(added), catalog_(catalog) {}

  /// Where it is used; nothing when it is not.
  std::optional<int> find(const sql::Node& statement) {
    collect_tables(statement);
    sql::walk(&statement, [&](const sql::Node& node) {
      if (!found_)
        look_at(node);
      return !found_;
    });
    return found_;
  }

  /// The default of an argument is looked at when the function is made, whatever its language.
  std::optional<int> find_in_arguments(const PgQuery__CreateFunctionStmt& create) {
    for (const sql::Node* node : sql::list(create.parameters, create.n_parameters)) {
      const auto* parameter = sql::as<PgQuery__FunctionParameter>(node);
      if (parameter != nullptr && is_enum(parameter->arg_type))
        take_result(parameter->defexpr);
    }
    return found_;
  }

  /// Where it may be used, if find() finds nothing: for a column of a table that is not known.
  std::optional<int> possible() const { return possible_; }

 private:
  void collect_tables(const sql::Node& statement) {
    sql::walk(&statement, [&](const sql::Node& node) {
      if (const auto* range = sql::as<PgQuery__RangeVar>(&node))
        add_table(range);
      return true;
    });
    for (const PgQuery__RangeVar* range : targets_of(statement)) add_table(range);
  }

  /// Targets that hang in the statement itself, not in a node.
  static std::vector<const PgQuery__RangeVar*> targets_of(const sql::Node& statement) {
    switch (statement.node_case) {
      case PG_QUERY__NODE__NODE_INSERT_STMT:
        return {statement.insert_stmt->relation};
      case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return {statement.update_stmt->relation};
      case PG_QUERY__NODE__NODE_DELETE_STMT:
        return {statement.delete_stmt->relation};
      case PG_QUERY__NODE__NODE_MERGE_STMT:
        return {statement.merge_stmt->relation};
      case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return {statement.alter_table_stmt->relation};
      case PG_QUERY__NODE__NODE_INDEX_STMT:
        return {statement.index_stmt->relation};
      case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
        return {statement.create_policy_stmt->table};
      default:
        return {};
    }
  }

  void add_table(const PgQuery__RangeVar* range) {
    const catalog::Relation* known = range == nullptr ? nullptr : catalog_.find_relation(*range);
    has_unknown_table_ = has_unknown_table_ || known == nullptr || !known->has_known_shape;
    if (known != nullptr && std::find(tables_.begin(), tables_.end(), known) == tables_.end())
      tables_.push_back(known);
  }

  bool is_enum_column(std::string_view name) const {
    return std::any_of(tables_.begin(), tables_.end(), [&](const catalog::Relation* table) {
      const catalog::Column* column = table->find_column(name);
      return column != nullptr && is_of(column->type, added_, catalog_);
    });
  }

  bool is_enum(const PgQuery__TypeName* type) const {
    return type != nullptr && type->n_typmods == 0 &&
           catalog_.resolve_type(sql::list(type->names, type->n_names)) == added_.type;
  }

  /// A column whose type nothing tells.
  bool may_be_enum_column(std::string_view name) const {
    return !name.empty() && has_unknown_table_ &&
           std::none_of(tables_.begin(), tables_.end(), [&](const catalog::Relation* table) {
             return table->find_column(name) != nullptr;
           });
  }

  void take(std::optional<int> location) {
    if (!found_)
      found_ = location;
  }

  void take_possible(std::optional<int> location) {
    if (!possible_)
      possible_ = location;
  }

  /// Of an expression that has the type of its context: also what CASE and COALESCE may give.
  void take_result(const sql::Node* node) {
    take(constant_at(node, added_));
    if (const auto* choice = sql::as<PgQuery__CaseExpr>(node)) {
      for (const sql::Node* item : sql::list(choice->args, choice->n_args)) {
        if (const auto* when = sql::as<PgQuery__CaseWhen>(item))
          take_result(when->result);
      }
      take_result(choice->defresult);
    } else if (const auto* first = sql::as<PgQuery__CoalesceExpr>(node)) {
      for (const sql::Node* item : sql::list(first->args, first->n_args)) take_result(item);
    }
  }

  /// In a list of values: IN ('a', 'b').
  void take_from_list(const sql::Node* node) {
    take_result(node);
    if (const auto* list = sql::as<PgQuery__List>(node)) {
      for (const sql::Node* item : sql::list(list->items, list->n_items))
        take(constant_at(item, added_));
    }
  }

  void look_at(const sql::Node& node) {
    if (const auto* cast = sql::as<PgQuery__TypeCast>(&node)) {
      if (is_enum(cast->type_name))
        take(constant_at(cast->arg, added_));
    } else if (const auto* expression = sql::as<PgQuery__AExpr>(&node)) {
      if (is_enum_column(locks::column_of(expression->lexpr)))
        take_from_list(expression->rexpr);
      if (is_enum_column(locks::column_of(expression->rexpr)))
        take_result(expression->lexpr);
      if (may_be_enum_column(locks::column_of(expression->lexpr)))
        take_possible(constant_at(expression->rexpr, added_));
    } else if (const auto* target = sql::as<PgQuery__ResTarget>(&node)) {
      if (target->n_indirection == 0 && is_enum_column(target->name))
        take_result(target->val);
      else if (target->n_indirection == 0 && may_be_enum_column(target->name))
        take_possible(constant_at(target->val, added_));
    } else if (const auto* choice = sql::as<PgQuery__CaseExpr>(&node)) {
      if (is_enum_column(locks::column_of(choice->arg)))
        look_at_cases(*choice);
    } else if (const auto* column = sql::as<PgQuery__ColumnDef>(&node)) {
      look_at_column(*column);
    } else if (const auto* command = sql::as<PgQuery__AlterTableCmd>(&node)) {
      if (command->subtype == sql::at::kColumnDefault && is_enum_column(command->name))
        take_result(command->def);
    } else if (const auto* insert = sql::as<PgQuery__InsertStmt>(&node)) {
      look_at_insert(*insert);
    }
  }

  /// CASE mood WHEN 'sad' …
  void look_at_cases(const PgQuery__CaseExpr& choice) {
    for (const sql::Node* item : sql::list(choice.args, choice.n_args)) {
      if (const auto* when = sql::as<PgQuery__CaseWhen>(item))
        take_result(when->expr);
    }
  }

  void look_at_column(const PgQuery__ColumnDef& column) {
    if (!is_enum(column.type_name))
      return;
    for (const sql::Node* node : sql::list(column.constraints, column.n_constraints)) {
      const auto* constraint = sql::as<PgQuery__Constraint>(node);
      if (constraint != nullptr && constraint->contype == sql::constr::kDefault)
        take_result(constraint->raw_expr);
    }
  }

  /// Values by their position.
  void look_at_insert(const PgQuery__InsertStmt& insert) {
    const catalog::Relation* table =
        insert.relation == nullptr ? nullptr : catalog_.find_relation(*insert.relation);
    const auto* select = sql::as<PgQuery__SelectStmt>(insert.select_stmt);
    if (table == nullptr || select == nullptr || (insert.n_cols == 0 && !table->has_known_shape))
      return;
    std::vector<std::string_view> columns;
    for (const sql::Node* node : sql::list(insert.cols, insert.n_cols)) {
      const auto* target = sql::as<PgQuery__ResTarget>(node);
      columns.emplace_back(target == nullptr ? "" : target->name);
    }
    if (columns.empty()) {
      for (const catalog::Column& column : table->columns) columns.push_back(column.name);
    }
    const auto look_at_row = [&](std::span<sql::Node* const> row) {
      for (std::size_t i = 0; i < std::min(row.size(), columns.size()); ++i) {
        const auto* target = sql::as<PgQuery__ResTarget>(row[i]);
        if (is_enum_column(columns[i]))
          take_result(target == nullptr ? row[i] : target->val);
      }
    };
    look_at_row(sql::list(select->target_list, select->n_target_list));
    for (const sql::Node* node : sql::list(select->values_lists, select->n_values_lists)) {
      if (const auto* row = sql::as<PgQuery__List>(node))
        look_at_row(sql::list(row->items, row->n_items));
    }
  }

  const AddedValue& added_;
  const catalog::Catalog& catalog_;
  std::vector<const catalog::Relation*> tables_;
  bool has_unknown_table_ = false;
  std::optional<int> found_;
  std::optional<int> possible_;
};

/// The body of a function in SQL is checked when it is made, one in PL/pgSQL when it is called.
void check_values_in_function(const Event& event, Context& context) {
  if (event.is_in_body)
    return;
  const sql::Statement statement{event.place.offset, event.place.length, event.node};
  sql::Body body;
  if (auto text = sql::body_text(context.section().text(), statement)) {
    if (text->language != "sql")
      return;
    body = sql::parse_body(std::move(*text));
  } else {
    body = sql::body_of_tree(statement);
  }
  for (const AddedValue& added : context.ledger().notes().added_values) {
    if (added.is_type_new && context.policy().postgres >= kFirstWithNewTypes)
      continue;
    for (const sql::BodyStatement& inner : body.statements) {
      if (inner.statement.node == nullptr ||
          !ValueSearch(added, context.catalog()).find(*inner.statement.node))
        continue;
      context.report(
          "enum-value-used-in-transaction", event, {inner.statement.offset, 0},
          fmt::format("PostgreSQL checks the body of a function in SQL when it is made, and the "
                      "value '{}' of {} is not committed yet: this fails",
                      added.value, catalog::quote_name(added.type)),
          {"make the function in the next migration, or in PL/pgSQL"});
      break;
    }
  }
}

void check_values(const Event& event, Context& context) {
  const auto& added_values = context.ledger().notes().added_values;
  if (added_values.empty() || !context.ledger().is_in_transaction() ||
      sql::as<PgQuery__AlterEnumStmt>(event.node) != nullptr ||
      sql::as<PgQuery__CreateEnumStmt>(event.node) != nullptr)
    return;
  const auto* create = sql::as<PgQuery__CreateFunctionStmt>(event.node);
  if (create != nullptr)
    check_values_in_function(event, context);
  for (const AddedValue& added : added_values) {
    if (added.is_type_new && context.policy().postgres >= kFirstWithNewTypes)
      continue;
    ValueSearch search(added, context.catalog());
    const auto location =
        create != nullptr ? search.find_in_arguments(*create) : search.find(*event.node);
    const std::size_t line = context.section().file().position(added.offset).line;
    if (!location && search.possible())
      context.report("enum-value-used-in-transaction", event,
                     {context.offset_of(event, *search.possible()), added.value.size() + 2},
                     fmt::format("'{}' was added to {} on line {} of this transaction: where this "
                                 "column is of that type, PostgreSQL rejects its use before that "
                                 "is committed",
                                 added.value, catalog::quote_name(added.type), line),
                     {fmt::format("add it in an earlier migration of its own:\nALTER TYPE {} ADD "
                                  "VALUE '{}';",
                                  catalog::quote_name(added.type), added.value)},
                     Severity::kWarning);
    if (!location)
      continue;
    context.report_in_transaction(
        "enum-value-used-in-transaction", event,
        {context.offset_of(event, *location), added.value.size() + 2},
        fmt::format("'{}' was added to {} on line {} of this transaction: PostgreSQL rejects its "
                    "use before that is committed",
                    added.value, catalog::quote_name(added.type), line),
        {fmt::format("add it in an earlier migration of its own:\nALTER TYPE {} ADD VALUE '{}';",
                     catalog::quote_name(added.type), added.value)});
  }
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, note_added_value},
};

}  // namespace

const Family kUncommittedRules{.name = "uncommitted work",
                               .rules = kRules,
                               .statements = kStatements,
                               .every_statement = check_values};

}  // namespace godwit::codegen::lint
