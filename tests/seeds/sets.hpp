// SPDX-License-Identifier: Apache-2.0
//
// The releases of the shop, each a set with the same name: what a rebuild would put in its place.
#pragma once

#include "command_line.hpp"

#include <godwit/migrator.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace godwit::test {

/// `first`; `second`, in which one seed has changed, one is renamed and one is gone; `broken`, with
/// a row that does not fit; `big`, with 100,000 rows.
const MigrationSet& release(std::string_view name);

class Seeds : public OnDatabase {
 protected:
  static Options with(std::string mode) {
    Options options;
    options.seed = std::move(mode);
    return options;
  }

  /// The seeds of a report, in order.
  static std::string seeds_of(const Report& report);

  /// What the history has, in the order in which it was first applied.
  std::string recorded() const {
    return session_.list(
        "SELECT migration_name FROM schema_migrations WHERE kind = 'seed' "
        "ORDER BY id");
  }

  /// The command line of a release.
  Outcome run(std::string_view name, const std::vector<std::string>& arguments) const;
  Child start(std::string_view name, const std::vector<std::string>& arguments) const;
};

}  // namespace godwit::test
