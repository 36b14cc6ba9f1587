// SPDX-License-Identifier: Apache-2.0
//
// Rules about foreign keys when they are added: what they refer to must be unique, and of types
// that can be compared.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "catalog/fold_table.hpp"
#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Type;
using sql::as;
using sql::list;
using sql::string_value;

constexpr std::string_view kForeignKeys =
    "https://www.postgresql.org/docs/15/ddl-constraints.html#DDL-CONSTRAINTS-FK";

constexpr RuleInfo kRules[] = {
    {.id = "fk-target-not-unique",
     .group = "history",
     .summary = "A foreign key to columns that no primary key, constraint or index makes unique",
     .explanation = "The server refuses it. A unique index counts when it is not partial, has no "
                    "expressions, and covers exactly these columns.",
     .bad = "CREATE TABLE users (id bigint, email text);\nCREATE TABLE orders (email text "
            "REFERENCES users (email));",
     .good = "CREATE TABLE users (id bigint, email text UNIQUE);\nCREATE TABLE orders (email text "
             "REFERENCES users (email));",
     .manual = kForeignKeys},
    {.id = "fk-type-mismatch",
     .group = "history",
     .summary = "A foreign key between columns of different types",
     .explanation =
         "Where the types cannot be compared, the server refuses it. A warning where they can: "
         "integer and bigint, for example. The narrower column runs out of values first, and "
         "joins convert every row.",
     .bad = "CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (user_id int "
            "REFERENCES users (id));",
     .good = "CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (user_id bigint "
             "REFERENCES users (id));",
     .manual = kForeignKeys},
};

enum class Class { kInteger, kFraction, kText, kTime, kOther, kUnknown };

template <std::size_t N>
bool is_one_of(const Type& type, const std::array<std::string_view, N>& names) {
  return type.schema.empty() && std::find(names.begin(), names.end(), type.name) != names.end();
}

Class class_of(const catalog::Catalog& catalog, const Type& type) {
  constexpr auto kIntegers = std::to_array<std::string_view>({"int2", "int4", "int8"});
  constexpr auto kFractions = std::to_array<std::string_view>({"numeric", "float4", "float8"});
  constexpr auto kTexts = std::to_array<std::string_view>({"text", "varchar", "bpchar"});
  constexpr auto kTimes = std::to_array<std::string_view>({"date", "timestamp", "timestamptz"});
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"uuid", "bool", "bytea", "inet", "macaddr", "time", "bit", "varbit"});
  if (!type.is_known() || type.dimensions != 0)
    return Class::kUnknown;
  if (is_one_of(type, kIntegers))
    return Class::kInteger;
  if (is_one_of(type, kFractions))
    return Class::kFraction;
  if (is_one_of(type, kTexts))
    return Class::kText;
  if (is_one_of(type, kTimes))
    return Class::kTime;
  if (is_one_of(type, kOthers))
    return Class::kOther;
  const catalog::UserType* own = catalog.types.find({type.schema, type.name});
  return own != nullptr && own->kind == catalog::TypeKind::kEnum ? Class::kOther : Class::kUnknown;
}

enum class Match { kSame, kDiffers, kFails };

/// Of a referencing and a referenced type. Measured on PostgreSQL 15.20: the types must be compared
/// by an operator of the index, or the referencing one cast to the other by itself.
Match compare(const catalog::Catalog& catalog, const Type& from, const Type& to) {
  const Type a = catalog.base_type(from);
  const Type b = catalog.base_type(to);
  const Class of_a = class_of(catalog, a);
  const Class of_b = class_of(catalog, b);
  if (of_a == Class::kUnknown || of_b == Class::kUnknown)
    return Match::kSame;
  if (a.schema == b.schema && a.name == b.name)
    return Match::kSame;
  if (of_a == Class::kText && of_b == Class::kText)
    return Match::kSame;
  if (of_a == Class::kOther || of_b == Class::kOther)
    return Match::kFails;
  if (of_a == of_b) {
    // A double precision is not cast to numeric by itself.
    const bool loses = of_a == Class::kFraction && b.name == "numeric";
    return loses ? Match::kFails : Match::kDiffers;
  }
  return of_a == Class::kInteger && of_b == Class::kFraction ? Match::kDiffers : Match::kFails;
}

std::vector<std::string> strings(sql::Node* const* items, std::size_t count) {
  std::vector<std::string> texts;
  for (const sql::Node* item : list(items, count)) texts.emplace_back(string_value(item));
  return texts;
}

bool same_set(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

/// The server takes none that is looked at only when the transaction ends.
bool is_deferrable(const catalog::Relation& table, std::string_view index) {
  const catalog::Constraint* constraint = table.find_constraint(index);
  return constraint != nullptr && constraint->is_deferrable;
}

bool is_unique(const catalog::Catalog& catalog, const catalog::Relation& table,
               const std::vector<std::string>& columns) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const std::string& name) {
    const catalog::Index* index = catalog.indexes.find({table.name.schema, name});
    return index != nullptr && index->is_unique && !index->is_partial &&
           same_set(index->columns, columns) && !is_deferrable(table, name);
  });
}

/// The type of a column of the referencing table: one that the statement adds, or one that is
/// there.
Type own_type(const Context& context, const Event& event, const catalog::Relation* table,
              std::string_view column) {
  const auto read = [&](const sql::Node* node) {
    const auto* definition = as<PgQuery__ColumnDef>(node);
    return definition != nullptr && column == definition->colname &&
                   definition->type_name != nullptr
               ? context.catalog().resolved(catalog::read_type(*definition->type_name))
               : Type();
  };
  if (const auto* create = as<PgQuery__CreateStmt>(event.node)) {
    for (const sql::Node* node : list(create->table_elts, create->n_table_elts)) {
      if (Type type = read(node); type.is_known())
        return type;
    }
    return {};
  }
  if (const auto* alter = as<PgQuery__AlterTableStmt>(event.node)) {
    for (const sql::Node* node : list(alter->cmds, alter->n_cmds)) {
      const auto* command = as<PgQuery__AlterTableCmd>(node);
      if (Type type = command == nullptr ? Type() : read(command->def); type.is_known())
        return type;
    }
  }
  const catalog::Column* known = table == nullptr ? nullptr : table->find_column(column);
  return known == nullptr ? Type() : known->type;
}

Place place_of(const Event& event, const Context& context, const PgQuery__Constraint& key) {
  if (event.call)
    return *event.call;
  return context.name_at(event, key.location);
}

std::string quoted(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns)
    text += (text.empty() ? "" : ", ") + catalog::quote_identifier(column);
  return text;
}

void add_unique_sets(const sql::Node* node, std::vector<std::vector<std::string>>& sets,
                     std::vector<std::string>& primary) {
  const auto add = [&](const PgQuery__Constraint& constraint, std::vector<std::string> columns) {
    const bool is_primary = constraint.contype == sql::constr::kPrimary;
    if (constraint.deferrable != 0 || constraint.initdeferred != 0 ||
        (!is_primary && constraint.contype != sql::constr::kUnique))
      return;
    if (is_primary)
      primary = columns;
    sets.push_back(std::move(columns));
  };
  if (const auto* constraint = as<PgQuery__Constraint>(node))
    add(*constraint, strings(constraint->keys, constraint->n_keys));
  const auto* column = as<PgQuery__ColumnDef>(node);
  if (column == nullptr)
    return;
  bool is_key = false;
  for (const sql::Node* item : list(column->constraints, column->n_constraints)) {
    const auto* constraint = as<PgQuery__Constraint>(item);
    if (constraint == nullptr)
      continue;
    // DEFERRABLE stands behind the constraint that it is about.
    if (is_key && (constraint->contype == sql::constr::kAttrDeferrable ||
                   constraint->contype == sql::constr::kAttrDeferred)) {
      sets.pop_back();
      is_key = false;
      continue;
    }
    const std::size_t before = sets.size();
    add(*constraint, {column->colname});
    is_key = sets.size() > before;
  }
}

/// A table that refers to itself, while it is made.
void check_own_key(const Event& event, Context& context, const PgQuery__Constraint& key,
                   std::string_view column) {
  const auto& create = *event.node->create_stmt;
  const catalog::Name name = context.catalog().name_for_creation(*create.relation);
  if (key.contype != sql::constr::kForeign || key.pktable == nullptr ||
      context.catalog().resolve(*key.pktable) != name || create.n_inh_relations != 0 ||
      create.of_typename != nullptr)
    return;
  std::vector<std::vector<std::string>> unique;
  std::vector<std::string> primary;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    if (as<PgQuery__TableLikeClause>(node) != nullptr)
      return;
    add_unique_sets(node, unique, primary);
  }
  std::vector<std::string> own = strings(key.fk_attrs, key.n_fk_attrs);
  if (own.empty() && !column.empty())
    own.emplace_back(column);
  std::vector<std::string> theirs = strings(key.pk_attrs, key.n_pk_attrs);
  if (theirs.empty())
    theirs = primary;
  const Place place = place_of(event, context, key);
  if (std::none_of(unique.begin(), unique.end(), [&](const std::vector<std::string>& columns) {
        return same_set(columns, theirs);
      })) {
    context.report("fk-target-not-unique", event, place,
                   theirs.empty() ? fmt::format("this fails: {} has no primary key to refer to",
                                                catalog::quote_name(name))
                                  : fmt::format("this fails: nothing makes {} ({}) unique",
                                                catalog::quote_name(name), fmt::join(theirs, ", ")),
                   {"make the columns UNIQUE or the PRIMARY KEY of the table"});
    return;
  }
  for (std::size_t i = 0; i < own.size() && i < theirs.size(); ++i) {
    const Type from = own_type(context, event, nullptr, own[i]);
    const Type to = own_type(context, event, nullptr, theirs[i]);
    if (!from.is_known() || !to.is_known())
      continue;
    const Match match = compare(context.catalog(), from, to);
    if (match == Match::kSame)
      continue;
    context.report(
        "fk-type-mismatch", event, place,
        fmt::format("{}{} is {} and refers to {}, which is {}",
                    match == Match::kFails ? "this fails: " : "", catalog::quote_identifier(own[i]),
                    to_string(from), catalog::quote_identifier(theirs[i]), to_string(to)),
        {fmt::format("make it {}", to_string(to))},
        match == Match::kFails ? std::nullopt : std::optional(Severity::kWarning));
  }
}

/// The same ALTER TABLE makes columns unique, and the server does that first.
bool adds_unique(const Event& event) {
  const auto* alter = as<PgQuery__AlterTableStmt>(event.node);
  std::vector<std::vector<std::string>> unique;
  std::vector<std::string> primary;
  for (const sql::Node* node :
       alter == nullptr ? std::span<sql::Node* const>() : list(alter->cmds, alter->n_cmds)) {
    if (const auto* command = as<PgQuery__AlterTableCmd>(node))
      add_unique_sets(command->def, unique, primary);
  }
  return !unique.empty();
}

/// `column` is that of a column's own constraint.
void check_key(const Event& event, Context& context, const catalog::Relation* table,
               const PgQuery__Constraint& key, std::string_view column) {
  if (key.contype != sql::constr::kForeign || key.pktable == nullptr)
    return;
  const catalog::Relation* target = context.catalog().find_relation(*key.pktable);
  if (target == nullptr || !is_certain(*target) || !is_table(target->kind) ||
      (target == table && adds_unique(event)))
    return;
  std::vector<std::string> own = strings(key.fk_attrs, key.n_fk_attrs);
  if (own.empty() && !column.empty())
    own.emplace_back(column);
  std::vector<std::string> theirs = strings(key.pk_attrs, key.n_pk_attrs);
  const std::string shown = catalog::quote_name(target->name);
  const auto severity =
      context.catalog().is_opaque ? std::optional(Severity::kWarning) : std::nullopt;
  const Place place = place_of(event, context, key);
  if (theirs.empty()) {
    const catalog::Constraint* primary = target->primary_key();
    if (primary == nullptr) {
      context.report("fk-target-not-unique", event, place,
                     fmt::format("this fails: {} has no primary key to refer to", shown),
                     {"name the columns, and make them unique first"}, severity);
      return;
    }
    if (primary->is_deferrable) {
      context.report("fk-target-not-unique", event, place,
                     fmt::format("this fails: the primary key of {} is DEFERRABLE", shown),
                     {"refer to columns that a constraint makes unique at once"}, severity);
      return;
    }
    theirs = primary->columns;
  } else if (std::all_of(
                 theirs.begin(), theirs.end(),
                 [&](const std::string& name) { return target->find_column(name) != nullptr; }) &&
             !is_unique(context.catalog(), *target, theirs)) {
    context.report(
        "fk-target-not-unique", event, place,
        fmt::format("this fails: nothing makes {} ({}) unique", shown, fmt::join(theirs, ", ")),
        {fmt::format(
            "in an earlier migration of its own:\nCREATE UNIQUE INDEX CONCURRENTLY {} ON "
            "{} ({});",
            catalog::quote_identifier(catalog::index_name(context.catalog(), *target, theirs)),
            shown, quoted(theirs))},
        severity);
    return;
  }
  for (std::size_t i = 0; i < own.size() && i < theirs.size(); ++i) {
    const catalog::Column* referenced = target->find_column(theirs[i]);
    const Type from = own_type(context, event, table, own[i]);
    if (referenced == nullptr || !from.is_known() || !referenced->type.is_known())
      continue;
    const Match match = compare(context.catalog(), from, referenced->type);
    if (match == Match::kSame)
      continue;
    context.report("fk-type-mismatch", event, place,
                   fmt::format("{}{} is {} and refers to {}.{}, which is {}",
                               match == Match::kFails ? "this fails: " : "",
                               catalog::quote_identifier(own[i]), to_string(from), shown,
                               catalog::quote_identifier(theirs[i]), to_string(referenced->type)),
                   {fmt::format("make it {}", to_string(referenced->type))},
                   match == Match::kFails ? severity : std::optional(Severity::kWarning));
  }
}

void check_column(const Event& event, Context& context, const catalog::Relation* table,
                  const sql::Node* node) {
  const auto* definition = as<PgQuery__ColumnDef>(node);
  if (definition == nullptr)
    return;
  for (const sql::Node* item : list(definition->constraints, definition->n_constraints)) {
    if (const auto* key = as<PgQuery__Constraint>(item))
      check_key(event, context, table, *key, definition->colname);
  }
}

void check_create(const Event& event, Context& context) {
  const auto& create = *event.node->create_stmt;
  if (!can_judge(event, context) || create.relation == nullptr ||
      (create.if_not_exists != 0 &&
       context.catalog().relations.find(context.catalog().name_for_creation(*create.relation))))
    return;
  for (const sql::Node* node : list(create.table_elts, create.n_table_elts)) {
    check_column(event, context, nullptr, node);
    if (const auto* key = as<PgQuery__Constraint>(node)) {
      check_key(event, context, nullptr, *key, {});
      check_own_key(event, context, *key, {});
    }
    const auto* column = as<PgQuery__ColumnDef>(node);
    for (const sql::Node* item : column == nullptr
                                     ? std::span<sql::Node* const>()
                                     : list(column->constraints, column->n_constraints)) {
      if (const auto* key = as<PgQuery__Constraint>(item))
        check_own_key(event, context, *key, column->colname);
    }
  }
}

void check_command(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const catalog::Relation* table =
      alter.relation == nullptr ? nullptr : context.catalog().find_relation(*alter.relation);
  if (table == nullptr || table->is_uncertain || !can_judge(event, context))
    return;
  check_column(event, context, table, event.command->def);
  if (const auto* key = as<PgQuery__Constraint>(event.command->def))
    check_key(event, context, table, *key, {});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_CREATE_STMT, check_create},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddColumn, check_command},
    {sql::at::kAddConstraint, check_command},
};

}  // namespace

const Family kKeyRules{
    .name = "keys", .rules = kRules, .statements = kStatements, .commands = kCommands};

}  // namespace godwit::codegen::lint
