// SPDX-License-Identifier: Apache-2.0
//
// A connection that the caller lends is given back as it came.
#include "fixture.hpp"

#include <fmt/format.h>

namespace godwit::test {
namespace {

class Borrowed : public OnDatabase {
 protected:
  // Everything that a session can have set, and what it can hold.
  std::string state(const Session& session) const {
    return session.get(
               "SELECT md5(string_agg(concat_ws('=', name, setting, source), ',' ORDER BY name)) "
               "FROM "
               "pg_settings") +
           " " +
           session.get(
               "SELECT string_agg(concat_ws('=', name, setting), ',' ORDER BY name) FROM "
               "pg_settings WHERE source = 'session'") +
           " " +
           session.get(
               "SELECT concat_ws('|', current_user, session_user, current_setting('role'), "
               "current_setting('app.x', true), (SELECT count(*) FROM pg_locks WHERE pid = "
               "pg_backend_pid() AND locktype = 'advisory'), (SELECT count(*) FROM "
               "pg_prepared_statements), (SELECT count(*) FROM pg_cursors WHERE is_holdable), "
               "(SELECT count(*) FROM pg_listening_channels()))");
  }

  static void add_mixed(SetBuilder& builder, const std::string& role) {
    builder.add(1, "t", {"CREATE TABLE t (id int)"}).setting("work_mem", "77MB").lock_timeout(900);
    builder
        .add(2, "leaks",
             {"SET search_path = pg_catalog", "SET ROLE " + role, "SET app.x = 'leaked'",
              "SET work_mem = '1GB'"})
        .leaks({"search_path", "role", "app.x", "work_mem"});
    builder.add(3, "index", {"CREATE INDEX CONCURRENTLY t_id ON public.t (id)"})
        .outside_transaction()
        .builds_index(0, "public.t", "t_id")
        .setting("maintenance_work_mem", "99MB");
    builder.add(4, "who", {"SET SESSION AUTHORIZATION " + role}).leaks({"session_authorization"});
  }
};

TEST_F(Borrowed, SettingsRoleAndStateAreAsBefore) {
  const Role role(database_, "NOLOGIN");
  const Role own(database_, "NOLOGIN SUPERUSER");
  session_.run(
      fmt::format("SET work_mem = '33MB'; SET lock_timeout = 5555; SET app.x = 'mine'; SET "
                  "search_path = public, pg_temp; SET ROLE {}",
                  own.name()));
  const std::string before = state(session_);
  SetBuilder builder;
  add_mixed(builder, role.name());
  EXPECT_EQ(versions(migrate(session_.raw(), builder.set())), "1,2,3,4");
  EXPECT_EQ(PQtransactionStatus(session_.raw()), PQTRANS_IDLE);
  EXPECT_EQ(state(session_), before);
  EXPECT_TRUE(migrate(session_.raw(), builder.set()).applied.empty());
  EXPECT_EQ(state(session_), before);
}

TEST_F(Borrowed, AlsoAfterAFailure) {
  const Role role(database_, "NOLOGIN");
  session_.run("SET work_mem = '33MB'; SET search_path = public");
  const std::string before = state(session_);
  for (const bool is_stepwise : {false, true}) {
    SetBuilder builder(is_stepwise ? "steps" : "chain");
    builder
        .add(1, is_stepwise ? "a" : "b",
             {"SET search_path = pg_catalog", "SET ROLE " + role.name(), "SET work_mem = '1GB'"})
        .leaks({"search_path", "role", "work_mem"});
    MigrationBuilder& bad = builder.add(2, "bad", {"SELECT 1 / 0"}).setting("work_mem", "7MB");
    if (is_stepwise) {
      bad.outside_transaction();
    }
    EXPECT_EQ(failure_of([&] { migrate(session_.raw(), builder.set()); }).kind(),
              ErrorKind::kFailed);
    EXPECT_EQ(PQtransactionStatus(session_.raw()), PQTRANS_IDLE);
    EXPECT_EQ(state(session_), before);
  }
}

TEST_F(Borrowed, ClientEncodingAndBlockingModeAreAsBefore) {
  ASSERT_EQ(PQsetClientEncoding(session_.raw(), "LATIN1"), 0);
  ASSERT_EQ(PQsetnonblocking(session_.raw(), 1), 0);
  SetBuilder builder;
  builder.add(1, "text", {"CREATE TABLE texts AS SELECT '€ is not Latin 1'::text AS t"});
  migrate(session_.raw(), builder.set());
  EXPECT_STREQ(PQparameterStatus(session_.raw(), "client_encoding"), "LATIN1");
  EXPECT_EQ(PQisnonblocking(session_.raw()), 1);
  const Session other(database_.conninfo() + " client_encoding=UTF8");
  EXPECT_EQ(other.get("SELECT t FROM texts"), "€ is not Latin 1");
}

TEST_F(Borrowed, NoticesOfACallerWhoReceivesThemStayHis) {
  std::string seen;
  PQsetNoticeReceiver(
      session_.raw(),
      [](void* argument, const PGresult* notice) {
        *static_cast<std::string*>(argument) += PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
      },
      &seen);
  SetBuilder builder;
  builder.add(1, "one", {"DO $$ BEGIN RAISE NOTICE 'during'; END $$"});
  Options options;
  options.on_event = [](const Event&) {};
  migrate(session_.raw(), builder.set(), options);
  session_.run("DO $$ BEGIN RAISE NOTICE 'after'; END $$");
  EXPECT_NE(seen.find("during"), std::string::npos);
  EXPECT_NE(seen.find("after"), std::string::npos);
}

TEST_F(Borrowed, ABusyConnectionIsRefused) {
  SetBuilder builder;
  builder.add(1, "one", {"SELECT 1"});
  session_.run("BEGIN");
  EXPECT_EQ(failure_of([&] { migrate(session_.raw(), builder.set()); }).kind(), ErrorKind::kUsage);
  EXPECT_EQ(PQtransactionStatus(session_.raw()), PQTRANS_INTRANS) << "and left alone";
  session_.run("ROLLBACK");
}

TEST_F(Borrowed, CutStaysCutAndTheJobIsFinishedOnAnother) {
  SetBuilder builder;
  builder.add(1, "t", {"CREATE TABLE t (id int)"});
  builder.add(2, "slow", {"SELECT pg_sleep(1)"});
  Session lent(database_.conninfo());
  std::thread killer([&] {
    wait_for_sleeper();
    session_.run(fmt::format("SELECT pg_terminate_backend({})", lent.pid()));
  });
  const Report report = migrate(lent.raw(), builder.set());
  killer.join();
  EXPECT_EQ(versions(report), "1,2");
  EXPECT_EQ(PQstatus(lent.raw()), CONNECTION_BAD);
  EXPECT_EQ(failure_of([&] { migrate(lent.raw(), builder.set()); }).kind(),
            ErrorKind::kCannotConnect);
}

TEST_F(Borrowed, IsIdleAgainWhenTheCallersQuestionThrows) {
  SetBuilder builder;
  builder.add(1, "slow", {"CREATE TABLE slow (id int)", "SELECT pg_sleep(30)"});
  Options options;
  int asked = 0;
  options.is_cancelled = [&]() -> bool {
    if (++asked > 10) {
      throw std::runtime_error("the caller's");
    }
    return false;
  };
  EXPECT_THROW(migrate(session_.raw(), builder.set(), options), std::runtime_error);
  EXPECT_EQ(PQtransactionStatus(session_.raw()), PQTRANS_IDLE);
  EXPECT_FALSE(has_relation("slow"));
}

TEST_F(Borrowed, NullIsAUsageError) {
  SetBuilder builder;
  PGconn* const null = nullptr;
  EXPECT_EQ(failure_of([&] { migrate(null, builder.set()); }).kind(), ErrorKind::kUsage);
}

}  // namespace
}  // namespace godwit::test
