// SPDX-License-Identifier: Apache-2.0
//
// One round of a fault: a database with a counter for each migration, a run that the fault strikes,
// a plain rerun, and the judgement. Every migration adds one to its own counter in its transaction,
// so that what ran twice and what was lost can be counted afterwards; one migration builds an index
// concurrently and one vacuums, outside any transaction.
#pragma once

#include "own_server.hpp"
#include "server.hpp"
#include "set_builder.hpp"

#include <godwit/migrator.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace godwit::fault {

using std::chrono::milliseconds;

/// The migrations that every round applies.
class CountingSet {
 public:
  CountingSet();
  const MigrationSet& set() { return builder_.set(); }
  static constexpr int kTransactional = 10;

 private:
  test::SetBuilder builder_;
};

/// What a run that was struck said about itself; none where it was killed.
struct Outcome {
  std::optional<Report> report;
  std::optional<Error> error;
};

/// What all rounds of one fault came to.
struct Tally {
  std::string fault;
  int rounds = 0;
  int struck = 0;       ///< the fault came while the run was under way, not before or after it
  int survived = 0;     ///< a plain rerun ended well and everything is there exactly once
  int lost = 0;         ///< effects whose migration is recorded and that are not there
  int doubled = 0;      ///< effects that are there more than once
  int misreported = 0;  ///< runs that said something else than the history says
  std::vector<std::string> remarks;
};

/// Where a round takes place: a database of the tests' server, or of a server of its own.
class Arena {
 public:
  /// `conninfo` names the server and a database that is there already, which is emptied for each
  /// round.
  explicit Arena(std::string conninfo) : conninfo_(std::move(conninfo)) {}

  const std::string& conninfo() const { return conninfo_; }
  /// Waits until nobody else is connected, and empties the database.
  void clear() const;
  /// Runs to the end, catching what it throws.
  static Outcome run(const std::string& conninfo, CountingSet& migrations, Options options = {});
  /// Compares what the run said with the history, runs again, and counts.
  void judge(const Outcome& outcome, CountingSet& migrations, bool has_struck, Tally& tally) const;
  /// How long an undisturbed run takes: the median of three.
  milliseconds undisturbed(CountingSet& migrations) const;

 private:
  std::string conninfo_;
};

/// How many rounds, and the dice.
struct Plan {
  bool is_long = false;
  std::mt19937_64 dice;

  int rounds(int in_short, int in_long) const { return is_long ? in_long : in_short; }
  /// From 0 to `limit`, both included.
  std::int64_t roll(std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit)(dice);
  }
};

// cuts.cpp
Tally cut_what_the_client_sends(Plan& plan);
Tally cut_what_the_server_sends(Plan& plan);
// kills.cpp
Tally kill_the_client(Plan& plan);
Tally interrupt_the_client(Plan& plan);
Tally terminate_the_client(Plan& plan);
Tally terminate_the_backend(Plan& plan);
Tally cancel_the_backend(Plan& plan);
// replicas.cpp
Tally kill_some_of_many(Plan& plan);
Tally start_during_a_long_migration(Plan& plan);
// servers.cpp
Tally crash_the_server(Plan& plan);
Tally promote_the_standby(Plan& plan);

}  // namespace godwit::fault
