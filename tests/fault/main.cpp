// SPDX-License-Identifier: Apache-2.0
//
// The fault suite: strikes runs at random moments, runs again, and counts. It ends with a table of
// what came of it, and with 1 when anything was lost, doubled or misreported, or needed a human.
#include "round.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <random>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace godwit::fault {
namespace {

struct Fault {
  const char* name;
  Tally (*strike)(Plan&);
};

constexpr Fault kFaults[] = {
    {"cut-client", cut_what_the_client_sends},
    {"cut-server", cut_what_the_server_sends},
    {"kill", kill_the_client},
    {"sigint", interrupt_the_client},
    {"sigterm", terminate_the_client},
    {"terminate", terminate_the_backend},
    {"cancel", cancel_the_backend},
    {"replicas", kill_some_of_many},
    {"minute", start_during_a_long_migration},
    {"crash", crash_the_server},
    {"promote", promote_the_standby},
};

std::string line(const Tally& tally) {
  return fmt::format("{:<38} {:>6} {:>6} {:>8} {:>5} {:>8} {:>12}\n", tally.fault, tally.rounds,
                     tally.struck, tally.survived, tally.lost, tally.doubled, tally.misreported);
}

bool is_good(const Tally& tally) {
  // A fault that never struck proves nothing.
  return tally.survived == tally.rounds && tally.lost == 0 && tally.doubled == 0 &&
         tally.misreported == 0 && tally.struck > 0;
}

int run(int argc, char** argv) {
  bool is_long = false;
  std::uint64_t seed = std::random_device{}();
  std::vector<std::string> only;
  std::string table_file;
  CLI::App app{"Strikes migrations at random moments, runs again, and counts what is left."};
  app.add_flag("--long", is_long, "four times the rounds and more");
  app.add_option("--seed", seed, "of the random moments; printed, to repeat a run");
  app.add_option("--only", only, "these faults")->delimiter(',');
  app.add_option("--table", table_file, "also write the table there");
  CLI11_PARSE(app, argc, argv);

  fmt::print("seed {}\n", seed);
  std::string table = fmt::format("{:<38} {:>6} {:>6} {:>8} {:>5} {:>8} {:>12}\n", "fault",
                                  "rounds", "struck", "survived", "lost", "doubled", "misreported");
  fmt::print("{}", table);
  bool all_good = true;
  for (const Fault& fault : kFaults) {
    if (!only.empty() && std::find(only.begin(), only.end(), fault.name) == only.end()) {
      continue;
    }
    Plan plan{is_long, std::mt19937_64{seed}};
    const Tally tally = fault.strike(plan);
    fmt::print("{}", line(tally));
    for (const std::string& remark : tally.remarks) {
      fmt::print("  {}\n", remark);
    }
    std::fflush(stdout);
    table += line(tally);
    all_good = all_good && is_good(tally);
  }
  if (!table_file.empty()) {
    std::ofstream(table_file) << table;
  }
  return all_good ? 0 : 1;
}

}  // namespace
}  // namespace godwit::fault

int main(int argc, char** argv) {
  try {
    return godwit::fault::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "fault_suite: " << error.what() << '\n';
    return 2;
  }
}
