// SPDX-License-Identifier: Apache-2.0
//
// Proves that a statement may run a second time: it succeeds, and leaves what the first run left.
// The rule `claims-idempotent` holds headers to it, and the runtime relies on it when it does not
// know whether a step ran.
#pragma once

#include <string>
#include <vector>

#include "catalog/catalog.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::lint {

struct IdempotencyVerdict {
  bool is_idempotent = true;
  std::string problem;  ///< what a second run does: "CREATE TABLE fails when the table is there"
  std::string advice;   ///< what to write instead; may be empty
  std::size_t command = 0;  ///< of an ALTER TABLE: the command at fault
  bool has_command = false;
};

/// A verdict for each statement of `script`, which take the statements before it into account: a
/// CREATE after a DROP … IF EXISTS of the same name is idempotent. Form counts, not the data.
/// `catalog` is that of before the script, of whose functions it makes use; null where there is
/// none.
std::vector<IdempotencyVerdict> prove_idempotent(const sql::Script& script,
                                                 const catalog::Catalog* catalog = nullptr);

/// Only whether they are.
std::vector<bool> idempotent_statements(const sql::Script& script);

}  // namespace godwit::codegen::lint
