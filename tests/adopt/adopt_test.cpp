// SPDX-License-Identifier: Apache-2.0
//
// `adopt` against the tables of each tool: what matches, what is unknown or missing, whose checksum
// differs, and what a tool left half done.
#include "tools.hpp"

namespace godwit::test {
namespace {

std::string all_names(const MigrationSet& set) {
  std::string text;
  for (const Migration& migration : set.migrations) {
    text += text.empty() ? "" : ",";
    text += migration.full_name;
  }
  return text;
}

class EachTool : public Adopting, public ::testing::WithParamInterface<ForeignSet> {
 protected:
  EachTool() { load(GetParam().tool); }

  bool is_in_place() const { return GetParam().tool == "seed000"; }

  std::string all_recorded() const {
    std::string text;
    for (const Migration& migration : GetParam().set->migrations) {
      text += text.empty() ? "" : ",";
      text += std::string(migration.full_name) + ":" + GetParam().tool;
    }
    return text;
  }
};

std::string test_name(const ::testing::TestParamInfo<ForeignSet>& tested) {
  std::string name = tested.param.tool;
  std::erase(name, '-');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Adopt, EachTool, ::testing::ValuesIn(foreign_sets()), test_name);

TEST_P(EachTool, IsFoundAndMatched) {
  const ForeignSet& foreign = GetParam();
  const std::string before = contents(foreign.table);

  const Json dry = adopt_json(foreign, {"--dry-run"});
  EXPECT_EQ(dry["exit_code"], 0) << dry;
  EXPECT_EQ(dry["tool"], foreign.tool);
  EXPECT_EQ(dry["table"], foreign.table);
  EXPECT_EQ(dry["written"], false);
  EXPECT_EQ(names(dry["matched"]), all_names(*foreign.set));
  EXPECT_TRUE(dry["unknown"].empty()) << dry;
  EXPECT_TRUE(dry["missing"].empty()) << dry;
  EXPECT_EQ(dry["adopted"], foreign.set->migrations.size());
  for (const Json& entry : dry["matched"]) {
    EXPECT_EQ(entry["checksum"], foreign.has_checksums ? "holds" : "not_compared") << entry;
    EXPECT_EQ(entry["applied_at"].is_null(), !foreign.has_times) << entry;
    EXPECT_EQ(entry["recorded_before"], false);
  }
  EXPECT_EQ(contents(foreign.table), before);
  EXPECT_FALSE(!is_in_place() && has_relation(std::string(foreign.set->history_table)));

  const Outcome done = adopt(foreign);
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.last_line(),
            std::to_string(foreign.set->migrations.size()) + " adopted, 0 unknown, 0 missing");
  EXPECT_EQ(recorded(foreign), all_recorded());
  if (!is_in_place()) {
    EXPECT_EQ(contents(foreign.table), before);
  }
  const std::string log = std::string(foreign.set->history_table) + "_log";
  EXPECT_EQ(session_.get("SELECT count(*) FROM " + log + " WHERE event = 'adopted' AND message " +
                         "LIKE '%" + foreign.table + "'"),
            std::to_string(foreign.set->migrations.size()));

  const Outcome again = adopt(foreign);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.last_line().substr(0, 16), "nothing to adopt") << again.out;
  EXPECT_EQ(adopt(foreign, {"--from=" + foreign.tool}).code, 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM " + log),
            std::to_string(foreign.set->migrations.size()));
  const Report report = up(*foreign.set);
  EXPECT_TRUE(report.applied.empty());
  EXPECT_EQ(report.skipped, foreign.set->migrations.size());
}

TEST_P(EachTool, TimesAreKept) {
  const ForeignSet& foreign = GetParam();
  const std::string table(foreign.set->history_table);
  ASSERT_EQ(adopt(foreign, {"--from=" + foreign.tool}).code, 0);
  const std::string recent = session_.get(
      "SELECT count(*) FROM " + table +
      " WHERE executed_at BETWEEN now() - interval '5 min' AND now() + interval '1 min'");
  // diesel's own first migration, and what stands before a version of golang-migrate.
  EXPECT_EQ(recent, foreign.has_times ? "0" : std::to_string(foreign.set->migrations.size()));
}

TEST_P(EachTool, AFileThatIsNotTheOneThatWasApplied) {
  const ForeignSet& foreign = GetParam();
  if (!foreign.has_checksums) {
    const Json report = adopt_json(foreign);
    EXPECT_EQ(report["matched"][0]["checksum"], "not_compared");
    return;
  }
  if (foreign.tool == "flyway") {
    session_.run("UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '1.1'");
  } else if (foreign.tool == "sqlx") {
    session_.run(
        "UPDATE _sqlx_migrations SET checksum = sha384(checksum) "
        "WHERE description = 'clients'");
  } else if (foreign.tool == "sqitch") {
    session_.run(
        "UPDATE sqitch.changes SET script_hash = reverse(script_hash) "
        "WHERE change = 'clients'");
  } else if (foreign.tool == "seed004") {
    session_.run(
        "UPDATE schema_migrations SET checksum = reverse(checksum) "
        "WHERE migration_file LIKE '%clients%'");
  } else {
    session_.run("UPDATE " + foreign.table + " SET checksum = reverse(checksum) WHERE " +
                 (foreign.tool == "seed000" ? "migration_number = 7" : "version = '002'"));
  }
  std::string file;
  for (const Migration& migration : foreign.set->migrations) {
    file = migration.name == "clients" ? std::string(migration.up.file) : file;
  }
  const Outcome outcome = adopt(foreign);
  // What these two keep is SHA-256 only as far as one can tell.
  const bool only_warns = foreign.tool == "seed000" || foreign.tool == "seed004";
  EXPECT_EQ(outcome.code, only_warns ? 0 : 4) << outcome.err;
  EXPECT_NE(outcome.err.find(file + ": not what "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("checksum differs"), std::string::npos) << outcome.out;
  if (only_warns) {
    return;
  }
  EXPECT_FALSE(has_relation(std::string(foreign.set->history_table)));
  EXPECT_EQ(adopt(foreign, {"--on-drift=warn", "--dry-run"}).code, 0);
  EXPECT_EQ(adopt(foreign, {"--on-drift=accept"}).code, 0);
  EXPECT_EQ(recorded(foreign), all_recorded());
  EXPECT_EQ(run_cli_code(foreign, {"check"}), 0);
}

TEST_P(EachTool, AMissingRowIsAppliedByUp) {
  const ForeignSet& foreign = GetParam();
  const MigrationSet& set = *foreign.set;
  const std::string last(set.migrations.back().full_name);
  const std::string tool = foreign.tool;
  session_.run("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL)");
  session_.run("CREATE TABLE clients (id bigint PRIMARY KEY, user_id bigint)");
  if (tool == "flyway") {
    session_.run("DELETE FROM flyway_schema_history WHERE version = '2'");
  } else if (tool == "alembic") {
    session_.run(
        "UPDATE alembic_version SET version_num = '5c1d2e3f4a22' "
        "WHERE version_num LIKE '9%'");
    session_.run("DELETE FROM alembic_version WHERE version_num LIKE '77%'");
  } else if (tool == "goose") {
    session_.run("DELETE FROM goose_db_version WHERE version_id = 3");
  } else if (tool == "golang-migrate") {
    session_.run("UPDATE schema_migrations SET version = 2");
  } else if (tool == "sqitch") {
    session_.run(
        "DELETE FROM sqitch.dependencies; DELETE FROM sqitch.changes "
        "WHERE change = 'team'");
  } else if (tool == "seed000") {
    session_.run("DELETE FROM schema_migrations WHERE migration_number = 10");
  } else if (tool == "seed003") {
    session_.run("DELETE FROM _schema_migrations WHERE version = '003'");
  } else if (tool == "seed004") {
    session_.run("DELETE FROM schema_migrations WHERE migration_file LIKE '%team%'");
  } else {
    session_.run("DELETE FROM " + foreign.table + " WHERE version::text LIKE '20240103%'");
  }
  const Json report = adopt_json(foreign);
  EXPECT_EQ(report["exit_code"], 0) << report;
  EXPECT_EQ(names(report["missing"]), tool == "alembic" ? "003_team,004_audit" : last);
  EXPECT_EQ(run_cli_code(foreign, {"up"}), 0);
  EXPECT_EQ(session_.get("SELECT count(*) FROM information_schema.columns WHERE table_name = "
                         "'clients' AND column_name = 'team'"),
            "1");
}

TEST_P(EachTool, AnUnknownRowIsRefusedUnlessAllowed) {
  const ForeignSet& foreign = GetParam();
  const std::string tool = foreign.tool;
  std::string unknown = "20990101000000";
  if (tool == "flyway") {
    session_.run(
        "INSERT INTO flyway_schema_history SELECT 4, '9.1', 'later', type, "
        "'V9.1__later.sql', 1, installed_by, now(), 1, true FROM flyway_schema_history "
        "WHERE version = '1'");
    unknown = "V9.1__later.sql";
  } else if (tool == "alembic") {
    session_.run("INSERT INTO alembic_version VALUES ('ffff00001111')");
    unknown = "ffff00001111";
  } else if (tool == "goose") {
    session_.run(
        "INSERT INTO goose_db_version (version_id, is_applied) "
        "VALUES (20990101000000, true)");
  } else if (tool == "golang-migrate") {
    session_.run("UPDATE schema_migrations SET version = 20990101000000");
  } else if (tool == "sqlx") {
    session_.run(
        "INSERT INTO _sqlx_migrations VALUES (20990101000000, 'later', now(), true, "
        "'\\x00', -1)");
    unknown += " later";
  } else if (tool == "sqitch") {
    session_.run(
        "INSERT INTO sqitch.changes SELECT 'abc', 'def', 'later', project, note, now(), "
        "committer_name, committer_email, planned_at, planner_name, planner_email FROM "
        "sqitch.changes WHERE change = 'team'");
    unknown = "later";
  } else if (tool == "seed000") {
    session_.run(
        "INSERT INTO schema_migrations (migration_name, migration_number, checksum) "
        "VALUES ('099_later', 99, 'x')");
    unknown = "099_later";
  } else if (tool == "seed003") {
    session_.run("INSERT INTO _schema_migrations VALUES ('099', 'V099__later.sql', 'x')");
    unknown = "V099__later.sql";
  } else if (tool == "seed004") {
    session_.run("INSERT INTO schema_migrations VALUES ('postgres', '099_later.sql')");
    unknown = "099_later.sql";
  } else {
    session_.run("INSERT INTO " + foreign.table + " (version) VALUES ('20990101000000')");
  }
  const Outcome refused = adopt(foreign);
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.err.find("has what this set does not contain: " + unknown +
                             "; nothing was "
                             "adopted"),
            std::string::npos)
      << refused.err;
  EXPECT_FALSE(has_relation(std::string(foreign.set->history_table) + "_log"));
  const Json report = adopt_json(foreign, {"--allow-unknown"});
  EXPECT_EQ(report["exit_code"], 0) << report;
  EXPECT_EQ(report["unknown"], Json::array({unknown}));
  EXPECT_EQ(report["adopted"], foreign.set->migrations.size());
  EXPECT_EQ(run_cli_code(foreign, {"check"}), 0);
}

class AdoptOne : public Adopting {};

TEST_F(AdoptOne, WhatIsDirtyIsRefused) {
  const auto refuses = [&](const std::string& tool, const std::string& what) {
    const Outcome outcome = adopt(foreign_set(tool), {"--from=" + tool});
    EXPECT_EQ(outcome.code, 9) << tool << outcome.err;
    EXPECT_NE(outcome.err.find(" in " + what + ": nobody can tell"), std::string::npos)
        << outcome.err;
    EXPECT_FALSE(has_relation(std::string(foreign_set(tool).set->history_table) + "_log")) << tool;
  };
  load("golang-migrate");
  session_.run("UPDATE schema_migrations SET dirty = true");
  refuses("golang-migrate", "3");
  session_.run("DROP TABLE schema_migrations");
  load("flyway");
  session_.run("UPDATE flyway_schema_history SET success = false WHERE version = '2'");
  refuses("flyway", "V2__team.sql");
  session_.run("DROP TABLE flyway_schema_history");
  load("sqlx");
  session_.run("UPDATE _sqlx_migrations SET success = false WHERE description = 'team'");
  refuses("sqlx", "20240103120000 team");
}

TEST_F(AdoptOne, FlywaysLastWordOnAVersionCounts) {
  const ForeignSet& flyway = foreign_set("flyway");
  load("flyway");
  session_.run(
      "INSERT INTO flyway_schema_history VALUES "
      "(4, '2', 'team', 'UNDO_SQL', 'U2__team.sql', 5, 'postgres', now(), 1, true)");
  EXPECT_EQ(names(adopt_json(flyway, {"--dry-run"})["missing"]), "2_team");
  session_.run(
      "INSERT INTO flyway_schema_history SELECT 5, version, description, type, script, "
      "checksum, installed_by, now(), 1, false FROM flyway_schema_history WHERE "
      "installed_rank = 3");
  EXPECT_EQ(adopt(flyway).code, 9);
  session_.run(
      "INSERT INTO flyway_schema_history VALUES "
      "(6, '2', 'team', 'DELETE', 'V2__team.sql', NULL, 'postgres', now(), 0, true)");
  EXPECT_EQ(names(adopt_json(flyway)["matched"]), "1_users,1.1_clients");
}

TEST_F(AdoptOne, AFlywayBaselineStandsForAllBeforeIt) {
  const ForeignSet& flyway = foreign_set("flyway");
  load("flyway");
  session_.run("DELETE FROM flyway_schema_history WHERE version <> '2'");
  session_.run(
      "INSERT INTO flyway_schema_history VALUES (1, '1.1.0', '<< Flyway Baseline >>', "
      "'BASELINE', '<< Flyway Baseline >>', NULL, 'postgres', '2020-01-01', 0, true)");
  const Json report = adopt_json(flyway);
  EXPECT_EQ(names(report["matched"]), "1_users,1.1_clients,2_team");
  EXPECT_EQ(report["matched"][0]["checksum"], "not_compared");
  EXPECT_TRUE(report["matched"][0]["applied_at"].is_null());
  EXPECT_EQ(report["matched"][2]["checksum"], "holds");
}

TEST_F(AdoptOne, GoosesLastRowCounts) {
  const ForeignSet& goose = foreign_set("goose");
  load("goose");
  // goose before 3 writes a row for what it undoes.
  session_.run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, false)");
  EXPECT_EQ(names(adopt_json(goose, {"--dry-run"})["missing"]), "00003_team");
  session_.run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, true)");
  EXPECT_TRUE(adopt_json(goose)["missing"].empty());
}

TEST_F(AdoptOne, AHeadOfAlembicBringsItsAncestors) {
  load("alembic");
  session_.run("DELETE FROM alembic_version WHERE version_num LIKE '9%'");
  const Json report = adopt_json(foreign_set("alembic"));
  EXPECT_EQ(names(report["matched"]), "001_users,004_audit") << "002 is no ancestor of 004";
  EXPECT_EQ(names(report["missing"]), "002_clients,003_team");
}

TEST_F(AdoptOne, ARegistryOfSqitchMayHaveOtherProjects) {
  load("sqitch");
  session_.run(
      "INSERT INTO sqitch.projects (project, creator_name, creator_email) "
      "VALUES ('other', 'a', 'b')");
  session_.run(
      "INSERT INTO sqitch.changes SELECT 'abc', 'def', 'orders', 'other', note, now(), "
      "committer_name, committer_email, planned_at, planner_name, planner_email FROM "
      "sqitch.changes WHERE change = 'team'");
  const Outcome outcome = adopt(foreign_set("sqitch"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err,
            "warning: sqitch.changes has other (1) too, of which this set has nothing: left "
            "alone\n");
}

TEST_F(AdoptOne, AnotherNameBehindTheSameNumberIsAnotherMigration) {
  load("seed000");
  session_.run(
      "UPDATE schema_migrations SET migration_name = '007_billing' "
      "WHERE migration_number = 7");
  const Outcome outcome = adopt(foreign_set("seed000"));
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("does not contain: 007_billing"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("not applied, but before 010_team, which is: 007_clients") !=
                std::string::npos,
            true)
      << outcome.err;
}

TEST_F(AdoptOne, TwoTablesAreNotGuessedAt) {
  load("flyway");
  load("goose");
  const Outcome outcome = adopt(foreign_set("flyway"));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("there are 2 tables to adopt from: public.flyway_schema_history "
                             "(flyway), public.goose_db_version (goose)"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(adopt(foreign_set("flyway"), {"--from=flyway", "--dry-run"}).code, 0);
  EXPECT_EQ(adopt(foreign_set("flyway"), {"--table=flyway_schema_history"}).code, 0);
}

TEST_F(AdoptOne, AToolThatIsNoneNeedsNoServerToBeSaid) {
  AdoptOptions wanted;
  wanted.from = "liquibase";
  const Error error =
      failure_of([&] { Migrator("host=/nowhere", *foreign_sets().front().set).adopt(wanted); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(error.what()).find("there is no \"liquibase\" to adopt from"),
            std::string::npos)
      << error.what();
}

TEST_F(AdoptOne, ATableElsewhere) {
  load("dbmate");
  session_.run(
      "CREATE SCHEMA old; ALTER TABLE schema_migrations SET SCHEMA old; "
      "ALTER TABLE old.schema_migrations RENAME TO \"Versions\"");
  const ForeignSet& dbmate = foreign_set("dbmate");
  const Outcome none = adopt(dbmate);
  EXPECT_EQ(none.code, 2) << "a column `version` alone says nothing";
  EXPECT_NE(none.err.find("no history table of another tool"), std::string::npos) << none.err;
  EXPECT_EQ(adopt(dbmate, {"--from=dbmate"}).code, 2);
  EXPECT_EQ(adopt(dbmate, {"--table=old.nothing", "--from=dbmate"}).code, 2);
  EXPECT_EQ(adopt(dbmate, {"--table=old.Versions", "--from=goose"}).code, 2);
  EXPECT_EQ(adopt(dbmate, {"--from=rails"}).code, 2);
  const Json report = adopt_json(dbmate, {"--table=old.Versions", "--from=dbmate"});
  EXPECT_EQ(report["table"], "old.Versions");
  EXPECT_EQ(report["adopted"], 3);
}

TEST_F(AdoptOne, ATenantsTableForThatTenantAlone) {
  const ForeignSet& flyway = foreign_set("flyway");
  load("flyway");
  session_.run("CREATE SCHEMA t1; ALTER TABLE flyway_schema_history SET SCHEMA t1");
  const Outcome outcome = adopt(flyway, {"--schema=t1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.last_line(), "3 adopted, 0 unknown, 0 missing");
  EXPECT_EQ(session_.list("SELECT DISTINCT target_schema FROM schema_migrations"), "t1");
  EXPECT_EQ(run_cli_code(flyway, {"check", "--schema=t1"}), 0);
}

TEST_F(AdoptOne, OurTableNeedsAnotherNameThanTheirs) {
  load("golang-migrate");
  const Outcome outcome =
      adopt(foreign_set("golang-migrate"), {"--history-table=schema_migrations"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("it looks like golang-migrate's; nothing was touched"),
            std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("then `adopt` takes over"), std::string::npos) << outcome.err;
}

TEST_F(AdoptOne, OnATerminalItShowsAndAsks) {
  const ForeignSet& flyway = foreign_set("flyway");
  load("flyway");
  const TerminalOutcome no = answer_on_terminal(body_of(flyway, {"adopt"}), "n\n");
  EXPECT_EQ(no.code, 130) << no.screen;
  EXPECT_NE(no.screen.find("matched  1.1_clients  V1.1__clients.sql"), std::string::npos)
      << no.screen;
  EXPECT_NE(no.screen.find("Record 3 as applied, without running them? [y/N] "), std::string::npos)
      << no.screen;
  EXPECT_FALSE(has_relation("schema_migrations"));
  EXPECT_EQ(answer_on_terminal(body_of(flyway, {"adopt", "--dry-run"}), "").code, 0);
  EXPECT_EQ(answer_on_terminal(body_of(flyway, {"adopt"}), "y\n").code, 0);
  EXPECT_EQ(recorded(flyway), "1_users:flyway,1.1_clients:flyway,2_team:flyway");
}

TEST_F(AdoptOne, AnotherRoleOwnsWhatIsMade) {
  load("flyway");
  const Role role(database_);
  session_.run("GRANT ALL ON SCHEMA public TO " + role.name());
  const Outcome denied = adopt(foreign_set("flyway"), {"--role=" + role.name()});
  EXPECT_EQ(denied.code, 8) << denied.err;
  session_.run("GRANT SELECT ON flyway_schema_history TO " + role.name());
  const Outcome done = adopt(foreign_set("flyway"), {"--role=" + role.name()});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(session_.get("SELECT tableowner FROM pg_tables WHERE tablename = 'schema_migrations'"),
            role.name());
}

TEST_F(AdoptOne, WhatWasRecordedBeforeStays) {
  const ForeignSet& flyway = foreign_set("flyway");
  load("flyway");
  ASSERT_EQ(run_cli_code(flyway, {"stamp", "1_users"}), 0);
  const Outcome outcome = adopt(flyway);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.last_line(), "2 adopted, 0 unknown, 0 missing");
  EXPECT_NE(outcome.out.find("recorded  1_users"), std::string::npos) << outcome.out;
  EXPECT_EQ(recorded(flyway), "1_users:stamp,1.1_clients:flyway,2_team:flyway");
}

}  // namespace
}  // namespace godwit::test
