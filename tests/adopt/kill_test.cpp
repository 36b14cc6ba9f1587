// SPDX-License-Identifier: Apache-2.0
//
// Killed at any moment, run again: all is recorded once, and nothing of the other tool is changed.
#include "tools.hpp"

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

namespace godwit::test {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

class Killed : public Adopting, public ::testing::WithParamInterface<const char*> {
 protected:
  const ForeignSet& foreign_ = foreign_set(GetParam());

  bool is_in_place() const { return foreign_.tool == "seed000"; }

  void begin_again() {
    session_.run(
        "SET client_min_messages = error; DROP SCHEMA IF EXISTS sqitch CASCADE; "
        "DROP TABLE IF EXISTS schema_migrations, schema_migrations_log");
    load(foreign_.tool);
  }

  std::size_t recorded_count() const {
    const std::string is_ours = session_.get(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = 'schema_migrations' "
        "AND column_name = 'migration_set'");
    return is_ours == "0" ? 0 : std::stoul(session_.get("SELECT count(*) FROM schema_migrations"));
  }

  void rerun_finishes(const std::string& before) {
    const Outcome outcome = adopt(foreign_);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(recorded_count(), foreign_.set->migrations.size());
    EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log"),
              std::to_string(foreign_.set->migrations.size()));
    if (!is_in_place()) {
      EXPECT_EQ(contents(foreign_.table), before);
    }
  }
};

std::string test_name(const ::testing::TestParamInfo<const char*>& tested) {
  return tested.param;
}

INSTANTIATE_TEST_SUITE_P(Adopt, Killed, ::testing::Values("sqitch", "seed000"), test_name);

TEST_P(Killed, AtARandomMoment) {
  begin_again();
  const auto start = steady_clock::now();
  ASSERT_EQ(adopt(foreign_).code, 0);
  const auto whole = std::chrono::duration_cast<microseconds>(steady_clock::now() - start);
  std::mt19937_64 random(20260807);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  std::size_t unfinished = 0;
  for (int round = 0; round < 25; ++round) {
    begin_again();
    const std::string before = contents(foreign_.table);
    Child child(body_of(foreign_, {"adopt"}));
    std::this_thread::sleep_for(microseconds(moment(random)));
    child.kill(SIGKILL);
    child.wait();
    // What the server has been sent it may still be doing.
    wait_for(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND "
        "pid <> pg_backend_pid() AND backend_type = 'client backend'");
    const std::size_t count = recorded_count();
    EXPECT_TRUE(count == 0 || count == foreign_.set->migrations.size()) << count;
    unfinished += count == 0 ? 1 : 0;
    rerun_finishes(before);
  }
  EXPECT_GT(unfinished, 0U) << "every kill came too late";
}

TEST_P(Killed, InTheMiddleOfWriting) {
  begin_again();
  const std::string before = contents(foreign_.table);
  const Session other(database_.conninfo());
  // What is written is sent as one message; its last statements wait for the table of the log.
  other.run("BEGIN; CREATE TABLE schema_migrations_log (id int)");
  Child child(body_of(foreign_, {"adopt", "--lock-timeout=0"}));
  wait_for(
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
      "wait_event_type = 'Lock'");
  child.kill(SIGKILL);
  child.wait();
  other.run("ROLLBACK");
  rerun_finishes(before);
}

}  // namespace
}  // namespace godwit::test
