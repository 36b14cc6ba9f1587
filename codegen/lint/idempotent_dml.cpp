// SPDX-License-Identifier: Apache-2.0
//
// An assignment may be repeated when its right side reads none of the columns that the statement
// assigns, and calls nothing that answers differently each time. An UPDATE that leaves out the rows
// that it has done (WHERE new_column IS NULL) may assign what it likes.
#include "lint/idempotent_dml.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "catalog/called_function.hpp"
#include "lint/conflict_keys.hpp"
#include "lint/nested_writes.hpp"
#include "locks/new_column.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

/// Functions of PostgreSQL that give the same answer for the same arguments, beside those of
/// locks::is_steady().
constexpr auto kPure = std::to_array<std::string_view>({
    "array_position",
    "array_remove",
    "array_replace",
    "avg",
    "bit_length",
    "bool_and",
    "bool_or",
    "cbrt",
    "dense_rank",
    "digest",
    "every",
    "exp",
    "first_value",
    "hstore",
    "immutable_unaccent",
    "json_agg",
    "json_array_elements",
    "json_array_length",
    "json_extract_path_text",
    "json_object_agg",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_array_length",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_extract_path",
    "jsonb_extract_path_text",
    "jsonb_insert",
    "jsonb_object_agg",
    "jsonb_object_keys",
    "jsonb_path_query",
    "jsonb_path_query_array",
    "jsonb_path_query_first",
    "jsonb_set",
    "jsonb_strip_nulls",
    "jsonb_typeof",
    "lag",
    "last_value",
    "lead",
    "ln",
    "log",
    "ntile",
    "percentile_cont",
    "percentile_disc",
    "rank",
    "regexp_match",
    "regexp_matches",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "row_number",
    "setweight",
    "starts_with",
    "stddev",
    "string_to_table",
    "timezone",
    "to_json",
    "to_jsonb",
    "to_tsvector",
    "unaccent",
    "uuid_generate_v5",
    "uuid_nil",
    "variance",
    "width_bucket",
});
static_assert(std::is_sorted(kPure.begin(), kPure.end()));

/// Functions that give another answer each time.
constexpr auto kVolatile = std::to_array<std::string_view>(
    {"clock_timestamp", "gen_random_bytes", "gen_random_uuid", "nextval", "random", "setseed",
     "timeofday", "txid_current", "uuid_generate_v1", "uuid_generate_v4", "uuidv4", "uuidv7"});
static_assert(std::is_sorted(kVolatile.begin(), kVolatile.end()));

/// Functions with an effect that may be repeated, and functions without one, that migrations call
/// at top level. Others are unknown.
constexpr auto kRepeatable = std::to_array<std::string_view>({
    "array_agg",
    "array_length",
    "array_to_string",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "current_database",
    "current_schema",
    "current_setting",
    "exists",
    "format",
    "generate_series",
    "greatest",
    "has_schema_privilege",
    "has_table_privilege",
    "jsonb_agg",
    "jsonb_build_object",
    "least",
    "length",
    "lower",
    "max",
    "md5",
    "min",
    "now",
    "nullif",
    "obj_description",
    "pg_advisory_lock",
    "pg_advisory_unlock",
    "pg_advisory_xact_lock",
    "pg_get_serial_sequence",
    "pg_is_in_recovery",
    "pg_notify",
    "pg_sleep",
    "pg_try_advisory_lock",
    "pg_try_advisory_xact_lock",
    "quote_ident",
    "quote_literal",
    "row_to_json",
    "set_config",
    "setval",
    "string_agg",
    "substring",
    "sum",
    "to_regclass",
    "to_regproc",
    "to_regtype",
    "trim",
    "unnest",
    "upper",
    "version",
});
static_assert(std::is_sorted(kRepeatable.begin(), kRepeatable.end()));

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

std::string_view last_name(Node* const* names, std::size_t count) {
  return count == 0 ? std::string_view() : string_value(names[count - 1]);
}

/// app.count() is not PostgreSQL's.
bool is_of_other_schema(const PgQuery__FuncCall& call) {
  return call.n_funcname >= 2 && string_value(call.funcname[0]) != "pg_catalog";
}

using Columns = std::set<std::string_view>;

Columns assigned_columns(std::span<Node* const> targets) {
  Columns columns;
  for (const Node* node : targets) {
    if (const auto* target = as<PgQuery__ResTarget>(node))
      columns.insert(target->name);
  }
  return columns;
}

std::string_view name_of_target(const PgQuery__RangeVar* relation) {
  if (relation == nullptr)
    return {};
  return relation->alias != nullptr ? std::string_view(relation->alias->aliasname)
                                    : std::string_view(relation->relname);
}

/// Why `expression` cannot be evaluated a second time with the same result.
std::string expression_problem(const Node* expression, const Columns& assigned,
                               std::string_view target, const OwnFunctions& own) {
  std::string problem;
  sql::walk(expression, [&](const Node& node) {
    if (const auto* column = as<PgQuery__ColumnRef>(&node); column != nullptr) {
      const std::string_view name = last_name(column->fields, column->n_fields);
      const std::string_view qualifier = column->n_fields >= 2
                                             ? string_value(column->fields[column->n_fields - 2])
                                             : std::string_view();
      if (assigned.count(name) != 0 && (qualifier.empty() || qualifier == target))
        problem =
            fmt::format("the new value is made of the old one ({}), so it changes again", name);
    } else if (const auto* call = as<PgQuery__FuncCall>(&node); call != nullptr) {
      const std::string_view name = last_name(call->funcname, call->n_funcname);
      const auto is_steady = own.is_steady(*call);
      const bool is_known =
          !is_of_other_schema(*call) &&
          (contains(kRepeatable, name) || contains(kPure, name) || locks::is_steady(name));
      if (!is_steady && contains(kVolatile, name))
        problem = fmt::format("{}() gives other values each time", name);
      else if (!is_steady.value_or(is_known))
        problem = fmt::format("whether {}() gives the same value again is unknown", name);
    }
    return problem.empty();
  });
  return problem;
}

std::string assignments_problem(std::span<Node* const> targets, std::string_view target_name,
                                const OwnFunctions& own) {
  const Columns assigned = assigned_columns(targets);
  for (const Node* node : targets) {
    const auto* target = as<PgQuery__ResTarget>(node);
    if (target == nullptr)
      continue;
    std::string problem = expression_problem(target->val, assigned, target_name, own);
    if (!problem.empty())
      return problem;
  }
  return {};
}

/// Does every row have to satisfy `c IS NULL`, or `c = constant` that is changed, for an assigned
/// c?
bool leaves_out_done_rows(const Node* condition, const Columns& assigned) {
  if (const auto* logic = as<PgQuery__BoolExpr>(condition);
      logic != nullptr && logic->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
    const auto arguments = list(logic->args, logic->n_args);
    return std::any_of(arguments.begin(), arguments.end(), [&](const Node* argument) {
      return leaves_out_done_rows(argument, assigned);
    });
  }
  const auto* test = as<PgQuery__NullTest>(condition);
  if (test == nullptr || test->nulltesttype != PG_QUERY__NULL_TEST_TYPE__IS_NULL)
    return false;
  const auto* column = as<PgQuery__ColumnRef>(test->arg);
  return column != nullptr && assigned.count(last_name(column->fields, column->n_fields)) != 0;
}

/// INSERT … SELECT … WHERE NOT EXISTS (SELECT … FROM the same table …).
bool selects_missing_rows(const Node* query, std::string_view table) {
  const auto* select = as<PgQuery__SelectStmt>(query);
  if (select == nullptr)
    return false;
  bool found = false;
  const auto look = [&](const Node& node) {
    const auto* logic = as<PgQuery__BoolExpr>(&node);
    if (logic == nullptr || logic->boolop != PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR ||
        logic->n_args != 1)
      return true;
    const auto* link = as<PgQuery__SubLink>(logic->args[0]);
    if (link == nullptr)
      return true;
    sql::walk(link->subselect, [&](const Node& inner) {
      const auto* range = as<PgQuery__RangeVar>(&inner);
      found = found || (range != nullptr && table == range->relname);
      return !found;
    });
    return !found;
  };
  sql::walk(select->where_clause, look);
  return found;
}

}  // namespace

void OwnFunctions::note(const PgQuery__CreateFunctionStmt& create) {
  const std::string name(last_name(create.funcname, create.n_funcname));
  for (const Node* node : list(create.options, create.n_options)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option != nullptr && std::string_view(option->defname) == "volatility" &&
        string_value(option->arg) != "volatile") {
      steady_.insert(name);
      return;
    }
  }
  volatile_.insert(name);
}

std::optional<bool> OwnFunctions::is_steady(const PgQuery__FuncCall& call) const {
  const std::string_view name = last_name(call.funcname, call.n_funcname);
  if (call.n_funcname >= 2 && string_value(call.funcname[0]) == "pg_catalog")
    return std::nullopt;
  if (volatile_.count(name) != 0)
    return false;
  if (catalog_ != nullptr) {
    if (const auto own = catalog::find_called(*catalog_, call); !own.empty())
      return std::none_of(own.begin(), own.end(),
                          [](const catalog::Overload* overload) { return overload->is_volatile; });
  }
  return steady_.count(name) != 0 ? std::optional<bool>(true) : std::nullopt;
}

std::string insert_problem(const PgQuery__InsertStmt& insert, const OwnFunctions& own) {
  const auto* conflict = insert.on_conflict_clause;
  if (conflict != nullptr && own.catalog() != nullptr) {
    if (std::string problem = conflict_problem(insert, *own.catalog()); !problem.empty())
      return problem;
  }
  if (conflict != nullptr && conflict->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_NOTHING)
    return {};
  if (conflict != nullptr && conflict->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE) {
    const auto targets = list(conflict->target_list, conflict->n_target_list);
    const Columns assigned = assigned_columns(targets);
    return leaves_out_done_rows(conflict->where_clause, assigned)
               ? std::string()
               : assignments_problem(targets, name_of_target(insert.relation), own);
  }
  if (insert.relation != nullptr &&
      selects_missing_rows(insert.select_stmt, insert.relation->relname))
    return {};
  return "INSERT adds the rows again, or fails on a unique key";
}

std::string update_problem(const PgQuery__UpdateStmt& update, const OwnFunctions& own) {
  const auto targets = list(update.target_list, update.n_target_list);
  if (leaves_out_done_rows(update.where_clause, assigned_columns(targets)))
    return {};
  return assignments_problem(targets, name_of_target(update.relation), own);
}

std::string merge_problem(const PgQuery__MergeStmt& merge, const OwnFunctions& own) {
  const auto* condition = as<PgQuery__AConst>(merge.join_condition);
  const bool never_matches = condition != nullptr && !sql::is_constant_true(merge.join_condition);
  for (const Node* node : list(merge.merge_when_clauses, merge.n_merge_when_clauses)) {
    const auto* when = as<PgQuery__MergeWhenClause>(node);
    if (never_matches && when != nullptr && when->command_type == PG_QUERY__CMD_TYPE__CMD_INSERT)
      return "no row ever matches, so the rows are added again";
    if (when == nullptr || when->command_type != PG_QUERY__CMD_TYPE__CMD_UPDATE)
      continue;  // WHEN NOT MATCHED THEN INSERT finds a match the second time; DELETE nothing
    std::string problem = assignments_problem(list(when->target_list, when->n_target_list),
                                              name_of_target(merge.relation), own);
    if (!problem.empty())
      return problem;
  }
  return {};
}

std::string nested_problem(const Node& statement, const OwnFunctions& own) {
  for (const Node* write : writes_of(statement)) {
    std::string problem;
    if (write == &statement)
      continue;
    if (const auto* insert = as<PgQuery__InsertStmt>(write))
      problem = insert_problem(*insert, own);
    else if (const auto* update = as<PgQuery__UpdateStmt>(write))
      problem = update_problem(*update, own);
    else if (const auto* merge = as<PgQuery__MergeStmt>(write))
      problem = merge_problem(*merge, own);
    if (!problem.empty())
      return problem;
  }
  return {};
}

std::string query_problem(const Node& select, const OwnFunctions& own) {
  std::string problem;
  sql::walk(&select, [&](const Node& node) {
    if (const auto* insert = as<PgQuery__InsertStmt>(&node)) {
      problem = insert_problem(*insert, own);
    } else if (const auto* update = as<PgQuery__UpdateStmt>(&node)) {
      problem = update_problem(*update, own);
    } else if (const auto* call = as<PgQuery__FuncCall>(&node)) {
      const std::string_view name = last_name(call->funcname, call->n_funcname);
      const auto is_steady = own.is_steady(*call);
      const bool is_builtin = call->n_funcname >= 2 && !is_of_other_schema(*call);
      const bool is_known =
          !is_of_other_schema(*call) &&
          (is_builtin || contains(kRepeatable, name) || contains(kVolatile, name));
      if (!is_steady && name == "nextval")
        problem = "nextval() takes another number each time";
      else if (!is_steady.value_or(is_known))
        problem = fmt::format("what {}() does on a second call is unknown", name);
    }
    return problem.empty();
  });
  return problem;
}

}  // namespace godwit::codegen::lint
