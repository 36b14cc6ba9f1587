// SPDX-License-Identifier: Apache-2.0
//
// Runs that are stepped by an event loop.
#include "fixture.hpp"
#include "wire_proxy.hpp"

#include <godwit/stepper.hpp>

#include <poll.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Stepped : public OnDatabase {
 protected:
  static void wait_for_any(const std::vector<const Stepper*>& steppers) {
    std::vector<pollfd> descriptors;
    milliseconds timeout{1000};
    for (const Stepper* stepper : steppers) {
      const int events =
          (stepper->wants_read() ? POLLIN : 0) | (stepper->wants_write() ? POLLOUT : 0);
      descriptors.push_back({stepper->socket(), static_cast<short>(events), 0});
      timeout = std::min(timeout, stepper->timeout());
    }
    poll(descriptors.data(), descriptors.size(), static_cast<int>(timeout.count()));
  }

  static int run_to_the_end(Stepper& stepper) {
    int steps = 1;
    for (; stepper.step(); ++steps) {
      wait_for_any({&stepper});
    }
    return steps;
  }

  SetBuilder builder_;
};

TEST_F(Stepped, TheLoopGoesOnWhileTheServerWorks) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  builder_.add(2, "slow", {"SELECT pg_sleep(0.6)"});
  builder_.add(3, "vacuum", {"VACUUM one"}).outside_transaction().idempotent_step(0);
  std::vector<EventKind> events;
  Options options;
  options.on_event = [&](const Event& event) { events.push_back(event.kind); };
  Stepper stepper(database_.conninfo(), builder_.set(), options);
  EXPECT_FALSE(has_relation("one"));
  EXPECT_GE(run_to_the_end(stepper), 6) << "each takes a tenth of a second at most";
  EXPECT_EQ(versions(stepper.report()), "1,2,3");
  EXPECT_EQ(applied(), "1,2,3");
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back(), EventKind::kFinished);
  EXPECT_EQ(stepper.socket(), -1);
  EXPECT_FALSE(stepper.step()) << "over is over";
}

TEST_F(Stepped, AFailureIsThrownOnce) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  builder_.add(2, "wrong", {"SELECT 1 / 0"});
  Stepper stepper(database_.conninfo(), builder_.set());
  const Error error = failure_of([&] { run_to_the_end(stepper); });
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_FALSE(stepper.step());
  EXPECT_EQ(applied(), "1");
}

TEST_F(Stepped, OneThatIsLeftIsRolledBack) {
  builder_.add(1, "slow", {"CREATE TABLE one (id int)", "SELECT pg_sleep(60)"});
  {
    Stepper stepper(database_.conninfo(), builder_.set());
    while (session_.get("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
                        "datname = current_database()") == "0") {
      ASSERT_TRUE(stepper.step());
      wait_for_any({&stepper});
    }
  }
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
      "current_database()");
  EXPECT_FALSE(has_relation("one"));
}

TEST_F(Stepped, OneThatNeverBeganDoesNothing) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  { const Stepper stepper(database_.conninfo(), builder_.set()); }
  EXPECT_FALSE(has_relation("one"));
}

TEST_F(Stepped, TwoOfOneThreadWaitForEachOther) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)", "SELECT pg_sleep(0.3)"});
  builder_.add(2, "two", {"CREATE TABLE two (id int)"});
  Stepper first(database_.conninfo(), builder_.set());
  Stepper second(database_.conninfo(), builder_.set());
  bool first_runs = true;
  bool second_runs = true;
  while (first_runs || second_runs) {
    first_runs = first_runs && first.step();
    second_runs = second_runs && second.step();
    wait_for_any({&first, &second});
  }
  EXPECT_EQ(first.report().applied.size() + second.report().applied.size(), 2U);
  EXPECT_EQ(first.report().skipped + second.report().skipped, 2U);
  EXPECT_EQ(applied(), "1,2");
}

TEST_F(Stepped, CallersExceptionsAndTheRunsDoNotMix) {
  builder_.add(1, "effects", {"CREATE TABLE effects (n int)"});
  builder_.add(2, "more", {"INSERT INTO effects VALUES (2)", "SELECT pg_sleep(0.2)"});
  WireProxy proxy;
  // The run reconnects inside a handler of an exception of its own, and waits there.
  proxy.cut_on_answer("COMMIT");
  Stepper stepper(proxy.conninfo(database_.name()), builder_.set());
  bool goes_on = true;
  while (goes_on) {
    try {
      throw std::runtime_error("the caller's");
    } catch (const std::runtime_error& error) {
      goes_on = stepper.step();
      EXPECT_STREQ(error.what(), "the caller's");
      const std::exception_ptr current = std::current_exception();
      EXPECT_THROW(std::rethrow_exception(current), std::runtime_error);
    }
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(std::current_exception(), nullptr);
    if (goes_on) {
      wait_for_any({&stepper});
    }
  }
  EXPECT_EQ(proxy.cuts(), 1);
  EXPECT_EQ(versions(stepper.report()), "1,2");
  EXPECT_EQ(session_.list("SELECT n FROM effects"), "2");
}

TEST_F(Stepped, ABorrowedConnectionIsGivenBackAsItCame) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  session_.run("SET lock_timeout = '7s'");
  Stepper stepper(session_.raw(), builder_.set());
  run_to_the_end(stepper);
  EXPECT_EQ(session_.get("SHOW lock_timeout"), "7s");
  EXPECT_EQ(PQisnonblocking(session_.raw()), 0);
  EXPECT_EQ(PQtransactionStatus(session_.raw()), PQTRANS_IDLE);
  EXPECT_EQ(applied(), "1");
}

TEST_F(Stepped, LongMessagesAreWrittenInPieces) {
  builder_.add(1, "one", {"CREATE TABLE texts (t text)"});
  // Larger than any socket's buffer, and the answer of each statement larger than that of others.
  const std::string text(3'000'000, 'x');
  builder_.add(2, "long", {"INSERT INTO texts VALUES ('" + text + "')", "SELECT t FROM texts"});
  Stepper stepper(database_.conninfo(), builder_.set());
  run_to_the_end(stepper);
  EXPECT_EQ(session_.get("SELECT length(t) FROM texts"), "3000000");
}

TEST_F(Stepped, MovesWhileUnderWay) {
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  Stepper stepper(database_.conninfo(), builder_.set());
  ASSERT_TRUE(stepper.step());
  Stepper moved = std::move(stepper);
  run_to_the_end(moved);
  EXPECT_EQ(applied(), "1");
}

}  // namespace
}  // namespace godwit::test
