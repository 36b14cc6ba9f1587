// SPDX-License-Identifier: Apache-2.0
//
// A canary for a password, in every way in which one can be given and in which a run can fail: it
// is in no output.
#include "command_line.hpp"
#include "own_server.hpp"

#include <cstdlib>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

constexpr const char* kCanary = "c4naryInTheM1ne";

class Secrets : public CommandLine {
 protected:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  // Runs one command with nothing but these settings to connect by, and looks for the canary.
  Outcome run_quietly(const std::vector<std::string>& arguments, const Environment& environment) {
    const MigrationSet& set = builder_.set();
    Child child([&]() -> int {
      for (const char* name : {"GODWIT_URL", "DATABASE_URL", "GODWIT_DIRECT_URL", "PGPASSWORD"}) {
        unsetenv(name);
      }
      for (const auto& [name, value] : environment) {
        setenv(name.c_str(), value.c_str(), 1);
      }
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
    ++runs_;
    EXPECT_EQ(outcome.out.find(kCanary), std::string::npos) << outcome.out;
    EXPECT_EQ(outcome.err.find(kCanary), std::string::npos) << outcome.err;
    return outcome;
  }

  int runs_ = 0;
};

TEST_F(Secrets, AreInNoOutputOfThirtyFailingConnects) {
  const std::string c = kCanary;
  const std::vector<std::string> urls = {
      "postgresql://me:" + c + "@127.0.0.1:1/db",
      "postgresql://me:" + c + "@[::1]:1/db?connect_timeout=1",
      "postgresql://me:" + c + "@[bad/db",
      "postgresql://me:" + c + "@host/db?nonsense=" + c,
      "postgresql://me:%zz" + c + "@host/db",
      "postgresql:///db?host=/nonexistent&password=" + c,
      "postgres//me:" + c + "@host/db",
      "me:" + c + "@127.0.0.1:1/db",
      "postgres://me:pa/" + c + "@127.0.0.1:1/db",
      "postgres://me:pa@" + c + "@127.0.0.1:1/db",
      "host=127.0.0.1 port=1 password=" + c,
      "host=/nonexistent password='" + c,
      "host=/nonexistent password='a\\'" + c + "' nonsense=1",
      "host=127.0.0.1,/nonexistent port=1,2 user=me password=" + c,
  };
  const std::vector<std::vector<std::string>> commands = {
      {"up", "-vv"}, {"up", "--json", "--wait=200ms"}, {"status", "--json"}, {"down", "--json"}};
  for (std::size_t i = 0; i < urls.size(); ++i) {
    SCOPED_TRACE(urls[i]);
    for (std::size_t j = 0; j < 2; ++j) {
      std::vector<std::string> arguments = commands[(2 * i + j) % commands.size()];
      const bool is_option = (i + j) % 2 == 0;
      if (is_option) {
        arguments.insert(arguments.end(), {"--url", urls[i]});
      }
      const Outcome outcome =
          run_quietly(arguments, is_option ? Environment{} : Environment{{"GODWIT_URL", urls[i]}});
      EXPECT_TRUE(outcome.code == 7 || outcome.code == 2) << outcome.code;
    }
  }
  const Environment nowhere = {{"PGHOST", "/nonexistent"}, {"PGPASSWORD", kCanary}};
  EXPECT_EQ(run_quietly({"up", "-vv"}, nowhere).code, 7);
  EXPECT_EQ(run_quietly({"check", "--json"}, nowhere).code, 7);
  EXPECT_EQ(run_quietly({"up", "-vv"}, {{"DATABASE_URL", urls[0]}}).code, 7);
  EXPECT_GE(runs_, 30);
}

TEST_F(Secrets, AreInNoOutputOfARunThatConnects) {
  const OwnServer server;
  const Session admin(server.conninfo("postgres"));
  const std::string c = kCanary;
  admin.run("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD '" + c + "'");
  std::ofstream(server.host() + "/data/pg_hba.conf")
      << "local all guarded scram-sha-256\nlocal all all trust\n";
  admin.run("SELECT pg_reload_conf()");
  const std::string address = "host=" + server.host() + " port=5432 dbname=postgres user=guarded ";

  // Refused.
  const std::string wrong = address + "password=" + c + "x";
  Outcome outcome = run_quietly({"up", "-vv", "--url", wrong}, {});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_NE(outcome.err.find("password authentication failed"), std::string::npos) << outcome.err;
  outcome = run_quietly({"up", "--json", "--url", wrong}, {});
  EXPECT_EQ(Json::parse(outcome.last_line())["error"]["sqlstate"], "28P01");

  // Accepted, from the string, the environment, a password file and a service.
  const std::string& folder = server.host();
  std::ofstream(folder + "/pass") << "*:*:*:*:" << c << "\n";
  chmod((folder + "/pass").c_str(), 0600);
  std::ofstream(folder + "/service")
      << "[s]\nhost=" << server.host()
      << "\nport=5432\ndbname=postgres\nuser=guarded\npassword=" << c << "\n";
  const std::string service_file = folder + "/service";
  EXPECT_EQ(run_quietly({"status", "-vv", "--url", address + "password=" + c}, {}).code, 0);
  EXPECT_EQ(run_quietly({"status", "--json", "--url", address}, {{"PGPASSWORD", c}}).code, 0);
  EXPECT_EQ(run_quietly({"status", "--url", address + "passfile=" + folder + "/pass"}, {}).code, 0);
  EXPECT_EQ(run_quietly({"status", "--url", "service=s"}, {{"PGSERVICEFILE", service_file}}).code,
            0);

  // An error in the middle, and a connection that is lost and made again.
  builder_.add(12, "cut",
               {"DO $$ BEGIN IF to_regclass('cut') IS NULL THEN PERFORM dblink_free(); END IF; "
                "END $$"});
  const Environment environment = {{"GODWIT_URL", address + "password=" + c}};
  outcome = run_quietly({"up", "-vv"}, environment);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  builder_.add(13, "ends", {"SELECT pg_terminate_backend(pg_backend_pid())"});
  admin.run("CREATE TABLE cut ()");
  outcome = run_quietly({"up", "--json"}, environment);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("\"retrying\""), std::string::npos) << outcome.out;
  outcome = run_quietly({"status", "--json"}, environment);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(
      admin.get("SELECT count(*) FROM schema_migrations AS h WHERE h::text LIKE '%" + c + "%'"),
      "0");
  EXPECT_EQ(
      admin.get("SELECT count(*) FROM schema_migrations_log AS l WHERE l::text LIKE '%" + c + "%'"),
      "0");
}

}  // namespace
}  // namespace godwit::test
