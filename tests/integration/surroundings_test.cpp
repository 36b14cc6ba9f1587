// SPDX-License-Identifier: Apache-2.0
//
// What a database, a role or an orchestrator has set up around a run: settings of the role, event
// triggers, row security, a process that stands still.
#include "fixture.hpp"
#include "process.hpp"

#include <csignal>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Surroundings : public OnDatabase {
 protected:
  void set_for_all(const std::string& setting) const {
    session_.run(fmt::format("ALTER DATABASE {} SET {}", database_.name(), setting));
  }
  SetBuilder builder_;
};

TEST_F(Surroundings, TimeoutsOfTheRoleAreNotTheRuns) {
  session_.run("CREATE TABLE t (id int)");
  for (const char* setting :
       {"statement_timeout = 60", "lock_timeout = 20", "idle_in_transaction_session_timeout = 60",
        "idle_session_timeout = 60"}) {
    set_for_all(setting);
  }
  builder_.add(1, "slow", {"SELECT pg_sleep(0.3)"});
  builder_.add(2, "alter", {"ALTER TABLE t ADD COLUMN x int"});
  builder_.add(3, "steps", {"CREATE INDEX CONCURRENTLY t_x ON t (x)", "SELECT pg_sleep(0.3)"})
      .outside_transaction()
      .builds_index(0, "t", "t_x");
  const Session blocker(server_conninfo() + " dbname=" + database_.name() +
                        " options='-c statement_timeout=0 -c lock_timeout=0 -c "
                        "idle_in_transaction_session_timeout=0 -c idle_session_timeout=0'");
  blocker.run("BEGIN; SELECT * FROM t");
  Options options;
  options.lock_timeout = milliseconds{200};
  int retries = 0;
  // The back-off, half a second, is slept inside a transaction.
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kRetrying && ++retries == 1) {
      blocker.run("COMMIT");
    }
  };
  EXPECT_EQ(versions(up(builder_.set(), options)), "1,2,3");
  EXPECT_EQ(retries, 1) << "no connection was lost";
}

TEST_F(Surroundings, DefaultsOfTransactionsAreNotTheRuns) {
  set_for_all("default_transaction_isolation = 'serializable'");
  set_for_all("default_transaction_deferrable = on");
  builder_.add(1, "level",
               {"CREATE TABLE level AS SELECT current_setting('transaction_isolation') AS at"});
  EXPECT_EQ(versions(up(builder_.set())), "1");
  EXPECT_EQ(session_.get("SELECT at FROM level"), "read committed");
}

TEST_F(Surroundings, TheRoleThatALoginSetsOwnsAndWrites) {
  const Role owner(database_, "NOLOGIN");
  const Role login(database_);
  session_.run(
      fmt::format("GRANT ALL ON SCHEMA public TO {0}; GRANT {0} TO {1}; ALTER ROLE {1} "
                  "SET role = {0}",
                  owner.name(), login.name()));
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  builder_.add(2, "index", {"CREATE INDEX CONCURRENTLY one_id ON one (id)"})
      .outside_transaction()
      .builds_index(0, "one", "one_id");
  EXPECT_EQ(versions(migrate(database_.conninfo_as(login.name()), builder_.set())), "1,2");
  EXPECT_EQ(session_.list("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"),
            owner.name());
  EXPECT_EQ(session_.list("SELECT DISTINCT applied_by FROM schema_migrations"), login.name());
}

TEST_F(Surroundings, AnEmptySearchPathIsNoHindrance) {
  set_for_all("search_path = ''");
  builder_
      .add(1, "dump",
           {"SELECT pg_catalog.set_config('search_path', '', false)",
            "CREATE TABLE public.dumped (id int)"})
      .leaks({"search_path"});
  builder_.add(2, "after", {"CREATE TABLE public.after (id int)"});
  EXPECT_EQ(versions(up(builder_.set())), "1,2");
  EXPECT_EQ(up(builder_.set()).skipped, 2U);
}

TEST_F(Surroundings, TablesPlantedInTheSearchPathAreNotTheHistory) {
  session_.run(
      "CREATE SCHEMA postgres; CREATE TABLE postgres.schema_migrations (migration_set text, "
      "migration_number bigint); CREATE TABLE postgres.schema_migrations_log (event text); CREATE "
      "VIEW postgres.pg_locks AS SELECT 1 / 0 AS x; CREATE VIEW postgres.pg_stat_activity AS "
      "SELECT 1 / 0 AS x; CREATE TABLE postgres.pg_class (x int)");
  set_for_all("search_path = postgres, public, pg_catalog");
  builder_.add(1, "one", {"CREATE TABLE public.one (id int)"});
  builder_.add(2, "index", {"CREATE INDEX CONCURRENTLY one_id ON public.one (id)"})
      .outside_transaction()
      .builds_index(0, "public.one", "one_id");
  EXPECT_EQ(versions(up(builder_.set())), "1,2");
  EXPECT_EQ(session_.get("SELECT count(*) FROM public.schema_migrations"), "2");
  EXPECT_EQ(session_.get("SELECT count(*) FROM postgres.schema_migrations"), "0");
  EXPECT_EQ(session_.get("SELECT count(*) FROM postgres.schema_migrations_log"), "0");
}

TEST_F(Surroundings, RowSecurityOfOtherTablesIsNoHindrance) {
  set_for_all("row_security = off");
  builder_.add(1, "secure",
               {"CREATE TABLE secure (id int)", "ALTER TABLE secure ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE secure FORCE ROW LEVEL SECURITY",
                "CREATE POLICY nobody ON secure USING (false)"});
  EXPECT_EQ(versions(up(builder_.set())), "1");
  EXPECT_EQ(up(builder_.set()).skipped, 1U);
}

TEST_F(Surroundings, AnEventTriggerSeesEverythingAndStopsNothingOfOurs) {
  session_.run(
      "CREATE SCHEMA audit; CREATE TABLE audit.seen (tag text); CREATE FUNCTION audit.see() "
      "RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit.seen VALUES (tg_tag); "
      "RAISE NOTICE 'seen %', tg_tag; END $$; CREATE EVENT TRIGGER sees ON ddl_command_end "
      "EXECUTE FUNCTION audit.see()");
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  builder_.add(2, "index", {"CREATE INDEX CONCURRENTLY one_id ON one (id)"})
      .outside_transaction()
      .builds_index(0, "one", "one_id");
  EXPECT_EQ(versions(up(builder_.set())), "1,2");
  EXPECT_EQ(session_.get("SELECT count(*) FROM audit.seen WHERE tag = 'CREATE TABLE'"), "3");
}

TEST_F(Surroundings, AnEventTriggerThatForbidsIsAnErrorAtItsPlace) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  up(builder_.set());
  session_.run(
      "CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
      "EXCEPTION 'no % here', tg_tag; END $$; CREATE EVENT TRIGGER forbids ON ddl_command_start "
      "WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION forbid()");
  builder_.add(2, "drops", {"SELECT 1", "DROP TABLE one"});
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.line(), 2U) << error.what();
  EXPECT_NE(error.detail().message.find("no DROP TABLE here"), std::string::npos) << error.what();
  EXPECT_TRUE(has_relation("one"));
  session_.run("DROP EVENT TRIGGER forbids");
}

TEST_F(Surroundings, TwoDatabasesDoNotWaitForEachOther) {
  builder_.add(1, "slow", {"SELECT pg_sleep(2)"});
  std::thread other([&] { up(builder_.set()); });
  wait_for_sleeper();
  const Database second;
  SetBuilder quick;
  quick.add(1, "one", {"CREATE TABLE one (id int)"});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(versions(migrate(second.conninfo(), quick.set())), "1");
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds{1200});
  other.join();
}

TEST_F(Surroundings, MomentsAreOfTheServersClock) {
  const std::string before = session_.get("SELECT clock_timestamp()");
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  Child child([&]() -> int {
    setenv("TZ", "Pacific/Kiritimati", 1);
    tzset();
    migrate(database_.conninfo(), builder_.set());
    return 0;
  });
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_EQ(session_.get(fmt::format("SELECT executed_at BETWEEN '{}' AND clock_timestamp() FROM "
                                     "schema_migrations",
                                     before)),
            "t");
}

TEST_F(Surroundings, AFloodOfNoticesStopsNothing) {
  builder_.add(1, "floods",
               {"DO $$ BEGIN FOR i IN 1..50000 LOOP RAISE NOTICE 'drop % of many', i; END LOOP; "
                "END $$",
                "CREATE TABLE one (id int)"});
  int notices = 0;
  Options options;
  options.on_event = [&](const Event& event) {
    notices += event.kind == EventKind::kNotice ? 1 : 0;
  };
  EXPECT_EQ(versions(up(builder_.set(), options)), "1");
  EXPECT_EQ(notices, 50000);
}

TEST_F(Surroundings, AnEnumValueThatIsTooNewIsExplained) {
  session_.run("CREATE TYPE mood AS ENUM ('sad')");
  builder_.add(1, "happy", {"ALTER TYPE mood ADD VALUE 'happy'", "SELECT 'happy'::mood"});
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.sqlstate(), "55P04");
  EXPECT_NE(error.detail().hint.find("use it in the next migration"), std::string::npos)
      << error.what();
}

// ---- A process that stands still: SIGSTOP, a laptop's lid, a frozen container -----------------

class StandingStill : public Surroundings {
 protected:
  // In its back-off, which it sleeps in the gate: not while a message is under way.
  void freeze_in_the_gate(const Child& child) const {
    const std::string is_there =
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
        "application_name = 'the_frozen' AND "
        "state = 'idle in transaction' AND state_change < clock_timestamp() - interval '400 ms'";
    for (int i = 0; i < 20; ++i) {
      wait_for(is_there);
      child.kill(SIGSTOP);
      // A message that was sent just before shows by then.
      std::this_thread::sleep_for(milliseconds{400});
      if (session_.get(is_there) == "t") {
        return;
      }
      child.kill(SIGCONT);
    }
    FAIL() << "never stopped in the gate";
  }
};

TEST_F(StandingStill, InAMessageTheServerEndsItAndTheOthersGoOn) {
  builder_.add(1, "slow", {"CREATE TABLE slow (id int)", "SELECT pg_sleep(1)"});
  builder_.add(2, "next", {"CREATE TABLE next (id int)"});
  Child child([&]() -> int {
    migrate(database_.conninfo(), builder_.set());
    return 0;
  });
  wait_for_sleeper();
  child.kill(SIGSTOP);
  const Report report = up(builder_.set());
  EXPECT_EQ(report.skipped, 2U) << "all of it was in the message";
  child.kill(SIGCONT);
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_EQ(applied(), "1,2");
}

TEST_F(StandingStill, InTheGateTheOthersNameItAndAfterwardsItGoesOn) {
  session_.run("CREATE TABLE t (id int)");
  builder_.add(1, "alter", {"ALTER TABLE t ADD COLUMN x int"});
  const Session blocker(database_.conninfo());
  blocker.run("BEGIN; SELECT * FROM t");
  Child child([&]() -> int {
    Options options;
    options.lock_timeout = milliseconds{100};
    migrate(database_.conninfo() + " application_name=the_frozen", builder_.set(), options);
    return 0;
  });
  freeze_in_the_gate(child);
  blocker.run("COMMIT");
  Options options;
  options.wait = milliseconds{700};
  const Error error = failure(builder_.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_NE(error.detail().blockers.find("the_frozen"), std::string::npos) << error.what();
  child.kill(SIGCONT);
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_EQ(up(builder_.set()).skipped, 1U);
}

TEST_F(StandingStill, WhenItsSessionWasEndedMeanwhileItFindsThatOut) {
  session_.run("CREATE TABLE effects (n int)");
  builder_
      .add(1, "steps",
           {"INSERT INTO effects VALUES (1)", "SELECT pg_sleep(0.5)",
            "INSERT INTO effects VALUES (2)"})
      .outside_transaction()
      .atomic_step(0)
      .idempotent_step(1)
      .atomic_step(2);
  Child child([&]() -> int {
    migrate(database_.conninfo() + " application_name=the_frozen", builder_.set());
    return 0;
  });
  wait_for_sleeper();
  child.kill(SIGSTOP);
  wait_for(
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'the_frozen' AND state = "
      "'idle'");
  Options options;
  options.wait = milliseconds{500};
  const Error error = failure(builder_.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kBusy) << "its session lives, and so does its claim";
  EXPECT_NE(error.detail().blockers.find("the_frozen"), std::string::npos) << error.what();
  session_.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND application_name = "
      "'the_frozen'");
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'the_frozen'");
  EXPECT_EQ(versions(up(builder_.set())), "1");
  child.kill(SIGCONT);
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_EQ(session_.list("SELECT n FROM effects ORDER BY n"), "1,2");
}

}  // namespace
}  // namespace godwit::test
