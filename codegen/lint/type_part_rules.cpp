// SPDX-License-Identifier: Apache-2.0
//
// What is true of a table's columns and constraints, for the attributes of composite types and for
// domains: the rules are those of destructive_rules.cpp and compatibility_rules.cpp.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::list;

/// Made in this migration, the attribute or the whole type: nobody uses it yet.
bool is_new_attribute(const Context& context, const PgQuery__RangeVar& type,
                      std::string_view attribute) {
  const catalog::UserType* known =
      context.catalog().types.find(context.catalog().resolve_type(type.schemaname, type.relname));
  if (known == nullptr)
    return false;
  const auto& all = known->attributes;
  return context.is_new(known->made_in) ||
         std::any_of(all.begin(), all.end(), [&](const catalog::Column& column) {
           return column.name == attribute && context.is_new(column.made_in);
         });
}

void check_drop_attribute(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.objtype != sql::object::kType || alter.relation == nullptr ||
      is_new_attribute(context, *alter.relation, event.command->name))
    return;
  context.report(
      "drop-column", event, context.command_place(event),
      fmt::format("DROP ATTRIBUTE {} takes it out of every value of {}, and breaks code that still "
                  "uses it",
                  catalog::quote_identifier(event.command->name),
                  Context::spelled(*alter.relation)),
      {"make the application stop reading and writing it, release, and drop it in a later release",
       "when that is what you want, say why above it:\n-- godwit:allow(drop-column) not read since "
       "release 41"});
}

void check_rename_attribute(const Event& event, Context& context) {
  const auto& rename = *event.node->rename_stmt;
  if (rename.rename_type != sql::object::kAttribute || rename.relation == nullptr ||
      is_new_attribute(context, *rename.relation, rename.subname))
    return;
  const std::string type = Context::spelled(*rename.relation);
  context.report(
      "rename-column", event, context.column_place(event, rename.subname),
      fmt::format("code that still uses the attribute {} of {} fails as soon as it is {}",
                  catalog::quote_identifier(rename.subname), type,
                  catalog::quote_identifier(rename.newname)),
      {"add an attribute, write to both, and drop the old one in a later release"});
}

void check_domain(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_domain_stmt;
  const catalog::Name name =
      context.catalog().resolve_type(list(alter.type_name, alter.n_type_name));
  const catalog::UserType* known = context.catalog().types.find(name);
  if (context.is_down() || (known != nullptr && context.is_new(known->made_in)))
    return;
  // DROP CONSTRAINT IF EXISTS of what is not there.
  const bool is_absent =
      known != nullptr && alter.missing_ok &&
      std::none_of(known->constraints.begin(), known->constraints.end(),
                   [&](const catalog::Constraint& one) { return one.name == alter.name; });
  const std::string domain = catalog::quote_name(name);
  const std::string_view subtype = alter.subtype;
  if (subtype == "N")
    context.report("drop-not-null", event, event.place,
                   fmt::format("code that relies on the columns of the domain {} not being NULL "
                               "may fail",
                               domain),
                   {"make the application take NULL first, in an earlier release"});
  else if (subtype == "T" && alter.def == nullptr)
    context.report("drop-default", event, event.place,
                   fmt::format("code that leaves a column of the domain {} to its default writes "
                               "NULL, or fails",
                               domain),
                   {"make the application write the value first, in an earlier release"});
  else if (subtype == "X" && !is_absent)
    context.report("drop-constraint", event, event.place,
                   fmt::format("what the constraint {} keeps out of the columns of the domain {} "
                               "may come in",
                               catalog::quote_identifier(alter.name), domain),
                   {"when that is what you want, say why above it:\n-- "
                    "godwit:allow(drop-constraint) <reason>"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_rename_attribute},
    {PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT, check_domain},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDropColumn, check_drop_attribute},
};

}  // namespace

const Family kTypePartRules{
    .name = "parts of types", .rules = {}, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
