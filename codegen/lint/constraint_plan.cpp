// SPDX-License-Identifier: Apache-2.0
//
// Constraints of tables in use, in steps.
#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "catalog/describe.hpp"
#include "catalog/fold_table.hpp"
#include "lint/existence.hpp"
#include "lint/plan.hpp"
#include "sql/deparse.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

/// Nodes that are made up: they stay where they are.
class Nodes {
 public:
  sql::Node* string(char* text) {
    PgQuery__String& string = strings_.emplace_back();
    pg_query__string__init(&string);
    string.sval = text;
    sql::Node& node = made(PG_QUERY__NODE__NODE_STRING);
    node.string = &string;
    return &node;
  }

  sql::Node* index_element(const char* column) {
    PgQuery__IndexElem& element = elements_.emplace_back();
    pg_query__index_elem__init(&element);
    element.name = const_cast<char*>(column);
    element.ordering = PG_QUERY__SORT_BY_DIR__SORTBY_DEFAULT;
    element.nulls_ordering = PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT;
    sql::Node& node = made(PG_QUERY__NODE__NODE_INDEX_ELEM);
    node.index_elem = &element;
    return &node;
  }

  sql::Node& made(PgQuery__Node__NodeCase kind) {
    sql::Node& node = nodes_.emplace_back();
    pg_query__node__init(&node);
    node.node_case = kind;
    return node;
  }

 private:
  std::deque<sql::Node> nodes_;
  std::deque<PgQuery__String> strings_;
  std::deque<PgQuery__IndexElem> elements_;
};

/// `statement` as text; `name`, which is somewhere in it, is written with quotes.
std::string written(const sql::Node& statement, char*& name) {
  char* const plain = name;
  std::string quoted = catalog::quote_identifier(plain);
  name = quoted.data();
  std::string text = sql::write(statement);
  name = plain;
  return sql::says(text, statement) ? text : std::string();
}

const PgQuery__AlterTableStmt& alter_in(const Event& event) {
  return *event.node->alter_table_stmt;
}

void add_name(std::string& list, std::string_view name) {
  list += (list.empty() ? "" : ", ") + catalog::quote_identifier(name);
}

std::string shown_columns(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) add_name(list, column);
  return list;
}

std::string shown_names(sql::Node* const* nodes, std::size_t count) {
  std::string list;
  for (const sql::Node* node : sql::list(nodes, count)) add_name(list, sql::string_value(node));
  return list;
}

/// The same of a foreign key, which is most of what is asked for, written without a parser; empty
/// where it has more than the usual parts.
std::string add_foreign_key(const PgQuery__Constraint& key, const PgQuery__RangeVar& relation,
                            bool missing_ok) {
  if (key.contype != sql::constr::kForeign || key.pktable == nullptr || key.n_fk_del_set_cols > 0 ||
      std::string_view(relation.catalogname) != "" ||
      std::string_view(key.pktable->catalogname) != "")
    return {};
  std::string text =
      fmt::format("ALTER TABLE {}{}{} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {}",
                  missing_ok ? "IF EXISTS " : "", relation.inh ? "" : "ONLY ",
                  Context::spelled(relation), catalog::quote_identifier(key.conname),
                  shown_names(key.fk_attrs, key.n_fk_attrs), Context::spelled(*key.pktable));
  if (key.n_pk_attrs > 0)
    text += fmt::format(" ({})", shown_names(key.pk_attrs, key.n_pk_attrs));
  if (std::string_view(key.fk_matchtype) == "f")
    text += " MATCH FULL";
  if (const auto on_update = catalog::referential_action(key.fk_upd_action); !on_update.empty())
    text += fmt::format(" ON UPDATE {}", on_update);
  if (const auto on_delete = catalog::referential_action(key.fk_del_action); !on_delete.empty())
    text += fmt::format(" ON DELETE {}", on_delete);
  text += key.deferrable ? " DEFERRABLE" : "";
  text += key.initdeferred ? " INITIALLY DEFERRED" : "";
  text += key.skip_validation ? " NOT VALID" : "";
  return text;
}

/// "ALTER TABLE … ADD CONSTRAINT …"; empty where it cannot be written.
std::string add_constraint(PgQuery__Constraint constraint, PgQuery__RangeVar& relation,
                           bool missing_ok) {
  if (std::string text = add_foreign_key(constraint, relation, missing_ok); !text.empty())
    return text;
  Nodes nodes;
  sql::Node& definition = nodes.made(PG_QUERY__NODE__NODE_CONSTRAINT);
  definition.constraint = &constraint;
  PgQuery__AlterTableCmd command = PG_QUERY__ALTER_TABLE_CMD__INIT;
  command.subtype = sql::at::kAddConstraint;
  command.behavior = PG_QUERY__DROP_BEHAVIOR__DROP_RESTRICT;
  command.def = &definition;
  sql::Node& command_node = nodes.made(PG_QUERY__NODE__NODE_ALTER_TABLE_CMD);
  command_node.alter_table_cmd = &command;
  sql::Node* commands[] = {&command_node};
  PgQuery__AlterTableStmt alter = PG_QUERY__ALTER_TABLE_STMT__INIT;
  alter.relation = &relation;
  alter.n_cmds = 1;
  alter.cmds = commands;
  alter.objtype = sql::object::kTable;
  alter.missing_ok = missing_ok;
  sql::Node& statement = nodes.made(PG_QUERY__NODE__NODE_ALTER_TABLE_STMT);
  statement.alter_table_stmt = &alter;
  return written(statement, constraint.conname);
}

std::vector<std::string> columns_of(const PgQuery__Constraint& constraint,
                                    std::string_view column) {
  std::vector<std::string> columns;
  const bool is_key = constraint.contype == sql::constr::kForeign;
  for (const sql::Node* key : is_key ? sql::list(constraint.fk_attrs, constraint.n_fk_attrs)
                                     : sql::list(constraint.keys, constraint.n_keys))
    columns.emplace_back(sql::string_value(key));
  if (constraint.contype == sql::constr::kCheck)
    columns = catalog::columns_read(constraint.raw_expr);
  else if (columns.empty() && !column.empty())
    columns.emplace_back(column);
  return columns;
}

catalog::ConstraintKind kind_of(const PgQuery__Constraint& constraint) {
  switch (constraint.contype) {
    case sql::constr::kPrimary:
      return catalog::ConstraintKind::kPrimaryKey;
    case sql::constr::kUnique:
      return catalog::ConstraintKind::kUnique;
    case sql::constr::kForeign:
      return catalog::ConstraintKind::kForeignKey;
    default:
      return catalog::ConstraintKind::kCheck;
  }
}

std::string timing_of(const PgQuery__Constraint& constraint) {
  return constraint.initdeferred ? " DEFERRABLE INITIALLY DEFERRED"
         : constraint.deferrable ? " DEFERRABLE"
                                 : "";
}

/// CREATE UNIQUE INDEX CONCURRENTLY for a key, on `relation`.
std::string concurrent_index(const PgQuery__Constraint& constraint,
                             const std::vector<std::string>& columns, PgQuery__RangeVar relation,
                             const std::string& name) {
  Nodes nodes;
  std::vector<sql::Node*> keys;
  for (const std::string& column : columns) keys.push_back(nodes.index_element(column.c_str()));
  std::vector<sql::Node*> included;
  for (const sql::Node* node : sql::list(constraint.including, constraint.n_including))
    included.push_back(nodes.index_element(node->string->sval));
  relation.inh = true;
  PgQuery__IndexStmt index = PG_QUERY__INDEX_STMT__INIT;
  index.idxname = const_cast<char*>(name.c_str());
  index.relation = &relation;
  std::string method = "btree";
  index.access_method = method.data();
  index.table_space = constraint.indexspace;
  index.n_index_params = keys.size();
  index.index_params = keys.data();
  index.n_index_including_params = included.size();
  index.index_including_params = included.data();
  index.n_options = constraint.n_options;
  index.options = constraint.options;
  index.unique = true;
  index.nulls_not_distinct = constraint.nulls_not_distinct;
  index.concurrent = true;
  sql::Node& statement = nodes.made(PG_QUERY__NODE__NODE_INDEX_STMT);
  statement.index_stmt = &index;
  std::string text = written(statement, index.idxname);
  if (text.empty())
    return fmt::format("CREATE UNIQUE INDEX CONCURRENTLY {} ON {} (…);",
                       catalog::quote_identifier(name), Context::spelled(relation));
  // What the parser says where nothing is said.
  if (const std::size_t using_btree = text.find(" USING btree"); using_btree != std::string::npos)
    text.erase(using_btree, std::string_view(" USING btree").size());
  return text + ';';
}

std::string using_index(const PgQuery__Constraint& constraint, const std::string& name,
                        const std::string& index) {
  return fmt::format("ADD CONSTRAINT {} {} USING INDEX {}{};", catalog::quote_identifier(name),
                     constraint.contype == sql::constr::kPrimary ? "PRIMARY KEY" : "UNIQUE",
                     catalog::quote_identifier(index), timing_of(constraint));
}

/// The command of the same ALTER TABLE that drops the constraint `name`: "DROP CONSTRAINT c, ".
std::string drop_before(const PgQuery__AlterTableStmt& alter, std::string_view name) {
  for (const sql::Node* node : sql::list(alter.cmds, alter.n_cmds)) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    if (command != nullptr && command->subtype == sql::at::kDropConstraint && name == command->name)
      return fmt::format(
          "DROP CONSTRAINT {}{}{}, ", command->missing_ok ? "IF EXISTS " : "",
          catalog::quote_identifier(name),
          command->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE ? " CASCADE" : "");
  }
  return {};
}

/// The key on the parent alone, which is not valid until each partition has its own.
Steps key_of_partitioned(const PgQuery__Constraint& constraint,
                         const std::vector<std::string>& columns, const std::string& name,
                         const catalog::Relation& table, const Context& context) {
  const std::string parent = catalog::quote_name(table.name);
  const std::string quoted = catalog::quote_identifier(name);
  std::string rest;
  if (constraint.nulls_not_distinct || constraint.n_including > 0 || constraint.n_options > 0)
    rest = " …";
  Steps steps = {
      {fmt::format("ALTER TABLE ONLY {} ADD CONSTRAINT {} {} ({}){}{};", parent, quoted,
                   constraint.contype == sql::constr::kPrimary ? "PRIMARY KEY" : "UNIQUE",
                   shown_columns(columns), rest, timing_of(constraint))}};
  std::vector<catalog::Name> partitions;
  for (const auto& [child, relation] : context.catalog().relations.all()) {
    if (relation->partition_of == table.name)
      partitions.push_back(child);
  }
  std::sort(partitions.begin(), partitions.end());
  if (partitions.empty())
    return steps;
  PgQuery__RangeVar relation = PG_QUERY__RANGE_VAR__INIT;
  relation.schemaname = partitions[0].schema.data();
  relation.relname = partitions[0].name.data();
  std::string persistence = "p";
  relation.relpersistence = persistence.data();
  const std::string part = partitions[0].name + '_' + name;
  const catalog::Relation* first = context.catalog().relations.find(partitions[0]);
  if (first != nullptr && first->kind == catalog::RelationKind::kPartitionedTable) {
    // Which has no index of its own either.
    Steps below = key_of_partitioned(constraint, columns, part, *first, context);
    std::move(below[0].begin(), below[0].end(), std::back_inserter(steps[0]));
    std::move(below.begin() + 1, below.end(), std::back_inserter(steps));
  } else {
    steps.push_back({concurrent_index(constraint, columns, relation, part)});
    steps.push_back({fmt::format("ALTER TABLE {} {}", Context::spelled(relation),
                                 using_index(constraint, part, part))});
  }
  const catalog::Name in_schema{table.name.schema, name};
  steps.back().push_back(fmt::format("ALTER INDEX {} ATTACH PARTITION {};",
                                     catalog::quote_name(in_schema),
                                     Context::spelled_beside(relation, part)));
  if (partitions.size() > 1)
    steps.back().push_back(fmt::format(
        "-- the same for the other partitions of {}; with the last one the key is valid", parent));
  return steps;
}

}  // namespace

std::string lines_of(const Steps& steps) {
  std::string text;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i > 0)
      text += i == 1 ? "\n-- in the next migration:" : "\n-- in the one after it:";
    for (const std::string& line : steps[i]) text += '\n' + line;
  }
  return text;
}

void append(Steps& steps, Steps more) {
  std::move(more.begin(), more.end(), std::back_inserter(steps));
}

std::string quoted_literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + '\'';
}

std::string alter_of(const Event& event) {
  const PgQuery__AlterTableStmt& alter = alter_in(event);
  return fmt::format("ALTER TABLE {}{}{}", alter.missing_ok ? "IF EXISTS " : "",
                     alter.relation->inh ? "" : "ONLY ", Context::spelled(*alter.relation));
}

catalog::Relation altered_table(const Event& event, const Context& context) {
  const PgQuery__RangeVar& relation = *alter_in(event).relation;
  if (const catalog::Relation* known = context.catalog().find_relation(relation))
    return *known;
  catalog::Relation unknown;
  unknown.name = context.catalog().resolve(relation);
  return unknown;
}

std::string name_in(catalog::Relation& table, const PgQuery__Constraint& constraint,
                    std::string_view column, const Context& context) {
  catalog::Constraint& made = table.constraints.emplace_back();
  made.kind = kind_of(constraint);
  made.columns = columns_of(constraint, column);
  made.name = std::string_view(constraint.conname).empty()
                  ? catalog::name_for_constraint(context.catalog(), table, made)
                  : constraint.conname;
  return made.name;
}

namespace {

/// The constraint's name, or that which PostgreSQL gives it.
std::string name_of(const PgQuery__Constraint& constraint, std::string_view column,
                    const Event& event, const Context& context) {
  if (!std::string_view(constraint.conname).empty())
    return constraint.conname;
  catalog::Relation before = altered_table(event, context);
  return name_in(before, constraint, column, context);
}

}  // namespace

Steps validated_later(const PgQuery__Constraint& constraint, std::string_view column,
                      const Event& event, const Context& context) {
  const PgQuery__AlterTableStmt& alter = alter_in(event);
  std::string name = name_of(constraint, column, event, context);
  const std::string table = Context::spelled(*alter.relation);
  const std::string quoted = catalog::quote_identifier(name);
  Nodes nodes;
  std::string own(column);
  sql::Node* keys[] = {nodes.string(own.data())};
  PgQuery__Constraint copy = constraint;
  copy.conname = name.data();
  copy.skip_validation = true;
  copy.initially_valid = false;
  if (copy.contype == sql::constr::kForeign && copy.n_fk_attrs == 0) {
    copy.n_fk_attrs = 1;
    copy.fk_attrs = keys;
  }
  std::string added = add_constraint(copy, *alter.relation, alter.missing_ok);
  added = added.empty() ? fmt::format("{} ADD CONSTRAINT {} … NOT VALID;", alter_of(event), quoted)
                        : added + ';';
  constexpr std::string_view kAdd = " ADD CONSTRAINT ";
  if (const std::size_t add = added.find(kAdd); add != std::string::npos)
    added.insert(add + 1, drop_before(alter, name));
  return {{std::move(added)},
          {fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};", table, quoted)}};
}

Steps key_by_index(const PgQuery__Constraint& constraint, std::string_view column,
                   const Event& event, const Context& context) {
  const PgQuery__AlterTableStmt& alter = alter_in(event);
  const std::string name = name_of(constraint, column, event, context);
  const std::vector<std::string> columns = columns_of(constraint, column);
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  if (table != nullptr && table->kind == catalog::RelationKind::kPartitionedTable)
    return key_of_partitioned(constraint, columns, name, *table, context);
  Steps steps;
  if (constraint.contype == sql::constr::kPrimary && table != nullptr && is_certain(*table)) {
    for (const std::string& key : columns) {
      if (table->find_column(key) != nullptr && !table->is_proved_not_null(key))
        append(steps, not_null_by_check(*alter.relation, key, context));
    }
  }
  // The index takes the name of the constraint, once the old one is gone.
  const std::string dropped = drop_before(alter, name);
  const std::string index = dropped.empty() ? name : name + "_new";
  append(steps, {{concurrent_index(constraint, columns, *alter.relation, index)},
                 {fmt::format("ALTER TABLE {} {}{}", Context::spelled(*alter.relation), dropped,
                              using_index(constraint, name, index))}});
  return steps;
}

Steps not_null_by_check(const PgQuery__RangeVar& relation, std::string_view column,
                        const Context& context) {
  const std::string table = Context::spelled(relation);
  const std::string quoted = catalog::quote_identifier(column);
  const std::string check =
      catalog::quote_identifier(fmt::format("{}_{}_not_null", relation.relname, column));
  if (context.policy().postgres < kFirstWithProof)
    return {{fmt::format("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID;",
                         table, check, quoted)},
            {fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};", table, check)}};
  return {{fmt::format("ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID;", table,
                       check, quoted)},
          {fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};", table, check)},
          {fmt::format("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;", table, quoted),
           fmt::format("ALTER TABLE {} DROP CONSTRAINT {};", table, check)}};
}

}  // namespace godwit::codegen::lint
