// SPDX-License-Identifier: Apache-2.0
#include "sets.hpp"

#include <seeds_big.hpp>
#include <seeds_broken.hpp>
#include <seeds_first.hpp>
#include <seeds_second.hpp>

#include <stdexcept>

namespace godwit::test {

const MigrationSet& release(std::string_view name) {
  if (name == "first") {
    return seeds_first::migrations();
  }
  if (name == "second") {
    return seeds_second::migrations();
  }
  if (name == "broken") {
    return seeds_broken::migrations();
  }
  if (name == "big") {
    return seeds_big::migrations();
  }
  throw std::invalid_argument("no such release");
}

std::string Seeds::seeds_of(const Report& report) {
  std::string names;
  for (const Report::Applied& applied : report.applied) {
    if (applied.migration->kind == Kind::kSeed) {
      names += (names.empty() ? "" : ",") + std::string(applied.migration->full_name);
    }
  }
  return names;
}

Child Seeds::start(std::string_view name, const std::vector<std::string>& arguments) const {
  const MigrationSet& set = release(name);
  return Child([&set, arguments, url = database_.conninfo()] {
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
  });
}

Outcome Seeds::run(std::string_view name, const std::vector<std::string>& arguments) const {
  Child child = start(name, arguments);
  Outcome outcome;
  outcome.code = child.wait();
  outcome.out = child.out();
  outcome.err = child.err();
  return outcome;
}

}  // namespace godwit::test
