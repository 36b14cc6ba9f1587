// SPDX-License-Identifier: Apache-2.0
//
// One function a statement, found by its kind. What is created under an unknown condition is in the
// catalog and uncertain; what is dropped under one stays, uncertain too.
#include "catalog/fold.hpp"

#include <algorithm>
#include <utility>

#include "catalog/fold_table.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

void create_relation_without_shape(Catalog& catalog, const PgQuery__RangeVar& range,
                                   RelationKind kind, const Occasion& occasion) {
  const Name name = catalog.name_for_creation(range);
  if (catalog.relations.find(name) != nullptr && kind != RelationKind::kView)
    return;  // IF NOT EXISTS, or an error when it runs
  Relation fresh;
  fresh.name = name;
  fresh.kind = kind;
  fresh.is_temporary = name.schema == kTemporarySchema;
  fresh.has_known_shape = false;
  fresh.is_uncertain = !occasion.is_certain;
  fresh.made_in = occasion.migration;
  if (const Relation* replaced = catalog.relations.find(name))
    fresh.made_in = replaced->made_in;
  catalog.relations.put(name, std::move(fresh));
}

void create_table_as(Catalog& catalog, const PgQuery__CreateTableAsStmt& create,
                     const Occasion& occasion) {
  if (create.into == nullptr || create.into->rel == nullptr)
    return;
  create_relation_without_shape(catalog, *create.into->rel,
                                create.objtype == sql::object::kMatview
                                    ? RelationKind::kMaterializedView
                                    : RelationKind::kTable,
                                occasion);
  if (create.into->skip_data == 0)
    return;
  if (Relation* view = catalog.relations.edit(catalog.resolve(*create.into->rel));
      view != nullptr && view->made_in == occasion.migration)
    view->is_unfilled = true;
}

void refresh(Catalog& catalog, const PgQuery__RefreshMatViewStmt& refresh) {
  if (refresh.relation == nullptr)
    return;
  if (Relation* view = catalog.relations.edit(catalog.resolve(*refresh.relation)))
    view->is_unfilled = refresh.skip_data != 0;
}

void create_composite(Catalog& catalog, const PgQuery__CompositeTypeStmt& create,
                      const Occasion& occasion) {
  if (create.typevar == nullptr)
    return;
  const Name name = catalog.name_for_creation(*create.typevar);
  UserType type;
  type.name = name;
  type.kind = TypeKind::kComposite;
  type.made_in = occasion.migration;
  catalog.types.put(name, std::move(type));
}

void create_enum(Catalog& catalog, const PgQuery__CreateEnumStmt& create,
                 const Occasion& occasion) {
  UserType type;
  type.name = catalog.name_for_creation(list(create.type_name, create.n_type_name));
  type.kind = TypeKind::kEnum;
  type.made_in = occasion.migration;
  for (const sql::Node* value : list(create.vals, create.n_vals))
    type.values.emplace_back(string_value(value));
  const Name name = type.name;
  catalog.types.put(name, std::move(type));
}

void alter_enum(Catalog& catalog, const PgQuery__AlterEnumStmt& alter) {
  UserType* type =
      catalog.types.edit(catalog.resolve_type(list(alter.type_name, alter.n_type_name)));
  if (type == nullptr)
    return;
  const std::string old_value = alter.old_val;
  const std::string new_value = alter.new_val;
  auto& values = type->values;
  if (!old_value.empty()) {
    std::replace(values.begin(), values.end(), old_value, new_value);
    return;
  }
  if (std::find(values.begin(), values.end(), new_value) != values.end())
    return;
  auto place = std::find(values.begin(), values.end(), alter.new_val_neighbor);
  if (place != values.end() && alter.new_val_is_after != 0)
    ++place;
  values.insert(place, new_value);
}

bool constrains_domain(const sql::Node* node) {
  const auto* constraint = as<PgQuery__Constraint>(node);
  return constraint != nullptr && (constraint->contype == sql::constr::kCheck ||
                                   constraint->contype == sql::constr::kNotnull);
}

void create_domain(Catalog& catalog, const PgQuery__CreateDomainStmt& create,
                   const Occasion& occasion) {
  UserType type;
  type.name = catalog.name_for_creation(list(create.domainname, create.n_domainname));
  type.kind = TypeKind::kDomain;
  type.made_in = occasion.migration;
  if (create.type_name != nullptr)
    type.base = catalog.resolved(read_type(*create.type_name));
  const auto constraints = list(create.constraints, create.n_constraints);
  type.is_constrained = std::any_of(constraints.begin(), constraints.end(), constrains_domain);
  type.has_default = std::any_of(constraints.begin(), constraints.end(), [](const sql::Node* node) {
    const auto* constraint = as<PgQuery__Constraint>(node);
    return constraint != nullptr && constraint->contype == sql::constr::kDefault;
  });
  const Name name = type.name;
  catalog.types.put(name, std::move(type));
}

void alter_domain(Catalog& catalog, const PgQuery__AlterDomainStmt& alter) {
  UserType* type =
      catalog.types.edit(catalog.resolve_type(list(alter.type_name, alter.n_type_name)));
  const std::string_view subtype = alter.subtype;
  if (type != nullptr && (subtype == "C" || subtype == "O"))
    type->is_constrained = true;
  if (type != nullptr && subtype == "T")
    type->has_default = alter.def != nullptr;
}

void create_other_type(Catalog& catalog, std::span<sql::Node* const> names, TypeKind kind,
                       const Occasion& occasion) {
  UserType type;
  type.name = catalog.name_for_creation(names);
  type.kind = kind;
  type.made_in = occasion.migration;
  const Name name = type.name;
  catalog.types.put(name, std::move(type));
}

void create_function(Catalog& catalog, const PgQuery__CreateFunctionStmt& create,
                     const Occasion& occasion) {
  const Name name = catalog.name_for_creation(list(create.funcname, create.n_funcname));
  Overload overload;
  overload.is_procedure = create.is_procedure != 0;
  overload.section = occasion.section;
  overload.statement = occasion.statement;
  overload.made_in = occasion.migration;
  for (const sql::Node* node : list(create.parameters, create.n_parameters)) {
    const auto* parameter = as<PgQuery__FunctionParameter>(node);
    if (parameter != nullptr &&
        parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT &&
        parameter->mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE)
      ++overload.argument_count;
  }
  for (const sql::Node* node : list(create.options, create.n_options)) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option != nullptr && std::string_view(option->defname) == "volatility")
      overload.is_volatile = string_value(option->arg) == "volatile";
  }
  Function function;
  if (const Function* known = catalog.functions.find(name))
    function = *known;
  function.name = name;
  std::erase_if(function.overloads, [&](const Overload& other) {
    return other.argument_count == overload.argument_count;
  });
  function.overloads.push_back(overload);
  catalog.functions.put(name, std::move(function));
}

void rename_relation(Catalog& catalog, const Name& from, const Name& to) {
  if (from == to)
    return;
  if (auto index = catalog.indexes.erase(from)) {
    Index renamed = *index;
    renamed.name = to;
    if (Relation* table = catalog.relations.edit(renamed.table)) {
      std::replace(table->indexes.begin(), table->indexes.end(), from.name, to.name);
      for (Constraint& constraint : table->constraints) {
        if (constraint.index == from.name) {
          constraint.index = to.name;
          constraint.name = to.name;
        }
      }
    }
    catalog.indexes.put(to, std::move(renamed));
    return;
  }
  const auto relation = catalog.relations.erase(from);
  if (relation == nullptr)
    return;
  Relation renamed = *relation;
  renamed.name = to;
  // Indexes live in their table's schema and point at it by name.
  for (const std::string& name : renamed.indexes) {
    const auto index = catalog.indexes.erase({from.schema, name});
    if (index == nullptr)
      continue;
    Index moved = *index;
    moved.name.schema = to.schema;
    moved.table = to;
    const Name key = moved.name;
    catalog.indexes.put(key, std::move(moved));
  }
  catalog.relations.put(to, std::move(renamed));
  std::vector<Name> pointing;
  for (const auto& [name, other] : catalog.relations.all()) {
    const bool points =
        other->partition_of == from ||
        std::find(other->parents.begin(), other->parents.end(), from) != other->parents.end() ||
        std::any_of(other->constraints.begin(), other->constraints.end(),
                    [&](const Constraint& c) { return c.referenced_table == from; });
    if (points)
      pointing.push_back(name);
  }
  for (const Name& name : pointing) {
    Relation* other = catalog.relations.edit(name);
    if (other->partition_of == from)
      other->partition_of = to;
    std::replace(other->parents.begin(), other->parents.end(), from, to);
    for (Constraint& constraint : other->constraints) {
      if (constraint.referenced_table == from)
        constraint.referenced_table = to;
    }
  }
}

void rename_column(Catalog& catalog, const Name& table_name, const std::string& from,
                   const std::string& to) {
  Relation* table = catalog.relations.edit(table_name);
  if (table == nullptr)
    return;
  if (Column* column = table->find_column(from))
    column->name = to;
  for (Constraint& constraint : table->constraints) {
    std::replace(constraint.columns.begin(), constraint.columns.end(), from, to);
    std::replace(constraint.not_null_columns.begin(), constraint.not_null_columns.end(), from, to);
  }
  for (const std::string& name : table->indexes) {
    if (Index* index = catalog.indexes.edit({table->name.schema, name})) {
      std::replace(index->columns.begin(), index->columns.end(), from, to);
      std::replace(index->columns_read.begin(), index->columns_read.end(), from, to);
    }
  }
  std::vector<Name> children;
  for (const auto& [name, other] : catalog.relations.all()) {
    if (other->partition_of == table_name ||
        std::find(other->parents.begin(), other->parents.end(), table_name) != other->parents.end())
      children.push_back(name);
  }
  for (const Name& child : children) rename_column(catalog, child, from, to);
}

void rename_constraint(Catalog& catalog, const Name& table_name, std::string_view from,
                       const std::string& to) {
  Relation* table = catalog.relations.edit(table_name);
  Constraint* constraint = table == nullptr ? nullptr : table->find_constraint(from);
  if (constraint == nullptr)
    return;
  constraint->name = to;
  if (constraint->index.empty())
    return;
  const Name index{table->name.schema, constraint->index};
  rename_relation(catalog, index, {index.schema, to});
}

void move_schema(Catalog& catalog, std::string_view from, const std::string& to) {
  std::vector<Name> relations;
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (name.schema == from)
      relations.push_back(name);
  }
  for (const Name& name : relations) rename_relation(catalog, name, {to, name.name});
  const auto schema = catalog.schemas.erase({"", std::string(from)});
  catalog.schemas.put({"", to}, {to, schema == nullptr ? kMadeElsewhere : schema->made_in});
}

void rename_type(Catalog& catalog, const Name& from, const Name& to) {
  const auto type = catalog.types.erase(from);
  if (type == nullptr)
    return;
  UserType renamed = *type;
  renamed.name = to;
  catalog.types.put(to, std::move(renamed));
  std::vector<Name> users;
  for (const auto& [name, relation] : catalog.relations.all()) {
    const auto& columns = relation->columns;
    if (std::any_of(columns.begin(), columns.end(), [&](const Column& column) {
          return column.type.schema == from.schema && column.type.name == from.name;
        }))
      users.push_back(name);
  }
  for (const Name& name : users) {
    for (Column& column : catalog.relations.edit(name)->columns) {
      if (column.type.schema == from.schema && column.type.name == from.name) {
        column.type.schema = to.schema;
        column.type.name = to.name;
      }
    }
  }
}

std::span<sql::Node* const> names_of(const sql::Node* node) {
  if (const auto* names = as<PgQuery__List>(node))
    return list(names->items, names->n_items);
  if (const auto* type = as<PgQuery__TypeName>(node))
    return list(type->names, type->n_names);
  if (const auto* function = as<PgQuery__ObjectWithArgs>(node))
    return list(function->objname, function->n_objname);
  return {};
}

void rename(Catalog& catalog, const PgQuery__RenameStmt& rename) {
  const std::string new_name = rename.newname;
  switch (rename.rename_type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
    case sql::object::kIndex:
      if (rename.relation != nullptr) {
        const Name from = catalog.resolve(*rename.relation);
        rename_relation(catalog, from, {from.schema, new_name});
      }
      return;
    case sql::object::kColumn:
    case sql::object::kAttribute:
      if (rename.relation != nullptr)
        rename_column(catalog, catalog.resolve(*rename.relation), rename.subname, new_name);
      return;
    case sql::object::kTabconstraint:
      if (rename.relation != nullptr)
        rename_constraint(catalog, catalog.resolve(*rename.relation), rename.subname, new_name);
      return;
    case sql::object::kSchema:
      return move_schema(catalog, rename.subname, new_name);
    case sql::object::kType:
    case sql::object::kDomain: {
      const Name from = catalog.resolve_type(names_of(rename.object));
      return rename_type(catalog, from, {from.schema, new_name});
    }
    case sql::object::kFunction:
    case sql::object::kProcedure: {
      const Name from = catalog.resolve_function(names_of(rename.object));
      if (const auto function = catalog.functions.erase(from)) {
        Function renamed = *function;
        renamed.name = {from.schema, new_name};
        catalog.functions.put({from.schema, new_name}, std::move(renamed));
      }
      return;
    }
    default:
      return;
  }
}

void set_schema(Catalog& catalog, const PgQuery__AlterObjectSchemaStmt& alter) {
  const std::string schema = alter.newschema;
  if (alter.relation != nullptr) {
    const Name from = catalog.resolve(*alter.relation);
    return rename_relation(catalog, from, {schema, from.name});
  }
  if (alter.object_type == sql::object::kType || alter.object_type == sql::object::kDomain) {
    const Name from = catalog.resolve_type(names_of(alter.object));
    rename_type(catalog, from, {schema, from.name});
  }
}

void drop_relation(Catalog& catalog, const Name& name, const Occasion& occasion) {
  if (!occasion.is_certain) {
    if (Relation* relation = catalog.relations.edit(name))
      relation->is_uncertain = true;
    return;
  }
  // Partitions go with their table.
  std::vector<Name> partitions;
  for (const auto& [child, relation] : catalog.relations.all()) {
    if (relation->partition_of == name)
      partitions.push_back(child);
  }
  remove_relation(catalog, name);
  for (const Name& partition : partitions) drop_relation(catalog, partition, occasion);
}

void drop_index(Catalog& catalog, const Name& name) {
  const auto index = catalog.indexes.erase(name);
  if (index == nullptr)
    return;
  if (Relation* table = catalog.relations.edit(index->table))
    std::erase(table->indexes, name.name);
}

void drop_schema(Catalog& catalog, const std::string& schema) {
  std::vector<Name> relations;
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (name.schema == schema)
      relations.push_back(name);
  }
  for (const Name& name : relations) remove_relation(catalog, name);
  std::vector<Name> types;
  for (const auto& [name, type] : catalog.types.all()) {
    if (name.schema == schema)
      types.push_back(name);
  }
  for (const Name& name : types) catalog.types.erase(name);
  std::vector<Name> functions;
  for (const auto& [name, function] : catalog.functions.all()) {
    if (name.schema == schema)
      functions.push_back(name);
  }
  for (const Name& name : functions) catalog.functions.erase(name);
  catalog.schemas.erase({"", schema});
}

void drop(Catalog& catalog, const PgQuery__DropStmt& drop, const Occasion& occasion) {
  for (const sql::Node* object : list(drop.objects, drop.n_objects)) {
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kForeignTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kSequence:
        drop_relation(catalog, catalog.resolve_relation(names_of(object)), occasion);
        break;
      case sql::object::kIndex:
        if (occasion.is_certain)
          drop_index(catalog, catalog.resolve_relation(names_of(object)));
        break;
      case sql::object::kType:
      case sql::object::kDomain:
        if (occasion.is_certain)
          catalog.types.erase(catalog.resolve_type(names_of(object)));
        break;
      case sql::object::kFunction:
      case sql::object::kProcedure:
      case sql::object::kRoutine:
        if (occasion.is_certain)
          catalog.functions.erase(catalog.resolve_function(names_of(object)));
        break;
      case sql::object::kSchema:
        if (occasion.is_certain)
          drop_schema(catalog, std::string(string_value(object)));
        break;
      case sql::object::kPublication:
        if (occasion.is_certain)
          catalog.publications.erase({"", std::string(string_value(object))});
        break;
      case sql::object::kExtension:
        if (occasion.is_certain)
          catalog.extensions.erase(std::string(string_value(object)));
        break;
      default:
        break;
    }
  }
}

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

/// SELECT set_config('search_path', 'a, b', …), as pg_dump writes it; SELECT … INTO a table.
void select(Catalog& catalog, const PgQuery__SelectStmt& select, const Occasion& occasion) {
  if (select.into_clause != nullptr && select.into_clause->rel != nullptr)
    create_relation_without_shape(catalog, *select.into_clause->rel, RelationKind::kTable,
                                  occasion);
  if (select.n_from_clause != 0)
    return;
  for (const sql::Node* node : list(select.target_list, select.n_target_list)) {
    const auto* target = as<PgQuery__ResTarget>(node);
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

void publish(Catalog& catalog, std::string_view name, sql::Node* const* objects, std::size_t count,
             PgQuery__AlterPublicationAction action, const Occasion& occasion) {
  using Action = PgQuery__AlterPublicationAction;
  const Name key{"", std::string(name)};
  Publication publication;
  if (const Publication* known = catalog.publications.find(key))
    publication = *known;
  else
    publication = {.name = key.name, .tables = {}, .made_in = occasion.migration};
  if (action == Action::PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects)
    publication.tables.clear();
  for (const sql::Node* node : list(objects, count)) {
    const auto* object = as<PgQuery__PublicationObjSpec>(node);
    if (object == nullptr || object->pubtable == nullptr || object->pubtable->relation == nullptr)
      continue;
    const Name table = catalog.resolve(*object->pubtable->relation);
    std::erase(publication.tables, table);
    if (action != Action::PG_QUERY__ALTER_PUBLICATION_ACTION__AP_DropObjects)
      publication.tables.push_back(table);
  }
  catalog.publications.put(key, std::move(publication));
}

}  // namespace

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
      return select(catalog, *node.select_stmt, occasion);
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
      return rename(catalog, *node.rename_stmt);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return set_schema(catalog, *node.alter_object_schema_stmt);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      if (node.view_stmt->view != nullptr)
        create_relation_without_shape(catalog, *node.view_stmt->view, RelationKind::kView,
                                      occasion);
      return;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      if (node.create_seq_stmt->sequence != nullptr)
        create_relation_without_shape(catalog, *node.create_seq_stmt->sequence,
                                      RelationKind::kSequence, occasion);
      return;
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return create_composite(catalog, *node.composite_type_stmt, occasion);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return create_enum(catalog, *node.create_enum_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
      return alter_enum(catalog, *node.alter_enum_stmt);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return create_domain(catalog, *node.create_domain_stmt, occasion);
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
      return alter_domain(catalog, *node.alter_domain_stmt);
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
      return create_other_type(
          catalog, list(node.create_range_stmt->type_name, node.create_range_stmt->n_type_name),
          TypeKind::kRange, occasion);
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
      if (node.define_stmt->kind == sql::object::kType)
        create_other_type(catalog, list(node.define_stmt->defnames, node.define_stmt->n_defnames),
                          TypeKind::kOther, occasion);
      return;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return create_function(catalog, *node.create_function_stmt, occasion);
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
      return create_schema(catalog, *node.create_schema_stmt, occasion);
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return refresh(catalog, *node.refresh_mat_view_stmt);
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT: {
      const auto& create = *node.create_publication_stmt;
      return publish(catalog, create.pubname, create.pubobjects, create.n_pubobjects,
                     PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects, occasion);
    }
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT: {
      const auto& alter = *node.alter_publication_stmt;
      return publish(catalog, alter.pubname, alter.pubobjects, alter.n_pubobjects, alter.action,
                     occasion);
    }
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
      catalog.extensions.emplace(node.create_extension_stmt->extname);
      return;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      return set_variable(catalog, *node.variable_set_stmt);
    default:
      return;
  }
}

}  // namespace godwit::codegen::catalog
