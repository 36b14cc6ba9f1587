// SPDX-License-Identifier: Apache-2.0
//
// Rules about what breaks code that is running: during a rolling deploy the old version of the
// application still uses the old names. Silent on what the same migration made, and in a down
// section on what the up section made.
#include <algorithm>

#include <fmt/format.h>

#include "catalog/dependents.hpp"
#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::list;
using sql::string_value;

constexpr std::string_view kAlterTable = "https://www.postgresql.org/docs/15/sql-altertable.html";

constexpr RuleInfo kRules[] = {
    {.id = "rename-table",
     .group = "compatibility",
     .summary = "RENAME of a table that code still uses by its old name",
     .explanation =
         "The old version of the application fails from the moment of the commit. A view of "
         "the old name, made in the same migration, keeps it going.",
     .bad = "ALTER TABLE users RENAME TO people;",
     .good = "ALTER TABLE users RENAME TO people;\nCREATE VIEW users AS SELECT * FROM people;",
     .manual = kAlterTable},
    {.id = "rename-column",
     .group = "compatibility",
     .summary = "RENAME of a column that code still uses by its old name",
     .explanation =
         "The old version of the application fails from the moment of the commit. Add a "
         "column of the new name, write to both, and drop the old one in a later release.",
     .bad = "ALTER TABLE users RENAME COLUMN mail TO email;",
     .good = "ALTER TABLE users ADD COLUMN email text;\n-- write to both, fill, switch over",
     .manual = kAlterTable},
    {.id = "rename-schema",
     .group = "compatibility",
     .summary = "RENAME of a schema that code still uses by its old name",
     .explanation =
         "Everything in it gets another name at once, and search_path settings of roles and "
         "databases keep the old one.",
     .bad = "ALTER SCHEMA crm RENAME TO sales;",
     .good = "CREATE SCHEMA sales;\n-- then views of the old names in the new schema",
     .manual = "https://www.postgresql.org/docs/15/sql-alterschema.html"},
    {.id = "rename-enum-value",
     .group = "compatibility",
     .summary = "RENAME VALUE of an enum that code still writes and compares with",
     .explanation =
         "The old version of the application fails when it uses the old value. Add a value, "
         "use it, and leave the old one.",
     .bad = "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';",
     .good = "ALTER TYPE mood ADD VALUE 'fine';",
     .manual = "https://www.postgresql.org/docs/15/sql-altertype.html"},
    {.id = "rename-view",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "RENAME of a view that code may still use by its old name",
     .explanation = "Make a second view of the new name, and drop the old one in a later release.",
     .bad = "ALTER VIEW recent RENAME TO latest;",
     .good = "CREATE VIEW latest AS SELECT * FROM recent;",
     .manual = "https://www.postgresql.org/docs/15/sql-alterview.html"},
    {.id = "rename-type",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "RENAME of a type that code may still cast to by its old name",
     .explanation =
         "Columns follow the rename; casts and function bodies in the application do not.",
     .bad = "ALTER TYPE mood RENAME TO feeling;",
     .good = "CREATE DOMAIN feeling AS mood;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertype.html"},
    {.id = "set-schema",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "SET SCHEMA of something that code may still use in its old schema",
     .explanation =
         "Where the old schema stays in search_path before the new one, a view of the old "
         "name there keeps the old version of the application going.",
     .bad = "ALTER TABLE users SET SCHEMA crm;",
     .good =
         "ALTER TABLE users SET SCHEMA crm;\nCREATE VIEW public.users AS SELECT * FROM crm.users;",
     .manual = kAlterTable},
    {.id = "drop-not-null",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP NOT NULL: readers may rely on there being no NULL",
     .explanation = "Make the application take NULL, release, and drop the NOT NULL in a later "
                    "release.",
     .bad = "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;",
     .good =
         "-- godwit:allow(drop-not-null) NULL is read since release 41\nALTER TABLE users ALTER "
         "COLUMN email DROP NOT NULL;",
     .manual = kAlterTable},
    {.id = "drop-default",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP DEFAULT: writers may rely on it",
     .explanation =
         "Make the application write the value itself, release, and drop the default in a "
         "later release.",
     .bad = "ALTER TABLE users ALTER COLUMN plan DROP DEFAULT;",
     .good =
         "-- godwit:allow(drop-default) written by the application since release 41\nALTER TABLE "
         "users ALTER COLUMN plan DROP DEFAULT;",
     .manual = kAlterTable},
    {.id = "drop-constraint",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP CONSTRAINT: what it kept out may come in",
     .explanation =
         "It cannot be added again once there are rows that break it. Without its primary "
         "key a table cannot be replicated logically, unless REPLICA IDENTITY is set.",
     .bad = "ALTER TABLE users DROP CONSTRAINT users_email_key;",
     .good =
         "-- godwit:allow(drop-constraint) users_email_lower replaces it\nALTER TABLE users DROP "
         "CONSTRAINT users_email_key;",
     .manual = kAlterTable},
    {.id = "drop-view",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP VIEW: code may still read it",
     .explanation = "Make the application stop using it, release, and drop it in a later release.",
     .bad = "DROP VIEW recent;",
     .good = "-- godwit:allow(drop-view) not used since release 41\nDROP VIEW recent;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropview.html"},
    {.id = "drop-materialized-view",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP MATERIALIZED VIEW: code may still read it",
     .explanation = "Make the application stop using it, release, and drop it in a later release.",
     .bad = "DROP MATERIALIZED VIEW totals;",
     .good = "-- godwit:allow(drop-materialized-view) not used since release 41\nDROP MATERIALIZED "
             "VIEW "
             "totals;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropmaterializedview.html"},
    {.id = "drop-sequence",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP SEQUENCE: code may still take numbers from it",
     .explanation = "Its present number is lost. Drop it in a release after the last use.",
     .bad = "DROP SEQUENCE invoice_numbers;",
     .good =
         "-- godwit:allow(drop-sequence) not used since release 41\nDROP SEQUENCE invoice_numbers;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropsequence.html"},
    {.id = "drop-type",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP TYPE or DROP DOMAIN: code may still cast to it",
     .explanation = "Drop it in a release after the last use. Columns of the type make the server "
                    "refuse it; with CASCADE they are dropped.",
     .bad = "DROP TYPE mood;",
     .good = "-- godwit:allow(drop-type) not used since release 41\nDROP TYPE mood;",
     .manual = "https://www.postgresql.org/docs/15/sql-droptype.html"},
    {.id = "drop-function",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP FUNCTION or DROP PROCEDURE: code may still call it",
     .explanation =
         "Make the application stop calling it, release, and drop it in a later release.",
     .bad = "DROP FUNCTION total(int);",
     .good =
         "-- godwit:allow(drop-function) not called since release 41\nDROP FUNCTION total(int);",
     .manual = "https://www.postgresql.org/docs/15/sql-dropfunction.html"},
    {.id = "drop-extension",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP EXTENSION: its functions and types go with it",
     .explanation = "Other parts of the database, and other applications in it, may use them.",
     .bad = "DROP EXTENSION pgcrypto;",
     .good = "-- godwit:allow(drop-extension) nothing uses it since release 41\nDROP EXTENSION "
             "pgcrypto;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropextension.html"},
    {.id = "drop-role",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "DROP ROLE: somebody may still log in with it",
     .explanation = "Roles belong to the whole server, not to this database.",
     .bad = "DROP ROLE app;",
     .good = "ALTER ROLE app NOLOGIN;",
     .manual = "https://www.postgresql.org/docs/15/sql-droprole.html"},
};

/// A view of the old name, later in the same migration.
bool makes_view(const Context& context, std::size_t after, std::string_view name) {
  const auto& statements = context.script().statements();
  for (std::size_t i = after + 1; i < statements.size(); ++i) {
    const auto* view = sql::as<PgQuery__ViewStmt>(statements[i].node);
    if (view != nullptr && view->view != nullptr && name == view->view->relname)
      return true;
  }
  return false;
}

/// Column made by this migration, as in ADD COLUMN and then RENAME, or RENAME back in a down
/// section.
bool is_new_column(const Context& context, const PgQuery__RangeVar& relation,
                   std::string_view name) {
  const catalog::Relation* table = context.catalog().find_relation(relation);
  const catalog::Column* column = table == nullptr ? nullptr : table->find_column(name);
  return column != nullptr && context.is_new(column->made_in);
}

void check_rename_relation(const PgQuery__RenameStmt& rename, const Event& event,
                           Context& context) {
  if (rename.relation == nullptr || context.is_new(rename.relation))
    return;
  const std::string from = Context::spelled(*rename.relation);
  const std::string to = catalog::quote_identifier(rename.newname);
  const Place place = context.name_at(event, rename.relation->location);
  // ALTER TABLE also renames views, indexes and sequences.
  const catalog::Name name = context.catalog().resolve(*rename.relation);
  const catalog::Relation* relation = context.catalog().relations.find(name);
  if (context.catalog().indexes.find(name) != nullptr ||
      (relation != nullptr && relation->kind == catalog::RelationKind::kSequence))
    return;
  const bool is_view =
      rename.rename_type != sql::object::kTable && rename.rename_type != sql::object::kForeignTable;
  if (is_view || (relation != nullptr && !catalog::is_table(relation->kind))) {
    context.report(
        "rename-view", event, place,
        fmt::format("code that still reads {} fails as soon as it is {}", from, to),
        {fmt::format("make a second view, and drop the old one in a later release:\nCREATE "
                     "VIEW {} AS SELECT * FROM {};",
                     to, from)});
    return;
  }
  if (makes_view(context, event.statement_index, rename.relation->relname))
    return;
  context.report(
      "rename-table", event, place,
      fmt::format("code that still uses {} fails as soon as it is {}", from, to),
      {fmt::format("keep the old name alive in the same migration, and drop the view in a "
                   "later release:\nCREATE VIEW {} AS SELECT * FROM {};",
                   from, to)});
}

void check_rename(const Event& event, Context& context) {
  const auto& rename = *event.node->rename_stmt;
  const std::string to = catalog::quote_identifier(rename.newname);
  switch (rename.rename_type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
      return check_rename_relation(rename, event, context);
    case sql::object::kColumn: {
      if (rename.relation == nullptr || context.is_new(rename.relation) ||
          is_new_column(context, *rename.relation, rename.subname))
        return;
      const std::string table = Context::spelled(*rename.relation);
      const std::string from = catalog::quote_identifier(rename.subname);
      context.report(
          "rename-column", event, context.column_place(event, rename.subname),
          fmt::format("code that still uses {}.{} fails as soon as it is {}", table, from, to),
          {fmt::format("add a column, write to both, fill it in batches, and drop the old "
                       "one in a later release:\nALTER TABLE {} ADD COLUMN {} …;",
                       table, to)});
      return;
    }
    case sql::object::kSchema: {
      const catalog::Schema* schema = context.catalog().schemas.find({"", rename.subname});
      if (schema != nullptr && context.is_new(schema->made_in))
        return;
      context.report("rename-schema", event, event.place,
                     fmt::format("code that still uses the schema {} fails as soon as it is {}",
                                 catalog::quote_identifier(rename.subname), to),
                     {"make the new schema beside it, and views from the one into the other"});
      return;
    }
    case sql::object::kType:
    case sql::object::kDomain: {
      const auto* names = sql::as<PgQuery__List>(rename.object);
      if (names == nullptr)
        return;
      const catalog::Name name = context.catalog().resolve_type(list(names->items, names->n_items));
      const catalog::UserType* type = context.catalog().types.find(name);
      if (type != nullptr && context.is_new(type->made_in))
        return;
      context.report("rename-type", event, event.place,
                     fmt::format("code that still casts to {} fails as soon as it is {}",
                                 catalog::quote_name(name), to),
                     {"leave the old name, or make a domain of the new one over it"});
      return;
    }
    default:
      return;  // constraints, indexes, sequences, functions
  }
}

void check_rename_value(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  if (std::string_view(alter.old_val).empty())
    return;
  const catalog::UserType* type = context.catalog().types.find(
      context.catalog().resolve_type(list(alter.type_name, alter.n_type_name)));
  if (type != nullptr && context.is_new(type->made_in))
    return;
  context.report("rename-enum-value", event, event.place,
                 fmt::format("code that still writes or compares with '{}' fails as soon as it is "
                             "'{}'",
                             alter.old_val, alter.new_val),
                 {"add a value, use it, and leave the old one"});
}

struct Dropped {
  std::string_view rule;
  std::string_view what;
};

Dropped rule_for(PgQuery__ObjectType type) {
  switch (type) {
    case sql::object::kView:
      return {"drop-view", "reads the view"};
    case sql::object::kMatview:
      return {"drop-materialized-view", "reads the view"};
    case sql::object::kSequence:
      return {"drop-sequence", "takes numbers from"};
    case sql::object::kType:
    case sql::object::kDomain:
      return {"drop-type", "uses the type"};
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
    case sql::object::kAggregate:
      return {"drop-function", "calls"};
    case sql::object::kExtension:
      return {"drop-extension", "needs the extension"};
    default:
      return {};
  }
}

std::span<sql::Node* const> names_of(const sql::Node* node) {
  if (const auto* names = sql::as<PgQuery__List>(node))
    return list(names->items, names->n_items);
  if (const auto* type = sql::as<PgQuery__TypeName>(node))
    return list(type->names, type->n_names);
  if (const auto* function = sql::as<PgQuery__ObjectWithArgs>(node))
    return list(function->objname, function->n_objname);
  return {};
}

/// Was it made by this migration? An OR REPLACE of an older one does not count.
bool is_new_object(const Context& context, PgQuery__ObjectType type,
                   std::span<sql::Node* const> names) {
  const catalog::Catalog& catalog = context.catalog();
  switch (type) {
    case sql::object::kType:
    case sql::object::kDomain: {
      const auto* found = catalog.types.find(catalog.resolve_type(names));
      return found != nullptr && context.is_new(found->made_in);
    }
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
    case sql::object::kAggregate: {
      const auto* found = catalog.functions.find(catalog.resolve_function(names));
      return found != nullptr && std::any_of(found->overloads.begin(), found->overloads.end(),
                                             [&](const catalog::Overload& overload) {
                                               return context.is_new(overload.made_in);
                                             });
    }
    default:
      return context.is_new(catalog.resolve_relation(names));
  }
}

void check_set_schema(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_object_schema_stmt;
  if (alter.relation != nullptr) {
    if (context.is_new(alter.relation) ||
        makes_view(context, event.statement_index, alter.relation->relname))
      return;
    context.report(
        "set-schema", event, context.name_at(event, alter.relation->location),
        fmt::format("code that still looks for {} in its old schema fails",
                    Context::spelled(*alter.relation)),
        {"keep the old name alive with a view in the old schema, made in the same migration"});
    return;
  }
  const PgQuery__ObjectType kind = alter.object_type;
  const bool is_type = kind == sql::object::kType || kind == sql::object::kDomain;
  const bool is_function = kind == sql::object::kFunction || kind == sql::object::kProcedure ||
                           kind == sql::object::kRoutine || kind == sql::object::kAggregate;
  const auto names = names_of(alter.object);
  if ((!is_type && !is_function) || names.empty() || is_new_object(context, kind, names))
    return;
  const std::string_view name = sql::string_value(names.back());
  context.report(
      "set-schema", event, context.column_place(event, name),
      fmt::format("code that still looks for {} in its old schema fails",
                  catalog::quote_identifier(name)),
      {is_type ? "have both schemas in the search_path of whoever uses it first"
               : "make one of the same name in the old schema that calls it, in the same "
                 "migration"});
}

/// Does the catalog show something that uses it, and that this migration did not make?
bool is_used(const Context& context, PgQuery__ObjectType type, std::span<sql::Node* const> names) {
  const catalog::Catalog& catalog = context.catalog();
  if (names.empty() || context.is_alone())
    return false;
  catalog::Object object;
  switch (type) {
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
      object = {catalog::ObjectKind::kRelation, catalog.resolve_relation(names), {}};
      break;
    case sql::object::kType:
    case sql::object::kDomain:
      object = {catalog::ObjectKind::kType, catalog.resolve_type(names), {}};
      break;
    case sql::object::kFunction:
      object = {catalog::ObjectKind::kFunction, catalog.resolve_function(names), {}};
      break;
    default:
      return false;
  }
  const auto dependents = dependents_of(catalog, object);
  return std::any_of(dependents.begin(), dependents.end(), [&](const catalog::Dependent& user) {
    const catalog::Relation* relation = catalog.relations.find(user.name);
    return relation == nullptr || (!relation->is_uncertain && !relation->is_temporary);
  });
}

/// Is it made anew later in the same migration, as with DROP VIEW, CREATE VIEW?
bool is_made_again(const Context& context, std::size_t after, std::string_view name) {
  const auto& statements = context.script().statements();
  for (std::size_t i = after + 1; i < statements.size(); ++i) {
    const sql::Node* node = statements[i].node;
    std::string_view made;
    if (const auto* view = sql::as<PgQuery__ViewStmt>(node);
        view != nullptr && view->view != nullptr)
      made = view->view->relname;
    else if (const auto* as = sql::as<PgQuery__CreateTableAsStmt>(node);
             as != nullptr && as->into != nullptr && as->into->rel != nullptr)
      made = as->into->rel->relname;
    else if (const auto* function = sql::as<PgQuery__CreateFunctionStmt>(node);
             function != nullptr && function->n_funcname > 0)
      made = string_value(function->funcname[function->n_funcname - 1]);
    if (!made.empty() && made == name)
      return true;
  }
  return false;
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  const Dropped dropped = rule_for(drop.remove_type);
  if (dropped.rule.empty())
    return;
  const auto objects = list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto names = names_of(objects[i]);
    const std::string_view name =
        names.empty() ? string_value(objects[i]) : string_value(names.back());
    if ((!names.empty() && is_new_object(context, drop.remove_type, names)) ||
        is_made_again(context, event.statement_index, name))
      continue;
    // In a down section, the extension that the up section made sure of is not the up's own.
    const bool has_user = is_used(context, drop.remove_type, names);
    context.report(
        dropped.rule, event, context.object_place(event, i),
        fmt::format("code that still {} {} fails", dropped.what, catalog::quote_identifier(name)),
        {fmt::format("drop it in a release after the last use; when that is now, say so "
                     "above it:\n-- godwit:allow({}) not used since release 41",
                     dropped.rule)},
        has_user ? std::optional(Severity::kError) : std::nullopt);
  }
}

void check_drop_role(const Event& event, Context& context) {
  context.report("drop-role", event, event.place,
                 "who still logs in with this role fails; roles belong to the whole server",
                 {"take its rights away instead:\nALTER ROLE … NOLOGIN;"});
}

bool concerns_new(const Event& event, const Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  return alter.relation == nullptr || context.is_new(alter.relation) ||
         is_new_column(context, *alter.relation, event.command->name);
}

void check_drop_not_null(const Event& event, Context& context) {
  if (context.is_down() || concerns_new(event, context))
    return;
  context.report("drop-not-null", event, context.command_place(event),
                 fmt::format("code that relies on {} not being NULL may fail",
                             catalog::quote_identifier(event.command->name)),
                 {"make the application take NULL first, in an earlier release"});
}

void check_drop_default(const Event& event, Context& context) {
  if (event.command->def != nullptr || context.is_down())
    return;
  if (concerns_new(event, context)) {
    const auto& alter = *event.node->alter_table_stmt;
    const catalog::Relation* table =
        alter.relation == nullptr ? nullptr : context.catalog().find_relation(*alter.relation);
    const catalog::Column* column =
        table == nullptr ? nullptr : table->find_column(event.command->name);
    if (column != nullptr && column->is_not_null && !context.is_new(alter.relation))
      context.report("drop-default", event, context.command_place(event),
                     fmt::format("code that runs already inserts without {}, which this migration "
                                 "adds as NOT NULL: without the default that fails",
                                 catalog::quote_identifier(event.command->name)),
                     {"keep the default until a later release writes the column"});
    return;
  }
  context.report("drop-default", event, context.command_place(event),
                 fmt::format("code that leaves {} to its default writes NULL, or fails",
                             catalog::quote_identifier(event.command->name)),
                 {"make the application write the value first, in an earlier release"});
}

/// Does a later command of the same ALTER TABLE add a constraint of that name again?
bool adds_again(const PgQuery__AlterTableStmt& alter, std::size_t after) {
  const auto commands = list(alter.cmds, alter.n_cmds);
  const auto* dropping = sql::as<PgQuery__AlterTableCmd>(commands[after]);
  return std::any_of(commands.begin() + static_cast<std::ptrdiff_t>(after), commands.end(),
                     [&](const sql::Node* node) {
                       const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
                       const auto* added = command == nullptr
                                               ? nullptr
                                               : sql::as<PgQuery__Constraint>(command->def);
                       return added != nullptr && dropping != nullptr &&
                              std::string_view(added->conname) == dropping->name;
                     });
}

void check_drop_constraint(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.relation == nullptr || context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const std::string_view name = event.command->name;
  const catalog::Constraint* constraint = table == nullptr ? nullptr : table->find_constraint(name);
  if (constraint != nullptr && context.is_new(constraint->made_in))
    return;
  // The scaffold of SET NOT NULL: the CHECK has done its work once the column is NOT NULL.
  const bool is_scaffold = constraint != nullptr && !constraint->not_null_columns.empty() &&
                           std::all_of(constraint->columns.begin(), constraint->columns.end(),
                                       [&](const std::string& column) {
                                         const catalog::Column* known = table->find_column(column);
                                         return known != nullptr && known->is_not_null;
                                       });
  if (is_scaffold || adds_again(alter, event.command_index))
    return;
  context.report("drop-constraint", event, context.command_place(event),
                 fmt::format("what the constraint {} keeps out of {} may come in",
                             catalog::quote_identifier(name), Context::spelled(*alter.relation)),
                 {"when that is what you want, say why above it:\n-- godwit:allow(drop-constraint) "
                  "<reason>"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_rename},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_rename_value},
    {PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT, check_set_schema},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_DROP_ROLE_STMT, check_drop_role},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDropNotNull, check_drop_not_null},
    {sql::at::kColumnDefault, check_drop_default},
    {sql::at::kDropConstraint, check_drop_constraint},
};

}  // namespace

const Family kCompatibilityRules{
    .name = "compatibility", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
