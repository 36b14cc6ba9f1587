// SPDX-License-Identifier: Apache-2.0
//
// One set over many schemas: which are behind, in one query; each caught up once, whatever fails,
// is killed or runs beside it.
#include "command_line.hpp"
#include "pooler.hpp"
#include "wire_proxy.hpp"

#include <godwit/schemas.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Schemas : public CommandLine {
 protected:
  void create(int count) const {
    for (int i = 1; i <= count; ++i) {
      session_.run(fmt::format("CREATE SCHEMA tenant_{}", i));
    }
  }
  /// Each tenant has each migration once, in its own schema and in the log.
  void all_are_there(int count) const {
    const std::string expected = std::to_string(3 * count);
    EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
              expected);
    EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'applied'"),
              expected);
    EXPECT_EQ(session_.get("SELECT count(*) FROM pg_attribute WHERE attname = 'team' AND "
                           "attrelid::regclass::text LIKE 'tenant\\_%.clients'"),
              std::to_string(count));
    EXPECT_EQ(session_.get("SELECT to_regclass('public.clients') IS NULL"), "t");
  }
  static std::string outcomes(const SchemasReport& report) {
    std::string text;
    for (const SchemaResult& result : report.schemas) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", result.schema,
                          static_cast<int>(result.outcome));
    }
    return text;
  }
};

TEST_F(Schemas, AFailureStopsNobodyAndTheRerunDoesTheRest) {
  create(20);
  session_.run("CREATE TABLE tenant_7.clients ()");
  const Outcome first = run({"up", "--schemas=tenant_%", "--jobs=4"});
  EXPECT_EQ(first.code, 1);
  EXPECT_EQ(first.last_line(), "20 tenants: 0 up to date, 19 migrated, 1 failed");
  EXPECT_NE(first.out.find("migrated  tenant_20  (3 applied, "), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("failed    tenant_7  (1 applied, "), std::string::npos) << first.out;
  EXPECT_EQ(first.err.substr(0, 13), "in tenant_7:\n") << first.err;
  EXPECT_NE(first.err.find("relation \"clients\" already exists"), std::string::npos) << first.err;
  session_.run("DROP TABLE tenant_7.clients");
  const Outcome second = run({"up", "--schemas=tenant_%", "--jobs=4"});
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.last_line(), "20 tenants: 19 up to date, 1 migrated, 0 failed");
  EXPECT_NE(second.out.find("migrated  tenant_7  (2 applied, "), std::string::npos) << second.out;
  all_are_there(20);
}

TEST_F(Schemas, ADryRunTakesTheSetsBeforeForApplied) {
  create(2);
  SetBuilder billing("billing");
  billing.add(1, "bills", {"CREATE TABLE bills (id int)"}).depends_on("main", 7);
  const auto both = [&](std::vector<std::string> arguments) {
    const MigrationSet& first = builder_.set();
    const MigrationSet& second = billing.set();
    arguments.insert(arguments.begin(), "app");
    arguments.emplace_back("--schemas=tenant_%");
    Child child([&, url = database_.conninfo()] {
      setenv("GODWIT_URL", url.c_str(), 1);
      std::vector<char*> pointers;
      for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(arguments.size()), pointers.data(), {first, second});
    });
    const int code = child.wait();
    EXPECT_EQ(child.err(), "") << child.out();
    return code;
  };
  EXPECT_EQ(both({"up", "--dry-run"}), 0);
  EXPECT_EQ(both({"check"}), 3);
  EXPECT_EQ(session_.get("SELECT to_regclass('schema_migrations') IS NULL"), "t");
  EXPECT_EQ(both({"up"}), 0);
  EXPECT_EQ(both({"check"}), 0);
  EXPECT_EQ(run({"redo", "--schema=tenant_2"}).code, 1) << "there is no down section";
}

TEST_F(Schemas, ALookCostsTheSameForMany) {
  for (const int count : {3, 40}) {
    for (int i = 1; i <= count; ++i) {
      session_.run(fmt::format("CREATE SCHEMA IF NOT EXISTS tenant_{}", i));
    }
    migrate_schemas(database_.conninfo(), builder_.set(), "tenant_%");
    const WireProxy proxy;
    const SchemasReport report =
        migrate_schemas(proxy.conninfo(database_.name()), builder_.set(), "tenant_%");
    EXPECT_EQ(report.count(SchemaOutcome::kCurrent), static_cast<std::size_t>(count));
    EXPECT_EQ(proxy.round_trips(), 2) << "connect, and one query";
    EXPECT_EQ(proxy.connections(), 1);
  }
  // One that is behind: the look, and a run of its own.
  session_.run(
      "DELETE FROM schema_migrations WHERE target_schema = 'tenant_2' AND "
      "migration_number = 10; ALTER TABLE tenant_2.clients DROP COLUMN team");
  const WireProxy proxy;
  migrate_schemas(proxy.conninfo(database_.name()), builder_.set(), "tenant_%");
  EXPECT_EQ(proxy.round_trips(), 2 + 4);
}

TEST_F(Schemas, EveryHistoryIsJudgedByItself) {
  create(6);
  SetBuilder old;
  old.add(1, "users", {"CREATE TABLE users (id int)"});
  migrate_schemas(database_.conninfo(), old.set(), "tenant_1,tenant_2,tenant_3");
  migrate_schemas(database_.conninfo(), builder_.set(), "tenant_3,tenant_4");
  session_.run(
      "UPDATE schema_migrations SET checksum = 'edited' WHERE target_schema = 'tenant_4' AND "
      "migration_number = 7; UPDATE schema_migrations SET migration_set = 'crm' WHERE "
      "target_schema = 'tenant_2'; CREATE SCHEMA other");
  const Outcome status = run({"status", "--schemas=tenant_%"});
  EXPECT_EQ(status.code, 0);
  const std::size_t table = status.out.find("TENANT");
  ASSERT_NE(table, std::string::npos) << status.out;
  EXPECT_EQ(status.out.substr(table),
            "TENANT    STATE    LAST       BEHIND BY\n"
            "tenant_1  behind   001_users  2\n"
            "tenant_2  refused\n"
            "tenant_3  current  010_team\n"
            "tenant_4  refused  010_team\n"
            "tenant_5  new                 3\n"
            "tenant_6  new                 3\n"
            "\n"
            "tenant_2: the history has nothing of the set \"main\", but the set \"crm\" in it has "
            "001_users with the same checksum: was the set renamed?\n"
            "tenant_4: 007_crm was applied with another checksum than that of this build\n"
            "6 tenants: 1 up to date, 3 behind, 2 refused\n");
  EXPECT_EQ(run({"check", "--schemas=tenant_%"}).code, 4);
  EXPECT_EQ(run({"check", "--schemas=tenant_1,tenant_3"}).code, 3);
  EXPECT_EQ(run({"check", "--schemas=tenant_3"}).code, 0);
  const Json json = Json::parse(run({"status", "--schemas=tenant_1,tenant_4", "--json"}).out);
  EXPECT_EQ(json["schemas"][0]["pending"], 2);
  EXPECT_EQ(json["schemas"][0]["state"], "behind");
  EXPECT_EQ(json["schemas"][1]["error"]["kind"], "drift");
  const Outcome up = run({"up", "--schemas=tenant_%"});
  EXPECT_EQ(up.code, 4);
  EXPECT_EQ(up.last_line(), "6 tenants: 1 up to date, 3 migrated, 2 failed");
}

TEST_F(Schemas, AreMeantByNamesAndPatterns) {
  session_.run(
      "CREATE SCHEMA tenant_1; CREATE SCHEMA tenants; CREATE SCHEMA \"tenant_50%\"; "
      "CREATE SCHEMA \"it's, \"\"it\"\"\"; CREATE SCHEMA history");
  const auto names = [&](const std::string& list) {
    std::string text;
    for (const SchemaStatus& schema :
         check_schemas(database_.conninfo(), builder_.set(), list).schemas) {
      text += text.empty() ? "" : "|";
      text += schema.schema;
    }
    return text;
  };
  EXPECT_EQ(names("tenant_%"), "tenant_1|tenant_50%") << "an underscore is one";
  EXPECT_EQ(names("tenant\\_%"), "tenant_1|tenant_50%");
  EXPECT_EQ(names("tenant%"), "tenant_1|tenant_50%|tenants");
  EXPECT_EQ(names("tenant_50\\%"), "tenant_50%");
  EXPECT_EQ(names("%\\%, tenants ,tenants"), "tenant_50%|tenants");
  EXPECT_EQ(names("it's\\, \"it\""), "it's, \"it\"");
  EXPECT_EQ(names("%"), "history|it's, \"it\"|tenant_1|tenant_50%|tenants")
      << "neither public nor the server's own";
  EXPECT_EQ(names("%n%s"), "tenants");
  EXPECT_EQ(names("public"), "public");
  Options options;
  options.history_table = "history.migrations";
  EXPECT_EQ(check_schemas(database_.conninfo(), builder_.set(), "hi%,ten%s", options).unmatched,
            std::vector<std::string>{"hi%"});
  EXPECT_EQ(run({"up", "--schemas=tenant_1,tenant_2"}).code, 2);
  EXPECT_EQ(run({"up", "--schemas=pg_catalog"}).code, 2);
  EXPECT_EQ(run({"up", "--schemas= ,"}).code, 2);
  const Outcome none = run({"up", "--schemas=nobody_%"});
  EXPECT_EQ(none.code, 0);
  EXPECT_EQ(none.err, "warning: no schema matches nobody_%\n");
  EXPECT_EQ(none.out, "0 tenants: 0 up to date, 0 migrated, 0 failed\n");
  EXPECT_EQ(run({"up", "--schemas=it%"}).code, 0);
  EXPECT_EQ(session_.get("SELECT to_regclass('\"it''s, \"\"it\"\"\".clients') IS NOT NULL"), "t");
}

TEST_F(Schemas, WaitSeesThemAllUpToDate) {
  create(3);
  Child waiter = start({"wait", "--schemas=tenant_%", "--wait=60s"});
  EXPECT_EQ(run({"up", "--schemas=tenant_1,tenant_2"}).code, 0);
  const Outcome late = run({"wait", "--schemas=tenant_%", "--wait=150ms"});
  EXPECT_EQ(late.code, 6);
  EXPECT_NE(late.err.find("1 of 3 schemas is behind (tenant_3), and nobody applied it before the "
                          "deadline"),
            std::string::npos)
      << late.err;
  EXPECT_EQ(run({"up", "--schema=tenant_3"}).code, 0);
  EXPECT_EQ(waiter.wait(), 0) << waiter.err();
  EXPECT_NE(waiter.out().find("3 tenants: all up to date\n"), std::string::npos) << waiter.out();
  all_are_there(3);
  const Outcome again = run({"wait", "--schemas=tenant_%", "--json"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(Json::parse(again.out)["schemas"].size(), 3U);
  // What waiting does not heal is said at once.
  session_.run(
      "UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE target_schema = "
      "'tenant_2' AND migration_number = 7");
  const Outcome drifted = run({"wait", "--schemas=tenant_%", "--wait=60s"});
  EXPECT_EQ(drifted.code, 4);
  EXPECT_NE(drifted.err.find("tenant_2: 007_crm was applied with another checksum"),
            std::string::npos)
      << drifted.err;
}

TEST_F(Schemas, WhatMakesNoSenseIsRefused) {
  create(1);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"down", "--schemas=tenant_%"},
                                             {"verify", "--schemas=tenant_%"},
                                             {"up", "--rehearse", "--schemas=tenant_%"},
                                             {"up", "--sql", "--schemas=tenant_%"},
                                             {"up", "--create-db", "--schemas=tenant_%"},
                                             {"up", "--schemas=tenant_%", "--schema=tenant_1"},
                                             {"up", "--jobs=3"},
                                             {"up", "--schemas=tenant_%", "--jobs=0"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments[1] << outcome.out << outcome.err;
  }
  EXPECT_FALSE(has_relation("schema_migrations"));
}

TEST_F(Schemas, ADryRunWritesNothing) {
  create(2);
  const Outcome outcome = run({"up", "--schemas=tenant_%", "--dry-run"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "pending   tenant_1  (3 would be applied)\npending   tenant_2  (3 would be applied)\n"
            "2 tenants: 0 up to date, 2 would be migrated, 0 failed\n");
  EXPECT_FALSE(has_relation("schema_migrations"));
}

TEST_F(Schemas, APartIsAppliedToAll) {
  create(2);
  EXPECT_EQ(run({"up", "--to=7", "--schemas=tenant_%"}).code, 0);
  EXPECT_EQ(session_.list("SELECT target_schema || migration_number FROM schema_migrations "
                          "ORDER BY target_schema, id"),
            "tenant_11,tenant_17,tenant_21,tenant_27");
}

TEST_F(Schemas, JsonIsALineForEachEventAndResult) {
  create(2);
  session_.run("CREATE TABLE tenant_2.clients ()");
  const Outcome outcome = run({"up", "--schemas=tenant_%", "--json"});
  EXPECT_EQ(outcome.code, 1);
  std::string rest = outcome.out;
  std::vector<Json> lines;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    lines.push_back(Json::parse(rest.substr(0, end)));
    rest.erase(0, end + 1);
  }
  const auto find = [&](const char* key, const char* text, const char* schema) {
    return std::count_if(lines.begin(), lines.end(), [&](const Json& line) {
      return line.value(key, "") == text && line.contains("schema") && line["schema"] == schema;
    });
  };
  EXPECT_EQ(find("event", "applied", "tenant_1"), 3);
  EXPECT_EQ(find("event", "applied", "tenant_2"), 1);
  EXPECT_EQ(find("outcome", "migrated", "tenant_1"), 1);
  EXPECT_EQ(find("outcome", "failed", "tenant_2"), 1);
  const Json& report = lines.back();
  EXPECT_EQ(report["exit_code"], 1);
  EXPECT_EQ(report["ok"], false);
  EXPECT_EQ(report["schemas"], 2);
  EXPECT_EQ(report["migrated"], 1);
  EXPECT_EQ(report["failed"], Json::array({"tenant_2"}));
}

TEST_F(Schemas, ATerminalSeesHowFarItIs) {
  create(3);
  const std::string screen =
      run_on_terminal(body({"up", "--schemas=tenant_%", "--color=never"}), 60);
  EXPECT_NE(screen.find("] tenant_1 (1 of 3)"), std::string::npos) << screen;
  EXPECT_NE(screen.find("3 tenants: 0 up to date, 3 migrated, 0 failed"), std::string::npos);
}

// ---- Others, and the end of this one -----------------------------------------------------------

TEST_F(Schemas, TwoProcessesApplyEachOnce) {
  create(20);
  Child first = start({"up", "--schemas=tenant_%", "--jobs=4", "--wait=60"});
  Child second = start({"up", "--schemas=tenant_%", "--jobs=4", "--wait=60"});
  EXPECT_EQ(first.wait(), 0) << first.err();
  EXPECT_EQ(second.wait(), 0) << second.err();
  all_are_there(20);
}

TEST_F(Schemas, KilledAtAnyMomentTheRerunFinishes) {
  std::mt19937 random(20261121);
  std::uniform_int_distribution<int> moment(20, 250);
  int unfinished = 0;
  for (int round = 0; round < 5; ++round) {
    session_.run(
        "SET client_min_messages = error; DROP TABLE IF EXISTS schema_migrations, "
        "schema_migrations_log");
    for (int i = 1; i <= 12; ++i) {
      session_.run(
          fmt::format("SET client_min_messages = error; DROP SCHEMA IF EXISTS tenant_{0} "
                      "CASCADE; CREATE SCHEMA tenant_{0}",
                      i));
    }
    Child child = start({"up", "--schemas=tenant_%", "--jobs=3", "--quiet"});
    std::this_thread::sleep_for(milliseconds{moment(random)});
    child.kill(SIGKILL);
    child.wait();
    const bool is_done =
        has_relation("schema_migrations") &&
        session_.get("SELECT count(*) FROM schema_migrations WHERE state = 'applied'") == "36";
    unfinished += is_done ? 0 : 1;
    const Outcome again = run({"up", "--schemas=tenant_%", "--jobs=3", "--quiet"});
    EXPECT_EQ(again.code, 0) << again.err;
    all_are_there(12);
  }
  EXPECT_GT(unfinished, 0) << "every kill came too late";
}

TEST_F(Schemas, AnInterruptRollsBackAndSaysWhatIsLeft) {
  create(6);
  builder_.add(11, "slow",
               {"SELECT pg_sleep(CASE WHEN current_schema() < 'tenant_3' THEN 0 ELSE "
                "60 END)"});
  Child child = start({"up", "--schemas=tenant_%", "--jobs=2"});
  wait_for(
      "SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
      "current_database()");
  child.kill(SIGINT);
  EXPECT_EQ(child.wait(), 130);
  EXPECT_NE(child.out().find("6 tenants: 0 up to date, 2 migrated, 0 failed, 4 not reached\n"),
            std::string::npos)
      << child.out();
  EXPECT_NE(child.err().find("not reached: tenant_5, tenant_6\n"), std::string::npos)
      << child.err();
  EXPECT_NE(child.err().find("in tenant_3, tenant_4:\nerror: interrupted; 011_slow was rolled "
                             "back"),
            std::string::npos)
      << child.err();
  EXPECT_EQ(session_.get("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
                         "datname = current_database()"),
            "0");
  EXPECT_EQ(session_.list("SELECT target_schema FROM schema_migrations WHERE migration_number = 11 "
                          "ORDER BY 1"),
            "tenant_1,tenant_2");
}

// It runs on one of the threads, and the signal comes on the caller's.
TEST_F(Schemas, AnInterruptEndsTheCommandBeforeThem) {
  create(4);
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("interrupted_" + database_.name());
  Child child = start({"up", "--schemas=tenant_%", "--jobs=3",
                       "--before-cmd=touch '" + file.string() + "'; sleep 60"});
  for (int i = 0; i < 1000 && !std::filesystem::exists(file); ++i) {
    std::this_thread::sleep_for(milliseconds{20});
  }
  ASSERT_TRUE(std::filesystem::exists(file));
  std::filesystem::remove(file);
  const auto start = std::chrono::steady_clock::now();
  child.kill(SIGTERM);
  EXPECT_EQ(child.wait(), 130) << child.err();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10});
  EXPECT_NE(child.err().find("interrupted in --before-cmd"), std::string::npos) << child.err();
  EXPECT_EQ(session_.get("SELECT to_regclass('schema_migrations') IS NULL"), "t");
}

TEST_F(Schemas, OneThatVanishesIsNoFailure) {
  create(2);
  up(builder_.set(), [] {
    Options options;
    options.schema = "tenant_1";
    return options;
  }());
  SchemasOptions how;
  how.on_checked = [&](const SchemasStatus& status) {
    EXPECT_EQ(status.schemas.size(), 2U);
    session_.run("DROP SCHEMA tenant_2");
  };
  const SchemasReport report =
      migrate_schemas(database_.conninfo(), builder_.set(), "tenant_%", how);
  EXPECT_EQ(report.count(SchemaOutcome::kGone), 1U) << outcomes(report);
  EXPECT_EQ(report.count(SchemaOutcome::kCurrent), 1U);
  EXPECT_FALSE(has_relation("clients"));
}

TEST_F(Schemas, ALockOfOneHoldsNobodyElseUp) {
  create(4);
  SetBuilder first;
  first.add(1, "users", {"CREATE TABLE users (id int)"});
  migrate_schemas(database_.conninfo(), first.set(), "tenant_%");
  SetBuilder second;
  second.add(1, "users", {"CREATE TABLE users (id int)"});
  second.add(2, "more", {"ALTER TABLE users ADD COLUMN more int"});
  const Session other(database_.conninfo());
  other.run("BEGIN; LOCK TABLE tenant_2.users IN ACCESS SHARE MODE");
  Options options;
  options.lock_timeout = milliseconds{100};
  options.wait = milliseconds{1000};
  SchemasOptions how;
  how.jobs = 2;
  const SchemasReport report =
      migrate_schemas(database_.conninfo(), second.set(), "tenant_%", how, options);
  EXPECT_EQ(report.count(SchemaOutcome::kMigrated), 3U) << outcomes(report);
  ASSERT_TRUE(report.schemas[1].error.has_value());
  EXPECT_EQ(report.schemas[1].error->kind(), ErrorKind::kBusy);
  EXPECT_NE(report.schemas[1].error->detail().blockers.find("pid"), std::string::npos);
}

TEST_F(Schemas, AServerThatGoesEndsTheRun) {
  create(8);
  migrate_schemas(database_.conninfo(), builder_.set(), "tenant_1");
  WireProxy proxy;
  Options options;
  options.wait = milliseconds{500};
  SchemasOptions how;
  how.jobs = 2;
  how.on_checked = [&](const SchemasStatus&) { proxy.refuse(true); };
  const SchemasReport report =
      migrate_schemas(proxy.conninfo(database_.name()), builder_.set(), "tenant_%", how, options);
  EXPECT_LE(report.count(SchemaOutcome::kFailed), 2U) << outcomes(report);
  EXPECT_GE(report.count(SchemaOutcome::kFailed), 1U);
  EXPECT_GE(report.count(SchemaOutcome::kNotReached), 5U);
}

TEST_F(Schemas, ThroughAPooler) {
  create(10);
  const Pooler pooler(3);
  SchemasOptions how;
  how.jobs = 5;
  const SchemasReport report =
      migrate_schemas(pooler.conninfo(database_.name()), builder_.set(), "tenant_%", how);
  EXPECT_EQ(report.count(SchemaOutcome::kMigrated), 10U) << outcomes(report);
  all_are_there(10);
}

// ---- The API ---------------------------------------------------------------------------------

TEST_F(Schemas, TheCallerIsToldOnHisThreadAndMayEndIt) {
  create(6);
  const std::thread::id own = std::this_thread::get_id();
  std::size_t events = 0;
  SchemasOptions how;
  how.jobs = 3;
  how.on_event = [&](const std::string& schema, const Event& event) {
    EXPECT_EQ(std::this_thread::get_id(), own);
    EXPECT_EQ(schema.substr(0, 7), "tenant_");
    events += event.kind == EventKind::kApplied ? 1 : 0;
  };
  how.on_result = [&](const SchemaResult&) { EXPECT_EQ(std::this_thread::get_id(), own); };
  migrate_schemas(database_.conninfo(), builder_.set(), "tenant_1,tenant_2", how);
  EXPECT_EQ(events, 6U);
  how.on_result = [](const SchemaResult&) { throw std::runtime_error("enough"); };
  EXPECT_THROW(migrate_schemas(database_.conninfo(), builder_.set(), "tenant_%", how),
               std::runtime_error);
  // Whoever was at work has ended: nobody is left on the database.
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid() AND backend_type = 'client backend'");
  how.on_result = {};
  migrate_schemas(database_.conninfo(), builder_.set(), "tenant_%", how);
  all_are_there(6);
}

TEST_F(Schemas, ABackupIsMadeOnceForAllOrNothingIsDone) {
  create(6);
  int begun = 0;
  int applied = 0;
  bool has_failed = false;
  Options options;
  options.hooks.before_run = [&](const RunHook&) {
    ++begun;
    if (!std::exchange(has_failed, true)) {
      throw std::runtime_error("no room for a backup");
    }
  };
  options.hooks.after_each = [&](const MigrationHook&) { ++applied; };
  SchemasOptions how;
  how.jobs = 3;
  const SchemasReport failed =
      migrate_schemas(database_.conninfo(), builder_.set(), "tenant_%", how, options);
  EXPECT_EQ(begun, 1) << "the others do not try it again";
  EXPECT_EQ(failed.count(SchemaOutcome::kFailed), 1U);
  EXPECT_EQ(failed.count(SchemaOutcome::kNotReached), 5U);
  EXPECT_EQ(session_.get("SELECT to_regclass('schema_migrations') IS NULL"), "t");
  begun = 0;
  const SchemasReport report =
      migrate_schemas(database_.conninfo(), builder_.set(), "tenant_%", how, options);
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(applied, 18);
  EXPECT_EQ(report.count(SchemaOutcome::kMigrated), 6U);
  all_are_there(6);
}

TEST_F(Schemas, TheCommandBeforeRunsOnceForAll) {
  create(4);
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("before_" + database_.name());
  const Outcome outcome = run(
      {"up", "--schemas=tenant_%", "--before-cmd=echo \"$PGDATABASE\" >> '" + file.string() + "'"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::ifstream input(file);
  std::stringstream text;
  text << input.rdbuf();
  EXPECT_EQ(text.str(), database_.name() + "\n");
  std::filesystem::remove(file);
  all_are_there(4);
}

}  // namespace
}  // namespace godwit::test
