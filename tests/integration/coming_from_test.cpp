// SPDX-License-Identifier: Apache-2.0
//
// docs/coming-from.md: each call of an application that it offers is made, on a database that has
// what it needs, and those that stand for a change leave what the other tool's command would leave.
#include "command_line.hpp"

#include <fstream>
#include <map>
#include <set>
#include <string_view>

namespace godwit::test {
namespace {

constexpr const char* kAll = "1,3,4,5,7,8,20170506082420,20170506082527";

/// Where a call begins, and what is applied when it has ended.
struct Expectation {
  bool is_full = false;
  std::string applied;
};

const std::map<std::string, Expectation>& expectations() {
  static const std::map<std::string, Expectation> kExpectations = {
      {"app up", {false, kAll}},
      {"app apply-all", {false, kAll}},
      {"app apply-all --dry-run", {false, ""}},
      {"app migrate", {false, kAll}},
      {"app up --dry-run", {false, ""}},
      {"app up 1", {false, "1"}},
      {"app up --to=7", {false, "1,3,4,5,7"}},
      {"app up --to=users", {false, "1"}},
      {"app up --to=@feature", {false, "1,3,4,5"}},
      {"app up --to=@v1.0", {false, "1,3,4,5,7,8"}},
      {"app up --to=20170506082420", {false, "1,3,4,5,7,8,20170506082420"}},
      {"app apply 7", {false, "1,7"}},
      {"app upgrade head", {false, kAll}},
      {"app upgrade heads", {false, kAll}},
      {"app upgrade +1", {false, "1"}},
      {"app upgrade head --dry-run", {false, ""}},
      {"app upgrade 004_add_user_preferences", {false, "1,3,4"}},
      {"app stamp head", {false, kAll}},
      {"app stamp 003_add_indexes", {false, "1,3"}},
      {"app stamp 8", {false, "1,3,4,5,7,8"}},
      {"app baseline 5", {false, "1,3,4,5"}},
      {"app down", {true, "1,3,4,5,7,8,20170506082420"}},
      {"app down 1", {true, "1,3,4,5,7,8,20170506082420"}},
      {"app down 3", {true, "1,3,4,5,7"}},
      {"app down --dry-run", {true, kAll}},
      {"app down --to=5", {true, "1,3,4,5"}},
      {"app down --to=users", {true, "1"}},
      {"app down --to=base", {true, ""}},
      {"app down --to=20170506082527", {true, kAll}},
      {"app downgrade", {true, "1,3,4,5,7,8,20170506082420"}},
      {"app downgrade -1", {true, "1,3,4,5,7,8,20170506082420"}},
      {"app downgrade previous", {true, "1,3,4,5,7,8,20170506082420"}},
      {"app downgrade 003_add_indexes", {true, "1,3"}},
      {"app downgrade base", {true, ""}},
      {"app rollback", {true, "1,3,4,5,7,8,20170506082420"}},
      {"app redo", {true, kAll}},
      {"app redo --to=base", {true, kAll}},
      {"app fresh", {true, kAll}},
      {"app forget 4", {true, "1,3,5,7,8,20170506082420,20170506082527"}},
      {"app forget 7", {true, "1,3,4,5,8,20170506082420,20170506082527"}},
      {"app forget 8", {true, "1,3,4,5,7,20170506082420,20170506082527"}},
  };
  return kExpectations;
}

/// What stands between backquotes in the second column of the page's tables.
std::set<std::string> calls_of_the_page() {
  std::ifstream page(GODWIT_DOCS "/coming-from.md");
  std::set<std::string> calls;
  for (std::string line; std::getline(page, line);) {
    const std::size_t column = line.rfind(" | ");
    if (line.substr(0, 2) != "| " || column == std::string::npos) {
      continue;
    }
    std::size_t at = column;
    for (std::size_t end = 0; (at = line.find('`', at)) != std::string::npos; at = end + 1) {
      end = line.find('`', at + 1);
      const std::string call = line.substr(at + 1, end - at - 1);
      if (call.substr(0, 4) == "app ") {
        calls.insert(call);
      }
    }
  }
  return calls;
}

std::vector<std::string> words_of(std::string call) {
  const auto replace = [&](std::string_view text, std::string_view other) {
    const std::size_t at = call.find(text);
    if (at != std::string::npos) {
      call.replace(at, text.size(), other);
    }
  };
  replace("pg_dump …", "true");  // the reader's own words
  std::vector<std::string> words(1);
  bool is_quoted = false;
  for (const char c : call.substr(4)) {
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

class ComingFrom : public CommandLine {
 protected:
  ComingFrom() {
    add(1, "users");
    add(3, "add_indexes");
    add(4, "add_user_preferences");
    add(5, "add_audit_trail").tag("feature");
    add(7, "crm_system_schema").depends_on({1});
    add(8, "broken").tag("v1.0");
    add(20170506082420, "more");
    add(20170506082527, "last");
    set_.allow_fresh();
  }

  MigrationBuilder& add(std::int64_t version, const std::string& name) {
    const std::string table = "t" + std::to_string(version);
    return set_.add(version, name, {"CREATE TABLE " + table + " (id int)"})
        .down("DROP TABLE " + table);
  }

  void begin(bool is_full) {
    session_.run(
        "SET client_min_messages = warning; DROP SCHEMA IF EXISTS public, tenant_1, tenant_2 "
        "CASCADE; CREATE SCHEMA public; CREATE SCHEMA tenant_1; CREATE SCHEMA tenant_2");
    if (is_full) {
      up(set_.set());
    }
  }

  SetBuilder set_{"main"};
};

TEST_F(ComingFrom, EachCallDoesWhatTheOtherToolDid) {
  const std::set<std::string> calls = calls_of_the_page();
  ASSERT_GT(calls.size(), 80U);
  for (const auto& [call, expected] : expectations()) {
    EXPECT_EQ(calls.count(call), 1U) << call << ": the page has no such call any more";
  }
  const std::set<std::string> changing = {"up",     "apply",  "seed",     "stamp",
                                          "accept", "repair", "baseline", "redo"};
  bool is_untouched = false;
  for (const std::string& call : calls) {
    std::vector<std::string> words = words_of(call);
    for (std::string& word : words) {
      if (word.substr(0, 6) == "--url=") {
        word = "--url=" + database_.conninfo();
      } else if (word == "--role=owner") {
        word = "--role=" + session_.get("SELECT current_user");
      }
    }
    if (words[0] == "fresh") {
      words.push_back("--yes=" + database_.name());
    }
    const auto expected = expectations().find(call);
    const bool is_known = expected != expectations().end();
    const bool changes =
        is_known || std::any_of(words.begin(), words.end(),
                                [&](const std::string& word) { return changing.count(word) != 0; });
    // The contract phase comes when all else is there.
    const bool is_of_up = words[0] == "up" || words[0] == "--history-table=history";
    const bool begins_full =
        is_known ? expected->second.is_full : !is_of_up || words.back() == "--phase=contract";
    if (changes || !is_untouched) {
      begin(begins_full);
    }
    is_untouched = !changes && begins_full;
    Child child(body_of(set_, words));
    EXPECT_EQ(child.wait(), 0) << call << "\n" << child.out() << child.err();
    if (is_known) {
      const bool has_history = has_relation("schema_migrations");
      EXPECT_EQ(has_history ? applied() : "", expected->second.applied) << call;
    }
  }
}

}  // namespace
}  // namespace godwit::test
