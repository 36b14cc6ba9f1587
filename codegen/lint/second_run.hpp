// SPDX-License-Identifier: Apache-2.0
//
// What a statement raises when it runs a second time: what an exception handler around it has to
// catch.
#pragma once

#include <cstdint>

#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// The conditions (sql::condition) of which a second run of the statement raises one, as measured
/// on PostgreSQL 15.20; 0 where that is not known.
std::uint32_t raised_by_second_run(const sql::Node& node);

}  // namespace godwit::codegen::lint
