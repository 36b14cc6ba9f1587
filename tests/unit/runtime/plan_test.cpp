// SPDX-License-Identifier: Apache-2.0
//
// The plan is pure: a set, a history, and what follows from them.
#include "plan.hpp"

#include "set_builder.hpp"

#include <gtest/gtest.h>

namespace godwit::detail {
namespace {

class PlanOf : public ::testing::Test {
 protected:
  PlanOf() { snapshot_.has_table = true; }

  void record(std::int64_t version, const std::string& name, const std::string& checksum,
              const std::string& state = "applied") {
    Row row;
    row.id = static_cast<std::int64_t>(snapshot_.rows.size()) + 1;
    row.set = "main";
    row.kind = "versioned";
    row.name = name;
    row.version = version;
    row.checksum = checksum;
    row.state = state;
    snapshot_.rows.push_back(row);
  }
  void record(const Migration& migration) {
    record(migration.version, std::string(migration.full_name), std::string(migration.checksum));
  }
  Plan plan() { return make_plan(builder_.set(), snapshot_, options_, history_); }
  std::string pending() {
    std::string text;
    for (const Pending& entry : plan().pending) {
      text += (text.empty() ? "" : ",") + std::to_string(entry.migration->version);
    }
    return text;
  }

  test::SetBuilder builder_;
  Snapshot snapshot_;
  Options options_;
  History history_{"schema_migrations"};
};

TEST_F(PlanOf, EmptyHistoryIsTheWholeSetInItsOrder) {
  builder_.add(7, "seven", {"SELECT 7"});
  builder_.add(3, "three", {"SELECT 3"}).depends_on({7});
  snapshot_.has_table = false;
  EXPECT_EQ(pending(), "7,3");
}

TEST_F(PlanOf, PendingIsTheDifferenceAndNotWhatIsAboveTheHighest) {
  builder_.add(1, "one", {"SELECT 1"});
  builder_.add(2, "two", {"SELECT 2"}).depends_on({});
  builder_.add(3, "three", {"SELECT 3"});
  builder_.add(4, "four", {"SELECT 4"});
  record(builder_.set().migrations[0]);
  record(builder_.set().migrations[2]);
  EXPECT_EQ(pending(), "2,4");
}

TEST_F(PlanOf, AVersionIsFoundUnderAnotherName) {
  builder_.add(7, "seven", {"SELECT 7"}).checksum("x");
  record(7, "7_seven", "x");
  EXPECT_EQ(pending(), "");
}

TEST_F(PlanOf, ALateArrivalBelowAnUnknownRowIsRefused) {
  builder_.add(1, "one", {"SELECT 1"});
  record(9, "009_from_another_branch", "x");
  try {
    plan();
    FAIL() << "it did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDrift);
    EXPECT_NE(error.detail().message.find("009_from_another_branch stands after it"),
              std::string::npos)
        << error.what();
  }
}

TEST_F(PlanOf, ABegunMigrationIsNotALateArrivalAndKeepsItsStep) {
  builder_.add(1, "one", {"VACUUM", "VACUUM"}).outside_transaction();
  builder_.add(2, "two", {"SELECT 2"});
  record(1, "001_one", std::string(builder_.set().migrations[0].checksum), "running");
  snapshot_.rows[0].step = 1;
  record(builder_.set().migrations[1]);
  const Plan plan = this->plan();
  ASSERT_EQ(plan.pending.size(), 1U);
  EXPECT_TRUE(plan.pending[0].is_begun);
  EXPECT_EQ(plan.pending[0].step, 1);
}

TEST_F(PlanOf, ARunningDependencyDoesNotCount) {
  builder_.add(2, "two", {"SELECT 2"}).depends_on("other", 1);
  record(1, "001_one", "x", "running");
  snapshot_.rows[0].set = "other";
  EXPECT_THROW(plan(), Error);
  snapshot_.rows[0].state = "applied";
  EXPECT_EQ(pending(), "2");
}

}  // namespace
}  // namespace godwit::detail
