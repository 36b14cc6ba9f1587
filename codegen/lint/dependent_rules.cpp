// SPDX-License-Identifier: Apache-2.0
//
// Rules about what depends on what is dropped: the server refuses the DROP, or takes it along with
// CASCADE.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "catalog/dependents.hpp"
#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/failing_conflicts.hpp"
#include "lint/failing_definitions.hpp"
#include "lint/failing_expressions.hpp"
#include "lint/failing_partitions.hpp"
#include "lint/failing_statements.hpp"
#include "lint/failing_values.hpp"
#include "lint/families.hpp"
#include "lint/wrong_kind.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Dependent;
using catalog::Object;
using catalog::ObjectKind;
using sql::as;
using sql::list;

constexpr std::string_view kDepend = "https://www.postgresql.org/docs/15/ddl-depend.html";

constexpr RuleInfo kRules[] = {
    {.id = "drop-cascade",
     .group = "destructive",
     .summary = "DROP … CASCADE takes along whatever depends on it when it runs",
     .explanation =
         "The message lists what the migrations say depends on it; there may be more by the time "
         "it runs, and nothing asks. Drop the dependents by name first. A warning where the "
         "migrations know of no dependent.",
     .bad = "DROP TABLE users CASCADE;",
     .good = "DROP VIEW recent_users;\nALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;\n"
             "DROP TABLE users;",
     .manual = kDepend},
    {.id = "drop-column-used-by",
     .group = "history",
     .summary = "DROP COLUMN of a column that something else uses fails",
     .explanation =
         "A view, a policy, a generated column, a trigger or a foreign key of another table uses "
         "it. Indexes and constraints of the table itself go with the column. Drop or replace the "
         "user first.",
     .bad = "CREATE VIEW names AS SELECT name FROM users;\nALTER TABLE users DROP COLUMN name;",
     .good = "DROP VIEW names;\nALTER TABLE users DROP COLUMN name;",
     .manual = kDepend},
    {.id = "drop-object-in-use",
     .group = "history",
     .summary = "DROP of what something else uses fails",
     .explanation = "A view of a table, a foreign key to it, a column of a type, a default that "
                    "takes numbers from a sequence, a trigger that calls a function. Drop the user "
                    "first, or both in one DROP.",
     .bad = "CREATE TABLE users (id bigint, feeling mood);\nDROP TYPE mood;",
     .good = "ALTER TABLE users DROP COLUMN feeling;\nDROP TYPE mood;",
     .manual = kDepend},
    {.id = "statement-fails",
     .group = "history",
     .summary = "PostgreSQL refuses the statement, with the schema as it is then",
     .explanation =
         "The type of a column that a view, a policy or a generated column uses; a change of type "
         "that no cast makes by itself, or that the DEFAULT does not follow; TRUNCATE of what a "
         "foreign key references; DROP NOT NULL of a primary key; a second primary key; ON "
         "CONFLICT "
         "of columns that no unique key is on; what is not IMMUTABLE in an index, a generated "
         "column or a partition key; a value that is none of its enum or column; partitions that "
         "overlap, a key without the partition column, a change of an inherited column; a view "
         "where a table is wanted; DROP of a relation as another kind, of a schema that is not "
         "empty, of one partition's part of an index; a name that is taken. It is known from the "
         "migrations alone, and no data can change it.",
     .bad =
         "CREATE VIEW names AS SELECT name FROM users;\nALTER TABLE users ALTER COLUMN name TYPE "
         "varchar(200);",
     .good =
         "DROP VIEW names;\nALTER TABLE users ALTER COLUMN name TYPE varchar(200);\nCREATE VIEW "
         "names AS SELECT name FROM users;",
     .manual = kDepend},
    {.id = "down-wrong-order",
     .group = "down",
     .summary = "The down section drops something before what depends on it",
     .explanation = "Undo in the opposite order: what was made last goes first.",
     .bad =
         "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (a bigint REFERENCES a (id));\n"
         "-- godwit:down\nDROP TABLE a;\nDROP TABLE b;",
     .good = "CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (a bigint REFERENCES a "
             "(id));\n-- godwit:down\nDROP TABLE b;\nDROP TABLE a;",
     .manual = "docs/rules.md#down"},
};

constexpr std::size_t kMaxListed = 8;

std::string listed(const std::vector<Dependent>& dependents) {
  std::string text;
  for (std::size_t i = 0; i < dependents.size() && i < kMaxListed; ++i)
    text += (i == 0 ? "" : ", ") + to_string(dependents[i]);
  if (dependents.size() > kMaxListed)
    text += fmt::format(" and {} more", dependents.size() - kMaxListed);
  return text;
}

/// An object of a DROP, or none where it is of a kind that has no known dependents.
std::optional<Object> object_of(const Context& context, PgQuery__ObjectType type,
                                const sql::Node* node) {
  const catalog::Catalog& catalog = context.catalog();
  const auto* names = as<PgQuery__List>(node);
  const auto* type_name = as<PgQuery__TypeName>(node);
  const auto* function = as<PgQuery__ObjectWithArgs>(node);
  switch (type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
      if (names == nullptr)
        return std::nullopt;
      return Object{
          ObjectKind::kRelation, catalog.resolve_relation(list(names->items, names->n_items)), {}};
    case sql::object::kType:
    case sql::object::kDomain:
      if (type_name == nullptr)
        return std::nullopt;
      return Object{
          ObjectKind::kType, catalog.resolve_type(list(type_name->names, type_name->n_names)), {}};
    case sql::object::kFunction:
      if (function == nullptr)
        return std::nullopt;
      return Object{ObjectKind::kFunction,
                    catalog.resolve_function(list(function->objname, function->n_objname)),
                    {}};
    default:
      return std::nullopt;
  }
}

bool is_there(const catalog::Catalog& catalog, const Object& object) {
  switch (object.kind) {
    case ObjectKind::kType:
      return catalog.types.find(object.name) != nullptr;
    case ObjectKind::kFunction:
      return catalog.functions.find(object.name) != nullptr;
    default:
      return catalog.relations.find(object.name) != nullptr;
  }
}

/// Those that are certain, and are not dropped by the same statement.
std::vector<Dependent> others(const Context& context, const Object& object,
                              const std::set<catalog::Name>& dropped) {
  const catalog::Catalog& catalog = context.catalog();
  std::vector<Dependent> dependents = dependents_of(catalog, object);
  std::erase_if(dependents, [&](const Dependent& dependent) {
    const catalog::Relation* relation = catalog.relations.find(dependent.name);
    return dropped.count(dependent.name) != 0 ||
           dependent.name.schema == catalog::kTemporarySchema ||
           (relation != nullptr && relation->is_uncertain);
  });
  return dependents;
}

bool is_all_new(const Context& context, const Object& object,
                const std::vector<Dependent>& dependents) {
  const catalog::Catalog& catalog = context.catalog();
  const auto is_new = [&](const catalog::Name& name) {
    if (const auto* type = catalog.types.find(name))
      return context.is_new(type->made_in);
    if (const auto* function = catalog.functions.find(name))
      return std::all_of(
          function->overloads.begin(), function->overloads.end(),
          [&](const catalog::Overload& overload) { return context.is_new(overload.made_in); });
    return context.is_new(name);
  };
  return is_new(object.name) &&
         std::all_of(dependents.begin(), dependents.end(),
                     [&](const Dependent& dependent) { return is_new(dependent.name); });
}

void report_cascade(const Event& event, Context& context, Place place, const Object& object,
                    const std::vector<Dependent>& dependents) {
  if (is_all_new(context, object, dependents))
    return;
  if (dependents.empty()) {
    context.report("drop-cascade", event, place,
                   "CASCADE drops whatever depends on it by the time this runs",
                   {"no migration makes anything that does: leave CASCADE out, and it fails "
                    "where somebody else did"},
                   Severity::kWarning);
    return;
  }
  context.report("drop-cascade", event, place,
                 fmt::format("CASCADE also drops {}", listed(dependents)),
                 {"leave CASCADE out and drop them by name first"});
}

void report_in_use(const Event& event, Context& context, Place place, std::string_view rule,
                   const std::string& what, const std::vector<Dependent>& dependents) {
  const bool is_uncertain = context.catalog().is_opaque || context.catalog().may_have_more;
  context.report(
      context.is_down() ? std::string_view("down-wrong-order") : rule, event, place,
      fmt::format("this fails: {} {} on {}", listed(dependents),
                  dependents.size() == 1 ? "depends" : "depend", what),
      {context.is_down() ? std::string("drop what depends on it first")
                         : std::string("drop or replace what depends on it first, or name it in "
                                       "the same DROP")},
      is_uncertain ? std::optional(Severity::kWarning) : std::nullopt);
}

/// In a body a handler may catch it: dependent_objects_still_exist is not among what the parser of
/// bodies keeps of handlers.
bool is_sure_to_fail(const Event& event, const Context& context) {
  return is_unconditional(event) && !event.is_in_body && (!context.is_alone() || context.is_down());
}

/// What `node` names was made in this migration: objects of all kinds that the catalog has.
bool is_new_object(const Context& context, PgQuery__ObjectType type, const sql::Node* node) {
  if (const auto object = object_of(context, type, node))
    return is_there(context.catalog(), *object) && is_all_new(context, *object, {});
  const catalog::Catalog& catalog = context.catalog();
  if (type == sql::object::kSchema) {
    const catalog::Schema* schema =
        catalog.schemas.find({"", std::string(sql::string_value(node))});
    return schema != nullptr && context.is_new(schema->made_in);
  }
  if (const auto* names = as<PgQuery__List>(node);
      names != nullptr && type == sql::object::kIndex) {
    const catalog::Index* index =
        catalog.indexes.find(catalog.resolve_relation(list(names->items, names->n_items)));
    return index != nullptr && context.is_new(index->made_in);
  }
  return false;
}

/// CASCADE, where the catalog does not tell what it takes along: everything may be there where a
/// file is judged by itself.
void report_unknown_cascade(const Event& event, Context& context, Place place) {
  context.report("drop-cascade", event, place,
                 "CASCADE drops whatever depends on it by the time this runs",
                 {"leave CASCADE out and drop what depends on it by name first"},
                 context.is_alone() ? Severity::kError : Severity::kWarning);
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  const auto objects = list(drop.objects, drop.n_objects);
  const bool is_cascade = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
  if (is_cascade && drop.concurrent == 0) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const bool is_known = object_of(context, drop.remove_type, objects[i]).has_value();
      if ((context.is_alone() || (!is_known && !context.is_down())) &&
          !is_new_object(context, drop.remove_type, objects[i]))
        report_unknown_cascade(event, context, context.object_place(event, i));
    }
  }
  // Of a file by itself only the down section is judged, by what its up section has made.
  if (context.is_alone() && (!context.is_down() || is_cascade))
    return;
  std::set<catalog::Name> dropped;
  for (const sql::Node* node : objects) {
    if (const auto object = object_of(context, drop.remove_type, node))
      dropped.insert(object->name);
  }
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto object = object_of(context, drop.remove_type, objects[i]);
    if (!object || !is_there(context.catalog(), *object))
      continue;
    const auto dependents = others(context, *object, dropped);
    const Place place = context.object_place(event, i);
    if (is_cascade)
      report_cascade(event, context, place, *object, dependents);
    else if (!dependents.empty() && is_sure_to_fail(event, context))
      report_in_use(event, context, place, "drop-object-in-use", catalog::quote_name(object->name),
                    dependents);
  }
}

void check_drop_owned(const Event& event, Context& context) {
  if (event.node->drop_owned_stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
    report_unknown_cascade(event, context, context.word_place(event, "cascade"));
}

/// DROP ATTRIBUTE … CASCADE takes the column of every table OF the type along.
void check_attribute(const Event& event, Context& context) {
  const PgQuery__RangeVar& name = *event.node->alter_table_stmt->relation;
  const catalog::UserType* type =
      context.catalog().types.find(context.catalog().resolve_type(name.schemaname, name.relname));
  if (event.command->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE &&
      (type == nullptr || !context.is_new(type->made_in)))
    report_unknown_cascade(event, context, context.command_place(event));
}

/// DROP COLUMN and DROP CONSTRAINT.
void check_part(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.relation == nullptr)
    return;
  if (alter.objtype == sql::object::kType)
    return check_attribute(event, context);
  if (context.is_alone()) {
    if (event.command->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE &&
        !context.is_new(alter.relation))
      report_unknown_cascade(event, context, context.command_place(event));
    return;
  }
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || table->is_uncertain)
    return;
  const PgQuery__AlterTableCmd& command = *event.command;
  const bool is_column = command.subtype == sql::at::kDropColumn;
  const Object object{is_column ? ObjectKind::kColumn : ObjectKind::kConstraint, table->name,
                      command.name};
  const auto dependents = others(context, object, {});
  if (dependents.empty())
    return;
  const Place place = context.command_place(event);
  if (command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
    return report_cascade(event, context, place, object, dependents);
  if (is_sure_to_fail(event, context))
    report_in_use(
        event, context, place, is_column ? "drop-column-used-by" : "drop-object-in-use",
        fmt::format("{}{}", is_column ? catalog::quote_name(table->name) + "." : "constraint ",
                    catalog::quote_identifier(command.name)),
        dependents);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_DROP_OWNED_STMT, check_drop_owned},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_kind},
    {PG_QUERY__NODE__NODE_LOCK_STMT, check_kind},
    {PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT, check_kind},
    {PG_QUERY__NODE__NODE_COMMENT_STMT, check_kind},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_kind},
    {PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT, check_kind},
    {PG_QUERY__NODE__NODE_ALTER_SEQ_STMT, check_kind},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_kind},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_kind},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_kind},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_kind},
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, check_kind},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, check_kind},
    {PG_QUERY__NODE__NODE_RULE_STMT, check_kind},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_kind},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_kind},
    {PG_QUERY__NODE__NODE_GRANT_STMT, check_kind},
    {PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT, check_kind},
    {PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT, check_kind},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_partition_fails},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_partitioned_index},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_inherited_rename},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_definitions},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_enum_neighbor},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop_fails},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncate_fails},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create_fails},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index_expressions},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_table_expressions},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_table_values},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_written_values},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_written_values},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_written_values},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_written_values},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_written_values},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_written_values},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_conflict_fails},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_conflict_fails},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_conflict_fails},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_conflict_fails},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDropColumn, check_part},
    {sql::at::kDropConstraint, check_part},
    {sql::at::kAddColumn, check_command_definitions},
    {sql::at::kValidateConstraint, check_command_definitions},
    {sql::at::kDropIdentity, check_command_definitions},
    {sql::at::kSetIdentity, check_command_definitions},
    {sql::at::kDropExpression, check_command_definitions},
    {sql::at::kColumnDefault, check_command_definitions},
    {sql::at::kAttachPartition, check_command_of_family},
    {sql::at::kDetachPartition, check_command_of_family},
    {sql::at::kAddConstraint, check_command_of_family},
    {sql::at::kAddColumn, check_command_of_family},
    {sql::at::kAlterColumnType, check_command_of_family},
    {sql::at::kDropColumn, check_command_of_family},
    {sql::at::kAddColumn, check_command_kind},
    {sql::at::kAddConstraint, check_command_kind},
    {sql::at::kDropColumn, check_command_kind},
    {sql::at::kAlterColumnType, check_command_kind},
    {sql::at::kSetNotNull, check_command_kind},
    {sql::at::kDropNotNull, check_command_kind},
    {sql::at::kColumnDefault, check_command_kind},
    {sql::at::kEnableRowSecurity, check_command_kind},
    {sql::at::kDisableRowSecurity, check_command_kind},
    {sql::at::kForceRowSecurity, check_command_kind},
    {sql::at::kNoForceRowSecurity, check_command_kind},
    {sql::at::kAttachPartition, check_command_kind},
    {sql::at::kDetachPartition, check_command_kind},
    {sql::at::kAddInherit, check_command_kind},
    {sql::at::kChangeOwner, check_command_kind},
    {sql::at::kSetRelOptions, check_command_kind},
    {sql::at::kResetRelOptions, check_command_kind},
    {sql::at::kAlterColumnType, check_command_fails},
    {sql::at::kDropNotNull, check_command_fails},
    {sql::at::kDropColumn, check_command_fails},
    {sql::at::kAddConstraint, check_command_fails},
    {sql::at::kAlterColumnType, check_type_change_fails},
    {sql::at::kAddColumn, check_command_fails},
    {sql::at::kAddColumn, check_command_values},
    {sql::at::kColumnDefault, check_command_values},
    {sql::at::kAddColumn, check_command_expressions},
    {sql::at::kAddConstraint, check_command_expressions},
    {sql::at::kColumnDefault, check_command_expressions},
};

}  // namespace

const Family kDependentRules{
    .name = "dependents", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
