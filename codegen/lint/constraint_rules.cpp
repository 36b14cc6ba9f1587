// SPDX-License-Identifier: Apache-2.0
//
// Rules about adding constraints to tables that are in use.
#include <algorithm>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "lint/plan.hpp"
#include "locks/family.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kAlterTable = "https://www.postgresql.org/docs/15/sql-altertable.html";

constexpr RuleInfo kRules[] = {
    {.id = "check-without-not-valid",
     .group = "locks",
     .summary = "ADD CONSTRAINT CHECK reads the whole table under ACCESS EXCLUSIVE",
     .explanation = "Nobody can read or write the table until every row has been checked. Add the "
                    "constraint as NOT VALID, which is quick and holds for new rows at once, and "
                    "VALIDATE it in a later migration, which lets reads and writes through.",
     .bad = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);",
     .good = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;\n-- in the "
             "next migration:\nALTER TABLE orders VALIDATE CONSTRAINT positive;",
     .manual = kAlterTable},
    {.id = "fk-without-not-valid",
     .group = "locks",
     .summary = "ADD FOREIGN KEY reads the whole table while writes to both tables wait",
     .explanation =
         "It holds SHARE ROW EXCLUSIVE on both tables until every row has been looked up. "
         "Add it as NOT VALID and VALIDATE it in a later migration, which lets writes "
         "through.",
     .bad = "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users;",
     .good = "ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users "
             "NOT VALID;\n-- in the next migration:\nALTER TABLE orders VALIDATE CONSTRAINT "
             "orders_user;",
     .manual = kAlterTable},
    {.id = "validate-in-same-transaction",
     .group = "locks",
     .summary = "VALIDATE CONSTRAINT in the transaction that added the constraint",
     .explanation = "The lock of ADD CONSTRAINT is held until the end, and so through the scan: "
                    "NOT VALID gained nothing. Validate in a migration of its own.",
     .bad = "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;\nALTER TABLE orders "
            "VALIDATE CONSTRAINT c;",
     .good = "ALTER TABLE orders VALIDATE CONSTRAINT c;  -- in the next migration",
     .manual = kAlterTable},
    {.id = "unique-without-index",
     .group = "locks",
     .summary = "ADD UNIQUE builds its index under ACCESS EXCLUSIVE",
     .explanation = "Nobody can read or write the table meanwhile. Build a unique index "
                    "CONCURRENTLY, in a migration of its own, and make the constraint of it with "
                    "USING INDEX.",
     .bad = "ALTER TABLE users ADD CONSTRAINT users_email UNIQUE (email);",
     .good = "CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email);\n-- in the next "
             "migration:\nALTER TABLE users ADD CONSTRAINT users_email UNIQUE USING INDEX "
             "users_email;",
     .manual = kAlterTable},
    {.id = "primary-key-without-index",
     .group = "locks",
     .summary = "ADD PRIMARY KEY builds its index under ACCESS EXCLUSIVE",
     .explanation =
         "Nobody can read or write the table meanwhile, and where a column may be NULL "
         "the table is read once more. Build a unique index CONCURRENTLY, in a migration "
         "of its own, and make the key of it with USING INDEX.",
     .bad = "ALTER TABLE users ADD PRIMARY KEY (id);",
     .good = "CREATE UNIQUE INDEX CONCURRENTLY users_pkey ON users (id);\n-- in the next "
             "migration:\nALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX "
             "users_pkey;",
     .manual = kAlterTable},
    {.id = "primary-key-nullable-column",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "PRIMARY KEY USING INDEX on a column that is not proved NOT NULL reads the table",
     .explanation = "The column becomes NOT NULL, for which every row is looked at under ACCESS "
                    "EXCLUSIVE, unless the column is NOT NULL or a validated CHECK proves it.",
     .bad = "ALTER TABLE users ADD PRIMARY KEY USING INDEX users_id;  -- id may be NULL",
     .good =
         "ALTER TABLE users ADD CONSTRAINT id_there CHECK (id IS NOT NULL) NOT VALID;\n-- in "
         "later migrations:\nALTER TABLE users VALIDATE CONSTRAINT id_there;\nALTER TABLE users "
         "ADD PRIMARY KEY USING INDEX users_id;",
     .manual = kAlterTable},
    {.id = "exclusion-constraint",
     .group = "locks",
     .summary = "ADD EXCLUDE builds its index under ACCESS EXCLUSIVE",
     .explanation = "There is neither NOT VALID nor USING INDEX for exclusion constraints: the way "
                    "without the lock is a new table with the constraint, to which the rows are "
                    "moved.",
     .bad = "ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =, during WITH &&);",
     .good = "CREATE TABLE bookings_new (…, EXCLUDE USING gist (room WITH =, during WITH &&));",
     .manual = kAlterTable},
    {.id = "drop-fk-locks-both",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "Dropping a foreign key, or a column or table that has one, locks both tables",
     .explanation =
         "It holds ACCESS EXCLUSIVE on the referenced table too, since the triggers there go: "
         "nobody can use either until the migration commits. Drop the foreign key in a migration "
         "of its own, and the table in the next one.",
     .bad = "DROP TABLE orders;  -- which references users",
     .good = "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;\n-- in the next "
             "migration:\nDROP TABLE orders;",
     .manual = kAlterTable},
    {.id = "create-table-fk-many",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "A new table whose foreign keys lock two or more existing tables",
     .explanation =
         "Each foreign key holds SHARE ROW EXCLUSIVE on the table that it references: writes to "
         "all of them wait until the migration commits. Make the table without them, and add one "
         "in a migration.",
     .bad = "CREATE TABLE orders (user_id bigint REFERENCES users, shop_id bigint REFERENCES "
            "shops);",
     .good = "CREATE TABLE orders (user_id bigint REFERENCES users, shop_id bigint);\n-- in the "
             "next migration:\nALTER TABLE orders ADD FOREIGN KEY (shop_id) REFERENCES shops;",
     .manual = "https://www.postgresql.org/docs/15/sql-createtable.html"},
    {.id = "partitioned-not-valid-fk",
     .group = "will fail",
     .summary = "A foreign key NOT VALID on a partitioned table, before PostgreSQL 18",
     .explanation =
         "PostgreSQL rejects it: \"cannot add NOT VALID foreign key on partitioned "
         "table\". Add it to each partition as NOT VALID, validate those, then add it to "
         "the parent, which finds them.",
     .bad = "ALTER TABLE events ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;",
     .good = "ALTER TABLE events_1 ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;",
     .manual = kAlterTable},
};

Place place_of(const PgQuery__Constraint& constraint, const Event& event, const Context& context) {
  const Place command = context.command_place(event);
  if (event.call)
    return command;
  const std::size_t offset = context.offset_of(event, constraint.location);
  const std::size_t end = command.offset + command.length;
  return offset < end ? Place{offset, end - offset} : command;
}

std::string not_valid_note(const PgQuery__Constraint& constraint, const Event& event,
                           const Context& context) {
  return "add it without looking at the rows, and validate it in the next migration, which lets "
         "reads and writes through:" +
         lines_of(validated_later(constraint, "", event, context));
}

std::string using_index_note(const PgQuery__Constraint& constraint, const catalog::Relation* table,
                             const Event& event, const Context& context) {
  const bool is_partitioned =
      table != nullptr && table->kind == catalog::RelationKind::kPartitionedTable;
  return (is_partitioned
              ? "make it on the parent alone, which reads nothing, then on each partition by way "
                "of "
                "an index that is built while writes go on, and attach that:"
              : "build its index while writes go on, in a migration of its own, and use that:") +
         lines_of(key_by_index(constraint, "", event, context));
}

void check_foreign_key(const PgQuery__Constraint& constraint, const catalog::Relation* table,
                       const std::string& name, const Event& event, Context& context) {
  const bool is_partitioned =
      table != nullptr && table->kind == catalog::RelationKind::kPartitionedTable;
  if (constraint.skip_validation) {
    if (is_partitioned && context.policy().postgres < kFirstWithPartitionedNotValid)
      context.report(
          "partitioned-not-valid-fk", event, place_of(constraint, event, context),
          fmt::format("{} is partitioned: PostgreSQL {} rejects NOT VALID foreign keys on "
                      "it",
                      name, context.policy().postgres),
          {"add it as NOT VALID to each partition, validate those, and then add it to the "
           "parent, which finds them"});
    return;
  }
  const std::string parent =
      constraint.pktable == nullptr ? "the other" : Context::spelled(*constraint.pktable);
  context.report(
      "fk-without-not-valid", event, place_of(constraint, event, context),
      fmt::format("adding this foreign key reads all of {} and holds SHARE ROW EXCLUSIVE "
                  "on it and on {}: writes to both wait",
                  name, parent),
      {is_partitioned && context.policy().postgres < kFirstWithPartitionedNotValid
           ? std::string("add it as NOT VALID to each partition, validate those, and then "
                         "add it to the parent, which finds them")
           : not_valid_note(constraint, event, context)});
}

/// A key from an index makes its columns NOT NULL.
void check_key_columns(const PgQuery__Constraint& constraint, const catalog::Relation* table,
                       const std::string& name, const Event& event, Context& context) {
  const catalog::Index* index =
      table == nullptr ? nullptr
                       : context.catalog().indexes.find({table->name.schema, constraint.indexname});
  if (index == nullptr && !context.is_alone())
    return;
  if (index != nullptr && table != nullptr &&
      std::all_of(index->columns.begin(), index->columns.end(),
                  [&](const std::string& column) { return table->is_proved_not_null(column); }))
    return;
  context.report(
      "primary-key-nullable-column", event, place_of(constraint, event, context),
      fmt::format("this makes the key's columns NOT NULL, and reads all of {} under ACCESS "
                  "EXCLUSIVE unless they are proved to be",
                  name),
      {"add CHECK (column IS NOT NULL) NOT VALID and validate it in migrations before "
       "this one"});
}

void check_add_constraint(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* constraint = sql::as<PgQuery__Constraint>(event.command->def);
  if (alter.objtype != sql::object::kTable || constraint == nullptr ||
      context.is_new(alter.relation))
    return;
  const std::string name = Context::spelled(*alter.relation);
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const bool uses_index = !std::string_view(constraint->indexname).empty();
  // On the parent alone: it is not valid, and nothing is read, until each partition has its own.
  const bool is_parent_alone = !alter.relation->inh && table != nullptr &&
                               table->kind == catalog::RelationKind::kPartitionedTable;
  if (alter.missing_ok && is_surely_absent(context, context.catalog().resolve(*alter.relation)))
    return;
  const auto report = [&](std::string_view rule, std::string message, std::string note) {
    context.report(rule, event, place_of(*constraint, event, context), std::move(message),
                   {std::move(note)});
  };
  switch (constraint->contype) {
    case sql::constr::kCheck:
      if (!constraint->skip_validation)
        report("check-without-not-valid",
               fmt::format("adding this CHECK reads all of {} under ACCESS EXCLUSIVE: nothing else "
                           "can use it meanwhile",
                           name),
               not_valid_note(*constraint, event, context));
      return;
    case sql::constr::kForeign:
      return check_foreign_key(*constraint, table, name, event, context);
    case sql::constr::kUnique:
      if (!uses_index && !is_parent_alone)
        report("unique-without-index",
               fmt::format("ADD UNIQUE builds an index on {} under ACCESS EXCLUSIVE: nothing else "
                           "can use it meanwhile",
                           name),
               using_index_note(*constraint, table, event, context));
      return;
    case sql::constr::kPrimary:
      if (uses_index)
        return check_key_columns(*constraint, table, name, event, context);
      if (is_parent_alone)
        return;
      report(
          "primary-key-without-index",
          fmt::format("ADD PRIMARY KEY builds an index on {} under ACCESS EXCLUSIVE: nothing else "
                      "can use it meanwhile",
                      name),
          using_index_note(*constraint, table, event, context));
      return;
    case sql::constr::kExclusion:
      report(
          "exclusion-constraint",
          fmt::format("ADD EXCLUDE builds an index on {} under ACCESS EXCLUSIVE: nothing else can "
                      "use it meanwhile",
                      name),
          "make a new table with the constraint, and move the rows over");
      return;
    default:
      return;
  }
}

void check_validate(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.relation == nullptr || !context.ledger().is_in_transaction() ||
      context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const catalog::Constraint* constraint =
      table == nullptr ? nullptr : table->find_constraint(event.command->name);
  const bool is_added_here = constraint != nullptr && !constraint->is_validated &&
                             context.is_new(constraint->made_in) && !context.is_down() &&
                             context.transaction().is_transactional;
  const locks::Mode held = context.ledger().held_mode(
      locks::partition_root(context.catalog(), context.catalog().resolve(*alter.relation)));
  const bool is_strong = held >= locks::Mode::kShareRowExclusive;
  if (is_strong && !is_added_here) {
    context.report(
        "validate-in-same-transaction", event, context.command_place(event),
        fmt::format("this transaction holds {} on {} already, and keeps it through this scan",
                    to_string(held), Context::spelled(*alter.relation)),
        {"validate it in a migration of its own"});
    return;
  }
  if (!is_added_here)
    return;
  context.report(
      "validate-in-same-transaction", event, context.command_place(event),
      fmt::format("the lock that adding {} took on {} is held through this scan, since "
                  "both are in one transaction",
                  catalog::quote_identifier(constraint->name), Context::spelled(*alter.relation)),
      {"validate it in the next migration"});
}

/// Existing tables that `table` references, but for itself and `without`.
std::vector<catalog::Name> existing_parents(const catalog::Relation& table, const Context& context,
                                            const std::vector<catalog::Name>& without) {
  std::vector<catalog::Name> parents;
  for (const catalog::Constraint& constraint : table.constraints) {
    const catalog::Name& parent = constraint.referenced_table;
    const auto is_in = [&](const std::vector<catalog::Name>& names) {
      return std::find(names.begin(), names.end(), parent) != names.end();
    };
    if (constraint.kind == catalog::ConstraintKind::kForeignKey && parent != table.name &&
        !context.is_new(parent) && !is_in(parents) && !is_in(without))
      parents.push_back(parent);
  }
  return parents;
}

std::string listed(const std::vector<catalog::Name>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      text += i + 1 == names.size() ? " and " : ", ";
    text += catalog::quote_name(names[i]);
  }
  return text;
}

void check_drop_constraint(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.objtype != sql::object::kTable || context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const catalog::Constraint* constraint =
      table == nullptr ? nullptr : table->find_constraint(event.command->name);
  if (constraint == nullptr || constraint->kind != catalog::ConstraintKind::kForeignKey ||
      constraint->referenced_table == table->name || context.is_new(constraint->referenced_table))
    return;
  context.report(
      "drop-fk-locks-both", event, context.command_place(event),
      fmt::format("dropping this foreign key holds ACCESS EXCLUSIVE on {} and on {}: nothing else "
                  "can use either {}",
                  Context::spelled(*alter.relation),
                  catalog::quote_name(constraint->referenced_table), context.until_end()),
      {"drop it in a migration of its own, so that both locks are short"});
}

/// A column takes its foreign keys along.
void check_drop_column(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.objtype != sql::object::kTable || context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr)
    return;
  for (const catalog::Constraint& constraint : table->constraints) {
    const auto& columns = constraint.columns;
    if (constraint.kind != catalog::ConstraintKind::kForeignKey ||
        std::find(columns.begin(), columns.end(), event.command->name) == columns.end() ||
        constraint.referenced_table == table->name || context.is_new(constraint.referenced_table))
      continue;
    context.report(
        "drop-fk-locks-both", event, context.command_place(event),
        fmt::format("dropping {} holds ACCESS EXCLUSIVE on {} too, since its foreign key goes: "
                    "nothing else can use {} {}",
                    catalog::quote_identifier(event.command->name),
                    catalog::quote_name(constraint.referenced_table),
                    catalog::quote_name(constraint.referenced_table), context.until_end()),
        {fmt::format("drop the foreign key in a migration of its own before:\nALTER TABLE {} DROP "
                     "CONSTRAINT {};",
                     Context::spelled(*alter.relation),
                     catalog::quote_identifier(constraint.name))});
  }
}

void check_drop_table(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (drop.remove_type != sql::object::kTable)
    return;
  std::vector<catalog::Name> dropped;
  for (const sql::Node* object : sql::list(drop.objects, drop.n_objects)) {
    const auto* parts = sql::as<PgQuery__List>(object);
    dropped.push_back(parts == nullptr ? catalog::Name()
                                       : context.catalog().resolve_relation(
                                             sql::list(parts->items, parts->n_items)));
  }
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    const catalog::Relation* table = context.catalog().relations.find(dropped[i]);
    if (table == nullptr || context.is_new(dropped[i]))
      continue;
    const auto parents = existing_parents(*table, context, dropped);
    if (parents.empty())
      continue;
    std::string rewrite;
    for (const catalog::Constraint& constraint : table->constraints) {
      if (constraint.kind == catalog::ConstraintKind::kForeignKey)
        rewrite +=
            fmt::format("\nALTER TABLE {} DROP CONSTRAINT {};", catalog::quote_name(table->name),
                        catalog::quote_identifier(constraint.name));
    }
    context.report("drop-fk-locks-both", event, context.object_place(event, i),
                   fmt::format("dropping {} holds ACCESS EXCLUSIVE on {} too, since its foreign "
                               "keys go: nothing else can use {} {}",
                               catalog::quote_name(table->name), listed(parents),
                               parents.size() > 1 ? "them" : "it", context.until_end()),
                   {"drop each foreign key in a migration of its own before:" + rewrite});
  }
}

/// The tables that a CREATE TABLE references, in the order in which they are written.
void check_create_table(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (create.relation == nullptr || create.partbound != nullptr)
    return;
  std::vector<catalog::Name> parents;
  for (const locks::RelationLock& lock : context.ledger().effects().locks) {
    if (lock.mode != locks::Mode::kShareRowExclusive || context.is_new(lock.relation))
      continue;
    const catalog::Name parent = locks::partition_root(context.catalog(), lock.relation);
    if (std::find(parents.begin(), parents.end(), parent) == parents.end())
      parents.push_back(parent);
  }
  if (parents.size() < 2)
    return;
  context.report(
      "create-table-fk-many", event, context.name_at(event, create.relation->location),
      fmt::format("the foreign keys of {} hold SHARE ROW EXCLUSIVE on {}: writes to all "
                  "of them wait {}",
                  Context::spelled(*create.relation), listed(parents), context.until_end()),
      {fmt::format("make the table without them, and add each in a migration of its own:\nALTER "
                   "TABLE {0} ADD CONSTRAINT <name> FOREIGN KEY (…) REFERENCES {1} NOT VALID;\n-- "
                   "in the one after it:\nALTER TABLE {0} "
                   "VALIDATE CONSTRAINT <name>;",
                   Context::spelled(*create.relation), catalog::quote_name(parents.back()))});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop_table},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create_table},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddConstraint, check_add_constraint},
    {sql::at::kDropConstraint, check_drop_constraint},
    {sql::at::kDropColumn, check_drop_column},
    {sql::at::kValidateConstraint, check_validate},
};

}  // namespace

const Family kConstraintRules{
    .name = "constraints", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
