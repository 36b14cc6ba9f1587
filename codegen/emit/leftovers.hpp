// SPDX-License-Identifier: Apache-2.0
//
// Temporary relations and prepared statements that a script leaves in the session. psql runs each
// migration in a session of its own; the runtime runs many in one, and the next migration must not
// find them.
#pragma once

#include <string>
#include <vector>

#include "sql/parse.hpp"

namespace godwit::codegen::emit {

/// Statements that take away what `script` left: "DROP TABLE IF EXISTS pg_temp.t", "DEALLOCATE p".
/// What a function or a computed string makes is not seen.
std::vector<std::string> find_leftovers(const sql::Script& script);

}  // namespace godwit::codegen::emit
