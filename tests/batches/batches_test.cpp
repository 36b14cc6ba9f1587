// SPDX-License-Identifier: Apache-2.0
//
// Batches from the inside: which rows are in them, and what is left of them after a kill, a cut, a
// lock or an error.
#include "fixture_of_batches.hpp"

#include <godwit/maintenance.hpp>

#include <csignal>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

TEST_F(Batched, EachRowIsChangedOnceThoughTheFilterShrinks) {
  fill_items(10000);
  const std::string todo =
      session_.get("SELECT count(*) FROM items WHERE state = 'todo' OR state IS NULL");
  EXPECT_EQ(versions(apply("002")), "2");
  EXPECT_EQ(touched(), todo + "|" + todo);
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE state <> 'done' OR state IS NULL"), "0");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n > 1"), "0");
  EXPECT_EQ(row(2), "applied|1|1|no cursor|free");
}

TEST_F(Batched, EachIsATransactionOfItsOwn) {
  fill_items(1700);
  apply("002");
  // xmin is the transaction that wrote the row; 500 rows of the table are looked at by each.
  EXPECT_EQ(session_.get("SELECT count(DISTINCT xmin::text) FROM items WHERE n = 1"), "4");
}

TEST_F(Batched, AnEmptyTableIsDoneAtOnce) {
  EXPECT_EQ(versions(apply("002")), "2");
  EXPECT_EQ(row(2), "applied|1|1|no cursor|free");
}

TEST_F(Batched, ExactlyOneBatchAndOneRowMore) {
  for (const int count : {500, 501}) {
    session_.run(
        "TRUNCATE items, touched; DELETE FROM schema_migrations WHERE migration_number = 2");
    session_.run("DROP TRIGGER IF EXISTS touch ON items");
    fill_items(count);
    apply("002");
    EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE state <> 'done' OR state IS NULL"),
              "0");
  }
}

TEST_F(Batched, DeletesWithAnotherTable) {
  fill_items(5000);
  session_.run("INSERT INTO gone SELECT id FROM items WHERE id % 2 = 0");
  const std::string left = session_.get("SELECT count(*) FROM items WHERE id % 2 = 1");
  apply("003");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items"), left);
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE id % 2 = 0"), "0");
}

TEST_F(Batched, GoByAKeyOfTwoColumns) {
  session_.run(
      "INSERT INTO tenant_items SELECT i % 5, i, 0 FROM generate_series(1, 4000) AS i;"
      "INSERT INTO tenant_items SELECT 100 + i, 7, 0 FROM generate_series(1, 700) AS i");
  watch("tenant_items");
  apply("004");
  EXPECT_EQ(touched(), "4700|4700");
  EXPECT_EQ(session_.get("SELECT count(*) FROM tenant_items WHERE n <> 1"), "0");
}

TEST_F(Batched, GoByUuidAndFromAnotherTable) {
  session_.run("INSERT INTO docs SELECT gen_random_uuid(), 0 FROM generate_series(1, 777)");
  watch("docs");
  apply("005");
  EXPECT_EQ(touched(), "777|777");
}

TEST_F(Batched, GoByTextWhateverStandsInIt) {
  session_.run(
      R"(INSERT INTO "Odd words" VALUES (''), ('it''s'), ('a\b'), ('{x,y}'), ('"q"'), ('Über'), )"
      R"(('NULL'), (E'two\nlines'), ('日本'), ('$1 {0} %s'), ('zz'))");
  watch("\"Odd words\"");
  apply("006");
  EXPECT_EQ(touched(), "11|11");
}

TEST_F(Batched, GoByMomentsWhateverTheDateStyle) {
  session_.run(
      "INSERT INTO moments SELECT timestamptz '2024-10-20' + i * interval '17 hours 3.000001 s' "
      "FROM generate_series(1, 200) AS i;"
      "INSERT INTO moments VALUES ('-infinity'), ('infinity'), ('0044-03-15 BC')");
  watch("moments");
  apply("007");
  EXPECT_EQ(touched(), "203|203");
}

TEST_F(Batched, GoThroughAllPartitions) {
  session_.run("INSERT INTO parted SELECT i, 1 + i % 3, 0 FROM generate_series(1, 1000) AS i");
  watch("parted");
  apply("010");
  EXPECT_EQ(touched(), "1000|1000");
}

TEST_F(Batched, StandBetweenOtherSteps) {
  fill_items(2500);
  session_.run("DROP TRIGGER touch ON items");
  apply("008");
  EXPECT_EQ(row(8), "applied|3|3|no cursor|free");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE label = 'item ' || id"), "2500");
}

TEST_F(Batched, UndoInBatches) {
  fill_items(3000);
  apply("002");
  const std::string done = session_.get("SELECT count(*) FROM items WHERE n = 1");
  session_.run("TRUNCATE touched");
  Migrator(database_.conninfo(), set()).down({});
  EXPECT_EQ(touched(), done + "|" + done);
  EXPECT_EQ(row(2), "");
}

// ---- The index ---------------------------------------------------------------------------------

TEST_F(Batched, NoneReadsTheWholeTable) {
  session_.run(
      "INSERT INTO items (id) SELECT i FROM generate_series(1, 20000) AS i;"
      // Two tenants: the planner takes half the table for what a comparison of rows leaves of it.
      "INSERT INTO tenant_items SELECT i % 2, i, 0 FROM generate_series(1, 15000) AS i;"
      "ANALYZE items; ANALYZE tenant_items");
  const auto reads = [&](const std::string& table) {
    return session_.get(fmt::format(
        "SELECT pg_stat_force_next_flush(); SELECT pg_stat_clear_snapshot(); SELECT seq_scan FROM "
        "pg_stat_user_tables WHERE relname = '{}'",
        table));
  };
  const std::string items = reads("items");
  const std::string tenants = reads("tenant_items");
  apply("002");
  apply("004");
  EXPECT_EQ(reads("items"), items);
  // Where one tenant ends and the other begins, half the table is what the planner thinks it is.
  EXPECT_LE(std::stoi(reads("tenant_items")), std::stoi(tenants) + 2);
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n <> 1"), "0");
  EXPECT_EQ(session_.get("SELECT count(*) FROM tenant_items WHERE n <> 1"), "0");
}

TEST_F(Batched, WithoutStatisticsTheTableIsCountedOnce) {
  session_.run(
      "ALTER TABLE items SET (autovacuum_enabled = false);"
      "INSERT INTO items (id) SELECT i FROM generate_series(1, 20000) AS i");
  std::vector<Event> seen;
  Options options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kProgress) {
      seen.push_back(event);
    }
  };
  const std::string before =
      session_.get("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'items'");
  apply("002", options);
  const std::string after = session_.get(
      "SELECT pg_stat_clear_snapshot(); SELECT seq_scan FROM pg_stat_user_tables WHERE relname = "
      "'items'");
  EXPECT_LE(std::stoi(after), std::stoi(before) + 1);
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen.front().rows, 500U);
  EXPECT_EQ(seen.front().total_rows, 20000U);
  EXPECT_EQ(seen.front().percent, 2U);
  EXPECT_GT(seen.front().rows_per_second, 0U);
  EXPECT_GT(seen.front().left.count(), 0);
  EXPECT_EQ(seen.back().rows, 20000U);
  EXPECT_EQ(seen.back().percent, 100U);
}

// ---- Faults ------------------------------------------------------------------------------------

TEST_F(Batched, GoOnFromTheCursorAfterKills) {
  fill_items(40000);
  const std::string todo =
      session_.get("SELECT count(*) FROM items WHERE state = 'todo' OR state IS NULL");
  int kills = 0;
  std::string last;
  for (int delay = 7; kills < 4; delay = delay * 5 % 97 + 30) {
    Child child = start("002");
    wait_for_cursor(2);
    std::this_thread::sleep_for(milliseconds{delay});
    child.kill(SIGKILL);
    if (child.wait() == 0) {
      break;
    }
    ++kills;
    const std::string cursor = session_.get(
        "SELECT (cursor_value::text[])[2] FROM schema_migrations WHERE migration_number = 2");
    EXPECT_GE(std::stoi(cursor), last.empty() ? 500 : std::stoi(last));
    last = cursor;
  }
  EXPECT_GE(kills, 3);
  if (row(2) != "applied|1|1|no cursor|free") {
    apply("002");
  }
  EXPECT_EQ(row(2), "applied|1|1|no cursor|free");
  EXPECT_EQ(touched(), todo + "|" + todo);
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n > 1 OR state <> 'done'"), "0");
}

TEST_F(Batched, GoOnByThemselvesAfterACut) {
  fill_items(24000);
  const std::string todo =
      session_.get("SELECT count(*) FROM items WHERE state = 'todo' OR state IS NULL");
  Child child = start("002");
  std::string last = "0";
  for (int cuts = 0; cuts < 4; ++cuts) {
    // More often than a run forgives where nothing comes forward.
    wait_for(
        "SELECT count(*) > 0 FROM schema_migrations WHERE migration_number = 2 AND "
        "(cursor_value::text[])[2]::int > " +
        last);
    last = session_.get(
        "SELECT (cursor_value::text[])[2] FROM schema_migrations WHERE migration_number = 2");
    session_.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        "current_database() AND application_name = 'the_child'");
  }
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_EQ(touched(), todo + "|" + todo);
}

TEST_F(Batched, TwoProcessesShareNoRow) {
  fill_items(12000);
  const std::string todo =
      session_.get("SELECT count(*) FROM items WHERE state = 'todo' OR state IS NULL");
  Child first = start("002");
  Child second = start("002");
  EXPECT_EQ(first.wait(), 0) << first.err();
  EXPECT_EQ(second.wait(), 0) << second.err();
  EXPECT_EQ(touched(), todo + "|" + todo);
}

TEST_F(Batched, AWaitingProcessTakesOverFromADeadOne) {
  fill_items(20000);
  const std::string todo =
      session_.get("SELECT count(*) FROM items WHERE state = 'todo' OR state IS NULL");
  Child first = start("002");
  wait_for_cursor(2);
  Child second = start("002");
  std::this_thread::sleep_for(milliseconds{100});
  first.kill(SIGKILL);
  first.wait();
  EXPECT_EQ(second.wait(), 0) << second.err();
  EXPECT_EQ(touched(), todo + "|" + todo);
}

TEST_F(Batched, AFailingRowIsPutRightAndTheRestGoesOn) {
  fill_items(1000);
  session_.run(
      "UPDATE items SET divisor = 0 WHERE id = (SELECT id FROM items ORDER BY id OFFSET "
      "450 LIMIT 1); TRUNCATE touched");
  Options options;
  const Error error = failing("009", options);
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_EQ(error.sqlstate(), "22012");
  EXPECT_EQ(error.line(), 4U);
  const std::string last = session_.get("SELECT id FROM items ORDER BY id OFFSET 399 LIMIT 1");
  EXPECT_NE(std::string(error.what())
                .find("the batches up to id = " + last +
                      " (400 of about 1000 rows) have ended and stay; `up` goes on there"),
            std::string::npos)
      << error.what();
  EXPECT_EQ(touched(), "400|400");
  EXPECT_EQ(row(9), "running|0|1|{0,400,1000,id," + last + "}|free");
  session_.run(
      "ALTER TABLE items DISABLE TRIGGER touch; UPDATE items SET divisor = 1; ALTER TABLE "
      "items ENABLE TRIGGER touch");
  apply("009");
  EXPECT_EQ(touched(), "1000|1000");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n <> 100"), "0");
}

TEST_F(Batched, AnErrorBeforeTheFirstLeavesNothing) {
  fill_items(1000);
  session_.run("UPDATE items SET divisor = 0 WHERE id = (SELECT min(id) FROM items)");
  const Error error = failing("009");
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(row(9), "");
}

TEST_F(Batched, PositionsAreThoseOfTheFile) {
  session_.run("INSERT INTO items (id) VALUES (1)");
  session_.run("ALTER TABLE items RENAME state TO condition");
  const Error error = failing("002");
  EXPECT_EQ(error.sqlstate(), "42703");
  EXPECT_EQ(error.line(), 9U);
  EXPECT_EQ(error.detail().column, 7U);
  session_.run(
      "ALTER TABLE items RENAME condition TO state; ALTER TABLE items ALTER state TYPE int "
      "USING 1");
  const Error condition = failing("002");
  EXPECT_EQ(condition.sqlstate(), "22P02");
  EXPECT_EQ(condition.line(), 9U);
  EXPECT_EQ(condition.detail().column, 15U);
}

TEST_F(Batched, ALockedRowIsWaitedForAndThePastIsKept) {
  fill_items(5000);
  session_.run("TRUNCATE touched");
  const Session other(database_.conninfo());
  other.run(
      "BEGIN; SELECT FROM items WHERE id = (SELECT id FROM items ORDER BY id OFFSET 2200 "
      "LIMIT 1) FOR UPDATE");
  int retries = 0;
  std::string blocker;
  Options options;
  options.lock_timeout = milliseconds{300};
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kBlocked) {
      blocker = event.message;
    }
    if (event.kind == EventKind::kRetrying && ++retries == 2) {
      EXPECT_EQ(touched().substr(0, touched().find('|')),
                session_.get("SELECT count(*) FROM items WHERE n = 1"));
      other.run("ROLLBACK");
    }
  };
  apply("002", options);
  EXPECT_GE(retries, 2);
  EXPECT_NE(blocker.find(std::to_string(other.pid())), std::string::npos) << blocker;
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE state <> 'done' OR state IS NULL"), "0");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n > 1"), "0");
}

TEST_F(Batched, ALockThatStaysEndsAtTheDeadline) {
  fill_items(5000);
  const Session other(database_.conninfo());
  other.run(
      "BEGIN; SELECT FROM items WHERE id = (SELECT max(id) FROM items WHERE n = 0 AND state = "
      "'todo') FOR UPDATE");
  Options options;
  options.lock_timeout = milliseconds{100};
  options.wait = milliseconds{600};
  const Error error = failing("002", options);
  EXPECT_EQ(error.kind(), ErrorKind::kBusy);
  EXPECT_EQ(row(2).substr(0, 15), "running|0|1|{0,");
  other.run("ROLLBACK");
  apply("002");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n > 1"), "0");
}

TEST_F(Batched, AClaimThatIsTakenAwayTakesTheBatchWithIt) {
  fill_items(2000);
  session_.run(
      "CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF (SELECT count(*) FROM touched) > 700 THEN UPDATE schema_migrations SET claim_pid = 1 "
      "WHERE migration_number = 2; END IF; RETURN NULL; END $$;"
      "CREATE TRIGGER zz AFTER UPDATE ON items EXECUTE FUNCTION steal()");
  const Error error = failing("002");
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_NE(std::string(error.what()).find("was taken away"), std::string::npos) << error.what();
  session_.run("DROP TRIGGER zz ON items");
  apply("002");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE n > 1"), "0");
  EXPECT_EQ(session_.get("SELECT count(*) FROM items WHERE state <> 'done' OR state IS NULL"), "0");
}

TEST_F(Batched, AnotherKeyDoesNotGoOn) {
  fill_items(2000);
  session_.run("UPDATE items SET divisor = 0 WHERE id = (SELECT max(id) FROM items)");
  EXPECT_EQ(failing("009").kind(), ErrorKind::kPartiallyApplied);
  session_.run(
      "UPDATE schema_migrations SET cursor_value = replace(cursor_value, ',id,', ',code,') WHERE "
      "migration_number = 9");
  const Error error = failing("009");
  EXPECT_EQ(error.kind(), ErrorKind::kPartiallyApplied);
  EXPECT_NE(std::string(error.what()).find("begun by the key code, and this build has the key id"),
            std::string::npos)
      << error.what();
  EXPECT_EQ(row(9).substr(0, 15), "running|0|1|{0,") << "a cursor must not be lost";
}

TEST_F(Batched, APauseEndsWhenTheCallerAsks) {
  fill_items(3000);
  const auto begin = std::chrono::steady_clock::now();
  Options options;
  bool has_begun = false;
  options.on_event = [&](const Event& event) {
    has_begun = has_begun || event.kind == EventKind::kProgress;
  };
  options.is_cancelled = [&] { return has_begun; };
  const Error error = failing("011", options);
  EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
  EXPECT_EQ(row(11).substr(0, 19), "running|0|1|{0,1000");
  EXPECT_EQ(row(11).substr(row(11).size() - 4), "free");
}

TEST_F(Batched, RowsThatComeBehindTheCursorAreLeft) {
  session_.run(
      "INSERT INTO items (id, state) SELECT i * 10, 'todo' FROM generate_series(1, 2000) AS i");
  bool has_inserted = false;
  Options options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kProgress && !has_inserted) {
      has_inserted = true;
      session_.run("INSERT INTO items (id, state) VALUES (1, 'todo'), (19999, 'todo')");
    }
  };
  apply("002", options);
  // What docs/backfills.md says: ahead of the cursor it is reached, behind it it is not.
  EXPECT_EQ(session_.list("SELECT id FROM items WHERE state = 'todo'"), "1");
  EXPECT_EQ(session_.get("SELECT n FROM items WHERE id = 19999"), "1");
}

TEST_F(Batched, ARowThatIsChangedMeanwhileIsLookedAtAgain) {
  session_.run("INSERT INTO items (id, state) SELECT i, 'todo' FROM generate_series(1, 400) AS i");
  const Session other(database_.conninfo());
  other.run("BEGIN; UPDATE items SET state = 'kept' WHERE id = 200");
  Child child = start("002");
  wait_for(
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND "
      "application_name = 'the_child' AND wait_event_type = 'Lock'");
  other.run("COMMIT");
  EXPECT_EQ(child.wait(), 0) << child.err();
  EXPECT_EQ(session_.get("SELECT state || n FROM items WHERE id = 200"), "kept0");
}

}  // namespace
}  // namespace godwit::test
