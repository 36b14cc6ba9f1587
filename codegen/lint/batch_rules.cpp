// SPDX-License-Identifier: Apache-2.0
//
// Rules about statements that are run in batches. What is wrong with a directive itself is reported
// by sql/batch.cpp; here is what the catalog knows of its key. A batch is the rows between two
// keys, so that a row without a key (NULL) is in none, and rows that share one are all in the same.
#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using catalog::Relation;
using sql::BatchDirective;

constexpr RuleInfo kRules[] = {
    {.id = "invalid-batch",
     .group = "batches",
     .is_hard = true,
     .summary = "A godwit:batch that cannot be read, or cannot be done",
     .explanation = "It stands above an UPDATE or DELETE of a table, names the columns of a key "
                    "that the statement leaves as they are, and says how many rows a batch looks "
                    "at. Each batch is a transaction, so that none can be around it.",
     .bad = "-- godwit:batch key=id\nUPDATE users SET plan = 'free' WHERE plan IS NULL;",
     .good = "-- godwit:batch key=id size=1000\nUPDATE users SET plan = 'free' WHERE plan IS NULL;",
     .manual = "docs/backfills.md"},
    {.id = "batch-key",
     .group = "batches",
     .summary = "The key of a godwit:batch does not tell all rows apart, as far as is known",
     .explanation = "It has to be a primary key, or unique and NOT NULL. A row whose key is NULL "
                    "is in no batch, and is left out; where many share a key, a batch has no size; "
                    "and without an index each batch reads the whole table.",
     .bad = "-- godwit:batch key=created_at size=1000\nUPDATE orders SET state = 'old';",
     .good = "-- godwit:batch key=id size=1000\nUPDATE orders SET state = 'old';",
     .manual = "docs/backfills.md"},
    {.id = "batch-reads-own-table",
     .group = "batches",
     .severity = Severity::kWarning,
     .summary = "A statement that is run in batches reads the table that it changes",
     .explanation = "Each batch sees what the batches before it have done: a sum or a rank over "
                    "the table changes on the way. Where the statement reads nothing that it "
                    "changes, allow it.",
     .bad = "-- godwit:batch key=id size=1000\nUPDATE a SET share = n / (SELECT sum(n) FROM a);",
     .good = "-- godwit:batch key=id size=1000\nUPDATE a SET share = n / (SELECT n FROM totals);",
     .manual = "docs/backfills.md"},
};

/// Whose text comes back as the same value in any session, and whose order is that of their
/// primary keys.
bool can_be_key(const catalog::Type& type) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"int2", "int4", "int8", "numeric", "uuid", "text", "varchar",
                                       "bpchar", "date", "timestamp", "timestamptz"});
  return type.schema.empty() && type.dimensions == 0 &&
         std::find(kNames.begin(), kNames.end(), type.name) != kNames.end();
}

Place key_place(const BatchDirective& batch) {
  return {batch.key_offset, batch.key_length};
}

std::string key_text(std::span<const std::string> columns) {
  std::string text;
  for (const std::string& column : columns)
    text += (text.empty() ? "" : ", ") + catalog::quote_identifier(column);
  return columns.size() == 1 ? text : "(" + text + ")";
}

/// What CREATE INDEX makes of a column's plain name.
std::uint64_t plain_element(const std::string& column) {
  PgQuery__IndexElem element = PG_QUERY__INDEX_ELEM__INIT;
  std::string name = column;
  element.name = name.data();
  element.ordering = PG_QUERY__SORT_BY_DIR__SORTBY_DEFAULT;
  element.nulls_ordering = PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_DEFAULT;
  PgQuery__Node node = PG_QUERY__NODE__INIT;
  node.node_case = PG_QUERY__NODE__NODE_INDEX_ELEM;
  node.index_elem = &element;
  return sql::shape_of(&node);
}

/// Unique in exactly these columns, in the order in which they are compared.
bool gives_order(const catalog::Index& index, const std::vector<std::string>& keys) {
  if (!index.is_unique || index.is_partial || index.is_only || index.columns != keys)
    return false;
  return index.elements.empty() ||
         std::equal(keys.begin(), keys.end(), index.elements.begin(), index.elements.end(),
                    [](const std::string& key, std::uint64_t element) {
                      return plain_element(key) == element;
                    });
}

const catalog::Index* find_index(const catalog::Catalog& catalog, const Relation& table,
                                 const std::vector<std::string>& keys) {
  for (const std::string& name : table.indexes) {
    const catalog::Index* index = catalog.indexes.find({table.name.schema, name});
    if (index != nullptr && gives_order(*index, keys))
      return index;
  }
  return nullptr;
}

std::string advice(const Relation& table) {
  if (const catalog::Constraint* key = table.primary_key())
    return fmt::format("go by the primary key: key={}", key_text(key->columns));
  return "give the table a primary key, and go by it";
}

bool is_of_primary_key(const Relation& table, const std::string& column) {
  const catalog::Constraint* key = table.primary_key();
  return key != nullptr &&
         std::find(key->columns.begin(), key->columns.end(), column) != key->columns.end();
}

/// False where a column rules the key out.
bool check_columns(const Event& event, Context& context, const BatchDirective& batch,
                   const Relation& table, Place target) {
  const std::string name = catalog::quote_name(table.name);
  for (const std::string& key : batch.keys) {
    const std::string spelled = catalog::quote_identifier(key);
    const catalog::Column* column = table.find_column(key);
    if (column == nullptr) {
      if (!table.has_known_shape)
        continue;
      context.report("invalid-batch", event, key_place(batch),
                     fmt::format("{} has no column {}", name, spelled), {advice(table)});
      return false;
    }
    const catalog::Type type = context.catalog().base_type(column->type);
    if (type.is_known() && !can_be_key(type)) {
      context.report(
          "invalid-batch", event, key_place(batch),
          fmt::format("batches cannot go by {}, which is {}", spelled, to_string(column->type)),
          {"the key is of integers, numeric, uuid, text, varchar, char, date, timestamp "
           "or timestamptz"});
      return false;
    }
    if (!table.is_proved_not_null(key) && !is_of_primary_key(table, key)) {
      context.report("batch-key", event, target,
                     fmt::format("{} may be NULL, and such a row would be in no batch", spelled),
                     {advice(table)});
      return false;
    }
  }
  return true;
}

// An allow-comment is about the statement, so that what it may be about has to stand there.
void check_key(const Event& event, Context& context, const BatchDirective& batch,
               const Relation& table, Place target) {
  if (!check_columns(event, context, batch, table, target))
    return;
  const std::string name = catalog::quote_name(table.name);
  if (find_index(context.catalog(), table, batch.keys) == nullptr)
    context.report("batch-key", event, target,
                   fmt::format("nothing that is known of {} makes {} unique and gives its order",
                               name, key_text(batch.keys)),
                   {advice(table)});
}

bool has_children(const catalog::Catalog& catalog, const Relation& table) {
  const auto& all = catalog.relations.all();
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    const std::vector<catalog::Name>& parents = entry.second->parents;
    return std::find(parents.begin(), parents.end(), table.name) != parents.end();
  });
}

void check_table(const Event& event, Context& context, const BatchDirective& batch,
                 const PgQuery__RangeVar& target) {
  const Place place = context.name_at(event, target.location);
  const Relation* table = context.catalog().find_relation(target);
  if (table == nullptr || (table->columns.empty() && !table->has_known_shape)) {
    // A stray file is not run: whoever compiles it knows its tables.
    if (!context.is_alone())
      context.report(
          "batch-key", event, place,
          fmt::format("nothing is known of {}, which others make", Context::spelled(target)),
          {"where its key is a primary key, say so:\n-- godwit:allow(batch-key) it is "
           "the primary key"});
    return;
  }
  const std::string name = catalog::quote_name(table->name);
  if (table->kind != catalog::RelationKind::kTable &&
      table->kind != catalog::RelationKind::kPartitionedTable) {
    context.report("invalid-batch", event, place,
                   fmt::format("{} is no table with rows and a key of its own", name),
                   {"write the statement for the table below it"});
    return;
  }
  if (table->is_temporary) {
    context.report("invalid-batch", event, place,
                   fmt::format("{} is temporary: after a kill it is gone, and the rest of the "
                               "batches with it",
                               name),
                   {"delete the godwit:batch"});
    return;
  }
  if (target.inh != 0 && has_children(context.catalog(), *table)) {
    context.report(
        "batch-key", event, place,
        fmt::format("tables inherit from {}, and its key says nothing of their rows", name),
        {"write UPDATE ONLY or DELETE FROM ONLY, and a statement for each of them"});
    return;
  }
  check_key(event, context, batch, *table, place);
}

/// The first place besides the target where the statement reads its own table.
const PgQuery__RangeVar* reads_own_table(const Event& event, const Context& context,
                                         const PgQuery__RangeVar& target) {
  const catalog::Name own = context.catalog().resolve(target);
  const PgQuery__RangeVar* found = nullptr;
  sql::walk(event.node, [&](const sql::Node& node) {
    const auto* range = sql::as<PgQuery__RangeVar>(&node);
    if (found == nullptr && range != nullptr && range != &target &&
        context.catalog().resolve(*range) == own)
      found = range;
    return found == nullptr;
  });
  return found;
}

/// What the runtime is going to send, as far as its form goes.
bool can_be_cut(const Event& event, const Context& context) {
  const std::string_view text =
      context.section().text().substr(event.place.offset, event.place.length);
  std::vector<sql::SyntaxError> errors;
  const std::string whole =
      sql::with_condition(text, sql::cut_for_batch(text), "\"k\" > '1' AND \"k\" <= '2'");
  const sql::Script script = sql::parse(whole, errors);
  if (!errors.empty() || script.statements().size() != 1 ||
      sql::batch_target(script.statements()[0].node) == nullptr)
    return false;
  const sql::Node* node = script.statements()[0].node;
  const auto* update = sql::as<PgQuery__UpdateStmt>(node);
  const auto* condition = sql::as<PgQuery__BoolExpr>(
      update != nullptr ? update->where_clause : node->delete_stmt->where_clause);
  return condition != nullptr && condition->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR;
}

void check(const Event& event, Context& context) {
  const BatchDirective* batch = context.batch_of(event);
  const PgQuery__RangeVar* target = sql::batch_target(event.node);
  if (batch == nullptr || target == nullptr)
    return;
  if (!can_be_cut(event, context)) {
    context.report("invalid-batch", event, event.place,
                   "the place for a condition on the key is not found in this statement",
                   {"please report it, with the statement; until then delete the godwit:batch"});
    return;
  }
  check_table(event, context, *batch, *target);
  if (const auto* range = reads_own_table(event, context, *target))
    context.report("batch-reads-own-table", event, context.name_at(event, range->location),
                   fmt::format("each batch sees in {} what the batches before it have done",
                               Context::spelled(*range)),
                   {"read from what the statement does not change, or say why it makes no "
                    "difference:\n-- godwit:allow(batch-reads-own-table) <reason>"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check},
};

}  // namespace

const Family kBatchRules{.name = "batches", .rules = kRules, .statements = kStatements};

}  // namespace godwit::codegen::lint
