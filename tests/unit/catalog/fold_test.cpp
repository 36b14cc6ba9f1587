// SPDX-License-Identifier: Apache-2.0
//
// SQL in, the tables that it adds up to out, as text.
#include "catalog/fold.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace godwit::codegen::catalog {
namespace {

const char* kind_of(const Constraint& constraint) {
  switch (constraint.kind) {
    case ConstraintKind::kCheck:
      return "check";
    case ConstraintKind::kPrimaryKey:
      return "primary key";
    case ConstraintKind::kUnique:
      return "unique";
    case ConstraintKind::kForeignKey:
      return "foreign key";
    case ConstraintKind::kExclusion:
      return "exclusion";
  }
  return "";
}

std::string columns_of(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ",") + column;
  return text;
}

std::string describe(const Relation& table) {
  std::string text = table.name.schema + "." + table.name.name + ":";
  for (const Column& column : table.columns) {
    text += " " + column.name + " " + to_string(column.type);
    text += column.is_not_null ? " not null" : "";
    text += column.is_identity ? " identity" : "";
    text += column.is_generated ? " generated" : "";
    text += column.has_default ? " default" : "";
    text += ";";
  }
  for (const Constraint& constraint : table.constraints) {
    text += std::string(" ") + kind_of(constraint) + " " + constraint.name + "(" +
            columns_of(constraint.columns) + ")";
    text += constraint.is_validated ? "" : " not valid";
    text += ";";
  }
  for (const std::string& index : table.indexes) text += " index " + index + ";";
  return text;
}

/// Keeps the parsed scripts, which the catalog may point into.
class Folding {
 public:
  void fold(const std::string& text, MigrationIndex migration = 0, bool is_certain = true) {
    texts_.push_back(text);
    std::vector<sql::SyntaxError> errors;
    scripts_.push_back(sql::parse(texts_.back(), errors));
    ASSERT_TRUE(errors.empty()) << errors.front().message << ": " << text;
    for (const sql::Statement& statement : scripts_.back().statements())
      catalog::fold(catalog, *statement.node,
                    {.migration = migration,
                     .is_certain = is_certain,
                     .section = nullptr,
                     .statement = statement});
  }

  /// All tables, sorted by name, a line each.
  std::string tables() const {
    std::map<Name, std::string> sorted;
    for (const auto& [name, relation] : catalog.relations.all()) {
      if (is_table(relation->kind))
        sorted[name] = describe(*relation);
    }
    std::string text;
    for (const auto& [name, line] : sorted) text += line + "\n";
    return text;
  }

  Catalog catalog;

 private:
  std::vector<std::string> texts_;
  std::vector<sql::Script> scripts_;
};

std::string tables_of(const std::string& sql) {
  Folding folding;
  folding.fold(sql);
  return folding.tables();
}

TEST(Fold, CreateTableWithConstraints) {
  EXPECT_EQ(
      tables_of("CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, "
                "age int DEFAULT 1 CHECK (age > 0), n int GENERATED ALWAYS AS IDENTITY, "
                "g int GENERATED ALWAYS AS (age + 1) STORED, "
                "boss bigint REFERENCES users, CONSTRAINT c CHECK (age < 9 AND n > 1), "
                "UNIQUE (age, n))"),
      "public.users: id bigint not null default; email text not null; age integer default; "
      "n integer not null identity; g integer generated; boss bigint; primary key "
      "users_pkey(id); unique users_email_key(email); check users_age_check(age); foreign key "
      "users_boss_fkey(boss); check c(age,n); unique users_age_n_key(age,n); index "
      "users_pkey; index users_email_key; index users_age_n_key;\n");
}

TEST(Fold, GeneratedNamesAreCutAndNumbered) {
  const std::string long_name(60, 'a');
  EXPECT_EQ(tables_of("CREATE TABLE " + long_name + " (bbbbbbbbbb int UNIQUE)"),
            "public." + long_name + ": bbbbbbbbbb integer; unique " + std::string(48, 'a') +
                "_bbbbbbbbbb_key(bbbbbbbbbb); index " + std::string(48, 'a') +
                "_bbbbbbbbbb_key;\n");
  EXPECT_EQ(tables_of("CREATE TABLE t (a int CHECK (a > 0) CHECK (a < 9))"),
            "public.t: a integer; check t_a_check(a); check t_a_check1(a);\n");
}

TEST(Fold, SearchPathAndSchemas) {
  EXPECT_EQ(
      tables_of("CREATE TABLE a (x int); SET search_path = crm, public; CREATE TABLE b (x int);"
                "ALTER TABLE a ADD y int; RESET search_path; CREATE TABLE b (z int);"
                "SELECT set_config('search_path', 'app', false); CREATE TABLE c (x int);"
                "CREATE SCHEMA s CREATE TABLE d (x int);"),
      "app.c: x integer;\ncrm.b: x integer;\npublic.a: x integer; y integer;\npublic.b: z "
      "integer;\ns.d: x integer;\n");
}

TEST(Fold, AlterTable) {
  EXPECT_EQ(
      tables_of("CREATE TABLE t (a int, b text, c int, CHECK (a > c)); CREATE INDEX i ON t (c, b);"
                "ALTER TABLE t ADD d date, ALTER a TYPE bigint, ALTER b SET NOT NULL, "
                "ADD CONSTRAINT k CHECK (b <> '') NOT VALID, ADD PRIMARY KEY (a), ALTER d SET "
                "DEFAULT now();"),
      "public.t: a bigint not null; b text not null; c integer; d date default; check "
      "t_check(a,c); check k(b) not valid; primary key t_pkey(a); index i; index t_pkey;\n");
  EXPECT_EQ(
      tables_of("CREATE TABLE t (a int PRIMARY KEY, b int, CHECK (a > b)); CREATE INDEX i ON t "
                "(b); CREATE INDEX j ON t (a);"
                "ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP CONSTRAINT t_pkey;"
                "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text;"),
      "public.t: a integer not null; index j;\n");
}

TEST(Fold, ValidateAndUsingIndex) {
  EXPECT_EQ(tables_of("CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD "
                      "CONSTRAINT k PRIMARY KEY USING INDEX i, ADD CONSTRAINT c CHECK (a > 0) NOT "
                      "VALID; ALTER TABLE t VALIDATE CONSTRAINT c;"),
            "public.t: a integer not null; primary key k(a); check c(a); index k;\n");
}

TEST(Fold, Renames) {
  EXPECT_EQ(
      tables_of("CREATE TABLE t (a int PRIMARY KEY); CREATE INDEX i ON t (a); CREATE TABLE u "
                "(t int REFERENCES t);"
                "ALTER TABLE t RENAME COLUMN a TO b; ALTER INDEX i RENAME TO j; ALTER TABLE t "
                "RENAME CONSTRAINT t_pkey TO k; ALTER TABLE t RENAME TO v; ALTER TABLE v SET "
                "SCHEMA crm; ALTER SCHEMA crm RENAME TO app;"),
      "app.v: b integer not null; primary key k(b); index k; index j;\n"
      "public.u: t integer; foreign key u_t_fkey(t);\n");
}

TEST(Fold, ForeignKeysFollowARename) {
  Folding folding;
  folding.fold(
      "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (t int REFERENCES t); ALTER TABLE "
      "t RENAME TO v;");
  EXPECT_EQ(folding.catalog.relations.find({"public", "u"})->constraints.at(0).referenced_table,
            (Name{"public", "v"}));
}

TEST(Fold, PartitionsAndInheritance) {
  EXPECT_EQ(tables_of("CREATE TABLE p (a int NOT NULL, b text) PARTITION BY RANGE (a);"
                      "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);"
                      "CREATE TABLE l (LIKE p, c int); CREATE TABLE i (d int) INHERITS (l);"
                      "ALTER TABLE p ADD e int; ALTER TABLE l ALTER b TYPE varchar(3), DROP c;"),
            "public.i: a integer not null; b varchar(3); d integer;\n"
            "public.l: a integer not null; b varchar(3);\n"
            "public.p: a integer not null; b text; e integer;\n"
            "public.p1: a integer not null; b text; e integer;\n");
  EXPECT_EQ(
      tables_of("CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p "
                "DEFAULT; DROP TABLE p;"),
      "");
}

TEST(Fold, Drops) {
  EXPECT_EQ(tables_of("CREATE SCHEMA s; CREATE TABLE s.a (x int); CREATE TABLE b (x int); CREATE "
                      "INDEX i ON b (x); DROP INDEX i; DROP SCHEMA s CASCADE;"),
            "public.b: x integer;\n");
}

TEST(Fold, WhatIsNotThereIsLeftAlone) {
  EXPECT_EQ(
      tables_of("DROP TABLE a; DROP INDEX b; ALTER TABLE IF EXISTS c RENAME TO d; ALTER TYPE e "
                "ADD VALUE 'f'; COMMENT ON TABLE g IS 'h';"),
      "");
  EXPECT_EQ(tables_of("ALTER TABLE others ADD a int; ALTER TABLE others ALTER b TYPE int;"),
            "public.others: a integer;\n");
}

TEST(Fold, Types) {
  Folding folding;
  folding.fold(
      "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TYPE mood ADD VALUE 'glad'; ALTER TYPE "
      "mood ADD VALUE IF NOT EXISTS 'meh' BEFORE 'ok'; ALTER TYPE mood ADD VALUE IF NOT "
      "EXISTS 'ok'; ALTER TYPE mood RENAME VALUE 'glad' TO 'happy';"
      "CREATE DOMAIN d AS varchar(3); CREATE DOMAIN e AS d CHECK (VALUE <> '');");
  const UserType* mood = folding.catalog.types.find({"public", "mood"});
  ASSERT_NE(mood, nullptr);
  EXPECT_EQ(columns_of(mood->values), "sad,meh,ok,happy");
  EXPECT_EQ(
      to_string(folding.catalog.base_type({.schema = "public", .name = "e", .modifiers = {}})),
      "varchar(3)");
  EXPECT_TRUE(
      folding.catalog.is_constrained_domain({.schema = "public", .name = "e", .modifiers = {}}));
  EXPECT_FALSE(
      folding.catalog.is_constrained_domain({.schema = "public", .name = "d", .modifiers = {}}));
}

TEST(Fold, MadeInSaysWhichMigration) {
  Folding folding;
  folding.fold("CREATE TABLE t (a int);", 3);
  folding.fold(
      "ALTER TABLE t ADD b int; CREATE TABLE IF NOT EXISTS t (c int); ALTER TABLE t RENAME "
      "TO u;",
      4);
  const Relation* table = folding.catalog.relations.find({"public", "u"});
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->made_in, 3);
  EXPECT_EQ(table->find_column("a")->made_in, 3);
  EXPECT_EQ(table->find_column("b")->made_in, 4);
  EXPECT_EQ(table->find_column("c"), nullptr);
}

TEST(Fold, UnderAConditionIsUncertain) {
  Folding folding;
  folding.fold("CREATE TABLE t (a int); CREATE TABLE u (a int);");
  folding.fold("DROP TABLE t; ALTER TABLE u ADD b int; CREATE TABLE v (a int);", 1, false);
  for (const char* name : {"t", "u", "v"}) {
    const Relation* table = folding.catalog.relations.find({"public", name});
    ASSERT_NE(table, nullptr) << name;
    EXPECT_TRUE(table->is_uncertain) << name;
  }
}

TEST(Fold, NotNullIsProvedByValidatedChecks) {
  Folding folding;
  folding.fold(
      "CREATE TABLE t (a int NOT NULL, b int CHECK (b IS NOT NULL), c int, d int, e int,"
      "CHECK (c IS NOT NULL AND (c > 0 AND d IS NOT NULL)), CHECK (e IS NOT NULL OR a > 0));");
  const Relation& table = *folding.catalog.relations.find({"public", "t"});
  for (const char* column : {"a", "b", "c", "d"}) EXPECT_TRUE(table.is_proved_not_null(column));
  EXPECT_FALSE(table.is_proved_not_null("e"));
  EXPECT_FALSE(table.is_proved_not_null("z"));
}

TEST(Trial, IsTakenBackWhole) {
  Folding folding;
  folding.fold(
      "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (b int); CREATE INDEX i ON u (b);"
      "CREATE TYPE mood AS ENUM ('sad');");
  const std::string before = folding.tables();
  folding.catalog.start_trial();
  folding.fold(
      "ALTER TABLE t ADD z int; ALTER TABLE t DROP a; DROP TABLE u; CREATE TABLE u (c int);"
      "CREATE TABLE w (x int); ALTER TABLE w RENAME TO t2; ALTER TABLE t RENAME TO t3;"
      "ALTER TYPE mood ADD VALUE 'ok'; SET search_path = crm; DROP INDEX i;",
      1);
  EXPECT_NE(folding.tables(), before);
  folding.catalog.roll_back();
  EXPECT_EQ(folding.tables(), before);
  EXPECT_EQ(folding.catalog.types.find({"public", "mood"})->values.size(), 1U);
  EXPECT_EQ(folding.catalog.search_path(), std::vector<std::string>{"public"});
  EXPECT_NE(folding.catalog.indexes.find({"public", "i"}), nullptr);
  folding.fold("ALTER TABLE t ADD y int;", 2);
  EXPECT_NE(folding.tables(), before);
}

}  // namespace
}  // namespace godwit::codegen::catalog
