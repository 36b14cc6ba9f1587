// SPDX-License-Identifier: Apache-2.0
//
// Rules about changing the type of a column.
#include <algorithm>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "locks/column_change.hpp"
#include "sql/deparse.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "alter-column-type",
     .group = "locks",
     .summary = "A change of a column's type rewrites the table under ACCESS EXCLUSIVE",
     .explanation =
         "Every row and every index is written anew, and nobody can read the table meanwhile. "
         "Free, and not reported, are: a longer varchar, or text; numeric with more digits and the "
         "same scale; a longer bit varying; more precision of timestamp, time and interval; cidr "
         "to "
         "inet; a domain to its base type; timestamp to and from timestamptz where the migration "
         "has SET timezone to UTC. For all others add a column, write to both, fill it in batches, "
         "and switch over. Where the column's present type is not known, it is a warning.",
     .bad = "ALTER TABLE orders ALTER COLUMN id TYPE bigint;  -- an integer so far",
     .good = "ALTER TABLE orders ADD COLUMN id_new bigint;\n-- then: write both, fill in batches, "
             "switch over",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "alter-type-rechecks-constraints",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "A free change of type still reads the table, since a CHECK or an index depends on "
                "the column",
     .explanation =
         "The rows stay as they are, but a CHECK on the column is made again, for which every row "
         "is looked at under ACCESS EXCLUSIVE, and an index with a WHERE or an expression is built "
         "anew. A plain index on the column is kept. Drop the CHECK before, and add it again as "
         "NOT VALID.",
     .bad = "ALTER TABLE users ALTER COLUMN name TYPE text;  -- with CHECK (name <> '')",
     .good = "ALTER TABLE users DROP CONSTRAINT name_there, ALTER COLUMN name TYPE text, ADD "
             "CONSTRAINT name_there CHECK (name <> '') NOT VALID;\n-- in the next migration:\n"
             "ALTER TABLE users VALIDATE CONSTRAINT name_there;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
};

std::string collation_of(const PgQuery__ColumnDef& definition) {
  std::string name;
  if (definition.coll_clause != nullptr) {
    for (const sql::Node* part :
         sql::list(definition.coll_clause->collname, definition.coll_clause->n_collname))
      name +=
          (name.empty() ? " COLLATE " : ".") + catalog::quote_identifier(sql::string_value(part));
  }
  return name;
}

std::string rewrite_note(const std::string& table, std::string_view column,
                         const catalog::Type& type, const PgQuery__ColumnDef& definition,
                         const Context& context) {
  if (type.dimensions == 0 && context.catalog().is_constrained_domain(type))
    return fmt::format(
        "a column of the domain {} is checked row by row, a new one too: use its base type, and a "
        "CHECK of the table, added as NOT VALID and validated in a later migration",
        catalog::to_string(type));
  const std::string quoted = catalog::quote_identifier(column);
  std::string value = quoted;
  if (definition.raw_default != nullptr) {
    value = sql::deparse_expression(*definition.raw_default);
    if (value.empty())
      value = "…";
  }
  return fmt::format(
      "add a column, write to both, fill it in batches, and switch over:\nALTER TABLE {0} ADD "
      "COLUMN {1} {2};\n-- a trigger, or the application, writes both; then in batches, in later "
      "migrations:\nUPDATE {0} SET {1} = {3} WHERE {1} IS NULL AND {4} IS NOT NULL;\n-- then use "
      "the new column, and drop the old one in a later release",
      table, catalog::quote_identifier(fmt::format("{}_new", column)),
      catalog::to_string(type) + collation_of(definition), value, quoted);
}

bool has(const std::vector<std::string>& columns, std::string_view column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// Dropped by an earlier or later command of the same statement.
bool is_dropped_here(const Event& event, std::string_view constraint) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto commands = sql::list(alter.cmds, alter.n_cmds);
  return std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && command->subtype == sql::at::kDropConstraint &&
           command->name == constraint;
  });
}

/// The change itself is free: what else depends on the column? Where its values sort otherwise, as
/// those of citext do, every index on it is built anew.
void check_dependents(const catalog::Relation& table, std::string_view column, bool sorts_otherwise,
                      const Event& event, Context& context) {
  const std::string name = Context::spelled(*event.node->alter_table_stmt->relation);
  for (const catalog::Constraint& constraint : table.constraints) {
    if (constraint.kind != catalog::ConstraintKind::kCheck || !constraint.is_validated ||
        !has(constraint.columns, column) || is_dropped_here(event, constraint.name))
      continue;
    const std::string check = catalog::quote_identifier(constraint.name);
    context.report(
        "alter-type-rechecks-constraints", event, context.command_place(event),
        fmt::format("the change of type is free, but all of {} is read under ACCESS EXCLUSIVE for "
                    "the CHECK {}",
                    name, check),
        {fmt::format("in one ALTER TABLE drop the CHECK, change the type, and add it again:\nDROP "
                     "CONSTRAINT {1}, …, ADD CONSTRAINT {1} CHECK (…) NOT VALID;\n-- in the next "
                     "migration:\nALTER TABLE {0} VALIDATE CONSTRAINT {1};",
                     name, check)});
    return;
  }
  for (const std::string& index_name : table.indexes) {
    const catalog::Index* index = context.catalog().indexes.find({table.name.schema, index_name});
    if (index == nullptr || !index->depends_on(column) ||
        (!index->has_expressions() && !sorts_otherwise))
      continue;
    context.report(
        "alter-type-rechecks-constraints", event, context.command_place(event),
        fmt::format("the change of type is free, but the index {} is built anew under ACCESS "
                    "EXCLUSIVE, for which all of {} is read",
                    catalog::quote_identifier(index_name), name),
        {fmt::format("drop the index before and build it again after, CONCURRENTLY, each in a "
                     "migration of its own:\nDROP INDEX CONCURRENTLY {};",
                     catalog::quote_name(index->name))});
    return;
  }
}

void check_column_type(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* definition = sql::as<PgQuery__ColumnDef>(event.command->def);
  if (alter.objtype != sql::object::kTable || definition == nullptr ||
      definition->type_name == nullptr || context.is_new(alter.relation))
    return;
  const std::string_view column = event.command->name;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const catalog::Column* known = table == nullptr ? nullptr : table->find_column(column);
  const catalog::Type to = context.catalog().resolved(catalog::read_type(*definition->type_name));
  const catalog::Type from =
      known == nullptr || table->is_uncertain ? catalog::Type() : known->type;
  const catalog::TypeChange change = locks::change_of_type(context.catalog(), from, to, *definition,
                                                           column, context.session().is_utc);
  if (change == catalog::TypeChange::kFree) {
    if (table != nullptr)
      check_dependents(*table, column, (from.name == "citext") != (to.name == "citext"), event,
                       context);
    return;
  }
  const std::string name = Context::spelled(*alter.relation);
  const std::string quoted = catalog::quote_identifier(column);
  const std::string note = rewrite_note(name, column, to, *definition, context);
  if (change == catalog::TypeChange::kUnknown) {
    context.report("alter-column-type", event, context.command_place(event),
                   fmt::format("changing {}.{} to {} rewrites the table under ACCESS EXCLUSIVE, "
                               "unless its present type, which is not known here, allows it for "
                               "free",
                               name, quoted, catalog::to_string(to)),
                   {note}, context.is_alone() ? Severity::kError : Severity::kWarning);
    return;
  }
  const std::string change_text =
      !from.is_known() ? fmt::format("to {}", catalog::to_string(to))
      : from == to     ? fmt::format("({}) with USING", catalog::to_string(to))
                   : fmt::format("from {} to {}", catalog::to_string(from), catalog::to_string(to));
  context.report("alter-column-type", event, context.command_place(event),
                 fmt::format("changing {}.{} {} rewrites the table and its indexes under ACCESS "
                             "EXCLUSIVE",
                             name, quoted, change_text),
                 {note});
}

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAlterColumnType, check_column_type},
};

}  // namespace

const Family kColumnTypeRules{.name = "column types", .rules = kRules, .commands = kCommands};

}  // namespace godwit::codegen::lint
