// SPDX-License-Identifier: Apache-2.0
//
// What the history says against what the build contains: drift, late arrivals, dependencies, newer
// databases, renamed sets.
#include "fixture.hpp"

namespace godwit::test {
namespace {

using AgainstHistory = OnDatabase;

TEST_F(AgainstHistory, AnEditedMigrationIsDrift) {
  SetBuilder first;
  first.add(1, "one", {"SELECT 1"}).checksum("old");
  first.add(2, "two", {"SELECT 2"});
  up(first.set());
  SetBuilder second;
  second.add(1, "one", {"SELECT 11"}).checksum("new");
  second.add(2, "two", {"SELECT 2"});
  second.add(3, "three", {"CREATE TABLE three (id int)"});

  const Error error = failure(second.set());
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_EQ(error.migration(), 1);
  const std::string date = session_.get(
      "SELECT to_char(executed_at, 'YYYY-MM-DD HH24:MI:SSTZH:TZM') FROM schema_migrations WHERE "
      "migration_number = 1");
  EXPECT_EQ(error.detail().message,
            "001_one was applied on " + date +
                " with checksum old, but this build has it with checksum new");
  EXPECT_FALSE(has_relation("three"));

  Options options;
  options.on_drift = DriftPolicy::kWarn;
  const Report warned = up(second.set(), options);
  ASSERT_EQ(warned.warnings.size(), 1U);
  EXPECT_EQ(warned.warnings[0], error.detail().message);
  EXPECT_EQ(versions(warned), "3");
  EXPECT_EQ(session_.get("SELECT checksum FROM schema_migrations WHERE migration_number = 1"),
            "old");

  options.on_drift = DriftPolicy::kAccept;
  up(second.set(), options);
  EXPECT_EQ(session_.get("SELECT checksum FROM schema_migrations WHERE migration_number = 1"),
            "new");
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'accepted' AND "
                         "migration_number = 1"),
            "1");
  EXPECT_TRUE(up(second.set()).warnings.empty());
}

TEST_F(AgainstHistory, AHeaderMayAcceptTheOldChecksum) {
  SetBuilder first;
  first.add(1, "one", {"SELECT 1"}).checksum("old");
  up(first.set());
  SetBuilder second;
  second.add(1, "one", {"SELECT 11"}).checksum("new").accepts("older").accepts("old");
  EXPECT_EQ(up(second.set()).skipped, 1U);
  Migrator migrator(database_.conninfo(), second.set());
  EXPECT_EQ(migrator.status().migrations[0].state, State::kApplied);
}

TEST_F(AgainstHistory, LateArrivalsFollowThePolicy) {
  SetBuilder first;
  first.add(1, "one", {"SELECT 1"});
  first.add(5, "five", {"SELECT 5"});
  up(first.set());
  const auto make = [](SetBuilder& builder, bool declares) {
    builder.add(1, "one", {"SELECT 1"});
    MigrationBuilder& late = builder.add(3, "three", {"CREATE TABLE three (id int)"});
    if (declares) {
      late.depends_on({1});
    }
    builder.add(5, "five", {"SELECT 5"});
  };
  SetBuilder silent;
  make(silent, false);
  SetBuilder declared;
  make(declared, true);
  Options linear;
  linear.order = OrderPolicy::kLinear;
  Options any;
  any.order = OrderPolicy::kAny;
  const Error error = failure(silent.set());
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_EQ(error.detail().message,
            "migration 003_three arrives late: 005_five stands after it and has been applied");
  EXPECT_EQ(failure(declared.set(), linear).kind(), ErrorKind::kDrift);
  EXPECT_FALSE(has_relation("three"));
  EXPECT_EQ(versions(up(declared.set())), "3");
  session_.run("DROP TABLE three; DELETE FROM schema_migrations WHERE migration_number = 3");
  EXPECT_EQ(versions(up(silent.set(), any)), "3");
}

TEST_F(AgainstHistory, AMissingDependencyIsNamed) {
  SetBuilder builder;
  builder.add(10, "ten", {"CREATE TABLE ten (id int)"}).depends_on({7});
  const Error error = failure(builder.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.detail().message,
            "migration 10 depends on migration 7, but 7 has not been applied");
  EXPECT_FALSE(has_relation("ten"));
}

TEST_F(AgainstHistory, DependenciesOnAnotherSetAreLookedUpInTheDatabase) {
  SetBuilder shop("shop");
  shop.add(1, "one", {"CREATE TABLE one (id int)"}).depends_on("billing", 7);
  const Error error = failure(shop.set());
  EXPECT_EQ(error.detail().message,
            "migration 1 depends on migration billing:7, but billing:7 has not been applied");
  SetBuilder billing("billing");
  billing.add(7, "seven", {"CREATE TABLE seven (id int)"});
  up(billing.set());
  EXPECT_EQ(up(shop.set()).applied.size(), 1U);
}

TEST_F(AgainstHistory, AnOldBuildStartsOnANewerDatabaseUnlessItIsBreaking) {
  SetBuilder newer;
  newer.add(1, "one", {"SELECT 1"});
  newer.add(2, "two", {"SELECT 2"});
  up(newer.set());
  SetBuilder old;
  old.add(1, "one", {"SELECT 1"});
  EXPECT_EQ(up(old.set()).skipped, 1U);
  EXPECT_EQ(Migrator(database_.conninfo(), old.set()).status().count(State::kUnknown), 1U);
  newer.add(3, "three", {"SELECT 3"}).breaking();
  up(newer.set());
  const Error error = failure(old.set());
  EXPECT_EQ(error.kind(), ErrorKind::kNewerDatabase);
  EXPECT_NE(error.detail().message.find("003_three"), std::string::npos);
}

TEST_F(AgainstHistory, ARenamedSetIsRefusedWithAdvice) {
  SetBuilder first("old_name");
  first.add(1, "one", {"CREATE TABLE one (id int)"});
  up(first.set());
  SetBuilder second("new_name");
  second.add(1, "one", {"CREATE TABLE one (id int)"});
  const Error error = failure(second.set());
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  const std::string& hint = error.detail().hint;
  const std::size_t from = hint.find("UPDATE ");
  ASSERT_NE(from, std::string::npos) << hint;
  session_.run(hint.substr(from, hint.find(';', from) - from));
  EXPECT_TRUE(up(second.set()).applied.empty()) << "the advice works as printed";
}

TEST_F(AgainstHistory, AHistoryTableOfAnotherNameIsMissed) {
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"});
  up(builder.set());
  Options options;
  options.history_table = "elsewhere";
  const Error error = failure(builder.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kDrift);
  EXPECT_EQ(error.detail().message,
            "there is no table public.elsewhere, but public.schema_migrations has the history of "
            "the set \"main\"; nothing was done");
  EXPECT_FALSE(has_relation("elsewhere"));

  // Another application, with a set of the same name, may have a table of its own.
  SetBuilder other;
  other.add(1, "other", {"CREATE TABLE other (id int)"});
  EXPECT_EQ(versions(up(other.set(), options)), "1");
}

TEST_F(AgainstHistory, SetsDoNotSeeEachOthersVersions) {
  SetBuilder first("a");
  first.add(1, "one", {"CREATE TABLE a1 (id int)"});
  SetBuilder second("b");
  second.add(1, "uno", {"CREATE TABLE b1 (id int)"});
  up(first.set());
  up(second.set());
  EXPECT_TRUE(has_relation("a1"));
  EXPECT_TRUE(has_relation("b1"));
}

}  // namespace
}  // namespace godwit::test
