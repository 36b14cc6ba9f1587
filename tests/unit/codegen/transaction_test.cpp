// SPDX-License-Identifier: Apache-2.0
#include "sql/transaction.hpp"

#include <gtest/gtest.h>

#include "sql/bodies.hpp"
#include "sql/leaks.hpp"
#include "support.hpp"

namespace godwit::codegen::sql {
namespace {

template <class List>
std::string numbers(const List& list) {
  std::string text;
  for (const auto& item : list) {
    if constexpr (std::is_same_v<typename List::value_type, std::string>)
      text += (text.empty() ? "" : ",") + item;
    else
      text += (text.empty() ? "" : ",") + std::to_string(item);
  }
  return text;
}

/// "tx" or "none", then only what is not empty.
std::string plan(std::string_view sql, std::optional<bool> wants = {}) {
  std::vector<SyntaxError> errors;
  const std::string text(sql);
  const Script script = parse(text, errors);
  EXPECT_TRUE(errors.empty()) << sql;
  const TransactionPlan plan = plan_transaction(script, wants);
  const SourceFile file = test::file_of(text);
  const SectionBodies bodies = parse_bodies(Section(SectionKind::kUp, file), script);
  EXPECT_EQ(find_leaks(script, &bodies), find_leaks(script, nullptr)) << sql;
  std::string out = plan.is_transactional ? "tx" : "none";
  if (plan.is_inferred)
    out += " inferred";
  if (plan.outer_begin)
    out += " begin=" + std::to_string(*plan.outer_begin);
  if (plan.outer_commit)
    out += " commit=" + std::to_string(*plan.outer_commit);
  if (!plan.begin_options.empty())
    out += " options=" + plan.begin_options;
  if (!plan.set_transaction.empty())
    out += " set=" + numbers(plan.set_transaction);
  if (!plan.control.empty())
    out += " control=" + numbers(plan.control);
  if (!plan.not_in_transaction.empty())
    out += " not_in_tx=" + numbers(plan.not_in_transaction);
  if (!plan.leaked_settings.empty())
    out += " leaks=" + numbers(plan.leaked_settings);
  return out;
}

TEST(TransactionPlan, IsTransactionalUnlessThereIsAReason) {
  EXPECT_EQ(plan("create table t (a int); create index i on t (a);"), "tx");
  EXPECT_EQ(plan(""), "tx");
  EXPECT_EQ(plan("create table t (a int)", false), "none");
}

TEST(TransactionPlan, StripsOneOutermostPair) {
  EXPECT_EQ(plan("BEGIN; select 1; COMMIT;"), "tx begin=0 commit=2");
  EXPECT_EQ(plan("start transaction; select 1; end;"), "tx begin=0 commit=2");
  EXPECT_EQ(plan("set lock_timeout = '1s'; begin; select 1; commit; reset lock_timeout;"),
            "tx begin=1 commit=3 leaks=lock_timeout");
  EXPECT_EQ(
      plan("create extension a; create schema b; begin; select 1; end; comment on schema b is "
           "''"),
      "tx begin=2 commit=4");
  EXPECT_EQ(plan("create type a as enum ('b'); begin; select 1; end;"), "tx control=1,3");
  EXPECT_EQ(plan("begin; savepoint a; rollback to a; release a; commit"), "tx begin=0 commit=4");
}

TEST(TransactionPlan, StripsACommitBehindEverything) {
  EXPECT_EQ(plan("set lock_timeout = '1s'; select 1; commit"), "tx commit=2 leaks=lock_timeout");
  EXPECT_EQ(plan("select 1; select 2; end; comment on schema b is ''"), "tx commit=2");
  EXPECT_EQ(plan("select 1; commit; select 2; commit"), "tx control=1,3");
  EXPECT_EQ(plan("select 1; savepoint a; commit"), "tx control=2");
  EXPECT_EQ(plan("select 1; begin; commit"), "tx control=1,2");
  EXPECT_EQ(plan("select 1; rollback"), "tx control=1");
  EXPECT_EQ(plan("commit"), "tx control=0");
}

TEST(TransactionPlan, KeepsWhatTheTransactionAskedFor) {
  EXPECT_EQ(plan("begin isolation level serializable, read only; select 1; commit"),
            "tx begin=0 commit=2 options=ISOLATION LEVEL SERIALIZABLE, READ ONLY");
  EXPECT_EQ(plan("set transaction isolation level repeatable read; select 1"),
            "tx options=ISOLATION LEVEL REPEATABLE READ set=0");
  EXPECT_EQ(plan("begin; set transaction not deferrable; select 1; commit"),
            "tx begin=0 commit=3 options=NOT DEFERRABLE set=1");
}

TEST(TransactionPlan, FindsEveryOtherControl) {
  EXPECT_EQ(plan("begin; select 1; commit; begin; select 2; commit"), "tx control=0,2,3,5");
  EXPECT_EQ(plan("select 1; commit; select 2"), "tx control=1");
  EXPECT_EQ(plan("begin; select 1; rollback"), "tx control=0,2");
  EXPECT_EQ(plan("begin; select 1; commit and chain"), "tx control=0,2");
  EXPECT_EQ(plan("begin; select 1; commit; select 2"), "tx control=0,2");
  EXPECT_EQ(plan("prepare transaction 'x'"), "tx control=0");
  EXPECT_EQ(plan("begin; select 1; commit", false), "none");
}

TEST(TransactionPlan, InfersThatThereCanBeNone) {
  EXPECT_EQ(plan("create index concurrently i on t (a)"), "none inferred");
  EXPECT_EQ(
      plan("set statement_timeout = 0; create index concurrently i on t (a); comment on index "
           "i is 'x';"),
      "none inferred leaks=statement_timeout");
  EXPECT_EQ(plan("create index concurrently i on t (a); create index concurrently j on t (b)"),
            "tx not_in_tx=0,1");
  EXPECT_EQ(plan("create table t (a int); vacuum t"), "tx not_in_tx=1");
  EXPECT_EQ(plan("begin; create index concurrently i on t (a); commit"),
            "tx begin=0 commit=2 not_in_tx=1");
  EXPECT_EQ(plan("vacuum t", true), "tx not_in_tx=0");
}

TEST(TransactionPlan, OutsideATransactionTheFilesOwnAreLegal) {
  // Reached with WARN_ONLY: what psql applies, the runtime applies as well.
  EXPECT_EQ(plan("begin; create table b (x int); commit; create index concurrently i on b (x)"),
            "tx not_in_tx=3");
  EXPECT_EQ(plan("begin; select 1; commit; commit; vacuum t"), "tx control=0,2,3 not_in_tx=4");
  EXPECT_EQ(plan("begin; create index concurrently i on a (x); commit", false), "none not_in_tx=1");
}

TEST(TransactionPlan, KnowsWhatCannotBeInATransaction) {
  for (const char* sql : {"create index concurrently i on t (a)",
                          "drop index concurrently i",
                          "reindex index concurrently i",
                          "reindex (concurrently) table t",
                          "reindex schema s",
                          "reindex database d",
                          "reindex system d",
                          "vacuum",
                          "vacuum analyze t",
                          "cluster",
                          "create database d",
                          "drop database d",
                          "alter database d set tablespace s",
                          "create tablespace s location '/x'",
                          "drop tablespace s",
                          "alter system set a = 1",
                          "discard all",
                          "alter table p detach partition c concurrently",
                          "create subscription s connection 'x' publication p",
                          "drop subscription s",
                          "alter subscription s refresh publication",
                          "alter subscription s set publication p"})
    EXPECT_EQ(plan(sql), "none inferred") << sql;
  for (const char* sql :
       {"create index i on t (a)", "drop index i", "reindex index i",
        "reindex (concurrently false) table t", "analyze t", "cluster t",
        "alter database d set a = 1", "discard temp", "alter table p detach partition c",
        "alter table p detach partition c finalize",
        "create subscription s connection 'x' publication p with (connect = false)",
        "create subscription s connection 'x' publication p with (create_slot = false)",
        "alter subscription s set publication p with (refresh = false)",
        "alter subscription s disable"})
    EXPECT_EQ(plan(sql), "tx") << sql;
}

TEST(TransactionPlan, FindsSettingsThatOutliveTheTransaction) {
  EXPECT_EQ(
      plan("set search_path = a; set local work_mem = 1; set role r; set session authorization "
           "x; set time zone 'UTC'; reset work_mem"),
      "tx leaks=search_path,role,session_authorization,timezone,work_mem");
  EXPECT_EQ(plan("select pg_catalog.set_config('search_path', '', false)"), "tx leaks=search_path");
  EXPECT_EQ(plan("select set_config('search_path', '', true)"), "tx");
  EXPECT_EQ(plan("create table t as select set_config('search_path', 's', false)"),
            "tx leaks=search_path");
  EXPECT_EQ(plan("do $$ begin set search_path = s; set local work_mem = 1; end $$"),
            "tx leaks=search_path,*");
  EXPECT_EQ(plan("do $$ begin perform set_config('a.b', '1', false); update t set x = 1; end $$"),
            "tx leaks=a.b,*");
  EXPECT_EQ(plan("do E'begin S\\x45T search_path = s; end'"), "tx leaks=search_path,*");
  EXPECT_EQ(plan("do 'begin set search_path'\n' = s; end'"), "tx leaks=search_path,*");
  EXPECT_EQ(plan("do $$ begin execute 'set search_path = s'; end $$"), "tx leaks=search_path,*");
  EXPECT_EQ(plan("set session characteristics as transaction read only"),
            "tx leaks=default_transaction_read_only");
}

TEST(TransactionPlan, SaysWhereItCannotReadWhatIsSet) {
  for (const char* sql :
       {"select use_tenant()", "select app.now()", "select set_config(n, 's', false) from names n",
        "call p()", "insert into t values (1)", "update t set a = 1", "delete from t", "truncate t",
        "do $$ begin end $$", "refresh materialized view v"})
    EXPECT_EQ(plan(sql), "tx leaks=*") << sql;
  for (const char* sql : {"select 1", "select setval('s', 1)", "select pg_catalog.now()",
                          "create view v as select use_tenant()", "create table u as select 1"})
    EXPECT_EQ(plan(sql), "tx") << sql;
}

}  // namespace
}  // namespace godwit::codegen::sql
