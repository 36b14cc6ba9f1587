// SPDX-License-Identifier: Apache-2.0
//
// What the tests of `adopt` begin with: a set in the layout of a tool, and a database in which that
// tool has applied it.
#pragma once

#include "command_line.hpp"

#include <godwit/adopt.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace godwit::test {

struct ForeignSet {
  std::string tool;   ///< as after --from
  std::string table;  ///< as adopt names it
  const MigrationSet* set = nullptr;
  bool has_checksums = false;
  bool has_times = false;
};

/// How GoogleTest shows one.
inline std::ostream& operator<<(std::ostream& out, const ForeignSet& foreign) {
  return out << foreign.tool;
}

const std::vector<ForeignSet>& foreign_sets();
const ForeignSet& foreign_set(const std::string& tool);

class Adopting : public CommandLine {
 protected:
  /// Makes the tool's table, as the tool left it.
  void load(const std::string& tool);
  /// The command line with the set of that tool.
  std::function<int()> body_of(const ForeignSet& foreign,
                               const std::vector<std::string>& arguments);
  Outcome adopt(const ForeignSet& foreign, std::vector<std::string> arguments = {});
  int run_cli_code(const ForeignSet& foreign, const std::vector<std::string>& arguments);
  Json adopt_json(const ForeignSet& foreign, std::vector<std::string> arguments = {});
  /// All rows of a table as text, to see that nothing has touched it.
  std::string contents(const std::string& table) const;
  /// "001_a:flyway,002_b:stamp": names and origins of what our history has.
  std::string recorded(const ForeignSet& foreign) const;
};

/// The members "migration" of an array.
std::string names(const Json& entries);

}  // namespace godwit::test
