// SPDX-License-Identifier: Apache-2.0
//
// The rule about names without a schema: search_path decides what they mean.
#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;

constexpr RuleInfo kRules[] = {
    {.id = "require-schema-qualified",
     .group = "style",
     .severity = Severity::kOff,
     .summary = "A name without its schema depends on search_path",
     .explanation =
         "Where a role or a database has another search_path, the migration makes or changes "
         "something else. Asked for are the names of what a statement makes, changes, writes to "
         "or drops; not those in queries and function bodies, nor temporary tables.",
     .bad = "CREATE TABLE users (id bigint PRIMARY KEY);",
     .good = "CREATE TABLE public.users (id bigint PRIMARY KEY);",
     .manual = "https://www.postgresql.org/docs/15/ddl-schemas.html"},
};

void report(const Event& event, Context& context, Place place, const std::string& name) {
  context.report("require-schema-qualified", event, place,
                 fmt::format("{} has no schema: search_path decides which is meant", name),
                 {fmt::format("write its schema: public.{}", name)});
}

void check_range(const PgQuery__RangeVar* range, const Event& event, Context& context) {
  if (range == nullptr || !std::string_view(range->schemaname).empty() ||
      std::string_view(range->relpersistence) == "t" ||
      context.catalog().resolve(*range).schema == catalog::kTemporarySchema)
    return;
  report(event, context, context.name_at(event, range->location), Context::spelled(*range));
}

void check_ranges(std::span<Node* const> nodes, const Event& event, Context& context) {
  for (const Node* node : nodes) check_range(as<PgQuery__RangeVar>(node), event, context);
}

void check_names(std::span<Node* const> names, Place place, const Event& event, Context& context) {
  if (names.size() == 1)
    report(event, context, place, catalog::quote_identifier(sql::string_value(names.front())));
}

/// What CREATE TYPE, CREATE DOMAIN and CREATE FUNCTION name.
void check_made(std::span<Node* const> names, const Event& event, Context& context) {
  if (!names.empty())
    check_names(names, context.column_place(event, sql::string_value(names.back())), event,
                context);
}

void check_dropped(const PgQuery__DropStmt& drop, const Event& event, Context& context) {
  const auto objects = list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Place place = context.object_place(event, i);
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kForeignTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kIndex:
      case sql::object::kSequence:
        if (const auto* names = as<PgQuery__List>(objects[i])) {
          const auto parts = list(names->items, names->n_items);
          if (context.catalog().resolve_relation(parts).schema != catalog::kTemporarySchema)
            check_names(parts, place, event, context);
        }
        break;
      case sql::object::kType:
      case sql::object::kDomain:
        if (const auto* type = as<PgQuery__TypeName>(objects[i]))
          check_names(list(type->names, type->n_names), place, event, context);
        break;
      case sql::object::kFunction:
      case sql::object::kProcedure:
      case sql::object::kRoutine:
      case sql::object::kAggregate:
        if (const auto* function = as<PgQuery__ObjectWithArgs>(objects[i]))
          check_names(list(function->objname, function->n_objname), place, event, context);
        break;
      case sql::object::kTrigger:
      case sql::object::kPolicy:
      case sql::object::kRule:
        // table.name
        if (const auto* names = as<PgQuery__List>(objects[i]); names != nullptr)
          check_names(list(names->items, names->n_items - 1), place, event, context);
        break;
      default:
        break;
    }
  }
}

void check_granted(const PgQuery__GrantStmt& grant, const Event& event, Context& context) {
  if (grant.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT &&
      (grant.objtype == sql::object::kTable || grant.objtype == sql::object::kSequence))
    check_ranges(list(grant.objects, grant.n_objects), event, context);
}

void check(const Event& event, Context& context) {
  if (context.is_down() || event.is_in_body ||
      effective_severity(context.policy(), kRules[0].id, Severity::kOff) == Severity::kOff)
    return;
  const Node& node = *event.node;
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return check_range(node.create_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      if (node.create_table_as_stmt->into != nullptr)
        check_range(node.create_table_as_stmt->into->rel, event, context);
      return;
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
      return check_range(node.create_foreign_table_stmt->base_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return check_range(node.index_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return check_range(node.view_stmt->view, event, context);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return check_range(node.create_seq_stmt->sequence, event, context);
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
      return check_range(node.alter_seq_stmt->sequence, event, context);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return check_range(node.alter_table_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return check_range(node.rename_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return check_range(node.alter_object_schema_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return check_dropped(*node.drop_stmt, event, context);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      return check_ranges(list(node.truncate_stmt->relations, node.truncate_stmt->n_relations),
                          event, context);
    case PG_QUERY__NODE__NODE_LOCK_STMT:
      return check_ranges(list(node.lock_stmt->relations, node.lock_stmt->n_relations), event,
                          context);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return check_range(node.create_trig_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return check_range(node.create_policy_stmt->table, event, context);
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return check_range(node.rule_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return check_range(node.refresh_mat_view_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return check_range(node.insert_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return check_range(node.update_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return check_range(node.delete_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return check_range(node.merge_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return check_range(node.copy_stmt->relation, event, context);
    case PG_QUERY__NODE__NODE_GRANT_STMT:
      return check_granted(*node.grant_stmt, event, context);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return check_range(node.composite_type_stmt->typevar, event, context);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return check_made(list(node.create_enum_stmt->type_name, node.create_enum_stmt->n_type_name),
                        event, context);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return check_made(
          list(node.create_domain_stmt->domainname, node.create_domain_stmt->n_domainname), event,
          context);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return check_made(
          list(node.create_function_stmt->funcname, node.create_function_stmt->n_funcname), event,
          context);
    default:
      return;
  }
}

}  // namespace

const Family kQualifiedRules{.name = "qualified names", .rules = kRules, .every_statement = check};

}  // namespace godwit::codegen::lint
