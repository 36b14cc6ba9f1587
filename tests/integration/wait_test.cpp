// SPDX-License-Identifier: Apache-2.0
//
// Replicas that must not migrate: they wait for one that does.
#include "fixture.hpp"

#include "own_server.hpp"

#include <atomic>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Waiting : public OnDatabase {
 protected:
  Waiting() {
    builder_.add(1, "one", {"CREATE TABLE one (id int)"});
    builder_.add(2, "two", {"CREATE TABLE two (id int)", "SELECT pg_sleep(0.5)"});
  }
  static Options patient(milliseconds wait) {
    Options options;
    options.wait = wait;
    return options;
  }

  SetBuilder builder_;
};

TEST_F(Waiting, EndsWhenSomebodyElseHasAppliedEverything) {
  std::vector<std::string> seen;
  Options options = patient(std::chrono::minutes{1});
  std::atomic<bool> waits{false};
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kWaiting) {
      seen.push_back(event.message);
      waits = true;
    }
  };
  std::thread waiter([&] { wait_until_current(database_.conninfo(), builder_.set(), options); });
  while (!waits) {
    std::this_thread::sleep_for(milliseconds{5});
  }
  EXPECT_FALSE(has_relation("one")) << "it must not apply anything itself";
  EXPECT_EQ(versions(up(builder_.set())), "1,2");
  waiter.join();
  EXPECT_EQ(seen, (std::vector<std::string>{"2 migrations are pending (001_one, 002_two)"}));
  EXPECT_EQ(applied(), "1,2");
}

TEST_F(Waiting, UpToDateCostsOneLook) {
  up(builder_.set());
  const auto start = std::chrono::steady_clock::now();
  Migrator(database_.conninfo(), builder_.set(), patient(std::chrono::minutes{1}))
      .wait_until_current();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
}

TEST_F(Waiting, IsBusyAtTheDeadlineAndSaysWhatIsMissing) {
  const Error error = failure_of([&] {
    wait_until_current(database_.conninfo(), builder_.set(), patient(milliseconds{300}));
  });
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_EQ(error.detail().message,
            "2 migrations are pending (001_one, 002_two), and nobody applied it before the "
            "deadline");
  EXPECT_EQ(
      session_.get("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
      "0")
      << "nothing is written";
}

TEST_F(Waiting, DoesNotWaitForWhatTimeDoesNotHeal) {
  up(builder_.set());
  session_.run("UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 1");
  const Error error = failure_of([&] {
    wait_until_current(database_.conninfo(), builder_.set(), patient(std::chrono::minutes{1}));
  });
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
}

TEST_F(Waiting, GoesOnWhenTheConnectionIsCut) {
  std::atomic<bool> waits{false};
  Options options = patient(std::chrono::minutes{1});
  options.on_event = [&](const Event& event) {
    waits = waits || event.kind == EventKind::kWaiting;
  };
  std::thread waiter([&] { wait_until_current(database_.conninfo(), builder_.set(), options); });
  while (!waits) {
    std::this_thread::sleep_for(milliseconds{5});
  }
  session_.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND pid <> pg_backend_pid()");
  up(builder_.set());
  waiter.join();
}

TEST_F(Waiting, AServerThatIsNotThereYetIsWaitedFor) {
  const OwnServer server;
  {
    const Session session(server.conninfo("postgres"));
    session.run("CREATE DATABASE late");
  }
  migrate(server.conninfo("late"), builder_.set());
  server.crash();
  std::thread waiter([&] {
    wait_until_current(server.conninfo("late"), builder_.set(), patient(std::chrono::minutes{1}));
  });
  std::this_thread::sleep_for(milliseconds{300});
  server.start();
  waiter.join();
}

TEST_F(Waiting, HoldsNoLockAndNoSnapshot) {
  std::atomic<bool> is_over{false};
  std::thread waiter([&] {
    wait_until_current(database_.conninfo(), builder_.set(), patient(std::chrono::minutes{1}));
    is_over = true;
  });
  wait_for(
      "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'godwit' AND state = 'idle' AND backend_xmin IS NULL");
  EXPECT_FALSE(is_over);
  up(builder_.set());
  waiter.join();
}

}  // namespace
}  // namespace godwit::test
