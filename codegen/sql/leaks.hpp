// SPDX-License-Identifier: Apache-2.0
//
// Settings that a script changes for longer than its transaction: SET, set_config(…, false) and
// RESET, also inside DO blocks. They would reach the next migration, and under a pooler other
// people's sessions.
#pragma once

#include <string>
#include <vector>

#include "sql/bodies.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::sql {

/// Their names as RESET takes them, each once: "search_path", "role", "session_authorization". And
/// "*" where code runs whose settings cannot be read from the script: a function that may have been
/// anybody's, a trigger, a DO block. `bodies` are the script's, where they have been parsed.
std::vector<std::string> find_leaks(const Script& script, const SectionBodies* bodies = nullptr);

}  // namespace godwit::codegen::sql
