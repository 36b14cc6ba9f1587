// SPDX-License-Identifier: Apache-2.0
//
// --before-cmd: once, before anything, and a failure stops the run.
#include "fixture.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

namespace godwit::test {
namespace {

class BeforeCommand : public CommandLine {
 protected:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / unique_name("godwit_before_");
  std::string file_ = (folder_ / "said").string();

  BeforeCommand() { std::filesystem::create_directory(folder_); }
  ~BeforeCommand() override { std::filesystem::remove_all(folder_); }

  std::string said() const {
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }
  static std::string before(const std::string& command) { return "--before-cmd=" + command; }
};

TEST_F(BeforeCommand, RunsWhenSomethingIsPending) {
  const Outcome first = run({"up", before("echo ran >> " + file_)});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.last_line(), "3 applied, 0 skipped, 0 failed");
  EXPECT_EQ(said(), "ran\n");
  EXPECT_EQ(run({"up", before("echo again >> " + file_)}).code, 0);
  EXPECT_EQ(run({"up", "--dry-run", before("echo dry >> " + file_)}).code, 0);
  EXPECT_EQ(said(), "ran\n");
}

TEST_F(BeforeCommand, FindsTheDatabaseByItself) {
  const Outcome outcome = run(
      {"up", before("psql -X -A -t -c \"SELECT current_database(), to_regclass('users') IS NULL, "
                    "'$GODWIT_SET $GODWIT_COMMAND $GODWIT_COUNT'\" > " +
                    file_)});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(said(), database_.name() + "|t|main up 3\n");
  EXPECT_EQ(run({"up", before("pg_dump -s -f " + file_)}).code, 0);
}

TEST_F(BeforeCommand, HasThePasswordInItsEnvironmentAlone) {
  const std::string url = database_.conninfo() + " password=very-secret";
  Child child([&] {
    setenv("GODWIT_URL", url.c_str(), 1);
    setenv("PGSERVICE", "none", 1);
    std::string name = "app";
    std::string command = "up";
    std::string option = before("echo \"$PGPASSWORD ${PGSERVICE-unset}\" > " + file_ +
                                "; cat /proc/$$/cmdline; exit 3");
    char* arguments[] = {name.data(), command.data(), option.data(), nullptr};
    unsetenv("PGSERVICE");
    return run_cli(3, arguments, builder_.set());
  });
  EXPECT_EQ(child.wait(), 1);
  EXPECT_EQ(said(), "very-secret unset\n");
  EXPECT_EQ((child.out() + child.err()).find("very-secret"), std::string::npos) << child.err();
}

TEST_F(BeforeCommand, AFailureStopsTheRun) {
  const Outcome outcome = run({"up", before("echo the disk is full >&2; exit 7")});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("--before-cmd ended with exit status 7"), std::string::npos);
  EXPECT_NE(outcome.err.find("the disk is full"), std::string::npos);
  EXPECT_NE(outcome.err.find("nothing was changed"), std::string::npos);
  EXPECT_EQ(outcome.last_line(), "0 applied, 0 skipped, 1 failed") << outcome.out;
  EXPECT_FALSE(has_relation("schema_migrations"));

  const Outcome killed = run({"up", "--json", before("echo loud; kill -9 $$")});
  EXPECT_EQ(killed.code, 1);
  const std::string last = killed.last_line();
  EXPECT_NE(Json::parse(last)["error"]["message"].get<std::string>().find("ended by signal 9"),
            std::string::npos)
      << last;
  EXPECT_EQ(killed.out.substr(0, killed.out.find('\n')).find("loud"), std::string::npos)
      << "stdout is JSON's";
  EXPECT_EQ(run({"up", before("no-such-program")}).code, 1);
}

TEST_F(BeforeCommand, OnlyTheEndOfALongOutputIsInTheError) {
  const Outcome outcome = run({"up", "--json", before("seq 1 20000; echo the reason; exit 1")});
  const std::string detail = Json::parse(outcome.last_line())["error"]["detail"];
  EXPECT_LT(detail.size(), 3000U);
  EXPECT_NE(detail.find("20000\nthe reason"), std::string::npos);
}

TEST_F(BeforeCommand, EndsAtItsTimeoutWithAllThatItStarted) {
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome =
      run({"up", "--before-timeout=500ms", before("sleep 60 & echo $! > " + file_ + "; wait")});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("did not end within 500 ms"), std::string::npos) << outcome.err;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{15});
  const pid_t sleeper = std::stoi(said());
  for (int i = 0; i < 500 && kill(sleeper, 0) == 0; ++i) {
    std::ifstream status(fmt::format("/proc/{}/stat", sleeper));
    std::string text;
    std::getline(status, text);
    if (text.find(") Z ") != std::string::npos) {
      break;  // it is dead, and its new parent has not looked yet
    }
    usleep(10'000);
    ASSERT_LT(i, 499) << "it still runs";
  }
}

/// Runs, and is not only waiting for its parent to look.
bool is_running(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(status, text);
  return kill(process, 0) == 0 && text.find(") Z ") == std::string::npos;
}

TEST_F(BeforeCommand, EndsWhatDoesNotListenToo) {
  Child child = start(
      {"up", before("sh -c 'trap \"\" TERM INT; echo $$ > " + file_ + "; exec sleep 60' & wait")});
  for (int i = 0; i < 1000 && said().empty(); ++i) {
    usleep(10'000);
  }
  child.kill(SIGINT);
  EXPECT_EQ(child.wait(), 130) << child.err();
  EXPECT_FALSE(is_running(std::stoi(said())));
}

// The next replica does not begin its backup while this one's is under way.
TEST_F(BeforeCommand, DiesWithItsRunToTheLastGrandchild) {
  const std::string other = (folder_ / "other").string();
  Child first = start({"up", before("sh -c 'echo $$ > " + file_ + "; sleep 60; true'; true")});
  for (int i = 0; i < 1000 && said().empty(); ++i) {
    usleep(10'000);
  }
  const pid_t grandchild = std::stoi(said());
  Child second =
      start({"up", before("kill -0 " + std::to_string(grandchild) + " && grep -v ') Z ' /proc/" +
                          std::to_string(grandchild) + "/stat > " + other + "; true")});
  first.kill(SIGKILL);
  first.wait();
  EXPECT_EQ(second.wait(), 0) << second.err();
  EXPECT_FALSE(is_running(grandchild));
  std::stringstream alive;
  alive << std::ifstream(other).rdbuf();
  EXPECT_EQ(alive.str(), "") << "both ran at a time";
}

TEST_F(BeforeCommand, AnOutputWithNulBytesIsShownToItsEnd) {
  const Outcome outcome =
      run({"up", "--json", before("printf 'before\\0after\\n'; echo the reason; exit 1")});
  const std::string detail = Json::parse(outcome.last_line())["error"]["detail"];
  EXPECT_EQ(detail, "beforeafter\nthe reason");
}

TEST_F(BeforeCommand, CtrlCEndsIt) {
  Child child = start({"up", before("echo $$ > " + file_ + "; sleep 60")});
  for (int i = 0; i < 1000 && said().empty(); ++i) {
    usleep(10'000);
  }
  child.kill(SIGINT);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(child.wait(), 130) << child.err();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{15});
  EXPECT_FALSE(has_relation("schema_migrations"));
}

TEST_F(BeforeCommand, OneOfFiveReplicasRunsIt) {
  std::vector<Child> replicas;
  for (int i = 0; i < 5; ++i) {
    replicas.push_back(start({"up", before("echo ran >> " + file_ + "; sleep 0.5")}));
  }
  for (Child& replica : replicas) {
    EXPECT_EQ(replica.wait(), 0) << replica.err();
  }
  EXPECT_EQ(said(), "ran\n");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(BeforeCommand, ADeadHoldersWorkIsTakenUpByTheNext) {
  Child first = start({"up", before("echo first >> " + file_ + "; sleep 60")});
  for (int i = 0; i < 1000 && said().empty(); ++i) {
    usleep(10'000);
  }
  Child second = start({"up", before("echo second >> " + file_)});
  first.kill(SIGKILL);
  first.wait();
  EXPECT_EQ(second.wait(), 0) << second.err();
  EXPECT_EQ(said(), "first\nsecond\n");
  EXPECT_EQ(applied(), "1,7,10");
}

TEST_F(BeforeCommand, BelongsToDownAndRedoToo) {
  SetBuilder builder;
  builder.add(1, "one", {"CREATE TABLE one (id int)"}).down("DROP TABLE one");
  migrate(database_.conninfo(), builder.set());
  const std::string note = before("echo $GODWIT_COMMAND >> " + file_);
  Child redo(body_of(builder, {"redo", note}));
  EXPECT_EQ(redo.wait(), 0) << redo.err();
  EXPECT_EQ(said(), "down\n") << "once for both parts";
  Child down(body_of(builder, {"down", note}));
  EXPECT_EQ(down.wait(), 0) << down.err();
  EXPECT_EQ(said(), "down\ndown\n");
  EXPECT_EQ(applied(), "");
}

}  // namespace
}  // namespace godwit::test
