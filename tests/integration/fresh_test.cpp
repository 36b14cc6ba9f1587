// SPDX-License-Identifier: Apache-2.0
//
// `fresh`: what goes, what stays, and who may.
#include "command_line.hpp"

#include <godwit/database.hpp>

#include <chrono>
#include <csignal>
#include <thread>

namespace godwit::test {
namespace {

// Whatever a database may hold, in schemas of three kinds.
constexpr const char* kClutter =
    "CREATE SCHEMA app; CREATE SCHEMA \"Odd \"\" one\"; CREATE SCHEMA ext; "
    "CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm SCHEMA ext; CREATE EXTENSION citext; "
    "COMMENT ON SCHEMA public IS 'ours'; GRANT CREATE ON SCHEMA public TO PUBLIC; "
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC; "
    "CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN small AS int CHECK (VALUE < 9); "
    "CREATE TYPE pair AS (a int, m mood); CREATE TYPE span AS RANGE (subtype = float8); "
    "CREATE TABLE t (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, m mood, h hstore, "
    "c citext); "
    "INSERT INTO t (m) SELECT 'sad' FROM generate_series(1, 1000); "
    "CREATE TABLE \"we ird\" (id small REFERENCES t) PARTITION BY RANGE (id); "
    "CREATE TABLE part PARTITION OF \"we ird\" FOR VALUES FROM (1) TO (5); "
    "CREATE TABLE plain_parts (id int) PARTITION BY LIST (id); "
    "CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW mv AS SELECT * FROM v; "
    "CREATE SEQUENCE free; CREATE STATISTICS st ON id, n FROM t; "
    "CREATE FUNCTION f(x mood, y pair) RETURNS int LANGUAGE sql AS 'SELECT 1'; "
    "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'; "
    "CREATE AGGREGATE agg(int) (sfunc = int4pl, stype = int); "
    "CREATE AGGREGATE rows_of(*) (sfunc = int8inc, stype = int8, initcond = '0'); "
    "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq); "
    "CREATE OPERATOR !== (rightarg = int, function = int4up); "
    "CREATE OPERATOR CLASS oc FOR TYPE int USING btree AS OPERATOR 3 =, FUNCTION 1 btint4cmp(int, "
    "int); CREATE COLLATION col FROM \"C\"; "
    "CREATE TEXT SEARCH CONFIGURATION tsc (COPY = simple); "
    "CREATE TEXT SEARCH DICTIONARY tsd (TEMPLATE = simple); "
    "CREATE TABLE app.inner_one (id int, t int REFERENCES t); CREATE TABLE ext.beside (id int); "
    "CREATE TABLE \"Odd \"\" one\".x (id int); SELECT lo_create(0); "
    "CREATE PUBLICATION pub FOR TABLE t; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN "
    "DATA WRAPPER w; "
    "CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
    "CREATE EVENT TRIGGER et ON ddl_command_start EXECUTE FUNCTION on_ddl()";

class Fresh : public CommandLine {
 protected:
  Fresh() { builder_.allow_fresh({"citext"}); }

  std::string yes() const { return "--yes=" + database_.name(); }

  /// All that is not the system's or an extension's.
  std::string all_there_is() const {
    return session_.list(
        "SELECT type || ' ' || identity FROM (SELECT DISTINCT classid, objid FROM pg_depend WHERE "
        "classid <> 'pg_default_acl'::regclass AND objid >= 16384 AND classid <> "
        "'pg_rewrite'::regclass AND (refclassid = 'pg_namespace'::regclass OR classid IN "
        "('pg_event_trigger'::regclass, 'pg_publication'::regclass, "
        "'pg_foreign_server'::regclass)) EXCEPT SELECT classid, objid FROM pg_depend WHERE deptype "
        "= 'e') AS d, pg_identify_object(classid, objid, 0) UNION ALL SELECT 'schema ' || nspname "
        "FROM pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_' UNION ALL SELECT 'large "
        "object' "
        "FROM pg_largeobject_metadata ORDER BY 1");
  }
};

TEST_F(Fresh, EmptiesTheDatabaseAndAppliesAll) {
  const std::string made_by_migrations = [&] {
    run({"up"});
    return all_there_is();
  }();
  session_.run(kClutter);
  const std::string grants = session_.get(
      "SELECT nspacl FROM pg_namespace WHERE nspname = "
      "'public'");
  const Outcome outcome = run({"fresh", yes()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.last_line(), "3 applied, 0 skipped, 0 failed") << outcome.out;
  // hstore is in public, pg_trgm in ext, which stays for it; a migration creates citext.
  EXPECT_EQ(session_.list("SELECT extname FROM pg_extension ORDER BY 1"), "hstore,pg_trgm,plpgsql");
  std::string expected = made_by_migrations;
  expected =
      session_.list("SELECT x FROM unnest(string_to_array('" + expected +
                    ",extension hstore,extension pg_trgm,schema ext', ',')) AS x ORDER BY 1");
  EXPECT_EQ(all_there_is(), expected);
  EXPECT_EQ(session_.get("SELECT obj_description('public'::regnamespace)"), "ours");
  EXPECT_EQ(session_.get("SELECT nspacl FROM pg_namespace WHERE nspname = 'public'"), grants);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log"), "3");
  EXPECT_EQ(run({"reset", yes()}).last_line(), "3 applied, 0 skipped, 0 failed");
}

TEST_F(Fresh, ADryRunListsAndTouchesNothing) {
  run({"up"});
  session_.run(kClutter);
  const std::string before = all_there_is();
  const Session other(database_.conninfo() + " application_name=shop");
  const Outcome outcome = run({"fresh", "--dry-run"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("\n  8 tables in public ("), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\n  schema app\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\n  1 large object\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\n  1 extension\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\n  connected: pid " + std::to_string(other.pid()) +
                             " (user postgres, application \"shop\", idle for "),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(all_there_is(), before);
  const Json json = Json::parse(run({"fresh", "--dry-run", "--json"}).out);
  EXPECT_EQ(json["dry_run"], true);
  EXPECT_EQ(json["name"], database_.name());
  EXPECT_GT(json["deleted"].size(), 10U);
}

TEST_F(Fresh, TheDatabaseHasToBeNamed) {
  run({"up"});
  session_.run("CREATE TABLE precious (id int)");
  EXPECT_EQ(run({"fresh"}).code, 2);
  EXPECT_EQ(run({"fresh", "--yes"}).code, 2);
  const Outcome wrong = run({"fresh", "--yes=other"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("the database is \"" + database_.name() + "\", not \"other\""),
            std::string::npos)
      << wrong.err;
  const TerminalOutcome no = answer_on_terminal(body({"fresh"}), "DELETE ALL DATA\n");
  EXPECT_EQ(no.code, 130) << no.screen;
  EXPECT_NE(no.screen.find("To go on, type: DELETE ALL DATA " + database_.name()),
            std::string::npos)
      << no.screen;
  EXPECT_EQ(answer_on_terminal(body({"fresh"}), "y\n").code, 130);
  EXPECT_TRUE(has_relation("precious"));
  const TerminalOutcome yes =
      answer_on_terminal(body({"fresh"}), "DELETE ALL DATA " + database_.name() + "\n");
  EXPECT_EQ(yes.code, 0) << yes.screen;
  EXPECT_FALSE(has_relation("precious"));
}

TEST_F(Fresh, IsNoCommandOfABuildThatDoesNotAllowIt) {
  SetBuilder other;
  other.add(1, "users", {"CREATE TABLE users (id int)"});
  const MigrationSet& set = other.set();
  for (const char* name : {"fresh", "reset"}) {
    Child child([&] {
      std::string program = "app";
      std::string command = name;
      std::string answer = yes();
      char* arguments[] = {program.data(), command.data(), answer.data(), nullptr};
      return run_cli(3, arguments, set);
    });
    EXPECT_EQ(child.wait(), 2);
    EXPECT_NE(child.err().find("ALLOW_FRESH"), std::string::npos) << child.err();
  }
  EXPECT_EQ(failure_of([&] {
              FreshOptions wanted;
              wanted.name = database_.name();
              Migrator(database_.conninfo(), set).fresh(wanted);
            }).kind(),
            ErrorKind::kUsage);
}

TEST_F(Fresh, WhatIsNotOursStays) {
  const Role role(database_);
  session_.run("GRANT CREATE ON SCHEMA public TO " + role.name() + "; GRANT CREATE ON DATABASE " +
               database_.name() + " TO " + role.name() +
               "; CREATE SCHEMA theirs; CREATE TABLE theirs.data (id int); CREATE TABLE beside (id "
               "int)");
  const std::string url = database_.conninfo_as(role.name());
  EXPECT_EQ(run({"up", "--url", url}).code, 0);
  const Outcome outcome = run({"fresh", yes(), "--url", url});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("stays, as it is not this role's: schema theirs\n"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("stays, as it is not this role's: table public.beside\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_TRUE(has_relation("theirs.data"));
  EXPECT_EQ(applied(), "1,7,10");
  session_.run(
      "ALTER TABLE schema_migrations OWNER TO postgres; GRANT ALL ON schema_migrations TO " +
      role.name());
  const Outcome refused = run({"fresh", yes(), "--url", url});
  EXPECT_EQ(refused.code, 8) << refused.err;
  EXPECT_TRUE(has_relation("users"));
}

TEST_F(Fresh, ASessionInTheWayIsNamed) {
  run({"up"});
  const Session reader(database_.conninfo() + " application_name=reader");
  reader.run("BEGIN; SELECT count(*) FROM users");
  const Outcome outcome = run({"fresh", yes(), "--wait=2s", "--lock-timeout=1s"});
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_NE(outcome.err.find("application \"reader\""), std::string::npos) << outcome.err;
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(Fresh, AfterAKillAPlainUpOrFreshFinishes) {
  builder_.add(12, "more", {"CREATE TABLE more AS SELECT generate_series(1, 50000) AS n"});
  run({"up"});
  for (int i = 0; i < 12; ++i) {
    Child child = start({"fresh", yes()});
    std::this_thread::sleep_for(std::chrono::milliseconds{7 * i});
    child.kill(SIGKILL);
    child.wait();
    const Outcome outcome = i % 2 == 0 ? run({"up"}) : run({"fresh", yes()});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(applied(), "1,7,10,12");
    EXPECT_EQ(session_.get("SELECT count(*) FROM more"), "50000");
    EXPECT_TRUE(has_relation("clients"));
  }
}

}  // namespace
}  // namespace godwit::test
