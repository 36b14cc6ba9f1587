// SPDX-License-Identifier: Apache-2.0
//
// How it works. The bodies of DO blocks are split and parsed for all migrations in parallel, since
// that is the expensive part. Then one pass goes through the set in order: each statement is first
// shown to the rules of its kind, with the catalog as it stands, and then folded into it. A DO
// block, and a function that the migration calls, is gone through the same way. A down section is
// run on the catalog as the up section left it, and undone.
#include "lint/lint.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "catalog/called_function.hpp"
#include "catalog/fold.hpp"
#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/fired_triggers.hpp"
#include "lint/registry.hpp"
#include "lint/repeated_findings.hpp"
#include "lint/suppression.hpp"
#include "source/words.hpp"
#include "sql/body_check.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr int kMaxCallDepth = 8;  ///< functions that call functions

using Bodies = std::unordered_map<std::size_t, sql::Body>;  // by index of the statement

struct ParsedBodies {
  Bodies up;
  Bodies down;
  std::vector<sql::BodyError> up_errors;
  std::vector<sql::BodyError> down_errors;
};

bool has_body(const sql::Statement& statement) {
  return sql::as<PgQuery__DoStmt>(statement.node) != nullptr ||
         sql::as<PgQuery__CreateFunctionStmt>(statement.node) != nullptr;
}

Bodies parse_do_blocks(const Section& section, const sql::Script& script,
                       std::vector<sql::BodyError>& errors) {
  Bodies bodies;
  const auto& statements = script.statements();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (!has_body(statements[i]))
      continue;
    for (sql::BodyError& error : sql::check_body(section.text(), statements[i]))
      errors.push_back(std::move(error));
    if (sql::as<PgQuery__DoStmt>(statements[i].node) == nullptr)
      continue;
    if (auto text = sql::body_text(section.text(), statements[i]))
      bodies.emplace(i, sql::parse_body(std::move(*text)));
  }
  return bodies;
}

/// Which handlers want which kind, made once of all families.
struct Dispatch {
  std::unordered_map<int, std::vector<Handler>> statements;
  std::unordered_map<int, std::vector<Handler>> commands;
  std::vector<Handler> every;

  explicit Dispatch(std::span<const Family* const> families) {
    for (const Family* family : families) {
      if (family->every_statement != nullptr)
        every.push_back(family->every_statement);
      for (const StatementTrigger& trigger : family->statements)
        statements[trigger.kind].push_back(trigger.handler);
      for (const CommandTrigger& trigger : family->commands)
        commands[trigger.kind].push_back(trigger.handler);
    }
  }

  static const Dispatch& instance() {
    static const Dispatch kDispatch{families()};
    return kDispatch;
  }

  /// What may be wrong only with a migration that is applied again, behind all others.
  static const Dispatch& of_second_run() {
    static constexpr const Family* kFamilies[] = {&kDependentRules};
    static const Dispatch kDispatch{kFamilies};
    return kDispatch;
  }
};

void call_all(const std::unordered_map<int, std::vector<Handler>>& handlers, int kind,
              const Event& event, Context& context) {
  const auto found = handlers.find(kind);
  if (found == handlers.end())
    return;
  for (const Handler handler : found->second) handler(event, context);
}

/// Goes through a set.
class Linter {
 public:
  Linter(std::span<const sql::Migration* const> in_order, const Policy& policy,
         Diagnostics& diagnostics, const Observer& observer, const UpObserver& up_observer)
      : in_order_(in_order),
        policy_(policy),
        diagnostics_(diagnostics),
        observer_(observer),
        up_observer_(up_observer),
        history_(in_order) {}

  std::vector<FailsInTransaction> run() {
    parse_bodies();
    // The trees may be as deep as the parser allows.
    sql::run_with_deep_stack(1, 1, [&](std::size_t) {
      for (std::size_t i = 0; i < in_order_.size(); ++i) lint_migration(i);
      lint_end();
    });
    return std::move(fails_in_transaction_);
  }

  catalog::Catalog take_catalog() { return std::move(catalog_); }

 private:
  void parse_bodies() {
    bodies_.resize(in_order_.size());
    std::vector<std::size_t> with_bodies;
    for (std::size_t i = 0; i < in_order_.size(); ++i) {
      if (has_bodies(in_order_[i]->up) || has_bodies(in_order_[i]->down))
        with_bodies.push_back(i);
    }
    if (with_bodies.empty())
      return;
    const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    sql::run_with_deep_stack(with_bodies.size(), threads, [&](std::size_t n) {
      const std::size_t i = with_bodies[n];
      const sql::Migration& migration = *in_order_[i];
      bodies_[i].up = parse_do_blocks(migration.source->up, migration.up, bodies_[i].up_errors);
      if (migration.source->down.is_present())
        bodies_[i].down =
            parse_do_blocks(migration.source->down, migration.down, bodies_[i].down_errors);
    });
  }

  static bool has_bodies(const sql::Script& script) {
    const auto& statements = script.statements();
    return std::any_of(statements.begin(), statements.end(), has_body);
  }

  void lint_migration(std::size_t i) {
    const sql::Migration& migration = *in_order_[i];
    index_ = static_cast<catalog::MigrationIndex>(i);
    catalog_.start_recording();
    catalog_.reset_search_path();
    file_allows_.push_back(std::make_unique<FileAllows>());
    lint_section(migration, SectionKind::kUp, bodies_[i].up, bodies_[i].up_errors);
    if (migration.is_opaque) {
      catalog_.is_opaque = true;
      history_.note_unknown();
    }
    history_.note_up(catalog_, index_);
    if (up_observer_)
      up_observer_(i, catalog_, history_.is_up_unknown());
    if (!migration.source->down.is_present())
      return;
    catalog_.start_trial();
    catalog_.reset_search_path();
    lint_section(migration, SectionKind::kDown, bodies_[i].down, bodies_[i].down_errors);
    catalog_.roll_back();
  }

  void lint_section(const sql::Migration& migration, SectionKind kind, const Bodies& bodies,
                    const std::vector<sql::BodyError>& errors) {
    session_ = {};
    history_.start_section(kind);
    Context context(policy_, catalog_, migration, kind, index_, session_, history_);
    auto suppressions = std::make_unique<Suppressions>(context.section(), context.script(),
                                                       *file_allows_.back(), diagnostics_);
    for (const Family* family : families()) {
      if (family->before_section != nullptr)
        family->before_section(context);
    }
    for (const sql::BodyError& error : errors)
      context.report_in(context.section(), "plpgsql-syntax", {error.offset, 0}, error.message);
    const auto& statements = context.script().statements();
    for (std::size_t s = 0; s < statements.size(); ++s) {
      if (statements[s].node == nullptr)
        continue;
      Event event;
      event.node = statements[s].node;
      event.place = {statements[s].offset, statements[s].length};
      event.statement_index = s;
      run_statement(event, statements[s], context);
      if (const auto body = bodies.find(s); body != bodies.end())
        run_body(body->second, event, context, 0);
    }
    for (const Family* family : families()) {
      if (family->after_section != nullptr)
        family->after_section(context);
    }
    suppressions->apply(context.findings());
    say_once_a_table(context.findings());
    for (Diagnostic& finding : context.findings()) {
      if (finding.fails_in_transaction)
        fails_in_transaction_.push_back({&migration, kind, *finding.fails_in_transaction});
      diagnostics_.all().push_back(std::move(finding));
    }
    if (kind == SectionKind::kUp)
      up_suppressions_.push_back(std::move(suppressions));
    else
      suppressions->report_unused(diagnostics_);
  }

  /// The rules about the whole, whose findings stand in up sections and are allowed there.
  void lint_end() {
    for (std::size_t i = 0; i < in_order_.size(); ++i) {
      index_ = static_cast<catalog::MigrationIndex>(i);
      Context context(policy_, catalog_, *in_order_[i], SectionKind::kUp, index_, session_,
                      history_);
      for (const Family* family : families()) {
        if (family->after_set != nullptr)
          family->after_set(context);
      }
      if (in_order_[i]->source->is_repeatable && in_order_[i]->source->seed.empty())
        lint_again(*in_order_[i], context);
      up_suppressions_[i]->apply(context.findings());
      up_suppressions_[i]->report_unused(diagnostics_);
      file_allows_[i]->report_unused(diagnostics_);
      for (Diagnostic& finding : context.findings())
        diagnostics_.all().push_back(std::move(finding));
    }
  }

  /// A repeatable is applied again when it changes, to a database where all others are by then, its
  /// own earlier text and those that stand behind it among them.
  void lint_again(const sql::Migration& migration, Context& first) {
    const auto behind_all = static_cast<catalog::MigrationIndex>(in_order_.size());
    catalog_.start_trial();
    catalog_.reset_search_path();
    Context context(policy_, catalog_, migration, SectionKind::kUp, behind_all, session_, history_);
    const auto& statements = context.script().statements();
    for (std::size_t s = 0; s < statements.size(); ++s) {
      if (statements[s].node == nullptr)
        continue;
      Event event;
      event.node = statements[s].node;
      event.place = {statements[s].offset, statements[s].length};
      event.statement_index = s;
      const catalog::Occasion occasion{.migration = behind_all,
                                       .is_certain = true,
                                       .section = &context.section(),
                                       .statement = statements[s]};
      call_all(Dispatch::of_second_run().statements, event.node->node_case, event, context);
      if (const auto* alter = sql::as<PgQuery__AlterTableStmt>(event.node))
        run_commands(*alter, event, occasion, context, Dispatch::of_second_run());
      else
        catalog::fold(catalog_, *event.node, occasion);
    }
    catalog_.roll_back();
    for (Diagnostic& finding : context.findings()) {
      const auto& known = diagnostics_.all();
      if (std::any_of(known.begin(), known.end(), [&](const Diagnostic& other) {
            return other.rule == finding.rule && other.file == finding.file &&
                   other.offset == finding.offset;
          }))
        continue;
      constexpr std::string_view kFails = "this fails: ";
      if (finding.message.starts_with(kFails))
        finding.message.replace(0, kFails.size(), "this fails when it is applied again: ");
      finding.notes.emplace_back(
          "it is applied again when this file has changed, and then all the others are there");
      first.findings().push_back(std::move(finding));
    }
  }

  /// The rows that a trigger reads and writes for its own bookkeeping belong to the statement that
  /// fires it, which was judged.
  static bool is_bookkeeping(const Event& event) {
    const auto kind = event.node->node_case;
    return event.is_fired &&
           (kind == PG_QUERY__NODE__NODE_SELECT_STMT || kind == PG_QUERY__NODE__NODE_INSERT_STMT ||
            kind == PG_QUERY__NODE__NODE_UPDATE_STMT || kind == PG_QUERY__NODE__NODE_DELETE_STMT ||
            kind == PG_QUERY__NODE__NODE_MERGE_STMT);
  }

  void run_statement(const Event& event, const sql::Statement& statement, Context& context) {
    if (is_bookkeeping(event))
      return run_called_functions(event, context, 1);
    const Dispatch& dispatch = Dispatch::instance();
    const bool is_certain = !event.is_conditional || event.guard.if_absent ||
                            event.guard.if_present || event.guard.on_duplicate ||
                            event.guard.on_undefined;
    const catalog::Occasion occasion{
        .migration = index_,
        .is_certain = is_certain,
        .section = event.is_in_body ? nullptr : &context.section(),
        .statement = statement,
    };
    context.ledger().begin(event);
    if (observer_)
      observer_(event, context);
    for (const Handler handler : dispatch.every) handler(event, context);
    call_all(dispatch.statements, event.node->node_case, event, context);
    if (!is_certain && changes_schema(*event.node))
      history_.note_unknown();
    if (const auto* alter = sql::as<PgQuery__AlterTableStmt>(event.node)) {
      run_commands(*alter, event, occasion, context, dispatch);
      context.ledger().end(event);
    } else {
      context.ledger().end(event);
      note_session(*event.node);
      catalog::fold(catalog_, *event.node, occasion);
    }
    if (!event.is_in_body || event.call)
      return run_called_functions(event, context, 0);
    run_called_functions(event, context, 1);
  }

  void run_commands(const PgQuery__AlterTableStmt& alter, const Event& event,
                    const catalog::Occasion& occasion, Context& context, const Dispatch& dispatch) {
    Event shown = event;
    const auto commands = sql::list(alter.cmds, alter.n_cmds);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      shown.command = sql::as<PgQuery__AlterTableCmd>(commands[i]);
      shown.command_index = i;
      if (shown.command == nullptr)
        continue;
      call_all(dispatch.commands, shown.command->subtype, shown, context);
      catalog::fold_command(catalog_, alter, *shown.command, occasion);
    }
  }

  void run_body(const sql::Body& body, const Event& around, Context& context, int depth) {
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
      report_dynamic(body, around, context);
      catalog_.is_opaque = true;
      history_.note_unknown();
    }
  }

  static void report_dynamic(const sql::Body& body, const Event& around, Context& context) {
    for (const sql::BodyPlace& place : body.dynamic)
      context.report("dynamic-sql", around, {place.offset, place.length},
                     "EXECUTE of a computed string: what it does is not known before it runs",
                     {"write the statements out, or say above it why it is safe:\n"
                      "-- godwit:allow(dynamic-sql) <reason>"});
  }

  static bool changes_schema(const sql::Node& node) {
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

  /// Time zone, for the rules.
  void note_session(const sql::Node& node) {
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
    session_.is_utc = policy_.postgres >= kLooksAtTimeZone &&
                      std::find(kNames.begin(), kNames.end(), zone) != kNames.end();
  }

  static bool is_set_to(const PgQuery__VariableSetStmt& set, std::string_view value) {
    const auto* constant = set.n_args == 1 ? sql::as<PgQuery__AConst>(set.args[0]) : nullptr;
    return constant != nullptr && constant->val_case == PG_QUERY__A__CONST__VAL_SVAL &&
           equals_ignoring_case(constant->sval->sval, value);
  }

  static bool evaluates_expressions(PgQuery__Node__NodeCase kind) {
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

  void run_called_functions(const Event& event, Context& context, int deeper) {
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
  void run_function(const catalog::Overload& overload, const std::string& name, const Event& event,
                    Context& context, int deeper) {
    const auto key = std::make_pair(overload.section, overload.statement.offset);
    const sql::Body* body = body_of(overload);
    // One that is being run already calls itself: nothing new is in it.
    if (body == nullptr || !running_.insert(key).second)
      return;
    report_transaction_control(overload, *body, name, event, context);
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
    run_body(*body, around, context, depth + deeper + 1);
    call_depth_ = depth;
    running_.erase(key);
  }

  static void report_transaction_control(const catalog::Overload& overload, const sql::Body& body,
                                         const std::string& name, const Event& event,
                                         Context& context) {
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

  static sql::Body parsed_body(const catalog::Overload& overload) {
    if (auto text = sql::body_text(overload.section->text(), overload.statement))
      return sql::parse_body(std::move(*text));
    return sql::body_of_tree(overload.statement);
  }

  const sql::Body* body_of(const catalog::Overload& overload) {
    const auto key = std::make_pair(overload.section, overload.statement.offset);
    auto& body = function_bodies_[key];
    if (body == nullptr) {
      body = std::make_unique<sql::Body>(parsed_body(overload));
    }
    return body.get();
  }

  std::span<const sql::Migration* const> in_order_;
  const Policy& policy_;
  Diagnostics& diagnostics_;
  const Observer& observer_;
  const UpObserver& up_observer_;
  catalog::Catalog catalog_;
  History history_;
  std::vector<std::unique_ptr<Suppressions>> up_suppressions_;  ///< one for each migration
  std::vector<ParsedBodies> bodies_;
  std::map<std::pair<const Section*, std::size_t>, std::unique_ptr<sql::Body>> function_bodies_;
  std::vector<FailsInTransaction> fails_in_transaction_;
  Session session_;
  std::vector<std::unique_ptr<FileAllows>> file_allows_;  ///< likewise
  catalog::MigrationIndex index_ = 0;
  int call_depth_ = 0;
  std::map<std::pair<const Section*, std::size_t>, CalledBody> called_;
  /// Functions that are being gone through.
  std::set<std::pair<const Section*, std::size_t>> running_;
};

}  // namespace

std::vector<FailsInTransaction> lint_set(std::span<const sql::Migration* const> in_order,
                                         const Policy& policy, Diagnostics& diagnostics,
                                         const Observer& observer, catalog::Catalog* end,
                                         const UpObserver& up_observer) {
  Linter linter(in_order, policy, diagnostics, observer, up_observer);
  auto fails_in_transaction = linter.run();
  if (end != nullptr)
    *end = linter.take_catalog();
  return fails_in_transaction;
}

}  // namespace godwit::codegen::lint
