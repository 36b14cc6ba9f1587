// SPDX-License-Identifier: Apache-2.0
//
// Rules about the transaction that a migration runs in. What cannot be in one, and what controls
// one, is found out by sql/transaction.cpp, for the runtime as well.
#include <algorithm>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr int kFirstWithAddValueInTransaction = 12;

constexpr RuleInfo kRules[] = {
    {.id = "no-transaction-statement",
     .group = "transactions",
     .summary = "A statement that cannot run inside a transaction is in a transactional migration",
     .explanation =
         "PostgreSQL refuses CREATE INDEX CONCURRENTLY, VACUUM, ALTER SYSTEM, CREATE DATABASE and "
         "others inside a transaction block. Give the statement a migration of its own: where it "
         "is the only one (with SET and COMMENT beside it), it is run without a transaction, and "
         "no header is needed.",
     .bad =
         "ALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX CONCURRENTLY orders_at ON orders "
         "(at);",
     .good = "CREATE INDEX CONCURRENTLY orders_at ON orders (at);  -- in a file of its own",
     .manual = "https://www.postgresql.org/docs/15/sql-createindex.html"},
    {.id = "transaction-control",
     .group = "transactions",
     .is_hard = true,
     .summary = "BEGIN, COMMIT or ROLLBACK inside a transactional migration",
     .explanation =
         "The migration and the row that records it are one transaction, which godwit begins and "
         "commits. A COMMIT in between ends it: after a failure the migration would be half "
         "applied. One outermost BEGIN … COMMIT around everything is fine and taken out, and so is "
         "a "
         "COMMIT behind everything.",
     .bad = "INSERT INTO a VALUES (1);\nCOMMIT;\nINSERT INTO b VALUES (1);",
     .good = "INSERT INTO a VALUES (1);\nINSERT INTO b VALUES (1);",
     .manual = "https://www.postgresql.org/docs/15/tutorial-transactions.html"},
    {.id = "transaction-nesting",
     .group = "transactions",
     .summary = "BEGIN inside a transaction, or COMMIT or ROLLBACK without one",
     .explanation =
         "In a migration that runs without a transaction of godwit's, the server answers "
         "these with a mere warning and does something else than what is written.",
     .bad = "-- Transaction: none\nBEGIN;\nBEGIN;\nCOMMIT;",
     .good = "-- Transaction: none\nBEGIN;\nCOMMIT;",
     .manual = "https://www.postgresql.org/docs/15/sql-begin.html"},
    {.id = "uncommitted-transaction",
     .group = "transactions",
     .summary = "BEGIN without a COMMIT or ROLLBACK until the end",
     .explanation = "The session would be left in the transaction, and its work is lost.",
     .bad = "-- Transaction: none\nBEGIN;\nDELETE FROM a;",
     .good = "-- Transaction: none\nBEGIN;\nDELETE FROM a;\nCOMMIT;",
     .manual = "https://www.postgresql.org/docs/15/sql-commit.html"},
    {.id = "needs-transaction-statement",
     .group = "transactions",
     .summary = "A statement that needs a transaction is in a migration that runs without one",
     .explanation =
         "PostgreSQL refuses LOCK TABLE, SAVEPOINT and DECLARE CURSOR without HOLD outside a "
         "transaction block. SET LOCAL, SET TRANSACTION and SET CONSTRAINTS have no effect there, "
         "and a mere warning tells so: for these it is a warning.",
     .bad = "-- Transaction: none\nLOCK TABLE users IN SHARE MODE;",
     .good = "-- Transaction: none\nBEGIN;\nLOCK TABLE users IN SHARE MODE;\nCOMMIT;",
     .manual = "https://www.postgresql.org/docs/15/sql-lock.html"},
};

void report_restricted(Context& context, std::size_t index) {
  const Event event = event_of(context, index);
  const std::string_view what = sql::cannot_run_in_transaction(*event.node);
  const bool says_transaction =
      !context.is_down() && context.source().header.transaction.value_or(false);
  std::string advice;
  if (context.script().statements().size() == 1 && says_transaction)
    advice = "say so in the header:\n-- Transaction: none";
  else
    advice =
        "move it into a migration of its own, which then runs without a transaction by itself; or, "
        "where everything in this one may be run again, say in the header:\n-- Transaction: none";
  context.report("no-transaction-statement", event, event.place,
                 fmt::format("{} cannot run inside a transaction, and this {} runs in one", what,
                             context.is_down() ? "down section" : "migration"),
                 {std::move(advice)});
}

std::string_view name_of(const PgQuery__TransactionStmt& statement) {
  switch (statement.kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
      return "BEGIN";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
      return "START TRANSACTION";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
      return "COMMIT";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
      return "ROLLBACK";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
      return "PREPARE TRANSACTION";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
      return "COMMIT PREPARED";
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
      return "ROLLBACK PREPARED";
    default:
      return "transaction control";
  }
}

bool is_begin(const PgQuery__TransactionStmt& statement) {
  return statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START;
}

bool is_end(const PgQuery__TransactionStmt& statement) {
  return statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK ||
         statement.kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE;
}

/// Behind the statement's semicolon, if it has one.
std::size_t end_with_semicolon(std::string_view text, const Event& event) {
  const std::size_t end = event.place.offset + event.place.length;
  const std::size_t semicolon = text.find_first_not_of(" \t\r\n", end);
  return semicolon != std::string_view::npos && text[semicolon] == ';' ? semicolon + 1 : end;
}

/// Deletes the statement, and its line where there is nothing else.
Fix deletion_of(std::string_view text, const Event& event) {
  Fix fix{event.place.offset, end_with_semicolon(text, event), ""};
  const std::size_t before = text.find_last_not_of(" \t", fix.start - 1);
  const bool begins_line =
      fix.start == 0 || before == std::string_view::npos || text[before] == '\n';
  const std::size_t after = text.find_first_not_of(" \t\r", fix.end);
  const bool ends_line = after == std::string_view::npos || text[after] == '\n';
  if (begins_line && ends_line) {
    fix.start = fix.start == 0 || before == std::string_view::npos ? 0 : before + 1;
    fix.end = after == std::string_view::npos ? text.size() : after + 1;
  }
  return fix;
}

/// The ROLLBACK that takes back what runs behind statement `index`, or that is this statement.
std::optional<std::size_t> rollback_behind(const Context& context, std::size_t index) {
  for (const std::size_t i : context.transaction().control) {
    if (i < index)
      continue;
    const auto* statement =
        sql::as<PgQuery__TransactionStmt>(context.script().statements()[i].node);
    if (statement == nullptr || (is_begin(*statement) && i == index))
      continue;
    if (statement->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK)
      return i;
    return std::nullopt;
  }
  return std::nullopt;
}

/// Without its ROLLBACK, what was taken back would be committed: the statements have to go as well,
/// and which these are is told by the BEGIN or COMMIT before.
std::string rollback_note(const Context& context, std::size_t index, std::size_t rollback) {
  const auto& statements = context.script().statements();
  const SourceFile& file = context.section().file();
  std::size_t first = rollback;
  while (first > 0 && sql::as<PgQuery__TransactionStmt>(statements[first - 1].node) == nullptr)
    --first;
  if (first == rollback)
    return "delete it: it takes nothing back";
  const std::size_t begin = file.position(statements[first].offset).line;
  const std::size_t end = file.position(statements[rollback - 1].offset).line;
  const std::string which = begin == end ? fmt::format("what is on line {}", begin)
                                         : fmt::format("lines {} to {}", begin, end);
  return index == rollback
             ? fmt::format(
                   "it takes back {}: delete these statements with it, or they would be "
                   "committed",
                   which)
             : fmt::format(
                   "the ROLLBACK on line {} takes back {}: delete all of it, from here to "
                   "there",
                   file.position(statements[rollback].offset).line, which);
}

bool has_rollback(const Context& context) {
  const auto& control = context.transaction().control;
  return std::any_of(control.begin(), control.end(), [&](std::size_t index) {
    const auto* statement =
        sql::as<PgQuery__TransactionStmt>(context.script().statements()[index].node);
    return statement != nullptr &&
           statement->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK;
  });
}

void report_control(Context& context, std::size_t index) {
  const Event event = event_of(context, index);
  const auto* statement = sql::as<PgQuery__TransactionStmt>(event.node);
  if (statement == nullptr)
    return;
  const bool is_commit = statement->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT;
  // A COMMIT ends what is before it; a ROLLBACK behind it is that of another BEGIN.
  const auto rollback = is_commit ? std::nullopt : rollback_behind(context, index);
  const std::string_view name = name_of(*statement);
  Diagnostic* finding = context.report(
      "transaction-control", event, event.place,
      is_begin(*statement)
          ? fmt::format("{} inside a migration, which runs in a transaction already", name)
          : fmt::format("{} would end the transaction that also records the migration", name),
      {rollback ? rollback_note(context, index, *rollback)
                : "delete it; what has to be committed before the rest belongs into a migration of "
                  "its own"});
  // Where something is rolled back, the edit would change what is committed.
  if (finding != nullptr && (is_begin(*statement) || is_commit) && !has_rollback(context))
    finding->fix = deletion_of(context.section().text(), event);
}

/// Of a migration without a transaction: its own BEGIN and COMMIT have to pair up.
void check_own_transactions(Context& context) {
  const auto& statements = context.script().statements();
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const auto* statement = sql::as<PgQuery__TransactionStmt>(statements[i].node);
    if (statement == nullptr)
      continue;
    const Event event = event_of(context, i);
    if (is_begin(*statement)) {
      if (open)
        context.report("transaction-nesting", event, event.place,
                       fmt::format("{} inside a transaction: the server warns and goes on in the "
                                   "first one",
                                   name_of(*statement)),
                       {"delete it, or COMMIT the first transaction before; a part that may fail "
                        "by itself is a SAVEPOINT"});
      else
        open = i;
    } else if (is_end(*statement)) {
      if (!open)
        context.report("transaction-nesting", event, event.place,
                       fmt::format("{} without a BEGIN: the server warns and does nothing",
                                   name_of(*statement)),
                       {"delete it, or put BEGIN where the transaction is to start"});
      else if (!statement->chain)
        open.reset();
    }
  }
  if (open) {
    const Event event = event_of(context, *open);
    Diagnostic* finding = context.report(
        "uncommitted-transaction", event, event.place,
        "this transaction is never committed: its work is lost, and the session keeps "
        "its locks",
        {"end it:\nCOMMIT;"});
    if (finding != nullptr) {
      const std::string_view text = context.section().text();
      const std::size_t end = end_with_semicolon(text, event_of(context, statements.size() - 1));
      finding->fix = Fix{end, end, text[end - 1] == ';' ? "\nCOMMIT;" : ";\nCOMMIT;"};
    }
  }
}

void check_transactions(Context& context) {
  const sql::TransactionPlan& plan = context.transaction();
  for (const std::size_t index : plan.not_in_transaction) report_restricted(context, index);
  for (const std::size_t index : plan.control) report_control(context, index);
  if (!plan.is_transactional)
    check_own_transactions(context);
}

bool is_in_transaction(const Event& event, const Context& context) {
  return event.is_in_body || context.ledger().is_in_transaction();
}

/// ALTER TYPE … ADD VALUE, of a type that was there before.
bool adds_value(const Event& event, const Context& context) {
  const auto* alter = sql::as<PgQuery__AlterEnumStmt>(event.node);
  if (alter == nullptr || !std::string_view(alter->old_val).empty())
    return false;
  const catalog::UserType* type = context.catalog().types.find(
      context.catalog().resolve_type(sql::list(alter->type_name, alter->n_type_name)));
  return type == nullptr || !context.is_new(type->made_in);
}

/// What the catalog and the server's version tell beside the statement, such as that a table is
/// partitioned; and what cannot be in a function.
void check_restriction(const Event& event, Context& context) {
  const bool is_old_add_value =
      context.policy().postgres < kFirstWithAddValueInTransaction && adds_value(event, context);
  const std::string_view what = is_old_add_value ? "before PostgreSQL 12 ALTER TYPE … ADD VALUE"
                                                 : context.ledger().effects().not_in_transaction;
  if (what.empty() || !is_in_transaction(event, context))
    return;
  if (event.is_in_body) {
    context.report("no-transaction-statement", event, event.place,
                   fmt::format("{} cannot run inside a function or DO block", what),
                   {"move it out, into a migration of its own"},
                   event.is_conditional ? Severity::kWarning : Severity::kError);
    return;
  }
  if (sql::cannot_run_in_transaction(*event.node).empty())
    context.report_in_transaction(
        "no-transaction-statement", event, event.place,
        fmt::format("{} cannot run inside a transaction, and this {} runs in one", what,
                    context.is_down() ? "down section" : "migration"),
        {"give it a migration of its own, and say in the header:\n-- Transaction: none"});
}

std::string_view without_effect(const sql::Node& node) {
  if (sql::as<PgQuery__ConstraintsSetStmt>(&node) != nullptr)
    return "SET CONSTRAINTS";
  const auto* set = sql::as<PgQuery__VariableSetStmt>(&node);
  if (set == nullptr)
    return {};
  if (set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI &&
      std::string_view(set->name) == "TRANSACTION")
    return "SET TRANSACTION";
  return set->is_local != 0 ? "SET LOCAL" : "";
}

std::string_view needs_transaction_name(const sql::Node& node) {
  if (sql::as<PgQuery__LockStmt>(&node) != nullptr)
    return "LOCK TABLE";
  if (sql::as<PgQuery__DeclareCursorStmt>(&node) != nullptr)
    return "DECLARE CURSOR without HOLD";
  return "SAVEPOINT, with its RELEASE and ROLLBACK TO,";
}

void check_need(const Event& event, Context& context) {
  if (is_in_transaction(event, context))
    return;
  const std::string note =
      "put BEGIN before what belongs together, and COMMIT behind it; or move it into a migration "
      "that has a transaction";
  if (context.ledger().effects().needs_transaction) {
    context.report("needs-transaction-statement", event, event.place,
                   fmt::format("{} can only be used in a transaction, and this migration runs "
                               "without one",
                               needs_transaction_name(*event.node)),
                   {note});
  } else if (const std::string_view what = without_effect(*event.node); !what.empty()) {
    Diagnostic* finding = context.report(
        "needs-transaction-statement", event, event.place,
        fmt::format("{} has no effect outside a transaction, and this migration runs without one",
                    what),
        {what == "SET LOCAL" ? std::string("write SET instead of SET LOCAL") : note},
        Severity::kWarning);
    if (finding != nullptr && what == "SET LOCAL" && !event.is_in_body) {
      const Place local = context.word_place(event, "local");
      const std::size_t end =
          context.section().text().find_first_not_of(" \t\r\n", local.offset + local.length);
      if (local.length == std::string_view("local").size() && end != std::string_view::npos)
        finding->fix = Fix{local.offset, end, ""};
    }
  }
}

/// EXECUTE 'COMMIT', and COMMIT in a body of the language SQL; PL/pgSQL's own COMMIT is no
/// statement of a body.
void check_control_in_body(const Event& event, Context& context) {
  const auto* statement = sql::as<PgQuery__TransactionStmt>(event.node);
  if (statement == nullptr || !event.is_in_body)
    return;
  context.report("transaction-control", event, event.place,
                 fmt::format("{} cannot be run by EXECUTE, nor in a function: the statement fails",
                             name_of(*statement)),
                 {"delete it; a part that may fail by itself is BEGIN … EXCEPTION … END, and what "
                  "has to be committed before the rest belongs into a migration of its own"},
                 event.is_conditional ? Severity::kWarning : Severity::kError);
}

void check_every(const Event& event, Context& context) {
  check_control_in_body(event, context);
  check_restriction(event, context);
  check_need(event, context);
}

}  // namespace

const Family kTransactionRules{.name = "transactions",
                               .rules = kRules,
                               .every_statement = check_every,
                               .before_section = check_transactions};

}  // namespace godwit::codegen::lint
