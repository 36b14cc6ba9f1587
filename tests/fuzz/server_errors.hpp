// SPDX-License-Identifier: Apache-2.0
//
// Errors of a server with whatever in their fields, as libpq hands them out. libpq has no way to
// make one up, so it reads them from a socket whose other end is in this process: the bytes of the
// protocol go in, and what comes out is libpq's own.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "support.hpp"

namespace godwit::fuzz {

using ErrorFields = std::vector<std::pair<char, std::string>>;  ///< PG_DIAG_… and its text

class ServerErrors {
 public:
  ServerErrors();
  ServerErrors(const ServerErrors&) = delete;
  ServerErrors& operator=(const ServerErrors&) = delete;
  ~ServerErrors();

  using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

  /// The result that such an error is to libpq. A field ends at its first NUL byte.
  Result make(const ErrorFields& fields);

 private:
  void send(const std::string& bytes) const;

  ScratchFolder folder_;
  int socket_ = -1;  ///< the server's end
  PGconn* connection_ = nullptr;
};

}  // namespace godwit::fuzz
