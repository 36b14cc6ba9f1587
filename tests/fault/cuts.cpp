// SPDX-License-Identifier: Apache-2.0
//
// The connection is cut at a random byte. The run has to notice, connect again, find out what the
// server did with what it got, and finish, all in the same call.
#include "round.hpp"

#include "wire_proxy.hpp"

#include <fmt/format.h>

namespace godwit::fault {
namespace {

using test::WireProxy;

Tally cut(std::string name, WireProxy::Side side, Plan& plan) {
  const test::Database database;
  const Arena arena(database.conninfo());
  CountingSet migrations;
  std::size_t bytes = 0;
  {
    WireProxy proxy;
    arena.clear();
    migrate(proxy.conninfo(database.name()), migrations.set());
    bytes = proxy.bytes(side);
  }
  Tally tally;
  tally.fault = std::move(name);
  const int rounds = plan.rounds(250, 1000);
  while (tally.rounds < rounds) {
    arena.clear();
    WireProxy proxy;
    const auto at = static_cast<std::size_t>(plan.roll(static_cast<std::int64_t>(bytes) - 1));
    proxy.cut_after(side, at);
    Options options;
    options.wait = std::chrono::minutes{1};
    const Outcome outcome = Arena::run(proxy.conninfo(database.name()), migrations, options);
    arena.judge(outcome, migrations, proxy.cuts() > 0, tally);
    // With a deadline a minute away nothing that a single cut does is a reason to give up.
    if (outcome.error) {
      ++tally.misreported;
      tally.remarks.push_back(fmt::format("round {}: gave up after a cut at byte {} of {}: {}",
                                          tally.rounds, at, bytes, outcome.error->what()));
    }
  }
  return tally;
}

}  // namespace

Tally cut_what_the_client_sends(Plan& plan) {
  return cut("cut at a byte that the client sends", WireProxy::Side::kClient, plan);
}

Tally cut_what_the_server_sends(Plan& plan) {
  return cut("cut at a byte that the server sends", WireProxy::Side::kServer, plan);
}

}  // namespace godwit::fault
