// SPDX-License-Identifier: Apache-2.0
#include "lint/existence_other.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "lint/existence_needs.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

void need_index(Context& context, const Event& event, const catalog::Name& name, Place place) {
  if (context.catalog().indexes.find(name) == nullptr &&
      context.catalog().relations.find(name) == nullptr && !is_foreign_territory(context, name))
    report_absent(context, event, place, "unknown-index", "index", name, {"index"});
}

/// The columns of a table that is being made; nothing where some come from elsewhere.
std::optional<catalog::Relation> own_columns(const PgQuery__CreateStmt& create,
                                             const catalog::Name& name) {
  catalog::Relation table;
  table.name = name;
  if (create.n_inh_relations != 0 || create.of_typename != nullptr)
    return std::nullopt;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (as<PgQuery__TableLikeClause>(node) != nullptr)
      return std::nullopt;
    if (const auto* definition = as<PgQuery__ColumnDef>(node)) {
      catalog::Column column;
      column.name = definition->colname;
      table.columns.push_back(std::move(column));
    }
  }
  return table;
}

void report_own_column(Context& context, const Event& event, const catalog::Relation& table,
                       std::string_view column) {
  if (is_system_column(column) || table.find_column(column) != nullptr)
    return;
  context.report("unknown-column", event, context.column_place(event, column),
                 fmt::format("{} has no column {}", catalog::quote_name(table.name),
                             catalog::quote_identifier(column)));
}

void check_own_constraint(Context& context, const Event& event, const catalog::Relation& table,
                          const PgQuery__Constraint& constraint) {
  for (const sql::Node* key : list(constraint.keys, constraint.n_keys))
    report_own_column(context, event, table, string_value(key));
  for (const sql::Node* key : list(constraint.fk_attrs, constraint.n_fk_attrs))
    report_own_column(context, event, table, string_value(key));
  for (const sql::Node* key : list(constraint.including, constraint.n_including))
    report_own_column(context, event, table, string_value(key));
  const bool reads_row =
      constraint.contype == sql::constr::kCheck || constraint.contype == sql::constr::kGenerated;
  if (constraint.raw_expr == nullptr || !reads_row)
    return;
  const catalog::Analysis analysis =
      catalog::analyze_expression(context.catalog(), &table, constraint.raw_expr);
  for (const catalog::MissingColumn& missing : analysis.missing_columns) {
    // The whole row, as `num_nonnulls(t.*)` and `t IS NOT NULL` have it.
    if (missing.column != table.name.name)
      report_own_column(context, event, table, missing.column);
  }
}

bool is_polymorphic(const PgQuery__TypeName* type) {
  return type != nullptr && type->n_names > 0 &&
         string_value(type->names[type->n_names - 1]).starts_with("any");
}

/// A body with arguments of any type is only parsed when it is made.
bool has_polymorphic_argument(const PgQuery__CreateFunctionStmt& create) {
  const auto parameters = list(create.parameters, create.n_parameters);
  return std::any_of(parameters.begin(), parameters.end(), [](const sql::Node* node) {
    const auto* parameter = as<PgQuery__FunctionParameter>(node);
    return parameter != nullptr && is_polymorphic(parameter->arg_type);
  });
}

/// CREATE FUNCTION … SET search_path: names in it mean something else than outside.
bool has_search_path(const PgQuery__CreateFunctionStmt& create) {
  const auto options = list(create.options, create.n_options);
  return std::any_of(options.begin(), options.end(), [](const sql::Node* node) {
    const auto* option = as<PgQuery__DefElem>(node);
    const auto* set = option == nullptr ? nullptr : as<PgQuery__VariableSetStmt>(option->arg);
    return set != nullptr && std::string_view(set->name) == "search_path";
  });
}

/// A name that the body of the function has from outside its queries.
bool is_parameter(const PgQuery__CreateFunctionStmt& create, std::string_view name) {
  const auto parameters = list(create.parameters, create.n_parameters);
  return std::any_of(parameters.begin(), parameters.end(), [&](const sql::Node* node) {
    const auto* parameter = as<PgQuery__FunctionParameter>(node);
    return parameter != nullptr && name == parameter->name;
  });
}

/// SEQUENCE … OWNED BY t.c
void check_owner(const Event& event, Context& context, std::span<sql::Node* const> options) {
  for (const sql::Node* node : options) {
    const auto* option = as<PgQuery__DefElem>(node);
    const auto* names = option == nullptr ? nullptr : as<PgQuery__List>(option->arg);
    // OWNED BY NONE has one name.
    if (names == nullptr || std::string_view(option->defname) != "owned_by" || names->n_items < 2)
      continue;
    const auto parts = list(names->items, names->n_items);
    if (const catalog::Relation* table = need_table_of_part(context, event, parts))
      need_column(context, event, *table, string_value(parts.back()));
  }
}

}  // namespace

const catalog::Relation* need_table_of_part(Context& context, const Event& event,
                                            std::span<sql::Node* const> parts) {
  if (parts.size() < 2)
    return nullptr;
  const auto table_parts = parts.first(parts.size() - 1);
  return need_relation(context, event, context.catalog().resolve_relation(table_parts),
                       context.column_place(event, string_value(table_parts.back())));
}

void check_own_columns(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_judge(event, context) || create.relation == nullptr)
    return;
  const catalog::Name name = context.catalog().name_for_creation(*create.relation);
  // Of what is there already nothing is looked at.
  if (create.if_not_exists && context.catalog().relations.find(name) != nullptr)
    return;
  const auto table = own_columns(create, name);
  if (!table)
    return;
  const auto* key = create.partspec;
  for (const sql::Node* node : key == nullptr ? std::span<sql::Node* const>()
                                              : list(key->part_params, key->n_part_params)) {
    const auto* part = as<PgQuery__PartitionElem>(node);
    if (part != nullptr && part->expr == nullptr)
      report_own_column(context, event, *table, part->name);
  }
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (const auto* constraint = as<PgQuery__Constraint>(node))
      check_own_constraint(context, event, *table, *constraint);
    const auto* column = as<PgQuery__ColumnDef>(node);
    if (column == nullptr)
      continue;
    for (const sql::Node* part : list(column->constraints, column->n_constraints)) {
      if (const auto* constraint = as<PgQuery__Constraint>(part))
        check_own_constraint(context, event, *table, *constraint);
    }
  }
}

void check_sql_function(const Event& event, Context& context) {
  if (!can_judge(event, context) || event.is_in_body || context.is_down())
    return;
  const sql::Statement statement{event.place.offset, event.place.length, event.node};
  auto text = sql::body_text(context.section().text(), statement);
  if (!text || text->language != "sql")
    return;
  // SET check_function_bodies = off
  const auto& statements = context.script().statements();
  const bool is_unchecked =
      std::any_of(statements.begin(), statements.end(), [](const sql::Statement& other) {
        const auto* set = as<PgQuery__VariableSetStmt>(other.node);
        return set != nullptr && std::string_view(set->name) == "check_function_bodies";
      });
  const auto& create = *event.node->create_function_stmt;
  if (is_unchecked || has_polymorphic_argument(create))
    return;
  const bool has_own_path = has_search_path(create);
  const sql::Body body = sql::parse_body(std::move(*text));
  for (const sql::BodyStatement& inner : body.statements) {
    if (inner.statement.node == nullptr)
      continue;
    Event shown = event;
    shown.node = inner.statement.node;
    shown.place = {inner.statement.offset, inner.statement.length};
    shown.origin = &inner.origin;
    shown.is_in_body = true;
    const catalog::Analysis analysis = catalog::analyze(context.catalog(), *shown.node);
    for (const catalog::RelationUse& use : analysis.relations) {
      const bool is_qualified =
          use.range != nullptr && !std::string_view(use.range->schemaname).empty();
      if (is_qualified || !has_own_path)
        need_relation(context, shown, use.name,
                      context.name_at(shown, use.range == nullptr ? -1 : use.range->location));
    }
    for (const catalog::MissingColumn& missing : analysis.missing_columns) {
      const catalog::Relation* relation = context.catalog().relations.find(missing.relation_name);
      if (relation != nullptr && !has_own_path && missing.location >= 0 &&
          !is_parameter(create, missing.column))
        need_column(context, shown, *relation, missing.column,
                    context.name_at(shown, missing.location));
    }
  }
}

void check_alter_sequence(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_seq_stmt;
  if (!can_judge(event, context) || alter.missing_ok != 0)
    return;
  need_relation(context, event, alter.sequence);
  check_owner(event, context, list(alter.options, alter.n_options));
}

void check_create_sequence(const Event& event, Context& context) {
  const auto& create = *event.node->create_seq_stmt;
  if (can_judge(event, context))
    check_owner(event, context, list(create.options, create.n_options));
}

void check_grant(const Event& event, Context& context) {
  const auto& grant = *event.node->grant_stmt;
  if (can_judge(event, context) &&
      (grant.objtype == sql::object::kType || grant.objtype == sql::object::kDomain)) {
    for (const sql::Node* object : list(grant.objects, grant.n_objects)) {
      if (const auto* names = as<PgQuery__List>(object))
        need_type_name(context, event, list(names->items, names->n_items));
    }
  }
  const bool names_tables =
      grant.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT &&
      (grant.objtype == sql::object::kTable || grant.objtype == sql::object::kSequence);
  if (!names_tables || !can_judge(event, context))
    return;
  for (const sql::Node* object : list(grant.objects, grant.n_objects)) {
    const catalog::Relation* table = need_relation(context, event, as<PgQuery__RangeVar>(object));
    for (const sql::Node* node : list(grant.privileges, grant.n_privileges)) {
      if (const auto* right = as<PgQuery__AccessPriv>(node))
        need_columns(context, event, table, list(right->cols, right->n_cols));
    }
  }
}

void check_copy(const Event& event, Context& context) {
  const auto& copy = *event.node->copy_stmt;
  if (!can_judge(event, context))
    return;
  if (copy.query != nullptr)
    return need_all(context, event, catalog::analyze(context.catalog(), *copy.query));
  if (copy.relation != nullptr)
    need_columns(context, event, need_relation(context, event, copy.relation),
                 list(copy.attlist, copy.n_attlist));
}

void check_lock(const Event& event, Context& context) {
  const auto& lock = *event.node->lock_stmt;
  if (!can_judge(event, context))
    return;
  for (const sql::Node* object : list(lock.relations, lock.n_relations))
    need_relation(context, event, as<PgQuery__RangeVar>(object));
}

void check_vacuum(const Event& event, Context& context) {
  const auto& vacuum = *event.node->vacuum_stmt;
  if (!can_judge(event, context))
    return;
  for (const sql::Node* node : list(vacuum.rels, vacuum.n_rels)) {
    const auto* named = as<PgQuery__VacuumRelation>(node);
    if (named == nullptr || named->relation == nullptr)
      continue;
    const catalog::Relation* table = need_relation(context, event, named->relation);
    if (table != nullptr && is_certain(*table))
      need_columns(context, event, table, list(named->va_cols, named->n_va_cols));
  }
}

void check_reindex(const Event& event, Context& context) {
  const auto& reindex = *event.node->reindex_stmt;
  if (reindex.relation == nullptr || !can_judge(event, context))
    return;
  if (reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX)
    need_index(context, event, context.catalog().resolve(*reindex.relation),
               context.name_at(event, reindex.relation->location));
  else if (reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE)
    need_relation(context, event, reindex.relation);
}

void check_cluster(const Event& event, Context& context) {
  const auto& cluster = *event.node->cluster_stmt;
  if (cluster.relation == nullptr || !can_judge(event, context))
    return;
  if (const catalog::Relation* table = need_relation(context, event, cluster.relation))
    need_index_of(context, event, *table, cluster.indexname);
}

void check_publication(const Event& event, Context& context) {
  if (!can_judge(event, context))
    return;
  const auto* create = as<PgQuery__CreatePublicationStmt>(event.node);
  const auto* alter = as<PgQuery__AlterPublicationStmt>(event.node);
  const auto objects = create != nullptr ? list(create->pubobjects, create->n_pubobjects)
                                         : list(alter->pubobjects, alter->n_pubobjects);
  for (const sql::Node* node : objects) {
    const auto* object = as<PgQuery__PublicationObjSpec>(node);
    if (object == nullptr || object->pubtable == nullptr)
      continue;
    const PgQuery__PublicationTable& published = *object->pubtable;
    const catalog::Relation* table = need_relation(context, event, published.relation);
    need_columns(context, event, table, list(published.columns, published.n_columns));
    if (table != nullptr && published.where_clause != nullptr)
      need_all(context, event,
               catalog::analyze_expression(context.catalog(), table, published.where_clause));
  }
}

void check_rule(const Event& event, Context& context) {
  const auto& rule = *event.node->rule_stmt;
  if (!can_judge(event, context))
    return;
  const catalog::Relation* table = need_relation(context, event, rule.relation);
  if (table != nullptr && rule.where_clause != nullptr)
    need_all(context, event,
             catalog::analyze_row_expression(context.catalog(), table, rule.where_clause));
}

void check_moved(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_object_schema_stmt;
  if (!can_judge(event, context) || alter.missing_ok != 0)
    return;
  const auto* names = as<PgQuery__List>(alter.object);
  if (alter.relation != nullptr)
    need_relation(context, event, alter.relation);
  else if (names != nullptr &&
           (alter.object_type == sql::object::kType || alter.object_type == sql::object::kDomain))
    need_type_name(context, event, list(names->items, names->n_items));
}

void check_type_owner(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_owner_stmt;
  const auto* names = as<PgQuery__List>(alter.object);
  if (names != nullptr && can_judge(event, context) &&
      (alter.object_type == sql::object::kType || alter.object_type == sql::object::kDomain))
    need_type_name(context, event, list(names->items, names->n_items));
}

void check_cast(const Event& event, Context& context) {
  const auto& create = *event.node->create_cast_stmt;
  if (!can_judge(event, context))
    return;
  need_type(context, event, create.sourcetype);
  need_type(context, event, create.targettype);
}

void check_statistics(const Event& event, Context& context) {
  const auto& create = *event.node->create_stats_stmt;
  if (!can_judge(event, context))
    return;
  for (const sql::Node* relation : list(create.relations, create.n_relations)) {
    const catalog::Relation* table = need_relation(context, event, as<PgQuery__RangeVar>(relation));
    if (table == nullptr || !is_certain(*table))
      continue;
    for (const sql::Node* node : list(create.exprs, create.n_exprs)) {
      const auto* element = as<PgQuery__StatsElem>(node);
      if (element != nullptr && element->expr == nullptr)
        need_column(context, event, *table, element->name);
    }
  }
}

void check_renamed_type(const Event& event, Context& context) {
  const auto& rename = *event.node->rename_stmt;
  const auto* names = as<PgQuery__List>(rename.object);
  const bool is_type =
      rename.rename_type == sql::object::kType || rename.rename_type == sql::object::kDomain;
  if (is_type && names != nullptr && can_judge(event, context))
    need_type_name(context, event, list(names->items, names->n_items));
}

void check_created_domain(const Event& event, Context& context) {
  if (can_judge(event, context))
    need_type(context, event, event.node->create_domain_stmt->type_name);
}

void check_composite(const Event& event, Context& context) {
  const auto& create = *event.node->composite_type_stmt;
  if (!can_judge(event, context))
    return;
  for (const sql::Node* node : list(create.coldeflist, create.n_coldeflist)) {
    if (const auto* attribute = as<PgQuery__ColumnDef>(node))
      need_type(context, event, attribute->type_name);
  }
}

void check_function_types(const Event& event, Context& context) {
  const auto& create = *event.node->create_function_stmt;
  if (!can_judge(event, context))
    return;
  // The functions of a new base type name it before it is there.
  const auto options = list(create.options, create.n_options);
  const bool is_native = std::any_of(options.begin(), options.end(), [](const sql::Node* node) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr || std::string_view(option->defname) != "language")
      return false;
    const std::string_view language = string_value(option->arg);
    return language == "c" || language == "internal";
  });
  if (is_native)
    return;
  if (create.return_type != nullptr) {
    PgQuery__TypeName result = *create.return_type;
    result.setof = 0;
    need_type(context, event, &result);
  }
  for (const sql::Node* node : list(create.parameters, create.n_parameters)) {
    if (const auto* parameter = as<PgQuery__FunctionParameter>(node))
      need_type(context, event, parameter->arg_type);
  }
}

void check_domain(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_domain_stmt;
  const auto names = list(alter.type_name, alter.n_type_name);
  if (!can_judge(event, context) || names.empty())
    return;
  need_type_name(context, event, names);
  const catalog::Name name = context.catalog().resolve_type(names);
  const catalog::UserType* domain = context.catalog().types.find(name);
  const std::string_view subtype = alter.subtype;
  if (domain == nullptr || (subtype != "X" && subtype != "V") || alter.missing_ok != 0)
    return;
  const auto& all = domain->constraints;
  const bool is_there = std::any_of(
      all.begin(), all.end(),
      [&](const catalog::Constraint& constraint) { return constraint.name == alter.name; });
  if (!is_there)
    context.report("unknown-constraint", event, context.column_place(event, alter.name),
                   fmt::format("the domain {} has no constraint {}", catalog::quote_name(name),
                               catalog::quote_identifier(alter.name)),
                   {}, certainty(context, name));
}

void check_commented_part(const Event& event, Context& context) {
  const auto& comment = *event.node->comment_stmt;
  if (!can_judge(event, context))
    return;
  const auto* names = as<PgQuery__List>(comment.object);
  const auto* type = as<PgQuery__TypeName>(comment.object);
  const auto parts =
      names == nullptr ? std::span<sql::Node* const>() : list(names->items, names->n_items);
  if (comment.objtype == sql::object::kIndex && !parts.empty()) {
    need_index(context, event, context.catalog().resolve_relation(parts),
               context.column_place(event, string_value(parts.back())));
  } else if (comment.objtype == sql::object::kType && type != nullptr) {
    need_type(context, event, type);
  } else if (comment.objtype == sql::object::kTrigger || comment.objtype == sql::object::kPolicy ||
             comment.objtype == sql::object::kRule) {
    need_table_of_part(context, event, parts);
  } else if (comment.objtype == sql::object::kTabconstraint && parts.size() >= 2) {
    const catalog::Relation* table = need_table_of_part(context, event, parts);
    if (table != nullptr && is_certain(*table) &&
        table->find_constraint(string_value(parts.back())) == nullptr)
      report_absent_part(context, event, context.column_place(event, string_value(parts.back())),
                         "unknown-constraint", "constraint", *table, string_value(parts.back()));
  }
}

}  // namespace godwit::codegen::lint
