// SPDX-License-Identifier: Apache-2.0
//
// What differs between two catalogs, as people read it; and what a trial leaves behind.
#include "catalog/describe.hpp"

#include <list>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "catalog/fold.hpp"

namespace godwit::codegen::catalog {
namespace {

/// A catalog that SQL is folded into; keeps the texts, which the catalog points into.
class Folding {
 public:
  Folding() = default;
  explicit Folding(const std::string& sql) { fold(sql); }

  void fold(const std::string& sql) {
    texts_.push_back(sql);
    std::vector<sql::SyntaxError> errors;
    scripts_.push_back(sql::parse(texts_.back(), errors));
    ASSERT_TRUE(errors.empty()) << errors.front().message << ": " << sql;
    for (const sql::Statement& statement : scripts_.back().statements())
      catalog::fold(catalog, *statement.node,
                    {.migration = 0, .section = nullptr, .statement = statement});
  }

  Catalog catalog;

 private:
  std::list<std::string> texts_;
  std::list<sql::Script> scripts_;
};

std::string printed(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) text += to_string(difference) + "\n";
  return text;
}

/// How `after` differs from `before`, both compared as wholes and as what a recording has touched.
std::string difference(const std::string& before, const std::string& after) {
  return printed(diff(Folding(before).catalog, Folding(after).catalog));
}

std::string left_over(const std::string& before, const std::string& then) {
  Folding folding(before);
  folding.catalog.start_recording();
  folding.fold(then);
  return printed(diff_since_recording(folding.catalog));
}

TEST(Diff, SameIsNothing) {
  const std::string sql =
      "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id serial PRIMARY KEY, m mood);"
      "CREATE VIEW v AS SELECT id FROM t; CREATE INDEX ON t (m);";
  EXPECT_EQ(difference(sql, sql), "");
}

TEST(Diff, WholeTableStandsForItsParts) {
  EXPECT_EQ(difference("CREATE TABLE t (id serial PRIMARY KEY, a int); CREATE INDEX ON t (a);", ""),
            "table t is missing\n");
  EXPECT_EQ(difference("", "CREATE TABLE crm.t (id serial PRIMARY KEY); CREATE SCHEMA crm;"),
            "schema crm is left\ntable crm.t is left\n");
}

TEST(Diff, PartsByThemselves) {
  EXPECT_EQ(difference("CREATE TABLE t (a int, b varchar(20));",
                       "CREATE TABLE t (a bigint NOT NULL, c text); CREATE INDEX i ON t (c);"),
            "column t.a is `bigint not null` and was `integer`\n"
            "column t.b is missing\n"
            "column t.c is left\n"
            "index i is left\n");
}

TEST(Diff, ExpressionsThatReadAlike) {
  EXPECT_EQ(difference("CREATE VIEW v AS SELECT 1 AS a;", "CREATE VIEW v AS SELECT 2 AS a;"),
            "view v is written differently\n");
  EXPECT_EQ(difference("CREATE TABLE t (a int CHECK (a > 0));",
                       "CREATE TABLE t (a int CONSTRAINT t_a_check CHECK (a > 1));"),
            "constraint t.t_a_check is written differently\n");
  EXPECT_EQ(difference("CREATE TABLE t (a int CHECK (a > 0));",
                       "CREATE TABLE t (a int CONSTRAINT t_a_check CHECK ( a > 0 ));"),
            "");
}

TEST(Diff, EnumsDomainsFunctions) {
  EXPECT_EQ(difference("CREATE TYPE e AS ENUM ('a');", "CREATE TYPE e AS ENUM ('a', 'b');"),
            "type e is `enum ('a', 'b')` and was `enum ('a')`\n");
  EXPECT_EQ(difference("CREATE DOMAIN d AS text;", "CREATE DOMAIN d AS text NOT NULL;"),
            "type d is `domain over text not null` and was `domain over text`\n");
  EXPECT_EQ(difference("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
                       "CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
            "function f(integer) is missing\nfunction f(text) is left\n");
}

TEST(Diff, RecordingSeesWhatWasTouched) {
  EXPECT_EQ(left_over("CREATE TABLE t (a int);", "CREATE TABLE u (a int); DROP TABLE u;"), "");
  EXPECT_EQ(left_over("CREATE TABLE t (a int);",
                      "ALTER TABLE t ADD COLUMN b int; CREATE INDEX i ON t (b);"),
            "column t.b is left\nindex i is left\n");
  EXPECT_EQ(left_over("CREATE TABLE t (a int);", "ALTER TABLE t RENAME TO u;"),
            "table t is missing\ntable u is left\n");
}

/// "gone: …, made: …" of what `sql` does to what `before` has made.
std::string changed(const std::string& before, const std::string& sql,
                    const std::unordered_set<std::string>& names) {
  Folding folding(before);
  folding.catalog.start_recording();
  folding.fold(sql);
  const ChangedKeys keys = changed_keys(folding.catalog, names);
  std::set<std::string> gone;
  for (const auto& each : keys.gone) gone.insert(each.key + " of " + each.name);
  const std::set<std::string> made(keys.made.begin(), keys.made.end());
  return fmt::format("gone: {}; made: {}", fmt::join(gone, ", "), fmt::join(made, ", "));
}

TEST(ChangedKeys, AreThoseOfTheDifference) {
  const std::string table = "CREATE TABLE t (a int PRIMARY KEY, b text); CREATE INDEX i ON t (b);";
  EXPECT_EQ(changed(table, "ALTER TABLE t ADD COLUMN c int;", {}), "gone: ; made: column t.c");
  EXPECT_EQ(changed(table, "ALTER TABLE t ALTER COLUMN b TYPE int USING 1;", {}), "gone: ; made: ");
  EXPECT_EQ(changed(table, "ALTER TABLE t RENAME COLUMN b TO c;", {}),
            "gone: column t.b of t, index i of i; made: column t.c, index i");
  EXPECT_EQ(changed(table, "ALTER TABLE t DROP COLUMN b;", {}),
            "gone: column t.b of t, index i of i; made: ");
  EXPECT_EQ(changed(table, "ALTER TABLE t DROP CONSTRAINT t_pkey;", {}),
            "gone: constraint t.t_pkey of t; made: ");
  EXPECT_EQ(changed(table, "DROP TABLE t; CREATE VIEW t AS SELECT 1 AS a;", {}),
            "gone: column t.a of t, column t.b of t, constraint t.t_pkey of t, index i of i, table "
            "t of t; made: column t.a, view t");
  EXPECT_EQ(changed("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
                    "DROP FUNCTION f(int);", {}),
            "gone: function f(integer) of f; made: ");
}

TEST(ChangedKeys, OfWhatIsNewOnlyNamesThatAreAskedFor) {
  const std::string sql = "CREATE TABLE t (a int); CREATE TABLE s.u (b int); CREATE TABLE v ();";
  EXPECT_EQ(changed("", sql, {}), "gone: ; made: ");
  EXPECT_EQ(changed("", sql, {"t", "u"}),
            "gone: ; made: column s.u.b, column t.a, table s.u, table t");
}

TEST(Diff, ATrialLeavesNothingBehind) {
  Folding folding("CREATE TABLE t (a serial); CREATE VIEW v AS SELECT a FROM t;");
  const Lines before = describe(folding.catalog);
  folding.catalog.start_recording();
  folding.fold("ALTER TABLE t ADD COLUMN b int;");
  const Lines middle = describe(folding.catalog);
  folding.catalog.start_trial();
  folding.fold("DROP TABLE t CASCADE; CREATE TYPE e AS ENUM ('x');");
  EXPECT_EQ(printed(diff(before, describe(folding.catalog))),
            "table t is missing\ntype e is left\nview v is missing\n");
  folding.catalog.roll_back();
  EXPECT_EQ(printed(diff(middle, describe(folding.catalog))), "");
  EXPECT_EQ(printed(diff(before, middle)), "column t.b is left\n");
}

}  // namespace
}  // namespace godwit::codegen::catalog
