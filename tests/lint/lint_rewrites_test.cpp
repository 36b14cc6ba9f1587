// SPDX-License-Identifier: Apache-2.0
//
// Runs the SQL that the lint cases print on a server: behind what the case has before the
// statement, instead of it or, where that is what it is for (an ANALYZE, the index of a foreign
// key), after it. Where it stands for one command about a column or constraint, the table looks the
// same afterwards as after the statement itself: nothing of it has got lost. And what is said to
// fail has to fail.
//
// How it works. A case that is no set speaks of tables that are there already: kTables makes some.
// Where the statement itself fails for the lack of something, so would its rewrite: it is left out.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/name.hpp"
#include "lint/context.hpp"
#include "lint_case.hpp"
#include "locks/new_column.hpp"
#include "out_of_bounds.hpp"
#include "rewrite.hpp"
#include "server.hpp"
#include "sql/kinds.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

using test::Case;
using test::Rewrite;
using test::rewrites_of;
using test::text_of;

constexpr const char* kTables = R"sql(
CREATE SCHEMA crm;
CREATE TABLE crm.users (id bigint PRIMARY KEY, name text, email text, active bool);
CREATE TABLE crm.orders (id int PRIMARY KEY, a int);
CREATE TABLE users (
  id int PRIMARY KEY, tenant int, name varchar(20), email varchar(50), age int, org int, a int, b int, c int,
  price numeric(10, 2), data json, created timestamp, status text,
  plan text, active bool, "Nick Name" text, "Tenant" int);
CREATE INDEX users_name ON users (name);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, note varchar(10), total int,
  parent_id int, a int, b int);
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, name text);
CREATE TABLE plans (plan text);
CREATE TABLE regions (id int PRIMARY KEY);
CREATE TABLE sums (plan text, n bigint);
CREATE TABLE sessions (id int PRIMARY KEY);
CREATE TABLE countries (id int PRIMARY KEY);
CREATE TABLE old (id int PRIMARY KEY);
CREATE TABLE archive AS SELECT * FROM t;
CREATE TABLE t2 AS SELECT * FROM t;
CREATE TABLE there (x int, z int);
CREATE TABLE "Ü" (a text, b int);
CREATE TABLE "Old Users" (id int PRIMARY KEY);
CREATE VIEW recent AS SELECT id FROM t;
CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id;
CREATE UNIQUE INDEX totals_id ON totals (id);
CREATE INDEX orders_at ON orders (note);
CREATE INDEX orders_by ON crm.orders (a);
CREATE SEQUENCE s;
CREATE FUNCTION my_function() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA myschema;
CREATE FUNCTION myschema.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT pg_catalog.now()';
CREATE TABLE old_a (id int PRIMARY KEY);
CREATE TABLE crm."Old" (id int PRIMARY KEY);
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE events (n int, at date) PARTITION BY RANGE (n);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (10);
CREATE VIEW recent_users AS SELECT id FROM users;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
)sql";

/// Rules whose rewrite makes what the statement makes.
constexpr auto kKeepAll = std::to_array<std::string_view>({
    "add-column-check",
    "add-column-fk",
    "add-column-unique",
    "add-column-volatile-default",
    "add-required-column",
    "check-without-not-valid",
    "fk-without-not-valid",
    "primary-key-without-index",
    "set-not-null-scan",
    "unique-without-index",
});

/// Everything about columns, constraints and indexes that another table could differ in.
constexpr const char* kLook = R"sql(
SELECT string_agg(x, E'\n' ORDER BY x) FROM (
  SELECT format('%s.%s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
                a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) x
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE n.nspname !~ '^pg_|^information_schema$' AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p')
  UNION ALL
  SELECT format('%s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(o.oid), convalidated)
  FROM pg_constraint o JOIN pg_namespace n ON n.oid = connamespace
  WHERE n.nspname !~ '^pg_|^information_schema$'
  UNION ALL
  SELECT format('%s %s', pg_get_indexdef(indexrelid), indisvalid)
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
  WHERE n.nspname !~ '^pg_|^information_schema$') AS everything)sql";

/// Rules that say of a statement in a set that PostgreSQL rejects it.
constexpr auto kFailing = std::to_array<std::string_view>({
    "concurrent-index-on-partitioned",
    "detach-concurrently-with-default",
    "drop-column-used-by",
    "drop-concurrently-multiple",
    "drop-constraint-index",
    "drop-object-in-use",
    "duplicate-column-assignment",
    "duplicate-object",
    "fk-target-not-unique",
    "forward-reference",
    "or-replace-incompatible",
    "partitioned-not-valid-fk",
    "refresh-concurrently-without-unique-index",
    "statement-fails",
    "unknown-column",
    "unknown-constraint",
    "unknown-index",
    "unknown-relation",
    "unknown-type",
});

struct Outcome {
  std::string state;  ///< SQLSTATE, "" for success
  std::string message;
};

/// A database of its own, which is emptied between cases.
class Server {
 public:
  Server() : session_(database_.conninfo()) {}

  Outcome run(const std::string& sql) const {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result{PQexec(session_.raw(), sql.c_str()),
                                                               &PQclear};
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    if (state == nullptr)
      return {};
    return {state, PQresultErrorMessage(result.get())};
  }

  /// Each statement by itself, up to the first that fails.
  Outcome run_each(const std::string& sql) const {
    std::vector<sql::SyntaxError> errors;
    const sql::Script script = sql::parse(sql, errors);
    for (const sql::Statement& statement : script.statements()) {
      if (Outcome outcome = run(sql.substr(statement.offset, statement.length));
          !outcome.state.empty())
        return outcome;
    }
    return {};
  }

  std::string look() const { return session_.get(kLook); }

  void clear() const {
    run("ROLLBACK");
    run("DISCARD ALL");
    run("SET client_min_messages = error");
    run("DO $$ DECLARE s text; BEGIN "
        "FOR s IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP "
        "EXECUTE format('DROP EXTENSION %I CASCADE', s); END LOOP; "
        "FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> "
        "'information_schema' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP; "
        "CREATE SCHEMA public; END $$");
  }

 private:
  godwit::test::Database database_;
  godwit::test::Session session_;
};

/// The command of a lone ALTER TABLE that is about one column or constraint.
bool is_one_command(const sql::Node& node) {
  const auto* alter = sql::as<PgQuery__AlterTableStmt>(&node);
  return alter != nullptr && alter->n_cmds == 1;
}

/// Something that it needs is not there.
bool lacks_something(std::string_view state) {
  constexpr auto kStates = std::to_array<std::string_view>(
      {"42P01", "42703", "42704", "42883", "3F000", "0A000", "58P01", "42501"});
  return std::find(kStates.begin(), kStates.end(), state) != kStates.end();
}

class Trial {
 public:
  explicit Trial(const Server& server) : server_(server) {}

  void run(const Case& test, const commands::CompiledSet& set, const Rewrite& rewrite) {
    SCOPED_TRACE(test.rule + "/" + test.name + " [" + std::string(rewrite.rule) + "]:\n" +
                 rewrite.text);
    const sql::Node* node =
        set.in_order[rewrite.migration]->up.statements()[rewrite.statement].node;
    if (node == nullptr || is_out_of_bounds(*node))
      return;
    const bool keeps_all =
        std::find(kKeepAll.begin(), kKeepAll.end(), rewrite.rule) != kKeepAll.end() &&
        is_one_command(*node) && rewrite.text.find("-- the same for") == std::string::npos &&
        // Before PostgreSQL 12 a CHECK stays for it.
        read_options(test).policy.postgres >= 12 &&
        // An identity column is made a plain one with a sequence.
        rewrite.text.find("CREATE SEQUENCE") == std::string::npos &&
        // The keys of partitions have names of their own.
        rewrite.text.find("ATTACH PARTITION") == std::string::npos;
    prepare(test, set, rewrite);
    const Outcome instead = run_steps(rewrite.text, *node);
    const bool is_fine = instead.state.empty();
    if (is_fine && !keeps_all) {
      ++run_;
      return;
    }
    const std::string made = is_fine ? server_.look() : std::string();
    prepare(test, set, rewrite);
    const Outcome original = server_.run(text_of(set, rewrite.migration, rewrite.statement));
    if (is_fine) {
      ++run_;
      if (original.state.empty()) {
        EXPECT_EQ(made, server_.look());
        ++compared_;
      }
      return;
    }
    const bool is_rejected = original.state == "0A000";
    if ((!is_rejected &&
         (lacks_something(original.state) || (!test.is_set() && !original.state.empty()))) ||
        (!test.is_set() && lacks_something(instead.state))) {
      ++left_out_;
      return;
    }
    ++run_;
    const Outcome after = server_.run_each(rewrite.text);
    EXPECT_EQ(after.state, "") << "instead: " << instead.message << "after: " << after.message;
  }

  /// Does PostgreSQL reject the statement of an error that says so?
  void run_failing(const Case& test, const commands::CompiledSet& set, const Diagnostic& finding) {
    const auto place = test::find_statement(set, finding);
    if (!place)
      return;
    const sql::Node* node = set.in_order[place->migration]->up.statements()[place->statement].node;
    if (node == nullptr || is_out_of_bounds(*node))
      return;
    prepare(test, set, *place);
    const Outcome outcome = server_.run(text_of(set, place->migration, place->statement));
    EXPECT_NE(outcome.state, "") << test.rule << "/" << test.name << ": "
                                 << text_of(set, place->migration, place->statement) << "\n"
                                 << finding.message << " [" << finding.rule << "]";
    ++run_;
  }

  std::size_t run_count() const { return run_; }
  std::size_t compared() const { return compared_; }
  std::size_t left_out() const { return left_out_; }

 private:
  /// Where the old rows are to be filled by hand, they go.
  Outcome run_steps(const std::string& text, const sql::Node& node) const {
    const std::size_t fill = text.find("-- then fill the old rows");
    const auto* alter = sql::as<PgQuery__AlterTableStmt>(&node);
    if (fill == std::string::npos || alter == nullptr)
      return server_.run_each(text);
    const Outcome before = server_.run_each(text.substr(0, fill));
    if (!before.state.empty())
      return before;
    server_.run("TRUNCATE " + lint::Context::spelled(*alter->relation) + " CASCADE");
    return server_.run_each(text.substr(fill));
  }

  /// Takes away from the tables that were made for it what an ALTER TABLE adds.
  void make_room(const sql::Node& node) const {
    const auto* alter = sql::as<PgQuery__AlterTableStmt>(&node);
    if (alter == nullptr)
      return;
    const std::string table = "ALTER TABLE " + lint::Context::spelled(*alter->relation);
    for (const sql::Node* one : sql::list(alter->cmds, alter->n_cmds)) {
      const auto* command = sql::as<PgQuery__AlterTableCmd>(one);
      if (command == nullptr)
        continue;
      const auto* column = sql::as<PgQuery__ColumnDef>(command->def);
      const bool adds_column = column != nullptr && command->subtype == sql::at::kAddColumn;
      if (adds_column)
        server_.run(table + " DROP COLUMN IF EXISTS " + catalog::quote_identifier(column->colname) +
                    " CASCADE");
      const auto* constraint = adds_column ? locks::take_apart(*column).unique
                                           : sql::as<PgQuery__Constraint>(command->def);
      if (constraint != nullptr && constraint->contype == sql::constr::kPrimary)
        server_.run(table + " DROP CONSTRAINT IF EXISTS " +
                    catalog::quote_identifier(std::string(alter->relation->relname) + "_pkey") +
                    " CASCADE");
    }
  }

  /// What comes before the statement; what fails of it fails.
  void prepare(const Case& test, const commands::CompiledSet& set, const Rewrite& rewrite) const {
    server_.clear();
    if (!test.is_set())
      server_.run(kTables);
    for (std::size_t m = 0; m <= rewrite.migration; ++m) {
      const auto& statements = set.in_order[m]->up.statements();
      const std::size_t end = m == rewrite.migration ? rewrite.statement : statements.size();
      for (std::size_t s = 0; s < end; ++s) {
        if (statements[s].node != nullptr && !is_out_of_bounds(*statements[s].node))
          server_.run(text_of(set, m, s));
      }
    }
    if (!test.is_set())
      make_room(*set.in_order[rewrite.migration]->up.statements()[rewrite.statement].node);
  }

  const Server& server_;
  std::size_t run_ = 0;
  std::size_t compared_ = 0;
  std::size_t left_out_ = 0;
};

TEST(Rewrites, RunAndLoseNothing) {
  const Server server;
  Trial trial(server);
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    for (const Case& test : test::find_cases()) {
      const auto set = compile(test);
      for (const Rewrite& rewrite : rewrites_of(*set)) trial.run(test, *set, rewrite);
    }
  });
  // What it has run, lest it run nothing.
  EXPECT_GE(trial.run_count(), 150U);
  EXPECT_GE(trial.compared(), 30U);
  std::printf("%zu run, %zu compared, %zu left out\n", trial.run_count(), trial.compared(),
              trial.left_out());
}

TEST(Rewrites, WhatIsSaidToFailFails) {
  const Server server;
  Trial trial(server);
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    for (const Case& test : test::find_cases()) {
      if (!test.is_set() || !read_options(test).policy.externals.empty())
        continue;
      const auto set = compile(test);
      for (const Diagnostic& finding : set->diagnostics.all()) {
        const bool is_at_first =
            finding.message.find("when it is applied again") == std::string::npos;
        if (finding.severity == Severity::kError && is_at_first &&
            std::find(kFailing.begin(), kFailing.end(), finding.rule) != kFailing.end())
          trial.run_failing(test, *set, finding);
      }
    }
  });
  EXPECT_GE(trial.run_count(), 100U);
  std::printf("%zu run\n", trial.run_count());
}

}  // namespace
}  // namespace godwit::codegen
