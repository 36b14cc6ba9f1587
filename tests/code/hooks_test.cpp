// SPDX-License-Identifier: Apache-2.0
//
// When hooks are called, and what a failure of one does.
#include "fixture.hpp"
#include "wire_proxy.hpp"

#include <godwit/database.hpp>
#include <godwit/maintenance.hpp>
#include <godwit/preview.hpp>

#include <stdexcept>

#include <fmt/format.h>

namespace godwit::test {
namespace {

/// How many gates are held in this database.
constexpr const char* kGates =
    "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database WHERE "
    "d.datname = current_database() AND l.locktype = 'advisory' AND l.granted";

class WithHooks : public WithCode {
 protected:
  std::vector<std::string> calls_;

  static std::string text_of(RunKind kind) {
    return kind == RunKind::kApply ? "up" : kind == RunKind::kUndo ? "down" : "fresh";
  }

  /// Hooks that write down that they were called; `failing` throws.
  Options noting(const std::string& failing = {}) {
    const auto note = [this, failing](const std::string& name, const std::string& text) {
      calls_.push_back(name + " " + text);
      if (name == failing) {
        throw std::runtime_error("not today");
      }
    };
    Options options;
    options.hooks.before_run = [note](const RunHook& run) {
      std::string names;
      for (const std::string_view name : run.migrations) {
        names += fmt::format(" {}", name.substr(0, 3));
      }
      note("before_run", text_of(run.kind) + names);
    };
    options.hooks.after_run = [note](const RunHook& run) {
      note("after_run", fmt::format("{} {} {}", text_of(run.kind),
                                    run.report == nullptr ? 0 : run.report->applied.size(),
                                    run.error == nullptr ? "well" : run.error->detail().message));
    };
    options.hooks.before_each = [note](const MigrationHook& hook) {
      note("before_each", fmt::format("{}", hook.migration->version));
    };
    options.hooks.after_each = [note](const MigrationHook& hook) {
      note("after_each", fmt::format("{}", hook.migration->version));
    };
    return options;
  }

  std::string noted() { return fmt::format("{}", fmt::join(std::exchange(calls_, {}), ", ")); }
};

TEST_F(WithHooks, AreCalledInOrder) {
  const Report report = up(builder_.set(), noting());
  EXPECT_EQ(versions(report), "1,7,10");
  EXPECT_EQ(noted(),
            "before_run up 001 007 010, before_each 1, after_each 1, before_each 7, after_each 7, "
            "before_each 10, after_each 10, after_run up 3 well");
  up(builder_.set(), noting());
  EXPECT_EQ(noted(), "") << "nothing is pending";
}

TEST_F(WithHooks, AreCalledForCodeAndForStepsOutsideATransaction) {
  up(set(), noting());
  EXPECT_EQ(noted(),
            "before_run up 001 002 003 004, before_each 1, after_each 1, before_each 2, after_each "
            "2, before_each 3, after_each 3, before_each 4, after_each 4, after_run up 4 well");
  SetBuilder builder("steps");
  builder.add(1, "table", {"CREATE TABLE t (id int)"});
  builder.add(2, "vacuum", {"VACUUM t"}).outside_transaction().idempotent_step(0);
  builder.add(3, "other", {"CREATE TABLE u (id int)"});
  up(builder.set(), noting());
  EXPECT_EQ(noted(),
            "before_run up 001 002 003, before_each 1, after_each 1, before_each 2, after_each 2, "
            "before_each 3, after_each 3, after_run up 3 well");
}

TEST_F(WithHooks, SeeTheGateHeldAndTheMigrationOutside) {
  Options options;
  options.hooks.before_run = [&](const RunHook&) {
    EXPECT_EQ(session_.get(kGates), "1");
    EXPECT_FALSE(has_relation("schema_migrations"));
  };
  options.hooks.before_each = [&](const MigrationHook& hook) {
    EXPECT_EQ(has_relation("clients"), hook.migration->version == 10);
    EXPECT_EQ(session_.get(kGates), "1");
  };
  options.hooks.after_each = [&](const MigrationHook& hook) {
    EXPECT_EQ(session_.get(
                  fmt::format("SELECT count(*) FROM schema_migrations WHERE migration_number = {}",
                              hook.migration->version)),
              "1");
  };
  EXPECT_EQ(versions(up(builder_.set(), options)), "1,7,10");
}

TEST_F(WithHooks, ARunWithoutThemSendsWhatItAlwaysSent) {
  const WireProxy plain;
  migrate(plain.conninfo(database_.name()), builder_.set());
  EXPECT_EQ(plain.round_trips(), 4);

  const Database other;
  const WireProxy hooked;
  Options options;
  int called = 0;
  options.hooks.before_run = [&](const RunHook&) { ++called; };
  migrate(hooked.conninfo(other.name()), builder_.set(), options);
  EXPECT_EQ(hooked.round_trips(), 4) << "before_run costs none";
  EXPECT_EQ(called, 1);
  migrate(hooked.conninfo(other.name()), builder_.set(), options);
  EXPECT_EQ(hooked.round_trips(), 6);
  EXPECT_EQ(called, 1);
}

TEST_F(WithHooks, BeforeRunStopsEverything) {
  const Error error = failure(builder_.set(), noting("before_run"));
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.detail().message, "the hook before_run failed: not today");
  EXPECT_EQ(noted(), "before_run up 001 007 010") << "nor is after_run called";
  EXPECT_FALSE(has_relation("schema_migrations"));
  EXPECT_EQ(session_.get(kGates), "0");
}

TEST_F(WithHooks, BeforeEachStopsItsMigration) {
  Options options = noting();
  options.hooks.before_each = [&](const MigrationHook& hook) {
    if (hook.migration->version == 7) {
      throw Error(ErrorKind::kBusy, {});
    }
  };
  EXPECT_EQ(failure(builder_.set(), options).kind(), ErrorKind::kBusy) << "an Error stays itself";
  EXPECT_EQ(applied(), "1");
  EXPECT_EQ(noted(), "before_run up 001 007 010, after_each 1, after_run up 1 ");
}

TEST_F(WithHooks, AfterEachEndsTheRun) {
  Migrator migrator(database_.conninfo(), builder_.set(), noting("after_each"));
  const Error error = failure_of([&] { migrator.up(); });
  EXPECT_EQ(error.detail().message, "the hook after_each failed: not today");
  EXPECT_EQ(versions(migrator.partial_report()), "1");
  EXPECT_EQ(applied(), "1");
}

TEST_F(WithHooks, AfterRunHearsOfAFailure) {
  builder_.add(11, "wrong", {"SELECT 1 / 0"});
  EXPECT_EQ(failure(builder_.set(), noting()).migration(), 11);
  EXPECT_EQ(calls_.back(), "after_run up 3 division by zero");
  EXPECT_EQ(failure(builder_.set(), noting("after_run")).migration(), 11)
      << "the failure is what the caller has to hear of";
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(WithHooks, AfterRunMayFailARunThatWentWell) {
  const Error error = failure(builder_.set(), noting("after_run"));
  EXPECT_EQ(error.detail().message, "the hook after_run failed: not today");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(WithHooks, AreCalledForDownRedoAndFresh) {
  SetBuilder builder("down");
  builder.add(1, "one", {"CREATE TABLE one (id int)"}).down("DROP TABLE one");
  builder.add(2, "two", {"CREATE TABLE two (id int)"}).down("DROP TABLE two");
  builder.allow_fresh();
  Migrator migrator(database_.conninfo(), builder.set(), noting());
  migrator.up();
  noted();
  migrator.down({});
  EXPECT_EQ(noted(), "before_run down 002, before_each 2, after_each 2, after_run down 0 well");
  migrator.up();
  noted();
  migrator.redo({});
  EXPECT_EQ(noted(),
            "before_run down 002, before_each 2, after_each 2, after_run down 0 well, "
            "before_run up 002, before_each 2, after_each 2, after_run up 1 well");
  FreshOptions wanted;
  wanted.name = database_.name();
  migrator.fresh(wanted);
  EXPECT_EQ(noted(),
            "before_run fresh, after_run fresh 0 well, before_run up 001 002, before_each 1, "
            "after_each 1, before_each 2, after_each 2, after_run up 2 well");
}

TEST_F(WithHooks, OfWhatOnlyLooksOrChangesTheHistoryNoneIsCalled) {
  Options options = noting();
  options.dry_run = true;
  up(builder_.set(), options);
  Migrator migrator(database_.conninfo(), builder_.set(), noting());
  migrator.rehearse({});
  migrator.stamp("7", {});
  migrator.status();
  EXPECT_EQ(noted(), "");
}

TEST_F(WithHooks, OneOfManyReplicasIsCalled) {
  session_.run("CREATE TABLE calls (at timestamptz DEFAULT clock_timestamp())");
  std::vector<Child> replicas;
  for (int i = 0; i < 6; ++i) {
    replicas.emplace_back([this] {
      Options options;
      options.hooks.before_run = [&](const RunHook&) {
        Session(database_.conninfo()).run("INSERT INTO calls DEFAULT VALUES; SELECT pg_sleep(0.5)");
      };
      up(builder_.set(), options);
      return 0;
    });
  }
  for (Child& replica : replicas) {
    EXPECT_EQ(replica.wait(), 0) << replica.err();
  }
  EXPECT_EQ(session_.get("SELECT count(*) FROM calls"), "1");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(WithHooks, ASlowOneIsNotCutOffByTheGatesTimeout) {
  Options options;
  std::string timeouts;
  options.hooks.before_run = [&](const RunHook& run) {
    const PGresult* result = PQexec(run.connection, "SHOW idle_in_transaction_session_timeout");
    timeouts = PQgetvalue(result, 0, 0);
    PQclear(const_cast<PGresult*>(result));
  };
  up(builder_.set(), options);
  EXPECT_EQ(timeouts, "0");
}

TEST_F(CommandLine, AHookThatThrowsWithoutAWordIsNamed) {
  Options options;
  options.hooks.before_run = [](const RunHook&) { throw std::runtime_error(""); };
  const Error error = failure(builder_.set(), options);
  EXPECT_EQ(error.detail().message, "the hook before_run failed with an exception without a text");
}

}  // namespace
}  // namespace godwit::test
