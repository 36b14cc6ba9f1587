// SPDX-License-Identifier: Apache-2.0
//
// What rules of style say of a table's columns is said once a table: a hundred lines that all say
// "use text" hide the one that matters.
#pragma once

#include <vector>

#include "source/diagnostic.hpp"

namespace godwit::codegen::lint {

/// Leaves of the findings about columns of one table, of one rule of style each, the first, with a
/// note that counts the others. `findings` are of one section, and what is allowed is out of them.
void say_once_a_table(std::vector<Diagnostic>& findings);

}  // namespace godwit::codegen::lint
