// SPDX-License-Identifier: Apache-2.0
//
// The key that a rewrite with godwit:batch goes by.
#pragma once

#include <span>
#include <string>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// "id" or "(a, b)", as godwit:batch takes it.
std::string key_text(std::span<const std::string> columns);

/// "-- godwit:batch key=id size=1000" with the primary key of the table, or else what is unique and
/// NOT NULL; `id` where the table is not known, and a place to fill in where it has no such key.
std::string batch_line(const Context& context, const PgQuery__RangeVar& relation);

}  // namespace godwit::codegen::lint
