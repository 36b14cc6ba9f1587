// SPDX-License-Identifier: Apache-2.0
//
// A set that is applied to many schemas, one for each tenant, leaves it to the search path where
// its objects are. What names a schema is done to that one by every tenant again.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "source/words.hpp"
#include "sql/ast.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kRule = "fixed-schema";

constexpr RuleInfo kRules[] = {
    {.id = kRule,
     .group = "style",
     .severity = Severity::kOff,
     .summary = "What a set for many schemas makes or changes stands in one of them",
     .explanation =
         "For a set that runs in a schema for each tenant (--schema, --schemas): what is made or "
         "changed by its schema's name is the same for all tenants, and the second one finds it "
         "there. Leave the schema out: the search path has the tenant's first. What all share "
         "belongs into a set of its own. An extension goes into the schema of whoever is first, "
         "unless the statement says another. What is only read or referenced may name its schema. "
         "A search path of the migration's own, and IF EXISTS of what the set has not made, lead "
         "out "
         "of the tenant's schema too.",
     .bad = "CREATE TABLE app.notes (id bigint PRIMARY KEY);",
     .good = "CREATE TABLE notes (id bigint PRIMARY KEY, country text REFERENCES public.countries "
             "(code));",
     .manual = "https://www.postgresql.org/docs/15/ddl-schemas.html"},
};

void report(const Event& event, Context& context, Place place, std::string_view name) {
  context.report(kRule, event, place,
                 fmt::format("{} is the same for every tenant: it names its schema", name),
                 {"leave the schema out; what all tenants share belongs into a set of its own"});
}

void check(const PgQuery__RangeVar* relation, const Event& event, Context& context) {
  if (relation == nullptr || std::string_view(relation->schemaname).empty() ||
      std::string_view(relation->schemaname) == "pg_temp")
    return;
  report(event, context, context.name_at(event, relation->location),
         fmt::format("{}.{}", relation->schemaname, relation->relname));
}

/// `count` words of a name that need a schema no more than `enough` of them do.
void check(PgQuery__Node* const* words, std::size_t count, std::size_t enough, const Event& event,
           Context& context, Place place) {
  if (count <= enough)
    return;
  std::string name;
  for (const sql::Node* word : sql::list(words, count))
    name += fmt::format("{}{}", name.empty() ? "" : ".", sql::string_value(word));
  report(event, context, place, name);
}

/// IF EXISTS of what no migration has made: the search path finds another one's.
void check_absent(const catalog::Name& name, const Event& event, Context& context, Place place) {
  if (context.is_alone() || context.catalog().relations.find(name) != nullptr)
    return;
  context.report(
      kRule, event, place,
      fmt::format("{} is not of this set: where public has one, this is done to that one",
                  catalog::quote_identifier(name.name)),
      {"delete the statement, or drop it in a set of its own for what all share"});
}

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  // "ON table" stands before the name in the tree.
  const bool is_part = drop.remove_type == sql::object::kTrigger ||
                       drop.remove_type == sql::object::kPolicy ||
                       drop.remove_type == sql::object::kRule;
  const bool is_relation =
      drop.remove_type == sql::object::kTable || drop.remove_type == sql::object::kView ||
      drop.remove_type == sql::object::kMatview || drop.remove_type == sql::object::kSequence;
  for (std::size_t i = 0; i < drop.n_objects; ++i) {
    const sql::Node* object = drop.objects[i];
    const Place place = context.object_place(event, i);
    if (const auto* names = sql::as<PgQuery__List>(object)) {
      check(names->items, names->n_items, is_part ? 2 : 1, event, context, place);
      if (is_relation && drop.missing_ok && names->n_items == 1)
        check_absent(context.catalog().resolve_relation(sql::list(names->items, names->n_items)),
                     event, context, place);
    } else if (const auto* type = sql::as<PgQuery__TypeName>(object))
      check(type->names, type->n_names, 1, event, context, place);
    else if (const auto* function = sql::as<PgQuery__ObjectWithArgs>(object))
      check(function->objname, function->n_objname, 1, event, context, place);
  }
}

void check_extension(const Event& event, Context& context) {
  const auto& create = *event.node->create_extension_stmt;
  bool has_schema = false;
  for (const sql::Node* node : sql::list(create.options, create.n_options)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    has_schema = has_schema || (option != nullptr && std::string_view(option->defname) == "schema");
  }
  if (has_schema && create.if_not_exists)
    return;
  context.report(kRule, event, event.place,
                 has_schema
                     ? fmt::format("the second tenant finds the extension {} there", create.extname)
                     : fmt::format("the extension {} goes into the schema of the first "
                                   "tenant, where the others do not see it",
                                   create.extname),
                 {fmt::format("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public", create.extname)});
}

void check_schema(const Event& event, Context& context) {
  report(event, context, event.place,
         fmt::format("the schema {}", event.node->create_schema_stmt->schemaname));
}

void check_truncate(const Event& event, Context& context) {
  const auto& truncate = *event.node->truncate_stmt;
  for (const sql::Node* node : sql::list(truncate.relations, truncate.n_relations))
    check(sql::as<PgQuery__RangeVar>(node), event, context);
}

void check_alter_table(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  check(alter.relation, event, context);
  if (alter.missing_ok && alter.relation != nullptr &&
      std::string_view(alter.relation->schemaname).empty())
    check_absent(context.catalog().resolve(*alter.relation), event, context,
                 context.name_at(event, alter.relation->location));
}

void report_path(const Event& event, Context& context) {
  context.report(
      kRule, event, event.place,
      "what follows is looked for and made along another search path than the tenant's",
      {"the search path has the tenant's schema first already: delete this; a function's "
       "own path is set with CREATE FUNCTION … SET search_path"});
}

void check_variable(const Event& event, Context& context) {
  const auto& set = *event.node->variable_set_stmt;
  const std::string_view name = set.name == nullptr ? "" : set.name;
  const bool is_all = set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL;
  if (is_all || equals_ignoring_case(name, "search_path"))
    report_path(event, context);
}

/// set_config('search_path', …), wherever it is called.
void check_calls(const Event& event, Context& context) {
  bool is_found = false;
  sql::walk(event.node, [&](const sql::Node& node) {
    const auto* call = sql::as<PgQuery__FuncCall>(&node);
    if (call != nullptr && call->n_funcname > 0 && call->n_args > 1 &&
        sql::string_value(call->funcname[call->n_funcname - 1]) == "set_config")
      is_found = is_found || equals_ignoring_case(sql::constant_text(call->args[0]), "search_path");
    return !is_found;
  });
  if (is_found)
    report_path(event, context);
}

void check_set_schema(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_object_schema_stmt;
  report(event, context, event.place, fmt::format("the schema {}", alter.newschema));
}

void check_others(const Event& event, Context& context) {
  const sql::Node* node = event.node;
  const auto words = [&](PgQuery__Node* const* names, std::size_t count) {
    check(names, count, 1, event, context, event.place);
  };
  switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return check(node->create_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return check(node->create_table_as_stmt->into->rel, event, context);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return check(node->view_stmt->view, event, context);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return check(node->index_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return check(node->create_seq_stmt->sequence, event, context);
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
      return check(node->alter_seq_stmt->sequence, event, context);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return check(node->composite_type_stmt->typevar, event, context);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return check(node->create_trig_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return check(node->create_policy_stmt->table, event, context);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return check(node->rename_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return check(node->insert_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return check(node->update_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return check(node->delete_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return words(node->create_function_stmt->funcname, node->create_function_stmt->n_funcname);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return words(node->create_enum_stmt->type_name, node->create_enum_stmt->n_type_name);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
      return words(node->alter_enum_stmt->type_name, node->alter_enum_stmt->n_type_name);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return words(node->create_domain_stmt->domainname, node->create_domain_stmt->n_domainname);
    default:
      return;
  }
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_others},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_others},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_others},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_others},
    {PG_QUERY__NODE__NODE_ALTER_TABLE_STMT, check_alter_table},
    {PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT, check_set_schema},
    {PG_QUERY__NODE__NODE_VARIABLE_SET_STMT, check_variable},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_calls},
    {PG_QUERY__NODE__NODE_CREATE_SEQ_STMT, check_others},
    {PG_QUERY__NODE__NODE_ALTER_SEQ_STMT, check_others},
    {PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT, check_others},
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, check_others},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, check_others},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_others},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_others},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_others},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_others},
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_others},
    {PG_QUERY__NODE__NODE_CREATE_ENUM_STMT, check_others},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_others},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, check_others},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncate},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT, check_schema},
    {PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT, check_extension},
};

}  // namespace

const Family kTenantRules{.name = "tenants", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
