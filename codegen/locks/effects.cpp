// SPDX-License-Identifier: Apache-2.0
//
// One function a kind of statement; ALTER TABLE is in alter_table.cpp, SELECT, INSERT and the like
// in rows.cpp. A mode that is not obvious
// has the function of PostgreSQL's that takes it beside it.
#include "locks/effects.hpp"

#include <algorithm>

#include "catalog/dependents.hpp"
#include "locks/alter_table.hpp"
#include "locks/family.hpp"
#include "locks/rows.hpp"
#include "sql/kinds.hpp"
#include "sql/transaction.hpp"

namespace godwit::codegen::locks {
namespace {

using catalog::Name;
using catalog::RelationKind;
using sql::as;
using sql::list;

std::span<sql::Node* const> parts_of(const sql::Node* node) {
  if (const auto* names = as<PgQuery__List>(node))
    return list(names->items, names->n_items);
  if (const auto* type = as<PgQuery__TypeName>(node))
    return list(type->names, type->n_names);
  return {};
}

bool is_option_on(const PgQuery__DefElem& option) {
  if (option.arg == nullptr)
    return true;
  if (const auto* integer = as<PgQuery__Integer>(option.arg))
    return integer->ival != 0;
  if (const auto* boolean = as<PgQuery__Boolean>(option.arg))
    return boolean->boolval != 0;
  const std::string_view word = sql::string_value(option.arg);
  return word != "false" && word != "off" && word != "0";
}

bool has_option(sql::Node* const* options, std::size_t count, std::string_view name) {
  return std::any_of(options, options + count, [&](const sql::Node* node) {
    const auto* option = as<PgQuery__DefElem>(node);
    return option != nullptr && option->defname == name && is_option_on(*option);
  });
}

/// Works out one statement.
class Statement {
 public:
  Statement(const catalog::Catalog& catalog, const Circumstances& circumstances, Effects& effects)
      : catalog_(catalog), circumstances_(circumstances), effects_(effects) {}

  void run(const sql::Node& node);

 private:
  void lock(const PgQuery__RangeVar* range, Mode mode) {
    if (range != nullptr)
      effects_.lock(catalog_.resolve(*range), mode);
  }

  /// With partitions and children, unless it says ONLY.
  void lock_family(const PgQuery__RangeVar& range, Mode mode) {
    const Name name = catalog_.resolve(range);
    effects_.lock(name, mode);
    if (range.inh == 0)
      return;
    for (const Name& child : descendants(catalog_, name)) effects_.lock(child, mode);
  }

  void lock_indexes(const Name& table, Mode mode) {
    if (const catalog::Relation* known = catalog_.relations.find(table)) {
      for (const std::string& index : known->indexes) effects_.lock({table.schema, index}, mode);
    }
  }

  /// Foreign keys of a table that goes away, or is made: triggers on the other table change.
  void lock_referenced(const catalog::Relation& table, Mode mode) {
    for (const catalog::Constraint& constraint : table.constraints) {
      if (constraint.kind == catalog::ConstraintKind::kForeignKey &&
          constraint.referenced_table != table.name)
        effects_.lock(constraint.referenced_table, mode);
    }
  }

  RelationKind kind_of(const Name& name) const {
    const catalog::Relation* known = catalog_.relations.find(name);
    return known == nullptr ? RelationKind::kTable : known->kind;
  }

  bool is_there(const PgQuery__RangeVar& range) const {
    const catalog::Relation* known = catalog_.relations.find(catalog_.name_for_creation(range));
    return known != nullptr && !known->is_uncertain;
  }

  void create_table(const PgQuery__CreateStmt& create);
  void create_index(const PgQuery__IndexStmt& create);
  void drop(const PgQuery__DropStmt& drop);
  void drop_relation(const Name& name, bool cascades, int depth);
  void drop_dependent(const catalog::Dependent& dependent, int depth);
  void drop_index(const PgQuery__DropStmt& drop, const Name& name);
  void rename(const PgQuery__RenameStmt& rename);
  void truncate(const PgQuery__TruncateStmt& truncate);
  void reindex(const PgQuery__ReindexStmt& reindex);
  void reindex_table(const Name& table, bool is_concurrent);
  void vacuum(const PgQuery__VacuumStmt& vacuum);
  void cluster(const PgQuery__ClusterStmt& cluster);
  void refresh(const PgQuery__RefreshMatViewStmt& refresh);
  void alter_domain(const PgQuery__AlterDomainStmt& alter);
  void alter_publication(const PgQuery__AlterPublicationStmt& alter);
  void lock_published(sql::Node* const* objects, std::size_t count);
  void comment(const PgQuery__CommentStmt& comment);
  void lock_table(const PgQuery__LockStmt& statement);
  void lock_view(const Name& name, Mode mode, int depth);
  void create_trigger(const PgQuery__CreateTrigStmt& create);
  void drop_function(const Name& name);
  void drop_index_parts(const catalog::Index& index, Mode mode);
  void drop_extension(std::string_view extension);
  void transaction(const PgQuery__TransactionStmt& statement);

  const catalog::Catalog& catalog_;
  const Circumstances& circumstances_;
  Effects& effects_;
};

void Statement::create_table(const PgQuery__CreateStmt& create) {
  if (create.relation == nullptr || (create.if_not_exists != 0 && is_there(*create.relation)))
    return;
  const Name own = catalog_.name_for_creation(*create.relation);
  for (const sql::Node* node : list(create.inh_relations, create.n_inh_relations)) {
    const auto* parent = as<PgQuery__RangeVar>(node);
    if (parent == nullptr)
      continue;
    if (create.partbound == nullptr) {
      lock(parent, Mode::kShareUpdateExclusive);  // MergeAttributes()
      continue;
    }
    const Name name = catalog_.resolve(*parent);
    effects_.lock(name, Mode::kAccessExclusive);
    // Its rows must not belong into the new partition: they are read, and its bound changes.
    if (const auto fallback = default_partition(catalog_, name);
        fallback && create.partbound->is_default == 0) {
      effects_.lock(*fallback, Mode::kAccessExclusive);
      effects_.add_work(WorkKind::kScan, *fallback);
    }
    if (const catalog::Relation* known = catalog_.relations.find(name)) {
      lock_referenced(*known, Mode::kShareRowExclusive);
      // The partition's own are made parts of the parent's.
      lock_indexes(name, Mode::kShareUpdateExclusive);
    }
  }
  const auto reference = [&](const PgQuery__Constraint* constraint) {
    if (constraint == nullptr || constraint->contype != sql::constr::kForeign ||
        constraint->pktable == nullptr)
      return;
    const Name parent = catalog_.resolve(*constraint->pktable);
    if (parent == own)
      return;
    effects_.lock(parent, Mode::kShareRowExclusive);
    for (const Name& partition : descendants(catalog_, parent)) {
      if (const catalog::Relation* known = catalog_.relations.find(partition);
          known != nullptr && known->partition_of)
        effects_.lock(partition, Mode::kShareRowExclusive);
    }
  };
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    reference(as<PgQuery__Constraint>(node));
    if (const auto* column = as<PgQuery__ColumnDef>(node)) {
      for (const sql::Node* constraint : list(column->constraints, column->n_constraints))
        reference(as<PgQuery__Constraint>(constraint));
    }
  }
  for (const sql::Node* node : list(create.constraints, create.n_constraints))
    reference(as<PgQuery__Constraint>(node));
}

void Statement::create_index(const PgQuery__IndexStmt& create) {
  if (create.relation == nullptr)
    return;
  const Name table = catalog_.resolve(*create.relation);
  const std::string name = create.idxname;
  const Mode mode = create.concurrent != 0 ? Mode::kShareUpdateExclusive : Mode::kShare;
  effects_.lock(table, mode);
  if (create.if_not_exists != 0 && catalog_.indexes.find({table.schema, name}) != nullptr)
    return;  // the lock is taken first, and kept
  if (kind_of(table) != RelationKind::kPartitionedTable)
    return effects_.add_work(WorkKind::kIndexBuild, table, name);
  if (create.relation->inh == 0)
    return;
  for (const Name& partition : descendants(catalog_, table)) {
    effects_.lock(partition, mode);
    if (kind_of(partition) != RelationKind::kPartitionedTable)
      effects_.add_work(WorkKind::kIndexBuild, partition);
  }
}

void Statement::drop_relation(const Name& name, bool cascades, int depth) {
  constexpr int kMaxDepth = 32;
  if (depth > kMaxDepth)
    return;
  effects_.lock(name, Mode::kAccessExclusive);
  const catalog::Relation* known = catalog_.relations.find(name);
  if (known == nullptr)
    return;
  lock_indexes(name, Mode::kAccessExclusive);
  lock_referenced(*known, Mode::kAccessExclusive);
  if (known->partition_of) {
    // heap_drop_with_catalog(): the parent's and the default partition's bounds change.
    effects_.lock(*known->partition_of, Mode::kAccessExclusive);
    if (const auto fallback = default_partition(catalog_, *known->partition_of))
      effects_.lock(*fallback, Mode::kAccessExclusive);
  }
  for (const Name& child : descendants(catalog_, name)) {
    const catalog::Relation* below = catalog_.relations.find(child);
    if (below != nullptr && (cascades || below->partition_of == name))
      drop_relation(child, cascades, depth + 1);
  }
  if (!cascades)
    return;
  for (const Name& other : referencing(catalog_, name))
    effects_.lock(other, Mode::kAccessExclusive);
  for (const catalog::Dependent& dependent :
       catalog::dependents_of(catalog_, {catalog::ObjectKind::kRelation, name, {}}))
    drop_dependent(dependent, depth + 1);
}

void Statement::drop_dependent(const catalog::Dependent& dependent, int depth) {
  switch (dependent.kind) {
    case catalog::DependentKind::kView:
    case catalog::DependentKind::kChild:
      drop_relation(dependent.name, true, depth);
      break;
    case catalog::DependentKind::kAttribute:
    case catalog::DependentKind::kDomain:
    case catalog::DependentKind::kFunction:
      break;
    default:
      effects_.lock(dependent.name, Mode::kAccessExclusive);
      break;
  }
}

void Statement::drop_index(const PgQuery__DropStmt& drop, const Name& name) {
  const catalog::Index* index = catalog_.indexes.find(name);
  if (index == nullptr && drop.missing_ok != 0 && !catalog_.is_opaque)
    return;
  const Mode mode = drop.concurrent != 0 ? Mode::kShareUpdateExclusive : Mode::kAccessExclusive;
  effects_.lock(name, mode);
  if (index == nullptr)
    return;
  effects_.lock(index->table, mode);
  drop_index_parts(*index, mode);
}

/// Of a partitioned index, with the partitions that they are on.
void Statement::drop_index_parts(const catalog::Index& index, Mode mode) {
  const catalog::Relation* table = catalog_.relations.find(index.table);
  if (table == nullptr || table->kind != catalog::RelationKind::kPartitionedTable)
    return;
  for (const Name& partition : descendants(catalog_, index.table)) {
    const catalog::Relation* known = catalog_.relations.find(partition);
    if (known == nullptr || known->partition_of != index.table)
      continue;
    for (const std::string& part : known->indexes) {
      const catalog::Index* below = catalog_.indexes.find({partition.schema, part});
      if (below == nullptr || below->parent != index.name.name)
        continue;
      effects_.lock(below->name, mode);
      effects_.lock(partition, mode);
      drop_index_parts(*below, mode);
    }
  }
}

/// The columns of its types go along. Most extensions have one, of their own name.
void Statement::drop_extension(std::string_view extension) {
  for (const auto& [name, relation] : catalog_.relations.all()) {
    const bool uses =
        std::any_of(relation->columns.begin(), relation->columns.end(), [&](const auto& column) {
          return column.type.name == extension ||
                 (extension == "postgis" &&
                  (column.type.name == "geometry" || column.type.name == "geography"));
        });
    if (uses)
      effects_.lock(name, Mode::kAccessExclusive);
  }
}

void Statement::drop(const PgQuery__DropStmt& drop) {
  const bool cascades = drop.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
  for (const sql::Node* object : list(drop.objects, drop.n_objects)) {
    const auto parts = parts_of(object);
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kForeignTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kSequence: {
        const Name name = catalog_.resolve_relation(parts);
        if (catalog_.relations.find(name) != nullptr || drop.missing_ok == 0)
          drop_relation(name, cascades, 0);
        break;
      }
      case sql::object::kIndex:
        drop_index(drop, catalog_.resolve_relation(parts));
        break;
      case sql::object::kTrigger:
      case sql::object::kRule:
      case sql::object::kPolicy:
        // [schema, table, name]
        if (parts.size() >= 2)
          effects_.lock(catalog_.resolve_relation(parts.first(parts.size() - 1)),
                        Mode::kAccessExclusive);
        break;
      case sql::object::kFunction:
        if (const auto* function = as<PgQuery__ObjectWithArgs>(object); function && cascades)
          drop_function(catalog_.resolve_function(list(function->objname, function->n_objname)));
        break;
      case sql::object::kType:
      case sql::object::kDomain:
        if (cascades) {
          for (const Name& user : users_of_type(catalog_, catalog_.resolve_type(parts)))
            effects_.lock(user, Mode::kAccessExclusive);
        }
        break;
      case sql::object::kExtension:
        if (cascades)
          drop_extension(sql::string_value(object));
        break;
      case sql::object::kSchema:
        if (!cascades)
          break;
        for (const auto& [name, relation] : catalog_.relations.all()) {
          if (name.schema == sql::string_value(object))
            drop_relation(name, true, 0);
        }
        break;
      default:
        break;
    }
  }
}

/// With CASCADE: triggers, views, defaults, checks and indexes that call it go along.
void Statement::drop_function(const Name& name) {
  const catalog::Function* function = catalog_.functions.find(name);
  if (function == nullptr || function->overloads.size() != 1)
    return;
  for (const catalog::Dependent& dependent :
       catalog::dependents_of(catalog_, {catalog::ObjectKind::kFunction, name, {}}))
    drop_dependent(dependent, 0);
}

void Statement::rename(const PgQuery__RenameStmt& rename) {
  if (rename.rename_type == sql::object::kSchema || rename.relation == nullptr)
    return;
  if (rename.relation_type == sql::object::kType) {
    if (rename.behavior != PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
      return;
    const Name type = catalog_.resolve_type(rename.relation->schemaname, rename.relation->relname);
    for (const Name& table : catalog_.tables_of(type)) effects_.lock(table, Mode::kAccessExclusive);
    return;
  }
  const Name name = catalog_.resolve(*rename.relation);
  // RenameRelation()
  const bool is_index =
      rename.rename_type == sql::object::kIndex || catalog_.indexes.find(name) != nullptr;
  effects_.lock(name, is_index ? Mode::kShareUpdateExclusive : Mode::kAccessExclusive);
  if (rename.rename_type == sql::object::kColumn && rename.relation->inh != 0) {
    for (const Name& child : descendants(catalog_, name))
      effects_.lock(child, Mode::kAccessExclusive);
  }
}

void Statement::truncate(const PgQuery__TruncateStmt& truncate) {
  std::vector<Name> tables;
  const auto add = [&](const Name& name) {
    if (std::find(tables.begin(), tables.end(), name) == tables.end())
      tables.push_back(name);
  };
  for (const sql::Node* node : list(truncate.relations, truncate.n_relations)) {
    const auto* range = as<PgQuery__RangeVar>(node);
    if (range == nullptr)
      continue;
    add(catalog_.resolve(*range));
    if (range->inh != 0) {
      for (const Name& child : descendants(catalog_, catalog_.resolve(*range))) add(child);
    }
  }
  if (truncate.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE) {
    // add() appends to the list that is gone through.
    for (std::size_t i = 0; i < tables.size(); ++i) {  // NOLINT(modernize-loop-convert)
      const Name table = tables[i];
      for (const Name& other : referencing(catalog_, table)) {
        add(other);
        for (const Name& child : descendants(catalog_, other)) add(child);
      }
    }
  }
  for (const Name& table : tables) {
    effects_.lock(table, Mode::kAccessExclusive);
    lock_indexes(table, Mode::kAccessExclusive);
  }
}

void Statement::reindex_table(const Name& table, bool is_concurrent) {
  const Mode mode = is_concurrent ? Mode::kShareUpdateExclusive : Mode::kShare;
  effects_.lock(table, mode);
  const catalog::Relation* known = catalog_.relations.find(table);
  if (known == nullptr)
    return effects_.add_work(WorkKind::kIndexBuild, table);
  for (const std::string& index : known->indexes) {
    effects_.lock({table.schema, index},
                  is_concurrent ? Mode::kShareUpdateExclusive : Mode::kAccessExclusive);
    if (known->kind != RelationKind::kPartitionedTable)
      effects_.add_work(WorkKind::kIndexBuild, table, index);
  }
}

void Statement::reindex(const PgQuery__ReindexStmt& reindex) {
  if (reindex.relation == nullptr)
    return;
  const bool is_concurrent = has_option(reindex.params, reindex.n_params, "concurrently");
  const Name name = catalog_.resolve(*reindex.relation);
  const catalog::Index* index = catalog_.indexes.find(name);
  if (reindex.kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX) {
    effects_.lock(name, is_concurrent ? Mode::kShareUpdateExclusive : Mode::kAccessExclusive);
    if (index != nullptr) {
      effects_.lock(index->table, is_concurrent ? Mode::kShareUpdateExclusive : Mode::kShare);
      effects_.add_work(WorkKind::kIndexBuild, index->table, name.name);
    }
  } else {
    reindex_table(name, is_concurrent);
    for (const Name& partition : descendants(catalog_, name)) {
      if (const catalog::Relation* known = catalog_.relations.find(partition);
          known != nullptr && known->partition_of)
        reindex_table(partition, is_concurrent);
    }
  }
  const bool is_partitioned =
      kind_of(index == nullptr ? name : index->table) == RelationKind::kPartitionedTable;
  if (is_partitioned && effects_.not_in_transaction.empty())
    effects_.not_in_transaction = index == nullptr ? "REINDEX TABLE of a partitioned table"
                                                   : "REINDEX INDEX of a partitioned index";
}

void Statement::vacuum(const PgQuery__VacuumStmt& vacuum) {
  const bool is_full =
      vacuum.is_vacuumcmd != 0 && has_option(vacuum.options, vacuum.n_options, "full");
  for (const sql::Node* node : list(vacuum.rels, vacuum.n_rels)) {
    const auto* relation = as<PgQuery__VacuumRelation>(node);
    if (relation == nullptr || relation->relation == nullptr)
      continue;
    if (is_full)
      add_rewrite(catalog_, catalog_.resolve(*relation->relation), effects_);
    else
      lock_family(*relation->relation, Mode::kShareUpdateExclusive);
  }
}

void Statement::cluster(const PgQuery__ClusterStmt& cluster) {
  if (cluster.relation == nullptr)
    return;
  const Name name = catalog_.resolve(*cluster.relation);
  if (kind_of(name) == RelationKind::kPartitionedTable) {
    if (effects_.not_in_transaction.empty())
      effects_.not_in_transaction = "CLUSTER of a partitioned table";
    effects_.lock(name, Mode::kAccessExclusive);
    return;
  }
  add_rewrite(catalog_, name, effects_);
}

void Statement::refresh(const PgQuery__RefreshMatViewStmt& refresh) {
  if (refresh.relation == nullptr)
    return;
  const Name name = catalog_.resolve(*refresh.relation);
  if (refresh.concurrent != 0) {
    effects_.lock(name, Mode::kExclusive);
    lock_indexes(name, Mode::kRowExclusive);
  } else {
    add_rewrite(catalog_, name, effects_);
  }
}

void Statement::alter_domain(const PgQuery__AlterDomainStmt& alter) {
  const std::string_view subtype = alter.subtype;
  const auto* constraint = as<PgQuery__Constraint>(alter.def);
  const bool adds = subtype == "C" && (constraint == nullptr || constraint->skip_validation == 0);
  const bool validates = subtype == "V";
  if (!adds && !validates && subtype != "O")
    return;
  // get_rels_with_domain(): SHARE on every table that has a column of it.
  const Name name = catalog_.resolve_type(list(alter.type_name, alter.n_type_name));
  for (const Name& table : users_of_type(catalog_, name)) {
    effects_.lock(table, Mode::kShare);
    if (kind_of(table) != RelationKind::kPartitionedTable)
      effects_.add_work(WorkKind::kScan, table);
  }
}

void Statement::lock_published(sql::Node* const* objects, std::size_t count) {
  for (const sql::Node* node : list(objects, count)) {
    const auto* object = as<PgQuery__PublicationObjSpec>(node);
    if (object != nullptr && object->pubtable != nullptr && object->pubtable->relation != nullptr)
      lock_family(*object->pubtable->relation, Mode::kShareUpdateExclusive);
  }
}

void Statement::alter_publication(const PgQuery__AlterPublicationStmt& alter) {
  lock_published(alter.pubobjects, alter.n_pubobjects);
  if (alter.action != PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects)
    return;
  if (const catalog::Publication* known = catalog_.publications.find({"", alter.pubname})) {
    for (const Name& table : known->tables) effects_.lock(table, Mode::kShareUpdateExclusive);
  }
}

void Statement::comment(const PgQuery__CommentStmt& comment) {
  const auto parts = parts_of(comment.object);
  switch (comment.objtype) {
    case sql::object::kTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
    case sql::object::kIndex:
    case sql::object::kForeignTable:
      return effects_.lock(catalog_.resolve_relation(parts), Mode::kShareUpdateExclusive);
    case sql::object::kColumn:
      // [schema, table, column]: get_object_address() locks the table. For a constraint, trigger,
      // rule or policy it is ACCESS SHARE. Nobody waits for a composite type.
      if (parts.size() >= 2) {
        const Name name = catalog_.resolve_relation(parts.first(parts.size() - 1));
        if (catalog_.types.find(name) == nullptr)
          effects_.lock(name, Mode::kShareUpdateExclusive);
      }
      return;
    default:
      return;
  }
}

void Statement::lock_view(const Name& name, Mode mode, int depth) {
  constexpr int kMaxDepth = 32;
  const catalog::Relation* view = catalog_.relations.find(name);
  if (view == nullptr || view->kind != RelationKind::kView || view->uses == nullptr ||
      depth > kMaxDepth)
    return;
  // LockViewRecurse()
  for (const Name& used : view->uses->relations) {
    effects_.lock(used, mode);
    for (const Name& child : descendants(catalog_, used)) effects_.lock(child, mode);
    lock_view(used, mode, depth + 1);
  }
}

void Statement::lock_table(const PgQuery__LockStmt& statement) {
  effects_.needs_transaction = true;
  for (const sql::Node* node : list(statement.relations, statement.n_relations)) {
    const auto* range = as<PgQuery__RangeVar>(node);
    if (range == nullptr)
      continue;
    lock_family(*range, static_cast<Mode>(statement.mode));
    lock_view(catalog_.resolve(*range), static_cast<Mode>(statement.mode), 0);
  }
}

void Statement::create_trigger(const PgQuery__CreateTrigStmt& create) {
  if (create.relation == nullptr)
    return;
  lock(create.relation, Mode::kShareRowExclusive);
  const Name table = catalog_.resolve(*create.relation);
  if (create.row == 0 || kind_of(table) != RelationKind::kPartitionedTable)
    return;
  // Each partition gets its own.
  for (const Name& partition : descendants(catalog_, table))
    effects_.lock(partition, Mode::kShareRowExclusive);
}

void Statement::transaction(const PgQuery__TransactionStmt& statement) {
  switch (statement.kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
      effects_.needs_transaction = true;
      return;
    default:
      return;
  }
}

void Statement::run(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return add_alter_table(catalog_, *node.alter_table_stmt, circumstances_, effects_);
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return create_table(*node.create_stmt);
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
      if (node.create_foreign_table_stmt->base_stmt != nullptr)
        create_table(*node.create_foreign_table_stmt->base_stmt);
      return;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return create_index(*node.index_stmt);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return drop(*node.drop_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return rename(*node.rename_stmt);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return lock(node.alter_object_schema_stmt->relation, Mode::kAccessExclusive);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      return truncate(*node.truncate_stmt);
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return reindex(*node.reindex_stmt);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      return vacuum(*node.vacuum_stmt);
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
      return cluster(*node.cluster_stmt);
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return refresh(*node.refresh_mat_view_stmt);
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
      return alter_domain(*node.alter_domain_stmt);
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
      return lock_published(node.create_publication_stmt->pubobjects,
                            node.create_publication_stmt->n_pubobjects);
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT:
      return alter_publication(*node.alter_publication_stmt);
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
      return comment(*node.comment_stmt);
    case PG_QUERY__NODE__NODE_LOCK_STMT:
      return lock_table(*node.lock_stmt);
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return add_rows(catalog_, node, effects_);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return create_trigger(*node.create_trig_stmt);
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return lock(node.rule_stmt->relation, Mode::kAccessExclusive);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return lock(node.create_policy_stmt->table, Mode::kAccessExclusive);
    case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
      return lock(node.alter_policy_stmt->table, Mode::kAccessExclusive);
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
      for (const sql::Node* table :
           list(node.create_stats_stmt->relations, node.create_stats_stmt->n_relations))
        lock(as<PgQuery__RangeVar>(table), Mode::kShareUpdateExclusive);
      return;
    case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT:
      return lock(node.alter_seq_stmt->sequence, Mode::kShareRowExclusive);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      if (node.view_stmt->replace != 0 && node.view_stmt->view != nullptr &&
          is_there(*node.view_stmt->view))
        lock(node.view_stmt->view, Mode::kAccessExclusive);
      return;
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
      return transaction(*node.transaction_stmt);
    case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT: {
      constexpr int kWithHold = 0x0020;  // CURSOR_OPT_HOLD of parsenodes.h
      effects_.needs_transaction =
          (static_cast<unsigned>(node.declare_cursor_stmt->options) & kWithHold) == 0;
      return;
    }
    default:
      return;
  }
}

}  // namespace

Mode Effects::mode_of(const Name& relation) const noexcept {
  const auto found = std::find_if(locks.begin(), locks.end(), [&](const RelationLock& held) {
    return held.relation == relation;
  });
  return found == locks.end() ? Mode::kNone : found->mode;
}

bool Effects::does(WorkKind kind, const Name& table) const noexcept {
  return std::any_of(work.begin(), work.end(),
                     [&](const Work& one) { return one.kind == kind && one.table == table; });
}

void Effects::lock(const Name& relation, Mode mode) {
  const auto found = std::find_if(locks.begin(), locks.end(), [&](const RelationLock& held) {
    return held.relation == relation;
  });
  if (found == locks.end())
    locks.push_back({.relation = relation, .mode = mode});
  else
    *found = {.relation = relation, .mode = std::max(found->mode, mode)};
}

void Effects::add_work(WorkKind kind, const Name& table, std::string index) {
  const bool is_known = std::any_of(work.begin(), work.end(), [&](const Work& one) {
    return one.kind == kind && one.table == table && one.index == index;
  });
  if (!is_known)
    work.push_back({.kind = kind, .table = table, .index = std::move(index)});
}

Effects effects_of(const catalog::Catalog& catalog, const sql::Node& node,
                   const Circumstances& circumstances) {
  Effects effects;
  effects.not_in_transaction = sql::cannot_run_in_transaction(node);
  Statement(catalog, circumstances, effects).run(node);
  if (circumstances.with_reads)
    add_reads(catalog, node, effects);
  return effects;
}

}  // namespace godwit::codegen::locks
