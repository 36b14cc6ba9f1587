// SPDX-License-Identifier: Apache-2.0
//
// A database, and the set whose functions a test may replace.
#pragma once

#include "command_line.hpp"
#include "functions.hpp"

#include <code_set.hpp>

#include <string>
#include <utility>
#include <vector>

namespace godwit::test {

class WithCode : public CommandLine {
 protected:
  WithCode() { bodies() = honest_bodies(); }
  ~WithCode() override { bodies() = honest_bodies(); }

  static const MigrationSet& set() { return code_set::migrations(); }

  /// The embedded command line on this set.
  std::function<int()> code_body(const std::vector<std::string>& arguments) {
    return [arguments, url = database_.conninfo()] {
      setenv("GODWIT_URL", url.c_str(), 1);
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

  Outcome run_code(const std::vector<std::string>& arguments) {
    Child child(code_body(arguments));
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }

  Error failure_of_up(Options options = {}) { return failure(set(), std::move(options)); }

  std::string calls() const { return session_.list("SELECT what FROM calls ORDER BY at"); }
  bool is_split() const {
    return session_.get(
               "SELECT count(*) = 1 FROM information_schema.columns WHERE table_name = 'people' "
               "AND column_name = 'last_name'") == "t";
  }
};

}  // namespace godwit::test
