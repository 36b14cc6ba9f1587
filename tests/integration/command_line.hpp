// SPDX-License-Identifier: Apache-2.0
//
// The embedded command line in a child process, with three migrations to begin with.
#pragma once

#include "fixture.hpp"
#include "process.hpp"

#include <godwit/cli.hpp>

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace godwit::test {

using Json = nlohmann::json;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;

  std::string last_line() const {
    const std::string text = out.substr(0, out.find_last_not_of('\n') + 1);
    return text.substr(text.rfind('\n') + 1);
  }
};

class CommandLine : public OnDatabase {
 protected:
  CommandLine() {
    builder_.add(1, "users", {"CREATE TABLE users (id int)"});
    builder_.add(7, "crm", {"CREATE TABLE clients (id int)"}).depends_on({1});
    builder_.add(10, "team", {"ALTER TABLE clients ADD COLUMN team int"}).depends_on({7});
  }

  /// What a child process does: the command line with these arguments.
  std::function<int()> body(const std::vector<std::string>& arguments, bool has_url = true) {
    return body_of(builder_, arguments, has_url);
  }

  /// The same with a set of the test's own.
  std::function<int()> body_of(SetBuilder& builder, const std::vector<std::string>& arguments,
                               bool has_url = true) {
    const MigrationSet& set = builder.set();
    return [&set, arguments, url = has_url ? database_.conninfo() : ""] {
      setenv("GODWIT_URL", url.c_str(), 1);
      unsetenv("DATABASE_URL");
      std::vector<std::string> all = {"app"};
      all.insert(all.end(), arguments.begin(), arguments.end());
      std::vector<char*> pointers;
      for (std::string& argument : all) {
        pointers.push_back(argument.data());
      }
      pointers.push_back(nullptr);
      return run_cli(static_cast<int>(all.size()), pointers.data(), set);
    };
  }

  Child start(const std::vector<std::string>& arguments, bool has_url = true) {
    return Child(body(arguments, has_url));
  }

  Outcome run(const std::vector<std::string>& arguments) {
    Child child = start(arguments);
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }

  SetBuilder builder_;
};

}  // namespace godwit::test
