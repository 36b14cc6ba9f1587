// SPDX-License-Identifier: Apache-2.0
//
// A set in one schema of many: where it writes, what it finds, and that nothing meant for a tenant
// ever lands in public.
#include "command_line.hpp"
#include "fixture.hpp"
#include "pooler.hpp"
#include "process.hpp"
#include "wire_proxy.hpp"

#include <godwit/database.hpp>
#include <godwit/maintenance.hpp>
#include <godwit/schemas.hpp>

#include <csignal>
#include <string>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Tenant : public OnDatabase {
 protected:
  Tenant() { session_.run("CREATE SCHEMA t1; CREATE SCHEMA t2"); }

  static Options in(std::string schema) {
    Options options;
    options.schema = std::move(schema);
    return options;
  }
  static void add_notes(SetBuilder& builder) {
    builder.add(1, "notes", {"CREATE TABLE notes (id int)"}).down("DROP TABLE notes");
    builder.add(2, "body", {"ALTER TABLE notes ADD COLUMN body text"})
        .down("ALTER TABLE notes DROP COLUMN body");
  }
  std::string rows(const std::string& table = "schema_migrations") const {
    return session_.list(fmt::format(
        "SELECT format('%s:%s', target_schema, migration_number) FROM {} ORDER BY id", table));
  }
  std::string schemas_of(const std::string& relation) const {
    return session_.list(fmt::format(
        "SELECT relnamespace::regnamespace FROM pg_class WHERE relname = '{}' ORDER BY 1::text",
        relation));
  }
};

TEST_F(Tenant, HasItsOwnTablesAndRows) {
  SetBuilder builder;
  add_notes(builder);
  EXPECT_EQ(versions(up(builder.set(), in("t1"))), "1,2");
  EXPECT_EQ(versions(up(builder.set(), in("t2"))), "1,2");
  EXPECT_EQ(versions(up(builder.set(), in("t2"))), "");
  EXPECT_EQ(schemas_of("notes"), "t1,t2");
  EXPECT_EQ(rows(), "t1:1,t1:2,t2:1,t2:2");
  EXPECT_EQ(rows("schema_migrations_log"), "t1:1,t1:2,t2:1,t2:2");
  EXPECT_EQ(schemas_of("schema_migrations"), "public");
  // The set without a schema is another history again.
  EXPECT_EQ(versions(up(builder.set())), "1,2");
  EXPECT_EQ(schemas_of("notes"), "public,t1,t2");
}

TEST_F(Tenant, CommandsSeeItsHistoryAlone) {
  SetBuilder builder;
  add_notes(builder);
  up(builder.set(), in("t1"));
  Migrator second(database_.conninfo(), builder.set(), in("t2"));
  EXPECT_EQ(second.status().count(State::kPending), 2U);
  EXPECT_TRUE(second.log().empty());
  second.stamp("1", {});
  EXPECT_EQ(rows(), "t1:1,t1:2,t2:1");
  second.forget("1", {});
  second.up();
  EXPECT_EQ(second.down({}).undone.size(), 1U);
  EXPECT_EQ(rows(), "t1:1,t1:2,t2:1");
  EXPECT_EQ(session_.list("SELECT attrelid::regclass FROM pg_attribute WHERE attname = 'body' "
                          "ORDER BY 1::text"),
            "t1.notes");
  EXPECT_EQ(second.log().back().event, "undone");
  EXPECT_EQ(session_.list("SELECT event FROM schema_migrations_log WHERE target_schema = 't2' "
                          "ORDER BY id"),
            "stamped,forgotten,applied,applied,undone");
}

TEST_F(Tenant, FindsInPublicWhatAllShare) {
  session_.run("CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%')");
  SetBuilder builder;
  builder.add(1, "users", {"CREATE TABLE users (address email)"});
  up(builder.set(), in("t1"));
  EXPECT_EQ(schemas_of("users"), "t1");
}

TEST_F(Tenant, RepeatablesAreItsOwn) {
  SetBuilder builder;
  builder
      .add(0, "total",
           {"CREATE OR REPLACE FUNCTION total() RETURNS int LANGUAGE sql AS "
            "'SELECT 1'"})
      .repeatable();
  up(builder.set(), in("t1"));
  EXPECT_EQ(up(builder.set(), in("t2")).applied.size(), 1U);
  SetBuilder changed;
  changed
      .add(0, "total",
           {"CREATE OR REPLACE FUNCTION total() RETURNS int LANGUAGE sql AS "
            "'SELECT 2'"})
      .repeatable();
  EXPECT_EQ(up(changed.set(), in("t1")).applied.size(), 1U);
  EXPECT_EQ(session_.get("SELECT t1.total() || ',' || t2.total()"), "2,1");
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "2");
}

TEST_F(Tenant, AMissingSchemaIsNotPublic) {
  SetBuilder builder;
  add_notes(builder);
  const Error error = failure(builder.set(), in("t3"));
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(error.what()).find("there is no schema \"t3\""), std::string::npos)
      << error.what();
  EXPECT_EQ(schemas_of("notes"), "");
  for (const char* name : {"pg_x", "information_schema", "$user", "a\nb"}) {
    EXPECT_EQ(failure(builder.set(), in(name)).kind(), ErrorKind::kUsage) << name;
  }
  EXPECT_EQ(failure(builder.set(), in(std::string(64, 'x'))).kind(), ErrorKind::kUsage);
}

TEST_F(Tenant, ASchemaThatGoesMeanwhileLeavesNothingInPublic) {
  SetBuilder builder;
  builder.add(1, "first", {"CREATE TABLE first (id int)"});
  builder.add(2, "notes", {"DROP SCHEMA t1 CASCADE", "CREATE TABLE notes (id int)"});
  const Error error = failure(builder.set(), in("t1"));
  EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
  EXPECT_EQ(schemas_of("notes"), "");
  EXPECT_EQ(schemas_of("first"), "t1") << "what was applied before stays";
  EXPECT_EQ(rows(), "t1:1");
}

TEST_F(Tenant, ASchemaThatTheRoleMayNotUseIsNotPublic) {
  const Role role(database_);
  session_.run(fmt::format("GRANT ALL ON SCHEMA public TO {0}; GRANT ALL ON DATABASE {1} TO {0}",
                           role.name(), database_.name()));
  SetBuilder builder;
  add_notes(builder);
  const Error error =
      failure_of([&] { migrate(database_.conninfo_as(role.name()), builder.set(), in("t1")); });
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_NE(std::string(error.what()).find("GRANT USAGE, CREATE ON SCHEMA \"t1\" TO"),
            std::string::npos)
      << error.what();
  EXPECT_EQ(schemas_of("notes"), "");
  session_.run(fmt::format("GRANT USAGE, CREATE ON SCHEMA t1 TO {}", role.name()));
  Options as_role = in("t1");
  migrate(database_.conninfo_as(role.name()), builder.set(), as_role);
  EXPECT_EQ(schemas_of("notes"), "t1");
}

TEST_F(Tenant, NamesAreNames) {
  SetBuilder builder;
  add_notes(builder);
  for (const std::string name :
       {"t1\", \"t2", "it's", "100%_\\sure", "Ünïcode", "a, public", "select"}) {
    std::string quoted;
    for (const char c : name) {
      quoted.append(c == '"' ? 2 : 1, c);
    }
    session_.run("CREATE SCHEMA \"" + quoted + "\"");
    up(builder.set(), in(name));
    EXPECT_EQ(
        session_.get(fmt::format("SELECT to_regclass($q$\"{}\".notes$q$) IS NOT NULL", quoted)),
        "t")
        << name;
    EXPECT_EQ(session_.get(fmt::format("SELECT count(*) FROM schema_migrations WHERE target_schema "
                                       "= $q${}$q$",
                                       name)),
              "2")
        << name;
  }
  EXPECT_EQ(session_.get("SELECT to_regclass('t1.notes') IS NULL AND to_regclass('t2.notes') IS "
                         "NULL AND to_regclass('public.notes') IS NULL"),
            "t");
}

TEST_F(Tenant, CostsTheRoundTripsOfAnyRun) {
  SetBuilder builder;
  for (int i = 1; i <= 20; ++i) {
    builder.add(i, fmt::format("m{}", i), {fmt::format("CREATE TABLE m{} ()", i)});
  }
  const WireProxy first;
  migrate(first.conninfo(database_.name()), builder.set(), in("t1"));
  EXPECT_EQ(first.round_trips(), 4);
  const WireProxy again;
  migrate(again.conninfo(database_.name()), builder.set(), in("t1"));
  EXPECT_EQ(again.round_trips(), 2);
}

TEST_F(Tenant, DependsOnTheSharedPartOfAnotherSet) {
  SetBuilder core("core");
  core.add(3, "countries", {"CREATE TABLE countries (id int PRIMARY KEY)"});
  SetBuilder builder("crm");
  builder.add(1, "clients", {"CREATE TABLE clients (country int REFERENCES countries)"})
      .depends_on("core", 3);
  EXPECT_EQ(failure(builder.set(), in("t1")).kind(), ErrorKind::kFailed);
  up(core.set());
  EXPECT_EQ(versions(up(builder.set(), in("t1"))), "1");
  EXPECT_EQ(session_.get("SELECT confrelid::regclass FROM pg_constraint WHERE contype = 'f'"),
            "countries");
}

TEST_F(Tenant, WhatItNeedsOfAnotherSetIsNotUndone) {
  SetBuilder core("core");
  core.add(3, "countries", {"CREATE TABLE countries (id int PRIMARY KEY)"})
      .down("DROP TABLE countries CASCADE");
  SetBuilder builder("crm");
  builder.add(1, "clients", {"SELECT 1"}).depends_on("core", 3).down("SELECT 1");
  up(core.set());
  up(builder.set(), in("t1"));
  const auto undo = [&](SetBuilder& set, Options options = {}) {
    return Migrator(database_.conninfo(), set.set(), std::move(options)).down({}).undone.size();
  };
  const Error error = failure_of([&] { undo(core); });
  EXPECT_EQ(
      error.detail().message,
      "003_countries cannot be undone: 001_clients of the set \"crm\" in the schema \"t1\" is "
      "applied and depends on it");
  // One of the two is enough.
  up(core.set(), in("t1"));
  EXPECT_EQ(undo(core), 1U);
  EXPECT_EQ(failure_of([&] { undo(core, in("t1")); }).kind(), ErrorKind::kFailed);
  EXPECT_TRUE(broken_dependencies(database_.conninfo(), builder.set(), in("t1")).empty());
  EXPECT_EQ(undo(builder, in("t1")), 1U);
  EXPECT_EQ(undo(core, in("t1")), 1U);
}

TEST_F(Tenant, OfANewerBuildMayHaveASquash) {
  SetBuilder older;
  add_notes(older);
  SetBuilder newer;
  newer.add(3, "all", {"CREATE TABLE notes (id int, body text)"}).replaces({{1, 2}}, {1, 2});
  up(newer.set(), in("t1"));
  EXPECT_EQ(versions(up(older.set(), in("t1"))), "");
  const SchemasStatus status = check_schemas(database_.conninfo(), older.set(), "t1,t2");
  ASSERT_EQ(status.schemas.size(), 2U);
  EXPECT_TRUE(status.schemas[0].is_current);
  EXPECT_EQ(status.schemas[1].pending, 2U);
  // A squash of no schema is nothing to a tenant, nor is that of another one.
  up(newer.set());
  EXPECT_EQ(versions(up(older.set(), in("t2"))), "1,2");
  EXPECT_EQ(versions(up(older.set())), "");
}

TEST_F(Tenant, IsNotHeldUpByAnother) {
  SetBuilder builder;
  add_notes(builder);
  SetBuilder slow;
  slow.add(1, "notes", {"SELECT pg_sleep(60)"});
  Child child([&]() -> int {
    migrate(database_.conninfo(), slow.set(), in("t1"));
    return 0;
  });
  wait_for_sleeper();
  // The history is there, so that nobody has to make it.
  Options options = in("t2");
  options.wait = milliseconds{20000};
  SetBuilder other;
  other.add(1, "other", {"CREATE TABLE other ()"});
  session_.run(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = "
      "current_database() AND wait_event = 'PgSleep'");
  child.wait();
  up(other.set());
  Child holder([&]() -> int {
    migrate(database_.conninfo(), slow.set(), in("t1"));
    return 0;
  });
  wait_for_sleeper();
  EXPECT_EQ(versions(up(builder.set(), options)), "1,2");
  options.schema = "t1";
  options.wait = milliseconds{300};
  EXPECT_EQ(failure(builder.set(), options).kind(), ErrorKind::kBusy);
}

// Between the look at the history and the one at the log.
TEST_F(Tenant, TheFirstMigrationOfAnotherRunIsNoEmptiedHistory) {
  SetBuilder builder;
  add_notes(builder);
  up(builder.set(), in("t2"));
  const Session other(database_.conninfo());
  other.run("BEGIN; LOCK TABLE schema_migrations_log");
  Child child([&]() -> int {
    return migrate(database_.conninfo(), builder.set(), in("t1")).applied.size() == 1 ? 0 : 1;
  });
  wait_for(
      "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
      "current_database()");
  const std::string columns =
      "migration_set, kind, migration_name, migration_number, checksum, run_id";
  other.run(fmt::format(
      "CREATE TABLE t1.notes (id int); INSERT INTO schema_migrations (target_schema, state, {0}) "
      "SELECT 't1', state, {0} FROM schema_migrations WHERE migration_number = 1; INSERT INTO "
      "schema_migrations_log (target_schema, event, {0}) SELECT 't1', event, {0} FROM "
      "schema_migrations_log WHERE migration_number = 1; COMMIT",
      columns));
  EXPECT_EQ(child.wait(), 0) << child.err();
}

// ---- Outside a transaction -------------------------------------------------------------------

TEST_F(Tenant, StepsRunInItAndLeaveTheSessionAsItWas) {
  session_.run("CREATE TABLE t (id int); CREATE TABLE t1.t (id int); SET search_path = public");
  SetBuilder builder;
  builder.add(1, "index", {"CREATE INDEX CONCURRENTLY t_id ON t (id)", "VACUUM t"})
      .outside_transaction()
      .builds_index(0, "t", "t_id");
  migrate(session_.raw(), builder.set(), in("t1"));
  EXPECT_EQ(schemas_of("t_id"), "t1");
  EXPECT_EQ(session_.get("SHOW search_path"), "public");
  EXPECT_EQ(rows(), "t1:1");
}

TEST_F(Tenant, AnInvalidIndexOfItsOwnIsDroppedAndBuiltAgain) {
  session_.run("CREATE TABLE t1.t AS SELECT 1 AS id FROM generate_series(1, 2)");
  SetBuilder builder;
  builder.add(1, "index", {"CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)"})
      .outside_transaction()
      .builds_index(0, "t", "t_id");
  failure(builder.set(), in("t1"));
  EXPECT_EQ(session_.get("SELECT indisvalid FROM pg_index WHERE indexrelid = 't1.t_id'::regclass"),
            "f");
  session_.run("DELETE FROM t1.t WHERE ctid = '(0,1)'");
  up(builder.set(), in("t1"));
  EXPECT_EQ(session_.get("SELECT indisvalid FROM pg_index WHERE indexrelid = 't1.t_id'::regclass"),
            "t");
}

// The claim of a run that died in DROP INDEX CONCURRENTLY after it had taken effect: an index of
// that name in public is not this tenant's.
TEST_F(Tenant, AnIndexOfPublicIsNotTakenForItsOwn) {
  session_.run("CREATE TABLE t (id int); CREATE INDEX t_id ON t (id); CREATE TABLE t1.t (id int)");
  SetBuilder builder;
  builder.add(1, "index", {"DROP INDEX CONCURRENTLY t_id"})
      .outside_transaction()
      .drops_index(0, "t_id");
  SetBuilder before;
  before.add(7, "x", {"CREATE TABLE x ()"});
  up(before.set(), in("t1"));
  session_.run(
      "INSERT INTO schema_migrations (migration_name, migration_number, checksum, migration_set, "
      "target_schema, kind, state, step, steps, run_id, claim_pid, claim_backend_start, "
      "claim_system_id) SELECT '001_index', 1, '" +
      std::string(builder.set().migrations[0].checksum) +
      "', 'main', 't1', 'versioned', 'running', 0, 1, gen_random_uuid(), 1, now(), 0");
  Options options = in("t1");
  options.order = OrderPolicy::kAny;
  up(builder.set(), options);
  EXPECT_EQ(schemas_of("t_id"), "public");
}

// ---- Around it -------------------------------------------------------------------------------

TEST_F(Tenant, ThroughAPoolerLeavesNoSearchPath) {
  const Pooler pooler(1);
  SetBuilder builder;
  add_notes(builder);
  migrate(pooler.conninfo(database_.name()), builder.set(), in("t1"));
  const Session next(pooler.conninfo(database_.name()));
  EXPECT_EQ(next.get("SHOW search_path"), "\"$user\", public");
  EXPECT_EQ(schemas_of("notes"), "t1");
}

TEST_F(Tenant, IsNoDatabaseToEmpty) {
  SetBuilder builder;
  add_notes(builder);
  builder.allow_fresh();
  up(builder.set(), in("t1"));
  FreshOptions wanted;
  wanted.name = database_.name();
  const Error error =
      failure_of([&] { Migrator(database_.conninfo(), builder.set(), in("t1")).fresh(wanted); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(schemas_of("notes"), "t1");
}

class TenantCommand : public CommandLine {
 protected:
  TenantCommand() { session_.run("CREATE SCHEMA t1"); }
};

TEST_F(TenantCommand, LineKnowsTheSchema) {
  EXPECT_EQ(run({"up", "--schema=t1"}).code, 0);
  EXPECT_EQ(run({"check", "--schema=t1"}).code, 0);
  EXPECT_EQ(run({"check"}).code, 3);
  const Outcome status = run({"status", "--schema=t1"});
  EXPECT_NE(status.out.find("set main in the schema t1, 3 migrations"), std::string::npos)
      << status.out;
  EXPECT_EQ(run({"up", "--schema=t2"}).code, 2);
  EXPECT_EQ(run({"up", "--schema=t1", "--create-db"}).code, 2);
}

TEST_F(TenantCommand, ScriptForPsqlRunsInIt) {
  const Outcome script = run({"sql", "--schema=t1"});
  ASSERT_EQ(script.code, 0) << script.err;
  // The lines for psql alone are its own; the server takes the rest as one statement each.
  std::string sql;
  for (std::size_t at = 0; at < script.out.size();) {
    const std::size_t end = script.out.find('\n', at);
    const std::string line = script.out.substr(at, end - at);
    sql += line.substr(0, 1) == "\\" ? "" : line + "\n";
    at = end == std::string::npos ? script.out.size() : end + 1;
  }
  session_.run(sql);
  EXPECT_EQ(run({"check", "--schema=t1"}).code, 0);
  EXPECT_EQ(session_.get("SELECT to_regclass('t1.clients') IS NOT NULL AND "
                         "to_regclass('public.clients') IS NULL"),
            "t");
}

TEST_F(TenantCommand, RehearsalRunsInItAndLeavesNothing) {
  const Outcome outcome = run({"up", "--schema=t1", "--rehearse"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(session_.get("SELECT count(*) FROM pg_class WHERE relname = 'clients'"), "0");
  EXPECT_EQ(run({"plan", "--schema=t1"}).code, 0);
}

}  // namespace
}  // namespace godwit::test
