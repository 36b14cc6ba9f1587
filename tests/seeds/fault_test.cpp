// SPDX-License-Identifier: Apache-2.0
//
// Seeds among several processes, and processes that end in the middle of one.
#include "sets.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace godwit::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kAll = "SELECT count(*) || ' ' || sum(id) FROM lines";
constexpr const char* kWhole = "100000 4999950000";

TEST_F(Seeds, OfManyProcessesEachIsAppliedOnce) {
  std::vector<Child> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(start("first", {"up", "-q", "--seed=full"}));
  }
  for (Child& child : children) {
    EXPECT_EQ(child.wait(), 0) << child.err();
  }
  EXPECT_EQ(recorded(), "reference/9_units,reference/10_countries,sample/users,acme/branding");
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'applied'"),
            "6");
}

TEST_F(Seeds, KilledAtARandomMomentARerunFinishes) {
  up(release("big"), with("none"));
  const auto begin = steady_clock::now();
  ASSERT_EQ(run("big", {"up", "-q"}).code, 0);
  const auto whole = std::chrono::duration_cast<microseconds>(steady_clock::now() - begin);
  std::mt19937_64 random(20261121);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  int unfinished = 0;
  for (int round = 0; round < 4; ++round) {
    session_.run("TRUNCATE lines; DELETE FROM schema_migrations WHERE kind = 'seed'");
    Child child = start("big", {"up", "-q"});
    std::this_thread::sleep_for(microseconds(moment(random)));
    child.kill(SIGKILL);
    child.wait();
    // All of its rows are there, or none.
    const std::string rows = session_.get("SELECT count(*) FROM lines");
    EXPECT_TRUE(rows == "0" || rows == "100000") << rows;
    unfinished += rows == "0" ? 1 : 0;
    const Outcome again = run("big", {"up", "-q"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(session_.get(kAll), kWhole);
    EXPECT_EQ(recorded(), "reference/lines");
  }
  EXPECT_GT(unfinished, 0) << "no kill came before the end: the test proves nothing";
}

TEST_F(Seeds, ARunThatIsCancelledAmongTheRowsRollsBack) {
  up(release("big"), with("none"));
  std::atomic<int> asked{0};
  Options options;
  options.is_cancelled = [&] {
    // Not before the rows are on their way.
    return session_.get(
               "SELECT count(*) > 0 FROM pg_stat_progress_copy WHERE bytes_processed > "
               "100000") == "t" &&
           ++asked > 0;
  };
  const Error error = failure(release("big"), options);
  EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  EXPECT_GT(asked.load(), 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM lines"), "0");
  EXPECT_EQ(recorded(), "");
  EXPECT_EQ(up(release("big")).applied.size(), 1U);
  EXPECT_EQ(session_.get(kAll), kWhole);
}

TEST_F(Seeds, AConnectionThatIsCutAmongTheRowsIsMadeAnew) {
  up(release("big"), with("none"));
  Child child = start("big", {"up", "--wait=30s"});
  const auto end = steady_clock::now() + std::chrono::seconds{20};
  bool was_cut = false;
  while (!was_cut && steady_clock::now() < end) {
    was_cut = session_.get(
                  "SELECT count(pg_terminate_backend(pid)) > 0 FROM "
                  "pg_stat_progress_copy WHERE datname = current_database()") == "t";
  }
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_TRUE(was_cut);
  EXPECT_EQ(session_.get(kAll), kWhole);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'applied' AND "
                         "kind = 'seed'"),
            "1");
}

// A seed waits for a lock as any migration does, and goes on when it gets it.
TEST_F(Seeds, WaitForLocks) {
  up(release("first"), with("none"));
  const Session other(database_.conninfo());
  other.run("BEGIN; LOCK TABLE countries");
  Options options;
  options.lock_timeout = milliseconds{50};
  options.wait = std::chrono::seconds{60};
  std::atomic<bool> was_retried{false};
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kRetrying && !was_retried.exchange(true)) {
      other.run("COMMIT");
    }
  };
  EXPECT_EQ(seeds_of(up(release("first"), options)), "reference/9_units,reference/10_countries");
  EXPECT_TRUE(was_retried.load());
}

}  // namespace
}  // namespace godwit::test
