// SPDX-License-Identifier: Apache-2.0
//
// What concerns a database as a whole: making it when it is missing, and emptying it. Neither is
// part of what a service does at its start.
#pragma once

#include <godwit/migrator.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace godwit {

/// Creates the database that `conninfo` names, where the server does not have it: by a connection
/// to `postgres`, else `template1`, with owner, encoding and all else as the server does it. True
/// when this call made it; false when it was there, or another process was quicker. Waits for a
/// server that is not there yet only where Options::wait says so. Throws Error: kCannotConnect,
/// kReadOnly when the role may not create databases or the server is a standby, kInterrupted.
bool create_database(const std::string& conninfo, const Options& options = {});

/// What fresh() deletes, or would.
struct FreshReport {
  struct Dropped {
    std::string schema;  ///< empty for what is in none
    std::string type;    ///< "table", "view", "function", "extension", "large object", …
    std::size_t count = 0;
    std::int64_t bytes = 0;
  };
  std::string name;  ///< of the database, as the server has it
  std::vector<Dropped> dropped;
  std::vector<std::string> left;      ///< what is not this role's, and stays
  std::vector<std::string> sessions;  ///< who else is connected
  std::vector<std::string> warnings;
  std::string database;  ///< "user@host:port/db"
  Report up;             ///< empty with Options::dry_run
};

struct FreshOptions {
  /// The name of the database that is meant. Any other is refused, unless `confirm` is given.
  std::string name;
  /// Asked once, with what is to be deleted; false throws kInterrupted.
  std::function<bool(const FreshReport&)> confirm;
};

}  // namespace godwit
