// SPDX-License-Identifier: Apache-2.0
//
// A set as the tool compiles it: an enum, a function, a reference to what all tenants share, an
// index that is built outside a transaction; and what `verify` says of one tenant among several.
#include "command_line.hpp"

#include <godwit/maintenance.hpp>
#include <godwit/schemas.hpp>
#include <tenants_set.hpp>

#include <string>

namespace godwit::test {
namespace {

class BuiltSet : public OnDatabase {
 protected:
  BuiltSet() {
    session_.run(
        "CREATE TABLE countries (code text PRIMARY KEY); CREATE SCHEMA t1; CREATE SCHEMA t2; "
        "CREATE SCHEMA other; CREATE TABLE other.thing (id int)");
  }

  SchemaReport compare(const std::string& schema) const {
    return migrator(schema).compare_schema();
  }
  Migrator migrator(const std::string& schema) const {
    Options options;
    options.schema = schema;
    return {database_.conninfo(), tenants_set::migrations(), options};
  }
  std::size_t migrate_all() const {
    return migrate_schemas(database_.conninfo(), tenants_set::migrations(), "t%")
        .count(SchemaOutcome::kMigrated);
  }
};

TEST_F(BuiltSet, IsInEachTenantWhatTheBuildExpects) {
  EXPECT_EQ(migrate_all(), 2U);
  for (const char* schema : {"t1", "t2"}) {
    const SchemaReport report = compare(schema);
    EXPECT_TRUE(report.differences.empty()) << report.differences.front().text;
    EXPECT_TRUE(report.doubtful.empty());
    EXPECT_TRUE(report.unknown.empty()) << report.unknown.front();
    EXPECT_EQ(report.expected_tables, 2U);
    EXPECT_EQ(report.found_tables, 2U);
    EXPECT_EQ(migrator(schema).verify().held.size(), 1U);
  }
  EXPECT_EQ(session_.get("SELECT indisvalid FROM pg_index WHERE indexrelid = "
                         "'t2.notes_account_id_idx'::regclass"),
            "t");
}

TEST_F(BuiltSet, DamageIsThatOfItsTenant) {
  migrate_all();
  session_.run(
      "DROP INDEX t1.notes_account_id_idx; ALTER TABLE t1.accounts ALTER COLUMN name DROP NOT "
      "NULL; CREATE TABLE t1.mine (id int); CREATE TABLE accounts (id int)");
  const SchemaReport first = compare("t1");
  ASSERT_EQ(first.differences.size(), 2U);
  EXPECT_EQ(first.differences[0].text,
            "table accounts: column name: expected text not null, found text");
  EXPECT_EQ(first.differences[1].text, "index notes_account_id_idx is missing");
  EXPECT_EQ(first.unknown, std::vector<std::string>{"table mine"});
  EXPECT_TRUE(compare("t2").differences.empty());
  EXPECT_TRUE(compare("t2").unknown.empty());
}

// Its rows are there, and nothing else: it must not be taken for up to date.
TEST_F(BuiltSet, ATenantMadeAgainIsNotUpToDate) {
  migrate_all();
  session_.run("DROP SCHEMA t1 CASCADE; CREATE SCHEMA t1");
  const SchemasReport many =
      migrate_schemas(database_.conninfo(), tenants_set::migrations(), "t1,t2");
  ASSERT_TRUE(many.schemas[0].error.has_value());
  EXPECT_EQ(many.schemas[0].error->kind(), ErrorKind::kDrift);
  EXPECT_EQ(many.schemas[1].outcome, SchemaOutcome::kCurrent);
  const Error one = failure_of([&] { migrator("t1").up(); });
  EXPECT_EQ(one.detail().message,
            "there is nothing in the schema \"t1\", or no such schema, but the history says what "
            "was applied in it: was it dropped, or dropped and made again?");
  session_.run("DROP SCHEMA t1");
  EXPECT_EQ(failure_of([&] { migrator("t1").up(); }).kind(), ErrorKind::kDrift);
  session_.run(
      "CREATE SCHEMA t1; DELETE FROM schema_migrations WHERE target_schema = 't1'; DELETE FROM "
      "schema_migrations_log WHERE target_schema = 't1'");
  EXPECT_EQ(migrate_all(), 1U);
  EXPECT_TRUE(compare("t1").differences.empty());
}

// Whose objects they are is the role's to say.
TEST_F(BuiltSet, BelongsToTheRole) {
  const Role role(database_);
  session_.run("GRANT ALL ON SCHEMA public, t1, t2 TO " + role.name() +
               "; GRANT REFERENCES ON countries TO " + role.name());
  Options options;
  options.role = role.name();
  const SchemasReport report =
      migrate_schemas(database_.conninfo(), tenants_set::migrations(), "t%", {}, options);
  EXPECT_EQ(report.count(SchemaOutcome::kMigrated), 2U)
      << (report.schemas[0].error ? report.schemas[0].error->what() : "");
  EXPECT_EQ(session_.list("SELECT relowner::regrole FROM pg_class WHERE relname = 'notes'"),
            role.name() + "," + role.name());
  EXPECT_EQ(migrate_schemas(database_.conninfo(), tenants_set::migrations(), "t%", {}, options)
                .count(SchemaOutcome::kCurrent),
            2U);
}

TEST_F(BuiltSet, GoesDownInOneTenantAlone) {
  migrate_all();
  DownOptions all;
  all.count = 3;
  EXPECT_EQ(migrator("t1").down(all).undone.size(), 3U);
  EXPECT_EQ(session_.get("SELECT to_regclass('t1.accounts') IS NULL AND to_regtype('t1.plan') IS "
                         "NULL"),
            "t");
  EXPECT_TRUE(compare("t2").differences.empty());
  const SchemasStatus status =
      check_schemas(database_.conninfo(), tenants_set::migrations(), "t1,t2");
  EXPECT_EQ(status.schemas[0].pending, 3U);
  EXPECT_TRUE(status.schemas[1].is_current);
  EXPECT_EQ(migrate_all(), 1U);
}

}  // namespace
}  // namespace godwit::test
