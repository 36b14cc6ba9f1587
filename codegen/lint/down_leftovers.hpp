// SPDX-License-Identifier: Apache-2.0
//
// What an up section does to objects that were there before, and the catalog does not hold: rights
// and comments.
#pragma once

#include <string>
#include <vector>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// Of the up section of a down section's context: "the rights on users, of line 3, stay as they
/// are", for what no statement of the down section is about.
std::vector<std::string> leftovers(const Context& context);

}  // namespace godwit::codegen::lint
