// SPDX-License-Identifier: Apache-2.0
//
// PgBouncer in transaction mode in front of the tests' server, on a Unix socket, stopped at the
// end.
#pragma once

#include <string>

#include <sys/types.h>

namespace godwit::test {

class Pooler {
 public:
  /// `pool_size` server connections for each database. Throws std::runtime_error when there is no
  /// pgbouncer or it does not start.
  explicit Pooler(int pool_size = 20);
  ~Pooler();
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;

  std::string conninfo(const std::string& database) const;

 private:
  std::string directory_;
  pid_t pid_ = -1;
};

}  // namespace godwit::test
