// SPDX-License-Identifier: Apache-2.0
//
// Locks held by others: short waits, retries, and the name of who is in the way.
#include "fixture.hpp"

#include <atomic>
#include <functional>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Locks : public OnDatabase {
 protected:
  Locks() { session_.run("CREATE TABLE t (id int)"); }

  static Options impatient(milliseconds lock_timeout, milliseconds wait) {
    Options options;
    options.lock_timeout = lock_timeout;
    options.wait = wait;
    return options;
  }
};

TEST_F(Locks, OfTheHistoryTableEndTheCheckAtTheDeadline) {
  SetBuilder builder;
  builder.add(1, "first", {"CREATE TABLE first (id int)"});
  up(builder.set());
  const Session blocker(database_.conninfo() + " application_name=the_blocker");
  blocker.run("BEGIN; LOCK TABLE schema_migrations");
  const Options options = impatient(milliseconds{600}, milliseconds{100});
  const auto expect_busy = [](const std::function<void()>& look) {
    try {
      look();
      ADD_FAILURE() << "did not wait";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBusy);
      EXPECT_EQ(error.detail().message,
                "public.schema_migrations is locked, and was not free before the deadline");
      EXPECT_NE(error.detail().blockers.find("the_blocker"), std::string::npos) << error.what();
    }
  };
  expect_busy([&] { up(builder.set(), options); });
  expect_busy([&] { Migrator(database_.conninfo(), builder.set(), options).status(); });
  blocker.run("ROLLBACK");
  EXPECT_EQ(up(builder.set(), options).skipped, 1U);
}

TEST_F(Locks, HeldPastTheDeadlineIsBusyAndNamesTheBlocker) {
  SetBuilder builder;
  builder.add(1, "first", {"CREATE TABLE first (id int)"});
  builder.add(2, "alter", {"ALTER TABLE t ADD COLUMN x int"});
  builder.add(3, "last", {"CREATE TABLE last (id int)"});
  const Session blocker(database_.conninfo() + " application_name=the_blocker");
  blocker.run("BEGIN; SELECT * FROM t");
  Options options = impatient(milliseconds{300}, milliseconds{1500});
  int retries = 0;
  std::string blocked;
  options.on_event = [&](const Event& event) {
    retries += event.kind == EventKind::kRetrying ? 1 : 0;
    if (event.kind == EventKind::kBlocked) {
      blocked = event.message;
    }
  };
  const Error error = failure(builder.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_EQ(error.sqlstate(), "55P03");
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.line(), 1U);
  EXPECT_TRUE(error.is_retryable());
  const std::string name =
      fmt::format("pid {} (user postgres, application \"the_blocker\", idle in transaction for ",
                  blocker.pid());
  EXPECT_EQ(error.detail().blockers.substr(0, name.size()), name) << error.what();
  EXPECT_NE(error.detail().blockers.find("BEGIN; SELECT * FROM t"), std::string::npos);
  EXPECT_NE(error.detail().blockers.find(", holds ACCESS SHARE on t): "), std::string::npos)
      << error.what();
  EXPECT_EQ(blocked.substr(0, name.size()), name);
  EXPECT_GE(retries, 1);
  EXPECT_EQ(applied(), "1");
  EXPECT_EQ(session_.get("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
                         "(SELECT oid FROM pg_database WHERE datname = current_database())"),
            "0");
}

TEST_F(Locks, RetriesUntilTheLockIsFreeAndThenGoesOn) {
  SetBuilder builder;
  builder.add(1, "first", {"CREATE TABLE first (id int)"});
  builder.add(2, "alter", {"ALTER TABLE t ADD COLUMN x int"});
  builder.add(3, "last", {"CREATE TABLE last (id int)"});
  const Session blocker(database_.conninfo());
  blocker.run("BEGIN; SELECT * FROM t");
  Options options = impatient(milliseconds{100}, milliseconds{20'000});
  int retries = 0;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kRetrying && ++retries == 2) {
      blocker.run("COMMIT");
    }
  };
  EXPECT_EQ(versions(up(builder.set(), options)), "1,2,3");
  EXPECT_EQ(retries, 2);
}

TEST_F(Locks, AReaderBehindUsNeverWaitsLongerThanTheLockTimeout) {
  SetBuilder builder;
  builder.add(1, "alter", {"ALTER TABLE t ADD COLUMN x int"});
  const Session blocker(database_.conninfo());
  blocker.run("BEGIN; SELECT * FROM t");
  std::atomic<bool> is_over{false};
  milliseconds longest{0};
  std::thread reader([&] {
    const Session session(database_.conninfo());
    while (!is_over) {
      const auto start = std::chrono::steady_clock::now();
      session.get("SELECT count(*) FROM t");
      longest = std::max(longest, std::chrono::duration_cast<milliseconds>(
                                      std::chrono::steady_clock::now() - start));
    }
  });
  failure(builder.set(), impatient(milliseconds{400}, milliseconds{2500}));
  is_over = true;
  reader.join();
  EXPECT_LT(longest, milliseconds{900});
  EXPECT_GT(longest, milliseconds{200}) << "nobody waited: the test shows nothing";
}

TEST_F(Locks, HeaderGoesBeforeTheOption) {
  SetBuilder builder;
  builder.add(1, "alter", {"ALTER TABLE t ADD COLUMN x int"}).lock_timeout(10'000);
  const Session blocker(database_.conninfo());
  blocker.run("BEGIN; SELECT * FROM t");
  Options options = impatient(milliseconds{100}, milliseconds{20'000});
  int retries = 0;
  options.on_event = [&](const Event& event) {
    retries += event.kind == EventKind::kRetrying ? 1 : 0;
    if (event.kind == EventKind::kBlocked) {
      blocker.run("COMMIT");
    }
  };
  EXPECT_EQ(up(builder.set(), options).applied.size(), 1U);
  EXPECT_EQ(retries, 0);
}

TEST_F(Locks, SerializationFailuresAndDeadlocksAreTriedAgain) {
  session_.run("CREATE SEQUENCE attempts");
  for (const char* sqlstate : {"40001", "40P01", "55P03"}) {
    session_.run("ALTER SEQUENCE attempts RESTART");
    SetBuilder builder(sqlstate);
    builder.add(1, "first", {fmt::format("SELECT '{}'", sqlstate)});
    builder.add(
        2, "unlucky",
        {fmt::format("DO $$ BEGIN IF nextval('attempts') < 3 THEN RAISE EXCEPTION 'bad luck' "
                     "USING ERRCODE = '{}'; END IF; END $$",
                     sqlstate)});
    builder.add(3, "last", {fmt::format("SELECT '{}'", sqlstate)});
    EXPECT_EQ(versions(up(builder.set())), "1,2,3") << sqlstate;
    EXPECT_EQ(session_.get("SELECT last_value FROM attempts"), "3");
  }
}

TEST_F(Locks, AHeldGateIsBusyAndNamesItsHolder) {
  SetBuilder builder;
  builder.add(1, "one", {"SELECT 1"});
  const Session holder(database_.conninfo() + " application_name=another_run");
  holder.run(
      "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('public.schema_migrations' || "
      "chr(31) || 'main' || chr(31), 0))");
  Options options;
  options.wait = milliseconds{1500};
  std::string waiting;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kWaiting) {
      waiting = event.message;
    }
  };
  const Error error = failure(builder.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  const std::string name =
      fmt::format("pid {} (user postgres, application \"another_run\"", holder.pid());
  EXPECT_EQ(error.detail().blockers.substr(0, name.size()), name) << error.what();
  EXPECT_EQ(waiting.substr(0, name.size()), name);
}

TEST_F(Locks, ARunInTheWayIsNamedByWhatItApplies) {
  SetBuilder old;
  old.add(1, "one", {"SELECT 1"});
  up(old.set());
  SetBuilder builder;
  builder.add(1, "one", {"SELECT 1"});
  builder.add(2, "slow", {"SELECT pg_sleep(3)"});
  std::thread run([&] { up(builder.set()); });
  wait_for_sleeper();
  Options options;
  options.wait = milliseconds{300};
  const Error error = failure(builder.set(), options);
  run.join();
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_NE(error.detail().blockers.find("): applying 002_slow"), std::string::npos)
      << error.what();
}

TEST_F(Locks, AnUpToDateReplicaDoesNotWaitForARunInProgress) {
  SetBuilder old;
  old.add(1, "one", {"SELECT 1"});
  up(old.set());
  SetBuilder fresh;
  fresh.add(1, "one", {"SELECT 1"});
  fresh.add(2, "slow", {"SELECT pg_sleep(3)"});
  std::thread run([&] { up(fresh.set()); });
  wait_for_sleeper();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(up(old.set()).skipped, 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds{500});
  run.join();
}

TEST_F(Locks, CancellingEndsTheStatementAndRollsBack) {
  SetBuilder builder;
  builder.add(1, "first", {"CREATE TABLE first (id int)"});
  builder.add(2, "slow", {"CREATE TABLE slow (id int)", "SELECT pg_sleep(60)"});
  std::atomic<bool> is_cancelled{false};
  Options options;
  options.is_cancelled = [&] { return is_cancelled.load(); };
  std::thread canceller([&] {
    wait_for_sleeper();
    is_cancelled = true;
  });
  const auto start = std::chrono::steady_clock::now();
  const Error error = failure(builder.set(), options);
  canceller.join();
  EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
  EXPECT_EQ(applied(), "1");
  EXPECT_FALSE(has_relation("slow"));
}

TEST_F(Locks, CancellingWhileWaitingForTheGateEndsAtOnce) {
  SetBuilder builder;
  builder.add(1, "one", {"SELECT 1"});
  const Session holder(database_.conninfo());
  holder.run(
      "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('public.schema_migrations' || "
      "chr(31) || 'main' || chr(31), 0))");
  const auto start = std::chrono::steady_clock::now();
  Options options;
  options.is_cancelled = [&] {
    return std::chrono::steady_clock::now() - start > milliseconds{700};
  };
  EXPECT_EQ(failure(builder.set(), options).kind(), ErrorKind::kInterrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds{1500});
}

}  // namespace
}  // namespace godwit::test
