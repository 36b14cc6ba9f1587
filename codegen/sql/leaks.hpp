// SPDX-License-Identifier: Apache-2.0
//
// Settings that a script changes for longer than its transaction: SET, set_config(…, false) and
// RESET, also inside DO blocks. They would reach the next migration, and under a pooler other
// people's sessions.
#pragma once

#include <string>
#include <vector>

#include "sql/parse.hpp"

namespace godwit::codegen::sql {

/// Their names as RESET takes them, each once: "search_path", "role", "session_authorization".
/// What is set in a function, or from a computed string, is not seen.
std::vector<std::string> find_leaks(const Script& script);

}  // namespace godwit::codegen::sql
