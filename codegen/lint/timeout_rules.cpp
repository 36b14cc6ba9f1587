// SPDX-License-Identifier: Apache-2.0
//
// Rules about lock_timeout and statement_timeout. godwit's runtime sets a lock_timeout for every
// migration, so that only one that defeats it is reported unless a project asks for more.
#include <string>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::int64_t kLongestLockTimeoutMs = 10'000;
constexpr std::string_view kSettings =
    "https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-LOCK-TIMEOUT";

constexpr RuleInfo kRules[] = {
    {.id = "require-lock-timeout",
     .group = "locks",
     .severity = Severity::kOff,
     .summary = "A strong lock on an existing table is waited for without a lock_timeout",
     .explanation =
         "While a statement waits for its lock, everybody who comes after it waits for the "
         "statement. godwit's runtime sets a lock_timeout of 3 s before each migration, rolls "
         "back and tries again, which is why this is off; it is for SQL that is run otherwise.",
     .bad = "ALTER TABLE users ADD COLUMN plan text;",
     .good = "SET lock_timeout = '3s';\nALTER TABLE users ADD COLUMN plan text;",
     .manual = kSettings},
    {.id = "require-statement-timeout",
     .group = "locks",
     .severity = Severity::kOff,
     .summary = "A strong lock on an existing table is held without a statement_timeout",
     .explanation =
         "A statement that takes longer than anybody thought keeps its lock for as long. Builds "
         "of indexes CONCURRENTLY, VALIDATE and the writing of rows take long by right, and are "
         "not reported.",
     .bad = "ALTER TABLE users ADD COLUMN plan text;",
     .good = "SET statement_timeout = '5s';\nALTER TABLE users ADD COLUMN plan text;",
     .manual =
         "https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-STATEMENT-TIMEOUT"},
    {.id = "timeout-too-long",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "lock_timeout of 0, or of more than 10 s",
     .explanation =
         "While a statement waits for its lock, everybody who comes after it waits too: the "
         "timeout is how long an application stands still. 0 is no timeout, and switches off the "
         "one that the runtime has set. Rather let it fail, and be tried again.",
     .bad = "SET lock_timeout = '5min';\nALTER TABLE users ADD COLUMN plan text;",
     .good = "ALTER TABLE users ADD COLUMN plan text;  -- the runtime's own is 3 s",
     .manual = kSettings},
};

const HeldLock* strong_lock(const Ledger& ledger) {
  for (const HeldLock& lock : ledger.taken()) {
    if (lock.mode >= locks::Mode::kShareRowExclusive)
      return &lock;
  }
  return nullptr;
}

/// Takes long by right.
bool is_long_work(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return node.index_stmt->concurrent != 0;
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return true;
    default:
      return false;
  }
}

void require(std::string_view rule, std::string_view setting, const std::optional<Timeout>& timeout,
             const HeldLock& lock, const Event& event, Context& context) {
  const bool is_set = timeout && timeout->milliseconds > 0;
  if (is_set || !context.ledger().reported_in_section().insert(rule).second)
    return;
  context.report(rule, event, event.place,
                 fmt::format("this takes {} on {}, and no {} is set", to_string(lock.mode),
                             catalog::quote_name(lock.table), setting),
                 {fmt::format("before it:\nSET {} = '{}';", setting,
                              setting == "lock_timeout" ? "3s" : "5s")});
}

void report_too_long(const Timeout& timeout, const Event& event, Context& context) {
  context.report("timeout-too-long", event, {timeout.offset, timeout.length},
                 timeout.milliseconds == 0
                     ? std::string("lock_timeout of 0: a statement waits for its lock without an "
                                   "end, and everybody who comes after it waits too")
                     : fmt::format("lock_timeout of {} s: for so long everybody who comes after "
                                   "the waiting statement waits too",
                                   timeout.milliseconds / 1000),
                 {"leave it out, since the runtime sets 3 s and tries again, or set at most 10 s"});
}

/// Before each statement, with the settings as the ones before it have left them.
void check_statement(const Event& event, Context& context) {
  const Ledger& ledger = context.ledger();
  const auto& lock_timeout = ledger.lock_timeout();
  // In a migration without a transaction 0 is right for what waits by its nature, CREATE INDEX
  // CONCURRENTLY; and a dump's preamble sets it before it makes tables, which nobody waits for.
  const HeldLock* lock = strong_lock(ledger);
  if (lock == nullptr)
    return;
  if (lock_timeout && lock_timeout->milliseconds == 0)
    report_too_long(*lock_timeout, event, context);
  require("require-lock-timeout", "lock_timeout", lock_timeout, *lock, event, context);
  if (!is_long_work(*event.node))
    require("require-statement-timeout", "statement_timeout", ledger.statement_timeout(), *lock,
            event, context);
}

void check_set(const Event& event, Context& context) {
  const auto& set = *event.node->variable_set_stmt;
  if (set.kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE || set.n_args != 1 ||
      std::string_view(set.name) != "lock_timeout")
    return;
  const auto value = duration_ms(*set.args[0]);
  const bool is_alone = context.script().statements().size() == 1;
  if (value && (*value > kLongestLockTimeoutMs || (*value == 0 && is_alone)))
    report_too_long({*value, event.place.offset, event.place.length, set.is_local != 0}, event,
                    context);
}

/// SELECT set_config('lock_timeout', '1min', false)
void check_set_config(const Event& event, Context& context) {
  const auto& select = *event.node->select_stmt;
  if (select.n_from_clause != 0)
    return;
  for (const sql::Node* node : sql::list(select.target_list, select.n_target_list)) {
    const auto* target = sql::as<PgQuery__ResTarget>(node);
    const auto* call = target == nullptr ? nullptr : sql::as<PgQuery__FuncCall>(target->val);
    if (call == nullptr || call->n_args != 3 || call->n_funcname == 0 ||
        sql::string_value(call->funcname[call->n_funcname - 1]) != "set_config" ||
        sql::constant_text(call->args[0]) != "lock_timeout")
      continue;
    const auto value = duration_ms(*call->args[1]);
    const bool is_alone = context.script().statements().size() == 1;
    if (value && (*value > kLongestLockTimeoutMs || (*value == 0 && is_alone)))
      report_too_long(
          {*value, event.place.offset, event.place.length, sql::is_constant_true(call->args[2])},
          event, context);
  }
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_set_config},
    {PG_QUERY__NODE__NODE_VARIABLE_SET_STMT, check_set},
};

}  // namespace

const Family kTimeoutRules{.name = "timeouts",
                           .rules = kRules,
                           .statements = kStatements,
                           .every_statement = check_statement};

}  // namespace godwit::codegen::lint
