// SPDX-License-Identifier: Apache-2.0
//
// Names that PostgreSQL makes up follow ChooseRelationName() and ChooseConstraintName() in
// https://github.com/postgres/postgres/tree/REL_15_STABLE/src/backend/commands: table_column_label,
// the longer part cut so that all fits 63 bytes, and a number where the name is taken.
#include "catalog/fold_table.hpp"

#include <algorithm>
#include <utility>

#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

constexpr std::size_t kMaxNameLength = 63;
constexpr std::uint32_t kLikeConstraints = 1U << 2;  // TableLikeOption is an enumeration of bits
constexpr std::uint32_t kLikeDefaults = 1U << 3;
constexpr std::uint32_t kLikeIndexes = 1U << 6;

/// a_b_label, where a and b are cut at the end of the longer one.
std::string joined_name(std::string_view a, std::string_view b, std::string_view label) {
  const std::size_t separators = (b.empty() ? 0U : 1U) + 1U;
  while (a.size() + b.size() + label.size() + separators > kMaxNameLength) {
    if (a.size() > b.size())
      a.remove_suffix(1);
    else
      b.remove_suffix(1);
  }
  std::string name(a);
  if (!b.empty()) {
    name += '_';
    name += b;
  }
  name += '_';
  name += label;
  return name;
}

template <class IsTaken>
std::string free_name(std::string_view a, std::string_view b, std::string_view label,
                      const IsTaken& is_taken) {
  std::string name = joined_name(a, b, label);
  for (int number = 1; is_taken(name); ++number)
    name = joined_name(a, b, std::string(label) + std::to_string(number));
  return name;
}

std::string joined_columns(const std::vector<std::string>& columns) {
  std::string joined;
  for (const std::string& column : columns) {
    if (!joined.empty())
      joined += '_';
    joined += column.empty() ? "expr" : column;
    if (joined.size() > kMaxNameLength)
      break;
  }
  return joined;
}

std::string name_for_constraint(const Catalog& catalog, const Relation& table,
                                const Constraint& constraint) {
  const auto constraint_exists = [&](const std::string& name) {
    return table.find_constraint(name) != nullptr;
  };
  const auto relation_exists = [&](const std::string& name) {
    const Name full{table.name.schema, name};
    return catalog.relations.find(full) != nullptr || catalog.indexes.find(full) != nullptr ||
           constraint_exists(name);
  };
  switch (constraint.kind) {
    case ConstraintKind::kCheck:
      return free_name(table.name.name,
                       constraint.columns.size() == 1 ? constraint.columns.front() : "", "check",
                       constraint_exists);
    case ConstraintKind::kPrimaryKey:
      return free_name(table.name.name, "", "pkey", relation_exists);
    case ConstraintKind::kUnique:
      return free_name(table.name.name, joined_columns(constraint.columns), "key", relation_exists);
    case ConstraintKind::kForeignKey:
      return free_name(table.name.name, joined_columns(constraint.columns), "fkey",
                       constraint_exists);
    case ConstraintKind::kExclusion:
      return free_name(table.name.name, joined_columns(constraint.columns), "excl",
                       relation_exists);
  }
  return {};
}

std::vector<std::string> strings(sql::Node* const* items, std::size_t count) {
  std::vector<std::string> texts;
  for (const sql::Node* item : sql::list(items, count)) texts.emplace_back(sql::string_value(item));
  return texts;
}

void add_index(Catalog& catalog, Relation& table, Index index) {
  table.indexes.push_back(index.name.name);
  const Name name = index.name;
  catalog.indexes.put(name, std::move(index));
}

/// Puts a finished constraint into its table, with its name and its index.
void put_constraint(Catalog& catalog, Relation& table, Constraint constraint,
                    const Occasion& occasion) {
  constraint.made_in = occasion.migration;
  if (constraint.name.empty())
    constraint.name = name_for_constraint(catalog, table, constraint);
  const bool has_index = constraint.kind == ConstraintKind::kPrimaryKey ||
                         constraint.kind == ConstraintKind::kUnique ||
                         constraint.kind == ConstraintKind::kExclusion;
  if (has_index && constraint.index.empty()) {
    constraint.index = constraint.name;
    add_index(catalog, table,
              {.name = {table.name.schema, constraint.name},
               .table = table.name,
               .columns = constraint.columns,
               .columns_read = {},
               .is_unique = constraint.kind != ConstraintKind::kExclusion,
               .is_partial = false,
               .backs_constraint = true,
               .made_in = occasion.migration});
  }
  if (constraint.kind == ConstraintKind::kPrimaryKey) {
    for (const std::string& name : constraint.columns) {
      if (Column* column = table.find_column(name))
        column->is_not_null = true;
    }
  }
  table.constraints.push_back(std::move(constraint));
}

/// ADD CONSTRAINT … USING INDEX: the index takes the constraint's name.
void adopt_index(Catalog& catalog, Relation& table, std::string_view index_name,
                 Constraint& constraint) {
  const auto old = catalog.indexes.erase({table.name.schema, std::string(index_name)});
  if (constraint.name.empty())
    constraint.name = index_name;
  constraint.index = constraint.name;
  std::erase(table.indexes, index_name);
  Index index;
  if (old != nullptr)
    index = *old;
  index.name = {table.name.schema, constraint.name};
  index.table = table.name;
  index.is_unique = true;
  index.backs_constraint = true;
  constraint.columns = index.columns;
  add_index(catalog, table, std::move(index));
}

Constraint read_constraint(const Catalog& catalog, const PgQuery__Constraint& definition,
                           const std::string& column) {
  Constraint constraint;
  constraint.name = definition.conname;
  constraint.is_deferrable = definition.deferrable != 0 || definition.initdeferred != 0;
  constraint.is_initially_deferred = definition.initdeferred != 0;
  constraint.is_validated = definition.skip_validation == 0;
  const auto own_columns = [&](sql::Node* const* items, std::size_t count) {
    auto names = strings(items, count);
    if (names.empty() && !column.empty())
      names.push_back(column);
    return names;
  };
  switch (definition.contype) {
    case sql::constr::kPrimary:
      constraint.kind = ConstraintKind::kPrimaryKey;
      constraint.columns = own_columns(definition.keys, definition.n_keys);
      break;
    case sql::constr::kUnique:
      constraint.kind = ConstraintKind::kUnique;
      constraint.columns = own_columns(definition.keys, definition.n_keys);
      break;
    case sql::constr::kForeign:
      constraint.kind = ConstraintKind::kForeignKey;
      constraint.columns = own_columns(definition.fk_attrs, definition.n_fk_attrs);
      constraint.referenced_columns = strings(definition.pk_attrs, definition.n_pk_attrs);
      if (definition.pktable != nullptr)
        constraint.referenced_table = catalog.resolve(*definition.pktable);
      break;
    case sql::constr::kExclusion:
      constraint.kind = ConstraintKind::kExclusion;
      break;
    default:
      constraint.kind = ConstraintKind::kCheck;
      constraint.columns = columns_read(definition.raw_expr);
      constraint.expression = definition.raw_expr;
      constraint.not_null_columns = not_null_conjuncts(definition.raw_expr);
      break;
  }
  return constraint;
}

void add_column_constraint(Catalog& catalog, Relation& table, const std::string& name,
                           const PgQuery__Constraint& definition, const Occasion& occasion) {
  Column* column = table.find_column(name);
  if (column == nullptr)
    return;
  switch (definition.contype) {
    case sql::constr::kNotnull:
      column->is_not_null = true;
      break;
    case sql::constr::kDefault:
      column->has_default = true;
      break;
    case sql::constr::kIdentity:
      column->is_identity = true;
      column->is_not_null = true;
      break;
    case sql::constr::kGenerated:
      column->is_generated = true;
      break;
    case sql::constr::kCheck:
    case sql::constr::kPrimary:
    case sql::constr::kUnique:
    case sql::constr::kForeign: {
      Constraint constraint = read_constraint(catalog, definition, name);
      if (constraint.kind == ConstraintKind::kCheck && constraint.columns.empty())
        constraint.columns.push_back(name);
      put_constraint(catalog, table, std::move(constraint), occasion);
      break;
    }
    // These stand behind the constraint that they are of.
    case sql::constr::kAttrDeferred:
      if (!table.constraints.empty())
        table.constraints.back().is_initially_deferred = true;
      [[fallthrough]];
    case sql::constr::kAttrDeferrable:
      if (!table.constraints.empty())
        table.constraints.back().is_deferrable = true;
      break;
    default:
      break;
  }
}

/// Columns that come from a parent or a LIKE.
void copy_columns(Relation& table, const Relation& from, bool with_defaults,
                  const Occasion& occasion) {
  for (Column column : from.columns) {
    if (table.find_column(column.name) != nullptr)
      continue;
    column.made_in = occasion.migration;
    if (!with_defaults) {
      column.has_default = false;
      column.is_identity = false;
      column.is_generated = false;
    }
    table.columns.push_back(std::move(column));
  }
  table.has_known_shape = table.has_known_shape && from.has_known_shape;
}

void copy_checks(Relation& table, const Relation& from, const Occasion& occasion) {
  for (Constraint constraint : from.constraints) {
    if (constraint.kind != ConstraintKind::kCheck)
      continue;
    constraint.made_in = occasion.migration;
    table.constraints.push_back(std::move(constraint));
  }
}

void copy_keys(Catalog& catalog, Relation& table, const Relation& from, const Occasion& occasion) {
  for (const Constraint& original : from.constraints) {
    if (original.kind != ConstraintKind::kPrimaryKey && original.kind != ConstraintKind::kUnique)
      continue;
    Constraint constraint = original;
    constraint.name.clear();
    constraint.index.clear();
    put_constraint(catalog, table, std::move(constraint), occasion);
  }
}

void note_partition_key(Relation& table, const PgQuery__PartitionSpec& spec) {
  const std::string_view strategy = spec.strategy;  // "range", in any case
  table.partition_strategy = strategy.empty() ? '\0' : static_cast<char>(strategy[0] | ' ');
  for (const sql::Node* node : sql::list(spec.part_params, spec.n_part_params)) {
    const auto* element = sql::as<PgQuery__PartitionElem>(node);
    table.partition_key.emplace_back(element == nullptr ? "" : element->name);
  }
}

void apply_like(Catalog& catalog, Relation& table, const PgQuery__TableLikeClause& like,
                const Occasion& occasion) {
  const Relation* from = like.relation == nullptr ? nullptr : catalog.find_relation(*like.relation);
  if (from == nullptr) {
    table.has_known_shape = false;
    return;
  }
  copy_columns(table, *from, (like.options & kLikeDefaults) != 0, occasion);
  if ((like.options & kLikeConstraints) != 0)
    copy_checks(table, *from, occasion);
  if ((like.options & kLikeIndexes) != 0)
    copy_keys(catalog, table, *from, occasion);
}

}  // namespace

std::vector<std::string> not_null_conjuncts(const sql::Node* expression) {
  std::vector<std::string> columns;
  if (const auto* logic = sql::as<PgQuery__BoolExpr>(expression);
      logic != nullptr && logic->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
    for (const sql::Node* argument : sql::list(logic->args, logic->n_args)) {
      for (std::string& column : not_null_conjuncts(argument)) columns.push_back(std::move(column));
    }
  }
  if (const auto* test = sql::as<PgQuery__NullTest>(expression);
      test != nullptr && test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL) {
    const auto* column = sql::as<PgQuery__ColumnRef>(test->arg);
    if (column != nullptr && column->n_fields > 0)
      columns.emplace_back(sql::string_value(column->fields[column->n_fields - 1]));
  }
  return columns;
}

std::vector<std::string> columns_read(const sql::Node* expression) {
  std::vector<std::string> columns;
  sql::walk(expression, [&](const sql::Node& node) {
    const auto* column = sql::as<PgQuery__ColumnRef>(&node);
    if (column == nullptr || column->n_fields == 0)
      return true;
    std::string name(sql::string_value(column->fields[column->n_fields - 1]));
    if (!name.empty() && std::find(columns.begin(), columns.end(), name) == columns.end())
      columns.push_back(std::move(name));
    return false;
  });
  return columns;
}

void add_column(Catalog& catalog, Relation& table, const PgQuery__ColumnDef& definition,
                const Occasion& occasion) {
  Column column;
  column.name = definition.colname;
  if (definition.type_name != nullptr)
    column.type = catalog.resolved(read_type(*definition.type_name));
  column.is_not_null = definition.is_not_null != 0 || column.type.is_serial;
  column.has_default = column.type.is_serial || definition.raw_default != nullptr;
  column.made_in = occasion.migration;
  if (column.type.is_serial) {
    Relation sequence;
    sequence.name = {table.name.schema, joined_name(table.name.name, column.name, "seq")};
    sequence.kind = RelationKind::kSequence;
    sequence.made_in = occasion.migration;
    const Name sequence_name = sequence.name;
    catalog.relations.put(sequence_name, std::move(sequence));
  }
  const std::string name = column.name;
  if (Column* inherited = table.find_column(name)) {
    // In a child table the column is merged with the inherited one.
    column.is_not_null = column.is_not_null || inherited->is_not_null;
    if (!column.type.is_known())
      column.type = inherited->type;
    *inherited = std::move(column);
  } else {
    table.columns.push_back(std::move(column));
  }
  for (const sql::Node* node : sql::list(definition.constraints, definition.n_constraints)) {
    if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
      add_column_constraint(catalog, table, name, *constraint, occasion);
  }
}

void add_constraint(Catalog& catalog, Relation& table, const PgQuery__Constraint& definition,
                    const Occasion& occasion) {
  switch (definition.contype) {
    case sql::constr::kCheck:
    case sql::constr::kPrimary:
    case sql::constr::kUnique:
    case sql::constr::kForeign:
    case sql::constr::kExclusion:
      break;
    default:
      return;
  }
  Constraint constraint = read_constraint(catalog, definition, {});
  const std::string_view index = definition.indexname;
  if (!index.empty())
    adopt_index(catalog, table, index, constraint);
  put_constraint(catalog, table, std::move(constraint), occasion);
}

void create_table(Catalog& catalog, const PgQuery__CreateStmt& create, RelationKind kind,
                  const Occasion& occasion) {
  if (create.relation == nullptr)
    return;
  Relation fresh;
  fresh.name = catalog.name_for_creation(*create.relation);
  if (catalog.relations.find(fresh.name) != nullptr && create.if_not_exists != 0)
    return;
  fresh.kind = create.partspec != nullptr ? RelationKind::kPartitionedTable : kind;
  fresh.is_temporary = fresh.name.schema == kTemporarySchema;
  fresh.is_uncertain = !occasion.is_certain;
  fresh.made_in = occasion.migration;
  fresh.has_known_shape = create.of_typename == nullptr;
  fresh.access_method = create.access_method;
  fresh.tablespace = create.tablespacename;
  if (create.partspec != nullptr)
    note_partition_key(fresh, *create.partspec);
  fresh.is_default_partition = create.partbound != nullptr && create.partbound->is_default != 0;
  // The table is in the catalog while its parts are added: names must not collide with it.
  const Name name = fresh.name;
  Relation& table = catalog.relations.put(name, std::move(fresh));
  for (const sql::Node* node : sql::list(create.inh_relations, create.n_inh_relations)) {
    const auto* range = sql::as<PgQuery__RangeVar>(node);
    if (range == nullptr)
      continue;
    const Name parent_name = catalog.resolve(*range);
    if (create.partbound != nullptr)
      table.partition_of = parent_name;
    else
      table.parents.push_back(parent_name);
    if (const Relation* parent = catalog.relations.find(parent_name)) {
      copy_columns(table, *parent, create.partbound != nullptr, occasion);
      copy_checks(table, *parent, occasion);
      if (create.partbound != nullptr)
        copy_keys(catalog, table, *parent, occasion);
    } else {
      table.has_known_shape = false;
    }
  }
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    if (const auto* column = sql::as<PgQuery__ColumnDef>(node))
      add_column(catalog, table, *column, occasion);
    else if (const auto* like = sql::as<PgQuery__TableLikeClause>(node))
      apply_like(catalog, table, *like, occasion);
  }
  for (const sql::Node* node : sql::list(create.table_elts, create.n_table_elts)) {
    if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
      add_constraint(catalog, table, *constraint, occasion);
  }
  for (const sql::Node* node : sql::list(create.constraints, create.n_constraints)) {
    if (const auto* constraint = sql::as<PgQuery__Constraint>(node))
      add_constraint(catalog, table, *constraint, occasion);
  }
}

namespace {

void add_columns_read(const sql::Node* expression, std::vector<std::string>& columns) {
  if (expression == nullptr)
    return;
  for (std::string& column : columns_read(expression)) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end())
      columns.push_back(std::move(column));
  }
}

}  // namespace

void create_index(Catalog& catalog, const PgQuery__IndexStmt& create, const Occasion& occasion) {
  if (create.relation == nullptr)
    return;
  Index index;
  index.table = catalog.resolve(*create.relation);
  for (const sql::Node* node : sql::list(create.index_params, create.n_index_params)) {
    const auto* element = sql::as<PgQuery__IndexElem>(node);
    index.columns.emplace_back(element == nullptr ? "" : element->name);
    if (element != nullptr)
      add_columns_read(element->expr, index.columns_read);
  }
  add_columns_read(create.where_clause, index.columns_read);
  index.is_unique = create.unique != 0;
  index.is_partial = create.where_clause != nullptr;
  index.made_in = occasion.migration;
  index.name = {index.table.schema, create.idxname};
  if (index.name.name.empty()) {
    index.name.name = free_name(
        index.table.name, joined_columns(index.columns), "idx", [&](const std::string& name) {
          const Name full{index.table.schema, name};
          return catalog.indexes.find(full) != nullptr || catalog.relations.find(full) != nullptr;
        });
  }
  if (catalog.indexes.find(index.name) != nullptr)
    return;  // IF NOT EXISTS, or an error when it runs
  if (Relation* table = catalog.relations.edit(index.table)) {
    add_index(catalog, *table, std::move(index));
  } else {
    const Name name = index.name;
    catalog.indexes.put(name, std::move(index));
  }
}

void remove_relation(Catalog& catalog, const Name& name) {
  const auto relation = catalog.relations.erase(name);
  if (relation == nullptr)
    return;
  for (const std::string& index : relation->indexes) catalog.indexes.erase({name.schema, index});
}

void remove_constraint(Catalog& catalog, Relation& table, std::string_view name) {
  const Constraint* constraint = table.find_constraint(name);
  if (constraint == nullptr)
    return;
  if (!constraint->index.empty()) {
    catalog.indexes.erase({table.name.schema, constraint->index});
    std::erase(table.indexes, constraint->index);
  }
  std::erase_if(table.constraints, [&](const Constraint& c) { return c.name == name; });
}

}  // namespace godwit::codegen::catalog
