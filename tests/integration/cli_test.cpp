// SPDX-License-Identifier: Apache-2.0
//
// The embedded command line: what it prints, and how it ends.
#include "command_line.hpp"

#include <csignal>
#include <thread>

#include <fmt/format.h>

namespace godwit::test {
namespace {

TEST_F(CommandLine, UpAppliesAndSumsUpInTheLastLine) {
  const Outcome first = run({"up"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.last_line(), "3 applied, 0 skipped, 0 failed");
  EXPECT_NE(first.out.find("applied  001_users  ("), std::string::npos) << first.out;
  EXPECT_EQ(first.err, "");
  EXPECT_EQ(first.out.find('\x1b'), std::string::npos) << "no colours without a terminal";
  const Outcome second = run({"up"});
  EXPECT_EQ(second.code, 0);
  EXPECT_EQ(second.out, "0 applied, 3 skipped, 0 failed\n");
}

TEST_F(CommandLine, AliasesAreTheSameCommand) {
  for (const char* alias : {"apply-all", "upgrade", "migrate"}) {
    EXPECT_EQ(run({alias}).code, 0) << alias;
  }
  EXPECT_EQ(run({"upgrade", "head"}).code, 0);
  EXPECT_EQ(run({"--status"}).out.substr(0, 20), run({"status"}).out.substr(0, 20));
}

TEST_F(CommandLine, FailureIsOneErrorAndOneSummary) {
  builder_.add(12, "bad", {"CREATE TABLE half (id int)", "SELECT  nope FROM users"});
  const Outcome outcome = run({"up"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.last_line(), "3 applied, 0 skipped, 1 failed");
  EXPECT_EQ(outcome.err,
            "migrations/012_bad.sql:2:9: error: column \"nope\" does not exist [42703]\n"
            "SELECT  nope FROM users;\n"
            "        ^\n");
  const Outcome status = run({"status"});
  EXPECT_NE(status.out.find("012_bad: last failure "), std::string::npos) << status.out;
  EXPECT_NE(status.out.find("column \"nope\" does not exist [42703] at migrations/012_bad.sql:2"),
            std::string::npos)
      << status.out;
  EXPECT_EQ(status.last_line(), "3 applied, 1 pending");
}

TEST_F(CommandLine, UpInJsonIsLinesThatEndInTheReport) {
  const Outcome outcome = run({"up", "--json"});
  EXPECT_EQ(outcome.code, 0);
  std::vector<Json> lines;
  std::string rest = outcome.out;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    lines.push_back(Json::parse(rest.substr(0, end)));
    rest.erase(0, end + 1);
  }
  ASSERT_EQ(lines.size(), 9U) << outcome.out;
  EXPECT_EQ(lines[0]["event"], "started");
  EXPECT_EQ(lines[1]["event"], "applying");
  EXPECT_EQ(lines[1]["migration"], "001_users");
  EXPECT_EQ(lines[2]["event"], "applied");
  EXPECT_EQ(lines[8]["event"], "report");
  EXPECT_EQ(lines[8]["ok"], true);
  EXPECT_EQ(lines[8]["exit_code"], 0);
  EXPECT_EQ(lines[8]["applied"].size(), 3U);
  EXPECT_EQ(lines[8]["applied"][1]["version"], 7);

  builder_.add(12, "bad", {"SELECT nope"});
  const Outcome failure = run({"up", "--json"});
  EXPECT_EQ(failure.code, 1);
  EXPECT_EQ(failure.err, "");
  const Json report = Json::parse(failure.last_line());
  EXPECT_EQ(report["ok"], false);
  EXPECT_EQ(report["exit_code"], 1);
  EXPECT_EQ(report["skipped"], 3);
  EXPECT_EQ(report["failed"], 1);
  EXPECT_EQ(report["error"]["sqlstate"], "42703");
  EXPECT_EQ(report["error"]["line"], 1);
  EXPECT_EQ(report["error"]["column"], 8);
  EXPECT_EQ(report["error"]["version"], 12);
}

TEST_F(CommandLine, AFailedReportHasItsRunAndItsDatabase) {
  builder_.add(12, "bad", {"SELECT 1 / 0"});
  const Json report = Json::parse(run({"up", "--json"}).last_line());
  EXPECT_EQ(report["exit_code"], 1);
  EXPECT_EQ(report["run_id"],
            session_.get("SELECT run_id FROM schema_migrations_log WHERE event = 'failed'"));
  EXPECT_NE(report["database"].get<std::string>().find("/" + database_.name()), std::string::npos);
  EXPECT_EQ(report["applied"].size(), 3U);
  const Json down = Json::parse(run({"down", "--json"}).last_line());
  EXPECT_EQ(down["ok"], false) << "it has no down section";
  EXPECT_EQ(down["database"], report["database"]);
  EXPECT_EQ(down["run_id"].get<std::string>().size(), 36U);
  const Outcome nowhere = run({"up", "--json", "--url", "host=/nonexistent"});
  EXPECT_TRUE(Json::parse(nowhere.last_line())["database"].is_null());
}

TEST_F(CommandLine, DryRunSaysWhatAndWritesNothing) {
  const Outcome outcome = run({"up", "--dry-run"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.out.find("pending  007_crm\n"), std::string::npos) << outcome.out;
  EXPECT_FALSE(has_relation("users"));
}

TEST_F(CommandLine, CheckAnswersByItsExitCode) {
  EXPECT_EQ(run({"check"}).code, 3);
  EXPECT_EQ(run({"up"}).code, 0);
  EXPECT_EQ(run({"check"}).code, 0);
  session_.run("UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 7");
  const Outcome drift = run({"check"});
  EXPECT_EQ(drift.code, 4);
  EXPECT_NE(drift.err.find("`accept 007_crm`"), std::string::npos) << drift.err;
  EXPECT_NE(drift.err.find("007_crm was applied on "), std::string::npos) << drift.err;
  const Json json = Json::parse(run({"check", "--json"}).out);
  EXPECT_EQ(json["exit_code"], 4);
  EXPECT_EQ(json["error"]["kind"], "drift");
}

TEST_F(CommandLine, WaitEndsWhenAnotherHasAppliedEverything) {
  const Outcome busy = run({"wait", "--wait=200ms"});
  EXPECT_EQ(busy.code, 6);
  EXPECT_NE(busy.out.find("waiting  3 migrations are pending (001_users, 007_crm, 010_team)"),
            std::string::npos)
      << busy.out;
  EXPECT_NE(busy.err.find("nobody applied it before the deadline"), std::string::npos) << busy.err;
  EXPECT_FALSE(has_relation("users"));
  Child waiter = start({"wait", "--json"});
  EXPECT_EQ(run({"up"}).code, 0);
  EXPECT_EQ(waiter.wait(), 0) << waiter.err();
  const std::string last = waiter.out().substr(waiter.out().rfind("\n{", waiter.out().size()) + 1);
  EXPECT_EQ(Json::parse(last)["ok"], true) << waiter.out();
  EXPECT_EQ(run({"wait"}).out, "up to date: 3 migrations are applied\n");
}

TEST_F(CommandLine, ValidateListsEveryDifference) {
  run({"up"});
  EXPECT_EQ(run({"validate"}).code, 0);
  session_.run("UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 10");
  EXPECT_EQ(run({"validate"}).last_line().substr(0, 14), "1 difference; ");
  session_.run(
      "UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 10;"
      "DELETE FROM schema_migrations WHERE migration_number = 1;"
      "INSERT INTO schema_migrations (migration_name, migration_number, migration_set, kind, "
      "state, run_id) VALUES ('099_other', 99, 'main', 'versioned', 'applied', "
      "gen_random_uuid())");
  const Outcome outcome = run({"validate"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.out.find("010_team was applied on"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("099_other is applied, but this build does not know it"),
            std::string::npos);
  EXPECT_NE(outcome.out.find("migration 7 depends on migration 1, but 1 has not been applied"),
            std::string::npos);
  EXPECT_NE(outcome.out.find("001_users arrives late"), std::string::npos);
  session_.run("UPDATE schema_migrations SET breaking = true WHERE migration_number = 99");
  EXPECT_EQ(run({"validate"}).code, 5);
  EXPECT_EQ(run({"up"}).code, 5);
}

TEST_F(CommandLine, StatusListAndInfoShowWhatThereIs) {
  const Outcome before = run({"status"});
  EXPECT_EQ(before.code, 0) << before.err;
  EXPECT_NE(before.out.find("no history table yet"), std::string::npos);
  EXPECT_EQ(before.last_line(), "0 applied, 3 pending");
  run({"up"});
  const Outcome status = run({"status"});
  EXPECT_EQ(status.last_line(), "3 applied, 0 pending");
  EXPECT_NE(status.out.find("MIGRATION  STATE    APPLIED AT"), std::string::npos) << status.out;
  EXPECT_EQ(run({"list"}).out, "applied  001_users\napplied  007_crm\napplied  010_team\n");
  for (const char* target : {"7", "007", "007_crm", "crm"}) {
    const Outcome info = run({"info", target});
    EXPECT_EQ(info.code, 0) << info.err;
    EXPECT_NE(info.out.find("Dependencies  001_users\nDependants    010_team\n"), std::string::npos)
        << info.out;
  }
  EXPECT_EQ(run({"info", "8"}).code, 2);
  const Json json = Json::parse(run({"info", "10", "--json"}).out);
  EXPECT_EQ(json["state"], "applied");
  EXPECT_EQ(json["dependencies"], Json::array({"007_crm"}));
  EXPECT_EQ(Json::parse(run({"status", "--json"}).out)["counts"]["applied"], 3);
}

TEST_F(CommandLine, VersionNeedsNoDatabase) {
  Child child = start({"version", "--url", "host=/nowhere"});
  EXPECT_EQ(child.wait(), 0);
  EXPECT_NE(child.out().find("Head          010_team\n"), std::string::npos) << child.out();
}

TEST_F(CommandLine, UsageErrorsAreTwoAndHelpIsZero) {
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_EQ(run({"up", "--help"}).code, 0);
  EXPECT_EQ(run({"help"}).code, 0);
  EXPECT_NE(run({"help"}).out.find("Exit codes:"), std::string::npos);
  EXPECT_NE(run({"help"}).out.find("Show every migration"), std::string::npos);
  EXPECT_EQ(run({"help"}).out, run({"--help"}).out);
  EXPECT_EQ(run({"help", "up"}).out, run({"up", "--help"}).out);
  EXPECT_NE(run({"help", "up"}).out.find("app up"), std::string::npos) << run({"help", "up"}).out;
  EXPECT_EQ(run({"help", "upp"}).code, 2);
  EXPECT_NE(run({"help", "upp"}).err.find("there is no command upp"), std::string::npos);
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"upp"}).code, 2);
  EXPECT_EQ(run({"up", "--wait", "soon"}).code, 2);
  EXPECT_EQ(run({"up", "--order", "random"}).code, 2);
  EXPECT_EQ(run({"up", "--url", "postgresql://u:secret@[bad/db"}).code, 2);
}

TEST_F(CommandLine, AnEmptyArgumentIsNotLeftOut) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"up", ""},
                                             {"up", "--to", ""},
                                             {"down", ""},
                                             {"up", "--set", ""},
                                             {"up", "--url", ""}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments.back();
    EXPECT_NE(outcome.err.find(" is empty\n"), std::string::npos) << outcome.err;
  }
  EXPECT_EQ(run({"up", "4", "--to=5"}).code, 2);
  EXPECT_FALSE(has_relation("users"));
  run({"up"});
  EXPECT_EQ(run({"down", "4", "--to=4"}).code, 2);
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(CommandLine, StatusAsAFlagNeverMigrates) {
  EXPECT_EQ(run({"up", "--status"}).last_line(), "0 applied, 3 pending");
  EXPECT_EQ(run({"up", "1", "--status"}).code, 2);
  EXPECT_EQ(run({"down", "--status"}).code, 2);
  EXPECT_EQ(run({"status", "--status"}).code, 0);
  EXPECT_FALSE(has_relation("users"));
}

TEST_F(CommandLine, AMistypedWordGetsAdvice) {
  const auto said = [&](const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_EQ(said({"stauts"}), "error: there is no command stauts\nHINT: did you mean `status`?\n");
  EXPECT_EQ(said({"help", "stauts"}), said({"stauts"}));
  EXPECT_EQ(said({"up", "--dry-rum"}),
            "error: there is no option --dry-rum\nHINT: did you mean `--dry-run`?\n");
  EXPECT_EQ(said({"nothing-like-it"}),
            "error: there is no command nothing-like-it\nHINT: `app help` lists them\n");
  EXPECT_EQ(said({"status", "more"}),
            "error: \"more\" is one word more than `app status` takes\n"
            "HINT: `app status --help` says what it takes\n");
}

TEST_F(CommandLine, UsageErrorsInJsonAreOneObject) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"stauts", "--json"},
                                             {"--json"},
                                             {"up", "--json", "--phase=x"},
                                             {"up", "", "--json"},
                                             {"help", "upp", "--json"},
                                             {"fresh", "--json"},
                                             {"up", "--wait=soon", "--json"},
                                             {"up", "--jobs=4", "--json"},
                                             {"down", "--schemas=t%", "--json"},
                                             {"up", "--schemas=t%", "--rehearse", "--json"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments.front();
    EXPECT_EQ(outcome.err, "") << arguments.front();
    const Json json = Json::parse(outcome.out);
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["exit_code"], 2);
    EXPECT_EQ(json["error"]["kind"], "usage");
  }
  const Json help = Json::parse(run({"help", "up", "--json"}).out);
  EXPECT_EQ(help["ok"], true);
  EXPECT_EQ(help["help"], run({"up", "--help"}).out);
}

TEST_F(CommandLine, HelpFitsATerminalAndNamesEveryOption) {
  for (const char* command :
       {"",         "up",      "plan",     "apply",  "down",    "redo",    "stamp",
        "baseline", "forget",  "accept",   "repair", "adopt",   "history", "current",
        "heads",    "pending", "graph",    "verify", "sql",     "status",  "list",
        "info",     "check",   "validate", "wait",   "version", "seed"}) {
    const std::string text = run(*command == 0 ? std::vector<std::string>{"--help"}
                                               : std::vector<std::string>{command, "--help"})
                                 .out;
    std::size_t width = 0;
    for (const char c : text) {
      const bool is_continuation = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
      width = c == '\n' ? 0 : width + (is_continuation ? 0 : 1);
      ASSERT_LE(width, 80U) << command << ": " << text;
    }
    EXPECT_NE(text.find("--json"), std::string::npos) << command;
  }
  const std::string up = run({"up", "--help"}).out;
  for (const char* option : {"--dry-run", "--wait", "--lock-timeout", "--phase", "--order",
                             "--role", "--json", "--yes", "--create-db", "app help"}) {
    EXPECT_NE(up.find(option), std::string::npos) << option;
  }
  EXPECT_EQ(run({"status", "--help"}).out.find("--phase"), std::string::npos) << "it only reads";
}

TEST_F(CommandLine, WhatAFailedPartDidNotTouchIsNotSkipped) {
  builder_.add(12, "bad", {"SELECT nope"});
  builder_.add(13, "after", {"SELECT 1"});
  EXPECT_EQ(run({"up", "1"}).code, 0);
  EXPECT_EQ(run({"up", "--to=12"}).last_line(), "2 applied, 1 skipped, 1 failed");
  EXPECT_EQ(run({"up", "1"}).last_line(), "0 applied, 3 skipped, 1 failed");
  const Outcome outcome = run({"apply", "12", "--json"});
  EXPECT_EQ(Json::parse(outcome.last_line())["skipped"], 3);
}

TEST_F(CommandLine, VerifyOfNothingSaysSo) {
  EXPECT_EQ(run({"verify"}).last_line(),
            "nothing is applied, 3 pending: there was nothing to verify");
  run({"up"});
  EXPECT_EQ(run({"verify"}).out.find("nothing is applied"), std::string::npos);
}

TEST_F(CommandLine, AnswersOfOneAreInTheSingular) {
  run({"up"});
  EXPECT_EQ(run({"check"}).out, "up to date: 3 migrations are applied\n");
  SetBuilder one("other");
  one.add(1, "only", {"CREATE TABLE only_one (id int)"})
      .verify({"SELECT true"})
      .alias("first")
      .irreversible("the data is gone");
  Child child(body_of(one, {"up"}));
  ASSERT_EQ(child.wait(), 0) << child.err();
  Child check(body_of(one, {"check"}));
  check.wait();
  EXPECT_EQ(check.out(), "up to date: 1 migration is applied\n");
  Child info(body_of(one, {"info", "1"}));
  info.wait();
  for (const char* line : {"Alias         first\n", "Verify        1 query\n",
                           "Down          no, irreversible: the data is gone\n"}) {
    EXPECT_NE(info.out().find(line), std::string::npos) << info.out();
  }
}

TEST_F(CommandLine, AnAnswerThatIsLostIsAFailure) {
  run({"up"});
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"status"}, {"list"}, {"status", "--json"}, {"version"}, {"up", "--json"}, {"help"}}) {
    Child child([this, arguments] {
      EXPECT_NE(std::freopen("/dev/full", "w", stdout), nullptr);
      setenv("GODWIT_URL", database_.conninfo().c_str(), 1);
      std::vector<std::string> all = {"app"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& argument : all) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(all.size()), pointers.data(), builder_.set());
    });
    EXPECT_EQ(child.wait(), 1) << arguments.front();
    EXPECT_NE(child.err().find("error: the output could not be written"), std::string::npos)
        << child.err();
  }
}

TEST_F(CommandLine, CannotConnectIsSeven) {
  const Outcome outcome = run({"up", "--url", "host=/nonexistent dbname=x user=me"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_NE(outcome.err.find("cannot connect to me@/nonexistent:"), std::string::npos)
      << outcome.err;
  EXPECT_EQ(outcome.last_line(), "0 applied, 0 skipped, 1 failed");
}

TEST_F(CommandLine, ColoursOnlyWhenAskedFor) {
  EXPECT_NE(run({"up", "--color=always"}).out.find("\x1b[32mapplied\x1b[0m"), std::string::npos);
}

TEST_F(CommandLine, VerboseShowsNoticesAndSql) {
  builder_.add(12, "notice", {"DO $$ BEGIN RAISE NOTICE 'hello'; END $$"});
  const Outcome outcome = run({"up", "-vv"});
  EXPECT_NE(outcome.out.find("NOTICE: hello"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("CREATE TABLE users (id int);"), std::string::npos);
  EXPECT_EQ(run({"up", "--quiet"}).out, "0 applied, 4 skipped, 0 failed\n");
}

TEST_F(CommandLine, ATerminalShowsABarThatIsTakenAwayAgain) {
  const auto up = [&](const char* terminal, const char* no_color = "") {
    const Database database;
    return run_on_terminal(
        [&]() -> int {
          setenv("TERM", terminal, 1);
          setenv("NO_COLOR", no_color, 1);  // empty is as if it were not there
          const std::string url = database.conninfo();
          std::string arguments[] = {"app", "up", "--url", url};
          char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                          arguments[3].data(), nullptr};
          return run_cli(4, argv, builder_.set());
        },
        40);
  };
  const std::string text = up("xterm");
  EXPECT_NE(text.find("\r\x1b[K\x1b[2m[>                   ] 001_users (1 of…\x1b[0m"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\r\x1b[K\x1b[32mapplied\x1b[0m  001_users"), std::string::npos) << text;
  const std::string dumb = up("dumb");
  EXPECT_EQ(dumb.find('\x1b'), std::string::npos) << dumb;
  EXPECT_NE(dumb.find("applied  001_users"), std::string::npos) << dumb;
  // https://no-color.org: no colour, and the bar is drawn all the same.
  const std::string plain = up("xterm", "1");
  EXPECT_EQ(plain.find("\x1b[3"), std::string::npos) << plain;
  EXPECT_EQ(plain.find("\x1b[2m"), std::string::npos) << plain;
  EXPECT_NE(plain.find("applied  001_users"), std::string::npos) << plain;
}

TEST_F(CommandLine, SignalsRollBackAndEndIn130) {
  builder_.add(12, "slow", {"CREATE TABLE slow (id int)", "SELECT pg_sleep(60)"});
  for (const int signal : {SIGINT, SIGTERM}) {
    Child child = start({"up"});
    wait_for_sleeper();
    const auto start_time = std::chrono::steady_clock::now();
    child.kill(signal);
    EXPECT_EQ(child.wait(), 130);
    EXPECT_LT(std::chrono::steady_clock::now() - start_time, std::chrono::seconds{2});
    EXPECT_NE(child.err().find("interrupted; 012_slow was rolled back"), std::string::npos)
        << child.err();
    EXPECT_FALSE(has_relation("slow"));
    EXPECT_EQ(applied(), "1,7,10");
    EXPECT_EQ(session_.get("SELECT concat_ws('|', event, message) FROM schema_migrations_log WHERE "
                           "migration_name = '012_slow' ORDER BY id DESC LIMIT 1"),
              "failed|interrupted; 012_slow was rolled back");
  }
}

// The first asks the server to cancel; a server that does not answer is left by the second.
TEST_F(CommandLine, ASecondSignalEndsItAtOnce) {
  builder_.add(12, "slow", {"CREATE TABLE slow (id int)", "SELECT pg_sleep(60)"});
  Child child = start({"up"});
  wait_for_sleeper();
  const auto backend = static_cast<pid_t>(std::stoi(
      session_.get("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
                   "current_database()")));
  ASSERT_EQ(::kill(backend, SIGSTOP), 0) << "the server's process cannot be stopped";
  child.kill(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds{400});
  EXPECT_EQ(::kill(child.pid(), 0), 0) << "it waits for the server's word";
  const auto start_time = std::chrono::steady_clock::now();
  child.kill(SIGINT);
  EXPECT_EQ(child.wait(), 1000 + SIGINT);
  EXPECT_LT(std::chrono::steady_clock::now() - start_time, std::chrono::milliseconds{500});
  ::kill(backend, SIGCONT);
  wait_for(
      "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
      "current_database()");
  EXPECT_FALSE(has_relation("slow"));
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(CommandLine, ARoleThatMayOnlyReadRunsCheckAndStatus) {
  const Role role(database_);
  run({"up"});
  session_.run("GRANT SELECT ON schema_migrations TO " + role.name());
  const std::string url = "--url=" + database_.conninfo_as(role.name());
  EXPECT_EQ(run({"check", url}).code, 0);
  EXPECT_EQ(run({"status", url}).code, 0);
  EXPECT_EQ(run({"up", url}).code, 0) << "there is nothing to do";
  builder_.add(12, "more", {"CREATE TABLE more (id int)"});
  EXPECT_EQ(run({"check", url}).code, 3);
  const Outcome status = run({"status", url});
  EXPECT_EQ(status.code, 0);
  EXPECT_NE(status.out.find("012_more"), std::string::npos) << status.out;
  EXPECT_EQ(run({"up", url}).code, 8);
}

}  // namespace
}  // namespace godwit::test
