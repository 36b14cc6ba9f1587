// SPDX-License-Identifier: Apache-2.0
//
// What a migration changes in the schema, in the format of the table.
#include "catalog/expected.hpp"

#include <list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/fold.hpp"

namespace godwit::codegen::catalog {
namespace {

/// What `then` changes after `before`.
std::string change(const std::string& before, const std::string& then, bool is_certain = true) {
  Catalog catalog;
  std::list<std::string> texts;
  std::list<sql::Script> scripts;
  const auto run = [&](const std::string& sql, bool certain) {
    texts.push_back(sql);
    std::vector<sql::SyntaxError> errors;
    scripts.push_back(sql::parse(texts.back(), errors));
    ASSERT_TRUE(errors.empty()) << errors.front().message << ": " << sql;
    for (const sql::Statement& statement : scripts.back().statements())
      fold(catalog, *statement.node,
           {.migration = 0, .is_certain = certain, .section = nullptr, .statement = statement});
  };
  run(before, true);
  catalog.start_recording();
  run(then, is_certain);
  return schema_change(catalog, [](const Name& name) { return name.name == "external"; });
}

TEST(SchemaChange, ANewTableWithItsParts) {
  EXPECT_EQ(change("",
                   "CREATE TABLE notes (id bigserial PRIMARY KEY, body varchar(20) NOT NULL,"
                   " price numeric(12), at timestamptz(3) DEFAULT now(), tags text[]);"
                   "CREATE INDEX ON notes (lower(body)) WHERE id > 3;"),
            "=table notes\n"
            "=column .at\ttimestamp(3) with time zone default\n"
            "=column .body\tcharacter varying(20) not null\n"
            "=column .id\tbigint not null default\n"
            "=column .price\tnumeric(12,0)\n"
            "=column .tags\ttext[]\n"
            "=constraint .notes_pkey\tPRIMARY KEY (id)\n"
            "=index notes_lower_idx\tindex on notes ((expression)) where (expression)\n"
            "=sequence notes_id_seq\tsequence owned by notes.id\n");
}

TEST(SchemaChange, ADefaultOfNullThatThereIs) {
  EXPECT_EQ(change("CREATE DOMAIN d AS int;",
                   "CREATE TABLE t (a text DEFAULT NULL, b varchar(3) DEFAULT NULL, c interval(3) "
                   "DEFAULT NULL, d d DEFAULT NULL, e jsonb DEFAULT NULL::jsonb, f text DEFAULT "
                   "NULL::varchar, g char DEFAULT NULL, h numeric DEFAULT NULL);"),
            "=table t\n"
            "=column .a\ttext\n"
            "=column .b\tcharacter varying(3) default\n"
            "=column .c\tinterval(3)\n"
            "=column .d\td default\n"
            "=column .e\tjsonb\n"
            "=column .f\ttext default\n"
            "=column .g\tcharacter(1) default\n"
            "=column .h\tnumeric\n");
  EXPECT_EQ(change("CREATE TABLE t (b varchar(3));", "ALTER TABLE t ALTER b SET DEFAULT NULL;"),
            "@t\n=column .b\tcharacter varying(3) default\n");
}

TEST(SchemaChange, WhatWasOfATypeThatIsGone) {
  const std::string was =
      "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int);"
      "CREATE FUNCTION f(m mood) RETURNS int LANGUAGE sql AS 'select 1';"
      "CREATE FUNCTION g(r t) RETURNS int LANGUAGE sql AS 'select 1';";
  EXPECT_EQ(change(was, "DROP FUNCTION f; DROP FUNCTION g(t); DROP TABLE t; DROP TYPE mood;"),
            "-function f(mood)\n-function g(t)\n-table t\n-type mood\n");
}

TEST(SchemaChange, OnlyWhatDiffers) {
  const std::string table = "CREATE SCHEMA crm; CREATE TABLE crm.notes (id int, body text, a int);";
  EXPECT_EQ(change(table, "ALTER TABLE crm.notes ALTER id TYPE bigint, DROP COLUMN a;"),
            "-column crm.notes.a\n@crm.notes\n=column .id\tbigint\n");
  EXPECT_EQ(change(table, "DROP TABLE crm.notes;"), "-table crm.notes\n");
  EXPECT_EQ(change(table, "ALTER TABLE crm.notes ENABLE ROW LEVEL SECURITY;"),
            "=table crm.notes\ttable with row security\n");
  EXPECT_EQ(change(table, "UPDATE crm.notes SET id = 1; SELECT 1;"), "");
}

TEST(SchemaChange, WhatNobodyKnowsIsSaidToBeUnknown) {
  EXPECT_EQ(change("CREATE TABLE t (a int); CREATE INDEX i ON t (a);",
                   "ALTER TABLE t ADD COLUMN b int;", false),
            "?table t\n");
  EXPECT_EQ(change("CREATE TABLE t (a int);", "CREATE TABLE u AS SELECT * FROM elsewhere;"),
            "?columns u\n=table u\n");
  EXPECT_EQ(change("", "CREATE TABLE t (a interval day to second, b other.kind, c citext);"),
            "=table t\n=column .a\t?\n=column .b\t?\n=column .c\tcitext\n");
  EXPECT_EQ(change("",
                   "CREATE TABLE t (a date); CREATE INDEX i ON t (date(a));"
                   "CREATE INDEX j ON t ((a::date), lower('x'));"),
            "=table t\n=column .a\tdate\n=index i\t?\n=index j\t?\n");
  EXPECT_EQ(change("", "CREATE FUNCTION f(a t.b%TYPE) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
            "");
  EXPECT_EQ(change("", "CREATE FUNCTION f(OUT a int) LANGUAGE sql AS 'SELECT 1';"),
            "=function f()\t?\n");
}

TEST(SchemaChange, OthersTablesAreLeftOut) {
  EXPECT_EQ(change("", "CREATE TABLE external (a int); CREATE INDEX i ON external (a);"),
            "=index i\tindex on external (a)\n");
}

TEST(SchemaChange, NamesKeepTheirBytes) {
  EXPECT_EQ(change("",
                   "CREATE TYPE \".a\\b\" AS ENUM ('x\ty', 'z\nz');"
                   "CREATE TABLE \"T.x\" (\"a\tb\" \"char\", k char(3), l bpchar);"),
            "=table T.x\n=column .a\\tb\tchar\n=column .k\tcharacter(3)\n=column .l\tbpchar\n"
            "=type \\.a\\\\b\tenum ('x\\ty', 'z\\nz')\n");
}

}  // namespace
}  // namespace godwit::codegen::catalog
