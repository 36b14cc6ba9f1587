// SPDX-License-Identifier: Apache-2.0
//
// The server goes: crashed and started again under a run, or replaced by its standby.
#include "round.hpp"

#include <atomic>
#include <thread>

#include <fmt/format.h>

namespace godwit::fault {
namespace {

using test::OwnServer;
using test::Session;

}  // namespace

Tally crash_the_server(Plan& plan) {
  const OwnServer server;
  Session(server.conninfo("postgres")).run("CREATE DATABASE crashed");
  const Arena arena(server.conninfo("crashed"));
  CountingSet migrations;
  const milliseconds undisturbed = arena.undisturbed(migrations);
  Tally tally;
  tally.fault = "pg_ctl stop -m immediate, start";
  const int rounds = plan.rounds(30, 200);
  while (tally.rounds < rounds) {
    arena.clear();
    Outcome outcome;
    std::atomic<bool> is_over{false};
    std::thread run([&] {
      Options options;
      options.wait = std::chrono::minutes{1};
      outcome = Arena::run(arena.conninfo(), migrations, options);
      is_over = true;
    });
    std::this_thread::sleep_for(milliseconds{plan.roll(undisturbed.count())});
    const bool was_over = is_over;
    server.crash();
    server.start();
    run.join();
    arena.judge(outcome, migrations, !was_over, tally);
  }
  return tally;
}

Tally promote_the_standby(Plan& plan) {
  Tally tally;
  tally.fault = "primary crashed, standby promoted";
  const int rounds = plan.rounds(3, 20);
  CountingSet migrations;
  while (tally.rounds < rounds) {
    const OwnServer primary;
    Session(primary.conninfo("postgres")).run("CREATE DATABASE failing");
    const OwnServer standby = OwnServer::standby_of(primary.conninfo("postgres"));
    standby.catch_up(primary.conninfo("postgres"));
    Outcome outcome;
    std::atomic<bool> is_over{false};
    std::thread run([&] {
      Options options;
      options.wait = std::chrono::minutes{1};
      outcome = Arena::run(fmt::format("host={},{} port=5432,5432 user=postgres dbname=failing "
                                       "target_session_attrs=read-write",
                                       primary.host(), standby.host()),
                           migrations, options);
      is_over = true;
    });
    constexpr std::int64_t kAboutARun = 120;
    std::this_thread::sleep_for(milliseconds{plan.roll(kAboutARun)});
    primary.crash();
    const bool was_over = is_over;
    standby.promote();
    run.join();
    // The standby is asynchronous: what it had not received is gone, row and effect together, so a
    // run that ended before the promotion, while the primary was crashing or earlier, may well have
    // reported what is not there any more.
    const Arena arena(standby.conninfo("failing"));
    arena.judge(was_over ? Outcome{} : outcome, migrations, !was_over, tally);
  }
  return tally;
}

}  // namespace godwit::fault
