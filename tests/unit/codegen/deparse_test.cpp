// SPDX-License-Identifier: Apache-2.0
#include "sql/deparse.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "sql/parse.hpp"

namespace godwit::codegen::sql {
namespace {

Script parse_one(const std::string& text) {
  std::vector<SyntaxError> errors;
  Script script = parse(text, errors);
  EXPECT_TRUE(errors.empty()) << text;
  EXPECT_EQ(script.statements().size(), 1U) << text;
  return script;
}

std::string again(const std::string& text) {
  const Script script = parse_one(text);
  return deparse(*script.statements().at(0).node);
}

TEST(Deparse, SaysTheSameInOneLine) {
  EXPECT_EQ(again("alter table s.\"T x\"\n  add column \"A\" int default 5 not null"),
            "ALTER TABLE s.\"T x\" ADD COLUMN \"A\" int DEFAULT 5 NOT NULL");
  EXPECT_EQ(again("create unique index concurrently i on t (a, lower(b)) where c > 0"),
            "CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (a, lower(b)) WHERE c > 0");
}

TEST(Deparse, IsSilentWhereItWouldSaySomethingElse) {
  // libpg_query quotes no names of constraints, and forgets these clauses.
  EXPECT_EQ(again("ALTER TABLE t ADD CONSTRAINT \"C\" CHECK (a > 0)"), "");
  EXPECT_EQ(again("ALTER TABLE t ADD CONSTRAINT c UNIQUE NULLS NOT DISTINCT (a)"), "");
  EXPECT_EQ(again("ALTER TABLE t ADD CONSTRAINT c UNIQUE (a) WITH (fillfactor = 70)"), "");
}

TEST(Deparse, TellsWhetherATextIsTheStatement) {
  const Script script = parse_one("ALTER TABLE t ADD CONSTRAINT \"C\" CHECK (a > 0)");
  const Node& statement = *script.statements().at(0).node;
  EXPECT_EQ(write(statement), "ALTER TABLE t ADD CONSTRAINT C CHECK (a > 0)");
  EXPECT_FALSE(says(write(statement), statement));
  EXPECT_TRUE(says("alter table t add constraint \"C\" check (a > 0)", statement));
  EXPECT_FALSE(says("ALTER TABLE t ADD CONSTRAINT \"C\" CHECK (a > 1)", statement));
  EXPECT_FALSE(says("ALTER TABLE t ADD", statement));
}

TEST(Deparse, WritesExpressions) {
  const Script script = parse_one("SELECT CASE WHEN a > 0 THEN b::text ELSE 'x' END");
  const auto* select = as<PgQuery__SelectStmt>(script.statements().at(0).node);
  ASSERT_NE(select, nullptr);
  const auto* target = as<PgQuery__ResTarget>(select->target_list[0]);
  ASSERT_NE(target, nullptr);
  EXPECT_EQ(deparse_expression(*target->val), "CASE WHEN a > 0 THEN b::text ELSE 'x' END");
}

}  // namespace
}  // namespace godwit::codegen::sql
