// SPDX-License-Identifier: Apache-2.0
//
// A part of what is pending: up to a target, so many, or one with what it needs.
#include "fixture.hpp"

namespace godwit::test {
namespace {

class Target : public OnDatabase {
 protected:
  Target() {
    builder_.add(1, "users", {"CREATE TABLE users (id int)"}).depends_on({});
    builder_.add(3, "free", {"CREATE TABLE free (id int)"}).depends_on({});
    builder_.add(7, "crm", {"CREATE TABLE clients (id int)"}).depends_on({1}).tag("crm-1");
    builder_.add(10, "team", {"ALTER TABLE clients ADD COLUMN team int"})
        .depends_on({7})
        .alias("a1b2c3");
    builder_.add(12, "last", {"CREATE TABLE last (id int)"});
  }

  Migrator migrator(Options options = {}) {
    return Migrator(database_.conninfo(), builder_.set(), std::move(options));
  }

  SetBuilder builder_;
};

TEST_F(Target, UpToAppliesWhatStandsAtOrBefore) {
  EXPECT_EQ(versions(migrator().up_to("base")), "");
  EXPECT_EQ(versions(migrator().up_to("+1")), "1");
  EXPECT_EQ(versions(migrator().up_to("@crm-1")), "3,7");
  const Report report = migrator().up_to("a1b2c3");
  EXPECT_EQ(versions(report), "10");
  EXPECT_EQ(report.skipped, 3U);
  EXPECT_EQ(versions(migrator().up_to("003_free")), "");
  EXPECT_EQ(versions(migrator().up_to("head")), "12");
}

TEST_F(Target, UpNextCountsAndRefusesMoreThanThereIs) {
  EXPECT_EQ(versions(migrator().up_next(2)), "1,3");
  const Error error = failure_of([&] { migrator().up_next(7); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message, "7 migrations are to be applied, but 3 are pending");
  EXPECT_NE(error.detail().hint.find("--to=7"), std::string::npos);
  EXPECT_EQ(versions(migrator().up_next(3)), "7,10,12");
  EXPECT_EQ(versions(migrator().up_next(1)), "") << "nothing is pending: nothing to do";
  const Error version = failure_of([&] { migrator().up_next(99); });
  EXPECT_EQ(version.kind(), ErrorKind::kUsage);
  EXPECT_EQ(version.detail().message, "99 migrations are to be applied, but 0 are pending");
  EXPECT_NE(version.detail().hint.find("--to=99"), std::string::npos);
}

TEST_F(Target, MoreThanThereIsIsRefusedHoweverItIsWritten) {
  const Error error = failure_of([&] { migrator().up_to("+6"); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message, "\"+6\" is beyond the last one: 5 are pending");
  EXPECT_EQ(versions(migrator().up_to("+5")), "1,3,7,10,12");
  EXPECT_EQ(versions(migrator().up_to("+5")), "") << "nothing is pending: nothing to do";
  EXPECT_EQ(failure_of([&] { migrator().up_to("+6"); }).kind(), ErrorKind::kUsage)
      << "there never were so many";
}

TEST_F(Target, ApplyTakesTheClosureOfDependenciesOnly) {
  const Report report = migrator().apply("10");
  EXPECT_EQ(versions(report), "1,7,10");
  EXPECT_TRUE(report.warnings.empty());
  EXPECT_FALSE(has_relation("free"));
  EXPECT_EQ(versions(migrator().apply("10")), "");
  EXPECT_EQ(versions(migrator().up()), "3,12");
}

TEST_F(Target, ApplyWarnsOfWhatWouldArriveLate) {
  builder_.add(13, "after", {"SELECT 1"}).depends_on({1});
  const Report report = migrator().apply("13");
  EXPECT_EQ(versions(report), "1,13");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_NE(report.warnings[0].find("012_last stays pending before 013_after"), std::string::npos);
}

TEST_F(Target, DryRunOfAPartSaysThatPart) {
  Options options;
  options.dry_run = true;
  const Report report = migrator(options).apply("7");
  ASSERT_EQ(report.planned.size(), 2U);
  EXPECT_EQ(report.planned[0]->version, 1);
  EXPECT_EQ(report.planned[1]->version, 7);
  EXPECT_EQ(report.skipped, 0U);
  EXPECT_FALSE(has_relation("users"));
}

TEST_F(Target, APlainNameCountsWhereItIsTheOnlyOne) {
  builder_.add(13, "free", {"SELECT 1"});
  EXPECT_EQ(versions(migrator().up_to("users")), "1");
  const Error error = failure_of([&] { migrator().up_to("free"); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message, "\"free\" may be 003_free or 013_free");
  EXPECT_EQ(failure_of([&] { migrator().apply("base"); }).kind(), ErrorKind::kUsage);
  EXPECT_EQ(failure_of([&] { migrator().up_to("+x"); }).detail().message,
            "there is no migration \"+x\"");
}

}  // namespace
}  // namespace godwit::test
