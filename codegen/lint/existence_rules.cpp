// SPDX-License-Identifier: Apache-2.0
//
// Rules about names of things that are not there when a statement runs: never made, dropped or
// renamed before, or made only later.
#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "catalog/query.hpp"
#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/existence_needs.hpp"
#include "lint/existence_other.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

constexpr RuleInfo kRules[] = {
    {.id = "unknown-relation",
     .group = "history",
     .summary = "A table or view that is not there when the statement runs",
     .explanation =
         "No migration before this one makes it, or one has dropped or renamed it. Each name is "
         "reported once. What others make is named in EXTERNAL. A warning where SQL that cannot be "
         "read may have made it, in schemas that no migration makes, for the history tables of "
         "other "
         "tools, and where the first migration already takes such tables for granted, so that the "
         "set is not the whole history.",
     .bad = "DROP TABLE users;\nALTER TABLE users ADD COLUMN plan text;",
     .good = "ALTER TABLE accounts ADD COLUMN plan text;",
     .manual = "docs/rules.md#history"},
    {.id = "unknown-column",
     .group = "history",
     .summary = "A column that its table does not have when the statement runs",
     .explanation = "It was never added, or was dropped or renamed before.",
     .bad = "ALTER TABLE users RENAME COLUMN mail TO email;\nCREATE INDEX ON users (mail);",
     .good = "ALTER TABLE users RENAME COLUMN mail TO email;\nCREATE INDEX ON users (email);",
     .manual = "docs/rules.md#history"},
    {.id = "unknown-constraint",
     .group = "history",
     .summary = "A constraint that its table does not have when the statement runs",
     .explanation = "It was never added, has another name (PostgreSQL makes up users_email_key, "
                    "users_email_check, orders_user_id_fkey), or was dropped before.",
     .bad = "ALTER TABLE users DROP CONSTRAINT users_mail_key;  -- it is users_email_key",
     .good = "ALTER TABLE users DROP CONSTRAINT users_email_key;",
     .manual = "docs/rules.md#history"},
    {.id = "unknown-index",
     .group = "history",
     .summary = "An index that is not there when the statement runs",
     .explanation = "It was never made, has another name, or went with its table or column.",
     .bad = "ALTER TABLE users DROP COLUMN email;\nDROP INDEX users_email_idx;",
     .good = "ALTER TABLE users DROP COLUMN email;  -- takes its index along",
     .manual = "docs/rules.md#history"},
    {.id = "unknown-type",
     .group = "history",
     .summary = "A type that is not there when the statement runs",
     .explanation =
         "It is none of PostgreSQL's own nor of a well-known extension, and no migration "
         "before this one makes it. What others make is named in EXTERNAL.",
     .bad = "ALTER TABLE users ADD COLUMN feeling mod;",
     .good = "ALTER TABLE users ADD COLUMN feeling mood;",
     .manual = "docs/rules.md#history"},
    {.id = "forward-reference",
     .group = "history",
     .summary = "A statement uses what only a later migration makes",
     .explanation = "On an empty database it fails. On the database of who wrote it, it worked, "
                    "since the other was there already.",
     .bad = "007: ALTER TABLE orders ADD COLUMN a int;\n008: CREATE TABLE orders (id bigint);",
     .good = "007: CREATE TABLE orders (id bigint);\n008: ALTER TABLE orders ADD COLUMN a int;",
     .manual = "docs/rules.md#history"},
    {.id = "missing-dependency",
     .group = "history",
     .severity = Severity::kWarning,
     .summary = "A migration uses what another made, and does not say that it depends on it",
     .explanation =
         "Where a header declares dependencies, they say what has to be there first, also when "
         "migrations of two branches meet. Dependencies of dependencies count.",
     .bad = "-- Dependencies: None\nALTER TABLE users ADD COLUMN plan text;  -- users is of 001",
     .good = "-- Dependencies: 1\nALTER TABLE users ADD COLUMN plan text;",
     .manual = "docs/rules.md#history"},
};

void check_query(const Event& event, Context& context) {
  if (can_judge(event, context))
    need_all(context, event, *catalog::analyze_once(context.catalog(), *event.node));
}

/// ON CONFLICT ON CONSTRAINT
void check_insert(const Event& event, Context& context) {
  check_query(event, context);
  const auto& insert = *event.node->insert_stmt;
  const auto* conflict = insert.on_conflict_clause;
  if (!can_judge(event, context) || insert.relation == nullptr || conflict == nullptr ||
      conflict->infer == nullptr)
    return;
  const std::string_view name = conflict->infer->conname;
  const catalog::Relation* table = context.catalog().find_relation(*insert.relation);
  if (!name.empty() && table != nullptr && is_certain(*table) &&
      table->find_constraint(name) == nullptr)
    report_absent_part(context, event, context.column_place(event, name), "unknown-constraint",
                       "constraint", *table, name);
}

void check_view(const Event& event, Context& context) {
  const auto& view = *event.node->view_stmt;
  if (can_judge(event, context) && view.query != nullptr)
    need_all(context, event, *catalog::analyze_once(context.catalog(), *view.query));
}

void check_table_as(const Event& event, Context& context) {
  const auto& create = *event.node->create_table_as_stmt;
  if (can_judge(event, context) && create.query != nullptr)
    need_all(context, event, *catalog::analyze_once(context.catalog(), *create.query));
}

// ---- tables ------------------------------------------------------------------------------------

/// The other side of a foreign key; `own` is the table that is being made, which it may refer to.
void check_reference(Context& context, const Event& event, const PgQuery__Constraint& constraint,
                     const catalog::Name& own) {
  if (constraint.contype != sql::constr::kForeign || constraint.pktable == nullptr ||
      context.catalog().resolve(*constraint.pktable) == own)
    return;
  const catalog::Relation* target = need_relation(context, event, constraint.pktable);
  if (target == nullptr || !is_certain(*target))
    return;
  for (const sql::Node* name : list(constraint.pk_attrs, constraint.n_pk_attrs)) {
    if (target->find_column(string_value(name)) == nullptr)
      need_column(context, event, *target, string_value(name));
  }
}

void check_definition(Context& context, const Event& event, const PgQuery__ColumnDef& definition,
                      const catalog::Name& own) {
  need_type(context, event, definition.type_name);
  for (const sql::Node* node : list(definition.constraints, definition.n_constraints)) {
    if (const auto* constraint = as<PgQuery__Constraint>(node))
      check_reference(context, event, *constraint, own);
  }
}

void check_create_table(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_judge(event, context) || create.relation == nullptr)
    return;
  const catalog::Name own = context.catalog().name_for_creation(*create.relation);
  if (create.if_not_exists != 0 && context.catalog().relations.find(own) != nullptr)
    return;
  need_type(context, event, create.of_typename);
  for (const sql::Node* node : list(create.inh_relations, create.n_inh_relations))
    need_relation(context, event, as<PgQuery__RangeVar>(node));
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (const auto* column = as<PgQuery__ColumnDef>(node))
      check_definition(context, event, *column, own);
    else if (const auto* like = as<PgQuery__TableLikeClause>(node))
      need_relation(context, event, like->relation);
    else if (const auto* constraint = as<PgQuery__Constraint>(node))
      check_reference(context, event, *constraint, own);
  }
}

void check_constraint(Context& context, const Event& event, const catalog::Relation* table,
                      const PgQuery__Constraint& constraint) {
  need_columns(context, event, table, list(constraint.keys, constraint.n_keys));
  need_columns(context, event, table, list(constraint.fk_attrs, constraint.n_fk_attrs));
  check_reference(context, event, constraint, table == nullptr ? catalog::Name() : table->name);
  if (constraint.raw_expr != nullptr && table != nullptr)
    need_all(context, event,
             catalog::analyze_expression(context.catalog(), table, constraint.raw_expr));
  if (table != nullptr)
    need_index_of(context, event, *table, constraint.indexname);
}

/// A command of an ALTER TABLE; the table itself is asked about with the first one.
void check_command(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_judge(event, context) || alter.relation == nullptr || alter.missing_ok != 0)
    return;
  if (alter.objtype == sql::object::kType)
    return need_type_name(
        context, event,
        context.catalog().resolve_type(alter.relation->schemaname, alter.relation->relname));
  const catalog::Relation* table = need_relation(context, event, alter.relation);
  if (table == nullptr || !is_certain(*table))
    return;
  const PgQuery__AlterTableCmd& command = *event.command;
  switch (command.subtype) {
    case sql::at::kAddColumn:
      if (const auto* definition = as<PgQuery__ColumnDef>(command.def))
        check_definition(context, event, *definition, table->name);
      return;
    case sql::at::kAlterColumnType:
      if (const auto* definition = as<PgQuery__ColumnDef>(command.def))
        need_type(context, event, definition->type_name);
      return need_column(context, event, *table, command.name);
    case sql::at::kDropColumn:
    case sql::at::kColumnDefault:
    case sql::at::kSetNotNull:
    case sql::at::kDropNotNull:
    case sql::at::kDropExpression:
    case sql::at::kSetStorage:
    case sql::at::kSetStatistics:
    case sql::at::kSetCompression:
    case sql::at::kSetOptions:
    case sql::at::kSetIdentity:
    case sql::at::kAddIdentity:
    case sql::at::kDropIdentity:
      // ALTER COLUMN 2 SET STATISTICS has no name.
      if (command.missing_ok == 0 && !std::string_view(command.name).empty())
        need_column(context, event, *table, command.name);
      return;
    case sql::at::kDropConstraint:
    case sql::at::kValidateConstraint:
      if (command.missing_ok == 0 && table->find_constraint(command.name) == nullptr)
        report_absent_part(context, event, context.command_place(event), "unknown-constraint",
                           "constraint", *table, command.name);
      return;
    case sql::at::kAlterConstraint:
      if (const auto* altered = as<PgQuery__Constraint>(command.def);
          altered != nullptr && table->find_constraint(altered->conname) == nullptr)
        report_absent_part(context, event, context.command_place(event), "unknown-constraint",
                           "constraint", *table, altered->conname);
      return;
    case sql::at::kAddConstraint:
      if (const auto* constraint = as<PgQuery__Constraint>(command.def))
        check_constraint(context, event, table, *constraint);
      return;
    case sql::at::kClusterOn:
      return need_index_of(context, event, *table, command.name);
    case sql::at::kAddInherit:
      need_relation(context, event, as<PgQuery__RangeVar>(command.def));
      return;
    case sql::at::kReplicaIdentity:
      if (const auto* identity = as<PgQuery__ReplicaIdentityStmt>(command.def))
        need_index_of(context, event, *table, identity->name);
      return;
    case sql::at::kAttachPartition:
    case sql::at::kDetachPartition:
      if (const auto* partition = as<PgQuery__PartitionCmd>(command.def))
        need_relation(context, event, partition->name);
      return;
    default:
      return;
  }
}

void check_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (!can_judge(event, context))
    return;
  const catalog::Relation* table = need_relation(context, event, create.relation);
  if (table == nullptr || !is_certain(*table))
    return;
  const auto check = [&](std::span<sql::Node* const> elements) {
    for (const sql::Node* node : elements) {
      const auto* element = as<PgQuery__IndexElem>(node);
      if (element == nullptr)
        continue;
      if (element->expr == nullptr)
        need_column(context, event, *table, element->name);
      else
        need_all(context, event,
                 catalog::analyze_expression(context.catalog(), table, element->expr));
    }
  };
  check(list(create.index_params, create.n_index_params));
  check(list(create.index_including_params, create.n_index_including_params));
  if (create.where_clause != nullptr)
    need_all(context, event,
             catalog::analyze_expression(context.catalog(), table, create.where_clause));
}

// ---- the rest ----------------------------------------------------------------------------------

void check_drop(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (drop.missing_ok != 0 || !can_judge(event, context))
    return;
  const auto objects = list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Place place = context.object_place(event, i);
    const auto* names = as<PgQuery__List>(objects[i]);
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kSequence:
      case sql::object::kForeignTable:
        if (names != nullptr)
          need_relation(context, event,
                        context.catalog().resolve_relation(list(names->items, names->n_items)),
                        place);
        continue;
      case sql::object::kTrigger:
      case sql::object::kPolicy:
      case sql::object::kRule:
        if (names != nullptr)
          need_table_of_part(context, event, list(names->items, names->n_items));
        continue;
      case sql::object::kIndex: {
        const catalog::Name name =
            names == nullptr
                ? catalog::Name()
                : context.catalog().resolve_relation(list(names->items, names->n_items));
        if (names != nullptr && context.catalog().indexes.find(name) == nullptr &&
            context.catalog().relations.find(name) == nullptr &&
            !is_foreign_territory(context, name))
          report_absent(context, event, place, "unknown-index", "index", name, {"index"});
        continue;
      }
      case sql::object::kType:
      case sql::object::kDomain:
        need_type(context, event, as<PgQuery__TypeName>(objects[i]));
        continue;
      default:
        continue;
    }
  }
}

void check_rename(const Event& event, Context& context) {
  const auto& rename = *event.node->rename_stmt;
  if (!can_judge(event, context) || rename.missing_ok != 0 || rename.relation == nullptr ||
      rename.relation_type == sql::object::kType || rename.rename_type == sql::object::kAttribute)
    return;
  const catalog::Relation* table = need_relation(context, event, rename.relation);
  if (table == nullptr || !is_certain(*table))
    return;
  if (rename.rename_type == sql::object::kColumn)
    need_column(context, event, *table, rename.subname);
  else if (rename.rename_type == sql::object::kTabconstraint &&
           table->find_constraint(rename.subname) == nullptr)
    report_absent_part(context, event, context.column_place(event, rename.subname),
                       "unknown-constraint", "constraint", *table, rename.subname);
}

void check_trigger(const Event& event, Context& context) {
  const auto& create = *event.node->create_trig_stmt;
  if (!can_judge(event, context))
    return;
  const catalog::Relation* table = need_relation(context, event, create.relation);
  need_columns(context, event, table, list(create.columns, create.n_columns));
  if (table != nullptr && create.when_clause != nullptr)
    need_all(context, event,
             catalog::analyze_row_expression(context.catalog(), table, create.when_clause));
}

template <class Policy>
void check_policy_of(const Event& event, Context& context, const Policy& policy) {
  if (!can_judge(event, context))
    return;
  const catalog::Relation* table = need_relation(context, event, policy.table);
  for (const sql::Node* expression : {policy.qual, policy.with_check}) {
    if (expression != nullptr && table != nullptr)
      need_all(context, event, catalog::analyze_expression(context.catalog(), table, expression));
  }
}

void check_policy(const Event& event, Context& context) {
  check_policy_of(event, context, *event.node->create_policy_stmt);
}

void check_altered_policy(const Event& event, Context& context) {
  check_policy_of(event, context, *event.node->alter_policy_stmt);
}

void check_truncate(const Event& event, Context& context) {
  const auto& truncate = *event.node->truncate_stmt;
  for (const sql::Node* node : list(truncate.relations, truncate.n_relations)) {
    if (can_judge(event, context))
      need_relation(context, event, as<PgQuery__RangeVar>(node));
  }
}

void check_refresh(const Event& event, Context& context) {
  if (can_judge(event, context))
    need_relation(context, event, event.node->refresh_mat_view_stmt->relation);
}

void check_comment(const Event& event, Context& context) {
  const auto& comment = *event.node->comment_stmt;
  const auto* names = as<PgQuery__List>(comment.object);
  if (!can_judge(event, context) || names == nullptr)
    return;
  const auto parts = list(names->items, names->n_items);
  const bool is_column = comment.objtype == sql::object::kColumn;
  if (comment.objtype != sql::object::kTable && comment.objtype != sql::object::kView && !is_column)
    return;
  if (parts.size() < (is_column ? 2U : 1U))
    return;
  const auto table_parts = is_column ? parts.first(parts.size() - 1) : parts;
  const catalog::Relation* table =
      need_relation(context, event, context.catalog().resolve_relation(table_parts),
                    context.column_place(event, string_value(table_parts.back())));
  if (is_column && table != nullptr && is_certain(*table))
    need_column(context, event, *table, string_value(parts.back()));
}

void check_enum(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  const auto names = list(alter.type_name, alter.n_type_name);
  if (!can_judge(event, context) || names.empty())
    return;
  need_type_name(context, event, names);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_query},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_insert},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_query},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_query},
    {PG_QUERY__NODE__NODE_MERGE_STMT, check_query},
    {PG_QUERY__NODE__NODE_VIEW_STMT, check_view},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_table_as},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create_table},
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_own_columns},
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_sql_function},
    {PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT, check_function_types},
    {PG_QUERY__NODE__NODE_CREATE_SEQ_STMT, check_create_sequence},
    {PG_QUERY__NODE__NODE_ALTER_SEQ_STMT, check_alter_sequence},
    {PG_QUERY__NODE__NODE_GRANT_STMT, check_grant},
    {PG_QUERY__NODE__NODE_COPY_STMT, check_copy},
    {PG_QUERY__NODE__NODE_LOCK_STMT, check_lock},
    {PG_QUERY__NODE__NODE_VACUUM_STMT, check_vacuum},
    {PG_QUERY__NODE__NODE_REINDEX_STMT, check_reindex},
    {PG_QUERY__NODE__NODE_CLUSTER_STMT, check_cluster},
    {PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT, check_publication},
    {PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT, check_publication},
    {PG_QUERY__NODE__NODE_RULE_STMT, check_rule},
    {PG_QUERY__NODE__NODE_CREATE_STATS_STMT, check_statistics},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_renamed_type},
    {PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT, check_created_domain},
    {PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT, check_composite},
    {PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT, check_domain},
    {PG_QUERY__NODE__NODE_COMMENT_STMT, check_commented_part},
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_index},
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_RENAME_STMT, check_rename},
    {PG_QUERY__NODE__NODE_CREATE_TRIG_STMT, check_trigger},
    {PG_QUERY__NODE__NODE_CREATE_POLICY_STMT, check_policy},
    {PG_QUERY__NODE__NODE_ALTER_POLICY_STMT, check_altered_policy},
    {PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT, check_moved},
    {PG_QUERY__NODE__NODE_ALTER_OWNER_STMT, check_type_owner},
    {PG_QUERY__NODE__NODE_CREATE_CAST_STMT, check_cast},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncate},
    {PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT, check_refresh},
    {PG_QUERY__NODE__NODE_COMMENT_STMT, check_comment},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_enum},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddColumn, check_command},         {sql::at::kAlterColumnType, check_command},
    {sql::at::kDropColumn, check_command},        {sql::at::kColumnDefault, check_command},
    {sql::at::kSetNotNull, check_command},        {sql::at::kDropNotNull, check_command},
    {sql::at::kDropExpression, check_command},    {sql::at::kSetStorage, check_command},
    {sql::at::kAddIdentity, check_command},       {sql::at::kDropIdentity, check_command},
    {sql::at::kDropConstraint, check_command},    {sql::at::kValidateConstraint, check_command},
    {sql::at::kAddConstraint, check_command},     {sql::at::kAttachPartition, check_command},
    {sql::at::kEnableRowSecurity, check_command}, {sql::at::kDisableRowSecurity, check_command},
    {sql::at::kForceRowSecurity, check_command},  {sql::at::kNoForceRowSecurity, check_command},
    {sql::at::kChangeOwner, check_command},       {sql::at::kClusterOn, check_command},
    {sql::at::kDropCluster, check_command},       {sql::at::kSetLogged, check_command},
    {sql::at::kSetUnLogged, check_command},       {sql::at::kSetRelOptions, check_command},
    {sql::at::kResetRelOptions, check_command},   {sql::at::kReplicaIdentity, check_command},
    {sql::at::kSetStatistics, check_command},     {sql::at::kSetCompression, check_command},
    {sql::at::kSetIdentity, check_command},       {sql::at::kSetOptions, check_command},
    {sql::at::kDetachPartition, check_command},   {sql::at::kAddInherit, check_command},
    {sql::at::kAlterConstraint, check_command},   {sql::at::kSetTableSpace, check_command},
};

}  // namespace

const Family kExistenceRules{
    .name = "existence", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
