// SPDX-License-Identifier: Apache-2.0
//
// Names that PostgreSQL makes up follow ChooseRelationName() and ChooseConstraintName() in
// https://github.com/postgres/postgres/tree/REL_15_STABLE/src/backend/commands: table_column_label,
// the longer part cut so that all fits 63 bytes, and a number where the name is taken.
#include "catalog/fold_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include "catalog/query.hpp"
#include "catalog/settings.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

constexpr std::size_t kMaxNameLength = 63;
constexpr std::uint32_t kLikeConstraints = 1U << 2;  // TableLikeOption is an enumeration of bits
constexpr std::uint32_t kLikeDefaults = 1U << 3;
constexpr std::uint32_t kLikeGenerated = 1U << 4;
constexpr std::uint32_t kLikeIdentity = 1U << 5;
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

}  // namespace

std::string name_for_constraint(const Catalog& catalog, const Relation& table,
                                const Constraint& constraint) {
  // Names are looked for in the whole schema, although a table's only have to differ in the table.
  const auto constraint_exists = [&](const std::string& name) {
    if (table.find_constraint(name) != nullptr)
      return true;
    const auto& all = catalog.relations.all();
    return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
      return entry.first.schema == table.name.schema &&
             entry.second->find_constraint(name) != nullptr;
    });
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

std::string index_name(const Catalog& catalog, const Relation& table,
                       const std::vector<std::string>& columns) {
  return free_name(table.name.name, joined_columns(columns), "idx", [&](const std::string& name) {
    const Name full{table.name.schema, name};
    return catalog.indexes.find(full) != nullptr || catalog.relations.find(full) != nullptr;
  });
}

namespace {

/// Names that are there already get a number: ChooseIndexColumnNames() in indexcmds.c.
void number_repeated(std::vector<std::string>& names) {
  for (std::size_t i = 1; i < names.size(); ++i) {
    const std::string original = names[i];
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(i);
    for (int number = 1; std::find(names.begin(), end, names[i]) != end; ++number)
      names[i] = original + std::to_string(number);
  }
}

/// What an index calls its column for `element`.
std::string shown_name(const PgQuery__IndexElem& element) {
  std::string shown =
      element.expr == nullptr ? std::string(element.name) : figured_name(element.expr);
  return shown.empty() ? "expr" : shown;
}

std::vector<std::string> strings(sql::Node* const* items, std::size_t count) {
  std::vector<std::string> texts;
  for (const sql::Node* item : sql::list(items, count)) texts.emplace_back(sql::string_value(item));
  return texts;
}

void add_index(Catalog& catalog, Relation& table, Index index) {
  if (index.used_columns.empty())
    index.used_columns = index.columns;
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
    Index index;
    index.name = {table.name.schema, constraint.name};
    index.table = table.name;
    index.columns = constraint.columns;
    index.is_unique = constraint.kind != ConstraintKind::kExclusion;
    index.backs_constraint = true;
    index.made_in = occasion.migration;
    add_index(catalog, table, std::move(index));
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

Constraint read_constraint(const Catalog& catalog, const Relation& table,
                           const PgQuery__Constraint& definition, const std::string& column) {
  Constraint constraint;
  constraint.name = definition.conname;
  constraint.is_initially_deferred = definition.initdeferred != 0;
  constraint.is_validated = definition.skip_validation == 0;
  constraint.is_deferrable = definition.deferrable != 0 || definition.initdeferred != 0;
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
      constraint.on_delete = definition.fk_del_action;
      constraint.on_update = definition.fk_upd_action;
      if (constraint.referenced_columns.empty()) {
        const Relation* parent = constraint.referenced_table == table.name
                                     ? &table
                                     : catalog.relations.find(constraint.referenced_table);
        if (const Constraint* key = parent == nullptr ? nullptr : parent->primary_key())
          constraint.referenced_columns = key->columns;
      }
      break;
    case sql::constr::kExclusion: {
      constraint.kind = ConstraintKind::kExclusion;
      Constraint shown = constraint;
      for (const sql::Node* node : sql::list(definition.exclusions, definition.n_exclusions)) {
        const auto* pair = sql::as<PgQuery__List>(node);
        const auto* element = pair == nullptr || pair->n_items == 0
                                  ? nullptr
                                  : sql::as<PgQuery__IndexElem>(pair->items[0]);
        constraint.columns.emplace_back(element == nullptr ? "" : element->name);
        shown.columns.push_back(element == nullptr ? "expr" : shown_name(*element));
        constraint.expression_shape = constraint.expression_shape * 31 + sql::shape_of(node);
      }
      number_repeated(shown.columns);
      if (constraint.name.empty())
        constraint.name = name_for_constraint(catalog, table, shown);
      break;
    }
    default:
      constraint.kind = ConstraintKind::kCheck;
      constraint.columns = columns_read(definition.raw_expr);
      constraint.expression = definition.raw_expr;
      constraint.not_null_columns = not_null_conjuncts(definition.raw_expr);
      constraint.expression_shape = sql::shape_of(definition.raw_expr);
      constraint.uses =
          to_references(catalog, analyze_expression(catalog, &table, definition.raw_expr));
      break;
  }
  return constraint;
}

/// An index with its name made up where it has none; `table` may be null.
void put_index(Catalog& catalog, Relation* table, Index index) {
  if (index.name.name.empty()) {
    std::vector<std::string> names = index.columns;
    names.insert(names.end(), index.included.begin(), index.included.end());
    // What an expression is called: PostgreSQL numbers those that are the same.
    index.name = {index.table.schema, ""};
    index.name.name = free_name(
        index.table.name, joined_columns(index.column_names.empty() ? names : index.column_names),
        "idx", [&](const std::string& name) {
          const Name full{index.table.schema, name};
          return catalog.indexes.find(full) != nullptr || catalog.relations.find(full) != nullptr;
        });
  }
  if (catalog.indexes.find(index.name) != nullptr)
    return;  // IF NOT EXISTS, or an error when it runs
  if (table != nullptr) {
    add_index(catalog, *table, std::move(index));
  } else {
    const Name name = index.name;
    catalog.indexes.put(name, std::move(index));
  }
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
      set_default(catalog, table, *column, definition.raw_expr);
      break;
    case sql::constr::kIdentity:
      column->is_identity = true;
      column->is_identity_always = std::string_view(definition.generated_when) == "a";
      column->is_not_null = true;
      make_owned_sequence(catalog, table, name, true, occasion);
      break;
    case sql::constr::kGenerated:
      set_default(catalog, table, *column, definition.raw_expr);
      column->has_default = false;
      column->is_generated = true;
      break;
    case sql::constr::kCheck:
    case sql::constr::kPrimary:
    case sql::constr::kUnique:
    case sql::constr::kForeign: {
      put_constraint(catalog, table, read_constraint(catalog, table, definition, name), occasion);
      break;
    }
    default:
      break;
  }
}

/// DEFERRABLE and the like behind a column's constraint stand in the tree as constraints of their
/// own, and are about the one before.
bool apply_attribute(Relation& table, const PgQuery__Constraint& attribute) {
  Constraint ignored;
  Constraint& before = table.constraints.empty() ? ignored : table.constraints.back();
  switch (attribute.contype) {
    case sql::constr::kAttrDeferrable:
      before.is_deferrable = true;
      return true;
    case sql::constr::kAttrDeferred:
      before.is_deferrable = true;
      before.is_initially_deferred = true;
      return true;
    case sql::constr::kAttrNotDeferrable:
    case sql::constr::kAttrImmediate:
      return true;
    default:
      return false;
  }
}

enum class CopyFor { kPartition, kChild, kLike };

/// Columns that come from a parent or a LIKE.
void copy_columns(Catalog& catalog, Relation& table, const Relation& from, CopyFor reason,
                  std::uint32_t options, const Occasion& occasion) {
  const bool is_like = reason == CopyFor::kLike;
  for (Column column : from.columns) {
    if (table.find_column(column.name) != nullptr)
      continue;
    column.made_in = occasion.migration;
    column.is_inherited = !is_like;
    const bool keeps_expression =
        !is_like || (options & (column.is_generated ? kLikeGenerated : kLikeDefaults)) != 0;
    if (!keeps_expression) {
      column.has_default = false;
      column.is_generated = false;
      column.default_shape = 0;
      column.default_uses = nullptr;
      column.default_expression = nullptr;
    }
    const bool copies_identity = is_like && (options & kLikeIdentity) != 0 && column.is_identity;
    if (!copies_identity) {
      column.is_identity = false;
      column.is_identity_always = false;
    }
    table.columns.push_back(std::move(column));
    if (copies_identity)
      make_owned_sequence(catalog, table, table.columns.back().name, true, occasion);
  }
  table.has_known_shape = table.has_known_shape && from.has_known_shape;
}

void copy_checks(Relation& table, const Relation& from, bool is_inherited,
                 const Occasion& occasion) {
  for (Constraint constraint : from.constraints) {
    if (constraint.kind != ConstraintKind::kCheck ||
        table.find_constraint(constraint.name) != nullptr)
      continue;
    constraint.made_in = occasion.migration;
    constraint.parent = is_inherited ? constraint.name : "";
    table.constraints.push_back(std::move(constraint));
  }
}

/// The keys and other indexes of a parent, or of the table in LIKE … INCLUDING INDEXES.
void copy_indexes(Catalog& catalog, Relation& table, const Relation& from, bool is_partition,
                  const Occasion& occasion) {
  const std::vector<Constraint> originals = from.constraints;
  for (const Constraint& original : originals) {
    if (original.kind == ConstraintKind::kCheck ||
        (original.kind == ConstraintKind::kForeignKey && !is_partition))
      continue;
    const bool has_own =
        std::any_of(table.constraints.begin(), table.constraints.end(), [&](const Constraint& own) {
          return own.kind == original.kind && own.columns == original.columns &&
                 own.referenced_table == original.referenced_table;
        });
    if (has_own)
      continue;
    Constraint constraint = original;
    constraint.parent = is_partition ? original.name : "";
    if (original.kind != ConstraintKind::kForeignKey)
      constraint.name.clear();
    constraint.index.clear();
    put_constraint(catalog, table, std::move(constraint), occasion);
  }
  const std::vector<std::string> names = from.indexes;
  for (const std::string& name : names) {
    const Index* original = catalog.indexes.find({from.name.schema, name});
    if (original == nullptr || original->backs_constraint)
      continue;
    const auto& own = table.indexes;
    const bool has_own = std::any_of(own.begin(), own.end(), [&](const std::string& mine) {
      const Index* index = catalog.indexes.find({table.name.schema, mine});
      return index != nullptr && index->elements == original->elements &&
             index->is_unique == original->is_unique &&
             index->predicate_shape == original->predicate_shape;
    });
    if (has_own)
      continue;
    Index index = *original;
    index.table = table.name;
    index.name = {};
    index.is_only = false;
    index.parent = is_partition ? name : "";
    index.made_in = occasion.migration;
    put_index(catalog, &table, std::move(index));
  }
}

/// The column that an expression is, and nothing more; empty where it is more. PostgreSQL takes
/// `(a)` for `a`.
std::string_view bare_column(const sql::Node* expression) {
  const auto* reference = sql::as<PgQuery__ColumnRef>(expression);
  const auto* name = reference == nullptr || reference->n_fields != 1
                         ? nullptr
                         : sql::as<PgQuery__String>(reference->fields[0]);
  return name == nullptr ? std::string_view() : sql::string_value(reference->fields[0]);
}

/// Of an index a collation that is written inside the parentheses goes the same way.
std::string_view indexed_column(const PgQuery__IndexElem& element) {
  if (element.expr == nullptr)
    return element.name;
  const auto* collated = sql::as<PgQuery__CollateClause>(element.expr);
  return bare_column(collated == nullptr ? element.expr : collated->arg);
}

void note_partition_key(Relation& table, const PgQuery__PartitionSpec& spec) {
  const std::string_view strategy = spec.strategy;  // "range", in any case
  table.partition_strategy = strategy.empty() ? '\0' : static_cast<char>(strategy[0] | ' ');
  for (const sql::Node* node : sql::list(spec.part_params, spec.n_part_params)) {
    const auto* element = sql::as<PgQuery__PartitionElem>(node);
    const std::string_view name = element == nullptr ? "" : element->name;
    table.partition_key.emplace_back(
        element == nullptr || !name.empty() ? name : bare_column(element->expr));
  }
}

void apply_like(Catalog& catalog, Relation& table, const PgQuery__TableLikeClause& like,
                const Occasion& occasion) {
  const Relation* from = like.relation == nullptr ? nullptr : catalog.find_relation(*like.relation);
  if (from == nullptr) {
    table.has_known_shape = false;
    return;
  }
  const Relation original = *from;
  copy_columns(catalog, table, original, CopyFor::kLike, like.options, occasion);
  if ((like.options & kLikeConstraints) != 0)
    copy_checks(table, original, false, occasion);
  if ((like.options & kLikeIndexes) != 0)
    copy_indexes(catalog, table, original, false, occasion);
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

namespace {

/// Does PostgreSQL keep DEFAULT NULL of such a column? It drops a plain NULL, but not what becomes
/// of it where the NULL has to be cast to the length of the type, or to a domain. Tried on 15.20.
bool keeps_null(const Catalog& catalog, const Type& type) {
  return catalog.base_type(type) != type || (!type.modifiers.empty() && type.name != "interval");
}

/// NULL, and NULL cast to the very type of the column.
bool is_plain_null(const Catalog& catalog, const Type& type, const sql::Node* expression) {
  const auto* cast = sql::as<PgQuery__TypeCast>(expression);
  if (cast != nullptr && cast->type_name != nullptr && type.modifiers.empty() &&
      catalog.resolved(read_type(*cast->type_name)) == type)
    expression = cast->arg;
  const auto* constant = sql::as<PgQuery__AConst>(expression);
  return constant != nullptr && constant->isnull != 0;
}

}  // namespace

void set_default(const Catalog& catalog, const Relation& table, Column& column,
                 const sql::Node* expression) {
  const bool is_null = is_plain_null(catalog, column.type, expression);
  column.has_default = expression != nullptr && !is_null;
  column.default_shape = column.has_default || (is_null && keeps_null(catalog, column.type))
                             ? sql::shape_of(expression)
                             : 0;
  column.default_expression = column.has_default ? expression : nullptr;
  column.default_type = column.has_default ? column.type : Type();
  column.default_uses =
      column.has_default ? to_references(catalog, analyze_expression(catalog, &table, expression))
                         : nullptr;
}

Name make_owned_sequence(Catalog& catalog, const Relation& table, const std::string& column,
                         bool is_of_identity, const Occasion& occasion) {
  Relation sequence;
  sequence.name = {
      table.name.schema, free_name(table.name.name, column, "seq", [&](const std::string& name) {
        const Name full{table.name.schema, name};
        return catalog.relations.find(full) != nullptr || catalog.indexes.find(full) != nullptr;
      })};
  sequence.kind = RelationKind::kSequence;
  sequence.made_in = occasion.migration;
  sequence.is_of_identity = is_of_identity;
  sequence.owned_by = ColumnUse{table.name, column};
  Name name = sequence.name;
  catalog.relations.put(name, std::move(sequence));
  return name;
}

void inherit(Catalog& catalog, Relation& table, const Name& parent_name, bool is_partition,
             const Occasion& occasion) {
  const Relation* known = catalog.relations.find(parent_name);
  if (known == nullptr) {
    table.has_known_shape = false;
    return;
  }
  const Relation parent = *known;
  copy_columns(catalog, table, parent, is_partition ? CopyFor::kPartition : CopyFor::kChild, 0,
               occasion);
  copy_checks(table, parent, true, occasion);
  if (!is_partition)
    return;
  for (const Column& column : parent.columns) {
    Column* own = table.find_column(column.name);
    if (own != nullptr && column.is_not_null)
      own->is_not_null = true;
  }
  copy_indexes(catalog, table, parent, true, occasion);
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
  const bool is_serial = column.type.is_serial;
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
  if (is_serial) {
    References uses;
    uses.relations.push_back(make_owned_sequence(catalog, table, name, false, occasion));
    table.find_column(name)->default_uses = std::make_shared<const References>(std::move(uses));
  }
  for (const sql::Node* node : sql::list(definition.constraints, definition.n_constraints)) {
    const auto* constraint = sql::as<PgQuery__Constraint>(node);
    if (constraint == nullptr)
      continue;
    if (!apply_attribute(table, *constraint))
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
  Constraint constraint = read_constraint(catalog, table, definition, {});
  const std::string_view index = definition.indexname;
  if (!index.empty())
    adopt_index(catalog, table, index, constraint);
  put_constraint(catalog, table, std::move(constraint), occasion);
}

namespace {

/// CREATE TABLE … OF a composite type.
void take_attributes(const Catalog& catalog, Relation& table, const PgQuery__TypeName& written,
                     const Occasion& occasion) {
  const Type type = catalog.resolved(read_type(written));
  table.of_type = {type.schema, type.name};
  const UserType* known = catalog.types.find(*table.of_type);
  if (known == nullptr || known->kind != TypeKind::kComposite) {
    table.has_known_shape = false;
    return;
  }
  for (Column column : known->attributes) {
    column.made_in = occasion.migration;
    table.columns.push_back(std::move(column));
  }
}

}  // namespace

void create_table(Catalog& catalog, const PgQuery__CreateStmt& create, RelationKind kind,
                  const Occasion& occasion) {
  if (create.relation == nullptr)
    return;
  Relation fresh;
  fresh.name = catalog.name_for_creation(*create.relation);
  const Relation* known = catalog.relations.find(fresh.name);
  const bool was_assumed = known != nullptr && known->made_in == kMadeElsewhere &&
                           !known->has_known_shape && create.if_not_exists == 0;
  if (known != nullptr && !was_assumed)
    return;  // IF NOT EXISTS, or an error when it runs
  fresh.kind = create.partspec != nullptr ? RelationKind::kPartitionedTable : kind;
  fresh.is_temporary = fresh.name.schema == kTemporarySchema;
  fresh.is_uncertain = !occasion.is_certain;
  fresh.made_in = occasion.migration;
  fresh.has_known_shape = true;
  fresh.is_unlogged = std::string_view(create.relation->relpersistence) == "u";
  if (create.of_typename != nullptr)
    take_attributes(catalog, fresh, *create.of_typename, occasion);
  fresh.access_method = create.access_method;
  fresh.tablespace = create.tablespacename;
  if (create.partspec != nullptr)
    note_partition_key(fresh, *create.partspec);
  fresh.is_default_partition = create.partbound != nullptr && create.partbound->is_default != 0;
  if (create.partbound != nullptr)
    fresh.settings["for values"] = bound_text(*create.partbound);
  apply_storage_options(fresh.settings, sql::list(create.options, create.n_options));
  // The table is in the catalog while its parts are added: names must not collide with it.
  const Name name = fresh.name;
  Relation& table = catalog.relations.put(name, std::move(fresh));
  for (const sql::Node* node : sql::list(create.inh_relations, create.n_inh_relations)) {
    const auto* range = sql::as<PgQuery__RangeVar>(node);
    if (range == nullptr)
      continue;
    const Name parent_name = catalog.resolve(*range);
    catalog.has_families = true;
    if (create.partbound != nullptr)
      table.partition_of = parent_name;
    else
      table.parents.push_back(parent_name);
    inherit(catalog, table, parent_name, create.partbound != nullptr, occasion);
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

/// An index of `table` that is as `index` and no part of another yet; null where there is none.
/// As CompareIndexInfo() decides when an index of a partitioned table looks for its parts.
Index* adoptable_part(Catalog& catalog, const Relation& table, const Index& index) {
  for (const std::string& name : table.indexes) {
    const Index* own = catalog.indexes.find({table.name.schema, name});
    if (own != nullptr && own->parent.empty() && own->elements == index.elements &&
        own->included == index.included && own->method == index.method &&
        own->is_unique == index.is_unique && own->predicate_shape == index.predicate_shape)
      return catalog.indexes.edit(own->name);
  }
  return nullptr;
}

/// An index of a partitioned table has a part in each partition.
void spread_index(Catalog& catalog, const Index& index, const std::string& name, int depth) {
  constexpr int kMaxDepth = 32;
  if (depth > kMaxDepth)
    return;
  std::vector<Name> partitions;
  for (const auto& [child, relation] : catalog.relations.all()) {
    if (relation->partition_of == index.table)
      partitions.push_back(child);
  }
  std::sort(partitions.begin(), partitions.end());
  for (const Name& child : partitions) {
    Relation* table = catalog.relations.edit(child);
    if (Index* own = adoptable_part(catalog, *table, index)) {
      own->parent = name;
      spread_index(catalog, *own, own->name.name, depth + 1);
      continue;
    }
    Index part = index;
    part.table = child;
    part.name = {child.schema, ""};
    part.parent = name;
    put_index(catalog, table, part);
    spread_index(catalog, part, table->indexes.back(), depth + 1);
  }
}

/// date(c), c::date: the server takes either for c itself as soon as c is a date.
bool is_cast_of_column(const sql::Node* expression) {
  constexpr auto kTypes = std::to_array<std::string_view>(
      {"bool", "bpchar",    "cidr",        "date",   "float4", "float8", "inet",    "int2",
       "int4", "int8",      "interval",    "json",   "jsonb",  "name",   "numeric", "text",
       "time", "timestamp", "timestamptz", "timetz", "uuid",   "varchar"});
  if (const auto* cast = sql::as<PgQuery__TypeCast>(expression))
    return sql::as<PgQuery__ColumnRef>(cast->arg) != nullptr;
  const auto* call = sql::as<PgQuery__FuncCall>(expression);
  return call != nullptr && call->n_args == 1 && call->n_funcname != 0 &&
         sql::as<PgQuery__ColumnRef>(call->args[0]) != nullptr &&
         std::find(kTypes.begin(), kTypes.end(),
                   sql::string_value(call->funcname[call->n_funcname - 1])) != kTypes.end();
}

}  // namespace

void create_index(Catalog& catalog, const PgQuery__IndexStmt& create, const Occasion& occasion) {
  if (create.relation == nullptr)
    return;
  Index index;
  index.table = catalog.resolve(*create.relation);
  const Relation* known = catalog.relations.find(index.table);
  Analysis used;
  const auto note_uses = [&](const sql::Node* expression) {
    Analysis analysis = analyze_expression(catalog, known, expression);
    std::move(analysis.columns.begin(), analysis.columns.end(), std::back_inserter(used.columns));
    std::move(analysis.functions.begin(), analysis.functions.end(),
              std::back_inserter(used.functions));
    for (std::string& column : columns_read(expression)) index.used_columns.push_back(column);
  };
  for (const sql::Node* node : sql::list(create.index_params, create.n_index_params)) {
    const auto* element = sql::as<PgQuery__IndexElem>(node);
    if (element == nullptr)
      continue;
    index.elements.push_back(sql::shape_of(node));
    const std::string_view column = indexed_column(*element);
    index.columns.emplace_back(column);
    index.has_cast = index.has_cast || is_cast_of_column(element->expr);
    index.column_names.push_back(shown_name(*element));
    if (!column.empty())
      index.used_columns.emplace_back(column);
    else
      note_uses(element->expr);
  }
  for (const sql::Node* node :
       sql::list(create.index_including_params, create.n_index_including_params)) {
    if (const auto* element = sql::as<PgQuery__IndexElem>(node)) {
      index.included.emplace_back(element->name);
      index.column_names.emplace_back(element->name);
      index.used_columns.emplace_back(element->name);
    }
  }
  number_repeated(index.column_names);
  if (create.where_clause != nullptr)
    note_uses(create.where_clause);
  index.uses = to_references(catalog, used);
  index.predicate_shape = sql::shape_of(create.where_clause);
  if (!std::string_view(create.access_method).empty())
    index.method = create.access_method;
  index.is_unique = create.unique != 0;
  index.is_partial = create.where_clause != nullptr;
  index.is_only = create.relation->inh == 0;
  index.made_in = occasion.migration;
  index.name = {index.table.schema, create.idxname};
  const bool spreads = known != nullptr && known->kind == RelationKind::kPartitionedTable &&
                       create.relation->inh != 0;
  const Index part = index;
  Relation* table = catalog.relations.edit(index.table);
  const std::size_t before = table == nullptr ? 0 : table->indexes.size();
  put_index(catalog, table, std::move(index));
  if (!spreads || table->indexes.size() == before)
    return;
  spread_index(catalog, part, table->indexes.back(), 0);
}

void remove_relation(Catalog& catalog, const Name& name) {
  const auto relation = catalog.relations.erase(name);
  if (relation == nullptr)
    return;
  for (const std::string& index : relation->indexes) catalog.indexes.erase({name.schema, index});
  if (!is_table(relation->kind))
    return;
  std::vector<Name> sequences;
  for (const auto& [other, candidate] : catalog.relations.all()) {
    if (candidate->owned_by && candidate->owned_by->relation == name)
      sequences.push_back(other);
  }
  for (const Name& sequence : sequences) catalog.relations.erase(sequence);
}

void remove_column(Catalog& catalog, Relation& table, std::string_view column) {
  const auto uses = [&](const std::vector<std::string>& columns) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  };
  std::vector<std::string> constraints;
  for (const Constraint& constraint : table.constraints) {
    if (uses(constraint.columns))
      constraints.push_back(constraint.name);
  }
  for (const std::string& name : constraints) remove_constraint(catalog, table, name);
  std::vector<std::string> indexes;
  for (const std::string& name : table.indexes) {
    const Index* index = catalog.indexes.find({table.name.schema, name});
    if (index != nullptr && (uses(index->columns) || uses(index->used_columns)))
      indexes.push_back(name);
  }
  for (const std::string& name : indexes) {
    catalog.indexes.erase({table.name.schema, name});
    std::erase(table.indexes, name);
  }
  std::vector<Name> sequences;
  for (const auto& [name, other] : catalog.relations.all()) {
    if (other->owned_by && other->owned_by->relation == table.name &&
        other->owned_by->column == column)
      sequences.push_back(name);
  }
  for (const Name& name : sequences) catalog.relations.erase(name);
  std::erase_if(table.columns, [&](const Column& c) { return c.name == column; });
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
