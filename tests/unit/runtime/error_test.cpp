// SPDX-License-Identifier: Apache-2.0
//
// How an Error reads, and what it answers.
#include <godwit/error.hpp>

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(Error, ReadsLikeADiagnosticWithAllItsSections) {
  ErrorDetail detail;
  detail.message = "text";
  detail.sqlstate = "42703";
  detail.file = "migrations/0042_x.sql";
  detail.line = 12;
  detail.column = 5;
  detail.source_line = "\taé f";
  detail.detail = "first\nsecond";
  detail.hint = "do this";
  detail.context = "there";
  detail.blockers = "pid 1";
  EXPECT_STREQ(Error(ErrorKind::kFailed, detail).what(),
               "migrations/0042_x.sql:12:5: error: text [42703]\n"
               "\taé f\n"
               "\t  ^\n"
               "DETAIL: first\n  second\n"
               "CONTEXT: there\n"
               "BLOCKED BY: pid 1\n"
               "HINT: do this");
}

TEST(Error, LeavesOutWhatIsNotKnown) {
  ErrorDetail detail;
  detail.message = "text";
  EXPECT_STREQ(Error(ErrorKind::kUsage, detail).what(), "error: text");
  detail.file = "a.sql";
  EXPECT_STREQ(Error(ErrorKind::kUsage, detail).what(), "a.sql: error: text");
}

TEST(Error, KnowsWhatMayBeTriedAgain) {
  EXPECT_TRUE(Error(ErrorKind::kBusy, {}).is_retryable());
  EXPECT_TRUE(Error(ErrorKind::kCannotConnect, {}).is_retryable());
  EXPECT_FALSE(Error(ErrorKind::kFailed, {}).is_retryable());
  ErrorDetail deadlock;
  deadlock.sqlstate = "40P01";
  EXPECT_TRUE(Error(ErrorKind::kFailed, deadlock).is_retryable());
  EXPECT_TRUE(Error(ErrorKind::kOutcomeUnknown, {}).may_have_committed());
  EXPECT_FALSE(Error(ErrorKind::kBusy, {}).may_have_committed());
}

TEST(Error, KindsAreExitCodes) {
  EXPECT_EQ(static_cast<int>(ErrorKind::kFailed), 1);
  EXPECT_EQ(static_cast<int>(ErrorKind::kVerifyFailed), 11);
  EXPECT_EQ(static_cast<int>(ErrorKind::kInterrupted), 130);
}

}  // namespace
}  // namespace godwit
