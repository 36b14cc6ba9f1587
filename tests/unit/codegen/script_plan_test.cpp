// SPDX-License-Identifier: Apache-2.0
#include "emit/script_plan.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen::emit {
namespace {

using test::file_of;

class Plan {
 public:
  explicit Plan(const std::string& text, std::optional<bool> wants_transaction = {},
                const std::vector<bool>& is_idempotent = {})
      : file_(file_of(text)), section_(SectionKind::kUp, file_) {
    Diagnostics diagnostics;
    script_ = sql::parse_section(section_, 15, diagnostics);
    EXPECT_TRUE(diagnostics.all().empty());
    plan = plan_script(section_, script_, sql::plan_transaction(script_, wants_transaction),
                       is_idempotent);
  }

  std::string steps() const {
    std::string text;
    for (const StepPlan& step : plan.steps) {
      text += "[" + std::to_string(step.first_statement) + "+" +
              std::to_string(step.statement_count) + (step.is_transactional ? " tx" : "") +
              (step.is_idempotent ? " again" : "");
      if (step.probe != Probe::kNone)
        text += std::string(step.probe == Probe::kIndexBuilt          ? " built "
                            : step.probe == Probe::kUnnamedIndexBuilt ? " unnamed "
                                                                      : " dropped ") +
                step.relation + "/" + step.index;
      text += "]";
    }
    return text;
  }

  std::string statement(std::size_t i) const {
    return plan.sql.substr(plan.statements[i].offset, plan.statements[i].length);
  }

 private:
  SourceFile file_;
  Section section_;
  sql::Script script_;

 public:
  ScriptPlan plan;
};

TEST(ScriptPlan, WhatStaysInTheSessionIsTakenAway) {
  using Strings = std::vector<std::string>;
  EXPECT_EQ(
      Plan("create temp table \"T\" (a int); create temp table b on commit drop as select 1;"
           "select 1 as x into temp c; create temp view v as select 1;"
           "create temporary sequence s; create table pg_temp.d (a int)")
          .plan.leftovers,
      (Strings{"DROP TABLE IF EXISTS pg_temp.\"T\" CASCADE",
               "DROP TABLE IF EXISTS pg_temp.c CASCADE", "DROP VIEW IF EXISTS pg_temp.v CASCADE",
               "DROP SEQUENCE IF EXISTS pg_temp.s CASCADE",
               "DROP TABLE IF EXISTS pg_temp.d CASCADE"}));
  EXPECT_EQ(Plan("prepare p as select 1; prepare q as select 1; deallocate p").plan.leftovers,
            (Strings{"DEALLOCATE q"}));
  EXPECT_EQ(Plan("do $$ begin create temp table t (a int); end $$").plan.leftovers,
            (Strings{"DROP TABLE IF EXISTS pg_temp.t CASCADE"}));
  EXPECT_TRUE(Plan("create table t (a int); create view v as select 1").plan.leftovers.empty());
}

TEST(ScriptPlan, AnIndexWithoutANameIsCalledAsTheServerCallsIt) {
  const auto step = [](const std::string& index) {
    return Plan("create unique index concurrently on " + index).steps();
  };
  EXPECT_EQ(step("s.t (id)"), "[0+1 unnamed \"s\".\"t\"/t_id_idx]");
  EXPECT_EQ(step("t (lower(a), b, (a || b), a, (b || a)) include (c)"),
            "[0+1 unnamed \"t\"/t_lower_b_expr_a_expr1_c_idx]");
  EXPECT_EQ(step(std::string(60, 't') + " (id)"), "[0+1]") << "it would be cut";
}

TEST(ScriptPlan, ATransactionalScriptIsOneStep) {
  const Plan plan("-- head\nselect 1; -- a\n\n  select 2;\n-- tail\n");
  EXPECT_EQ(plan.plan.sql, "select 1; -- a\n\n  select 2");
  EXPECT_EQ(plan.steps(), "[0+2 tx]");
  EXPECT_EQ(plan.statement(1), "select 2");
  EXPECT_EQ(plan.plan.statements[0].line, 2U);
  EXPECT_EQ(plan.plan.statements[1].line, 4U);
  EXPECT_EQ(plan.plan.statements[1].column, 3U);
}

TEST(ScriptPlan, TheOuterPairIsBlankAndPositionsStay) {
  const Plan plan("BEGIN;\nselect 1;\nCOMMIT;\n");
  EXPECT_EQ(plan.plan.sql, "select 1");
  EXPECT_EQ(plan.plan.statements[0].line, 2U);
  const Plan with_set("set a.b = '1'; begin isolation level serializable;\nselect 1; commit;");
  EXPECT_EQ(with_set.plan.sql, "set a.b = '1'; " + std::string(34, ' ') + ";\nselect 1");
  EXPECT_EQ(with_set.statement(1), "select 1");
  EXPECT_EQ(with_set.plan.begin_options, "ISOLATION LEVEL SERIALIZABLE");
}

TEST(ScriptPlan, NothingButATransactionIsEmpty) {
  const Plan plan("begin; commit;");
  EXPECT_EQ(plan.plan.sql, "");
  EXPECT_TRUE(plan.plan.statements.empty());
  EXPECT_TRUE(plan.plan.steps.empty());
}

TEST(ScriptPlan, OutsideATransactionAStatementIsAStep) {
  EXPECT_EQ(Plan("create index concurrently i on s.\"T\" (a)").steps(),
            "[0+1 built \"s\".\"T\"/i]");
  EXPECT_EQ(Plan("drop index concurrently if exists s.i").steps(), "[0+1 dropped \"s\".\"i\"/]");
  EXPECT_EQ(Plan("reindex index concurrently i").steps(), "[0+1 built \"i\"/]");
  EXPECT_EQ(Plan("create index concurrently on t (a)").steps(), "[0+1 unnamed \"t\"/t_a_idx]");
  EXPECT_EQ(Plan("vacuum t; select 1; analyze", false, {true, false, true}).steps(),
            "[0+1 again][1+1 tx][2+1 again]");
}

TEST(ScriptPlan, ATransactionOfTheFilesOwnIsOneStep) {
  EXPECT_EQ(Plan("vacuum; begin; select 1; select 2; commit; vacuum", false,
                 {true, true, true, true, true, true})
                .steps(),
            "[0+1 again][1+4 again][5+1 again]");
  EXPECT_EQ(Plan("begin; select 1; commit", false, {true, false, true}).steps(), "[0+3]");
}

TEST(ScriptPlan, WhatCannotBeInATransactionTakesTheScriptOutOfIt) {
  // Reached with WARN_ONLY: `no-transaction-statement` is an error otherwise.
  const Plan plan("create table t (a int); create index concurrently i on t (a);");
  EXPECT_FALSE(plan.plan.is_transactional);
  EXPECT_EQ(plan.steps(), "[0+1 tx][1+1 built \"t\"/i]");
}

TEST(ChecksPlan, EachQueryIsGuarded) {
  const SourceFile file = file_of("select true;\n-- x\nselect '$query$' = $check$a$check$;");
  const Section section(SectionKind::kVerify, file);
  Diagnostics diagnostics;
  const sql::Script script = sql::parse_section(section, 15, diagnostics);
  const ChecksPlan plan = plan_checks(section, script);
  ASSERT_EQ(plan.statements.size(), 2U);
  EXPECT_EQ(plan.statements[1].line, 3U);
  EXPECT_NE(plan.guarded_sql.find("EXECUTE $query$select true$query$ INTO STRICT"),
            std::string::npos);
  EXPECT_NE(plan.guarded_sql.find("DO $check1$"), std::string::npos);
  EXPECT_NE(plan.guarded_sql.find("EXECUTE $query1$select '$query$' = $check$a$check$$query1$"),
            std::string::npos);
}

TEST(ChecksPlan, OnlyQueriesAreChecks) {
  const auto check = [](const std::string& text) {
    std::vector<sql::SyntaxError> errors;
    const sql::Script script = sql::parse(text, errors);
    return is_query(script.statements().at(0).node);
  };
  EXPECT_TRUE(check("select 1"));
  EXPECT_TRUE(check("with a as (select 1) select * from a"));
  EXPECT_TRUE(check("values (true)"));
  EXPECT_FALSE(check("select 1 into t"));
  EXPECT_FALSE(check("select 1 from t for update"));
  EXPECT_FALSE(check("insert into t values (1)"));
}

}  // namespace
}  // namespace godwit::codegen::emit
