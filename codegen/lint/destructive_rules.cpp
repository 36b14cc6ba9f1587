// SPDX-License-Identifier: Apache-2.0
//
// Rules about what destroys data. Silent on what the same migration made, and in a down section on
// what the up section made.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::list;
using sql::string_value;

constexpr RuleInfo kRules[] = {
    {.id = "drop-database",
     .group = "destructive",
     .summary = "DROP DATABASE",
     .explanation = "A migration belongs to one database and has no business in dropping others.",
     .bad = "DROP DATABASE crm;",
     .good = "dropdb crm  -- by hand, by who knows that it is not needed",
     .manual = "https://www.postgresql.org/docs/15/sql-dropdatabase.html"},
    {.id = "drop-schema",
     .group = "destructive",
     .summary = "DROP SCHEMA or DROP OWNED",
     .explanation = "With CASCADE it takes everything in the schema along. Drop what is in it by "
                    "name, in a release after the last use.",
     .bad = "DROP SCHEMA crm CASCADE;",
     .good = "DROP TABLE crm.old_contacts;\nDROP SCHEMA crm;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropschema.html"},
    {.id = "drop-table",
     .group = "destructive",
     .summary = "DROP TABLE deletes all rows, and breaks code that still uses the table",
     .explanation =
         "During a rolling deploy the old version of the application still runs. Stop using the "
         "table, release, and drop it in a later release, with an allow-comment that says so.",
     .bad = "DROP TABLE old_users;",
     .good = "-- godwit:allow(drop-table) not used since release 41\nDROP TABLE old_users;",
     .manual = "https://www.postgresql.org/docs/15/sql-droptable.html"},
    {.id = "drop-column",
     .group = "destructive",
     .summary = "DROP COLUMN deletes its values, and breaks code that still reads or writes it",
     .explanation =
         "Make the application stop reading and writing the column, release, and drop it in a "
         "later release, with an allow-comment that says so. A NOT NULL column without a default "
         "has to lose its NOT NULL first, so that rows can be inserted without it.",
     .bad = "ALTER TABLE users DROP COLUMN nickname;",
     .good =
         "-- godwit:allow(drop-column) not read since release 41\nALTER TABLE users DROP COLUMN "
         "nickname;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
    {.id = "truncate",
     .group = "destructive",
     .summary = "TRUNCATE deletes all rows, under ACCESS EXCLUSIVE",
     .explanation = "Nobody can read the table while it is emptied, and the rows are gone.",
     .bad = "TRUNCATE sessions;",
     .good = "DELETE FROM sessions WHERE expires_at < now();",
     .manual = "https://www.postgresql.org/docs/15/sql-truncate.html"},
    {.id = "truncate-cascade",
     .group = "destructive",
     .summary = "TRUNCATE … CASCADE empties every table that references this one, too",
     .explanation = "It follows foreign keys from table to table. Name the tables that are to be "
                    "emptied instead.",
     .bad = "TRUNCATE users CASCADE;",
     .good = "TRUNCATE users, sessions;",
     .manual = "https://www.postgresql.org/docs/15/sql-truncate.html"},
};

std::string allow_note(std::string_view rule, std::string_view why) {
  return fmt::format("when that is what you want, say why above it:\n-- godwit:allow({}) {}", rule,
                     why);
}

void check_drop_database(const Event& event, Context& context) {
  const std::string name = catalog::quote_identifier(event.node->dropdb_stmt->dbname);
  context.report("drop-database", event, event.place,
                 fmt::format("DROP DATABASE {} deletes a whole database", name),
                 {"remove it from the migration, and drop the database by hand"});
}

void check_drop_owned(const Event& event, Context& context) {
  context.report("drop-schema", event, event.place,
                 "DROP OWNED deletes everything that the role owns, tables included",
                 {"drop what is to go by name"});
}

void check_drop_schema(const PgQuery__DropStmt& drop, const Event& event, Context& context) {
  const auto objects = list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string name(string_value(objects[i]));
    const catalog::Schema* schema = context.catalog().schemas.find({"", name});
    if (schema != nullptr && context.is_new(schema->made_in))
      continue;
    const bool cascades = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    context.report(
        "drop-schema", event, context.object_place(event, i),
        fmt::format("DROP SCHEMA {}{} deletes the schema{}", catalog::quote_identifier(name),
                    cascades ? " CASCADE" : "", cascades ? " and everything in it" : ""),
        {"drop what is in it by name, after the last use",
         allow_note("drop-schema", "empty since release 41")});
  }
}

/// The idiom DROP TABLE IF EXISTS x; CREATE TABLE x: where no migration before made x, there is
/// nothing to lose.
bool clears_the_way(const PgQuery__DropStmt& drop, const catalog::Name& name, const Event& event,
                    const Context& context) {
  const catalog::Catalog& catalog = context.catalog();
  if (!drop.missing_ok || context.is_alone() || catalog.is_opaque ||
      catalog.relations.find(name) != nullptr || context.is_external(name))
    return false;
  const auto& statements = context.script().statements();
  for (std::size_t i = event.statement_index + 1; i < statements.size(); ++i) {
    const PgQuery__RangeVar* made = nullptr;
    if (const auto* create = sql::as<PgQuery__CreateStmt>(statements[i].node))
      made = create->relation;
    else if (const auto* as = sql::as<PgQuery__CreateTableAsStmt>(statements[i].node))
      made = as->into == nullptr ? nullptr : as->into->rel;
    if (made != nullptr && name.name == made->relname)
      return true;
  }
  return false;
}

void check_drop_table(const PgQuery__DropStmt& drop, const Event& event, Context& context) {
  const auto objects = list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto* parts = sql::as<PgQuery__List>(objects[i]);
    if (parts == nullptr)
      continue;
    const catalog::Name name =
        context.catalog().resolve_relation(list(parts->items, parts->n_items));
    if (context.is_new(name) || clears_the_way(drop, name, event, context) ||
        (drop.missing_ok && is_surely_absent(context, name)))
      continue;
    context.report(
        "drop-table", event, context.object_place(event, i),
        fmt::format("DROP TABLE {} deletes the table with all its rows", catalog::quote_name(name)),
        {"make the application stop using it, release, and drop it in a later release",
         allow_note("drop-table", "not used since release 41")});
  }
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  switch (drop.remove_type) {
    case sql::object::kSchema:
      return check_drop_schema(drop, event, context);
    case sql::object::kTable:
    case sql::object::kForeignTable:
      return check_drop_table(drop, event, context);
    default:
      return;
  }
}

void check_drop_column(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const bool is_table =
      alter.objtype == sql::object::kTable || alter.objtype == sql::object::kForeignTable;
  if (!is_table || context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const std::string_view name = event.command->name;
  const catalog::Column* column = table == nullptr ? nullptr : table->find_column(name);
  if (column != nullptr && context.is_new(column->made_in))
    return;
  const bool is_column_absent = event.command->missing_ok && table != nullptr &&
                                column == nullptr && is_certain(*table) && !context.is_alone() &&
                                certainty(context, table->name) == Severity::kError;
  if (is_column_absent || (alter.missing_ok && alter.relation != nullptr &&
                           is_surely_absent(context, context.catalog().resolve(*alter.relation))))
    return;
  context.report(
      "drop-column", event, context.command_place(event),
      fmt::format("DROP COLUMN {} deletes its values, and breaks code that still uses {}.{}",
                  catalog::quote_identifier(name), Context::spelled(*alter.relation),
                  catalog::quote_identifier(name)),
      {"make the application stop reading and writing it, release, and drop it in a later release",
       allow_note("drop-column", "not read since release 41")});
}

using Names = std::set<catalog::Name>;

/// The tables that reference one of `tables`, directly or through others.
Names referencing(const catalog::Catalog& catalog, Names tables) {
  const Names start = tables;
  for (bool has_grown = true; has_grown;) {
    has_grown = false;
    for (const auto& [name, relation] : catalog.relations.all()) {
      if (tables.count(name) != 0)
        continue;
      const auto& constraints = relation->constraints;
      if (std::any_of(constraints.begin(), constraints.end(), [&](const catalog::Constraint& c) {
            return c.kind == catalog::ConstraintKind::kForeignKey &&
                   tables.count(c.referenced_table) != 0;
          })) {
        tables.insert(name);
        has_grown = true;
      }
    }
  }
  for (const catalog::Name& name : start) tables.erase(name);
  return tables;
}

void check_truncate_cascade(const PgQuery__TruncateStmt& truncate, const Event& event,
                            Context& context, bool all_new) {
  Names named;
  for (const sql::Node* node : list(truncate.relations, truncate.n_relations)) {
    if (const auto* range = sql::as<PgQuery__RangeVar>(node))
      named.insert(context.catalog().resolve(*range));
  }
  std::string others;
  for (const catalog::Name& name : referencing(context.catalog(), named)) {
    if (!context.is_new(name))
      others += (others.empty() ? "" : ", ") + catalog::quote_name(name);
  }
  if (all_new && others.empty())
    return;
  context.report("truncate-cascade", event, context.word_place(event, "cascade"),
                 others.empty()
                     ? std::string("TRUNCATE … CASCADE also empties every table that references "
                                   "this one, now or by the time it runs")
                     : fmt::format("TRUNCATE … CASCADE also empties {}", others),
                 {"leave CASCADE out and name every table that is to be emptied"});
}

void check_truncate(const Event& event, Context& context) {
  const auto& truncate = *event.node->truncate_stmt;
  bool all_new = true;
  for (const sql::Node* node : list(truncate.relations, truncate.n_relations)) {
    const auto* range = sql::as<PgQuery__RangeVar>(node);
    if (range == nullptr || context.is_new(range))
      continue;
    all_new = false;
    const std::string name = Context::spelled(*range);
    context.report("truncate", event, context.name_at(event, range->location),
                   fmt::format("TRUNCATE deletes all rows of {} and holds ACCESS EXCLUSIVE on it: "
                               "nobody can even read it meanwhile",
                               name),
                   {fmt::format("delete the rows that are to go:\nDELETE FROM {} WHERE …;", name),
                    allow_note("truncate", "a cache, filled again at start")});
  }
  if (truncate.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
    check_truncate_cascade(truncate, event, context, all_new);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_DROPDB_STMT, check_drop_database},
    {PG_QUERY__NODE__NODE_DROP_OWNED_STMT, check_drop_owned},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncate},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDropColumn, check_drop_column},
};

}  // namespace

const Family kDestructiveRules{
    .name = "destructive", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
