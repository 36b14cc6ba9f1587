// SPDX-License-Identifier: Apache-2.0
//
// Several sets in one binary: which database is whose, headings, summaries and exit codes.
#include "fixture.hpp"
#include "process.hpp"

#include <godwit/cli.hpp>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace godwit::test {
namespace {

class Sets : public OnDatabase {
 protected:
  Sets() {
    crm_.add(1, "users", {"CREATE TABLE users (id int)"});
    crm_.add(2, "notes", {"CREATE TABLE notes (id int)"});
    billing_.add(1, "bills", {"CREATE TABLE bills (id int)"});
  }

  struct Outcome {
    int code;
    std::string out;
    std::string err;
  };

  using Variables = std::vector<std::pair<std::string, std::string>>;

  Variables own_databases() const {
    return {{"GODWIT_URL_CRM", database_.conninfo()},
            {"GODWIT_URL_BILL_ING", other_.conninfo()},
            {"GODWIT_URL", "host=/nowhere"}};
  }

  Outcome run(const std::vector<std::string>& arguments, const Variables& variables,
              SetBuilder& second) {
    Child child([&] {
      unsetenv("DATABASE_URL");
      unsetenv("GODWIT_URL");
      for (const auto& [name, value] : variables) {
        setenv(name.c_str(), value.c_str(), 1);
      }
      std::vector<std::string> all = {"app"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& argument : all) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(all.size()), pointers.data(), {crm_.set(), second.set()});
    });
    const int code = child.wait();
    return {code, child.out(), child.err()};
  }
  Outcome run(const std::vector<std::string>& arguments, const Variables& variables) {
    return run(arguments, variables, billing_);
  }
  Outcome run(const std::vector<std::string>& arguments) { return run(arguments, own_databases()); }

  Database other_;
  Session in_other_{other_.conninfo()};
  SetBuilder crm_{"crm"};
  SetBuilder billing_{"bill-ing"};
};

TEST_F(Sets, EachGoesToItsOwnDatabaseAndHasItsSummary) {
  const Outcome first = run({"up"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out.substr(0, 25), "== crm\napplied  001_users");
  EXPECT_NE(first.out.find("\n2 applied, 0 skipped, 0 failed\n\n== bill-ing\napplied  001_bills"),
            std::string::npos)
      << first.out;
  EXPECT_EQ(first.out.substr(first.out.find("\n1 applied")),
            "\n1 applied, 0 skipped, 0 failed\n"
            "\ncrm: 2 applied, 0 skipped, 0 failed\nbill-ing: 1 applied, 0 skipped, 0 failed\n"
            "3 applied, 0 skipped, 0 failed\n");
  EXPECT_TRUE(has_relation("users"));
  EXPECT_FALSE(has_relation("bills"));
  EXPECT_EQ(in_other_.get("SELECT to_regclass('bills') IS NOT NULL"), "t");
  EXPECT_EQ(in_other_.get("SELECT to_regclass('users') IS NULL"), "t");
  const Outcome second = run({"up", "--all-databases"});
  EXPECT_EQ(second.out.substr(second.out.find("crm: ")),
            "crm: 0 applied, 2 skipped, 0 failed\nbill-ing: 0 applied, 1 skipped, 0 failed\n"
            "0 applied, 3 skipped, 0 failed\n");
  EXPECT_EQ(run({"check"}).code, 0);
  EXPECT_NE(run({"status"}).out.find("== bill-ing"), std::string::npos);
}

TEST_F(Sets, MayShareADatabase) {
  const Outcome outcome = run({"up", "--quiet"}, {{"GODWIT_URL", database_.conninfo()}});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(session_.list("SELECT migration_set || migration_number FROM schema_migrations "
                          "ORDER BY id"),
            "crm1,crm2,bill-ing1");
}

TEST_F(Sets, OneIsEnough) {
  EXPECT_EQ(run({"check"}).code, 3);
  const Outcome outcome = run({"up", "1", "--set=crm", "--quiet"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "1 applied, 0 skipped, 0 failed\n");
  EXPECT_EQ(in_other_.get("SELECT to_regclass('schema_migrations') IS NULL"), "t");
  // --url goes before the environment, and is that set's.
  EXPECT_EQ(run({"up", "--set", "crm", "--url", other_.conninfo()}).code, 0);
  EXPECT_EQ(in_other_.get("SELECT to_regclass('users') IS NOT NULL"), "t");
}

TEST_F(Sets, AFailureDoesNotStopTheOthers) {
  crm_.add(3, "bad", {"SELECT nope"});
  const Outcome outcome = run({"up"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out.substr(outcome.out.find("crm: ")),
            "crm: 2 applied, 0 skipped, 1 failed\nbill-ing: 1 applied, 0 skipped, 0 failed\n"
            "3 applied, 0 skipped, 1 failed\n");
  EXPECT_NE(outcome.err.find("column \"nope\" does not exist"), std::string::npos) << outcome.err;
  Variables unreachable = own_databases();
  unreachable[0].second = "host=/nowhere";
  const Outcome other = run({"up"}, unreachable);
  EXPECT_EQ(other.code, 7);
  EXPECT_EQ(other.out.substr(other.out.find("crm: ")),
            "crm: 0 applied, 0 skipped, 1 failed\nbill-ing: 0 applied, 1 skipped, 0 failed\n"
            "0 applied, 1 skipped, 1 failed\n");
  EXPECT_EQ(run({"check"}, unreachable).code, 7) << "and not 3";
}

TEST_F(Sets, JsonIsALineForEachObject) {
  const Outcome outcome = run({"up", "--json"});
  EXPECT_EQ(outcome.code, 0);
  std::vector<std::string> sets;
  nlohmann::json last;
  std::string rest = outcome.out;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    last = nlohmann::json::parse(rest.substr(0, end));
    if (last.size() == 1 && last.contains("set")) {
      sets.push_back(last["set"]);
    }
    rest.erase(0, end + 1);
  }
  EXPECT_EQ(sets, (std::vector<std::string>{"crm", "bill-ing"}));
  EXPECT_EQ(last["event"], "total");
  EXPECT_EQ(last["ok"], true);
  EXPECT_EQ(last["exit_code"], 0);
  EXPECT_EQ(last["applied"], 3);
  EXPECT_EQ(last["failed"], 0);
  EXPECT_EQ(
      last["sets"][1],
      (nlohmann::json{
          {"set", "bill-ing"}, {"exit_code", 0}, {"applied", 1}, {"skipped", 0}, {"failed", 0}}));
  const Outcome wrong = run({"down", "--json"});
  EXPECT_EQ(wrong.err, "");
  EXPECT_EQ(nlohmann::json::parse(wrong.out)["error"]["kind"], "usage");
}

TEST_F(Sets, AnEmptyAddressOfItsOwnIsNoWordToTakeAnother) {
  const Outcome outcome = run({"up"},
                              {{"GODWIT_URL_CRM", database_.conninfo()},
                               {"GODWIT_URL_BILL_ING", ""},
                               {"GODWIT_URL", database_.conninfo()}},
                              billing_);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("GODWIT_URL_BILL_ING is set, and there is nothing in it"),
            std::string::npos)
      << outcome.err;
  EXPECT_TRUE(has_relation("users"));
  EXPECT_FALSE(has_relation("bills"));
}

TEST_F(Sets, QuietIsTheLastLineAlone) {
  const Outcome outcome = run({"up", "--quiet"}, own_databases(), billing_);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "3 applied, 0 skipped, 0 failed\n");
}

// What could not be begun has failed as well, in the line of the set and in that of all.
TEST_F(Sets, WhatFailsIsCountedWhereverItIsSaid) {
  const Outcome outcome = run({"up"},
                              {{"GODWIT_URL_CRM", database_.conninfo()},
                               {"GODWIT_URL_BILL_ING", "host=/nowhere connect_timeout=1"}},
                              billing_);
  EXPECT_EQ(outcome.code, 7);
  EXPECT_EQ(outcome.out.find("0 applied, 0 skipped, 0 failed"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("bill-ing: 0 applied, 0 skipped, 1 failed"), std::string::npos)
      << outcome.out;
}

TEST_F(Sets, WrongUsageIsSaidAndNothingDone) {
  const auto usage = [&](const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_EQ(usage({"down"}),
            "error: this command is about one set; say which: --set=crm, bill-ing\n");
  EXPECT_EQ(usage({"up", "--to=1"}), usage({"down"}));
  EXPECT_EQ(usage({"up", "--set=sales"}),
            "error: there is no set sales; compiled in: crm, bill-ing\n");
  EXPECT_NE(usage({"up", "--url=host=/nowhere"}).find("--url is one database"), std::string::npos);
  EXPECT_NE(usage({"up", "--set=crm", "--all-databases"}).find("--set"), std::string::npos);
  SetBuilder namesake("crm");
  const Outcome outcome = run({"status"}, own_databases(), namesake);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("two of the sets of this binary are named crm"), std::string::npos);
  EXPECT_FALSE(has_relation("schema_migrations"));
}

}  // namespace
}  // namespace godwit::test
