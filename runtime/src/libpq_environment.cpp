// SPDX-License-Identifier: Apache-2.0
//
// The parameters of a connection as the environment variables that libpq reads: every program that
// is linked to it connects in the same way then, without a word on its command line.
#include <godwit/hooks.hpp>

#include "libpq.hpp"

#include <libpq-fe.h>

namespace godwit {

std::vector<std::pair<std::string, std::string>> libpq_environment(pg_conn* connection) {
  std::vector<std::pair<std::string, std::string>> variables;
  const detail::ConninfoOptions options(PQconninfo(connection));
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    // What the service file says is among the others; the encoding is what this library needs, and
    // of several hosts one has answered.
    const bool is_left_out = keyword == "service" || keyword == "client_encoding" ||
                             keyword == "host" || keyword == "hostaddr" || keyword == "port" ||
                             keyword == "target_session_attrs";
    if (option->envvar != nullptr && option->val != nullptr && !is_left_out) {
      variables.emplace_back(option->envvar, option->val);
    }
  }
  variables.emplace_back("PGHOST", detail::view(PQhost(connection)));
  variables.emplace_back("PGPORT", detail::view(PQport(connection)));
  const std::string_view address = detail::view(PQhostaddr(connection));
  if (!address.empty() && address.front() != '/') {
    variables.emplace_back("PGHOSTADDR", address);
  }
  return variables;
}

}  // namespace godwit
