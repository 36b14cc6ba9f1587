// SPDX-License-Identifier: Apache-2.0
//
// How it works. Each statement is first shown to the rules of its kind, with the catalog as it
// stands, and then folded into it. A DO block, and a function that the migration calls, is gone
// through the same way. A down section is run on the catalog as the up section left it, and undone.
#include "lint/walk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "catalog/called_function.hpp"
#include "lint/fired_triggers.hpp"
#include "lint/registry.hpp"
#include "source/words.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr int kMaxCallDepth = 8;  ///< functions that call functions

/// The rows that a trigger reads and writes for its own bookkeeping belong to the statement that
/// fires it, which was judged.
bool is_bookkeeping(const Event& event) {
  const auto kind = event.node->node_case;
  return event.is_fired &&
         (kind == PG_QUERY__NODE__NODE_SELECT_STMT || kind == PG_QUERY__NODE__NODE_INSERT_STMT ||
          kind == PG_QUERY__NODE__NODE_UPDATE_STMT || kind == PG_QUERY__NODE__NODE_DELETE_STMT ||
          kind == PG_QUERY__NODE__NODE_MERGE_STMT);
}

void report_dynamic(const sql::Body& body, const Event& around, Context& context) {
  for (const sql::BodyPlace& place : body.dynamic)
    context.report("dynamic-sql", around, {place.offset, place.length},
                   "EXECUTE of a computed string: what it does is not known before it runs",
                   {"write the statements out, or say above it why it is safe:\n"
                    "-- godwit:allow(dynamic-sql) <reason>"});
}

bool changes_schema(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_CALL_STMT:
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
    case PG_QUERY__NODE__NODE_LOCK_STMT:
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
    case PG_QUERY__NODE__NODE_GRANT_STMT:
      return false;
    default:
      return true;
  }
}

bool is_set_to(const PgQuery__VariableSetStmt& set, std::string_view value) {
  const auto* constant = set.n_args == 1 ? sql::as<PgQuery__AConst>(set.args[0]) : nullptr;
  return constant != nullptr && constant->val_case == PG_QUERY__A__CONST__VAL_SVAL &&
         equals_ignoring_case(constant->sval->sval, value);
}

bool evaluates_expressions(PgQuery__Node__NodeCase kind) {
  switch (kind) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_CALL_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return true;
    default:
      return false;
  }
}

void report_transaction_control(const catalog::Overload& overload, const sql::Body& body,
                                const std::string& name, const Event& event, Context& context) {
  const auto& control = body.transaction_control;
  if (control.empty())
    return;
  if (!overload.is_procedure) {
    const bool is_certain = !event.is_conditional && std::any_of(control.begin(), control.end(),
                                                                 [](const sql::BodyPlace& place) {
                                                                   return !place.is_conditional;
                                                                 });
    context.report("transaction-control", event, event.place,
                   fmt::format("{}() holds COMMIT or ROLLBACK, which no function can do: the "
                               "call fails",
                               name),
                   {"make it a procedure, and CALL it in a migration of its own with "
                    "\"-- Transaction: none\" in the header; or take them out"},
                   is_certain ? Severity::kError : Severity::kWarning);
  } else if (context.ledger().is_in_transaction()) {
    context.report_in_transaction(
        "no-transaction-statement", event, event.place,
        "CALL of a procedure that commits or rolls back cannot run inside a transaction",
        {"give it a migration of its own, and say in the header:\n-- Transaction: none"});
  }
}

}  // namespace

Walk::Walk(const Route& route, History history) : route_(route), history_(std::move(history)) {}

void Walk::start(std::size_t index) {
  index_ = static_cast<catalog::MigrationIndex>(index);
  catalog::end_session(catalog_);
  catalog_.start_recording();
}

void Walk::finish_up(const sql::Migration& migration) {
  if (migration.is_opaque) {
    catalog_.is_opaque = true;
    history_.note_unknown();
  }
  history_.note_up(catalog_, index_);
}

void Walk::pass() {
  const auto next = static_cast<std::size_t>(index_) + 1;
  const sql::Migration& migration = *route_.in_order[next];
  start(next);
  session_ = {};
  history_.start_section(SectionKind::kUp);
  Context context(route_.policy, catalog_, migration, SectionKind::kUp, index_, session_, history_);
  is_judging_ = false;
  run_section(context, migration.up_bodies);
  finish_up(migration);
}

JudgedMigration Walk::judge() {
  const auto next = static_cast<std::size_t>(index_) + 1;
  const sql::Migration& migration = *route_.in_order[next];
  start(next);
  is_judging_ = true;
  JudgedMigration judged;
  judged.file_allows = std::make_unique<FileAllows>();
  judged.up = judge_section(migration, SectionKind::kUp, migration.up_bodies, *judged.file_allows);
  finish_up(migration);
  if (route_.up_observer)
    route_.up_observer(next, catalog_, history_.is_up_unknown());
  if (!migration.source->down.is_present())
    return judged;
  catalog_.start_trial();
  catalog::end_session(catalog_);
  judged.down =
      judge_section(migration, SectionKind::kDown, migration.down_bodies, *judged.file_allows);
  catalog_.roll_back();
  return judged;
}

JudgedSection Walk::judge_section(const sql::Migration& migration, SectionKind kind,
                                  const sql::SectionBodies& bodies, FileAllows& file_allows) {
  session_ = {};
  history_.start_section(kind);
  Context context(route_.policy, catalog_, migration, kind, index_, session_, history_);
  JudgedSection judged;
  judged.kind = kind;
  judged.suppressions = std::make_unique<Suppressions>(context.section(), context.script(),
                                                       file_allows, judged.comments);
  for (const Family* family : families()) {
    if (family->before_section != nullptr)
      family->before_section(context);
  }
  for (const sql::BodyError& error : bodies.errors)
    context.report_in(context.section(), "plpgsql-syntax", {error.offset, 0}, error.message);
  run_section(context, bodies);
  for (const Family* family : families()) {
    if (family->after_section != nullptr)
      family->after_section(context);
  }
  judged.findings = std::move(context.findings());
  return judged;
}

std::vector<Diagnostic> Walk::judge_again(const sql::Migration& migration) {
  const auto behind_all = static_cast<catalog::MigrationIndex>(route_.in_order.size());
  const Dispatch& dispatch = Dispatch::of_second_run();
  catalog_.start_trial();
  catalog::end_session(catalog_);
  Context context(route_.policy, catalog_, migration, SectionKind::kUp, behind_all, session_,
                  history_);
  const auto& statements = context.script().statements();
  for (std::size_t s = 0; s < statements.size(); ++s) {
    if (statements[s].node == nullptr)
      continue;
    const Event event = event_of(context, s);
    const catalog::Occasion occasion{.migration = behind_all,
                                     .is_certain = true,
                                     .section = &context.section(),
                                     .statement = statements[s]};
    dispatch.show_statement(event, context);
    if (const auto* alter = sql::as<PgQuery__AlterTableStmt>(event.node))
      run_commands(*alter, event, occasion, context, dispatch);
    else
      catalog::fold(catalog_, *event.node, occasion);
  }
  catalog_.roll_back();
  return std::move(context.findings());
}

void Walk::run_section(Context& context, const sql::SectionBodies& bodies) {
  const auto& statements = context.script().statements();
  for (std::size_t s = 0; s < statements.size(); ++s) {
    if (statements[s].node == nullptr)
      continue;
    const Event event = event_of(context, s);
    run_statement(event, statements[s], context);
    if (const auto body = bodies.blocks.find(s); body != bodies.blocks.end())
      run_body(body->second, event, context, 0);
  }
}

void Walk::run_statement(const Event& event, const sql::Statement& statement, Context& context) {
  if (is_bookkeeping(event))
    return run_called_functions(event, context, 1);
  const Dispatch& dispatch = is_judging_ ? Dispatch::all() : Dispatch::of_history();
  const bool is_certain = !event.is_conditional || event.guard.if_absent ||
                          event.guard.if_present || event.guard.on_duplicate ||
                          event.guard.on_undefined;
  const catalog::Occasion occasion{
      .migration = index_,
      .is_certain = is_certain,
      .section = event.is_in_body ? nullptr : &context.section(),
      .statement = statement,
  };
  if (is_judging_) {
    context.ledger().begin(event);
    if (route_.observer)
      route_.observer(event, context);
  }
  dispatch.show_statement(event, context);
  if (!is_certain && changes_schema(*event.node))
    history_.note_unknown();
  const auto* alter = sql::as<PgQuery__AlterTableStmt>(event.node);
  if (alter != nullptr)
    run_commands(*alter, event, occasion, context, dispatch);
  if (is_judging_)
    context.ledger().end(event);
  if (alter == nullptr) {
    note_session(*event.node);
    catalog::fold(catalog_, *event.node, occasion);
  }
  run_called_functions(event, context, event.is_in_body && !event.call ? 1 : 0);
}

void Walk::run_commands(const PgQuery__AlterTableStmt& alter, const Event& event,
                        const catalog::Occasion& occasion, Context& context,
                        const Dispatch& dispatch) {
  Event shown = event;
  const auto commands = sql::list(alter.cmds, alter.n_cmds);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    shown.command = sql::as<PgQuery__AlterTableCmd>(commands[i]);
    shown.command_index = i;
    if (shown.command == nullptr)
      continue;
    dispatch.show_command(shown, context);
    catalog::fold_command(catalog_, alter, *shown.command, occasion);
  }
}

void Walk::run_body(const sql::Body& body, const Event& around, Context& context, int depth) {
  for (const sql::BodyStatement& inner : body.statements) {
    Event event;
    event.node = inner.statement.node;
    event.place = {inner.statement.offset, inner.statement.length};
    event.statement_index = around.statement_index;
    event.origin = &inner.origin;
    event.is_in_body = true;
    event.is_conditional = around.is_conditional || inner.is_conditional;
    event.is_built = inner.is_built;
    event.guard = inner.guard;
    event.call = around.call;
    event.called = around.called;
    event.is_fired = around.is_fired;
    if (depth > kMaxCallDepth)
      return;
    call_depth_ = depth;
    run_statement(event, inner.statement, context);
  }
  if (!body.dynamic.empty()) {
    if (is_judging_)
      report_dynamic(body, around, context);
    catalog_.is_opaque = true;
    history_.note_unknown();
  }
}

/// Time zone, for the rules.
void Walk::note_session(const sql::Node& node) {
  const auto* set = sql::as<PgQuery__VariableSetStmt>(&node);
  if (set == nullptr)
    return;
  const bool resets_all = set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL;
  if (resets_all || std::string_view(set->name) == "session_replication_role")
    session_.are_triggers_off = !resets_all && is_set_to(*set, "replica");
  if (!resets_all && std::string_view(set->name) != "timezone")
    return;
  session_.is_utc = false;
  if (set->kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE || set->n_args != 1)
    return;
  const auto* value = sql::as<PgQuery__AConst>(set->args[0]);
  if (value == nullptr || value->val_case != PG_QUERY__A__CONST__VAL_SVAL)
    return;
  constexpr auto kNames = std::to_array<std::string_view>(
      {"utc", "etc/utc", "gmt", "etc/gmt", "uct", "zulu", "universal"});
  const std::string zone = to_lower(value->sval->sval);
  // Before 12 the server rewrites a table from timestamp to timestamptz whatever the time zone.
  constexpr int kLooksAtTimeZone = 12;
  session_.is_utc = route_.policy.postgres >= kLooksAtTimeZone &&
                    std::find(kNames.begin(), kNames.end(), zone) != kNames.end();
}

void Walk::run_called_functions(const Event& event, Context& context, int deeper) {
  if (catalog_.functions.all().empty() || call_depth_ + deeper > kMaxCallDepth)
    return;
  const bool may_call = evaluates_expressions(event.node->node_case);
  if (!may_call)
    return;
  std::vector<const PgQuery__FuncCall*> calls;
  std::vector<FiredTrigger> fired;
  sql::walk(event.node, [&](const sql::Node& node) {
    if (const auto* call = sql::as<PgQuery__FuncCall>(&node))
      calls.push_back(call);
    else if (!session_.are_triggers_off)
      add_fired_triggers(catalog_, node, fired);
    return true;
  });
  if (const auto* call = sql::as<PgQuery__CallStmt>(event.node);
      call != nullptr && call->funccall != nullptr)
    calls.push_back(call->funccall);
  for (const PgQuery__FuncCall* call : calls) {
    for (const catalog::Overload* overload : catalog::find_called(catalog_, *call)) {
      if (overload->section == nullptr)
        continue;
      const auto names = sql::list(call->funcname, call->n_funcname);
      run_function(catalog::Overload(*overload), std::string(sql::string_value(names.back())),
                   event, context, deeper);
      break;
    }
  }
  for (const FiredTrigger& trigger : fired) {
    const catalog::Function* function = catalog_.functions.find(trigger.function);
    if (function == nullptr || function->overloads.empty() ||
        function->overloads.front().section == nullptr)
      continue;
    Event around = event;
    around.is_conditional = around.is_conditional || !trigger.is_certain;
    around.is_fired = true;
    run_function(catalog::Overload(function->overloads.front()), trigger.function.name, around,
                 context, deeper);
  }
}

/// `overload` is a copy: what it does may change the catalog.
void Walk::run_function(const catalog::Overload& overload, const std::string& name,
                        const Event& event, Context& context, int deeper) {
  const auto key = std::make_pair(overload.section, overload.statement.offset);
  const sql::Body& body = route_.functions.of(overload);
  // One that is being run already calls itself: nothing new is in it.
  if (!running_.insert(key).second)
    return;
  if (is_judging_)
    report_transaction_control(overload, body, name, event, context);
  Event around = event;
  // In this very section the finding stands in the function, which is where to put it right.
  if (overload.section != &context.section()) {
    around.call = event.call.value_or(event.place);
    // Some rules keep an event until the end.
    around.called = &called_.try_emplace(key, CalledBody{name, overload.section}).first->second;
  } else {
    around.call.reset();
    around.called = nullptr;
  }
  const int depth = call_depth_;
  run_body(body, around, context, depth + deeper + 1);
  call_depth_ = depth;
  running_.erase(key);
}

}  // namespace godwit::codegen::lint
