// SPDX-License-Identifier: Apache-2.0
//
// The modes are AlterTableGetLockLevel()'s; which commands go on to children, and what a command
// does to other relations, is in the ATPrep… and ATExec… functions of
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/commands/tablecmds.c
#include "locks/alter_table.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "catalog/dependents.hpp"
#include "locks/column_change.hpp"
#include "locks/family.hpp"
#include "locks/new_column.hpp"
#include "locks/partition_bound.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::locks {
namespace {

using catalog::Name;

constexpr int kFirstWithFastDefault = 11;  ///< a constant default no longer rewrites the table
constexpr int kFirstWithProof = 12;        ///< SET NOT NULL uses validated CHECKs

/// Storage parameters that are not read under SHARE UPDATE EXCLUSIVE.
constexpr auto kStrongParameters = std::to_array<std::string_view>(
    {"autosummarize", "buffering", "check_option", "fastupdate", "gin_pending_list_limit",
     "pages_per_range", "security_barrier", "security_invoker", "user_catalog_table"});

Mode mode_of_parameters(const sql::Node* definition) {
  const auto* options = sql::as<PgQuery__List>(definition);
  if (options == nullptr)
    return Mode::kShareUpdateExclusive;
  for (const sql::Node* node : sql::list(options->items, options->n_items)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option != nullptr && std::find(kStrongParameters.begin(), kStrongParameters.end(),
                                       option->defname) != kStrongParameters.end())
      return Mode::kAccessExclusive;
  }
  return Mode::kShareUpdateExclusive;
}

/// Commands that are carried out on all partitions and children too.
bool reaches_children(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kAddColumn:
    case sql::at::kDropColumn:
    case sql::at::kAlterColumnType:
    case sql::at::kColumnDefault:
    case sql::at::kSetNotNull:
    case sql::at::kDropNotNull:
    case sql::at::kDropExpression:
    case sql::at::kSetStatistics:
    case sql::at::kSetStorage:
    case sql::at::kAddConstraint:
    case sql::at::kDropConstraint:
    case sql::at::kValidateConstraint:
    case sql::at::kAlterConstraint:
    case sql::at::kAddIdentity:
    case sql::at::kEnableTrig:
    case sql::at::kEnableTrigAll:
    case sql::at::kEnableTrigUser:
    case sql::at::kDisableTrig:
    case sql::at::kDisableTrigAll:
    case sql::at::kDisableTrigUser:
      return true;
    default:
      return false;
  }
}

/// These go on to the partitions of a partitioned table, not to other children.
bool is_for_partitions_only(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kAddIdentity:
      return false;
    case sql::at::kAddConstraint: {
      const auto* constraint = sql::as<PgQuery__Constraint>(command.def);
      return constraint != nullptr && constraint->contype != sql::constr::kCheck;
    }
    case sql::at::kEnableTrig:
    case sql::at::kEnableTrigAll:
    case sql::at::kEnableTrigUser:
    case sql::at::kDisableTrig:
    case sql::at::kDisableTrigAll:
    case sql::at::kDisableTrigUser:
    case sql::at::kAlterConstraint:
      return true;
    default:
      return false;
  }
}

bool has(const std::vector<std::string>& columns, std::string_view column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// One table of those that an ALTER TABLE is carried out on: the named one, or a child.
class OneTable {
 public:
  OneTable(const catalog::Catalog& catalog, Name name, std::span<sql::Node* const> commands,
           Mode mode, const Circumstances& circumstances, Effects& effects)
      : catalog_(catalog),
        name_(std::move(name)),
        table_(catalog.relations.find(name_)),
        commands_(commands),
        mode_(mode),
        circumstances_(circumstances),
        effects_(effects) {}

  void run(const PgQuery__AlterTableCmd& command) {
    switch (command.subtype) {
      case sql::at::kAddColumn:
        return add_column(command);
      case sql::at::kDropColumn:
        return drop_column(command.name, command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE);
      case sql::at::kAlterColumnType:
        return change_type(command);
      case sql::at::kSetNotNull:
        return set_not_null(command.name);
      case sql::at::kAddConstraint:
        if (const auto* constraint = sql::as<PgQuery__Constraint>(command.def))
          add_constraint(*constraint);
        return;
      case sql::at::kValidateConstraint:
        return validate(command.name);
      case sql::at::kDropConstraint:
        return drop_constraint(command);
      case sql::at::kChangeOwner:
        return lock_indexes();
      case sql::at::kClusterOn:
        return effects_.lock({name_.schema, command.name}, mode_);
      case sql::at::kSetIdentity:
        return lock_sequence(command.name);
      case sql::at::kReplicaIdentity:
        if (const auto* identity = sql::as<PgQuery__ReplicaIdentityStmt>(command.def);
            identity != nullptr && !std::string_view(identity->name).empty())
          effects_.lock({name_.schema, identity->name}, Mode::kShare);
        return;
      case sql::at::kSetLogged:
      case sql::at::kSetUnLogged:
        return add_rewrite(catalog_, name_, effects_);
      case sql::at::kSetAccessMethod:
        if (!is_in(table_ == nullptr ? nullptr : &table_->access_method, command.name, "heap"))
          add_rewrite(catalog_, name_, effects_);
        return;
      case sql::at::kSetTableSpace:
        // The files are copied as they are; the indexes have a tablespace of their own.
        if (!is_in(table_ == nullptr ? nullptr : &table_->tablespace, command.name, "pg_default"))
          effects_.add_work(WorkKind::kRewrite, name_);
        return;
      case sql::at::kDropIdentity:
        return drop_identity(command);
      case sql::at::kAttachPartition:
        return attach(command);
      case sql::at::kDetachPartition:
        return detach(command);
      case sql::at::kAddInherit:
      case sql::at::kDropInherit:
        if (const auto* parent = sql::as<PgQuery__RangeVar>(command.def))
          effects_.lock(catalog_.resolve(*parent), command.subtype == sql::at::kAddInherit
                                                       ? Mode::kShareUpdateExclusive
                                                       : Mode::kAccessShare);
        return;
      default:
        return;
    }
  }

 private:
  /// Is it there already? Of a table that the catalog saw being made, "" is the default.
  static bool is_in(const std::string* known, std::string_view wanted, std::string_view fallback) {
    return known != nullptr && (known->empty() ? fallback : *known) == wanted;
  }

  bool is_partitioned() const {
    return table_ != nullptr && table_->kind == catalog::RelationKind::kPartitionedTable;
  }

  /// Work on the rows, of which a partitioned table has none of its own.
  void add_work(WorkKind kind, std::string index = {}) {
    if (!is_partitioned())
      effects_.add_work(kind, name_, std::move(index));
  }

  void lock_indexes() {
    if (table_ == nullptr)
      return;
    for (const std::string& index : table_->indexes)
      effects_.lock({name_.schema, index}, Mode::kAccessExclusive);
  }

  /// Of an identity column, whose sequence is changed with it.
  void lock_sequence(std::string_view column) {
    for (const auto& [name, relation] : catalog_.relations.all()) {
      if (relation->owned_by && relation->owned_by->relation == name_ &&
          relation->owned_by->column == column && relation->is_of_identity)
        effects_.lock(name, Mode::kShareRowExclusive);
    }
  }

  void lock_referenced(const Name& parent, Mode mode) {
    effects_.lock(parent, mode);
    for (const Name& partition : descendants(catalog_, parent)) {
      if (const catalog::Relation* known = catalog_.relations.find(partition);
          known != nullptr && known->partition_of)
        effects_.lock(partition, mode);
    }
  }

  void add_column(const PgQuery__AlterTableCmd& command) {
    const auto* column = sql::as<PgQuery__ColumnDef>(command.def);
    if (column == nullptr || (table_ != nullptr && !table_->is_uncertain &&
                              table_->find_column(column->colname) != nullptr &&
                              !is_dropped(sql::at::kDropColumn, column->colname)))
      return;
    const ColumnParts parts = take_apart(*column);
    catalog::Type type;
    if (column->type_name != nullptr)
      type = catalog_.resolved(catalog::read_type(*column->type_name));
    const bool has_default = parts.default_value != nullptr
                                 ? !is_null(parts.default_value->raw_expr)
                                 : has_default_of_type(type);
    const sql::Node* default_value = parts.default_value != nullptr
                                         ? parts.default_value->raw_expr
                                         : default_of_type(type, catalog_);
    // A constrained domain is checked for every row, by writing it.
    const bool rewrites = type.is_serial || parts.identity != nullptr ||
                          parts.generated != nullptr ||
                          (has_default && circumstances_.postgres < kFirstWithFastDefault) ||
                          (has_default && default_value != nullptr &&
                           !volatile_function(default_value, catalog_).empty()) ||
                          (type.dimensions == 0 && catalog_.is_constrained_domain(type));
    if (rewrites) {
      if (!is_partitioned())
        add_rewrite(catalog_, name_, effects_);
    } else if (parts.check != nullptr || (parts.not_null != nullptr && !has_default)) {
      add_work(WorkKind::kScan);
    }
    if (parts.unique != nullptr)
      add_work(WorkKind::kIndexBuild, parts.unique->conname);
    if (parts.foreign_key != nullptr && parts.foreign_key->pktable != nullptr) {
      lock_referenced(catalog_.resolve(*parts.foreign_key->pktable), Mode::kShareRowExclusive);
      if (has_default)
        add_work(WorkKind::kLookUp);
    }
  }

  /// A domain may have one.
  bool has_default_of_type(const catalog::Type& type) const {
    const catalog::UserType* domain = catalog_.types.find({type.schema, type.name});
    return domain != nullptr && domain->has_default && type.dimensions == 0;
  }

  void drop_column(std::string_view column, bool cascades) {
    if (table_ == nullptr)
      return;
    if (cascades)
      lock_dependents(column);
    for (const catalog::Constraint& constraint : table_->constraints) {
      if (!has(constraint.columns, column))
        continue;
      if (constraint.kind == catalog::ConstraintKind::kForeignKey)
        lock_referenced(constraint.referenced_table, Mode::kAccessExclusive);
    }
    for (const std::string& name : table_->indexes) {
      const catalog::Index* index = catalog_.indexes.find({name_.schema, name});
      if (index != nullptr && index->depends_on(column))
        effects_.lock(index->name, Mode::kAccessExclusive);
    }
  }

  /// What goes with the column: foreign keys on it, and views, which are relations of their own.
  void lock_dependents(std::string_view column) {
    for (const catalog::Dependent& dependent : catalog::dependents_of(
             catalog_, {catalog::ObjectKind::kColumn, name_, std::string(column)})) {
      if (dependent.kind == catalog::DependentKind::kView ||
          dependent.kind == catalog::DependentKind::kForeignKey)
        effects_.lock(dependent.name, Mode::kAccessExclusive);
    }
  }

  void change_type(const PgQuery__AlterTableCmd& command) {
    const auto* definition = sql::as<PgQuery__ColumnDef>(command.def);
    if (definition == nullptr || definition->type_name == nullptr || is_partitioned())
      return;
    const std::string_view column = command.name;
    const catalog::Column* known =
        table_ == nullptr || table_->is_uncertain ? nullptr : table_->find_column(column);
    const catalog::Type to = catalog_.resolved(catalog::read_type(*definition->type_name));
    lock_foreign_keys_of(column);
    if (change_of_type(catalog_, known == nullptr ? catalog::Type() : known->type, to, *definition,
                       column, circumstances_.is_utc) != catalog::TypeChange::kFree) {
      look_up_from_others(column);
      return add_rewrite(catalog_, name_, effects_);
    }
    const bool sorts_otherwise =
        known != nullptr && (known->type.name == "citext") != (to.name == "citext");
    if (table_ == nullptr)
      return;
    // What depends on the column is made again: an index is kept where it stays valid, a CHECK is
    // checked.
    for (const std::string& name : table_->indexes) {
      const catalog::Index* index = catalog_.indexes.find({name_.schema, name});
      if (index == nullptr || !index->depends_on(column))
        continue;
      effects_.lock(index->name, Mode::kAccessExclusive);
      if (index->has_expressions() || sorts_otherwise)
        add_work(WorkKind::kIndexBuild, name);
    }
    for (const catalog::Constraint& constraint : table_->constraints) {
      if (constraint.kind == catalog::ConstraintKind::kCheck && constraint.is_validated &&
          has(constraint.columns, column) && !is_dropped(sql::at::kDropConstraint, constraint.name))
        add_work(WorkKind::kScan);
    }
  }

  /// Foreign keys on the column, and to it, are dropped and made again: their triggers change on
  /// both tables.
  void lock_foreign_keys_of(std::string_view column) {
    if (table_ == nullptr)
      return;
    for (const catalog::Constraint& constraint : table_->constraints) {
      if (constraint.kind == catalog::ConstraintKind::kForeignKey &&
          has(constraint.columns, column) && constraint.referenced_table != name_)
        lock_referenced(constraint.referenced_table, Mode::kAccessExclusive);
    }
    for (const Name& other : users_of(column)) effects_.lock(other, Mode::kAccessExclusive);
  }

  /// Foreign keys compare the column with another operator then, and so look at every row.
  void look_up_from_others(std::string_view column) {
    for (const Name& other : users_of(column)) effects_.add_work(WorkKind::kLookUp, other);
  }

  /// Tables with a foreign key to the column.
  std::vector<Name> users_of(std::string_view column) const {
    std::vector<Name> users;
    for (const Name& other : referencing(catalog_, name_)) {
      const catalog::Relation* user = catalog_.relations.find(other);
      if (user != nullptr && std::any_of(user->constraints.begin(), user->constraints.end(),
                                         [&](const catalog::Constraint& constraint) {
                                           return constraint.kind ==
                                                      catalog::ConstraintKind::kForeignKey &&
                                                  constraint.referenced_table == name_ &&
                                                  has(constraint.referenced_columns, column);
                                         }))
        users.push_back(other);
    }
    return users;
  }

  /// By another command of the statement: PostgreSQL does those first.
  template <class Subtype>
  bool is_dropped(Subtype subtype, std::string_view name) const {
    return std::any_of(commands_.begin(), commands_.end(), [&](const sql::Node* node) {
      const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
      return command != nullptr && command->subtype == subtype && command->name == name;
    });
  }

  bool is_proved_not_null(std::string_view column) const {
    if (table_ == nullptr || table_->is_uncertain)
      return false;
    const catalog::Column* known = table_->find_column(column);
    return (known != nullptr && known->is_not_null) ||
           (circumstances_.postgres >= kFirstWithProof && table_->is_proved_not_null(column));
  }

  void set_not_null(std::string_view column) {
    if (!is_proved_not_null(column))
      add_work(WorkKind::kScan);
  }

  void add_constraint(const PgQuery__Constraint& constraint) {
    switch (constraint.contype) {
      case sql::constr::kCheck:
        if (constraint.skip_validation == 0)
          add_work(WorkKind::kScan);
        return;
      case sql::constr::kForeign:
        if (constraint.pktable != nullptr)
          lock_referenced(catalog_.resolve(*constraint.pktable), Mode::kShareRowExclusive);
        if (constraint.skip_validation == 0)
          add_work(WorkKind::kLookUp);
        return;
      case sql::constr::kUnique:
      case sql::constr::kPrimary:
      case sql::constr::kExclusion:
        return add_key(constraint);
      default:
        return;
    }
  }

  void add_key(const PgQuery__Constraint& constraint) {
    const std::string_view index_name = constraint.indexname;
    const std::string_view name = constraint.conname;
    std::vector<std::string_view> columns;
    if (index_name.empty()) {
      add_work(WorkKind::kIndexBuild, std::string(name));
      for (const sql::Node* key : sql::list(constraint.keys, constraint.n_keys))
        columns.push_back(sql::string_value(key));
    } else {
      const Name index{name_.schema, std::string(index_name)};
      if (!name.empty() && name != index_name)
        effects_.lock(index, Mode::kShareUpdateExclusive);  // it takes the constraint's name
      if (const catalog::Index* known = catalog_.indexes.find(index))
        columns.assign(known->columns.begin(), known->columns.end());
    }
    if (constraint.contype == sql::constr::kPrimary &&
        (columns.empty() ||
         !std::all_of(columns.begin(), columns.end(),
                      [&](std::string_view column) { return is_proved_not_null(column); })))
      add_work(WorkKind::kScan);
  }

  void validate(std::string_view name) {
    const catalog::Constraint* constraint =
        table_ == nullptr ? nullptr : table_->find_constraint(name);
    if (constraint != nullptr && constraint->kind == catalog::ConstraintKind::kForeignKey) {
      effects_.lock(constraint->referenced_table, Mode::kRowShare);
      add_work(WorkKind::kLookUp);
    } else {
      add_work(WorkKind::kScan);
    }
  }

  void drop_constraint(const PgQuery__AlterTableCmd& command) {
    const catalog::Constraint* constraint =
        table_ == nullptr ? nullptr : table_->find_constraint(command.name);
    if (constraint == nullptr)
      return;
    if (constraint->kind == catalog::ConstraintKind::kForeignKey)
      lock_referenced(constraint->referenced_table, Mode::kAccessExclusive);
    if (!constraint->index.empty())
      effects_.lock({name_.schema, constraint->index}, Mode::kAccessExclusive);
    const bool is_key = constraint->kind == catalog::ConstraintKind::kPrimaryKey ||
                        constraint->kind == catalog::ConstraintKind::kUnique;
    if (is_key && command.behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE) {
      for (const Name& other : referencing(catalog_, name_))
        effects_.lock(other, Mode::kAccessExclusive);
    }
  }

  /// Its sequence goes with it.
  void drop_identity(const PgQuery__AlterTableCmd& command) {
    for (const auto& [name, relation] : catalog_.relations.all()) {
      if (relation->is_of_identity && relation->owned_by == catalog::ColumnUse{name_, command.name})
        effects_.lock(name, Mode::kAccessExclusive);
    }
  }

  void attach(const PgQuery__AlterTableCmd& command) {
    const auto* partition = sql::as<PgQuery__PartitionCmd>(command.def);
    if (partition == nullptr || partition->name == nullptr)
      return;
    const Name child = catalog_.resolve(*partition->name);
    const bool is_index = catalog_.indexes.find(child) != nullptr;
    effects_.lock(child, Mode::kAccessExclusive);
    if (is_index || partition->bound == nullptr)
      return;
    for (const Name& below : descendants(catalog_, child))
      effects_.lock(below, Mode::kAccessExclusive);
    const catalog::Relation* known = catalog_.relations.find(child);
    if (known == nullptr || table_ == nullptr || !implies_bound(*known, *table_, *partition->bound))
      effects_.add_work(WorkKind::kScan, child);
    // The default partition must not hold rows of the new one.
    if (const auto fallback = default_partition(catalog_, name_);
        fallback && partition->bound->is_default == 0) {
      effects_.lock(*fallback, Mode::kAccessExclusive);
      effects_.add_work(WorkKind::kScan, *fallback);
    }
    if (table_ == nullptr)
      return;
    // Each of the table's indexes gets a part.
    for (const std::string& index : table_->indexes)
      effects_.lock({name_.schema, index}, Mode::kShareUpdateExclusive);
    for (const catalog::Constraint& constraint : table_->constraints) {
      if (constraint.kind == catalog::ConstraintKind::kForeignKey)
        lock_referenced(constraint.referenced_table, Mode::kShareRowExclusive);
    }
  }

  /// Its own partitions, and those of its indexes that are parts of the table's: pg_locks of
  /// PostgreSQL 15.
  void detach_parts(const Name& child) {
    for (const Name& below : descendants(catalog_, child))
      effects_.lock(below, Mode::kAccessExclusive);
    const catalog::Relation* known = catalog_.relations.find(child);
    if (known == nullptr)
      return;
    for (const std::string& name : known->indexes) {
      const catalog::Index* index = catalog_.indexes.find({child.schema, name});
      const bool is_part =
          index != nullptr && (!index->parent.empty() ||
                               std::any_of(known->constraints.begin(), known->constraints.end(),
                                           [&](const catalog::Constraint& constraint) {
                                             return constraint.index == name &&
                                                    !constraint.parent.empty();
                                           }));
      if (is_part)
        effects_.lock({child.schema, name}, Mode::kAccessExclusive);
    }
  }

  void detach(const PgQuery__AlterTableCmd& command) {
    const auto* partition = sql::as<PgQuery__PartitionCmd>(command.def);
    if (partition == nullptr || partition->name == nullptr)
      return;
    const bool is_concurrent = partition->concurrent != 0;
    const Mode mode = is_concurrent ? Mode::kShareUpdateExclusive : Mode::kAccessExclusive;
    const Name child = catalog_.resolve(*partition->name);
    effects_.lock(child, Mode::kAccessExclusive);
    if (!is_concurrent)
      detach_parts(child);
    if (const auto fallback = default_partition(catalog_, name_); fallback && !is_concurrent)
      effects_.lock(*fallback, mode);
    if (table_ == nullptr)
      return;
    for (const catalog::Constraint& constraint : table_->constraints) {
      if (constraint.kind == catalog::ConstraintKind::kForeignKey)
        lock_referenced(constraint.referenced_table, Mode::kShareRowExclusive);
    }
  }

  const catalog::Catalog& catalog_;
  Name name_;
  const catalog::Relation* table_;
  std::span<sql::Node* const> commands_;  // of the whole statement
  Mode mode_;                             // so too
  const Circumstances& circumstances_;
  Effects& effects_;
};

/// Partitions are locked as CREATE INDEX locks them, unless their columns become NOT NULL too.
bool builds_index_only(const catalog::Catalog& catalog, const Name& partition,
                       const PgQuery__AlterTableCmd& command) {
  const auto* constraint = sql::as<PgQuery__Constraint>(command.def);
  if (command.subtype != sql::at::kAddConstraint || constraint == nullptr)
    return false;
  const catalog::Relation* table = catalog.relations.find(partition);
  const auto keys = sql::list(constraint->keys, constraint->n_keys);
  return constraint->contype == sql::constr::kUnique ||
         (constraint->contype == sql::constr::kPrimary && table != nullptr && !keys.empty() &&
          std::all_of(keys.begin(), keys.end(), [&](const sql::Node* key) {
            const catalog::Column* column = table->find_column(sql::string_value(key));
            return column != nullptr && column->is_not_null;
          }));
}

bool is_partition(const catalog::Catalog& catalog, const Name& name) {
  const catalog::Relation* relation = catalog.relations.find(name);
  return relation != nullptr && relation->partition_of.has_value();
}

}  // namespace

Mode mode_of(const PgQuery__AlterTableCmd& command) noexcept {
  switch (command.subtype) {
    case sql::at::kSetStatistics:
    case sql::at::kSetOptions:
    case sql::at::kResetOptions:
    case sql::at::kClusterOn:
    case sql::at::kDropCluster:
    case sql::at::kValidateConstraint:
    case sql::at::kAttachPartition:
    case sql::at::kDetachPartitionFinalize:
      return Mode::kShareUpdateExclusive;
    case sql::at::kSetRelOptions:
    case sql::at::kResetRelOptions:
    case sql::at::kReplaceRelOptions:
      return mode_of_parameters(command.def);
    case sql::at::kEnableTrig:
    case sql::at::kEnableAlwaysTrig:
    case sql::at::kEnableReplicaTrig:
    case sql::at::kEnableTrigAll:
    case sql::at::kEnableTrigUser:
    case sql::at::kDisableTrig:
    case sql::at::kDisableTrigAll:
    case sql::at::kDisableTrigUser:
      return Mode::kShareRowExclusive;
    case sql::at::kAddConstraint: {
      const auto* constraint = sql::as<PgQuery__Constraint>(command.def);
      return constraint != nullptr && constraint->contype == sql::constr::kForeign
                 ? Mode::kShareRowExclusive
                 : Mode::kAccessExclusive;
    }
    case sql::at::kDetachPartition: {
      const auto* partition = sql::as<PgQuery__PartitionCmd>(command.def);
      return partition != nullptr && partition->concurrent != 0 ? Mode::kShareUpdateExclusive
                                                                : Mode::kAccessExclusive;
    }
    default:
      return Mode::kAccessExclusive;
  }
}

void add_rewrite(const catalog::Catalog& catalog, const Name& table, Effects& effects) {
  effects.lock(table, Mode::kAccessExclusive);
  effects.add_work(WorkKind::kRewrite, table);
  const catalog::Relation* known = catalog.relations.find(table);
  if (known == nullptr)
    return;
  for (const std::string& index : known->indexes) {
    effects.lock({table.schema, index}, Mode::kAccessExclusive);
    effects.add_work(WorkKind::kIndexBuild, table, index);
  }
}

namespace {

void add_commands(const catalog::Catalog& catalog, const Name& name,
                  std::span<sql::Node* const> commands, bool has_children,
                  const Circumstances& circumstances, Effects& effects) {
  Mode mode = Mode::kAccessShare;
  bool reaches_any = false;
  for (const sql::Node* node : commands) {
    if (const auto* command = sql::as<PgQuery__AlterTableCmd>(node)) {
      // The parent index of an ATTACH PARTITION, and CLUSTER ON and the like, are as for tables.
      mode = std::max(mode, mode_of(*command));
      reaches_any = reaches_any || reaches_children(*command);
    }
  }
  effects.lock(name, mode);
  const std::vector<Name> below =
      reaches_any && has_children ? descendants(catalog, name) : std::vector<Name>();
  for (const sql::Node* node : commands) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    if (command == nullptr)
      continue;
    OneTable(catalog, name, commands, mode, circumstances, effects).run(*command);
    if (!reaches_children(*command))
      continue;
    for (const Name& child : below) {
      if (is_for_partitions_only(*command) && !is_partition(catalog, child))
        continue;
      effects.lock(child, builds_index_only(catalog, child, *command) ? Mode::kShare : mode);
      OneTable(catalog, child, commands, mode, circumstances, effects).run(*command);
    }
  }
}

bool cascades(const sql::Node* node) {
  const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
  return command != nullptr && command->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
}

}  // namespace

void add_alter_table(const catalog::Catalog& catalog, const PgQuery__AlterTableStmt& alter,
                     const Circumstances& circumstances, Effects& effects) {
  if (alter.relation == nullptr)
    return;
  const auto commands = sql::list(alter.cmds, alter.n_cmds);
  if (alter.objtype != sql::object::kType)
    return add_commands(catalog, catalog.resolve(*alter.relation), commands,
                        alter.relation->inh != 0, circumstances, effects);
  // Nobody waits for a composite type, but for the tables OF it.
  if (!std::any_of(commands.begin(), commands.end(), cascades))
    return;
  const Name type = catalog.resolve_type(alter.relation->schemaname, alter.relation->relname);
  for (const Name& table : catalog.tables_of(type))
    add_commands(catalog, table, commands, true, circumstances, effects);
}

}  // namespace godwit::codegen::locks
