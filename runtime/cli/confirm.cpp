// SPDX-License-Identifier: Apache-2.0
//
// Questions on the terminal. They go to stderr, so that what is piped elsewhere stays clean.
#include "confirm.hpp"

#include <cstdio>

#include <unistd.h>

namespace godwit::cli {

bool can_ask(const Arguments& arguments) {
  return arguments.yes.empty() && !arguments.is_json && isatty(STDIN_FILENO) == 1 &&
         isatty(STDERR_FILENO) == 1;
}

std::string read_line() {
  std::string line;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) {
    line += static_cast<char>(c);
  }
  return line;
}

bool ask(const std::vector<std::string>& lines, const std::string& question) {
  std::fflush(stdout);
  for (const std::string& line : lines) {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fprintf(stderr, "%s [y/N] ", question.c_str());
  std::fflush(stderr);
  const std::string answer = read_line();
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "YES";
}

}  // namespace godwit::cli
