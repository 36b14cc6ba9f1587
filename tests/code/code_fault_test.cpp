// SPDX-License-Identifier: Apache-2.0
//
// Killed in the middle, or two at once: what the function writes is there once, as is its row.
#include "fixture.hpp"

#include <csignal>
#include <random>

namespace godwit::test {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

class CodeFault : public WithCode {
 protected:
  void begin_again() {
    wait_for(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND "
        "pid <> pg_backend_pid() AND backend_type = 'client backend'");
    session_.run(
        "SET client_min_messages = error; DROP TABLE IF EXISTS schema_migrations, "
        "schema_migrations_log, people, calls, notes");
  }

  std::function<int()> plain_up() {
    return [this] {
      up(set());
      return 0;
    };
  }
};

TEST_F(CodeFault, KilledAtARandomMoment) {
  begin_again();
  const auto start = steady_clock::now();
  ASSERT_EQ(Child(plain_up()).wait(), 0);
  const auto whole = std::chrono::duration_cast<microseconds>(steady_clock::now() - start);
  std::mt19937_64 random(20261121);
  std::uniform_int_distribution<std::int64_t> moment(0, whole.count());
  int inside = 0;
  for (int round = 0; round < 20; ++round) {
    begin_again();
    Child child(plain_up());
    std::this_thread::sleep_for(microseconds(moment(random)));
    child.kill(SIGKILL);
    child.wait();
    const std::string before = has_relation("schema_migrations") ? applied() : "";
    inside += before == "1" ? 1 : 0;
    up(set());
    EXPECT_EQ(applied(), "1,2,3,4") << "killed after " << before;
    EXPECT_EQ(calls(), "split,count 500") << "killed after " << before;
    EXPECT_EQ(session_.get("SELECT count(*) FROM people WHERE last_name <> ''"), "500");
  }
  EXPECT_GT(inside, 0) << "no kill struck the function";
}

TEST_F(CodeFault, TwoAtOnceCallItOnce) {
  for (int round = 0; round < 3; ++round) {
    begin_again();
    Child one(plain_up());
    Child two(plain_up());
    EXPECT_EQ(one.wait(), 0) << one.err();
    EXPECT_EQ(two.wait(), 0) << two.err();
    EXPECT_EQ(applied(), "1,2,3,4");
    EXPECT_EQ(calls(), "split,count 500");
  }
}

}  // namespace
}  // namespace godwit::test
