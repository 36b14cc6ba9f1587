// SPDX-License-Identifier: Apache-2.0
//
// The process of the run, or its process in the server, is ended at a random moment.
#include "round.hpp"

#include "process.hpp"

#include <godwit/cli.hpp>

#include <atomic>
#include <csignal>
#include <thread>

#include <fmt/format.h>

namespace godwit::fault {
namespace {

using test::Child;
using test::Session;

constexpr int kKilled = 1000;  // what Child::wait() adds to the number of a signal

milliseconds random_moment(milliseconds undisturbed, Plan& plan) {
  return milliseconds{plan.roll(undisturbed.count() * 5 / 4)};
}

// The command line in a process of its own, as an operator or an orchestrator ends it.
Tally signal_the_client(std::string name, int signal, int rounds, Plan& plan) {
  const test::Database database;
  const Arena arena(database.conninfo());
  CountingSet migrations;
  const milliseconds undisturbed = arena.undisturbed(migrations);
  Tally tally;
  tally.fault = std::move(name);
  while (tally.rounds < rounds) {
    arena.clear();
    Child child([&]() -> int {
      std::string arguments[] = {"app", "up", "--url", arena.conninfo()};
      char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                      arguments[3].data(), nullptr};
      return run_cli(4, argv, migrations.set());
    });
    std::this_thread::sleep_for(random_moment(undisturbed, plan));
    child.kill(signal);
    const int code = child.wait();
    const bool has_struck = code != 0;
    arena.judge({}, migrations, has_struck, tally);
    // Before the handlers stand, a signal ends the process as it ends any other.
    const bool is_expected =
        code == 0 || code == kKilled + signal || code == static_cast<int>(ErrorKind::kInterrupted);
    if (!is_expected) {
      ++tally.misreported;
      tally.remarks.push_back(fmt::format("round {}: exit code {}: {}{}", tally.rounds, code,
                                          child.out(), child.err()));
    }
  }
  return tally;
}

// `function` is called for each connection of the run.
Tally strike_the_backend(std::string name, const std::string& function, int rounds, Plan& plan) {
  const test::Database database;
  const Arena arena(database.conninfo());
  CountingSet migrations;
  const milliseconds undisturbed = arena.undisturbed(migrations);
  Tally tally;
  tally.fault = std::move(name);
  const Session killer(test::server_conninfo() + " dbname=postgres");
  while (tally.rounds < rounds) {
    arena.clear();
    Outcome outcome;
    std::atomic<bool> is_over{false};
    std::thread run([&] {
      outcome = Arena::run(arena.conninfo(), migrations);
      is_over = true;
    });
    std::this_thread::sleep_for(random_moment(undisturbed, plan));
    const bool was_over = is_over;
    const std::string struck =
        killer.get(fmt::format("SELECT count({}(pid)) FROM pg_stat_activity WHERE datname = '{}'",
                               function, database.name()));
    run.join();
    arena.judge(outcome, migrations, !was_over && struck != "0", tally);
  }
  return tally;
}

}  // namespace

Tally kill_the_client(Plan& plan) {
  return signal_the_client("kill -9 of the process", SIGKILL, plan.rounds(200, 1000), plan);
}

Tally interrupt_the_client(Plan& plan) {
  return signal_the_client("SIGINT to the process", SIGINT, plan.rounds(50, 200), plan);
}

Tally terminate_the_client(Plan& plan) {
  return signal_the_client("SIGTERM to the process", SIGTERM, plan.rounds(50, 200), plan);
}

Tally terminate_the_backend(Plan& plan) {
  return strike_the_backend("pg_terminate_backend", "pg_terminate_backend", plan.rounds(50, 200),
                            plan);
}

Tally cancel_the_backend(Plan& plan) {
  return strike_the_backend("pg_cancel_backend", "pg_cancel_backend", plan.rounds(50, 200), plan);
}

}  // namespace godwit::fault
