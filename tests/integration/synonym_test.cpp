// SPDX-License-Identifier: Apache-2.0
//
// Commands and options by the names that other tools have for them, and what no command may do
// under --dry-run.
#include "command_line.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace godwit::test {
namespace {

class Synonyms : public CommandLine {
 protected:
  Synonyms() {
    builder_.add(11, "notes", {"CREATE TABLE notes (id int)"})
        .down("DROP TABLE notes")
        .depends_on({1})
        .tag("v1");
  }

  std::string everything() {
    return session_.get(
               "SELECT coalesce(string_agg(c.relname || ' ' || c.xmin, ', ' ORDER BY c.relname), "
               "'') FROM "
               "pg_class AS c WHERE c.relnamespace = 'public'::regnamespace") +
           (has_relation("schema_migrations")
                ? session_.get("SELECT string_agg(concat(h.*, h.xmin), ', ' ORDER BY id) FROM "
                               "schema_migrations AS h") +
                      session_.get("SELECT count(*) FROM schema_migrations_log")
                : "");
  }
};

TEST_F(Synonyms, OfUpAndDown) {
  for (const char* name : {"apply-all", "upgrade", "migrate", "deploy"}) {
    const Outcome outcome = run({name, "--dry-run"});
    EXPECT_EQ(outcome.code, 0) << name << outcome.err;
    EXPECT_NE(outcome.out.find("pending  011_notes\n4 would be applied"), std::string::npos)
        << name;
  }
  EXPECT_EQ(run({"deploy"}).last_line(), "4 applied, 0 skipped, 0 failed");
  for (const char* name : {"downgrade", "rollback", "revert"}) {
    const Outcome outcome = run({name, "--dry-run"});
    EXPECT_EQ(outcome.code, 0) << name << outcome.err;
    EXPECT_NE(outcome.out.find("to undo  011_notes\n"), std::string::npos) << name << outcome.out;
  }
  EXPECT_EQ(run({"--status"}).code, 0);
  EXPECT_EQ(run({"show", "@v1"}).out, run({"info", "11"}).out);
  EXPECT_EQ(run({"revert"}).last_line(), "1 undone, 0 failed");
  EXPECT_EQ(run({"up", "@v1"}).last_line(), "1 applied, 3 skipped, 0 failed");
}

/// With 0 for what is a digit in each `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
std::string without_run_ids(std::string text) {
  constexpr std::string_view kShape = "00000000-0000-0000-0000-000000000000";
  const auto fits = [](char c, char shape) {
    return shape == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
  };
  for (std::size_t at = 0; at + kShape.size() <= text.size(); ++at) {
    if (std::equal(kShape.begin(), kShape.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                   [&](char shape, char c) { return fits(c, shape); })) {
      text.replace(at, kShape.size(), kShape);
    }
  }
  return text;
}

TEST_F(Synonyms, UpAndDownWithSqlAreSql) {
  // Each script has a run's number of its own.
  const auto script = [&](const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return without_run_ids(outcome.out);
  };
  EXPECT_EQ(script({"up", "--sql"}), script({"sql"}));
  EXPECT_EQ(script({"up", "1", "--sql", "--from=base"}), script({"sql", "--to=1"}));
  EXPECT_EQ(script({"up", "@v1", "--sql"}), script({"sql", "--to=11"}));
  EXPECT_EQ(script({"upgrade", "--sql", "--from=1", "--to=7"}),
            script({"sql", "--from=1", "--to=7"}));
  EXPECT_EQ(script({"down", "--sql"}), script({"sql", "--from=head", "--to=10"}));
  EXPECT_EQ(script({"down", "--sql", "--from=11", "1"}), script({"sql", "--from=head", "--to=10"}));
  EXPECT_EQ(script({"down", "--sql", "--to=@v1"}), script({"sql", "--from=head", "--to=@v1"}));
  EXPECT_NE(run({"down", "--sql"}).out.find("DROP TABLE notes"), std::string::npos);
  EXPECT_EQ(run({"down", "--sql", "9"}).code, 1) << "001_users has no down section";
  EXPECT_FALSE(has_relation("users"));
}

TEST_F(Synonyms, InfoWithSqlShowsTheSections) {
  const Outcome outcome = run({"info", "11", "--sql"});
  EXPECT_NE(outcome.out.find("\n-- up (migrations/011_notes.sql)\nCREATE TABLE notes (id int);\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("\n-- down (migrations/011_notes.down.sql)\nDROP TABLE notes"),
            std::string::npos);
  const Json json = Json::parse(run({"info", "11", "--sql", "--json"}).out);
  EXPECT_EQ(json["sql"]["down"], "DROP TABLE notes");
  EXPECT_TRUE(json["sql"]["verify"].is_null());
}

TEST_F(Synonyms, ADryRunWritesNothing) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"up"}, {"apply", "7"}, {"stamp", "head"}, {"baseline", "7"}}) {
    const std::string before = everything();
    std::vector<std::string> dry = command;
    dry.emplace_back("--dry-run");
    EXPECT_EQ(run(dry).code, 0) << command[0];
    EXPECT_EQ(everything(), before) << command[0];
  }
  run({"up"});
  const std::string applied = everything();
  EXPECT_EQ(run({"redo", "--dry-run"}).code, 0);
  EXPECT_EQ(everything(), applied);
  session_.run(
      "UPDATE schema_migrations SET checksum = 'x', migration_name = 'y' WHERE "
      "migration_number = 7");
  EXPECT_EQ(run({"redo", "--dry-run"}).code, 4) << "as redo, which could not apply it again";
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"down"},
                                             {"forget", "11"},
                                             {"accept"},
                                             {"repair", "--write"},
                                             {"up", "--on-drift=accept"}}) {
    const std::string before = everything();
    std::vector<std::string> dry = command;
    dry.emplace_back("--dry-run");
    EXPECT_EQ(run(dry).code, 0) << command[0];
    EXPECT_EQ(everything(), before) << command[0];
  }
}

TEST_F(Synonyms, ValidateNamesWhatCannotBeUndone) {
  builder_.add(12, "gone", {"SELECT 1"}).depends_on({1}).irreversible("it is only read");
  run({"up"});
  const Outcome outcome = run({"validate"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.out.find("no down:  001_users\nno down:  007_crm\nno down:  010_team\nvalid:"),
            std::string::npos)
      << outcome.out;
  const Json json = Json::parse(run({"validate", "--json"}).out);
  EXPECT_EQ(json["without_down"], Json::array({"001_users", "007_crm", "010_team"}));
}

TEST_F(Synonyms, OrderDecidesOverALateArrival) {
  SetBuilder early("main");
  early.add(1, "users", {"CREATE TABLE users (id int)"});
  early.add(10, "team", {"CREATE TABLE team (id int)"});
  up(early.set());
  SetBuilder late("main");
  late.add(1, "users", {"CREATE TABLE users (id int)"});
  late.add(5, "silent", {"CREATE TABLE silent (id int)"});
  late.add(6, "declared", {"CREATE TABLE declared (id int)"}).depends_on({1});
  late.add(10, "team", {"CREATE TABLE team (id int)"});
  const auto run_late = [&](std::vector<std::string> arguments) {
    Child child(body_of(late, arguments));
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  };
  for (const char* order : {"--order=graph", "--order=linear"}) {
    const Outcome outcome = run_late({"up", order});
    EXPECT_EQ(outcome.code, 4) << order;
    EXPECT_NE(outcome.err.find("005_silent arrives late"), std::string::npos) << outcome.err;
    EXPECT_FALSE(has_relation("declared"));
  }
  EXPECT_EQ(run_late({"apply", "6", "--order=linear"}).code, 4);
  EXPECT_EQ(run_late({"up", "--order=any"}).last_line(), "2 applied, 2 skipped, 0 failed");
}

TEST_F(Synonyms, TablesFitATerminalAndAreWholeInAPipe) {
  builder_.add(12, "a_migration_with_a_name_that_is_longer_than_most_names_are", {"SELECT 1"})
      .depends_on({1});
  run({"up"});
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"status"}, {"history"}, {"history", "-v"}, {"list"}, {"validate"}, {"check"}}) {
    const std::string screen = run_on_terminal(body(command), 80);
    std::size_t begin = 0;
    while (begin < screen.size()) {
      const std::size_t end = std::min(screen.find('\n', begin), screen.size());
      std::string line = screen.substr(begin, end - begin);
      // Without colours, and in characters.
      for (std::size_t at = line.find('\x1b'); at != std::string::npos; at = line.find('\x1b')) {
        line.erase(at, line.find('m', at) - at + 1);
      }
      const auto width = std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U && c != '\r';
      });
      if (line.find(", PostgreSQL ") == std::string::npos) {  // how long the server's name is
        EXPECT_LE(width, 80) << command[0] << ": " << line;
      }
      begin = end + 1;
    }
  }
  const std::string piped = run({"status"}).out;
  EXPECT_EQ(piped.find("\u2026"), std::string::npos);
  EXPECT_EQ(piped.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
