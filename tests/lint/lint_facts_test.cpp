// SPDX-License-Identifier: Apache-2.0
//
// Compares what the linter believes with what PostgreSQL 15.20 did: a table of statements, each run
// inside a transaction, outside one, and a second time. The table is not part of the project; where
// it is not there, the tests are skipped and say so. GODWIT_SHARED names the folder that holds it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lint/idempotency.hpp"
#include "sql/parse.hpp"
#include "sql/transaction.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;

struct Fact {
  std::string statement;
  std::string in_transaction;
  std::string work;
  std::string autocommit;
  std::string second_run;
};

fs::path facts_file() {
  const char* folder = std::getenv("GODWIT_SHARED");
  return (folder != nullptr ? fs::path(folder) : fs::path(GODWIT_SHARED_DEFAULT)) / "facts" /
         "pg15_facts.tsv";
}

std::vector<Fact> read_facts() {
  std::vector<Fact> facts;
  std::ifstream in(facts_file());
  std::string line;
  std::getline(in, line);  // the heading
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    Fact fact;
    std::string locks;
    std::getline(fields, fact.statement, '\t');
    std::getline(fields, fact.in_transaction, '\t');
    std::getline(fields, locks, '\t');
    std::getline(fields, fact.work, '\t');
    std::getline(fields, fact.autocommit, '\t');
    std::getline(fields, fact.second_run, '\t');
    facts.push_back(fact);
  }
  return facts;
}

sql::Script parse(const std::string& text) {
  std::vector<sql::SyntaxError> errors;
  sql::Script script = sql::parse(text, errors);
  EXPECT_TRUE(errors.empty()) << text;
  return script;
}

TEST(Facts, WhatCannotRunInATransactionIsKnown) {
  if (!fs::exists(facts_file()))
    GTEST_SKIP() << facts_file() << " is not there";
  for (const Fact& fact : read_facts()) {
    // Whether the table is partitioned is not in the statement, nor whether there is a
    // subscription.
    if (fact.statement == "reindex table pt;" ||
        fact.statement == "drop subscription if exists nope;")
      continue;
    const sql::Script script = parse(fact.statement);
    ASSERT_FALSE(script.empty()) << fact.statement;
    const bool was_refused =
        fact.in_transaction.find("cannot run inside a transaction block") != std::string::npos;
    const bool is_refused =
        !sql::cannot_run_in_transaction(*script.statements().front().node).empty();
    EXPECT_EQ(is_refused, was_refused) << fact.statement << " → " << fact.in_transaction;
  }
}

TEST(Facts, WhatIsProvedIdempotentRanTwice) {
  if (!fs::exists(facts_file()))
    GTEST_SKIP() << facts_file() << " is not there";
  for (const Fact& fact : read_facts()) {
    if (fact.autocommit != "ok" || fact.second_run.empty())
      continue;
    const sql::Script script = parse(fact.statement);
    bool is_proved = true;
    for (const auto& verdict : lint::prove_idempotent(script))
      is_proved = is_proved && verdict.is_idempotent;
    if (is_proved) {
      EXPECT_EQ(fact.second_run, "ok") << fact.statement;
    }
  }
}

/// The other way round: what ran twice is proved, but for what changes more at the second run, or
/// what cannot be known from the statement.
TEST(Facts, WhatRanTwiceIsProvedIdempotent) {
  if (!fs::exists(facts_file()))
    GTEST_SKIP() << facts_file() << " is not there";
  const std::set<std::string> not_the_same_twice = {
      "create index on t(a);",                                       // makes a second index
      "alter table t alter column a type int using a+1;",            // adds 1 again
      "alter table t drop constraint t_pkey, add primary key (a);",  // the pair has no IF EXISTS
      "create role x1; drop role x1;",                               // makes and drops
      "copy par from '/dev/null';",                                  // which was empty
      "call pr();",                                                  // does nothing there
      "prepare transaction 'x';",                                    // outside a transaction
      "prepare q as select 1;",                                      // in another session
  };
  for (const Fact& fact : read_facts()) {
    if (fact.second_run != "ok" || not_the_same_twice.count(fact.statement) != 0)
      continue;
    const sql::Script script = parse(fact.statement);
    for (const auto& verdict : lint::prove_idempotent(script))
      EXPECT_TRUE(verdict.is_idempotent) << fact.statement << " → " << verdict.problem;
  }
}

}  // namespace
}  // namespace godwit::codegen
