// SPDX-License-Identifier: Apache-2.0
//
// Rules about changing the type of a column.
#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "locks/column_change.hpp"
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
};

std::string rewrite_note(const std::string& table, const std::string& column,
                         const std::string& type) {
  return fmt::format(
      "add a column, write to both, fill it in batches, and switch over:\nALTER TABLE {0} ADD "
      "COLUMN "
      "{1}_new {2};\n-- a trigger, or the application, writes both; then in batches:\nUPDATE {0} "
      "SET "
      "{1}_new = {1} WHERE {1}_new IS NULL;\n-- then use the new column, and drop the old one in a "
      "later release",
      table, column, type);
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
  if (change == catalog::TypeChange::kFree)
    return;
  const std::string name = Context::spelled(*alter.relation);
  const std::string quoted = catalog::quote_identifier(column);
  const std::string note = rewrite_note(name, quoted, catalog::to_string(to));
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
