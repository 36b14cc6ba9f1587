// SPDX-License-Identifier: Apache-2.0
#include "lint/beside.hpp"

#include <algorithm>

namespace godwit::codegen::lint {

bool has_beside(const PgQuery__AlterTableStmt& alter, PgQuery__AlterTableType kind,
                std::string_view name) {
  const auto commands = sql::list(alter.cmds, alter.n_cmds);
  return std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
    const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
    return command != nullptr && command->subtype == kind && name == command->name;
  });
}

std::size_t count_beside(const PgQuery__AlterTableStmt& alter, PgQuery__AlterTableType kind) {
  const auto commands = sql::list(alter.cmds, alter.n_cmds);
  return static_cast<std::size_t>(
      std::count_if(commands.begin(), commands.end(), [&](const sql::Node* node) {
        const auto* command = sql::as<PgQuery__AlterTableCmd>(node);
        return command != nullptr && command->subtype == kind;
      }));
}

}  // namespace godwit::codegen::lint
