// SPDX-License-Identifier: Apache-2.0
//
// A streaming standby of the tests' server, stopped and deleted at the end.
#pragma once

#include <string>

namespace godwit::test {

class Standby {
 public:
  Standby();
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  std::string conninfo(const std::string& database) const;
  /// Waits until everything that the primary has written so far is there.
  void catch_up() const;

 private:
  std::string directory_;
};

}  // namespace godwit::test
