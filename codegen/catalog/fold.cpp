// SPDX-License-Identifier: Apache-2.0
//
// One function a statement, found by its kind. What is created under an unknown condition is in the
// catalog and uncertain; what is dropped under one stays, uncertain too.
#include "catalog/fold.hpp"

#include <algorithm>
#include <utility>

#include "catalog/fold_other.hpp"
#include "catalog/fold_parts.hpp"
#include "catalog/fold_table.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

std::string_view text_of_constant(const sql::Node* node) {
  const auto* constant = as<PgQuery__AConst>(node);
  if (constant == nullptr || constant->val_case != PG_QUERY__A__CONST__VAL_SVAL)
    return {};
  return constant->sval->sval;
}

std::vector<std::string> schemas_in(std::string_view path) {
  std::vector<std::string> schemas;
  std::string current;
  const auto finish = [&] {
    if (!current.empty() && current != "$user" && current != "pg_catalog")
      schemas.push_back(current);
    current.clear();
  };
  for (const char c : path) {
    if (c == ',')
      finish();
    else if (c != ' ' && c != '"' && c != '\t' && c != '\n')
      current += c;
  }
  finish();
  return schemas;
}

void set_variable(Catalog& catalog, const PgQuery__VariableSetStmt& set) {
  const bool resets_all = set.kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL;
  if (!resets_all && std::string_view(set.name) != "search_path")
    return;
  if (set.kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE)
    return catalog.reset_search_path();
  std::vector<std::string> path;
  for (const sql::Node* argument : list(set.args, set.n_args)) {
    const std::string_view text = text_of_constant(argument);
    // SET search_path = 'a, b' names one schema; SET search_path TO '' none.
    if (!text.empty() && text != "$user" && text != "pg_catalog")
      path.emplace_back(text);
  }
  catalog.set_search_path(std::move(path));
}

/// ALTER DATABASE or ROLE … SET search_path: a session that begins later looks elsewhere, and
/// whether that is the next migration's is not known.
void set_for_later(Catalog& catalog, const PgQuery__VariableSetStmt* set) {
  if (set == nullptr || std::string_view(set->name) != "search_path")
    return;
  for (const sql::Node* argument : list(set->args, set->n_args)) {
    for (const std::string& schema : schemas_in(text_of_constant(argument)))
      catalog.may_have_more = catalog.may_have_more || schema != "public";
  }
}

/// SELECT set_config('search_path', 'a, b', …), as pg_dump writes it; SELECT … INTO a table.
void select(Catalog& catalog, const sql::Node& node, const Occasion& occasion) {
  const PgQuery__SelectStmt& select = *node.select_stmt;
  if (select.into_clause != nullptr && select.into_clause->rel != nullptr)
    select_into(catalog, node, occasion);
  if (select.n_from_clause != 0)
    return;
  for (const sql::Node* item : list(select.target_list, select.n_target_list)) {
    const auto* target = as<PgQuery__ResTarget>(item);
    const auto* call = target == nullptr ? nullptr : as<PgQuery__FuncCall>(target->val);
    if (call == nullptr || call->n_funcname == 0 || call->n_args != 3 ||
        string_value(call->funcname[call->n_funcname - 1]) != "set_config" ||
        text_of_constant(call->args[0]) != "search_path")
      continue;
    catalog.set_search_path(schemas_in(text_of_constant(call->args[1])));
  }
}

void create_schema(Catalog& catalog, const PgQuery__CreateSchemaStmt& create,
                   const Occasion& occasion) {
  std::string name = create.schemaname;
  if (name.empty() && create.authrole != nullptr)
    name = create.authrole->rolename;
  if (catalog.schemas.find({"", name}) == nullptr)
    catalog.schemas.put({"", name}, {name, occasion.migration});
  if (create.n_schema_elts == 0)
    return;
  std::vector<std::string> path = catalog.search_path();
  catalog.set_search_path({name});
  for (const sql::Node* element : list(create.schema_elts, create.n_schema_elts))
    fold(catalog, *element, occasion);
  catalog.set_search_path(std::move(path));
}

void create_extension(Catalog& catalog, const PgQuery__CreateExtensionStmt& create,
                      const Occasion& occasion) {
  const Name key{"", create.extname};
  if (catalog.extensions.find(key) == nullptr)
    catalog.extensions.put(key, {create.extname, occasion.migration});
}

}  // namespace

std::span<sql::Node* const> names_of(const sql::Node* node) {
  if (const auto* names = as<PgQuery__List>(node))
    return list(names->items, names->n_items);
  if (const auto* type = as<PgQuery__TypeName>(node))
    return list(type->names, type->n_names);
  if (const auto* function = as<PgQuery__ObjectWithArgs>(node))
    return list(function->objname, function->n_objname);
  return {};
}

void fold(Catalog& catalog, const sql::Node& node, const Occasion& occasion) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return create_table(catalog, *node.create_stmt, RelationKind::kTable, occasion);
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
      if (node.create_foreign_table_stmt->base_stmt != nullptr)
        create_table(catalog, *node.create_foreign_table_stmt->base_stmt,
                     RelationKind::kForeignTable, occasion);
      return;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return create_table_as(catalog, *node.create_table_as_stmt, occasion);
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return select(catalog, node, occasion);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      for (const sql::Node* command :
           list(node.alter_table_stmt->cmds, node.alter_table_stmt->n_cmds)) {
        if (const auto* one = as<PgQuery__AlterTableCmd>(command))
          fold_command(catalog, *node.alter_table_stmt, *one, occasion);
      }
      return;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return create_index(catalog, *node.index_stmt, occasion);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return drop(catalog, *node.drop_stmt, occasion);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return rename(catalog, *node.rename_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return set_schema(catalog, *node.alter_object_schema_stmt, occasion);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return create_view(catalog, *node.view_stmt, occasion);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return create_sequence(catalog, *node.create_seq_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
      return alter_sequence(catalog, *node.alter_seq_stmt);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return create_trigger(catalog, *node.create_trig_stmt, occasion);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return create_policy(catalog, *node.create_policy_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
      return alter_policy(catalog, *node.alter_policy_stmt);
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return create_rule(catalog, *node.rule_stmt, occasion);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return create_composite(catalog, *node.composite_type_stmt, occasion);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return create_enum(catalog, *node.create_enum_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
      return alter_enum(catalog, *node.alter_enum_stmt);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return create_domain(catalog, *node.create_domain_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
      return alter_domain(catalog, *node.alter_domain_stmt, occasion);
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
      return create_other_type(
          catalog, list(node.create_range_stmt->type_name, node.create_range_stmt->n_type_name),
          TypeKind::kRange, occasion);
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
      if (node.define_stmt->kind == sql::object::kType)
        create_other_type(catalog, list(node.define_stmt->defnames, node.define_stmt->n_defnames),
                          TypeKind::kOther, occasion);
      else if (node.define_stmt->kind == sql::object::kAggregate)
        create_aggregate(catalog, *node.define_stmt, occasion);
      else
        create_other(catalog, node, occasion);
      return;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return create_function(catalog, *node.create_function_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
      return alter_function(catalog, *node.alter_function_stmt);
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
      return create_schema(catalog, *node.create_schema_stmt, occasion);
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return refresh(catalog, *node.refresh_mat_view_stmt);
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT:
      create_other(catalog, node, occasion);
      return publish(catalog, node, occasion);
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
      create_extension(catalog, *node.create_extension_stmt, occasion);
      return;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      return set_variable(catalog, *node.variable_set_stmt);
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
      // What is undone stays here; whether it is there is not known any more.
      catalog.may_have_more =
          catalog.may_have_more ||
          node.transaction_stmt->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK ||
          node.transaction_stmt->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO;
      return;
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_SET_STMT:
      return set_for_later(catalog, node.alter_database_set_stmt->setstmt);
    case PG_QUERY__NODE__NODE_ALTER_ROLE_SET_STMT:
      return set_for_later(catalog, node.alter_role_set_stmt->setstmt);
    default:
      return create_other(catalog, node, occasion);
  }
}

void end_session(Catalog& catalog) {
  catalog.reset_search_path();
  const auto names_in = [](const auto& store) {
    std::vector<Name> names;
    if (!store.has_temporary())
      return names;
    for (const auto& [name, object] : store.all()) {
      if (name.schema == kTemporarySchema)
        names.push_back(name);
    }
    return names;
  };
  for (const Name& name : names_in(catalog.relations)) remove_relation(catalog, name);
  for (const Name& name : names_in(catalog.indexes)) catalog.indexes.erase(name);
  for (const Name& name : names_in(catalog.types)) catalog.types.erase(name);
  for (const Name& name : names_in(catalog.functions)) catalog.functions.erase(name);
}

}  // namespace godwit::codegen::catalog
