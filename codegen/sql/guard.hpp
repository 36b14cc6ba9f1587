// SPDX-License-Identifier: Apache-2.0
//
// Reads what a condition in PL/pgSQL says about something's being there: `IF NOT EXISTS (SELECT …
// FROM pg_type …)` is how a CREATE TYPE is made repeatable, since it has no IF NOT EXISTS.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sql/plpgsql.hpp"

namespace godwit::codegen::sql {

/// What each variable's being true means: `SELECT EXISTS (…) INTO found_it`.
using VariableGuards = std::map<std::string, Guard, std::less<>>;

/// What may be relied on where the condition holds.
Guard guard_of_condition(std::string_view condition, const VariableGuards& variables);

/// What may be relied on where the single value of the query is true, or is greater than 0.
Guard guard_of_query(std::string_view query);

/// What may be relied on where FOUND holds behind the statement.
Guard guard_of_rows(std::string_view statement);

/// What may be relied on where the condition of `guard` does not hold.
Guard inverted(const Guard& guard);

}  // namespace godwit::codegen::sql
