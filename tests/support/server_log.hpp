// SPDX-License-Identifier: Apache-2.0
//
// What the tests' server wrote to its log since a moment, for one database.
#pragma once

#include <string>
#include <vector>

namespace godwit::test {

class ServerLog {
 public:
  /// Remembers where the log ends now. Throws std::runtime_error when there is none.
  ServerLog();
  /// Lines of severity ERROR, FATAL or PANIC of sessions on this database.
  std::vector<std::string> errors_of(const std::string& database) const;

 private:
  std::string path_;
  long long start_ = 0;
};

}  // namespace godwit::test
