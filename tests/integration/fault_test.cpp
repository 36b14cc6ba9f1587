// SPDX-License-Identifier: Apache-2.0
//
// Kills, cuts and crashes: after any of them a plain rerun finishes the job, and nothing is applied
// twice.
#include "fixture.hpp"
#include "process.hpp"
#include "wire_proxy.hpp"

#include <csignal>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Faults : public OnDatabase {
 protected:
  // Each migration leaves a row that it must leave exactly once.
  static void add_effects(SetBuilder& builder, int count) {
    builder.add(1, "effects", {"CREATE TABLE effects (migration int)"});
    for (int i = 2; i <= count; ++i) {
      builder.add(i, fmt::format("effect_{}", i),
                  {fmt::format("INSERT INTO effects VALUES ({})", i),
                   fmt::format("CREATE TABLE t{} (id int)", i)});
    }
  }

  void expect_each_effect_once(int count) const {
    EXPECT_EQ(session_.get("SELECT count(*) || '/' || count(DISTINCT migration) FROM effects"),
              fmt::format("{0}/{0}", count - 1));
    EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
              std::to_string(count));
  }
};

TEST_F(Faults, CutWhileTheCommitIsUnderWayIsSettledByTheHistory) {
  SetBuilder builder;
  add_effects(builder, 4);
  WireProxy proxy;
  proxy.cut_on_answer("COMMIT");
  const Report report = migrate(proxy.conninfo(database_.name()), builder.set());
  EXPECT_EQ(proxy.cuts(), 1);
  EXPECT_EQ(versions(report), "1,2,3,4") << "what this run committed is this run's";
  expect_each_effect_once(4);
  EXPECT_EQ(session_.get("SELECT count(DISTINCT run_id) FROM schema_migrations"), "1");
}

TEST_F(Faults, CutBeforeTheServerGetsTheMessageIsSentAgain) {
  SetBuilder builder;
  add_effects(builder, 3);
  WireProxy proxy;
  proxy.cut_on_request("CREATE TABLE IF NOT EXISTS", false);
  EXPECT_EQ(versions(migrate(proxy.conninfo(database_.name()), builder.set())), "1,2,3");
  EXPECT_EQ(proxy.cuts(), 1);
  expect_each_effect_once(3);
}

TEST_F(Faults, CutWhileTheServerIsStillAtWorkWaitsForItsFate) {
  SetBuilder builder;
  builder.add(1, "effects", {"CREATE TABLE effects (migration int)"});
  // The check interval is off: the server does not notice the cut, works on, and commits.
  builder.add(2, "deaf",
              {"SET LOCAL client_connection_check_interval = 0", "INSERT INTO effects VALUES (2)",
               "SELECT pg_sleep(1.5)"});
  builder.add(3, "after", {"INSERT INTO effects VALUES (3)"});
  WireProxy proxy;
  proxy.cut_on_request("pg_sleep", true);
  const Report report = migrate(proxy.conninfo(database_.name()), builder.set());
  EXPECT_EQ(proxy.cuts(), 1);
  EXPECT_EQ(versions(report), "1,2,3");
  EXPECT_EQ(session_.list("SELECT migration FROM effects ORDER BY 1"), "2,3");
}

TEST_F(Faults, ServerThatDoesNotEndInTimeIsAnUnknownOutcomeWithItsName) {
  SetBuilder builder;
  builder.add(1, "deaf",
              {"SET LOCAL client_connection_check_interval = 0", "CREATE TABLE t (id int)",
               "SELECT pg_sleep(4)"});
  WireProxy proxy;
  proxy.cut_on_request("pg_sleep", true);
  Options options;
  options.wait = milliseconds{1500};
  const Error error =
      failure_of([&] { migrate(proxy.conninfo(database_.name()), builder.set(), options); });
  EXPECT_EQ(error.kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_TRUE(error.may_have_committed());
  EXPECT_EQ(error.detail().blockers.substr(0, 4), "pid ") << error.what();
  EXPECT_EQ(up(builder.set()).applied.size() + 1U, 1U) << "the server had committed it in the end";
  EXPECT_TRUE(has_relation("t"));
}

TEST_F(Faults, NoServerBeforeTheDeadlineIsAnUnknownOutcome) {
  SetBuilder builder;
  add_effects(builder, 2);
  WireProxy proxy;
  proxy.cut_on_answer("COMMIT");
  Options options;
  options.wait = milliseconds{1000};
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kRetrying) {
      proxy.refuse(true);
    }
  };
  const Error error =
      failure_of([&] { migrate(proxy.conninfo(database_.name()), builder.set(), options); });
  EXPECT_EQ(error.kind(), ErrorKind::kOutcomeUnknown) << error.what();
  up(builder.set());
  expect_each_effect_once(2);
}

TEST_F(Faults, FortyCutsAtAnyMomentLeaveEachEffectOnce) {
  for (int round = 0; round < 40; ++round) {
    const Database database;
    SetBuilder builder;
    add_effects(builder, 5);
    WireProxy proxy;
    const std::string texts[] = {"pg_try_advisory", "LEFT JOIN", "INSERT INTO \"public\"",
                                 "effect_3"};
    if (round % 2 == 0) {
      proxy.cut_on_request(texts[static_cast<std::size_t>(round / 2 % 4)], round % 4 == 0);
    } else {
      const std::string answers[] = {"COMMIT", "INSERT 0 1", "SELECT 1", "CREATE TABLE"};
      proxy.cut_on_answer(answers[static_cast<std::size_t>(round / 2 % 4)]);
    }
    EXPECT_EQ(migrate(proxy.conninfo(database.name()), builder.set()).applied.size(), 5U);
    EXPECT_EQ(proxy.cuts(), 1) << round;
    const Session session(database.conninfo());
    EXPECT_EQ(session.get("SELECT count(*) || '/' || count(DISTINCT migration) FROM effects"),
              "4/4");
  }
}

TEST_F(Faults, KilledAtRandomAPlainRerunFinishesTheJob) {
  for (int round = 0; round < 20; ++round) {
    const Database database;
    SetBuilder builder;
    builder.add(1, "effects", {"CREATE TABLE effects (migration int)"});
    for (int i = 2; i <= 8; ++i) {
      builder.add(i, fmt::format("effect_{}", i),
                  {fmt::format("INSERT INTO effects VALUES ({})", i), "SELECT pg_sleep(0.01)",
                   fmt::format("CREATE TABLE t{} (id int)", i)});
    }
    Child child([&]() -> int {
      migrate(database.conninfo(), builder.set());
      return 0;
    });
    std::this_thread::sleep_for(milliseconds{5 + round * 7});
    child.kill(SIGKILL);
    child.wait();
    migrate(database.conninfo(), builder.set());
    const Session session(database.conninfo());
    EXPECT_EQ(session.get("SELECT count(*) || '/' || count(DISTINCT migration) FROM effects"),
              "7/7")
        << round;
  }
}

TEST_F(Faults, KilledClientDoesNotKeepItsLocks) {
  SetBuilder builder;
  builder.add(1, "long", {"CREATE TABLE t (id int)", "SELECT pg_sleep(60)"});
  Child child([&]() -> int {
    migrate(database_.conninfo(), builder.set());
    return 0;
  });
  wait_for_sleeper();
  child.kill(SIGKILL);
  child.wait();
  const auto start = std::chrono::steady_clock::now();
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
      "current_database()");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{4});
  EXPECT_FALSE(has_relation("t"));
}

TEST_F(Faults, TerminatedBackendIsReconnectedAndTheJobFinished) {
  SetBuilder builder;
  add_effects(builder, 3);
  builder.add(4, "slow", {"INSERT INTO effects VALUES (4)", "SELECT pg_sleep(1)"});
  std::thread killer([&] {
    wait_for_sleeper();
    const Session session(database_.conninfo());
    session.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' "
        "AND datname = current_database()");
  });
  const Report report = up(builder.set());
  killer.join();
  EXPECT_EQ(versions(report), "1,2,3,4");
  expect_each_effect_once(4);
}

TEST_F(Faults, AMigrationThatAlwaysLosesItsConnectionIsNotTriedForEver) {
  SetBuilder builder;
  builder.add(1, "good", {"CREATE TABLE good (id int)"});
  builder.add(2, "crash", {"SELECT pg_terminate_backend(pg_backend_pid())"});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed) << error.what();
  EXPECT_EQ(error.migration(), 2);
  EXPECT_NE(error.detail().message.find("was lost 3 times"), std::string::npos) << error.what();
  EXPECT_EQ(applied(), "1");
}

}  // namespace
}  // namespace godwit::test
