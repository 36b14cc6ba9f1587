// SPDX-License-Identifier: Apache-2.0
//
// Reads <socket directory>/log, whose lines name the database as "user@database".
#include "server_log.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace godwit::test {

ServerLog::ServerLog() {
  const char* host = std::getenv("GODWIT_TEST_PGHOST");
  path_ = std::string(host == nullptr ? "" : host) + "/log";
  std::ifstream file(path_, std::ios::ate | std::ios::binary);
  if (!file) {
    throw std::runtime_error("the server's log cannot be read: " + path_);
  }
  start_ = static_cast<long long>(file.tellg());
}

std::vector<std::string> ServerLog::errors_of(const std::string& database) const {
  std::ifstream file(path_, std::ios::binary);
  file.seekg(start_);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    const bool is_ours = line.find("@" + database + " ") != std::string::npos;
    const bool is_error = line.find("ERROR:  ") != std::string::npos ||
                          line.find("FATAL:  ") != std::string::npos ||
                          line.find("PANIC:  ") != std::string::npos;
    if (is_ours && is_error) {
      lines.push_back(line);
    }
  }
  return lines;
}

}  // namespace godwit::test
