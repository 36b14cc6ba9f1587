// SPDX-License-Identifier: Apache-2.0
//
// How it works. Of a partition the catalog keeps its bound as text. Lists overlap where they have a
// constant in common, ranges of one column where their ends can be told apart: integers, dates in
// ISO form, MINVALUE and MAXVALUE. What cannot be compared is taken not to overlap. Tried on
// PostgreSQL 15.20.
#include "lint/failing_partitions.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "catalog/settings.hpp"
#include "lint/castable.hpp"
#include "lint/existence.hpp"
#include "lint/failing.hpp"
#include "locks/family.hpp"
#include "locks/partition_bound.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Relation;
using catalog::RelationKind;
using sql::as;
using sql::list;
using sql::string_value;

// ---- bounds ------------------------------------------------------------------------------------

/// "in (a, b)" and "from (a) to (b)" of catalog::bound_text().
std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    std::size_t end = 0;
    for (bool is_quoted = false; end < text.size(); ++end) {
      if (text[end] == '\'')
        is_quoted = !is_quoted;
      else if (!is_quoted && text.substr(end).starts_with(", "))
        break;
    }
    items.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return items;
}

struct Range {
  std::string_view from;
  std::string_view to;
};

std::optional<Range> read_range(std::string_view bound) {
  constexpr std::string_view kFrom = "from (";
  constexpr std::string_view kTo = ") to (";
  const std::size_t middle = bound.find(kTo);
  if (!bound.starts_with(kFrom) || middle == std::string_view::npos || !bound.ends_with(')'))
    return std::nullopt;
  const std::size_t behind = middle + kTo.size();
  const Range range{bound.substr(kFrom.size(), middle - kFrom.size()),
                    bound.substr(behind, bound.size() - behind - 1)};
  // Of one column.
  return range.from.find(", ") == std::string_view::npos &&
                 range.to.find(", ") == std::string_view::npos
             ? std::optional(range)
             : std::nullopt;
}

bool is_iso_date(std::string_view text) {
  constexpr std::string_view kPattern = "'0000-00-00'";
  return text.size() == kPattern.size() &&
         std::equal(text.begin(), text.end(), kPattern.begin(), [](char c, char pattern) {
           return pattern == '0' ? c >= '0' && c <= '9' : c == pattern;
         });
}

/// A number may also be the bound of a text, where 10 is below 5.
bool is_by_number(const Relation& parent) {
  const catalog::Column* column =
      parent.partition_key.size() == 1 ? parent.find_column(parent.partition_key[0]) : nullptr;
  return column != nullptr && is_number(column->type);
}

/// Is one end below the other? Nothing where that is not known: a number in quotes may be a text.
std::optional<bool> is_below(std::string_view a, std::string_view b, bool of_numbers) {
  if (a == b)
    return false;
  if (a == "MINVALUE" || b == "MAXVALUE")
    return true;
  if (a == "MAXVALUE" || b == "MINVALUE")
    return false;
  const auto number_a = locks::as_number(a);
  const auto number_b = locks::as_number(b);
  if (of_numbers && number_a && number_b)
    return *number_a < *number_b;
  return is_iso_date(a) && is_iso_date(b) ? std::optional(a < b) : std::nullopt;
}

bool overlaps(std::string_view a, std::string_view b, bool of_numbers) {
  constexpr std::string_view kIn = "in (";
  if (a == "default" || b == "default")
    return a == b;
  if (a.starts_with(kIn) && b.starts_with(kIn)) {
    const auto left = items_of(a.substr(kIn.size(), a.size() - kIn.size() - 1));
    const auto right = items_of(b.substr(kIn.size(), b.size() - kIn.size() - 1));
    return std::any_of(left.begin(), left.end(), [&](std::string_view item) {
      return !item.starts_with('#') && std::find(right.begin(), right.end(), item) != right.end();
    });
  }
  if (a == b)
    return a.find('#') == std::string_view::npos;
  const auto left = read_range(a);
  const auto right = read_range(b);
  return left && right && is_below(left->from, right->to, of_numbers).value_or(false) &&
         is_below(right->from, left->to, of_numbers).value_or(false);
}

std::string_view word_for(char strategy) {
  if (strategy == 'r')
    return "RANGE";
  return strategy == 'l' ? "LIST" : "HASH";
}

/// What is wrong with the form of a bound; empty where nothing is.
std::string form_problem(const PgQuery__PartitionBoundSpec& bound, const Relation& parent) {
  const char strategy = parent.partition_strategy;
  if (strategy == 0)
    return {};
  const char wanted = bound.n_listdatums != 0 ? 'l' : (bound.modulus != 0 ? 'h' : 'r');
  if (bound.is_default != 0)
    return strategy == 'h' ? "a table that is partitioned by HASH has no DEFAULT partition" : "";
  if (wanted != strategy)
    return fmt::format("{} is partitioned by {}, which takes another kind of bound",
                       catalog::quote_name(parent.name), word_for(strategy));
  const std::size_t columns = parent.partition_key.size();
  if (strategy == 'r' && (bound.n_lowerdatums != columns || bound.n_upperdatums != columns))
    return fmt::format("{} is partitioned by {} column{}, and the bound has another number",
                       catalog::quote_name(parent.name), columns, columns == 1 ? "" : "s");
  const std::string text = catalog::bound_text(bound);
  if (const auto range = read_range(text);
      range && range->from.find('#') == std::string_view::npos &&
      (range->from == range->to ||
       is_below(range->to, range->from, is_by_number(parent)).value_or(false)))
    return "the range is empty: its end is not behind its beginning";
  return {};
}

void check_bound(const Event& event, Context& context, const PgQuery__PartitionBoundSpec& bound,
                 const catalog::Name& parent_name, const catalog::Name& own, Place place) {
  const Relation* parent = context.catalog().relations.find(parent_name);
  if (parent == nullptr || parent->is_uncertain || parent->made_in < 0 ||
      parent->kind != RelationKind::kPartitionedTable)
    return;
  if (const std::string problem = form_problem(bound, *parent); !problem.empty())
    return report_failing(event, context, place, problem, "write a bound of that form");
  const std::string text = catalog::bound_text(bound);
  const catalog::Name* other = nullptr;  // the first by its name
  for (const auto& [name, relation] : context.catalog().relations.all()) {
    const auto found = relation->settings.find("for values");
    if (relation->partition_of == parent_name && !relation->is_uncertain && name != own &&
        found != relation->settings.end() && overlaps(text, found->second, is_by_number(*parent)) &&
        (other == nullptr || name < *other))
      other = &name;
  }
  if (other != nullptr)
    report_failing(event, context, place,
                   bound.is_default != 0
                       ? fmt::format("{} is the DEFAULT partition of {} already",
                                     catalog::quote_name(*other), catalog::quote_name(parent_name))
                       : fmt::format("the bound overlaps that of {}", catalog::quote_name(*other)),
                   "detach or drop the other before, or choose other bounds");
}

// ---- keys --------------------------------------------------------------------------------------

std::vector<std::string> strings(sql::Node* const* items, std::size_t count) {
  std::vector<std::string> texts;
  for (const sql::Node* item : list(items, count)) texts.emplace_back(string_value(item));
  return texts;
}

/// A unique key of a partitioned table has to have all columns that it is partitioned by.
void check_key(const Event& event, Context& context, const std::vector<std::string>& key,
               const std::string& table, const std::vector<std::string>& partition_key,
               Place place) {
  const auto missing =
      std::find_if(partition_key.begin(), partition_key.end(), [&](const std::string& column) {
        return column.empty() || std::find(key.begin(), key.end(), column) == key.end();
      });
  if (missing == partition_key.end())
    return;
  report_failing(
      event, context, place,
      missing->empty()
          ? fmt::format("{} is partitioned by an expression, and can have no unique key", table)
          : fmt::format("{} is partitioned by {}, which each of its unique keys has to have", table,
                        catalog::quote_identifier(*missing)),
      missing->empty() ? "make the key in each of the partitions"
                       : "add that column to the key, or make the key in each of the partitions");
}

bool is_key(const PgQuery__Constraint& constraint) {
  return (constraint.contype == sql::constr::kPrimary ||
          constraint.contype == sql::constr::kUnique) &&
         std::string_view(constraint.indexname).empty();
}

/// The keys that a column's definition or a table's constraint makes.
void check_keys_of(const Event& event, Context& context, const sql::Node* node,
                   const std::string& table, const std::vector<std::string>& partition_key) {
  if (const auto* constraint = as<PgQuery__Constraint>(node);
      constraint != nullptr && is_key(*constraint))
    check_key(event, context, strings(constraint->keys, constraint->n_keys), table, partition_key,
              context.name_at(event, constraint->location));
  const auto* column = as<PgQuery__ColumnDef>(node);
  if (column == nullptr)
    return;
  for (const sql::Node* part : list(column->constraints, column->n_constraints)) {
    const auto* constraint = as<PgQuery__Constraint>(part);
    if (constraint != nullptr && is_key(*constraint))
      check_key(event, context, {column->colname}, table, partition_key,
                context.name_at(event, constraint->location));
  }
}

// ---- inherited columns -------------------------------------------------------------------------

/// The parent that has the column; null where none is known to.
const Relation* parent_with(const catalog::Catalog& catalog, const Relation& table,
                            std::string_view column) {
  std::vector<catalog::Name> parents = table.parents;
  if (table.partition_of)
    parents.push_back(*table.partition_of);
  for (const catalog::Name& name : parents) {
    const Relation* parent = catalog.relations.find(name);
    if (parent != nullptr && !parent->is_uncertain && parent->find_column(column) != nullptr)
      return parent;
  }
  return nullptr;
}

bool has_children(const catalog::Catalog& catalog, const Relation& table) {
  const auto& all = catalog.relations.all();
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    const Relation& other = *entry.second;
    return !other.is_uncertain && (other.partition_of == table.name ||
                                   std::find(other.parents.begin(), other.parents.end(),
                                             table.name) != other.parents.end());
  });
}

void report_inherited(const Event& event, Context& context, Place place, std::string_view column,
                      const Relation& parent) {
  report_failing(
      event, context, place,
      fmt::format("the column {} comes from {}, and is changed there",
                  catalog::quote_identifier(column), catalog::quote_name(parent.name)),
      fmt::format("ALTER TABLE {} …, which changes both", catalog::quote_name(parent.name)));
}

/// NO INHERIT in the same statement would come first.
bool leaves_parent(const PgQuery__AlterTableStmt& alter) {
  const auto commands = list(alter.cmds, alter.n_cmds);
  return std::any_of(commands.begin(), commands.end(), [](const sql::Node* node) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && command->subtype == sql::at::kDropInherit;
  });
}

void check_inherited(const Event& event, Context& context, const Relation& table) {
  const auto& alter = *event.node->alter_table_stmt;
  const PgQuery__AlterTableCmd& command = *event.command;
  const auto place = [&] { return context.command_place(event); };
  const auto subtype = command.subtype;
  const bool is_dropped = subtype == sql::at::kDropColumn;
  const bool is_changed = subtype == sql::at::kAlterColumnType;
  if (is_dropped || is_changed) {
    const Relation* parent = parent_with(context.catalog(), table, command.name);
    if (parent != nullptr && table.find_column(command.name) != nullptr && !leaves_parent(alter))
      return report_inherited(event, context, place(), command.name, *parent);
  }
  if (subtype == sql::at::kAddColumn && table.partition_of)
    return report_failing(
        event, context, place(), "a partition has the columns of its table",
        fmt::format("ALTER TABLE {} ADD COLUMN …", catalog::quote_name(*table.partition_of)));
  const bool needs_children = subtype == sql::at::kAddColumn || is_changed ||
                              (is_dropped && table.kind == RelationKind::kPartitionedTable);
  if (alter.relation->inh == 0 && needs_children && has_children(context.catalog(), table))
    report_failing(
        event, context, place(),
        fmt::format("the children of {} have the column too", catalog::quote_name(table.name)),
        "leave out ONLY");
}

void check_attached(const Event& event, Context& context, const Relation& table) {
  const auto* command = as<PgQuery__PartitionCmd>(event.command->def);
  if (command == nullptr || command->name == nullptr ||
      table.kind != RelationKind::kPartitionedTable)
    return;
  const catalog::Name name = context.catalog().resolve(*command->name);
  const Relation* child = context.catalog().relations.find(name);
  const Place place = context.name_at(event, command->name->location);
  const bool is_known = child != nullptr && !child->is_uncertain && child->made_in >= 0;
  if (event.command->subtype == sql::at::kDetachPartition) {
    if (is_known && child->partition_of != table.name)
      report_failing(event, context, place,
                     fmt::format("{} is no partition of {}", catalog::quote_name(name),
                                 catalog::quote_name(table.name)),
                     "name one of its partitions");
    return;
  }
  if (is_known && child->partition_of)
    return report_failing(event, context, place,
                          fmt::format("{} is a partition of {} already", catalog::quote_name(name),
                                      catalog::quote_name(*child->partition_of)),
                          "detach it first");
  if (command->bound != nullptr)
    check_bound(event, context, *command->bound, table.name, name, place);
}

}  // namespace

void check_partition_fails(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_tell(event, context) || create.relation == nullptr)
    return;
  const catalog::Name name = context.catalog().name_for_creation(*create.relation);
  if (create.if_not_exists != 0 && context.catalog().relations.find(name) != nullptr)
    return;
  const auto* parent =
      create.n_inh_relations == 1 ? as<PgQuery__RangeVar>(create.inh_relations[0]) : nullptr;
  if (create.partbound != nullptr && parent != nullptr)
    check_bound(event, context, *create.partbound, context.catalog().resolve(*parent), name,
                context.name_at(event, create.relation->location));
  if (create.partspec == nullptr)
    return;
  std::vector<std::string> partition_key;
  for (const sql::Node* node : list(create.partspec->part_params, create.partspec->n_part_params)) {
    const auto* element = as<PgQuery__PartitionElem>(node);
    partition_key.emplace_back(element == nullptr || element->expr == nullptr
                                   ? (element == nullptr ? "" : element->name)
                                   : locks::column_of(element->expr));
  }
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts))
    check_keys_of(event, context, node, catalog::quote_name(name), partition_key);
}

void check_partitioned_index(const Event& event, Context& context) {
  const auto& create = *event.node->index_stmt;
  if (!can_tell(event, context) || create.relation == nullptr || create.unique == 0)
    return;
  const Relation* table = context.catalog().find_relation(*create.relation);
  if (table == nullptr || !is_certain(*table) || table->kind != RelationKind::kPartitionedTable)
    return;
  std::vector<std::string> key;
  for (const sql::Node* node : list(create.index_params, create.n_index_params)) {
    const auto* element = as<PgQuery__IndexElem>(node);
    key.emplace_back(element == nullptr || element->expr == nullptr
                         ? (element == nullptr ? "" : element->name)
                         : locks::column_of(element->expr));
  }
  check_key(event, context, key, catalog::quote_name(table->name), table->partition_key,
            context.name_at(event, create.relation->location));
}

void check_command_of_family(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!can_tell(event, context) || alter.relation == nullptr || alter.objtype == sql::object::kType)
    return;
  const Relation* table = context.catalog().find_relation(*alter.relation);
  if (table == nullptr || !is_certain(*table))
    return;
  const PgQuery__AlterTableCmd& command = *event.command;
  switch (command.subtype) {
    case sql::at::kAttachPartition:
    case sql::at::kDetachPartition:
      return check_attached(event, context, *table);
    case sql::at::kAddConstraint:
    case sql::at::kAddColumn: {
      const auto* definition = as<PgQuery__ColumnDef>(command.def);
      if (definition != nullptr && table->find_column(definition->colname) != nullptr)
        return;
      if (table->kind == RelationKind::kPartitionedTable)
        check_keys_of(event, context, command.def, catalog::quote_name(table->name),
                      table->partition_key);
      if (definition != nullptr)
        check_inherited(event, context, *table);
      return;
    }
    case sql::at::kAlterColumnType: {
      const auto& key = table->partition_key;
      if (std::find(key.begin(), key.end(), command.name) != key.end())
        return report_failing(
            event, context, context.command_place(event),
            fmt::format("{} is partitioned by column {}", catalog::quote_name(table->name),
                        catalog::quote_identifier(command.name)),
            "make a new table, partitioned otherwise");
      return check_inherited(event, context, *table);
    }
    case sql::at::kDropColumn:
      return check_inherited(event, context, *table);
    default:
      return;
  }
}

void check_inherited_rename(const Event& event, Context& context) {
  const auto& rename = *event.node->rename_stmt;
  if (!can_tell(event, context) || rename.relation == nullptr ||
      rename.rename_type != sql::object::kColumn)
    return;
  const Relation* table = context.catalog().find_relation(*rename.relation);
  if (table == nullptr || !is_certain(*table) || table->find_column(rename.subname) == nullptr)
    return;
  const Place place = context.column_place(event, rename.subname);
  if (const Relation* parent = parent_with(context.catalog(), *table, rename.subname))
    report_inherited(event, context, place, rename.subname, *parent);
  else if (rename.relation->inh == 0 && has_children(context.catalog(), *table))
    report_failing(
        event, context, place,
        fmt::format("the children of {} have the column too", catalog::quote_name(table->name)),
        "leave out ONLY");
}

}  // namespace godwit::codegen::lint
