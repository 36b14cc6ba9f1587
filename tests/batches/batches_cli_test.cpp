// SPDX-License-Identifier: Apache-2.0
//
// Batches from a terminal: what the embedded command line says of them, and what Ctrl-C leaves.
#include "fixture_of_batches.hpp"

#include <godwit/cli.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace godwit::test {
namespace {

using Json = nlohmann::json;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

class BatchedCommands : public Batched {
 protected:
  std::function<int()> body(const std::vector<std::string>& arguments) const {
    return [this, arguments] {
      setenv("GODWIT_URL", database_.conninfo().c_str(), 1);
      unsetenv("DATABASE_URL");
      setenv("NO_COLOR", "1", 1);
      std::vector<std::string> all = {"app"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& argument : all) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(all.size()), pointers.data(), set());
    };
  }
  Child begin(const std::vector<std::string>& arguments) const { return Child(body(arguments)); }

  Outcome run(const std::vector<std::string>& arguments) const {
    Child child = begin(arguments);
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }

  // Leaves 1000 of 3000 rows behind it.
  void interrupt() const {
    Child child = begin({"apply", "011"});
    wait_for_cursor(11);
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    child.kill(SIGINT);
    EXPECT_EQ(child.wait(), 130) << child.err();
  }

  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_F(BatchedCommands, CtrlCKeepsWhatIsDoneAndStatusSaysHowMuch) {
  fill_items(3000);
  interrupt();
  EXPECT_EQ(row(11).substr(0, 24), "running|0|1|{0,1000,3000");
  EXPECT_EQ(touched(), "1000|1000");
  Outcome status = run({"status"});
  EXPECT_TRUE(has(status.out, "partial 0/1, 33 %")) << status.out;
  status = run({"info", "011"});
  EXPECT_TRUE(has(status.out, "33 %")) << status.out;
  const Json json = Json::parse(run({"status", "--json"}).out);
  for (const Json& entry : json["migrations"]) {
    if (entry["version"] == 11) {
      EXPECT_EQ(entry["batch"]["rows"], 1000);
      EXPECT_EQ(entry["batch"]["total_rows"], 3000);
    }
  }
  EXPECT_EQ(run({"check"}).code, 3);
}

TEST_F(BatchedCommands, JsonLinesTellRowsRateAndTimeLeft) {
  fill_items(3000);
  const Outcome outcome = run({"apply", "002", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::vector<Json> progress;
  for (std::string line; std::getline(lines, line);) {
    Json json = Json::parse(line);
    if (json["event"] == "progress") {
      progress.push_back(std::move(json));
    }
  }
  ASSERT_GE(progress.size(), 2U) << outcome.out;
  EXPECT_EQ(progress.front()["rows"], 500);
  EXPECT_EQ(progress.front()["percent"], 16);
  EXPECT_EQ(progress.front()["total_rows"], 3000);
  EXPECT_GT(progress.front()["rows_per_second"], 0);
  EXPECT_GT(progress.front()["left_ms"], 0);
  EXPECT_EQ(progress.back()["percent"], 100);
  EXPECT_EQ(progress.back()["rows"], 3000);
  EXPECT_EQ(progress.back()["migration"], "002_count_items");
}

TEST_F(BatchedCommands, ATerminalSeesHowFarItIs) {
  fill_items(3000);
  const std::string screen = run_on_terminal(body({"apply", "002", "--color=never"}), 120);
  EXPECT_TRUE(has(screen, "002_count_items (1 of 1), 500 of about 3000 rows, ")) << screen;
  EXPECT_TRUE(has(screen, " s left 16 %")) << screen;
}

TEST_F(BatchedCommands, PlanDryRunAndRehearsalSayThatThereAreBatches) {
  fill_items(1000);
  const Outcome plan = run({"plan", "--to", "002"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_TRUE(has(plan.out, "002_count_items, outside a transaction, 1 step")) << plan.out;
  EXPECT_TRUE(has(plan.out, "     6  in batches of 500 rows by id, 2 ms between two")) << plan.out;
  const Json json = Json::parse(run({"plan", "--to", "002", "--json"}).out);
  EXPECT_EQ(json["migrations"][0]["batches"][0]["size"], 500);
  EXPECT_EQ(json["migrations"][0]["batches"][0]["key"], "id");
  EXPECT_EQ(run({"up", "--dry-run"}).code, 0);
  const Outcome rehearsal = run({"up", "--rehearse", "--to", "002"});
  EXPECT_TRUE(
      has(rehearsal.out + rehearsal.err, "it runs in batches, each a transaction of its own"))
      << rehearsal.out << rehearsal.err;
  EXPECT_EQ(touched(), "0|0");
}

class BatchedScript : public BatchedCommands {
 protected:
  std::string psql(const std::string& script, int* code) const {
    const std::string path = "/tmp/" + unique_name("godwit_batches") + ".sql";
    std::ofstream(path) << script;
    FILE* pipe =
        popen(("psql -X -q -d '" + database_.conninfo() + "' -f " + path + " 2>&1").c_str(), "r");
    std::string text;
    char buffer[4096];
    for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
      text.append(buffer, size);
    }
    *code = pclose(pipe);
    unlink(path.c_str());
    return text;
  }
  // What stands between the comments of two migrations; 001 is there already.
  std::string part_of_script(const std::string& name) const {
    const Outcome outcome = run({"sql"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::size_t begin = outcome.out.find("\n-- " + name + "\n");
    EXPECT_NE(begin, std::string::npos) << outcome.out;
    const std::size_t end = outcome.out.find("\n-- 0", begin + 1);
    return "\\set ON_ERROR_STOP on\n" + outcome.out.substr(begin, end - begin);
  }
};

TEST_F(BatchedScript, PsqlDoesTheSame) {
  fill_items(2600);
  session_.run(
      "INSERT INTO tenant_items SELECT i % 5, i, 0 FROM generate_series(1, 1000) AS i;"
      R"(INSERT INTO "Odd words" VALUES (''), ('it''s'), ('a\b'), ('{x,y}'), ('"q"'), ('Über'))");
  const std::string todo =
      session_.get("SELECT count(*) FROM items WHERE state = 'todo' OR state IS NULL");
  for (const char* name : {"002_count_items", "004_tenants", "006_words"}) {
    int code = -1;
    const std::string said = psql(part_of_script(name), &code);
    EXPECT_EQ(code, 0) << said;
  }
  EXPECT_EQ(touched(), todo + "|" + todo);
  EXPECT_EQ(session_.get("SELECT count(DISTINCT xmin::text) FROM items WHERE n = 1"), "6");
  EXPECT_EQ(session_.get("SELECT count(*) FROM tenant_items WHERE n <> 1"), "0");
  EXPECT_EQ(session_.get("SELECT count(*) FROM \"Odd words\" WHERE n <> 1"), "0");
  EXPECT_EQ(row(2), "applied|1|1|no cursor|free");
}

TEST_F(BatchedScript, UpGoesOnWhereAScriptFailed) {
  fill_items(1000);
  session_.run(
      "UPDATE items SET divisor = 0 WHERE id = (SELECT id FROM items ORDER BY id OFFSET "
      "450 LIMIT 1); TRUNCATE touched");
  int code = -1;
  const std::string said = psql(part_of_script("009_divide"), &code);
  EXPECT_NE(code, 0);
  EXPECT_TRUE(has(said, "division by zero")) << said;
  EXPECT_EQ(touched(), "400|400");
  session_.run(
      "ALTER TABLE items DISABLE TRIGGER touch; UPDATE items SET divisor = 1; ALTER TABLE "
      "items ENABLE TRIGGER touch");
  apply("009");
  EXPECT_EQ(touched(), "1000|1000");
}

// A cursor means the same whatever the session's DateStyle is.
TEST_F(BatchedScript, UpGoesOnWithTheDatesOfAScript) {
  session_.run(
      "INSERT INTO moments SELECT timestamptz '2024-10-20' + i * interval '17 hours' FROM "
      "generate_series(1, 100) AS i");
  watch("moments");
  session_.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT count(*) "
      "FROM touched) >= 40 THEN RAISE EXCEPTION 'enough'; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER refuse BEFORE UPDATE ON moments FOR EACH ROW EXECUTE FUNCTION refuse()");
  int code = -1;
  std::string script = part_of_script("007_moments");
  const std::string said = psql(script, &code);
  EXPECT_NE(code, 0);
  EXPECT_TRUE(has(said, "enough")) << said;
  EXPECT_TRUE(has(row(7), "\"2024-")) << row(7);
  session_.run("DROP TRIGGER refuse ON moments");
  apply("007");
  EXPECT_EQ(touched(), "100|100");
}

}  // namespace
}  // namespace godwit::test
