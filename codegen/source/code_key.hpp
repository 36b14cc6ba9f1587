// SPDX-License-Identifier: Apache-2.0
//
// `Code: backfill_addresses` and `Code-Down:` of a header: functions of the application that are a
// part of the migration. They are declared in the namespace of the set, so that what is no name of
// a function in C++ is refused here, where the file can be named, and not by the compiler.
#pragma once

#include <string>
#include <string_view>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

/// Why `name` cannot be the name of such a function; empty when it can.
std::string why_no_function(std::string_view name);

/// Completes a migration whose parts have been put together: a `Code-Down` is a down section, which
/// may hold no SQL. Reports, as `invalid-header-value`, where code cannot be: in a repeatable
/// migration, outside a transaction, beside what the build could not parse.
void complete_code(MigrationSource& migration, Diagnostics& diagnostics);

}  // namespace godwit::codegen
