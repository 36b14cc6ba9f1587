// SPDX-License-Identifier: Apache-2.0
//
// What is applied again, repeatable migrations and seeds: beside an undo, a newer release, a phase,
// and what is only recorded.
#include "command_line.hpp"

#include <godwit/maintenance.hpp>
#include <godwit/preview.hpp>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace godwit::test {
namespace {

/// The last migration of a builder's set as a seed, or with dependencies on names: what a builder
/// has no word for.
class Again : public CommandLine {
 protected:
  struct Change {
    std::string_view name;
    bool is_seed = false;
    std::string_view needs = {};
    Phase phase = Phase::kNone;
  };

  /// The set of a builder with these changes.
  const MigrationSet& changed(SetBuilder& builder, std::initializer_list<Change> changes) {
    MigrationSet& set = sets_.emplace_back(builder.set());
    std::vector<Migration>& list =
        lists_.emplace_back(set.migrations.begin(), set.migrations.end());
    for (Migration& migration : list) {
      for (const Change& change : changes) {
        if (migration.full_name != change.name) {
          continue;
        }
        if (change.is_seed) {
          migration.kind = Kind::kSeed;
          migration.seed = "reference";
        }
        if (!change.needs.empty()) {
          migration.dependency_names = {&needs_.emplace_back(change.needs), 1};
        }
        migration.phase = change.phase;
      }
    }
    set.migrations = list;
    return set;
  }

  Outcome run_with(const MigrationSet& set, const std::vector<std::string>& arguments) const {
    Child child([&set, arguments, url = database_.conninfo()] {
      setenv("GODWIT_URL", url.c_str(), 1);
      std::vector<std::string> all = {"app"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& argument : all) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(all.size()), pointers.data(), set);
    });
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }

  static std::string names(const Report& report) {
    std::string text;
    for (const Report::Applied& applied : report.applied) {
      text += (text.empty() ? "" : ",") + std::string(applied.migration->full_name);
    }
    return text;
  }

  static std::string names(const std::vector<const Migration*>& migrations) {
    std::string text;
    for (const Migration* migration : migrations) {
      text += (text.empty() ? "" : ",") + std::string(migration->full_name);
    }
    return text;
  }

  /// A table, a second one that can be undone, a view of it, and a row in it.
  const MigrationSet& shop() {
    SetBuilder& builder = builders_.emplace_back();
    builder.add(1, "base", {"CREATE TABLE base (id int)"}).down("DROP TABLE base");
    builder.add(2, "c", {"CREATE TABLE c (id int PRIMARY KEY)"}).down("DROP TABLE c CASCADE");
    builder.add(0, "v", {"CREATE OR REPLACE VIEW v AS SELECT id FROM c"}).repeatable();
    builder.add(0, "rows", {"INSERT INTO c VALUES (7) ON CONFLICT DO NOTHING"}).repeatable();
    return changed(builder, {{"R__rows", true}});
  }

  /// One release: its migrations are 1 to `last`, and its function says `text`.
  const MigrationSet& release(int last, const std::string& text) {
    SetBuilder& builder = builders_.emplace_back();
    for (int i = 1; i <= last; ++i) {
      builder.add(i, "t", {"CREATE TABLE t" + std::to_string(i) + " (id int)"})
          .down("DROP TABLE t" + std::to_string(i));
    }
    builder
        .add(0, "f",
             {"CREATE OR REPLACE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '" + text +
              "' $$"})
        .repeatable();
    return builder.set();
  }

  std::deque<SetBuilder> builders_;
  std::deque<MigrationSet> sets_;
  std::deque<std::vector<Migration>> lists_;
  std::deque<std::string_view> needs_;
};

TEST_F(Again, AfterAnUndoTheyComeBackWithTheNextUp) {
  const MigrationSet& set = shop();
  EXPECT_EQ(names(up(set)), "001_base,002_c,R__v,R__rows");
  Migrator(database_.conninfo(), set).down({});
  EXPECT_FALSE(has_relation("v"));
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE checksum IS NULL"), "2");
  Outcome outcome = run_with(set, {"check"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.out.find("3 pending, 1 applied"), std::string::npos) << outcome.out;
  EXPECT_EQ(run_with(set, {"pending"}).out, "002_c\nR__v\nR__rows\n");
  EXPECT_EQ(run_with(set, {"validate"}).code, 0);
  EXPECT_EQ(run_with(set, {"accept"}).code, 0);
  EXPECT_EQ(run_with(set, {"repair"}).code, 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations WHERE checksum IS NULL"), "2");
  EXPECT_EQ(names(up(set)), "002_c,R__v,R__rows");
  EXPECT_EQ(session_.get("SELECT id FROM v"), "7");
  EXPECT_EQ(run_with(set, {"check"}).code, 0);
}

TEST_F(Again, RedoBringsThemBackItself) {
  const MigrationSet& set = shop();
  up(set);
  const RedoReport report = Migrator(database_.conninfo(), set).redo({});
  EXPECT_EQ(names(report.up), "002_c,R__v,R__rows");
  EXPECT_EQ(session_.get("SELECT id FROM v"), "7");
  EXPECT_EQ(run_with(set, {"check"}).code, 0);
  // With another migration pending they may not fit.
  Migrator(database_.conninfo(), set).down({});
  EXPECT_EQ(names(Migrator(database_.conninfo(), set).redo({}).up), "001_base");
  EXPECT_EQ(names(up(set)), "002_c,R__v,R__rows");
}

TEST_F(Again, AnUndoOutsideATransactionForgetsThemToo) {
  SetBuilder builder;
  builder.add(1, "c", {"CREATE TABLE c (id int)"})
      .down_statements({"DROP TABLE c CASCADE"})
      .down_outside_transaction();
  builder.add(0, "v", {"CREATE OR REPLACE VIEW v AS SELECT id FROM c"}).repeatable();
  up(builder.set());
  Migrator(database_.conninfo(), builder.set()).down({});
  EXPECT_EQ(names(up(builder.set())), "001_c,R__v");
  EXPECT_TRUE(has_relation("v"));
}

TEST_F(Again, WhatIsOfAnotherSetOrSchemaIsNotForgotten) {
  const MigrationSet& set = shop();
  up(set);
  SetBuilder other("other");
  other.add(1, "o", {"CREATE TABLE o (id int)"}).down("DROP TABLE o");
  other.add(0, "w", {"CREATE OR REPLACE VIEW w AS SELECT 1 AS x"}).repeatable();
  up(other.set());
  Migrator(database_.conninfo(), other.set()).down({});
  EXPECT_EQ(session_.list("SELECT migration_name FROM schema_migrations WHERE checksum IS NULL"),
            "R__w");
}

TEST_F(Again, AnOlderReleaseLeavesANewerOnesAlone) {
  const MigrationSet& old = release(1, "old");
  const MigrationSet& fresh = release(2, "new");
  up(old);
  up(fresh);
  EXPECT_EQ(session_.get("SELECT f()"), "new");
  EXPECT_EQ(names(up(old)), "");
  EXPECT_EQ(session_.get("SELECT f()"), "new");
  EXPECT_EQ(run_with(old, {"check"}).code, 0);
  EXPECT_EQ(run_with(old, {"wait", "--wait=200ms"}).code, 0);
  EXPECT_EQ(run_with(old, {"pending"}).out, "");
  const Outcome status = run_with(old, {"status"});
  EXPECT_NE(status.out.find("of a newer release"), std::string::npos) << status.out;
  EXPECT_EQ(status.last_line(), "1 applied, 0 pending, 1 unknown, 1 newer");
  const Json json = Json::parse(run_with(old, {"status", "--json"}).out);
  EXPECT_EQ(json["counts"]["newer"], 1);
  EXPECT_EQ(json["migrations"][1]["state"], "newer");
  // Also where it was undone in between, the newer one brings its own back.
  session_.run("UPDATE schema_migrations SET checksum = NULL WHERE kind = 'repeatable'");
  EXPECT_EQ(names(up(old)), "");
  EXPECT_EQ(names(up(fresh)), "R__f");
}

TEST_F(Again, ReleasesThatDifferInNothingElseTakeTurns) {
  const MigrationSet& old = release(1, "old");
  const MigrationSet& fresh = release(1, "new");
  up(old);
  EXPECT_EQ(names(up(fresh)), "R__f");
  EXPECT_EQ(names(up(old)), "R__f");
  EXPECT_EQ(session_.get("SELECT f()"), "old");
}

TEST_F(Again, StampAndBaselineLeaveThemToUp) {
  const MigrationSet& set = shop();
  session_.run("CREATE TABLE base (id int); CREATE TABLE c (id int PRIMARY KEY)");
  Migrator(database_.conninfo(), set).baseline("head", {});
  EXPECT_EQ(session_.list("SELECT migration_name FROM schema_migrations ORDER BY id"),
            "001_base,002_c");
  EXPECT_EQ(run_with(set, {"check"}).code, 3);
  EXPECT_EQ(names(up(set)), "R__v,R__rows");
  const Error error = failure_of([&] { Migrator(database_.conninfo(), set).stamp("R__v", {}); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message, "R__v is a repeatable migration, which is not stamped");
}

TEST_F(Again, TheyWaitForAContractMigrationThatIsPostponed) {
  SetBuilder builder;
  builder.add(1, "people", {"CREATE TABLE people (id int, old text NOT NULL)"});
  builder.add(2, "drop_old", {"ALTER TABLE people DROP COLUMN old"}).phase(Phase::kContract);
  builder.add(0, "v", {"CREATE OR REPLACE VIEW v AS SELECT id FROM people"}).repeatable();
  builder.add(0, "early", {"CREATE OR REPLACE VIEW e AS SELECT 1 AS x"}).repeatable();
  builder.add(0, "on_v", {"CREATE OR REPLACE VIEW w AS SELECT id FROM v"}).repeatable();
  builder.add(0, "rows", {"INSERT INTO people VALUES (1)"}).repeatable();
  const MigrationSet& set = changed(builder, {{"R__early", false, {}, Phase::kExpand},
                                              {"R__on_v", false, "R__v", Phase::kExpand},
                                              {"R__rows", true, "R__on_v"}});
  Options options;
  options.phase = Phase::kExpand;
  const Report report = up(set, options);
  EXPECT_EQ(names(report), "001_people,R__early");
  EXPECT_EQ(names(report.postponed), "002_drop_old,R__v,R__on_v,R__rows");
  options.phase = Phase::kContract;
  EXPECT_EQ(names(up(set, options)), "002_drop_old,R__v,R__on_v,R__rows");
  EXPECT_EQ(session_.get("SELECT id FROM w"), "1");
}

// psql sends the rows of a script as they stand there.
TEST_F(Again, RowsOfASeedKeepTheirLineEndsInAScript) {
  SetBuilder builder;
  builder.add(1, "c", {"CREATE TABLE c (id int, name text)"});
  builder.add(0, "rows", {"COPY c FROM stdin"}).repeatable();
  MigrationSet set = changed(builder, {{"R__rows", true}});
  const std::string_view rows = "1\tone\r\n2\ttwo\r\n";
  const CopyRows copy{0, 2, "c", {&rows, 1}};
  lists_.back().back().up.copies = {&copy, 1};
  set.migrations = lists_.back();
  const std::string path = testing::TempDir() + "/again_" + std::to_string(getpid()) + ".sql";
  const std::string script = psql_script(set, {}, "base", "R__rows");
  std::ofstream(path) << script;
  const std::string command =
      "psql -X -q -v ON_ERROR_STOP=1 -d '" + database_.conninfo() + "' -f " + path;
  // NOLINTNEXTLINE(cert-env33-c): psql is what the script is for
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(session_.list("SELECT id || name FROM c ORDER BY id"), "1one,2two") << script;
  std::remove(path.c_str());
}

// In a schema of a tenant's, what was made in public by another search path is found out.
TEST_F(Again, ATenantsPathIsLookedAtBeforeEachCommit) {
  session_.run("CREATE SCHEMA t1; CREATE TABLE public.mine (id int)");
  Options options;
  options.schema = "t1";
  const std::vector<std::string> ways = {
      "SET search_path = public", "SET LOCAL search_path TO public",
      "SELECT set_config('search_path', 'public', true)", "RESET search_path"};
  for (const std::string& way : ways) {
    SetBuilder builder;
    builder.add(1, "notes", {way, "CREATE TABLE notes (id int)"}).leaks({"search_path"});
    const Error error = failure(builder.set(), options);
    EXPECT_EQ(error.kind(), ErrorKind::kFailed) << way;
    EXPECT_EQ(error.detail().message,
              "at its end the search path of 001_notes does not begin with the schema \"t1\" any "
              "more: what it names without a schema is in another one");
    EXPECT_EQ(error.detail().migration_name, "001_notes");
    EXPECT_NE(error.detail().hint.find("take SET search_path"), std::string::npos);
    EXPECT_FALSE(has_relation("notes")) << way;
  }
  SetBuilder good;
  good.add(1, "notes",
           {"SET LOCAL search_path = public", "CREATE TABLE IF NOT EXISTS mine (id int)",
            "SET LOCAL search_path = t1, public", "CREATE TABLE notes (id int)"});
  good.add(2, "none", {"SET LOCAL search_path = ''", "CREATE TABLE t1.more (id int)"});
  EXPECT_EQ(up(good.set(), options).applied.size(), 2U);
  EXPECT_TRUE(has_relation("t1.notes"));
}

TEST_F(Again, SoIsThatOfStatementsOutsideATransaction) {
  session_.run("CREATE SCHEMA t1");
  Options options;
  options.schema = "t1";
  SetBuilder builder;
  builder.add(1, "notes", {"SET search_path = public", "CREATE TABLE notes (id int)"})
      .outside_transaction()
      .leaks({"search_path"});
  const Error error = failure(builder.set(), options);
  EXPECT_NE(error.detail().message.find("does not begin with the schema \"t1\""), std::string::npos)
      << error.detail().message;
  EXPECT_NE(error.detail().hint.find("all its steps have run and stay"), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
