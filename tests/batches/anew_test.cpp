// SPDX-License-Identifier: Apache-2.0
//
// Where batches end: rows that come while the last one is under way, and a verify section that is
// not true when all have ended.
#include "fixture_of_batches.hpp"

#include <csignal>

namespace godwit::test {
namespace {

class Anew : public Batched {
 protected:
  /// Once, when the first batch has ended.
  Options inserting(const std::string& rows) {
    Options options;
    options.on_event = [this, rows](const Event& event) {
      if (event.kind == EventKind::kProgress && !std::exchange(has_inserted_, true)) {
        session_.run("INSERT INTO items (id, state) VALUES " + rows);
      }
    };
    return options;
  }

  bool has_inserted_ = false;
};

// The keys of the last batch are known when the one before it ends.
TEST_F(Anew, ARowAheadOfTheLastBatchIsReached) {
  session_.run("INSERT INTO items (id, state) SELECT i, 'todo' FROM generate_series(1, 700) AS i");
  apply("002", inserting("(5000, 'todo'), (9000, 'todo')"));
  EXPECT_EQ(session_.list("SELECT id FROM items WHERE state <> 'done'"), "");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n = 1"), "702");
  EXPECT_EQ(row(2), "applied|1|1|no cursor|free");
}

TEST_F(Anew, AfterAFalseVerifyTheBatchesBeginAnew) {
  session_.run("INSERT INTO items (id, state) SELECT i, 'todo' FROM generate_series(10, 900) AS i");
  const Error error = failure_of([&] { apply("012", inserting("(1, 'todo')")); });
  EXPECT_EQ(error.kind(), ErrorKind::kVerifyFailed);
  EXPECT_NE(error.detail().hint.find(
                "all its steps have run and stay; `up` begins its batches anew, for what their "
                "WHERE still finds"),
            std::string::npos)
      << error.detail().hint;
  EXPECT_EQ(row(12), "running|1|2|no cursor|free");
  EXPECT_EQ(session_.list("SELECT id FROM items WHERE mark IS NULL"), "1");
  EXPECT_EQ(versions(apply("012")), "12");
  EXPECT_EQ(row(12), "applied|2|2|no cursor|free");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n <> 1"), "0");
}

TEST_F(Anew, AlsoAfterAKillInTheSecondRound) {
  session_.run(
      "INSERT INTO items (id, state) SELECT i, 'todo' FROM generate_series(10, 6000) AS i");
  failure_of([&] { apply("012", inserting("(1, 'todo'), (2, 'todo')")); });
  session_.run(
      "INSERT INTO items (id, state) SELECT -i, 'todo' FROM generate_series(1, 6000) AS i");
  Child child = start("012");
  wait_for_cursor(12);
  child.kill(SIGKILL);
  child.wait();
  apply("012");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n <> 1"), "0");
  EXPECT_EQ(row(12), "applied|2|2|no cursor|free");
}

// A WHERE alone does not tell what it has changed from what it has not.
TEST_F(Anew, WhatIsNotProvedIsNotDoneTwice) {
  session_.run("INSERT INTO items (id, n) SELECT i, 0 FROM generate_series(10, 900) AS i");
  const Error error = failure_of([&] { apply("013", inserting("(1, 'todo')")); });
  EXPECT_EQ(error.kind(), ErrorKind::kVerifyFailed);
  EXPECT_NE(error.detail().hint.find("`up` will only try this end again"), std::string::npos)
      << error.detail().hint;
  EXPECT_EQ(row(13), "running|1|1|no cursor|free");
  EXPECT_EQ(failing("013").kind(), ErrorKind::kVerifyFailed);
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n > 1"), "0");
  session_.run("UPDATE items SET n = 1 WHERE id = 1");
  EXPECT_EQ(versions(apply("013")), "13");
}

}  // namespace
}  // namespace godwit::test
