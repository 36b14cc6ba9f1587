// SPDX-License-Identifier: Apache-2.0
//
// Two, ten and fifty processes at once, on each kind of database that replicas can meet, directly
// and through PgBouncer in transaction mode: every migration is applied once, and nobody but the
// one that applies causes an error in the server's log.
#include "fixture.hpp"
#include "pooler.hpp"
#include "process.hpp"
#include "server_log.hpp"

#include <godwit/error.hpp>

#include <memory>

#include <fmt/format.h>

namespace godwit::test {
namespace {

enum class Meets : std::uint8_t { kEmptyDatabase, kOnePending, kThirtyPending, kOneFailing };

struct Case {
  int processes;
  Meets meets;
  bool is_pooled;
};

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  constexpr const char* kMeets[] = {"OnAnEmptyDatabase", "WithOnePending", "WithThirtyPending",
                                    "WithOneFailing"};
  return fmt::format("{}{}{}", info.param.processes,
                     kMeets[static_cast<std::size_t>(info.param.meets)],
                     info.param.is_pooled ? "ThroughAPooler" : "");
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const int processes : {2, 10, 50}) {
    for (const Meets meets :
         {Meets::kEmptyDatabase, Meets::kOnePending, Meets::kThirtyPending, Meets::kOneFailing}) {
      for (const bool is_pooled : {false, true}) {
        cases.push_back({processes, meets, is_pooled});
      }
    }
  }
  return cases;
}

class ReplicaMatrix : public OnDatabase, public ::testing::WithParamInterface<Case> {
 protected:
  static constexpr int kAll = 31;
  static constexpr int kFailing = 20;

  static void add(SetBuilder& builder, int count, bool has_failing) {
    builder.add(1, "counter", {"CREATE TABLE counter (migration int)"});
    for (int i = 2; i <= count; ++i) {
      std::vector<std::string> statements = {fmt::format("CREATE TABLE t{} (id int)", i),
                                             fmt::format("INSERT INTO counter VALUES ({})", i)};
      if (has_failing && i == kFailing) {
        statements.emplace_back("SELECT 1 / (SELECT count(*) - count(*) FROM counter)");
      }
      builder.add(i, fmt::format("step_{}", i), statements);
    }
  }
};

TEST_P(ReplicaMatrix, EachMigrationOnce) {
  const Case& given = GetParam();
  const bool fails = given.meets == Meets::kOneFailing;
  const int before = given.meets == Meets::kEmptyDatabase ? 0
                     : given.meets == Meets::kOnePending  ? kAll - 1
                                                          : 1;
  if (before > 0) {
    SetBuilder first;
    add(first, before, false);
    up(first.set());
  }
  SetBuilder builder;
  add(builder, kAll, fails);
  const std::unique_ptr<Pooler> pooler =
      given.is_pooled ? std::make_unique<Pooler>(5) : std::unique_ptr<Pooler>{};
  const std::string conninfo = pooler ? pooler->conninfo(database_.name()) : database_.conninfo();
  const ServerLog log;
  std::vector<Child> children;
  for (int i = 0; i < given.processes; ++i) {
    children.emplace_back([&]() -> int {
      try {
        migrate(conninfo, builder.set());
        return 0;
      } catch (const Error& error) {
        if (!fails || error.migration() != kFailing) {
          throw;
        }
        return static_cast<int>(error.kind());
      }
    });
  }
  for (Child& child : children) {
    EXPECT_EQ(child.wait(), fails ? 1 : 0) << child.err();
  }
  const int applied_count = fails ? kFailing - 1 : kAll;
  EXPECT_EQ(session_.get("SELECT count(*) || '/' || count(DISTINCT migration) FROM counter"),
            fmt::format("{0}/{0}", applied_count - 1));
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
            std::to_string(applied_count));
  const std::vector<std::string> errors = log.errors_of(database_.name());
  EXPECT_LE(errors.size(), static_cast<std::size_t>(given.processes));
  for (const std::string& line : errors) {
    const bool is_expected =
        (fails && line.find("division by zero") != std::string::npos) ||
        (before == 0 &&
         line.find("relation \"public.schema_migrations\" does not exist") != std::string::npos);
    EXPECT_TRUE(is_expected) << line;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReplicaMatrix, ::testing::ValuesIn(all_cases()), name_of);

}  // namespace
}  // namespace godwit::test
