// SPDX-License-Identifier: Apache-2.0
//
// The triggers that a statement fires, as far as the catalog knows them: what they run, runs in the
// migration.
#pragma once

#include <vector>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {

struct FiredTrigger {
  catalog::Name function;
  bool is_certain = false;  ///< fires whatever rows there are
};

/// Adds those that `node`, an INSERT, UPDATE, DELETE, MERGE, TRUNCATE or COPY, fires on its own
/// tables. A function is added once.
void add_fired_triggers(const catalog::Catalog& catalog, const sql::Node& node,
                        std::vector<FiredTrigger>& fired);

}  // namespace godwit::codegen::lint
