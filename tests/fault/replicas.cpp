// SPDX-License-Identifier: Apache-2.0
//
// Many processes at once, some of which are killed; and many that start while another one is busy
// for a minute.
#include "round.hpp"

#include "pooler.hpp"
#include "process.hpp"

#include <algorithm>
#include <csignal>
#include <memory>
#include <thread>

#include <fmt/format.h>

namespace godwit::fault {
namespace {

using std::chrono::steady_clock;
using test::Child;
using test::Pooler;
using test::Session;

constexpr int kKilled = 1000;  // what Child::wait() adds to the number of a signal

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

}  // namespace

// All on an empty database, in every other round through PgBouncer. Whoever is not killed has to
// end well, without a rerun.
Tally kill_some_of_many(Plan& plan) {
  const test::Database database;
  const Arena arena(database.conninfo());
  CountingSet migrations;
  const milliseconds undisturbed = arena.undisturbed(migrations);
  Tally tally;
  tally.fault = "kill -9 of some of many replicas";
  const int rounds = plan.rounds(8, 60);
  const int processes = plan.is_long ? 50 : 8;
  while (tally.rounds < rounds) {
    arena.clear();
    const auto pooler = tally.rounds % 2 == 1 ? std::make_unique<Pooler>(5) : nullptr;
    const std::string conninfo = pooler ? pooler->conninfo(database.name()) : arena.conninfo();
    std::vector<Child> children;
    for (int i = 0; i < processes; ++i) {
      children.emplace_back([&]() -> int {
        Options options;
        options.direct_conninfo = arena.conninfo();
        migrate(conninfo, migrations.set(), options);
        return 0;
      });
    }
    int killed = 0;
    for (int i = 0; i < processes / 4; ++i) {
      std::this_thread::sleep_for(milliseconds{plan.roll(undisturbed.count())});
      children[static_cast<std::size_t>(plan.roll(processes - 1))].kill(SIGKILL);
    }
    int failed = 0;
    for (Child& child : children) {
      const int code = child.wait();
      killed += code == kKilled + SIGKILL ? 1 : 0;
      if (code != 0 && code != kKilled + SIGKILL) {
        ++failed;
        tally.remarks.push_back(
            fmt::format("round {}: exit code {}: {}", tally.rounds + 1, code, child.err()));
      }
    }
    arena.judge({}, migrations, killed > 0, tally);
    tally.misreported += failed;
  }
  return tally;
}

// A round is a start of an older build meanwhile, which has nothing to do and must not wait. Those
// that have something to do wait, and are through soon after the end.
Tally start_during_a_long_migration(Plan& plan) {
  const test::Database database;
  test::SetBuilder old;
  old.add(1, "counter", {"CREATE TABLE counter (n int)", "INSERT INTO counter VALUES (0)"});
  test::SetBuilder fresh;
  fresh.add(1, "counter", {"CREATE TABLE counter (n int)", "INSERT INTO counter VALUES (0)"});
  const int seconds = plan.is_long ? 60 : 2;
  fresh.add(2, "long",
            {"UPDATE counter SET n = n + 1", fmt::format("SELECT pg_sleep({})", seconds)});
  migrate(database.conninfo(), old.set());
  Tally tally;
  tally.fault = "starts during a migration of a minute";
  const auto up = [&]() -> int {
    migrate(database.conninfo(), fresh.set());
    return 0;
  };
  Child first(up);
  const Session session(database.conninfo());
  const auto is_asleep = [&] {
    return session.get(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
               "current_database()") != "0";
  };
  const auto start = steady_clock::now();
  while (!is_asleep() && since(start) < milliseconds{10'000}) {
    std::this_thread::sleep_for(milliseconds{10});
  }
  std::vector<Child> waiters;
  for (int i = 0; i < 20; ++i) {
    waiters.emplace_back(up);
  }
  milliseconds longest{0};
  for (bool was_asleep = is_asleep(); was_asleep; was_asleep = is_asleep()) {
    const auto begin = steady_clock::now();
    migrate(database.conninfo(), old.set());
    const milliseconds took = since(begin);
    longest = std::max(longest, took);
    ++tally.rounds;
    ++tally.struck;
    tally.survived += took < milliseconds{500} ? 1 : 0;
    std::this_thread::sleep_for(milliseconds{200});
  }
  tally.remarks.push_back(fmt::format("the longest start took {} ms", longest.count()));
  const auto end = steady_clock::now();
  waiters.push_back(std::move(first));
  for (Child& waiter : waiters) {
    if (waiter.wait() != 0) {
      ++tally.misreported;
      tally.remarks.push_back(waiter.err());
    }
  }
  if (since(end) > milliseconds{3000}) {
    ++tally.misreported;
    tally.remarks.push_back(
        fmt::format("the last that waited was through {} ms after the end", since(end).count()));
  }
  const std::string n = session.get("SELECT n FROM counter");
  tally.lost += n == "0" ? 1 : 0;
  tally.doubled += n == "0" || n == "1" ? 0 : 1;
  return tally;
}

}  // namespace godwit::fault
