// SPDX-License-Identifier: Apache-2.0
//
// Rules that ask whether a migration can be run a second time. idempotency.cpp answers.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/idempotency.hpp"
#include "lint/seed_copy.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "claims-idempotent",
     .group = "idempotency",
     .summary = "The header says Idempotency: YES, and a statement cannot be run twice",
     .explanation =
         "Each statement has to prove by its form that a second run succeeds and changes nothing "
         "more: IF NOT EXISTS, IF EXISTS, OR REPLACE, ON CONFLICT, a DROP … IF EXISTS of the same "
         "name before it, or a DO block that asks first or catches duplicate_object. PostgreSQL "
         "has no IF NOT EXISTS for types, domains, policies, roles and constraints: those need one "
         "of the last two.",
     .bad = "-- Idempotency: YES\nCREATE TABLE users (id bigint PRIMARY KEY);",
     .good = "-- Idempotency: YES\nCREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY);",
     .manual = "docs/rules.md#idempotency"},
    {.id = "robust-statement",
     .group = "idempotency",
     .summary = "A migration without a transaction holds a statement that cannot be run again",
     .explanation =
         "When the connection is lost in the middle, nobody knows whether the statement ran. "
         "Transactional migrations do not mind; here the statement has to be one that may be run "
         "again. Named indexes are looked up by the runtime and may be built as they are.",
     .bad = "-- Transaction: none\nALTER TYPE mood ADD VALUE 'happy';",
     .good = "-- Transaction: none\nALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy';",
     .manual = "docs/rules.md#idempotency"},
    {.id = "concurrent-if-not-exists-trap",
     .group = "idempotency",
     .severity = Severity::kWarning,
     .summary = "CREATE INDEX CONCURRENTLY IF NOT EXISTS takes an INVALID index for a finished one",
     .explanation =
         "A build that fails leaves an INVALID index of that name, which no query uses and every "
         "write pays for. The next run says that it exists already, and goes on. godwit's runtime "
         "looks for such a leftover and drops it before it builds; with other tools, and by hand, "
         "nobody does.",
     .bad = "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_at ON orders (at);",
     .good = "DROP INDEX CONCURRENTLY IF EXISTS orders_at;\nCREATE INDEX CONCURRENTLY orders_at ON "
             "orders (at);",
     .manual = "https://www.postgresql.org/docs/15/"
               "sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY"},
    {.id = "non-transactional-multi-statement",
     .group = "idempotency",
     .summary = "A migration without a transaction holds several statements, not all repeatable",
     .explanation =
         "After a failure between two statements the first has taken effect and the second has "
         "not. That can be continued with certainty only where each may be run again. Give each "
         "statement a migration of its own.",
     .bad =
         "-- Transaction: none\nCREATE TABLE a (id bigint);\nCREATE INDEX CONCURRENTLY b_at ON b "
         "(at);",
     .good = "CREATE INDEX CONCURRENTLY b_at ON b (at);  -- and the table in another file",
     .manual = "docs/rules.md#idempotency"},
};

void report(std::string_view rule, std::string_view prefix, std::size_t index,
            const IdempotencyVerdict& verdict, Context& context) {
  Event event = event_of(context, index);
  Place place = event.place;
  if (verdict.has_command) {
    event.command_index = verdict.command;
    place = context.command_place(event);
  }
  std::vector<std::string> notes;
  if (!verdict.advice.empty())
    notes.push_back(verdict.advice);
  context.report(rule, event, place, fmt::format("{}{}", prefix, verdict.problem),
                 std::move(notes));
}

/// Of a COPY in a seed: how its rows get in whether they are there or not.
IdempotencyVerdict with_rewrite(IdempotencyVerdict verdict, std::size_t index,
                                const Context& context) {
  const auto* copy = sql::as<PgQuery__CopyStmt>(context.script().statements()[index].node);
  if (copy != nullptr && !context.source().seed.empty() && copy->relation != nullptr)
    verdict.advice = copy_rewrite(*copy, context.catalog());
  return verdict;
}

void check_claim(Context& context) {
  auto verdicts = prove_idempotent(context.script());
  const std::string_view prefix =
      !context.source().seed.empty() ? "a seed is applied again when it changes, but "
      : context.source().is_repeatable
          ? "a repeatable migration is applied again when it changes, but "
          : "the header says Idempotency: YES, but ";
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (!verdicts[i].is_idempotent)
      report("claims-idempotent", prefix, i, with_rewrite(std::move(verdicts[i]), i, context),
             context);
  }
}

/// SET, RESET and COMMENT change nothing that matters for going on.
bool counts(const sql::Node* node) {
  return sql::as<PgQuery__VariableSetStmt>(node) == nullptr &&
         sql::as<PgQuery__CommentStmt>(node) == nullptr &&
         sql::as<PgQuery__TransactionStmt>(node) == nullptr;
}

/// The runtime can see whether it took effect.
bool is_probeable(const sql::Node& node) {
  if (const auto* create = sql::as<PgQuery__IndexStmt>(&node))
    return create->concurrent && !std::string_view(create->idxname).empty();
  if (const auto* drop = sql::as<PgQuery__DropStmt>(&node))
    return drop->concurrent && drop->n_objects == 1;
  return false;
}

void check_without_transaction(Context& context) {
  const auto& statements = context.script().statements();
  const auto verdicts = prove_idempotent(context.script());
  std::size_t counted = 0;
  std::optional<std::size_t> second;
  std::optional<std::size_t> first_unsafe;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (statements[i].node == nullptr || !counts(statements[i].node))
      continue;
    if (++counted == 2)
      second = i;
    const bool is_batched = context.batch_of(event_of(context, i)) != nullptr;
    if (verdicts[i].is_idempotent || is_probeable(*statements[i].node) || is_batched)
      continue;
    if (!first_unsafe)
      first_unsafe = i;
    report("robust-statement", "this runs without a transaction and may have to be run again: ", i,
           verdicts[i], context);
  }
  if (!second || !first_unsafe)
    return;
  const Event event = event_of(context, *second);
  context.report("non-transactional-multi-statement", event, event.place,
                 "a second statement in a migration that runs without a transaction: after a "
                 "failure between them the migration is partly applied",
                 {"give each statement a migration of its own, or make each of them repeatable"});
}

void check_section(Context& context) {
  if (context.migration().is_opaque)
    return;
  if (!context.is_down() &&
      (context.source().header.idempotency.value_or(false) || context.source().is_repeatable))
    check_claim(context);
  if (!context.transaction().is_transactional && !context.transaction().is_inferred)
    check_without_transaction(context);
}

/// The name of the index is among those that the statement, a DROP INDEX IF EXISTS, drops.
bool drops_index(const sql::Node* node, std::string_view name) {
  const auto* drop = sql::as<PgQuery__DropStmt>(node);
  if (drop == nullptr || drop->remove_type != sql::object::kIndex)
    return false;
  const auto objects = sql::list(drop->objects, drop->n_objects);
  return std::any_of(objects.begin(), objects.end(), [&](const sql::Node* object) {
    const auto* parts = sql::as<PgQuery__List>(object);
    return parts != nullptr && parts->n_items > 0 &&
           sql::string_value(parts->items[parts->n_items - 1]) == name;
  });
}

void check_trap(const Event& event, Context& context) {
  const PgQuery__IndexStmt& create = *event.node->index_stmt;
  const std::string_view name = create.idxname;
  if (create.concurrent == 0 || create.if_not_exists == 0 || name.empty() || event.is_in_body ||
      context.is_new(create.relation))
    return;
  const auto& statements = context.script().statements();
  for (std::size_t i = 0; i < event.statement_index; ++i) {
    if (drops_index(statements[i].node, name))
      return;
  }
  const std::string spelled = catalog::quote_identifier(name);
  context.report(
      "concurrent-if-not-exists-trap", event, context.head_place(event, "exists"),
      fmt::format("where a build of {} has failed, it has left an INVALID index, which this "
                  "takes for a finished one",
                  spelled),
      {fmt::format("leave IF NOT EXISTS out: the runtime drops such a leftover before it builds; "
                   "where other tools run this too, put before it, without a transaction:\n"
                   "DROP INDEX CONCURRENTLY IF EXISTS {};",
                   spelled)});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_INDEX_STMT, check_trap},
};

}  // namespace

const Family kIdempotencyRules{.name = "idempotency",
                               .rules = kRules,
                               .statements = kStatements,
                               .before_section = check_section};

}  // namespace godwit::codegen::lint
