// SPDX-License-Identifier: Apache-2.0
//
// Which statement takes which kind of relation was tried on PostgreSQL 15.20, each with each. What
// is not listed works, or fails for another reason: ALTER TABLE v RENAME TO … of a view, a
// statement's trigger of a view, ALTER VIEW t RENAME COLUMN.
#include "lint/wrong_kind.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include <fmt/format.h>

#include "lint/existence.hpp"
#include "lint/failing.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Relation;
using catalog::RelationKind;
using sql::as;
using sql::list;
using sql::string_value;
using KindList = std::initializer_list<RelationKind>;

constexpr KindList kNoTables = {RelationKind::kView, RelationKind::kMaterializedView,
                                RelationKind::kSequence};
constexpr KindList kNoViews = {RelationKind::kTable, RelationKind::kPartitionedTable,
                               RelationKind::kMaterializedView, RelationKind::kSequence};
constexpr KindList kNoMaterializedViews = {RelationKind::kTable, RelationKind::kPartitionedTable,
                                           RelationKind::kView, RelationKind::kSequence};
constexpr KindList kNoSequences = {RelationKind::kTable, RelationKind::kPartitionedTable,
                                   RelationKind::kView, RelationKind::kMaterializedView};

constexpr KindList kBothViews = {RelationKind::kView, RelationKind::kMaterializedView};

std::string_view word_for(RelationKind kind) {
  switch (kind) {
    case RelationKind::kTable:
      return "a table";
    case RelationKind::kPartitionedTable:
      return "a partitioned table";
    case RelationKind::kForeignTable:
      return "a foreign table";
    case RelationKind::kView:
      return "a view";
    case RelationKind::kMaterializedView:
      return "a materialized view";
    case RelationKind::kSequence:
      return "a sequence";
    case RelationKind::kCompositeType:
      return "a composite type";
  }
  return "a relation";
}

/// The relation, when it is surely of one of the kinds; null otherwise. Most are not: their places
/// need not be looked for.
const Relation* find_refused(const Context& context, const catalog::Name& name, KindList refused) {
  const Relation* relation = context.catalog().relations.find(name);
  return relation == nullptr || relation->is_uncertain || relation->made_in < 0 ||
                 std::find(refused.begin(), refused.end(), relation->kind) == refused.end()
             ? nullptr
             : relation;
}

void refuse(const Event& event, Context& context, const catalog::Name& name, Place place,
            KindList refused, std::string_view statement, std::string_view advice) {
  const Relation* relation = find_refused(context, name, refused);
  if (relation == nullptr)
    return;
  report_failing(
      event, context, place,
      fmt::format("{} is {}, which {} does not take", catalog::quote_name(relation->name),
                  word_for(relation->kind), statement),
      std::string(advice));
}

void refuse(const Event& event, Context& context, const PgQuery__RangeVar* range, KindList refused,
            std::string_view statement, std::string_view advice) {
  if (range == nullptr)
    return;
  const catalog::Name name = context.catalog().resolve(*range);
  if (find_refused(context, name, refused) != nullptr)
    refuse(event, context, name, context.name_at(event, range->location), refused, statement,
           advice);
}

constexpr std::string_view kUseTables = "name a table";

/// What ALTER … of this kind of object does not take.
KindList refused_as(PgQuery__ObjectType type) {
  if (type == sql::object::kView)
    return kNoViews;
  if (type == sql::object::kMatview)
    return kNoMaterializedViews;
  return type == sql::object::kSequence ? kNoSequences : KindList();
}

std::string_view statement_for(PgQuery__ObjectType type) {
  if (type == sql::object::kView)
    return "ALTER VIEW";
  return type == sql::object::kMatview ? "ALTER MATERIALIZED VIEW" : "ALTER SEQUENCE";
}

constexpr std::string_view kSayKind = "say the kind of relation that it is";

void check_comment(const Event& event, Context& context, const PgQuery__CommentStmt& comment) {
  const auto* names = as<PgQuery__List>(comment.object);
  const bool is_table = comment.objtype == sql::object::kTable;
  const KindList refused = is_table ? kNoTables : refused_as(comment.objtype);
  if (names == nullptr || names->n_items == 0 || refused.size() == 0)
    return;
  refuse(event, context, context.catalog().resolve_relation(list(names->items, names->n_items)),
         context.column_place(event, string_value(names->items[names->n_items - 1])), refused,
         is_table ? "COMMENT ON TABLE"
                  : fmt::format("COMMENT ON {}", statement_for(comment.objtype).substr(6)),
         kSayKind);
}

void check_trigger(const Event& event, Context& context, const PgQuery__CreateTrigStmt& create) {
  constexpr std::int32_t kInstead = 1 << 6;  // TRIGGER_TYPE_INSTEAD of pg_trigger.h
  constexpr std::int32_t kTruncate = 1 << 5;
  refuse(event, context, create.relation,
         {RelationKind::kMaterializedView, RelationKind::kSequence}, "CREATE TRIGGER", kUseTables);
  if ((create.timing & kInstead) != 0)
    refuse(event, context, create.relation, {RelationKind::kTable, RelationKind::kPartitionedTable},
           "a trigger INSTEAD OF", "write BEFORE or AFTER");
  else if (create.row != 0 || (create.events & kTruncate) != 0)
    refuse(event, context, create.relation, {RelationKind::kView},
           "a trigger BEFORE or AFTER that is FOR EACH ROW or of TRUNCATE", "write INSTEAD OF");
}

void check_reference(const Event& event, Context& context, const sql::Node* node) {
  if (const auto* constraint = as<PgQuery__Constraint>(node);
      constraint != nullptr && constraint->contype == sql::constr::kForeign)
    refuse(event, context, constraint->pktable, kNoTables, "a foreign key", kUseTables);
  const auto* column = as<PgQuery__ColumnDef>(node);
  if (column == nullptr)
    return;
  for (const sql::Node* part : list(column->constraints, column->n_constraints))
    check_reference(event, context, part);
}

void check_create(const Event& event, Context& context, const PgQuery__CreateStmt& create) {
  if (create.relation == nullptr ||
      (create.if_not_exists != 0 &&
       context.catalog().relations.find(context.catalog().name_for_creation(*create.relation))))
    return;
  for (const sql::Node* node : list(create.inh_relations, create.n_inh_relations)) {
    const auto* parent = as<PgQuery__RangeVar>(node);
    if (create.partbound == nullptr)
      refuse(event, context, parent,
             {RelationKind::kPartitionedTable, RelationKind::kView, RelationKind::kMaterializedView,
              RelationKind::kSequence},
             "INHERITS", kUseTables);
    else
      refuse(event, context, parent,
             {RelationKind::kTable, RelationKind::kView, RelationKind::kMaterializedView,
              RelationKind::kSequence},
             "PARTITION OF", "name a table that is made with PARTITION BY");
  }
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    check_reference(event, context, node);
    if (const auto* like = as<PgQuery__TableLikeClause>(node))
      refuse(event, context, like->relation, {RelationKind::kSequence}, "LIKE", kUseTables);
  }
}

void check_grant(const Event& event, Context& context, const PgQuery__GrantStmt& grant) {
  if (grant.targtype != PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT ||
      grant.objtype != sql::object::kSequence)
    return;
  for (const sql::Node* node : list(grant.objects, grant.n_objects))
    refuse(event, context, as<PgQuery__RangeVar>(node), kNoSequences,
           grant.is_grant != 0 ? "GRANT ON SEQUENCE" : "REVOKE ON SEQUENCE", kSayKind);
}

void check_publication(const Event& event, Context& context, std::span<sql::Node* const> objects) {
  for (const sql::Node* node : objects) {
    const auto* object = as<PgQuery__PublicationObjSpec>(node);
    if (object != nullptr && object->pubtable != nullptr)
      refuse(event, context, object->pubtable->relation, kNoTables, "a publication", kUseTables);
  }
}

/// INSERT, UPDATE, DELETE.
void check_write(const Event& event, Context& context, const PgQuery__RangeVar* range) {
  refuse(event, context, range, {RelationKind::kMaterializedView}, "a change of its rows",
         "change what it is made of, and REFRESH it");
  refuse(event, context, range, {RelationKind::kSequence}, "a change of its rows",
         "ALTER SEQUENCE … RESTART, or SELECT setval(…)");
}

void check_alter(const Event& event, Context& context, const PgQuery__AlterTableStmt& alter) {
  refuse(event, context, alter.relation, refused_as(alter.objtype), statement_for(alter.objtype),
         kSayKind);
}

}  // namespace

void check_kind(const Event& event, Context& context) {
  if (!can_tell(event, context))
    return;
  const sql::Node& node = *event.node;
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      for (const sql::Node* one :
           list(node.truncate_stmt->relations, node.truncate_stmt->n_relations))
        refuse(event, context, as<PgQuery__RangeVar>(one), kNoTables, "TRUNCATE",
               "empty the tables that it reads");
      return;
    case PG_QUERY__NODE__NODE_LOCK_STMT:
      for (const sql::Node* one : list(node.lock_stmt->relations, node.lock_stmt->n_relations))
        refuse(event, context, as<PgQuery__RangeVar>(one),
               {RelationKind::kMaterializedView, RelationKind::kSequence}, "LOCK", kUseTables);
      return;
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return refuse(event, context, node.refresh_mat_view_stmt->relation, kNoMaterializedViews,
                    "REFRESH", "only what CREATE MATERIALIZED VIEW makes is refreshed");
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
      return check_comment(event, context, *node.comment_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return refuse(event, context, node.rename_stmt->relation,
                    refused_as(node.rename_stmt->rename_type),
                    statement_for(node.rename_stmt->rename_type), kSayKind);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return refuse(event, context, node.alter_object_schema_stmt->relation,
                    refused_as(node.alter_object_schema_stmt->object_type),
                    statement_for(node.alter_object_schema_stmt->object_type), kSayKind);
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
      return refuse(event, context, node.alter_seq_stmt->sequence, kNoSequences, "ALTER SEQUENCE",
                    "name the sequence; of an identity column: ALTER TABLE … ALTER COLUMN … "
                    "RESTART");
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return check_write(event, context, node.insert_stmt->relation);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return check_write(event, context, node.update_stmt->relation);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return check_write(event, context, node.delete_stmt->relation);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return refuse(event, context, node.index_stmt->relation,
                    {RelationKind::kView, RelationKind::kSequence}, "CREATE INDEX",
                    "index the table that it reads, or make it a materialized view");
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return check_trigger(event, context, *node.create_trig_stmt);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return refuse(event, context, node.create_policy_stmt->table, kNoTables, "CREATE POLICY",
                    kUseTables);
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return refuse(event, context, node.rule_stmt->relation,
                    {RelationKind::kMaterializedView, RelationKind::kSequence}, "CREATE RULE",
                    kUseTables);
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return check_create(event, context, *node.create_stmt);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      if (node.view_stmt->replace != 0 && node.view_stmt->view != nullptr)
        refuse(event, context, context.catalog().name_for_creation(*node.view_stmt->view),
               context.name_at(event, node.view_stmt->view->location), kNoViews,
               "CREATE OR REPLACE VIEW", "give the view another name, or drop what has it");
      return;
    case PG_QUERY__NODE__NODE_GRANT_STMT:
      return check_grant(event, context, *node.grant_stmt);
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
      return check_publication(event, context,
                               list(node.create_publication_stmt->pubobjects,
                                    node.create_publication_stmt->n_pubobjects));
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT:
      return check_publication(
          event, context,
          list(node.alter_publication_stmt->pubobjects, node.alter_publication_stmt->n_pubobjects));
    default:
      return;
  }
}

void check_command_kind(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr ||
      alter.objtype == sql::object::kType || alter.objtype == sql::object::kIndex)
    return;
  check_alter(event, context, alter);
  const PgQuery__AlterTableCmd& command = *event.command;
  const auto refuse_command = [&](KindList refused, std::string_view what) {
    const catalog::Name name = context.catalog().resolve(*alter.relation);
    if (find_refused(context, name, refused) != nullptr)
      refuse(event, context, name, context.command_place(event), refused, what, kUseTables);
  };
  switch (command.subtype) {
    case sql::at::kAddColumn:
      check_reference(event, context, command.def);
      return refuse_command(kNoTables, "ADD COLUMN");
    case sql::at::kAddConstraint:
      check_reference(event, context, command.def);
      return refuse_command(kNoTables, "ADD CONSTRAINT");
    case sql::at::kDropColumn:
      return refuse_command(kBothViews, "DROP COLUMN");
    case sql::at::kAlterColumnType:
      return refuse_command(kBothViews, "a change of a column's type");
    case sql::at::kSetNotNull:
    case sql::at::kDropNotNull:
      return refuse_command(kBothViews, "NOT NULL");
    case sql::at::kColumnDefault:
      return refuse_command({RelationKind::kMaterializedView}, "a DEFAULT");
    case sql::at::kEnableRowSecurity:
    case sql::at::kDisableRowSecurity:
    case sql::at::kForceRowSecurity:
    case sql::at::kNoForceRowSecurity:
      return refuse_command(kNoTables, "ROW LEVEL SECURITY");
    case sql::at::kAttachPartition:
    case sql::at::kDetachPartition:
      return refuse_command(
          {RelationKind::kTable, RelationKind::kView, RelationKind::kMaterializedView,
           RelationKind::kSequence},
          command.subtype == sql::at::kAttachPartition ? "ATTACH PARTITION" : "DETACH PARTITION");
    case sql::at::kAddInherit:
      refuse_command(kNoTables, "INHERIT");
      return refuse(event, context, as<PgQuery__RangeVar>(command.def),
                    {RelationKind::kPartitionedTable, RelationKind::kView,
                     RelationKind::kMaterializedView, RelationKind::kSequence},
                    "INHERIT", kUseTables);
    default:
      return;
  }
}

}  // namespace godwit::codegen::lint
