// SPDX-License-Identifier: Apache-2.0
//
// ADD COLUMN to a table in use, in steps.
#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include "lint/plan.hpp"
#include "locks/new_column.hpp"
#include "sql/deparse.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

/// DEFERRABLE and the like stand behind the constraint that they are about.
bool apply_attribute(const PgQuery__Constraint& attribute,
                     std::vector<PgQuery__Constraint>& constraints) {
  const bool defers = attribute.contype == sql::constr::kAttrDeferred;
  const bool is_attribute = defers || attribute.contype == sql::constr::kAttrDeferrable ||
                            attribute.contype == sql::constr::kAttrNotDeferrable ||
                            attribute.contype == sql::constr::kAttrImmediate;
  if (!is_attribute || constraints.empty())
    return is_attribute;
  PgQuery__Constraint& before = constraints.back();
  before.deferrable =
      before.deferrable || defers || attribute.contype == sql::constr::kAttrDeferrable;
  before.initdeferred = before.initdeferred || defers;
  return true;
}

class ColumnPlan {
 public:
  ColumnPlan(const PgQuery__ColumnDef& column, const Event& event, const Context& context)
      : column_(column),
        event_(event),
        context_(context),
        relation_(*event.node->alter_table_stmt->relation),
        table_(Context::spelled(relation_)),
        name_(catalog::quote_identifier(column.colname)) {
    for (const sql::Node* node : sql::list(column.constraints, column.n_constraints)) {
      const auto* constraint = sql::as<PgQuery__Constraint>(node);
      if (constraint != nullptr && !apply_attribute(*constraint, constraints_))
        constraints_.push_back(*constraint);
    }
    if (column.type_name != nullptr)
      type_ = context.catalog().resolved(catalog::read_type(*column.type_name));
    sort_out();
    name_constraints();
  }

  Steps steps() {
    Steps steps = {{plain_column()}};
    if (has_sequence())
      add_sequence(steps[0]);
    else if (default_ != nullptr && !keeps_default_)
      steps[0].push_back(set_default());
    else if (overrides_domain_)
      steps[0].push_back(
          fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT;", table_, name_));
    if (generated_ != nullptr)
      steps[0].push_back("-- then a trigger that fills it, and the old rows in batches");
    else if (has_sequence() || (default_ != nullptr && !keeps_default_) || overrides_domain_ ||
             leaves_not_null())
      steps[0].push_back("-- then fill the old rows in batches");
    // Before the keys: a primary key would read the table for it.
    if (leaves_not_null())
      append(steps, not_null_by_check(relation_, column_.colname, context_));
    add_constraints(steps);
    return steps;
  }

 private:
  void sort_out() {
    for (const PgQuery__Constraint& constraint : constraints_) {
      switch (constraint.contype) {
        case sql::constr::kDefault:
          default_ = &constraint;
          break;
        case sql::constr::kNotnull:
        case sql::constr::kPrimary:
          is_not_null_ = true;
          break;
        case sql::constr::kIdentity:
          identity_ = &constraint;
          break;
        case sql::constr::kGenerated:
          generated_ = &constraint;
          break;
        default:
          break;
      }
    }
    keeps_default_ = default_ != nullptr && is_free(*default_->raw_expr);
    const sql::Node* of_domain =
        default_ != nullptr ? nullptr : locks::default_of_type(type_, context_.catalog());
    overrides_domain_ = of_domain != nullptr && !is_free(*of_domain);
  }

  /// Costs no rewrite.
  bool is_free(const sql::Node& value) const {
    return locks::is_null(&value) || (context_.policy().postgres >= kFirstWithFastDefault &&
                                      locks::volatile_function(&value, context_.catalog()).empty());
  }

  /// Those that have no name get it here, so that no two get the same.
  void name_constraints() {
    if (constraints_.empty())
      return;
    catalog::Relation table = altered_table(event_, context_);
    for (PgQuery__Constraint& constraint : constraints_) {
      switch (constraint.contype) {
        case sql::constr::kCheck:
        case sql::constr::kForeign:
        case sql::constr::kUnique:
        case sql::constr::kPrimary:
          names_.push_back(name_in(table, constraint, column_.colname, context_));
          constraint.conname = names_.back().data();
          break;
        default:
          break;
      }
    }
  }

  bool has_sequence() const { return type_.is_serial || identity_ != nullptr; }

  /// NOT NULL comes last where the rows that are there get no value at once.
  bool leaves_not_null() const {
    const bool has_value =
        keeps_default_ && default_ != nullptr && !locks::is_null(default_->raw_expr);
    return (is_not_null_ || has_sequence()) && !has_value;
  }

  /// The column with what costs nothing.
  std::string plain_column() {
    PgQuery__AConst null = PG_QUERY__A__CONST__INIT;
    null.isnull = true;
    sql::Node null_node = PG_QUERY__NODE__INIT;
    null_node.node_case = PG_QUERY__NODE__NODE_A_CONST;
    null_node.a_const = &null;
    std::vector<PgQuery__Constraint> free;
    if (overrides_domain_) {
      PgQuery__Constraint& added = free.emplace_back();
      pg_query__constraint__init(&added);
      added.contype = sql::constr::kDefault;
      added.raw_expr = &null_node;
    }
    for (const PgQuery__Constraint& constraint : constraints_) {
      const auto kind = constraint.contype;
      if (kind == sql::constr::kNull || (kind == sql::constr::kDefault && keeps_default_))
        free.push_back(constraint);
    }
    if (is_not_null_ && !leaves_not_null()) {
      PgQuery__Constraint& added = free.emplace_back();
      pg_query__constraint__init(&added);
      added.contype = sql::constr::kNotnull;
    }
    std::vector<sql::Node> nodes(free.size());
    std::vector<sql::Node*> kept;
    std::string none;
    for (std::size_t i = 0; i < free.size(); ++i) {
      free[i].conname = none.data();
      pg_query__node__init(&nodes[i]);
      nodes[i].node_case = PG_QUERY__NODE__NODE_CONSTRAINT;
      nodes[i].constraint = &free[i];
      kept.push_back(&nodes[i]);
    }
    PgQuery__ColumnDef column = column_;
    column.n_constraints = kept.size();
    column.constraints = kept.data();
    BigInt big;
    if (has_sequence())
      column.type_name = big.type();
    sql::Node definition = PG_QUERY__NODE__INIT;
    definition.node_case = PG_QUERY__NODE__NODE_COLUMN_DEF;
    definition.column_def = &column;
    PgQuery__AlterTableCmd command = *event_.command;
    command.def = &definition;
    sql::Node command_node = PG_QUERY__NODE__INIT;
    command_node.node_case = PG_QUERY__NODE__NODE_ALTER_TABLE_CMD;
    command_node.alter_table_cmd = &command;
    sql::Node* commands[] = {&command_node};
    PgQuery__AlterTableStmt alter = *event_.node->alter_table_stmt;
    alter.n_cmds = 1;
    alter.cmds = commands;
    sql::Node statement = PG_QUERY__NODE__INIT;
    statement.node_case = PG_QUERY__NODE__NODE_ALTER_TABLE_STMT;
    statement.alter_table_stmt = &alter;
    const std::string text = sql::deparse(statement);
    return text.empty() ? fmt::format("{} ADD COLUMN {} {} …;", alter_of(event_), name_,
                                      catalog::to_string(type_))
                        : text + ';';
  }

  void add_sequence(std::vector<std::string>& lines) const {
    const std::string sequence = Context::spelled_beside(
        relation_, fmt::format("{}_{}_seq", relation_.relname, column_.colname));
    std::string options;
    if (identity_ != nullptr && identity_->n_options > 0)
      options = " …";
    lines.push_back(
        fmt::format("CREATE SEQUENCE {}{} OWNED BY {}.{};", sequence, options, table_, name_));
    lines.push_back(fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT nextval({});", table_,
                                name_, quoted_literal(sequence)));
  }

  std::string set_default() const {
    const std::string value = sql::deparse_expression(*default_->raw_expr);
    return fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {};", table_, name_,
                       value.empty() ? "…" : value);
  }

  void add_constraints(Steps& steps) const {
    const catalog::Relation* table = context_.catalog().find_relation(relation_);
    const bool is_partitioned =
        table != nullptr && table->kind == catalog::RelationKind::kPartitionedTable;
    for (const PgQuery__Constraint& constraint : constraints_) {
      switch (constraint.contype) {
        case sql::constr::kCheck:
          append(steps, validated_later(constraint, column_.colname, event_, context_));
          break;
        case sql::constr::kForeign:
          if (is_partitioned && context_.policy().postgres < kFirstWithPartitionedNotValid)
            steps.back().push_back(
                "-- then the foreign key: as NOT VALID on each partition, and at last on the "
                "table, which finds them");
          else
            append(steps, validated_later(constraint, column_.colname, event_, context_));
          break;
        case sql::constr::kUnique:
        case sql::constr::kPrimary:
          append(steps, key_by_index(constraint, column_.colname, event_, context_));
          break;
        default:
          break;
      }
    }
  }

  /// The type bigint, as the parser has it.
  class BigInt {
   public:
    BigInt() {
      for (std::size_t i = 0; i < texts_.size(); ++i) {
        pg_query__string__init(&strings_[i]);
        strings_[i].sval = texts_[i].data();
        pg_query__node__init(&nodes_[i]);
        nodes_[i].node_case = PG_QUERY__NODE__NODE_STRING;
        nodes_[i].string = &strings_[i];
        names_[i] = &nodes_[i];
      }
      pg_query__type_name__init(&type_);
      type_.n_names = names_.size();
      type_.names = names_.data();
      type_.typemod = -1;
    }
    PgQuery__TypeName* type() { return &type_; }

   private:
    std::array<std::string, 2> texts_ = {"pg_catalog", "int8"};
    std::array<PgQuery__String, 2> strings_;
    std::array<sql::Node, 2> nodes_;
    std::array<sql::Node*, 2> names_ = {};
    PgQuery__TypeName type_;
  };

  const PgQuery__ColumnDef& column_;
  const Event& event_;
  const Context& context_;
  const PgQuery__RangeVar& relation_;
  std::string table_;
  std::string name_;
  catalog::Type type_;
  std::vector<PgQuery__Constraint> constraints_;
  std::deque<std::string> names_;  ///< those of `constraints_`, which stay where they are
  const PgQuery__Constraint* default_ = nullptr;
  const PgQuery__Constraint* identity_ = nullptr;
  const PgQuery__Constraint* generated_ = nullptr;
  bool is_not_null_ = false;
  bool keeps_default_ = false;
  bool overrides_domain_ = false;  ///< DEFAULT NULL keeps the domain's own from the old rows
};

}  // namespace

Steps column_in_steps(const PgQuery__ColumnDef& column, const Event& event,
                      const Context& context) {
  return ColumnPlan(column, event, context).steps();
}

}  // namespace godwit::codegen::lint
