// SPDX-License-Identifier: Apache-2.0
//
// What a function of the application does in its transaction, well or badly.
#include "fixture.hpp"
#include "wire_proxy.hpp"

#include <godwit/maintenance.hpp>
#include <godwit/preview.hpp>
#include <godwit/stepper.hpp>

#include <stdexcept>

#include <poll.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

TEST_F(WithCode, RunsInItsPlaceBetweenTheOthers) {
  std::vector<std::string> events;
  Options options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kProgress) {
      events.push_back(event.message + " " + std::to_string(event.percent));
      EXPECT_EQ(event.migration->version, 2);
    }
  };
  EXPECT_EQ(versions(up(set(), options)), "1,2,3,4");
  EXPECT_EQ(calls(), "split,count 500");
  EXPECT_EQ(session_.get("SELECT last_name FROM people WHERE id = 77"), "77");
  EXPECT_EQ(session_.list("SELECT kind || ' ' || state FROM schema_migrations ORDER BY id"),
            "versioned applied,code applied,code applied,versioned applied");
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front(), "1 of 500 people 0");
  EXPECT_EQ(events.back(), "500 of 500 people 100");
  EXPECT_TRUE(up(set()).applied.empty());
}

TEST_F(WithCode, TheTransactionHasTheRowAlready) {
  bodies().count = [&](CodeMigration& migration) {
    EXPECT_EQ(migration.migration().version, 3);
    EXPECT_EQ(migration
                  .query("SELECT state FROM schema_migrations WHERE migration_number = $1",
                         {migration.migration().version})[0]
                  .text(0),
              "running");
    EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE migration_number = 3"),
              "0");
    EXPECT_EQ(migration.query("SHOW idle_in_transaction_session_timeout")[0].text(0), "0");
    EXPECT_EQ(migration.query("SHOW lock_timeout")[0].text(0), "3s");
    EXPECT_EQ(PQisnonblocking(migration.connection()), 0);
    PQclear(PQexec(migration.connection(), "INSERT INTO calls (what) VALUES ('raw')"));
  };
  up(set());
  EXPECT_EQ(calls(), "split,raw");
}

TEST_F(WithCode, AnExceptionRollsEverythingBack) {
  bodies().split = [](CodeMigration& migration) {
    migration.execute("INSERT INTO calls (what) VALUES ('lost')");
    throw std::runtime_error("no such street");
  };
  const Error error = failure_of_up();
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.file(), "set/002_split_names.sql");
  EXPECT_EQ(error.line(), 3U);
  EXPECT_EQ(error.column(), 10U);
  EXPECT_EQ(error.detail().message, "split_names(): no such street");
  EXPECT_EQ(calls(), "");
  EXPECT_FALSE(is_split());
  EXPECT_EQ(session_.get("SELECT message FROM schema_migrations_log WHERE event = 'failed'"),
            "split_names(): no such street");

  bodies() = honest_bodies();
  EXPECT_EQ(versions(up(set())), "2,3,4");
  EXPECT_EQ(calls(), "split,count 500");
}

TEST_F(WithCode, WhatIsNoExceptionOfTheLibraryIsCaughtToo) {
  bodies().count = [](CodeMigration&) { throw 42; };
  EXPECT_EQ(failure_of_up().detail().message,
            "count_names(): it threw something that is no std::exception");
  bodies().count = [](CodeMigration&) { throw std::runtime_error(""); };
  EXPECT_EQ(failure_of_up().detail().message,
            "count_names(): it threw an exception without a text");
  EXPECT_EQ(applied(), "1,2");
}

TEST_F(WithCode, AStatementThatFailsSaysWhichItWas) {
  bodies().count = [](CodeMigration& migration) {
    migration.execute("INSERT INTO people (id, name)\nVALUES ($1, $2)", {7, "Twice"});
  };
  const Error error = failure_of_up();
  EXPECT_EQ(error.sqlstate(), "23505");
  EXPECT_NE(error.detail().message.find("count_names(): duplicate key"), std::string::npos);
  EXPECT_NE(error.detail().context.find("statement: INSERT INTO people (id, name) VALUES ($1, $2)"),
            std::string::npos)
      << error.detail().context;
  EXPECT_EQ(applied(), "1,2");
}

TEST_F(WithCode, ASavepointSavesTheRest) {
  bodies().count = [](CodeMigration& migration) {
    migration.execute("INSERT INTO calls (what) VALUES ('before'); SAVEPOINT here");
    EXPECT_THROW(migration.execute("SELECT 1 / 0"), Error);
    migration.execute("ROLLBACK TO here");
    migration.execute("INSERT INTO calls (what) VALUES ('after')");
  };
  up(set());
  EXPECT_EQ(calls(), "split,before,after");
}

TEST_F(WithCode, AFailureThatIsSwallowedIsNotForgotten) {
  bodies().count = [](CodeMigration& migration) {
    try {
      migration.execute("SELECT 1 / 0");
    } catch (const Error&) {
    }
  };
  const Error error = failure_of_up();
  EXPECT_EQ(error.sqlstate(), "22012");
  EXPECT_NE(error.detail().message.find("returned as if nothing had happened"), std::string::npos);
  EXPECT_EQ(applied(), "1,2");
}

struct Ending {
  const char* name;
  const char* sql;
  bool leaves_row;
};

class Ended : public WithCode, public ::testing::WithParamInterface<Ending> {};

std::string name_of(const ::testing::TestParamInfo<Ending>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Code, Ended,
    ::testing::Values(Ending{"commit", "COMMIT", true}, Ending{"rollback", "ROLLBACK", false},
                      Ending{"commit_and_begin", "COMMIT; BEGIN", true},
                      Ending{"commit_and_chain", "COMMIT AND CHAIN", true},
                      Ending{"rollback_and_begin", "ROLLBACK; BEGIN", false},
                      Ending{"commit_and_fail", "COMMIT; BEGIN; SELECT 1 / 0", true}),
    name_of);

TEST_P(Ended, TheTransactionWasNotTheFunctions) {
  bodies().count = [](CodeMigration& migration) {
    migration.execute("INSERT INTO calls (what) VALUES ('half')");
    migration.execute(GetParam().sql);
  };
  const Error error = failure_of_up();
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_NE(error.detail().message.find("count_names() ended the transaction"), std::string::npos)
      << error.what();
  EXPECT_EQ(applied(), "1,2") << "whatever it did, it does not count as applied";
  bodies() = honest_bodies();
  if (GetParam().leaves_row) {
    EXPECT_EQ(failure_of_up().kind(), ErrorKind::kPartiallyApplied) << "a human has to look";
    EXPECT_EQ(calls(), "split,half");
  } else {
    EXPECT_EQ(versions(up(set())), "3,4");
    EXPECT_EQ(calls(), "split,count 500");
  }
}

TEST_F(WithCode, WhatIsLeftUnderWayIsEnded) {
  const std::vector<Body> untidy = {
      [](CodeMigration& migration) { PQsendQuery(migration.connection(), "SELECT pg_sleep(60)"); },
      [](CodeMigration& migration) {
        PQclear(PQexec(migration.connection(), "COPY calls (what) FROM STDIN"));
      },
      [](CodeMigration& migration) {
        PQclear(PQexec(migration.connection(), "COPY people TO STDOUT"));
      },
      [](CodeMigration& migration) {
        PQenterPipelineMode(migration.connection());
        PQsendQueryParams(migration.connection(), "SELECT 1", 0, nullptr, nullptr, nullptr, nullptr,
                          0);
        PQsendQueryParams(migration.connection(), "SELECT 2", 0, nullptr, nullptr, nullptr, nullptr,
                          0);
      }};
  for (const Body& body : untidy) {
    bodies().count = body;
    const auto begin = std::chrono::steady_clock::now();
    const Error error = failure_of_up();
    EXPECT_EQ(error.kind(), ErrorKind::kFailed) << error.what();
    EXPECT_NE(error.detail().message.find("under way"), std::string::npos) << error.what();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
    EXPECT_EQ(applied(), "1,2");
  }
}

TEST_F(WithCode, ACancelThatOvertakesTheQueryIsSentAgain) {
  WireProxy proxy;
  proxy.hold_request("pg_sleep(60)");
  bodies().count = [](CodeMigration& migration) {
    PQsendQuery(migration.connection(), "SELECT pg_sleep(60)");
  };
  const auto begin = std::chrono::steady_clock::now();
  const Error error =
      failure_of([&] { Migrator(proxy.conninfo(database_.name()), set(), {}).up(); });
  EXPECT_NE(error.detail().message.find("under way"), std::string::npos) << error.what();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{30});
}

TEST_F(WithCode, ALockTimeoutIsTriedAgain) {
  int called = 0;
  const Session other(database_.conninfo());
  bodies().count = [&](CodeMigration& migration) {
    if (++called == 1) {
      other.run("BEGIN; LOCK TABLE people");
    } else {
      other.run("ROLLBACK");
    }
    migration.execute("UPDATE people SET name = name");
  };
  Options options;
  options.lock_timeout = milliseconds{200};
  EXPECT_EQ(versions(up(set(), options)), "1,2,3,4");
  EXPECT_EQ(called, 2);
}

TEST_F(WithCode, ACutConnectionCallsItAgain) {
  int called = 0;
  bodies().count = [&](CodeMigration& migration) {
    migration.execute("INSERT INTO calls (what) VALUES ('counted')");
    if (++called == 1) {
      session_.run("SELECT pg_terminate_backend(" +
                   std::to_string(PQbackendPID(migration.connection())) + ")");
    }
    migration.execute("SELECT 1");
  };
  EXPECT_EQ(versions(up(set())), "1,2,3,4");
  EXPECT_EQ(called, 2);
  EXPECT_EQ(calls(), "split,counted");
}

TEST_F(WithCode, CtrlCReachesAQueryAndAComputation) {
  bool wants_to_stop = false;
  Options options;
  options.is_cancelled = [&] { return wants_to_stop; };
  const std::vector<Body> slow = {[&](CodeMigration& migration) {
                                    wants_to_stop = true;
                                    migration.execute("SELECT pg_sleep(60)");
                                  },
                                  [&](CodeMigration& migration) {
                                    for (std::uint64_t i = 0;; ++i) {
                                      wants_to_stop = i == 1000;
                                      migration.progress(i);
                                    }
                                  },
                                  [&](CodeMigration& migration) {  // and is not to be swallowed
                                    wants_to_stop = true;
                                    try {
                                      migration.progress(0);
                                    } catch (const Error&) {
                                    }
                                  }};
  for (const Body& body : slow) {
    bodies().count = body;
    EXPECT_EQ(failure_of_up(options).kind(), ErrorKind::kInterrupted);
    wants_to_stop = false;
    EXPECT_EQ(applied(), "1,2");
  }
}

TEST_F(WithCode, SettingsDoNotReachTheNextMigration) {
  bodies().count = [](CodeMigration& migration) {
    migration.execute("SET search_path = pg_catalog; SET ROLE pg_read_all_data");
  };
  up(set());
  EXPECT_TRUE(has_relation("public.notes"));

  const Session borrowed(database_.conninfo());
  Migrator migrator(borrowed.raw(), set());
  migrator.forget("4", {});
  session_.run("DROP TABLE notes");
  migrator.forget("3", {});
  migrator.up();
  EXPECT_TRUE(has_relation("public.notes"));
  EXPECT_EQ(borrowed.get("SELECT current_setting('search_path') || current_setting('role')"),
            "\"$user\", publicnone");
  EXPECT_EQ(PQisnonblocking(borrowed.raw()), 0);
}

TEST_F(WithCode, DownCallsTheFunctionBeforeItsSql) {
  up(set());
  session_.run(
      "DELETE FROM schema_migrations WHERE migration_number = 3; UPDATE people SET name = ''");
  Migrator migrator(database_.conninfo(), set());
  DownOptions wanted;
  wanted.to = "1";
  EXPECT_EQ(migrator.down(wanted).undone.size(), 2U);
  EXPECT_EQ(session_.get("SELECT name FROM people WHERE id = 9"), "Ann 9");
  EXPECT_FALSE(is_split());
  EXPECT_EQ(calls(), "split,count 500,join");
  EXPECT_EQ(applied(), "1");

  up(set());
  session_.run("DELETE FROM schema_migrations WHERE migration_number = 3");
  migrator.down(DownOptions{});  // 4
  for (const char* sql : {"SELECT 1 / 0", "COMMIT"}) {
    bodies().join = [&](CodeMigration& migration) {
      EXPECT_EQ(migration.migration().version, 2);
      migration.execute(sql);
    };
    const Error error = failure_of([&] { migrator.down(DownOptions{}); });
    EXPECT_EQ(error.file(), "set/002_split_names.sql");
    EXPECT_EQ(error.line(), 4U);
    EXPECT_TRUE(is_split());
    EXPECT_EQ(applied(), "1,2");
  }
  EXPECT_EQ(session_.get("SELECT down_sql IS NULL FROM schema_migrations WHERE kind = 'code'"),
            "t");
}

TEST_F(WithCode, ValuesGoThereAndBack) {
  bodies().count = [](CodeMigration& migration) {
    const Rows rows = migration.query(
        "SELECT $1::text, $2::bigint, $3::boolean, $4::text, $5::float8, $6::int, $7::text",
        {"it's", std::int64_t{1} << 62, true, nullptr, 0.1, std::optional<int>{},
         std::optional<std::string>("x")});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].text(0), "it's");
    EXPECT_EQ(rows[0].integer(1), std::int64_t{1} << 62);
    EXPECT_TRUE(rows[0].is_true(2));
    EXPECT_TRUE(rows[0].is_null(3));
    EXPECT_EQ(rows[0].text(4), "0.1");
    EXPECT_TRUE(rows[0].is_null(5));
    EXPECT_EQ(rows[0].text(6), "x");
    EXPECT_FALSE(rows[0].is_null(6));
    EXPECT_THROW(rows[0].integer(0), Error);
    EXPECT_THROW(rows[0].integer(3), Error);
    EXPECT_THROW(rows[0].text(7), Error);
    EXPECT_THROW(rows[1].text(0), Error);
    EXPECT_THROW(migration.query("SELECT $1::text", {std::string("a\0b", 3)}), Error);
    EXPECT_TRUE(migration.query("").empty());
    EXPECT_EQ(migration.execute("UPDATE people SET name = name WHERE id <= $1", {10}), 10U);
    EXPECT_EQ(migration.execute("SELECT 1; DELETE FROM people WHERE id = 1"), 1U);
  };
  up(set());
}

TEST_F(WithCode, AStepperGoesOnMeanwhile) {
  bodies().count = [](CodeMigration& migration) { migration.execute("SELECT pg_sleep(0.5)"); };
  Stepper stepper(database_.conninfo(), set());
  int steps = 0;
  while (stepper.step()) {
    const int events = (stepper.wants_read() ? POLLIN : 0) | (stepper.wants_write() ? POLLOUT : 0);
    pollfd socket{stepper.socket(), static_cast<short>(events), 0};
    poll(&socket, 1, static_cast<int>(stepper.timeout().count()));
    ++steps;
  }
  EXPECT_EQ(versions(stepper.report()), "1,2,3,4");
  EXPECT_GE(steps, 5);
}

TEST_F(WithCode, WhatCannotCallItSaysSo) {
  const Error script = failure_of([] { psql_script(set(), {}, "base", "head"); });
  EXPECT_EQ(script.kind(), ErrorKind::kUsage);
  EXPECT_NE(script.detail().message.find("002_split_names is applied by split_names()"),
            std::string::npos);
  EXPECT_NE(psql_script(set(), {}, "3", "4").find("CREATE TABLE notes"), std::string::npos);
  const Error down = failure_of([] { psql_script(set(), {}, "2", "1"); });
  EXPECT_NE(down.detail().message.find("undone by join_names()"), std::string::npos);

  Migrator migrator(database_.conninfo(), set());
  const RehearsalReport rehearsal = migrator.rehearse({});
  EXPECT_FALSE(rehearsal.failure) << rehearsal.failure->what();
  EXPECT_EQ(rehearsal.rehearsed.size(), 1U);
  ASSERT_EQ(rehearsal.left_out.size(), 3U) << "and what depends on it";
  EXPECT_NE(rehearsal.left_out[0].reason.find("it calls split_names()"), std::string::npos);
  EXPECT_FALSE(has_relation("people"));

  const Outcome plan = run_code({"plan"});
  EXPECT_NE(plan.out.find("calls split_names(), and nobody knows what that locks"),
            std::string::npos)
      << plan.out;
  const Outcome info = run_code({"info", "2", "--json"});
  const Json json = Json::parse(info.out);
  EXPECT_EQ(json["code"], "split_names");
  EXPECT_EQ(json["code_down"], "join_names");
  const Outcome dry = run_code({"up", "--dry-run"});
  EXPECT_NE(dry.out.find("4 would be applied"), std::string::npos) << dry.out;
  EXPECT_FALSE(has_relation("people"));
}

}  // namespace
}  // namespace godwit::test
