// SPDX-License-Identifier: Apache-2.0
//
// What is found in the bodies of DO blocks: a line a statement, with the text at its place in the
// file, which proves the place, and with what is known of the conditions around it.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sql/body_check.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::sql {
namespace {

std::string marks(const Guard& guard, bool is_conditional) {
  std::string text;
  text += is_conditional ? " ?" : "";
  text += guard.if_absent ? " absent" : "";
  text += guard.if_present ? " present" : "";
  text += guard.on_duplicate ? " duplicate" : "";
  text += guard.on_undefined ? " undefined" : "";
  return text;
}

std::string describe(const std::string& text) {
  std::vector<SyntaxError> errors;
  const Script script = parse(text, errors);
  EXPECT_TRUE(errors.empty()) << text;
  auto source = body_text(text, script.statements().at(0));
  if (!source)
    return "no body";
  const Body body = parse_body(std::move(*source));
  std::string out;
  for (const BodyStatement& statement : body.statements) {
    if (statement.is_expression && node_name(statement.statement.node) != "SelectStmt")
      out += "not a query: ";
    out += text.substr(statement.statement.offset, statement.statement.length);
    out += statement.is_expression ? " (expression)" : "";
    out += marks(statement.guard, statement.is_conditional) + "\n";
  }
  for (const BodyPlace& place : body.dynamic)
    out += "dynamic: " + text.substr(place.offset, place.length) +
           marks(place.guard, place.is_conditional) + "\n";
  for (const BodyPlace& place : body.transaction_control)
    out += "control: " + text.substr(place.offset, place.length) + "\n";
  for (const BodyError& error : body.errors)
    out += "error at " + text.substr(error.offset, 5) + ": " + error.message + "\n";
  return out;
}

TEST(Bodies, StatementsAreFoundAtTheirPlace) {
  EXPECT_EQ(describe("DO $$ BEGIN CREATE TABLE a (b int); /* ; */ DROP TABLE c; END $$"),
            "CREATE TABLE a (b int)\nDROP TABLE c\n");
  EXPECT_EQ(describe("DO $x$\nDECLARE\n  a int := 1;\n  c CURSOR FOR SELECT 1;\nBEGIN\n  a := a + "
                     "1;\n  UPDATE t SET x = a;\nEND\n$x$"),
            "1 (expression)\na + 1 (expression)\nUPDATE t SET x = a\n");
  EXPECT_EQ(describe("DO LANGUAGE plpgsql $$ << l >> BEGIN NULL; DELETE FROM t; END l; $$"),
            "DELETE FROM t\n");
  EXPECT_EQ(describe("DO 'BEGIN INSERT INTO t VALUES (''x''); DROP TABLE \"y\"; END'"),
            "INSERT INTO t VALUES (''x'\nDROP TABLE \"y\"\n");
}

TEST(Bodies, IntoTargetsAreNoTables) {
  EXPECT_EQ(describe("DO $$ BEGIN SELECT a, b INTO STRICT x, r.y FROM t; INSERT INTO t VALUES (1) "
                     "RETURNING id INTO z[1]; END $$"),
            "SELECT a, b INTO STRICT x, r.y FROM t\nINSERT INTO t VALUES (1) RETURNING id\n");
}

TEST(Bodies, ControlStructures) {
  EXPECT_EQ(
      describe("DO $$ BEGIN IF a THEN DROP TABLE b; ELSIF c THEN DROP TABLE d; ELSE DROP TABLE "
               "e; END IF; DROP TABLE f; END $$"),
      "a (expression)\nDROP TABLE b ?\nc (expression)\nDROP TABLE d ?\nDROP TABLE e ?\nDROP "
      "TABLE f\n");
  EXPECT_EQ(describe("DO $$ BEGIN CASE x WHEN 1 THEN DROP TABLE a; ELSE DROP TABLE b; END CASE; "
                     "SELECT CASE WHEN y THEN 1 ELSE 2 END; END $$"),
            "DROP TABLE a ?\nDROP TABLE b ?\nSELECT CASE WHEN y THEN 1 ELSE 2 END\n");
  EXPECT_EQ(
      describe("DO $$ BEGIN IF CASE WHEN a THEN b ELSE c END THEN DROP TABLE d; END IF; END $$"),
      "CASE WHEN a THEN b ELSE c END (expression)\nDROP TABLE d ?\n");
  EXPECT_EQ(
      describe("DO $$ BEGIN FOR r IN SELECT 1 LOOP DROP TABLE a; END LOOP; FOR i IN 1..3 LOOP "
               "DROP TABLE b; END LOOP; WHILE c LOOP EXIT WHEN d; END LOOP; FOREACH x IN ARRAY "
               "y LOOP CONTINUE; END LOOP; LOOP EXIT; END LOOP; DROP TABLE e; END $$"),
      "SELECT 1\nDROP TABLE a ?\nDROP TABLE b ?\nc (expression)\nDROP TABLE e\n");
  EXPECT_EQ(describe("DO $$ BEGIN PERFORM f(1); RAISE NOTICE 'x; y'; RETURN; END $$"),
            "f(1) (expression)\n");
}

TEST(Bodies, Guards) {
  const std::string exists = "EXISTS (SELECT FROM pg_type)";
  EXPECT_EQ(describe("DO $$ BEGIN IF NOT " + exists +
                     " THEN CREATE TYPE a AS ENUM (); ELSE DROP TYPE b; END IF; END $$"),
            "NOT EXISTS (SELECT FROM pg_type) (expression)\nCREATE TYPE a AS ENUM () ? "
            "absent\nDROP TYPE b ? present\n");
  EXPECT_EQ(describe("DO $$ BEGIN IF x AND NOT " + exists + " THEN DROP TABLE a; END IF; END $$"),
            "x AND NOT EXISTS (SELECT FROM pg_type) (expression)\nDROP TABLE a ? absent\n");
  EXPECT_EQ(describe("DO $$ BEGIN IF x OR NOT " + exists + " THEN DROP TABLE a; END IF; END $$"),
            "x OR NOT EXISTS (SELECT FROM pg_type) (expression)\nDROP TABLE a ?\n");
  EXPECT_EQ(
      describe("DO $$ BEGIN CREATE ROLE a; EXCEPTION WHEN duplicate_object OR others THEN DROP "
               "ROLE b; END $$"),
      "CREATE ROLE a duplicate undefined\nDROP ROLE b ?\n");
  EXPECT_EQ(
      describe("DO $$ BEGIN BEGIN CREATE ROLE a; EXCEPTION WHEN SQLSTATE '42710' THEN NULL; END; "
               "CREATE ROLE b; END $$"),
      "CREATE ROLE a duplicate\nCREATE ROLE b\n");
  EXPECT_EQ(
      describe("DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM pg_type; IF n = 0 THEN "
               "CREATE ROLE a; END IF; n := 3; IF n = 0 THEN CREATE ROLE b; END IF; END $$"),
      "SELECT count(*) INTO n FROM pg_type\nn = 0 (expression)\nCREATE ROLE a ? absent\n3 "
      "(expression)\nn = 0 (expression)\nCREATE ROLE b ?\n");
  EXPECT_EQ(
      describe("DO $$ BEGIN PERFORM 1 FROM pg_type; IF NOT FOUND THEN CREATE ROLE a; END IF; END "
               "$$"),
      "1 FROM pg_type (expression)\nNOT FOUND (expression)\nCREATE ROLE a ? absent\n");
}

TEST(Bodies, DynamicSql) {
  EXPECT_EQ(describe("DO $$ BEGIN EXECUTE 'DROP TABLE a'; EXECUTE 'SELECT ' || x; EXECUTE "
                     "format('DROP TABLE %I', y) USING z; EXECUTE format('DROP TABLE b'); END $$"),
            "DROP TABLE a\nDROP TABLE b\ndynamic: 'SELECT ' || x\ndynamic: format('DROP TABLE %I', "
            "y) USING z\n");
  EXPECT_EQ(describe("DO $$ BEGIN EXECUTE $q$ DROP TABLE a $q$ INTO x; END $$"), "DROP TABLE a\n");
}

TEST(Bodies, TransactionControl) {
  EXPECT_EQ(
      describe("DO $$ BEGIN DELETE FROM t; COMMIT; IF x THEN ROLLBACK AND CHAIN; END IF; END $$"),
      "DELETE FROM t\nx (expression)\ncontrol: COMMIT\ncontrol: ROLLBACK AND CHAIN\n");
}

TEST(Bodies, OfFunctions) {
  EXPECT_EQ(describe("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT ''a'''"),
            "SELECT 1\nSELECT ''a\n");
  EXPECT_EQ(describe("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'symbol'"), "no body");
  EXPECT_EQ(describe("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END"), "no body");
  EXPECT_EQ(describe("CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'x = 1'"), "");
}

TEST(Bodies, BrokenOnesEnd) {
  for (const char* body : {"",
                           "BEGIN",
                           "BEGIN IF",
                           "BEGIN IF a THEN",
                           "BEGIN FOR x",
                           "BEGIN LOOP",
                           "DECLARE",
                           "BEGIN EXECUTE",
                           "BEGIN SELECT 1 INTO",
                           "<<",
                           "BEGIN x :=",
                           "BEGIN EXCEPTION WHEN",
                           "BEGIN CASE",
                           "BEGIN END IF; END",
                           "BEGIN ((",
                           "BEGIN RETURN QUERY EXECUTE",
                           "END END END",
                           "BEGIN WHEN ELSE ELSIF",
                           "BEGIN <<a>>",
                           "BEGIN <<a",
                           "BEGIN SELECT a INTO b,"})
    static_cast<void>(describe("DO $body$" + std::string(body) + "$body$"));
}

std::string errors_of(const std::string& text) {
  std::vector<SyntaxError> ignored;
  const Script script = parse(text, ignored);
  std::string out;
  for (const BodyError& error : check_body(text, script.statements().at(0)))
    out += error.message + " @ " + text.substr(error.offset, 6) + "\n";
  return out;
}

TEST(BodyCheck, FindsSyntaxErrorsAndNothingElse) {
  EXPECT_EQ(errors_of("DO $$ BEGIN DELETE FORM t; END $$"),
            "syntax error at or near \"FORM\" @ FORM t\n");
  EXPECT_EQ(errors_of("DO $$ BEGIN iff x THEN y; END $$"),
            "syntax error at or near \"iff\" @ iff x \n");
  EXPECT_EQ(errors_of("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 +'"),
            "syntax error at end of input @ '\n");
  EXPECT_EQ(
      errors_of("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.a := 1; "
                "unknown_variable := 2; RETURN NEW; END $$"),
      "");
}

}  // namespace
}  // namespace godwit::codegen::sql
