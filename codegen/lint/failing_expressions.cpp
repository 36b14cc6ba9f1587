// SPDX-License-Identifier: Apache-2.0
//
// How it works. What is kept (an index, a generated column, the partition of a row) has to be made
// of what never changes: IMMUTABLE functions. Whether a function of PostgreSQL's is one depends on
// the types of its arguments, which are known of columns and casts: timestamptz to date goes by the
// session's time zone. A function in SQL may be put in place of its call before that is asked, so
// that only those in other languages are judged. Tried on PostgreSQL 15.20; the tables are
// pg_proc's, pg_operator's and pg_cast's provolatile.
#include "lint/failing_expressions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "catalog/called_function.hpp"
#include "lint/beside.hpp"
#include "lint/existence.hpp"
#include "lint/expression_type.hpp"
#include "lint/failing.hpp"
#include "lint/failing_values.hpp"
#include "locks/family.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Relation;
using catalog::Type;
using sql::as;
using sql::list;
using sql::string_value;

enum class Use { kIndex, kPredicate, kGenerated, kPartitionKey, kDefault, kCheck };

std::string_view word_for(Use use) {
  switch (use) {
    case Use::kIndex:
      return "an index";
    case Use::kPredicate:
      return "the WHERE of an index";
    case Use::kGenerated:
      return "a generated column";
    case Use::kPartitionKey:
      return "a partition key";
    case Use::kDefault:
      return "a DEFAULT";
    case Use::kCheck:
      return "a CHECK";
  }
  return "it";
}

/// A function of which none that takes so many arguments is IMMUTABLE.
struct Changing {
  std::string_view name;
  std::size_t least;
  std::size_t most;
};

constexpr std::size_t kAny = 100;  // FUNC_MAX_ARGS

constexpr auto kChanging = std::to_array<Changing>({{"age", 1, 1},
                                                    {"array_to_json", 1, 2},
                                                    {"array_to_string", 2, 3},
                                                    {"clock_timestamp", 0, 0},
                                                    {"concat", 1, kAny},
                                                    {"concat_ws", 2, kAny},
                                                    {"current_database", 0, 0},
                                                    {"current_query", 0, 0},
                                                    {"current_setting", 1, 2},
                                                    {"currval", 1, 1},
                                                    {"date_trunc", 3, 3},
                                                    {"format", 1, kAny},
                                                    {"gen_random_uuid", 0, 0},
                                                    {"json_build_array", 0, kAny},
                                                    {"json_build_object", 0, kAny},
                                                    {"jsonb_build_array", 0, kAny},
                                                    {"jsonb_build_object", 0, kAny},
                                                    {"jsonb_path_exists_tz", 2, 4},
                                                    {"jsonb_path_match_tz", 2, 4},
                                                    {"lastval", 0, 0},
                                                    {"nextval", 1, 1},
                                                    {"now", 0, 0},
                                                    {"plainto_tsquery", 1, 1},
                                                    {"random", 0, 0},
                                                    {"row_to_json", 1, 2},
                                                    {"statement_timestamp", 0, 0},
                                                    {"timeofday", 0, 0},
                                                    {"to_char", 2, 2},
                                                    {"to_date", 2, 2},
                                                    {"to_json", 1, 1},
                                                    {"to_jsonb", 1, 1},
                                                    {"to_number", 2, 2},
                                                    {"to_timestamp", 2, 2},
                                                    {"to_tsquery", 1, 1},
                                                    {"to_tsvector", 1, 1},
                                                    {"transaction_timestamp", 0, 0},
                                                    {"websearch_to_tsquery", 1, 1}});

template <std::size_t N>
bool is_one_of(const Type& type, const std::array<std::string_view, N>& names) {
  return type.schema.empty() && type.dimensions == 0 &&
         std::find(names.begin(), names.end(), type.name) != names.end();
}

constexpr auto kTexts = std::to_array<std::string_view>({"text", "varchar", "bpchar"});
constexpr auto kZoned = std::to_array<std::string_view>({"timestamptz"});
constexpr auto kUnzoned = std::to_array<std::string_view>({"date", "timestamp"});
constexpr auto kDates = std::to_array<std::string_view>({"date"});
constexpr auto kTimes = std::to_array<std::string_view>({"date", "timestamp", "timestamptz"});

/// Is what a cast of one to the other gives a matter of settings?
bool is_changing_cast(const Type& from, const Type& to) {
  constexpr auto kFromText = std::to_array<std::string_view>(
      {"date", "time", "timetz", "timestamp", "timestamptz", "interval", "money", "xml"});
  constexpr auto kToText =
      std::to_array<std::string_view>({"date", "timestamp", "timestamptz", "interval", "money"});
  constexpr auto kFromZoned =
      std::to_array<std::string_view>({"date", "time", "timetz", "timestamp"});
  return (is_one_of(from, kTexts) && is_one_of(to, kFromText)) ||
         (is_one_of(from, kToText) && is_one_of(to, kTexts)) ||
         (is_one_of(from, kZoned) && is_one_of(to, kFromZoned)) ||
         (is_one_of(from, kUnzoned) && is_one_of(to, kZoned));
}

/// What in an expression is not IMMUTABLE.
struct Part {
  std::string what;
  std::string advice;
  int location = -1;
};

constexpr std::string_view kSayZone =
    "say which time zone it is meant in: (… AT TIME ZONE 'UTC') is the same for everybody";
constexpr std::string_view kSaySettings =
    "what it gives depends on settings; a function of your own that sees to it that it does not "
    "may be declared IMMUTABLE";
constexpr std::string_view kAskLater = "what changes by itself is asked for in the query";

/// Another value each time, whatever the settings.
bool is_clock_or_chance(std::string_view function) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"age", "clock_timestamp", "gen_random_uuid", "nextval", "now", "random",
       "statement_timestamp", "timeofday", "transaction_timestamp"});
  return std::find(kNames.begin(), kNames.end(), function) != kNames.end();
}

std::string_view word_for(PgQuery__SQLValueFunctionOp op) {
  switch (op) {
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE:
      return "CURRENT_DATE";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N:
      return "CURRENT_TIME";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N:
      return "CURRENT_TIMESTAMP";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N:
      return "LOCALTIME";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N:
      return "LOCALTIMESTAMP";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG:
      return "CURRENT_CATALOG";
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_SCHEMA:
      return "CURRENT_SCHEMA";
    default:
      return "the user's name";
  }
}

class Finder {
 public:
  Finder(const Relation* table, const catalog::Catalog& catalog)
      : table_(table), catalog_(catalog) {}

  std::optional<Part> find(const sql::Node* expression) {
    sql::walk(expression, [&](const sql::Node& node) {
      if (!found_)
        look_at(node);
      return !found_;
    });
    return found_;
  }

 private:
  Type type(const sql::Node* node) const { return type_of(node, table_, catalog_); }

  void look_at(const sql::Node& node) {
    if (const auto* value = as<PgQuery__SQLValueFunction>(&node))
      found_ = {std::string(word_for(value->op)), std::string(kAskLater), value->location};
    else if (const auto* call = as<PgQuery__FuncCall>(&node))
      look_at_call(*call);
    else if (const auto* cast = as<PgQuery__TypeCast>(&node))
      look_at_cast(node, *cast);
    else if (const auto* operation = as<PgQuery__AExpr>(&node))
      look_at_operation(*operation);
  }

  void look_at_call(const PgQuery__FuncCall& call) {
    const std::string_view name = builtin_function(call, catalog_);
    if (name.empty())
      return look_at_own(call);
    if (std::any_of(kChanging.begin(), kChanging.end(), [&](const Changing& one) {
          return one.name == name && one.least <= call.n_args && call.n_args <= one.most;
        })) {
      const bool needs_configuration = name.ends_with("_tsvector") || name.ends_with("_tsquery");
      found_ = {fmt::format("{}()", name),
                needs_configuration
                    ? fmt::format("name the configuration: {}('english', …)", name)
                    : std::string(is_clock_or_chance(name) ? kAskLater : kSaySettings),
                call.location};
      return;
    }
    const Type last = call.n_args == 0 ? Type() : type(call.args[call.n_args - 1]);
    const bool is_date = is_one_of(last, kDates);
    const bool is_truncated =
        name == "date_trunc" && call.n_args == 2 && (is_one_of(last, kZoned) || is_date);
    const bool is_part =
        (name == "extract" || name == "date_part") && call.n_args == 2 && is_one_of(last, kZoned);
    const bool is_day = name == "date" && call.n_args == 1 && is_one_of(last, kZoned);
    const bool is_moved = name == "timezone" && call.n_args == 2 && is_date;
    if (is_truncated || is_part || is_day || is_moved)
      found_ = {fmt::format("{} of a {}", name, to_string(last)),
                is_date ? "cast it to timestamp first: it is taken for a timestamptz"
                        : std::string(kSayZone),
                call.location};
  }

  void look_at_own(const PgQuery__FuncCall& call) {
    const auto own = catalog::find_called(catalog_, call);
    const bool is_changing =
        !own.empty() && std::all_of(own.begin(), own.end(), [](const catalog::Overload* one) {
          const auto setting = one->settings.find("volatility");
          // Without LANGUAGE it is an SQL function with a body of its own.
          const bool is_sql = one->language == "sql" || one->language.empty();
          return !is_sql && !one->is_procedure &&
                 (setting == one->settings.end() || setting->second != "immutable");
        });
    if (is_changing)
      found_ = {fmt::format("{}()", string_value(call.funcname[call.n_funcname - 1])),
                "where it always gives the same for the same arguments, declare it IMMUTABLE",
                call.location};
  }

  void look_at_cast(const sql::Node& node, const PgQuery__TypeCast& cast) {
    const Type from = type(cast.arg);
    const Type to = type(&node);
    if (!is_changing_cast(from, to))
      return;
    const bool is_zone = is_one_of(from, kTimes) && is_one_of(to, kTimes);
    found_ = {fmt::format("the cast from {} to {}", to_string(from), to_string(to)),
              std::string(is_zone || (from.name == "timestamptz" && !is_one_of(to, kTexts))
                              ? kSayZone
                              : kSaySettings),
              cast.location};
  }

  void look_at_operation(const PgQuery__AExpr& operation) {
    constexpr auto kIntervals = std::to_array<std::string_view>({"interval"});
    constexpr auto kPrinted =
        std::to_array<std::string_view>({"date", "timestamp", "timestamptz", "interval"});
    if (operation.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP || operation.n_name != 1 ||
        operation.lexpr == nullptr)
      return;
    const std::string_view op = string_value(operation.name[0]);
    const Type left = type(operation.lexpr);
    const Type right = type(operation.rexpr);
    const auto are = [&](const auto& one, const auto& other) {
      return (is_one_of(left, one) && is_one_of(right, other)) ||
             (is_one_of(left, other) && is_one_of(right, one));
    };
    const bool adds = (op == "+" && (are(kZoned, kIntervals) ||
                                     (is_one_of(left, kZoned) && is_quoted(operation.rexpr)))) ||
                      (op == "-" && is_one_of(left, kZoned) && is_one_of(right, kIntervals));
    const bool compares =
        (op == "=" || op == "<>" || op == "<" || op == "<=" || op == ">" || op == ">=") &&
        are(kZoned, kUnzoned);
    const bool joins = op == "||" && (are(kTexts, kPrinted) ||
                                      (is_quoted(operation.lexpr) && is_one_of(right, kPrinted)) ||
                                      (is_quoted(operation.rexpr) && is_one_of(left, kPrinted)));
    if (adds || compares)
      found_ = {fmt::format("{} {} {}", to_string(left), op,
                            adds && !right.is_known() ? "interval" : to_string(right)),
                std::string(kSayZone), operation.location};
    else if (joins)
      found_ = {fmt::format("{} of a {}", op, to_string(is_one_of(left, kPrinted) ? left : right)),
                std::string(kSaySettings), operation.location};
  }

  const Relation* table_;
  const catalog::Catalog& catalog_;
  std::optional<Part> found_;
};

/// The first node of a kind, those of queries inside left out.
template <class T>
const T* first(const sql::Node* expression) {
  const T* found = nullptr;
  sql::walk(expression, [&](const sql::Node& node) {
    if (found == nullptr)
      found = as<T>(&node);
    return found == nullptr && as<PgQuery__SubLink>(&node) == nullptr;
  });
  return found;
}

bool reads_generated(const Event& event, const sql::Node* expression, const Relation& table,
                     std::string& column) {
  const auto* alter = as<PgQuery__AlterTableStmt>(event.node);
  const auto read = [&](const sql::Node& node) {
    const std::string_view name = locks::column_of(&node);
    const catalog::Column* known = name.empty() ? nullptr : table.find_column(name);
    if (known != nullptr && known->is_generated &&
        (alter == nullptr || !has_beside(*alter, sql::at::kDropExpression, name)))
      column = name;
    return true;
  };
  sql::walk(expression, read);
  return !column.empty();
}

void check(const Event& event, Context& context, const sql::Node* expression, Use use,
           const Relation* table) {
  if (expression == nullptr)
    return;
  if (const auto* query = first<PgQuery__SubLink>(expression))
    return report_failing(event, context, context.name_at(event, query->location),
                          fmt::format("{} cannot have a query in it", word_for(use)),
                          "write it as a function, or fill the column by a trigger");
  check_casts(event, context, expression, table);
  if (use == Use::kDefault) {
    if (const auto* column = first<PgQuery__ColumnRef>(expression))
      report_failing(event, context, context.name_at(event, column->location),
                     fmt::format("a DEFAULT cannot read a column, which {} is taken for",
                                 catalog::quote_identifier(
                                     string_value(column->fields[column->n_fields - 1]))),
                     "a text stands in single quotes, and a function has parentheses");
    return;
  }
  if (use == Use::kCheck)
    return;
  if (const auto part = Finder(table, context.catalog()).find(expression))
    return report_failing(
        event, context, context.name_at(event, part->location),
        fmt::format("{} is not IMMUTABLE, as {} needs it", part->what, word_for(use)),
        part->advice);
  std::string column;
  if (use == Use::kGenerated && table != nullptr &&
      reads_generated(event, expression, *table, column))
    report_failing(event, context, context.column_place(event, column),
                   fmt::format("{} is a generated column, which another one cannot read",
                               catalog::quote_identifier(column)),
                   "repeat what it is made of");
}

void check_constraint(const Event& event, Context& context, const PgQuery__Constraint& constraint,
                      const Relation* table) {
  switch (constraint.contype) {
    case sql::constr::kCheck:
      return check(event, context, constraint.raw_expr, Use::kCheck, table);
    case sql::constr::kDefault:
      return check(event, context, constraint.raw_expr, Use::kDefault, table);
    case sql::constr::kGenerated:
      return check(event, context, constraint.raw_expr, Use::kGenerated, table);
    case sql::constr::kExclusion:
      for (const sql::Node* node : list(constraint.exclusions, constraint.n_exclusions)) {
        const auto* pair = as<PgQuery__List>(node);
        const auto* element = pair == nullptr || pair->n_items == 0
                                  ? nullptr
                                  : as<PgQuery__IndexElem>(pair->items[0]);
        if (element != nullptr)
          check(event, context, element->expr, Use::kIndex, table);
      }
      return check(event, context, constraint.where_clause, Use::kPredicate, table);
    default:
      return;
  }
}

void check_definition(const Event& event, Context& context, const PgQuery__ColumnDef& definition,
                      const Relation* table) {
  for (const sql::Node* node : list(definition.constraints, definition.n_constraints)) {
    if (const auto* constraint = as<PgQuery__Constraint>(node))
      check_constraint(event, context, *constraint, table);
  }
}

/// The columns that the statement itself defines.
Relation written_columns(const PgQuery__CreateStmt& create, const catalog::Catalog& catalog) {
  Relation table;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    const auto* definition = as<PgQuery__ColumnDef>(node);
    if (definition == nullptr)
      continue;
    catalog::Column column;
    column.name = definition->colname;
    if (definition->type_name != nullptr)
      column.type = catalog.resolved(catalog::read_type(*definition->type_name));
    for (const sql::Node* part : list(definition->constraints, definition->n_constraints)) {
      const auto* constraint = as<PgQuery__Constraint>(part);
      column.is_generated = column.is_generated || (constraint != nullptr &&
                                                    constraint->contype == sql::constr::kGenerated);
    }
    table.columns.push_back(std::move(column));
  }
  return table;
}

}  // namespace

void check_index_expressions(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (!can_tell(event, context) || create.relation == nullptr)
    return;
  const Relation* table = context.catalog().find_relation(*create.relation);
  if (table != nullptr && !is_certain(*table))
    table = nullptr;
  for (const sql::Node* node : list(create.index_params, create.n_index_params)) {
    if (const auto* element = as<PgQuery__IndexElem>(node))
      check(event, context, element->expr, Use::kIndex, table);
  }
  check(event, context, create.where_clause, Use::kPredicate, table);
}

void check_table_expressions(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_tell(event, context) || create.relation == nullptr)
    return;
  const catalog::Name name = context.catalog().name_for_creation(*create.relation);
  if (create.if_not_exists != 0 && context.catalog().relations.find(name) != nullptr)
    return;
  const Relation table = written_columns(create, context.catalog());
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (const auto* definition = as<PgQuery__ColumnDef>(node))
      check_definition(event, context, *definition, &table);
    else if (const auto* constraint = as<PgQuery__Constraint>(node))
      check_constraint(event, context, *constraint, &table);
  }
  if (create.partspec == nullptr)
    return;
  for (const sql::Node* node : list(create.partspec->part_params, create.partspec->n_part_params)) {
    if (const auto* element = as<PgQuery__PartitionElem>(node))
      check(event, context, element->expr, Use::kPartitionKey, &table);
  }
}

void check_command_expressions(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr)
    return;
  const Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || !is_certain(*table) || !catalog::is_table(table->kind))
    return;
  // A column whose type changes with the same statement is of either.
  const Relation* types = count_beside(alter, sql::at::kAlterColumnType) > 0 ? nullptr : table;
  const PgQuery__AlterTableCmd& command = *event.command;
  const auto* definition = as<PgQuery__ColumnDef>(command.def);
  if (command.subtype == sql::at::kColumnDefault)
    check(event, context, command.def, Use::kDefault, types);
  else if (definition != nullptr && command.subtype == sql::at::kAddColumn &&
           table->find_column(definition->colname) == nullptr)
    check_definition(event, context, *definition, types);
  else if (const auto* constraint = as<PgQuery__Constraint>(command.def))
    check_constraint(event, context, *constraint, types);
}

}  // namespace godwit::codegen::lint
