// SPDX-License-Identifier: Apache-2.0
//
// Code and hooks where a set is applied to many schemas at once: the functions run on the threads
// that apply, several at a time; hooks run one after the other; events come to the caller's thread.
#include "fixture.hpp"

#include <godwit/schemas.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

namespace godwit::test {
namespace {

constexpr std::size_t kTenants = 8;

class CodeOnThreads : public WithCode {
 protected:
  CodeOnThreads() {
    for (std::size_t i = 1; i <= kTenants; ++i) {
      session_.run(fmt::format("CREATE SCHEMA tenant_{}", i));
    }
  }
  SchemasReport up_all(const SchemasOptions& how, const Options& options = {}) const {
    return migrate_schemas(database_.conninfo(), set(), "tenant_%", how, options);
  }
  /// The history is made by one before the others begin.
  void make_history() const { migrate_schemas(database_.conninfo(), set(), "tenant_1"); }
  void each_was_called_once() const {
    for (std::size_t i = 1; i <= kTenants; ++i) {
      EXPECT_EQ(session_.list(fmt::format("SELECT what FROM tenant_{}.calls ORDER BY at", i)),
                "split,count 500");
      EXPECT_EQ(session_.get(
                    fmt::format("SELECT count(*) FROM tenant_{}.people WHERE last_name <> ''", i)),
                "500");
    }
  }
};

TEST_F(CodeOnThreads, IsCalledOnceForEachTenantAndBesideTheOthers) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  bodies().split = [&](CodeMigration& migration) {
    const int count = ++now;
    for (int known = most; known < count && !most.compare_exchange_weak(known, count);) {
    }
    {
      const std::lock_guard<std::mutex> lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    honest_bodies().split(migration);
    --now;
  };
  SchemasOptions how;
  how.jobs = 4;
  std::size_t told = 0;  // on this thread, so without a lock
  how.on_event = [&](const std::string&, const Event& event) {
    told += event.kind == EventKind::kProgress ? 1 : 0;
  };
  const SchemasReport report = up_all(how);
  EXPECT_EQ(report.count(SchemaOutcome::kMigrated), kTenants);
  each_was_called_once();
  EXPECT_GT(most, 1) << "one after the other";
  EXPECT_GT(threads.size(), 1U);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0U);
  EXPECT_GT(told, 0U);
}

TEST_F(CodeOnThreads, HooksAreCalledOneAfterTheOther) {
  // None of these is guarded: the hooks are.
  int before_run = 0;
  int after_run = 0;
  int before_each = 0;
  int after_each = 0;
  Options options;
  options.hooks.before_run = [&](const RunHook&) { ++before_run; };
  options.hooks.after_run = [&](const RunHook&) { ++after_run; };
  options.hooks.before_each = [&](const MigrationHook&) { ++before_each; };
  options.hooks.after_each = [&](const MigrationHook&) { ++after_each; };
  SchemasOptions how;
  how.jobs = 4;
  up_all(how, options);
  each_was_called_once();
  const auto all = static_cast<int>(kTenants * set().migrations.size());
  EXPECT_EQ(before_run, 1);
  EXPECT_EQ(after_run, static_cast<int>(kTenants));
  EXPECT_EQ(before_each, all);
  EXPECT_EQ(after_each, all);
}

// The caller asks to stop while functions compute on the other threads.
TEST_F(CodeOnThreads, AreToldToStop) {
  make_history();
  std::atomic<int> begun{0};
  bodies().split = [&](CodeMigration& migration) {
    ++begun;
    while (!migration.is_cancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  };
  Options options;
  options.is_cancelled = [&] { return begun >= 3; };
  SchemasOptions how;
  how.jobs = 3;
  const SchemasReport report = up_all(how, options);
  EXPECT_TRUE(report.is_interrupted);
  EXPECT_EQ(report.count(SchemaOutcome::kNotReached), kTenants - 1);
  bodies() = honest_bodies();
  EXPECT_EQ(up_all(how).count(SchemaOutcome::kMigrated), kTenants - 1);
  each_was_called_once();
}

TEST_F(CodeOnThreads, CtrlCReachesThemAll) {
  make_history();
  bodies().split = [](CodeMigration& migration) { migration.execute("SELECT pg_sleep(60)"); };
  Child child(code_body({"up", "--schemas=tenant_%", "--jobs=3"}));
  wait_for(
      "SELECT count(*) = 3 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
      "current_database()");
  child.kill(SIGINT);
  EXPECT_EQ(child.wait(), 130) << child.err();
  bodies() = honest_bodies();
  SchemasOptions how;
  how.jobs = 3;
  up_all(how);
  each_was_called_once();
}

}  // namespace
}  // namespace godwit::test
