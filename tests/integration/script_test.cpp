// SPDX-License-Identifier: Apache-2.0
//
// `sql`: what psql makes of the script must be what `up` and `down` make.
#include "command_line.hpp"

#include <godwit/maintenance.hpp>

#include <array>
#include <cstdio>
#include <fstream>

#include <unistd.h>

namespace godwit::test {
namespace {

// The history without what differs from run to run.
constexpr const char* kRows =
    "SELECT string_agg(concat_ws('|', migration_name, migration_number, checksum, description, "
    "migration_set, kind, state, step, steps, breaking, down_sql, origin, tool_version, "
    "execution_time_ms IS NULL), E'\\n' ORDER BY id) FROM schema_migrations";
constexpr const char* kLog =
    "SELECT string_agg(concat_ws('|', event, migration_name, migration_number, checksum, "
    "migration_set), E'\\n' ORDER BY id) FROM schema_migrations_log";

std::string output_of(const std::string& command, int* code = nullptr) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer{};
  for (std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe); count > 0;
       count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  if (code != nullptr) {
    *code = WEXITSTATUS(status);
  }
  return text;
}

class Script : public CommandLine {
 protected:
  Script() {
    builder_
        .add(12, "notes",
             {"CREATE TABLE notes (id int PRIMARY KEY, body text DEFAULT 'a;b')",
              "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; "
              "SELECT 2; END",
              "INSERT INTO notes VALUES (1, E'it''s \\\\ :x $1 ü')"})
        .depends_on({10})
        .setting("work_mem", "64MB")
        .verify({"SELECT count(*) = 1 FROM notes"})
        .down_statements({"DROP FUNCTION f()", "DROP TABLE notes"});
    builder_.add(13, "index", {"CREATE INDEX CONCURRENTLY by_body ON notes (body)"})
        .depends_on({12})
        .outside_transaction()
        .builds_index(0, "notes", "by_body")
        .down_statements({"DROP INDEX CONCURRENTLY by_body"})
        .down_outside_transaction();
    builder_.add(14, "last", {"CREATE TABLE last (id int) -- no semicolon"})
        .depends_on({13})
        .down("DROP TABLE last -- nor here");
  }

  /// What psql says about a script, and its exit code: 3 for an error in it.
  static std::string psql(const std::string& script, const std::string& database, int* code) {
    const std::string path = "/tmp/godwit_script_" + std::to_string(getpid()) + ".sql";
    std::ofstream(path) << script;
    std::string text = output_of(
        "psql -X -q -d '" + server_conninfo() + " dbname=" + database + "' -f " + path, code);
    unlink(path.c_str());
    return text;
  }
  static std::string dump(const std::string& database) {
    std::string text = output_of("pg_dump --schema-only --no-owner -d '" + server_conninfo() +
                                 " dbname=" + database + "' | grep -v '^.\\(un\\)\\?restrict '");
    return text;
  }

  std::string sql(const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"sql"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  }

  Database other_;
  Session other_session_{other_.conninfo()};
};

TEST_F(Script, UpByPsqlIsUp) {
  run({"up"});
  int code = 0;
  const std::string said = psql(sql({}), other_.name(), &code);
  ASSERT_EQ(code, 0) << said;
  EXPECT_EQ(other_session_.get(kRows), session_.get(kRows));
  EXPECT_EQ(other_session_.get(kLog), session_.get(kLog));
  EXPECT_EQ(dump(other_.name()), dump(database_.name()));
  EXPECT_EQ(other_session_.get("SELECT body FROM notes"), session_.get("SELECT body FROM notes"));
  const Report nothing = migrate(other_.conninfo(), builder_.set());
  EXPECT_TRUE(nothing.applied.empty());
}

TEST_F(Script, InPartsAndDownAgain) {
  int code = 0;
  EXPECT_EQ((psql(sql({"7"}), other_.name(), &code), code), 0);
  std::string said = psql(sql({"--from=7", "--to=head"}), other_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  said = psql(sql({"--from=head", "--to=10"}), other_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  run({"up"});
  run({"down", "--to=10"});
  EXPECT_EQ(other_session_.get(kRows), session_.get(kRows));
  EXPECT_EQ(other_session_.get(kLog), session_.get(kLog));
  EXPECT_EQ(dump(other_.name()), dump(database_.name()));
}

TEST_F(Script, WritesWhatOthersNeedToKnow) {
  SetBuilder billing("billing");
  billing.add(1, "bills", {"SELECT 1"}).depends_on("main", 13);
  billing.add(2, "index", {"SELECT 2"}).depends_on("main", 14).outside_transaction();
  run({"up"});
  int code = 0;
  const std::string said =
      psql(psql_script(billing.set(), {}, "base", "head"), database_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  EXPECT_EQ(session_.list("SELECT migration_name || needs::text FROM schema_migrations WHERE "
                          "migration_set = 'billing' ORDER BY id"),
            "001_bills{main:13},002_index{main:14}");
  const Outcome down = run({"down"});
  EXPECT_EQ(down.code, 1);
  EXPECT_NE(down.err.find("002_index of the set \"billing\" is applied"), std::string::npos)
      << down.err;
}

TEST_F(Script, NobodyMeasuresWhatPsqlUndoes) {
  int code = 0;
  psql(sql({}), other_.name(), &code);
  const std::string said = psql(sql({"--from=head", "--to=10"}), other_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  EXPECT_EQ(other_session_.get("SELECT count(*) FROM schema_migrations_log WHERE event = 'undone' "
                               "AND execution_time_ms IS NOT NULL"),
            "0");
}

TEST_F(Script, AWrongStartingStateIsRefused) {
  int code = 0;
  const std::string script = sql({"--from=7"});
  const std::string empty = psql(script, other_.name(), &code);
  EXPECT_EQ(code, 3);
  EXPECT_NE(empty.find("this script begins at 007_crm, and the database is not there"),
            std::string::npos)
      << empty;
  EXPECT_NE(empty.find("not in the history: 1 "), std::string::npos) << empty;
  EXPECT_EQ(other_session_.get("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
  migrate(other_.conninfo(), builder_.set());
  psql(script, other_.name(), &code);
  EXPECT_EQ(code, 3) << "it is further on";
  psql(sql({}), other_.name(), &code);
  EXPECT_EQ(code, 3);
  other_session_.run("UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 7");
  psql(sql({"--from=head", "--to=10"}), other_.name(), &code);
  EXPECT_EQ(code, 3) << "an edited one";
  EXPECT_EQ(other_session_.get("SELECT count(*) FROM schema_migrations"), "6");
}

TEST_F(Script, AFailureLeavesWhatUpWouldLeave) {
  builder_.add(15, "bad", {"CREATE TABLE half (id int)", "SELECT nope"});
  int code = 0;
  psql(sql({}), other_.name(), &code);
  EXPECT_EQ(code, 3);
  EXPECT_EQ(other_session_.list("SELECT migration_number FROM schema_migrations ORDER BY id"),
            "1,7,10,12,13,14");
  EXPECT_EQ(other_session_.get("SELECT to_regclass('half') IS NULL"), "t");
}

TEST_F(Script, WhatCannotBeWrittenDownIsRefused) {
  for (const char* target : {"+1", "-1", "previous"}) {
    EXPECT_EQ(run({"sql", "--to", target}).code, 2) << target;
  }
  const Outcome down = run({"sql", "--from=head", "--to=base"});
  EXPECT_EQ(down.code, 1);
  EXPECT_NE(down.err.find("010_team has no down section"), std::string::npos) << down.err;
  EXPECT_EQ(down.out, "");
  EXPECT_EQ(Json::parse(run({"sql", "--json"}).out)["ok"], true);
}

TEST_F(Script, DownWithoutATargetUndoesTheLastThatCanBe) {
  builder_.add(0, "R__views", {"CREATE OR REPLACE VIEW v AS SELECT 1 AS one"}).repeatable();
  run({"up"});
  int code = 0;
  const std::string said = psql(run({"down", "--sql"}).out, database_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  EXPECT_FALSE(has_relation("last"));
  EXPECT_EQ(applied(), "1,7,10,12,13,");
  EXPECT_EQ(run({"down", "--dry-run", "--sql", "2"}).code, 0);
}

TEST_F(Script, APhaseIsWhatUpWouldDoInIt) {
  builder_.add(15, "drop", {"DROP TABLE last"}).depends_on({14}).phase(Phase::kContract);
  builder_.add(16, "after", {"CREATE TABLE after_drop (id int)"}).depends_on({15});
  builder_.add(17, "free", {"CREATE TABLE free (id int)"}).depends_on({1});
  int code = 0;
  const std::string contract = sql({"--phase=contract", "--from=14"});
  std::string said = psql(contract, other_.name(), &code);
  EXPECT_EQ(code, 3) << said;
  const std::string expand = sql({"--phase=expand"});
  EXPECT_NE(expand.find("-- 015_drop: left for the contract phase\n"), std::string::npos);
  said = psql(expand, other_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  run({"up", "--phase=expand"});
  EXPECT_EQ(other_session_.get(kRows), session_.get(kRows));
  // The next release goes on while the contract migrations are still open, and when they are not.
  builder_.add(18, "more", {"CREATE TABLE more (id int)"}).depends_on({17});
  const std::string next = sql({"--phase=expand", "--from=17"});
  said = psql(next, other_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  run({"up", "--phase=expand"});
  said = psql(sql({"--phase=contract", "--from=14"}), other_.name(), &code);
  EXPECT_EQ(code, 0) << said;
  run({"up", "--phase=contract"});
  EXPECT_EQ(other_session_.get(kRows), session_.get(kRows));
  EXPECT_EQ(dump(other_.name()), dump(database_.name()));
  // What needs one of them needs it there.
  builder_.add(19, "end", {"CREATE TABLE ende (id int)"}).depends_on({16});
  session_.run("DELETE FROM schema_migrations WHERE migration_number IN (15, 16)");
  said = psql(sql({"--phase=expand", "--from=18"}), database_.name(), &code);
  EXPECT_EQ(code, 3) << said;
  EXPECT_NE(said.find("not in the history: 15 "), std::string::npos) << said;
}

TEST_F(Script, ColonsReachTheServerAsTheyAre) {
  SetBuilder colons("main");
  colons
      .add(1, "colons",
           {"CREATE TABLE c (a int[], b text DEFAULT ':user')",
            "INSERT INTO c (a) SELECT (ARRAY[1,2,3])[1:n] FROM (VALUES (2)) AS v(n)",
            "INSERT INTO c (b) VALUES ($$ :user $$), ($x$ it's :'user' $x$), (E'\\' :user')",
            "COMMENT ON TABLE c IS ':\"user\"' /* :user /* ' */ */ -- :user '\n",
            "UPDATE c SET b = b || 1::text WHERE b LIKE '%:user'",
            "DO $$ DECLARE n int := 1; BEGIN n:=2; END $$"})
      .down("DELETE FROM c WHERE a = (ARRAY[1,2])[1:user]; DROP TABLE c");
  const std::string path = "/tmp/" + unique_name("godwit_colons") + ".sql";
  std::ofstream(path) << psql_script(colons.set(), {}, "base", "head");
  int code = -1;
  const std::string psql =
      "psql -X -q -v n=9 -v user=7 -d '" + database_.conninfo() + "' -f " + path;
  const std::string said = output_of(psql, &code);
  EXPECT_EQ(code, 0) << said;
  EXPECT_EQ(session_.get("SELECT a FROM c WHERE a IS NOT NULL"), "{1,2}");
  EXPECT_EQ(session_.list("SELECT b FROM c WHERE a IS NULL ORDER BY length(b), b"),
            " :user ,' :user1, it's :'user' ");
  EXPECT_EQ(session_.get("SELECT obj_description('c'::regclass)"), ":\"user\"");
  std::ofstream(path, std::ios::trunc) << psql_script(colons.set(), {}, "head", "base");
  EXPECT_NE(output_of(psql, &code).find("ERROR"), std::string::npos)
      << "[1:user] is the server's to judge: user is no integer";
  EXPECT_EQ(code, 3);
  unlink(path.c_str());
}

}  // namespace
}  // namespace godwit::test
