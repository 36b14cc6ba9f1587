// SPDX-License-Identifier: Apache-2.0
//
// Rules about making what is there already: an error without IF NOT EXISTS, nothing at all with it,
// and with OR REPLACE only as far as the new one can stand in for the old.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catalog/fold.hpp"
#include "catalog/query.hpp"
#include "lint/beside.hpp"
#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

constexpr RuleInfo kRules[] = {
    {.id = "duplicate-object",
     .group = "history",
     .summary = "CREATE, ADD or RENAME TO a name that is taken fails",
     .explanation =
         "Tables, indexes, sequences, views and composite types of a schema share their names; "
         "constraints, triggers and policies only have to differ in their table. A warning where "
         "SQL that cannot be read may have taken the other away.",
     .bad = "001: CREATE TABLE users (id bigint);\n002: CREATE TABLE users (id bigint);",
     .good = "001: CREATE TABLE users (id bigint);\n002: ALTER TABLE users ADD COLUMN plan text;",
     .manual = "docs/rules.md#history"},
    {.id = "create-table-if-not-exists-drift",
     .group = "idempotency",
     .severity = Severity::kWarning,
     .summary = "CREATE TABLE IF NOT EXISTS of a table that is there, and looks otherwise",
     .explanation = "The statement does nothing then: the table stays as it is. What differs is "
                    "listed. Add what is missing with ALTER TABLE … ADD COLUMN IF NOT EXISTS.",
     .bad = "001: CREATE TABLE users (id bigint);\n002: CREATE TABLE IF NOT EXISTS users (id "
            "bigint, plan text);",
     .good = "002: ALTER TABLE users ADD COLUMN IF NOT EXISTS plan text;",
     .manual = "https://www.postgresql.org/docs/15/sql-createtable.html"},
    {.id = "or-replace-incompatible",
     .group = "idempotency",
     .summary = "CREATE OR REPLACE that the server refuses, since the new one differs too much",
     .explanation =
         "A view keeps its columns, with their names, types and order, and may only get more at "
         "the end. A function keeps its result, the names of its arguments and their defaults. "
         "Drop the old one first, with what depends on it.",
     .bad = "CREATE VIEW v AS SELECT a, b FROM t;\nCREATE OR REPLACE VIEW v AS SELECT b FROM t;",
     .good =
         "CREATE VIEW v AS SELECT a, b FROM t;\nDROP VIEW v;\nCREATE VIEW v AS SELECT b FROM t;",
     .manual = "https://www.postgresql.org/docs/15/sql-createview.html"},
};

/// What a ROLLBACK undoes is in the catalog all the same.
bool rolls_back(const Context& context) {
  const auto& statements = context.script().statements();
  return std::any_of(statements.begin(), statements.end(), [](const sql::Statement& statement) {
    const auto* control = as<PgQuery__TransactionStmt>(statement.node);
    return control != nullptr &&
           (control->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK ||
            control->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO);
  });
}

/// Of a file by itself only what it has made is known to be there.
bool is_known_made(const Context& context, catalog::MigrationIndex made_in) {
  return (!context.is_alone() || context.is_new(made_in)) && !rolls_back(context);
}

void report_taken(const Event& event, Context& context, Place place, const std::string& what,
                  catalog::MigrationIndex made_in, bool may_be_gone) {
  if (!is_known_made(context, made_in))
    return;
  const bool is_uncertain = context.catalog().is_opaque || may_be_gone;
  std::string by;
  if (made_in == context.index())
    by = "; this migration makes it before";
  else if (made_in >= 0)
    by = fmt::format("; {} makes it", context.history().name_of(made_in));
  context.report("duplicate-object", event, place,
                 fmt::format("this fails: there is {} already{}", what, by), {},
                 is_uncertain ? std::optional(Severity::kWarning) : std::nullopt);
}

/// In the names that tables, views, sequences and indexes of a schema share.
void check_relation_name(const Event& event, Context& context, Place place,
                         const catalog::Name& name) {
  if (name.schema == catalog::kTemporarySchema || name.name.empty())
    return;
  const catalog::Catalog& catalog = context.catalog();
  if (const catalog::Relation* known = catalog.relations.find(name)) {
    // What was only assumed to be there may be what is made here.
    if (!known->is_uncertain && known->made_in >= 0)
      report_taken(event, context, place, "a relation " + catalog::quote_name(name), known->made_in,
                   false);
    return;
  }
  const catalog::Index* index = catalog.indexes.find(name);
  if (index != nullptr && index->made_in >= 0)
    report_taken(event, context, place, "an index " + catalog::quote_name(name), index->made_in,
                 context.history().was_ever_unknown());
}

void check_created(const Event& event, Context& context, const PgQuery__RangeVar* range,
                   bool may_exist) {
  if (range != nullptr && !may_exist && is_unconditional(event))
    check_relation_name(event, context, context.name_at(event, range->location),
                        context.catalog().name_for_creation(*range));
}

void check_type_name(const Event& event, Context& context, const catalog::Name& name) {
  if (!is_unconditional(event))
    return;
  const Place place = context.column_place(event, name.name);
  if (const catalog::UserType* known = context.catalog().types.find(name))
    return report_taken(event, context, place, "a type " + catalog::quote_name(name),
                        known->made_in, context.history().was_ever_unknown());
  // A table is a type as well.
  if (const catalog::Relation* known = context.catalog().relations.find(name);
      known != nullptr && known->kind != catalog::RelationKind::kSequence)
    check_relation_name(event, context, place, name);
}

// ---- CREATE TABLE ------------------------------------------------------------------------------

void check_drift(const Event& event, Context& context, const PgQuery__CreateStmt& create,
                 const catalog::Relation& known) {
  if (!is_certain(known) || create.n_inh_relations != 0 || create.of_typename != nullptr)
    return;
  constexpr std::size_t kMaxListed = 8;
  std::vector<std::string> differences;
  std::vector<std::string_view> named;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (as<PgQuery__TableLikeClause>(node) != nullptr)
      return;
    const auto* definition = as<PgQuery__ColumnDef>(node);
    if (definition == nullptr || definition->type_name == nullptr)
      continue;
    named.emplace_back(definition->colname);
    const std::string shown = catalog::quote_identifier(definition->colname);
    const catalog::Column* column = known.find_column(definition->colname);
    const catalog::Type type =
        context.catalog().resolved(catalog::read_type(*definition->type_name));
    if (column == nullptr)
      differences.push_back(fmt::format("the table has no column {}", shown));
    else if (column->type.is_known() && to_string(column->type) != to_string(type))
      differences.push_back(fmt::format("{} is {} in the table, and {} here", shown,
                                        to_string(column->type), to_string(type)));
  }
  for (const catalog::Column& column : known.columns) {
    if (std::find(named.begin(), named.end(), column.name) == named.end())
      differences.push_back(
          fmt::format("the table also has a column {}", catalog::quote_identifier(column.name)));
  }
  if (differences.empty())
    return;
  if (differences.size() > kMaxListed) {
    const std::size_t more = differences.size() - kMaxListed;
    differences.resize(kMaxListed);
    differences.push_back(fmt::format("and {} more", more));
  }
  const std::string by = known.made_in < 0
                             ? std::string()
                             : fmt::format(" ({})", context.history().name_of(known.made_in));
  context.report("create-table-if-not-exists-drift", event,
                 context.name_at(event, create.relation->location),
                 fmt::format("{} is there already{} and looks otherwise: this changes nothing",
                             catalog::quote_name(known.name), by),
                 std::move(differences));
}

void check_table(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (create.relation == nullptr)
    return;
  if (create.if_not_exists == 0)
    return check_created(event, context, create.relation, false);
  if (context.is_alone() || context.is_down())
    return;
  const catalog::Relation* known =
      context.catalog().relations.find(context.catalog().name_for_creation(*create.relation));
  if (known != nullptr)
    check_drift(event, context, create, *known);
}

// ---- OR REPLACE --------------------------------------------------------------------------------

void check_replaced_view(const Event& event, Context& context, const PgQuery__ViewStmt& create) {
  const catalog::Relation* known =
      context.catalog().relations.find(context.catalog().name_for_creation(*create.view));
  if (known == nullptr || known->kind != catalog::RelationKind::kView || !is_certain(*known) ||
      create.query == nullptr || context.catalog().is_opaque)
    return;
  const auto analysis = catalog::analyze_once(context.catalog(), *create.query);
  if (!analysis->has_known_output)
    return;
  const auto aliases = list(create.aliases, create.n_aliases);
  const auto report = [&](std::string message) {
    context.report("or-replace-incompatible", event, context.name_at(event, create.view->location),
                   std::move(message),
                   {fmt::format("drop it first, with what depends on it:\nDROP VIEW {};",
                                Context::spelled(*create.view))});
  };
  for (std::size_t i = 0; i < known->columns.size(); ++i) {
    const catalog::Column& old = known->columns[i];
    const std::string shown = catalog::quote_identifier(old.name);
    if (i >= analysis->output.size())
      return report(fmt::format("this fails: a view cannot lose its column {}", shown));
    const std::string name =
        i < aliases.size() ? std::string(string_value(aliases[i])) : analysis->output[i].name;
    if (name != old.name)
      return report(fmt::format("this fails: column {} of the view is {} and would be {}", i + 1,
                                shown, catalog::quote_identifier(name)));
    const catalog::Type& type = analysis->output[i].type;
    if (type.is_known() && old.type.is_known() && to_string(type) != to_string(old.type))
      return report(fmt::format("this fails: column {} of the view is {} and would be {}", shown,
                                to_string(old.type), to_string(type)));
  }
}

void check_view(const Event& event, Context& context) {
  const auto& create = *event.node->view_stmt;
  // What a file by itself has made is certain too.
  if (create.view == nullptr || !is_unconditional(event))
    return;
  if (create.replace != 0)
    return check_replaced_view(event, context, create);
  if (is_unconditional(event))
    return check_created(event, context, create.view, false);
}

/// The overload that a CREATE FUNCTION would make, and the one of the same arguments that is there.
const catalog::Overload* same_signature(const catalog::Function& function,
                                        const catalog::Overload& made) {
  const auto is_same = [](const catalog::Type& a, const catalog::Type& b) {
    return a.schema == b.schema && a.name == b.name && (a.dimensions > 0) == (b.dimensions > 0);
  };
  for (const catalog::Overload& overload : function.overloads) {
    if (std::equal(overload.arguments.begin(), overload.arguments.end(), made.arguments.begin(),
                   made.arguments.end(), is_same))
      return &overload;
  }
  return nullptr;
}

/// Why the server refuses to put `made` in the place of `old`; empty where it does not.
std::string refusal(const catalog::Overload& old, const catalog::Overload& made) {
  if (old.is_procedure != made.is_procedure)
    return "a function cannot become a procedure, nor the other way round";
  if (old.returns_set != made.returns_set || to_string(old.returns) != to_string(made.returns))
    return fmt::format("it returns {}{} and would return {}{}", old.returns_set ? "setof " : "",
                       to_string(old.returns), made.returns_set ? "setof " : "",
                       to_string(made.returns));
  if (old.result_columns != made.result_columns)
    return fmt::format("its result is ({}) and would be ({})", old.result_columns,
                       made.result_columns);
  for (std::size_t i = 0; i < old.argument_names.size() && i < made.argument_names.size(); ++i) {
    if (!old.argument_names[i].empty() && old.argument_names[i] != made.argument_names[i])
      return fmt::format("its argument {} cannot get another name",
                         catalog::quote_identifier(old.argument_names[i]));
  }
  if (made.default_count < old.default_count)
    return "an argument cannot lose its default";
  return {};
}

void check_function(const Event& event, Context& context) {
  const auto& create = *event.node->create_function_stmt;
  if (!is_unconditional(event))
    return;
  const catalog::Name name =
      context.catalog().name_for_creation(list(create.funcname, create.n_funcname));
  const catalog::Function* known = context.catalog().functions.find(name);
  if (known == nullptr || name.schema == catalog::kTemporarySchema)
    return;
  const catalog::Overload made = catalog::read_overload(context.catalog(), create);
  const catalog::Overload* old = same_signature(*known, made);
  if (old == nullptr)
    return;
  const Place place = context.column_place(event, name.name);
  if (create.replace == 0)
    return report_taken(event, context, place,
                        fmt::format("a function {} of these arguments", catalog::quote_name(name)),
                        old->made_in, context.history().was_ever_unknown());
  const std::string why = refusal(*old, made);
  if (!why.empty() && !context.catalog().is_opaque && !context.history().was_ever_unknown() &&
      is_known_made(context, old->made_in))
    context.report("or-replace-incompatible", event, place, fmt::format("this fails: {}", why),
                   {fmt::format("drop it first, with what depends on it:\nDROP FUNCTION {};",
                                catalog::quote_name(name))});
}

// ---- the rest ----------------------------------------------------------------------------------

void check_table_as(const Event& event, Context& context) {
  const auto& create = *event.node->create_table_as_stmt;
  if (create.into != nullptr)
    check_created(event, context, create.into->rel, create.if_not_exists != 0);
}

void check_sequence(const Event& event, Context& context) {
  const auto& create = *event.node->create_seq_stmt;
  check_created(event, context, create.sequence, create.if_not_exists != 0);
}

void check_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  const std::string_view name = create.idxname;
  if (create.if_not_exists != 0 || name.empty() || create.relation == nullptr ||
      !is_unconditional(event))
    return;
  check_relation_name(event, context, context.column_place(event, name),
                      {context.catalog().resolve(*create.relation).schema, std::string(name)});
}

void check_enum(const Event& event, Context& context) {
  const auto& create = *event.node->create_enum_stmt;
  check_type_name(event, context,
                  context.catalog().name_for_creation(list(create.type_name, create.n_type_name)));
}

void check_domain(const Event& event, Context& context) {
  const auto& create = *event.node->create_domain_stmt;
  check_type_name(
      event, context,
      context.catalog().name_for_creation(list(create.domainname, create.n_domainname)));
}

void check_composite(const Event& event, Context& context) {
  const PgQuery__RangeVar* name = event.node->composite_type_stmt->typevar;
  if (name != nullptr)
    check_type_name(event, context, context.catalog().name_for_creation(*name));
}

void check_value(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  if (alter.skip_if_new_val_exists != 0 || !is_unconditional(event))
    return;
  const catalog::UserType* type = context.catalog().types.find(
      context.catalog().resolve_type(list(alter.type_name, alter.n_type_name)));
  const std::string_view value = alter.new_val;
  if (type != nullptr && type->kind == catalog::TypeKind::kEnum &&
      std::find(type->values.begin(), type->values.end(), value) != type->values.end())
    report_taken(event, context, event.place,
                 fmt::format("a value '{}' of {}", value, catalog::quote_name(type->name)),
                 catalog::kMadeElsewhere, context.history().was_ever_unknown());
}

void check_schema(const Event& event, Context& context) {
  const auto& create = *event.node->create_schema_stmt;
  const std::string name = create.schemaname;
  if (create.if_not_exists != 0 || name.empty() || !is_unconditional(event))
    return;
  if (const catalog::Schema* known = context.catalog().schemas.find({"", name}))
    report_taken(event, context, context.column_place(event, name),
                 "a schema " + catalog::quote_identifier(name), known->made_in,
                 context.history().was_ever_unknown());
}

void check_extension(const Event& event, Context& context) {
  const auto& create = *event.node->create_extension_stmt;
  const std::string name = create.extname;
  if (create.if_not_exists != 0 || !is_unconditional(event))
    return;
  if (const catalog::Extension* known = context.catalog().extensions.find({"", name}))
    report_taken(event, context, context.column_place(event, name),
                 "an extension " + catalog::quote_identifier(name), known->made_in,
                 context.history().was_ever_unknown());
}

template <class Items>
void check_part(const Event& event, Context& context, const catalog::Relation* table,
                const Items catalog::Relation::*items, std::string_view kind,
                std::string_view name) {
  if (table == nullptr || table->is_uncertain || !is_unconditional(event))
    return;
  for (const auto& item : table->*items) {
    if (item.name == name)
      report_taken(event, context, context.column_place(event, name),
                   fmt::format("a {} {} on {}", kind, catalog::quote_identifier(name),
                               catalog::quote_name(table->name)),
                   item.made_in, context.history().was_ever_unknown());
  }
}

void check_trigger(const Event& event, Context& context) {
  const auto& create = *event.node->create_trig_stmt;
  if (create.replace == 0 && create.relation != nullptr)
    check_part(event, context, context.catalog().find_relation(*create.relation),
               &catalog::Relation::triggers, "trigger", create.trigname);
}

void check_policy(const Event& event, Context& context) {
  const auto& create = *event.node->create_policy_stmt;
  if (create.table != nullptr)
    check_part(event, context, context.catalog().find_relation(*create.table),
               &catalog::Relation::policies, "policy", create.policy_name);
}

void check_rename(const Event& event, Context& context) {
  const auto& rename = *event.node->rename_stmt;
  if (rename.relation == nullptr || !is_unconditional(event))
    return;
  const catalog::Name from = context.catalog().resolve(*rename.relation);
  switch (rename.rename_type) {
    case sql::object::kTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
    case sql::object::kIndex:
      return check_relation_name(event, context, context.column_place(event, rename.newname),
                                 {from.schema, rename.newname});
    case sql::object::kColumn: {
      const catalog::Relation* table = context.catalog().relations.find(from);
      const catalog::Column* taken =
          table == nullptr || table->is_uncertain ? nullptr : table->find_column(rename.newname);
      if (taken != nullptr)
        report_taken(event, context, context.column_place(event, rename.newname),
                     fmt::format("a column {}.{}", catalog::quote_name(from),
                                 catalog::quote_identifier(rename.newname)),
                     taken->made_in, false);
      return;
    }
    default:
      return;
  }
}

void check_added(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.relation == nullptr || !is_unconditional(event) || alter.objtype == sql::object::kType)
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || table->is_uncertain)
    return;
  const std::string shown = catalog::quote_name(table->name);
  if (event.command->subtype == sql::at::kAddColumn) {
    const auto* definition = as<PgQuery__ColumnDef>(event.command->def);
    const catalog::Column* known =
        definition == nullptr ? nullptr : table->find_column(definition->colname);
    if (known != nullptr && event.command->missing_ok == 0 && !known->is_inherited &&
        !has_beside(alter, sql::at::kDropColumn, known->name))
      report_taken(event, context, context.command_place(event),
                   fmt::format("a column {}.{}", shown, catalog::quote_identifier(known->name)),
                   known->made_in, false);
    return;
  }
  const auto* definition = as<PgQuery__Constraint>(event.command->def);
  const std::string_view name = definition == nullptr ? "" : definition->conname;
  const catalog::Constraint* known = name.empty() ? nullptr : table->find_constraint(name);
  if (known != nullptr && !has_beside(alter, sql::at::kDropConstraint, name))
    report_taken(event, context, context.command_place(event),
                 fmt::format("a constraint {} of {}", catalog::quote_identifier(name), shown),
                 known->made_in, false);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_table},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_table_as},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_view},
    {PG_QUERY__NODE__NODE_CREATE_SEQ_STMT, check_sequence},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index},
    {PG_QUERY__NODE__NODE_CREATE_ENUM_STMT, check_enum},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, check_domain},
    {PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT, check_composite},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_value},
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_function},
    {PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT, check_schema},
    {PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT, check_extension},
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, check_trigger},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, check_policy},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_rename},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddColumn, check_added},
    {sql::at::kAddConstraint, check_added},
};

}  // namespace

const Family kDuplicateRules{
    .name = "duplicates", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
