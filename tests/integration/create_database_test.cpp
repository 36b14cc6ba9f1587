// SPDX-License-Identifier: Apache-2.0
//
// `up --create-db`: a database that is missing.
#include "command_line.hpp"

#include <godwit/database.hpp>

#include <memory>

namespace godwit::test {
namespace {

class CreateDatabase : public CommandLine {
 protected:
  ~CreateDatabase() override {
    session_.run("DROP DATABASE IF EXISTS " + quoted_ + " WITH (FORCE)");
  }

  std::string conninfo() const { return server_conninfo() + " dbname='" + name_ + "'"; }
  Outcome up(const std::vector<std::string>& more = {"--create-db"}) {
    std::vector<std::string> arguments = {"up", "--url", conninfo()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  std::string name_ = unique_name("gw Odd\"One");
  std::string quoted_ = "\"" + std::string(name_).replace(name_.find('"'), 1, "\"\"") + "\"";
};

TEST_F(CreateDatabase, MakesItAndGoesOn) {
  EXPECT_EQ(up({}).code, 7);
  EXPECT_EQ(up({"--create-db", "--dry-run"}).code, 7) << "a dry run makes nothing";
  const Outcome outcome = up();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out.substr(0, 21), "created the database\n");
  EXPECT_EQ(outcome.last_line(), "3 applied, 0 skipped, 0 failed");
  const Outcome again = up();
  EXPECT_EQ(again.out, "0 applied, 3 skipped, 0 failed\n");
}

TEST_F(CreateDatabase, FiftyReplicasMakeOne) {
  std::vector<std::unique_ptr<Child>> replicas;
  for (int i = 0; i < 50; ++i) {
    replicas.push_back(
        std::make_unique<Child>(start({"up", "--create-db", "--json", "--url", conninfo()})));
  }
  std::size_t applied = 0;
  for (const auto& replica : replicas) {
    EXPECT_EQ(replica->wait(), 0) << replica->err() << replica->out();
    const std::string text = replica->out().substr(0, replica->out().size() - 1);
    applied += Json::parse(text.substr(text.rfind('\n') + 1))["applied"].size();
  }
  EXPECT_EQ(applied, 3U);
}

TEST_F(CreateDatabase, ARoleThatMayNotIsTold) {
  const Role role(database_);
  const std::string url =
      server_conninfo() + " user=" + role.name() + " dbname=" + unique_name("gw_none");
  const Outcome outcome = run({"up", "--create-db", "--url", url});
  EXPECT_EQ(outcome.code, 8) << outcome.err;
  EXPECT_NE(outcome.err.find("ALTER ROLE \"" + role.name() + "\" CREATEDB"), std::string::npos)
      << outcome.err;
}

TEST_F(CreateDatabase, WhatIsThereIsLeftAlone) {
  EXPECT_FALSE(create_database(database_.conninfo()));
  EXPECT_EQ(run({"up", "--create-db"}).last_line(), "3 applied, 0 skipped, 0 failed");
  const Outcome nowhere = run({"up", "--create-db", "--url", "host=/nonexistent"});
  EXPECT_EQ(nowhere.code, 7) << nowhere.err;
}

}  // namespace
}  // namespace godwit::test
