// SPDX-License-Identifier: Apache-2.0
//
// Rules about the types of new columns. They see each column once, wherever it is declared: in
// CREATE TABLE, ADD COLUMN or ALTER COLUMN TYPE.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kDontDoThis = "https://wiki.postgresql.org/wiki/Don%27t_Do_This";

std::string check_bigint_option(std::string_view option) {
  return option == "all" ? "" : "its only option is `all`";
}

constexpr RuleInfo kRules[] = {
    {.id = "prefer-text",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "varchar(n) limits a text in its type",
     .explanation =
         "text and varchar(n) are stored alike and are equally fast. To make n smaller rewrites or "
         "reads the table under ACCESS EXCLUSIVE, and a limit that is only in the type is changed "
         "with it. Use text, with a CHECK where the length matters: that can be added as NOT "
         "VALID and replaced.",
     .bad = "CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50));",
     .good = "CREATE TABLE users (id bigint PRIMARY KEY, name text CHECK (length(name) <= 50));",
     .manual = "https://www.postgresql.org/docs/15/datatype-character.html"},
    {.id = "ban-char",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "char(n) pads with blanks, which come and go in comparisons",
     .explanation = "It takes more space than text, is no faster, and its trailing blanks are "
                    "ignored by some operators and not by others. Use text.",
     .bad = "CREATE TABLE users (id bigint PRIMARY KEY, country char(2));",
     .good = "CREATE TABLE users (id bigint PRIMARY KEY, country text);",
     .manual = kDontDoThis},
    {.id = "prefer-timestamptz",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "timestamp without time zone is a clock's picture, not a moment",
     .explanation = "Which moment it means depends on who reads it, and now() is converted by each "
                    "session's time zone. timestamptz takes the same 8 bytes and is a moment.",
     .bad = "CREATE TABLE users (id bigint PRIMARY KEY, created_at timestamp);",
     .good = "CREATE TABLE users (id bigint PRIMARY KEY, created_at timestamptz);",
     .manual = kDontDoThis},
    {.id = "ban-timetz",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A time with a time zone, but without a date, has no meaning",
     .explanation = "The offset of a zone depends on the date. The type is there since the SQL "
                    "standard has it. Use timestamptz, or time.",
     .bad = "CREATE TABLE shops (id bigint PRIMARY KEY, opens timetz);",
     .good = "CREATE TABLE shops (id bigint PRIMARY KEY, opens time);",
     .manual = kDontDoThis},
    {.id = "ban-money",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "money knows no currency, and its digits depend on a server setting",
     .explanation = "With another lc_monetary the same rows are other amounts. Use numeric, and a "
                    "column for the currency.",
     .bad = "CREATE TABLE orders (id bigint PRIMARY KEY, total money);",
     .good = "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12, 2));",
     .manual = kDontDoThis},
    {.id = "prefer-bigint",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "An identifier of 32 bits or less runs out",
     .explanation =
         "integer ends at 2,147,483,647, also for rows that were deleted or rolled back, and to "
         "make it a bigint later rewrites the table and every one that references it. Fires on "
         "keys, on serial columns, and on columns that are called id or end in _id; a reference "
         "to a column that is known to be an integer is left alone. Option: `all` for every "
         "integer and smallint.",
     .bad = "CREATE TABLE orders (id integer PRIMARY KEY);",
     .good = "CREATE TABLE orders (id bigint PRIMARY KEY);",
     .manual = "https://www.postgresql.org/docs/15/datatype-numeric.html",
     .check_option = check_bigint_option},
    {.id = "prefer-identity",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "serial is an integer with a default and a sequence beside it",
     .explanation =
         "Permissions, ownership and the default are apart from the column, and any INSERT may "
         "write a value that the sequence then collides with. An identity column is of the SQL "
         "standard and has neither trouble.",
     .bad = "CREATE TABLE orders (id bigserial PRIMARY KEY);",
     .good = "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
     .manual = "https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_serial"},
    {.id = "prefer-jsonb",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "json is kept as text: no equality, no DISTINCT, no index",
     .explanation =
         "A query that uses DISTINCT or UNION on the table fails, and every access parses the "
         "text again. Use jsonb, unless blanks, key order and repeated keys have to be kept.",
     .bad = "CREATE TABLE events (id bigint PRIMARY KEY, payload json);",
     .good = "CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb);",
     .manual = "https://www.postgresql.org/docs/15/datatype-json.html"},
};

/// A column as it is declared, in whichever statement.
struct Declared {
  const PgQuery__ColumnDef* definition = nullptr;
  std::string_view name;
  catalog::Type type;
  Place place;         ///< of the type
  std::string column;  ///< "orders.id"
  bool is_key = false;
  bool is_reference = false;
  /// The referenced column is known to be as narrow.
  bool references_narrow = false;
};

bool is_narrow(const catalog::Type& type) {
  return type.schema.empty() && (type.name == "int4" || type.name == "int2");
}

/// What a foreign key references, where it is known.
bool references_narrow(const PgQuery__Constraint& constraint, std::size_t position,
                       const Context& context) {
  if (constraint.pktable == nullptr)
    return false;
  const catalog::Relation* table = context.catalog().find_relation(*constraint.pktable);
  if (table == nullptr)
    return false;
  std::string referenced;
  if (position < constraint.n_pk_attrs) {
    referenced = sql::string_value(constraint.pk_attrs[position]);
  } else {
    for (const catalog::Constraint& known : table->constraints) {
      if (known.kind == catalog::ConstraintKind::kPrimaryKey && position < known.columns.size())
        referenced = known.columns[position];
    }
  }
  const catalog::Column* column = table->find_column(referenced);
  return column != nullptr && is_narrow(column->type);
}

void note_constraint(const PgQuery__Constraint& constraint, std::size_t position,
                     const Context& context, Declared& declared) {
  if (constraint.contype == sql::constr::kPrimary || constraint.contype == sql::constr::kIdentity)
    declared.is_key = true;
  if (constraint.contype == sql::constr::kForeign) {
    declared.is_reference = true;
    declared.references_narrow = references_narrow(constraint, position, context);
  }
}

/// The keys of CREATE TABLE that are declared beside the columns.
void note_table_constraints(const PgQuery__CreateStmt& create, const Context& context,
                            Declared& declared) {
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    const auto* constraint = sql::as<PgQuery__Constraint>(node);
    if (constraint == nullptr)
      continue;
    const bool is_foreign = constraint->contype == sql::constr::kForeign;
    const auto keys = is_foreign ? sql::list(constraint->fk_attrs, constraint->n_fk_attrs)
                                 : sql::list(constraint->keys, constraint->n_keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (sql::string_value(keys[i]) == declared.name)
        note_constraint(*constraint, i, context, declared);
    }
  }
}

struct TypeRule {
  std::string_view rule;
  std::string_view type;
  std::string_view problem;
  std::string_view note;
};
constexpr TypeRule kTypeRules[] = {
    {"ban-char", "bpchar", "is padded with blanks", "use text"},
    {"prefer-timestamptz", "timestamp", "holds no moment: it means another one in each time zone",
     "use timestamptz"},
    {"ban-timetz", "timetz", "has an offset without a date, which means nothing",
     "use timestamptz, or time"},
    {"ban-money", "money", "depends on the server's lc_monetary",
     "use numeric, and a column for the currency"},
    {"prefer-jsonb", "json", "cannot be compared, indexed or made DISTINCT", "use jsonb"},
};

void check_bigint(const Declared& declared, const Event& event, Context& context) {
  if (!is_narrow(declared.type) || declared.references_narrow)
    return;
  const bool all = option_of(context.policy(), "prefer-bigint") == "all";
  const bool is_identifier = declared.type.dimensions == 0 &&
                             (declared.is_key || declared.is_reference || declared.type.is_serial ||
                              declared.name == "id" || declared.name.ends_with("_id"));
  if (!all && !is_identifier)
    return;
  const std::string written =
      declared.type.is_serial ? std::string(declared.type.name == "int2" ? "smallserial" : "serial")
                              : catalog::to_string(declared.type);
  context.report(
      "prefer-bigint", event, declared.place,
      fmt::format("{} is {}: it ends at {}", declared.column, written,
                  declared.type.name == "int2" ? "32,767" : "2,147,483,647"),
      {fmt::format("to widen it later rewrites the table; {}",
                   declared.type.is_serial
                       ? "write bigint GENERATED ALWAYS AS IDENTITY"
                       : fmt::format("write bigint{}", declared.type.dimensions > 0 ? "[]" : ""))});
}

void check_type(const Declared& declared, const Event& event, Context& context) {
  const catalog::Type& type = declared.type;
  if (!type.schema.empty())
    return;
  const std::string written = catalog::to_string(type);
  if (type.name == "varchar" && !type.modifiers.empty())
    context.report(
        "prefer-text", event, declared.place,
        fmt::format("{} is {}: the limit can only be changed with the type", declared.column,
                    written),
        {type.dimensions > 0
             ? "use text[]"
             : fmt::format("use text; where the length matters:\nCHECK (length({}) <= {})",
                           catalog::quote_identifier(declared.name), type.modifiers.front())});
  for (const TypeRule& rule : kTypeRules) {
    if (type.name == rule.type)
      context.report(rule.rule, event, declared.place,
                     fmt::format("{} is {}, which {}", declared.column, written, rule.problem),
                     {std::string(rule.note)});
  }
  if (type.is_serial)
    context.report(
        "prefer-identity", event, declared.place,
        fmt::format("{} is a serial: its sequence and its default are apart from the column",
                    declared.column),
        {fmt::format("{} {} GENERATED ALWAYS AS IDENTITY", catalog::quote_identifier(declared.name),
                     written)});
}

Declared declare(const PgQuery__ColumnDef& definition, std::string_view name,
                 const PgQuery__RangeVar& table, const Event& event, const Context& context) {
  Declared declared;
  declared.definition = &definition;
  declared.name = name;
  declared.type = catalog::read_type(*definition.type_name);
  declared.place = context.name_at(event, definition.type_name->location);
  declared.column = fmt::format("{}.{}", Context::spelled(table), catalog::quote_identifier(name));
  for (const sql::Node* node : sql::list(definition.constraints, definition.n_constraints)) {
    if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
      note_constraint(*constraint, 0, context, declared);
  }
  return declared;
}

void check_create(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (context.is_down() || create.relation == nullptr)
    return;
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    const auto* definition = sql::as<PgQuery__ColumnDef>(node);
    if (definition == nullptr || definition->type_name == nullptr)
      continue;
    Declared declared = declare(*definition, definition->colname, *create.relation, event, context);
    note_table_constraints(create, context, declared);
    check_type(declared, event, context);
    check_bigint(declared, event, context);
  }
}

void check_column(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* definition = sql::as<PgQuery__ColumnDef>(event.command->def);
  if (context.is_down() || alter.objtype != sql::object::kTable || definition == nullptr ||
      definition->type_name == nullptr)
    return;
  const bool is_new = event.command->subtype == sql::at::kAddColumn;
  const std::string_view name =
      is_new ? std::string_view(definition->colname) : std::string_view(event.command->name);
  const Declared declared = declare(*definition, name, *alter.relation, event, context);
  check_type(declared, event, context);
  check_bigint(declared, event, context);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddColumn, check_column},
    {sql::at::kAlterColumnType, check_column},
};

}  // namespace

const Family kColumnStyleRules{
    .name = "column style", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
