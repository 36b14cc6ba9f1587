// SPDX-License-Identifier: Apache-2.0
//
// Rules about how tables, types and indexes are made.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::size_t kMostIndexColumns = 3;
constexpr std::size_t kWorthwhilePadding = 8;  ///< bytes a row

constexpr RuleInfo kRules[] = {
    {.id = "require-primary-key",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A table has no primary key",
     .explanation =
         "Without one a row cannot be told from another: not by logical replication, which then "
         "refuses UPDATE and DELETE, not by batches, and not by the next migration that has to "
         "put a row right. Partitions and children have their parent's.",
     .bad = "CREATE TABLE events (at timestamptz, payload jsonb);",
     .good = "CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at "
             "timestamptz, payload jsonb);",
     .manual = "https://www.postgresql.org/docs/15/ddl-constraints.html"},
    {.id = "prefer-lookup-over-enum",
     .group = "style",
     .severity = Severity::kOff,
     .summary = "An enum's values can be added and renamed, never removed or put in order again",
     .explanation = "A table of values with a foreign key, or a text column with a CHECK, can be "
                    "changed like any data.",
     .bad = "CREATE TYPE mood AS ENUM ('sad', 'ok');",
     .good = "CREATE TABLE moods (name text PRIMARY KEY);",
     .manual = "https://www.postgresql.org/docs/15/datatype-enum.html"},
    {.id = "enum-value-order",
     .group = "style",
     .severity = Severity::kOff,
     .summary = "ALTER TYPE ADD VALUE does not say where the value belongs",
     .explanation = "Without BEFORE or AFTER it comes last, and the order of an enum's values is "
                    "that of ORDER BY and of < and >. It cannot be changed later.",
     .bad = "ALTER TYPE mood ADD VALUE 'fine';",
     .good = "ALTER TYPE mood ADD VALUE 'fine' AFTER 'ok';",
     .manual = "https://www.postgresql.org/docs/15/sql-altertype.html"},
    {.id = "create-table-as",
     .group = "style",
     .severity = Severity::kOff,
     .summary = "CREATE TABLE AS makes a table without keys, defaults, NOT NULL or checks",
     .explanation = "Its columns are whatever the query gives today. Declare the table, then "
                    "INSERT … SELECT.",
     .bad = "CREATE TABLE totals AS SELECT day, sum(amount) AS amount FROM orders GROUP BY day;",
     .good = "CREATE TABLE totals (day date PRIMARY KEY, amount numeric NOT NULL);",
     .manual = "https://www.postgresql.org/docs/15/sql-createtableas.html"},
    {.id = "column-alignment",
     .group = "style",
     .severity = Severity::kOff,
     .summary = "Another order of the columns would save space in every row",
     .explanation =
         "A value of 8 bytes begins at a multiple of 8, so that an integer before a bigint costs 4 "
         "bytes of nothing. Widest first, those of variable length last, wastes least. Fires where "
         "at least 8 bytes of each row are lost.",
     .bad = "CREATE TABLE t (a boolean NOT NULL, id bigint PRIMARY KEY, b boolean NOT NULL, at "
            "timestamptz NOT NULL);",
     .good = "CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz NOT NULL, a boolean NOT NULL, "
             "b boolean NOT NULL);",
     .manual = "https://www.postgresql.org/docs/15/storage-page-layout.html"},
    {.id = "wide-index",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "An index of more than three columns is large, and rarely used beyond the first",
     .explanation =
         "Every INSERT and most UPDATEs write it, and a condition on a column helps only as far as "
         "those before it are compared with =. Index the columns that select, INCLUDE those that "
         "are only read. Unique indexes are left alone: there the columns are the meaning.",
     .bad = "CREATE INDEX CONCURRENTLY orders_all ON orders (user_id, status, at, total);",
     .good = "CREATE INDEX CONCURRENTLY orders_user_at ON orders (user_id, at) INCLUDE (status, "
             "total);",
     .manual = "https://www.postgresql.org/docs/15/indexes-multicolumn.html"},
    {.id = "hash-index",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A hash index serves = alone",
     .explanation = "It can be neither unique nor of several columns, nor give rows in order. A "
                    "btree does all of that and is as fast; only very long values make a hash "
                    "index the smaller one.",
     .bad = "CREATE INDEX CONCURRENTLY users_email ON users USING hash (email);",
     .good = "CREATE INDEX CONCURRENTLY users_email ON users (email);",
     .manual = "https://www.postgresql.org/docs/15/indexes-types.html"},
    {.id = "volatile-check",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "A CHECK whose truth changes with time or with who asks",
     .explanation =
         "PostgreSQL takes a CHECK to be true for ever once the row is written: a row that has "
         "become false is not noticed, until the table is restored from a dump, which then fails. "
         "Use a trigger, or compare columns of the row.",
     .bad = "CREATE TABLE bookings (id bigint PRIMARY KEY, day date CHECK (day > current_date));",
     .good = "CREATE TABLE bookings (id bigint PRIMARY KEY, booked_at timestamptz, day date CHECK "
             "(day > booked_at));",
     .manual = "https://www.postgresql.org/docs/15/ddl-constraints.html"},
    {.id = "autovacuum-disabled",
     .group = "style",
     .severity = Severity::kWarning,
     .summary = "Autovacuum is switched off for a table",
     .explanation =
         "Its dead rows stay, its statistics grow old, and near transaction wraparound PostgreSQL "
         "vacuums it all the same, at the worst time. Give it thresholds or a cost limit of its "
         "own.",
     .bad = "ALTER TABLE orders SET (autovacuum_enabled = false);",
     .good = "ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.02);",
     .manual = "https://www.postgresql.org/docs/15/runtime-config-autovacuum.html"},
};

bool is_temporary(const PgQuery__RangeVar& relation) {
  return std::string_view(relation.relpersistence) == "t" ||
         std::string_view(relation.schemaname) == catalog::kTemporarySchema;
}

bool is_primary(const sql::Node* node) {
  const auto* constraint = sql::as<PgQuery__Constraint>(node);
  return constraint != nullptr && constraint->contype == sql::constr::kPrimary;
}

/// A primary key in CREATE TABLE, or one that LIKE … INCLUDING INDEXES may bring along.
bool declares_primary_key(const PgQuery__CreateStmt& create) {
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    if (is_primary(node) || sql::as<PgQuery__TableLikeClause>(node) != nullptr)
      return true;
    const auto* column = sql::as<PgQuery__ColumnDef>(node);
    if (column == nullptr)
      continue;
    const auto constraints = sql::list(column->constraints, column->n_constraints);
    if (std::any_of(constraints.begin(), constraints.end(), is_primary))
      return true;
  }
  return false;
}

/// A later ALTER TABLE of the migration gives the table its key, or makes it a partition.
bool gets_primary_key(const PgQuery__RangeVar& table, const Event& event, const Context& context) {
  const auto& statements = context.script().statements();
  for (std::size_t i = event.statement_index; i < statements.size(); ++i) {
    const auto* alter = sql::as<PgQuery__AlterTableStmt>(statements[i].node);
    if (alter == nullptr || alter->relation == nullptr)
      continue;
    const bool is_same =
        std::string_view(alter->relation->relname) == std::string_view(table.relname);
    for (const sql::Node* node : sql::list(alter->cmds, alter->n_cmds)) {
      const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
      if (command == nullptr)
        continue;
      if (command->subtype == sql::at::kAttachPartition || (is_same && is_primary(command->def)))
        return true;
      const auto* column = sql::as<PgQuery__ColumnDef>(command->def);
      if (!is_same || column == nullptr)
        continue;
      const auto constraints = sql::list(column->constraints, column->n_constraints);
      if (std::any_of(constraints.begin(), constraints.end(), is_primary))
        return true;
    }
  }
  return false;
}

void check_primary_key(const PgQuery__CreateStmt& create, const Event& event, Context& context) {
  const PgQuery__RangeVar& table = *create.relation;
  if (is_temporary(table) || create.partbound != nullptr || create.n_inh_relations > 0 ||
      create.of_typename != nullptr || declares_primary_key(create) ||
      gets_primary_key(table, event, context))
    return;
  context.report("require-primary-key", event, context.name_at(event, table.location),
                 fmt::format("{} has no primary key", Context::spelled(table)),
                 {"add one:\nid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"});
}

struct Size {
  std::string_view type;
  std::size_t bytes;
  std::size_t alignment;
};
constexpr auto kSizes = std::to_array<Size>({{"int8", 8, 8},
                                             {"float8", 8, 8},
                                             {"timestamp", 8, 8},
                                             {"timestamptz", 8, 8},
                                             {"time", 8, 8},
                                             {"money", 8, 8},
                                             {"timetz", 12, 8},
                                             {"interval", 16, 8},
                                             {"int4", 4, 4},
                                             {"float4", 4, 4},
                                             {"date", 4, 4},
                                             {"oid", 4, 4},
                                             {"int2", 2, 2},
                                             {"bool", 1, 1},
                                             {"uuid", 16, 1}});

/// The bytes that are lost before values of fixed length, and at the row's end, which is filled up
/// to 8; of a row that has them all.
std::size_t padding_of(const std::vector<Size>& columns) {
  std::size_t offset = 0;
  std::size_t lost = 0;
  for (const Size& column : columns) {
    const std::size_t gap = (column.alignment - offset % column.alignment) % column.alignment;
    lost += gap;
    offset += gap + column.bytes;
  }
  constexpr std::size_t kRowAlignment = 8;
  return lost + (kRowAlignment - offset % kRowAlignment) % kRowAlignment;
}

void check_alignment(const PgQuery__CreateStmt& create, const Event& event, Context& context) {
  std::vector<Size> columns;
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    const auto* column = sql::as<PgQuery__ColumnDef>(node);
    if (column == nullptr || column->type_name == nullptr)
      continue;
    const catalog::Type type = catalog::read_type(*column->type_name);
    const auto size = std::find_if(kSizes.begin(), kSizes.end(),
                                   [&](const Size& known) { return known.type == type.name; });
    const bool is_fixed = type.schema.empty() && type.dimensions == 0 && size != kSizes.end();
    if (!is_fixed)  // may be of any length: what follows is aligned to 4 as likely as not
      columns.push_back({"", 4, 4});
    else
      columns.push_back(*size);
  }
  const std::size_t lost = padding_of(columns);
  std::stable_sort(columns.begin(), columns.end(), [](const Size& a, const Size& b) {
    return std::pair(a.alignment, !a.type.empty()) > std::pair(b.alignment, !b.type.empty());
  });
  const std::size_t best = padding_of(columns);
  if (lost < best + kWorthwhilePadding)
    return;
  context.report(
      "column-alignment", event, context.name_at(event, create.relation->location),
      fmt::format("each row of {} has {} bytes of padding that another order of its columns saves",
                  Context::spelled(*create.relation), lost - best),
      {"columns of 8 bytes first (bigint, timestamptz), then of 4, 2 and 1, then text and the "
       "like"});
}

bool calls_what_changes(const sql::Node* expression, std::string& what, int& location) {
  constexpr auto kVolatile = std::to_array<std::string_view>(
      {"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday",
       "random", "gen_random_uuid", "nextval", "currval", "txid_current", "pg_current_xact_id",
       "current_setting", "pg_backend_pid", "inet_client_addr", "current_schemas"});
  sql::walk(expression, [&](const sql::Node& node) {
    if (!what.empty())
      return false;
    if (const auto* value = sql::as<PgQuery__SQLValueFunction>(&node)) {
      what = "for the time or the session";
      location = value->location;
    } else if (const auto* call = sql::as<PgQuery__FuncCall>(&node);
               call != nullptr && call->n_funcname > 0) {
      const std::string_view name = sql::string_value(call->funcname[call->n_funcname - 1]);
      const bool is_builtin =
          call->n_funcname == 1 || sql::string_value(call->funcname[0]) == "pg_catalog";
      if (is_builtin && std::find(kVolatile.begin(), kVolatile.end(), name) != kVolatile.end()) {
        what = fmt::format("{}()", name);
        location = call->location;
      }
    }
    return what.empty();
  });
  return !what.empty();
}

void check_check(const sql::Node* node, const Event& event, Context& context) {
  const auto* constraint = sql::as<PgQuery__Constraint>(node);
  if (constraint == nullptr || constraint->contype != sql::constr::kCheck)
    return;
  std::string what;
  int location = -1;
  if (calls_what_changes(constraint->raw_expr, what, location))
    context.report("volatile-check", event, context.name_at(event, location),
                   fmt::format("the CHECK asks {}: what is true of a row when it is written need "
                               "not stay true",
                               what),
                   {"compare with a column of the row, or use a trigger"});
}

bool is_false(const sql::Node* value) {
  std::string word(sql::string_value(value));
  if (const auto* name = sql::as<PgQuery__TypeName>(value); name != nullptr && name->n_names > 0)
    word = sql::string_value(name->names[name->n_names - 1]);
  const auto* boolean = sql::as<PgQuery__Boolean>(value);
  const auto* integer = sql::as<PgQuery__Integer>(value);
  return word == "false" || word == "off" || word == "no" || word == "0" ||
         (boolean != nullptr && !boolean->boolval) || (integer != nullptr && integer->ival == 0);
}

void check_autovacuum(PgQuery__Node* const* options, std::size_t count, const Event& event,
                      Context& context) {
  for (const sql::Node* node : sql::list(options, count)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option == nullptr || std::string_view(option->defname) != "autovacuum_enabled" ||
        !is_false(option->arg))
      continue;
    context.report(
        "autovacuum-disabled", event, context.name_at(event, option->location),
        "autovacuum is switched off: dead rows stay, and statistics grow old",
        {"give the table thresholds of its own:\nautovacuum_vacuum_scale_factor = 0.02"});
  }
}

void check_create(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (context.is_down() || create.relation == nullptr)
    return;
  check_primary_key(create, event, context);
  check_alignment(create, event, context);
  check_autovacuum(create.options, create.n_options, event, context);
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    check_check(node, event, context);
    if (const auto* column = sql::as<PgQuery__ColumnDef>(node)) {
      for (const sql::Node* constraint : sql::list(column->constraints, column->n_constraints))
        check_check(constraint, event, context);
    }
  }
}

void check_add(const Event& event, Context& context) {
  if (context.is_down())
    return;
  check_check(event.command->def, event, context);
  if (const auto* column = sql::as<PgQuery__ColumnDef>(event.command->def)) {
    for (const sql::Node* constraint : sql::list(column->constraints, column->n_constraints))
      check_check(constraint, event, context);
  }
}

void check_options(const Event& event, Context& context) {
  const auto* options = sql::as<PgQuery__List>(event.command->def);
  if (options != nullptr && !context.is_down())
    check_autovacuum(options->items, options->n_items, event, context);
}

void report_made_by_query(const PgQuery__IntoClause* into, const Event& event, Context& context) {
  if (context.is_down() || into == nullptr || into->rel == nullptr || is_temporary(*into->rel))
    return;
  context.report("create-table-as", event, context.name_at(event, into->rel->location),
                 fmt::format("{} gets its columns from a query: no keys, no defaults, no NOT NULL",
                             Context::spelled(*into->rel)),
                 {"declare the table, then INSERT INTO … SELECT"});
}

void check_create_as(const Event& event, Context& context) {
  const auto& create = *event.node->create_table_as_stmt;
  if (create.objtype == sql::object::kTable)
    report_made_by_query(create.into, event, context);
}

/// In a body INTO names variables.
void check_select_into(const Event& event, Context& context) {
  if (!event.is_in_body)
    report_made_by_query(event.node->select_stmt->into_clause, event, context);
}

void check_domain(const Event& event, Context& context) {
  const auto& create = *event.node->create_domain_stmt;
  if (context.is_down())
    return;
  for (const sql::Node* constraint : sql::list(create.constraints, create.n_constraints))
    check_check(constraint, event, context);
}

void check_altered_domain(const Event& event, Context& context) {
  if (!context.is_down())
    check_check(event.node->alter_domain_stmt->def, event, context);
}

/// The first column that is too many, where it is no expression.
Place widest_place(const PgQuery__IndexStmt& create, const Event& event, const Context& context) {
  const auto* element = sql::as<PgQuery__IndexElem>(create.index_params[kMostIndexColumns]);
  const std::string_view name = element == nullptr ? "" : element->name;
  if (name.empty() || create.relation == nullptr)
    return context.head_place(event, "index");
  const Place table = context.name_at(event, create.relation->location);
  return context.word_place(event, name, 0,
                            create.relation->location + static_cast<int>(table.length));
}

void check_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (context.is_down() || create.relation == nullptr)
    return;
  const std::string_view method = create.access_method;
  if (method == "hash")
    context.report("hash-index", event,
                   context.word_place(event, "hash", 0, create.relation->location),
                   "a hash index serves = alone: no order, no uniqueness, no second column",
                   {"leave USING hash out"});
  const bool has_order = method.empty() || method == "btree";
  if (has_order && !create.unique && create.n_index_params > kMostIndexColumns)
    context.report("wide-index", event, widest_place(create, event, context),
                   fmt::format("the index has {} columns: every write pays for all of them",
                               create.n_index_params),
                   {"index what selects rows, and INCLUDE what is only read"});
}

void check_enum(const Event& event, Context& context) {
  const auto& create = *event.node->create_enum_stmt;
  if (context.is_down() || create.n_type_name == 0)
    return;
  const std::string_view name = sql::string_value(create.type_name[create.n_type_name - 1]);
  context.report("prefer-lookup-over-enum", event, context.column_place(event, name),
                 fmt::format("{} is an enum: a value of it can never be removed",
                             catalog::quote_identifier(name)),
                 {"a table of the values, with a foreign key, can be changed like any data"});
}

void check_enum_value(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  const bool is_added = std::string_view(alter.old_val).empty();
  if (context.is_down() || !is_added || !std::string_view(alter.new_val_neighbor).empty())
    return;
  context.report("enum-value-order", event, event.place,
                 fmt::format("'{}' comes last in the order of the enum, which cannot be changed "
                             "later",
                             alter.new_val),
                 {"say where it belongs: BEFORE or AFTER another value"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_create_as},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_select_into},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, check_domain},
    {PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT, check_altered_domain},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index},
    {PG_QUERY__NODE__NODE_CREATE_ENUM_STMT, check_enum},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_enum_value},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddColumn, check_add},
    {sql::at::kAddConstraint, check_add},
    {sql::at::kSetRelOptions, check_options},
};

}  // namespace

const Family kTableStyleRules{
    .name = "table style", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
