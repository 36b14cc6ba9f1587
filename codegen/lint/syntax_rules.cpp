// SPDX-License-Identifier: Apache-2.0
//
// Rules about SQL that does not parse or cannot be sent. The parser reports most of them.
#include <algorithm>
#include <string_view>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "source/seeds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "syntax-error",
     .group = "syntax",
     .is_hard = true,
     .summary = "A statement is no SQL that PostgreSQL reads",
     .explanation = "The message and the position are those of PostgreSQL's own parser.",
     .bad = "CREATE TABEL users (id bigint);",
     .good = "CREATE TABLE users (id bigint);",
     .manual = "https://www.postgresql.org/docs/15/sql-commands.html"},
    {.id = "newer-syntax",
     .group = "syntax",
     .is_hard = true,
     .summary = "A statement does not parse, and may be of a newer PostgreSQL than the parser",
     .explanation = "The grammar here is that of PostgreSQL 15. Where the servers are newer and "
                    "take the statement, the header can say so: the migration is then sent as it "
                    "is and not linted.",
     .bad = "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID;",
     .good = "-- Syntax: unchecked NOT NULL … NOT VALID is of PostgreSQL 18",
     .manual = "docs/rules.md#syntax"},
    {.id = "plpgsql-syntax",
     .group = "syntax",
     .summary = "The body of a function or DO block does not parse",
     .explanation = "PostgreSQL refuses the function when it is made; with check_function_bodies "
                    "off it fails at its first call, in production.",
     .bad = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FORM t; END $$;",
     .good = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t; END $$;",
     .manual = "https://www.postgresql.org/docs/15/plpgsql-structure.html"},
    {.id = "psql-meta-command",
     .group = "syntax",
     .is_hard = true,
     .summary = "A line begins with a backslash command, which only psql knows",
     .explanation = "Commands such as \\connect and \\i are carried out by psql, never by the "
                    "server.",
     .bad = "\\i other.sql",
     .good = "the SQL of other.sql itself",
     .manual = "https://www.postgresql.org/docs/15/app-psql.html"},
    {.id = "copy-stdin-data",
     .group = "syntax",
     .is_hard = true,
     .summary = "COPY FROM STDIN or TO STDOUT in a migration",
     .explanation = "Data after the statement is not SQL and cannot be sent as such, and nobody "
                    "reads what is copied out. Write INSERT, or make the rows a seed.",
     .bad = "COPY countries FROM STDIN;",
     .good = "INSERT INTO countries VALUES ('AT', 'Austria') ON CONFLICT DO NOTHING;",
     .manual = "https://www.postgresql.org/docs/15/sql-copy.html"},
    {.id = "verify-not-a-query",
     .group = "syntax",
     .is_hard = true,
     .summary = "A verify or require section holds something other than a query",
     .explanation = "These sections ask questions: each statement is a SELECT that gives exactly "
                    "one row, whose first column is true.",
     .bad = "-- godwit:verify\nDELETE FROM users;",
     .good = "-- godwit:verify\nSELECT count(*) > 0 FROM users;",
     .manual = "docs/rules.md#syntax"},
};

bool is_binary(const PgQuery__CopyStmt& copy) {
  const auto options = sql::list(copy.options, copy.n_options);
  return std::any_of(options.begin(), options.end(), [](const sql::Node* node) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    return option != nullptr && std::string_view(option->defname) == "format" &&
           sql::string_value(option->arg) == "binary";
  });
}

/// What is wrong with COPY FROM STDIN in a seed, whose rows are sent behind it; else empty.
std::string_view seed_copy_problem(const Event& event, const Context& context) {
  if (is_binary(*event.node->copy_stmt))
    return "COPY in the binary format: a file of SQL holds text";
  if (event.is_in_body)
    return "COPY FROM STDIN in a body: no rows can be sent to it";
  return rows_behind(context.source(), event.place.offset + event.place.length) == nullptr
             ? "COPY FROM STDIN without rows: they stand in the lines below it, and `\\.` alone in "
               "a "
               "line ends them"
             : std::string_view();
}

void check_copy(const Event& event, Context& context) {
  const auto& copy = *event.node->copy_stmt;
  const std::string_view file = copy.filename;
  if (!file.empty() || copy.is_program)
    return;
  if (copy.is_from && !context.source().seed.empty()) {
    if (const std::string_view problem = seed_copy_problem(event, context); !problem.empty())
      context.report("copy-stdin-data", event, context.head_place(event, "copy"),
                     std::string(problem));
    return;
  }
  context.report("copy-stdin-data", event, context.head_place(event, "copy"),
                 copy.is_from ? "COPY FROM STDIN: its data cannot be sent with the migration"
                              : "COPY TO STDOUT: nobody reads what it gives",
                 {copy.is_from ? "write the rows as INSERT … VALUES, as `pg_dump --inserts` does; "
                                 "or make the file a seed, whose rows are sent (docs/seeds.md)"
                               : "remove it"});
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_COPY_STMT, check_copy},
};

bool is_query(const sql::Node* node) {
  const auto* select = sql::as<PgQuery__SelectStmt>(node);
  return select != nullptr && select->into_clause == nullptr && select->n_locking_clause == 0;
}

/// What a verify script of sqitch may hold besides queries: DO blocks that raise, and the
/// transaction that it rolls back.
bool is_check(const sql::Node& node) {
  return node.node_case == PG_QUERY__NODE__NODE_DO_STMT ||
         node.node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT;
}

void check_questions(const sql::Script& script, const Section& section, Context& context) {
  for (const sql::Statement& statement : script.statements()) {
    if (statement.node == nullptr || is_query(statement.node) ||
        (section.is_satisfied_by_any_result() && is_check(*statement.node)))
      continue;
    context.report_in(section, "verify-not-a-query", {statement.offset, statement.length},
                      section.kind() == SectionKind::kVerify
                          ? "a verify section holds queries only"
                          : "a require section holds queries only",
                      {"write a SELECT that gives one row, whose first column is true when all is "
                       "well"});
  }
}

void check_sections(Context& context) {
  if (context.is_down())
    return;
  if (context.source().verify.is_present())
    check_questions(context.migration().verify, context.source().verify, context);
  if (context.source().require.is_present())
    check_questions(context.migration().require, context.source().require, context);
}

}  // namespace

const Family kSyntaxRules{
    .name = "syntax", .rules = kRules, .statements = kStatements, .before_section = check_sections};

}  // namespace godwit::codegen::lint
