// SPDX-License-Identifier: Apache-2.0
//
// The set of a round, and how a round is judged.
#include "round.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace godwit::fault {
namespace {

constexpr int kIndexMigration = 5;
constexpr int kVacuumMigration = 8;
constexpr int kMigrations = CountingSet::kTransactional + 2;

}  // namespace

CountingSet::CountingSet() {
  builder_.add(1, "counters",
               {"CREATE TABLE counters (migration int PRIMARY KEY, n int NOT NULL DEFAULT 0)",
                fmt::format("INSERT INTO counters SELECT generate_series(1, {})", kMigrations),
                "UPDATE counters SET n = n + 1 WHERE migration = 1",
                "CREATE TABLE filled AS SELECT generate_series(1, 2000) AS id"});
  for (int i = 2; i <= kMigrations; ++i) {
    if (i == kIndexMigration) {
      builder_.add(i, "index", {"CREATE UNIQUE INDEX CONCURRENTLY filled_id ON filled (id)"})
          .outside_transaction()
          .builds_index(0, "filled", "filled_id");
    } else if (i == kVacuumMigration) {
      builder_.add(i, "vacuum", {"VACUUM filled"}).outside_transaction().idempotent_step(0);
    } else {
      builder_.add(i, fmt::format("counts_{}", i),
                   {fmt::format("CREATE TABLE t{} (id int)", i), "SELECT pg_sleep(0.002)",
                    fmt::format("UPDATE counters SET n = n + 1 WHERE migration = {}", i)});
    }
  }
}

void Arena::clear() const {
  const test::Session session(conninfo_);
  for (int i = 0;; ++i) {
    if (session.get("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'") == "0") {
      break;
    }
    if (i == 3000) {
      throw std::runtime_error("a backend of the round before never ended");
    }
    std::this_thread::sleep_for(milliseconds{10});
  }
  session.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

Outcome Arena::run(const std::string& conninfo, CountingSet& migrations, Options options) {
  Outcome outcome;
  try {
    outcome.report = migrate(conninfo, migrations.set(), std::move(options));
  } catch (const Error& error) {
    outcome.error = error;
  }
  return outcome;
}

void Arena::judge(const Outcome& outcome, CountingSet& migrations, bool has_struck,
                  Tally& tally) const {
  ++tally.rounds;
  tally.struck += has_struck ? 1 : 0;
  const auto remark = [&](const std::string& text) {
    tally.remarks.push_back(fmt::format("round {}: {}", tally.rounds, text));
  };

  // A success says that everything is there; a failure names a migration that is not.
  const test::Session session(conninfo_);
  const auto is_applied = [&](std::int64_t version) {
    return session.get("SELECT to_regclass('public.schema_migrations') IS NOT NULL") == "t" &&
           session.get(fmt::format("SELECT count(*) FROM public.schema_migrations WHERE "
                                   "migration_number = {} AND state = 'applied'",
                                   version)) == "1";
  };
  if (outcome.report) {
    for (const Migration& migration : migrations.set().migrations) {
      if (!is_applied(migration.version)) {
        ++tally.misreported;
        remark(fmt::format("reported success, but {} is not applied", migration.full_name));
      }
    }
    if (outcome.report->applied.size() + outcome.report->skipped != kMigrations) {
      ++tally.misreported;
      remark(fmt::format("reported {} applied and {} skipped", outcome.report->applied.size(),
                         outcome.report->skipped));
    }
  } else if (outcome.error && !outcome.error->may_have_committed() &&
             outcome.error->migration().has_value() && is_applied(*outcome.error->migration())) {
    ++tally.misreported;
    remark(fmt::format("reported as failed, but applied: {}", outcome.error->what()));
  }

  const Outcome again = run(conninfo_, migrations);
  if (again.error) {
    remark(fmt::format("the rerun failed: {}", again.error->what()));
    return;
  }
  int lost = 0;
  int doubled = 0;
  for (int i = 1; i <= kMigrations; ++i) {
    if (i == kIndexMigration || i == kVacuumMigration) {
      continue;
    }
    const int n = std::stoi(
        session.get(fmt::format("SELECT n FROM public.counters WHERE migration = {}", i)));
    lost += n == 0 ? 1 : 0;
    doubled += n > 1 ? 1 : 0;
  }
  const std::string indexes = session.get(
      "SELECT string_agg(c.relname || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END, ',') "
      "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
      "WHERE i.indrelid = 'public.filled'::regclass");
  const std::string rows = session.get(
      "SELECT count(*) || ' ' || count(DISTINCT migration_number) FROM public.schema_migrations "
      "WHERE state = 'applied'");
  const bool is_whole = indexes == "filled_id" && rows == fmt::format("{0} {0}", kMigrations);
  if (!is_whole) {
    remark(fmt::format("after the rerun: indexes {}, applied {}", indexes, rows));
  }
  tally.lost += lost;
  tally.doubled += doubled;
  tally.survived += lost == 0 && doubled == 0 && is_whole ? 1 : 0;
}

milliseconds Arena::undisturbed(CountingSet& migrations) const {
  std::vector<milliseconds> times;
  for (int i = 0; i < 3; ++i) {
    clear();
    const auto start = std::chrono::steady_clock::now();
    migrate(conninfo_, migrations.set());
    times.push_back(
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start));
  }
  std::sort(times.begin(), times.end());
  return times[1];
}

}  // namespace godwit::fault
