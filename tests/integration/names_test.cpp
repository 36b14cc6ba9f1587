// SPDX-License-Identifier: Apache-2.0
//
// What the history table is called: any name that SQL can write.
#include "command_line.hpp"

#include <fmt/format.h>

namespace godwit::test {
namespace {

using HistoryNames = CommandLine;

TEST_F(HistoryNames, QuotedOnesAreReadAsInSql) {
  struct Case {
    const char* written;
    const char* schema;
    const char* table;
  };
  const std::vector<Case> cases = {
      {R"("My Table")", "public", "My Table"},
      {"My Other", "public", "My Other"},
      {R"(s."t")", "s", "t"},
      {R"("My Schema".plain)", "My Schema", "plain"},
      {R"("a.b"."c""d")", "a.b", R"(c"d)"},
      {R"("select")", "public", "select"},
      {"2nd", "public", "2nd"},
      {"été", "public", "été"},
  };
  for (const Case& name : cases) {
    SCOPED_TRACE(name.written);
    const Outcome outcome = run({"up", "--history-table", name.written});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(session_.get(fmt::format("SELECT count(*) FROM pg_tables WHERE schemaname = $q${}$q$ "
                                       "AND tablename IN ($q${}$q$, $q${}_log$q$)",
                                       name.schema, name.table, name.table)),
              "2");
    EXPECT_EQ(run({"check", "--history-table", name.written}).code, 0);
    EXPECT_EQ(run({"forget", "10", "--history-table", name.written}).code, 0);
    EXPECT_EQ(run({"stamp", "10", "--history-table", name.written}).code, 0);
    session_.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  }
}

TEST_F(HistoryNames, HintsWriteThemSoThatTheyCanBePasted) {
  const std::vector<std::string> option = {"--history-table", R"("My Schema"."My Table")"};
  builder_.add(12, "steps", {"CREATE TABLE one (id int)", "SELECT 1 / 0"}).outside_transaction();
  EXPECT_EQ(run({"up", option[0], option[1]}).code, 9);
  // As when its run was killed in the second step: nobody can tell.
  session_.run(
      "UPDATE \"My Schema\".\"My Table\" SET claim_pid = 1, claim_system_id = 0 WHERE "
      "migration_number = 12");
  const Outcome outcome = run({"up", option[0], option[1]});
  EXPECT_EQ(outcome.code, 9);
  const std::string mark = "If it did: ";
  const std::size_t begin = outcome.err.find(mark);
  ASSERT_NE(begin, std::string::npos) << outcome.err;
  const std::size_t end = outcome.err.find(';', begin);
  session_.run(outcome.err.substr(begin + mark.size(), end - begin - mark.size()));
  EXPECT_EQ(run({"up", option[0], option[1]}).code, 0);
}

TEST_F(HistoryNames, WhatIsNoNameIsAUsageErrorThatSaysHow) {
  for (const char* name : {"a.b.c", ".x", "x.", R"("open)", R"("a"b)", R"("a".)", R"("")",
                           R"("a".b.c)", R"("a"..b)"}) {
    const Outcome outcome = run({"up", "--history-table", name});
    EXPECT_EQ(outcome.code, 2) << name;
    EXPECT_NE(outcome.err.find("is not a name for the history table"), std::string::npos)
        << outcome.err;
  }
  const Outcome outcome = run({"up", "--history-table", std::string(55, 'x')});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("at most 54 bytes"), std::string::npos) << outcome.err;
  EXPECT_EQ(session_.get("SELECT count(*) FROM pg_tables WHERE schemaname NOT LIKE 'pg%' AND "
                         "schemaname <> 'information_schema'"),
            "0");
}

}  // namespace
}  // namespace godwit::test
