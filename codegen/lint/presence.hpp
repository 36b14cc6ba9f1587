// SPDX-License-Identifier: Apache-2.0
//
// Is what a condition asks for what a statement makes, or takes away? `IF NOT EXISTS (SELECT FROM
// pg_type WHERE typname = 'g')` keeps CREATE TYPE g from running twice, and CREATE TYPE h not.
#pragma once

#include "sql/ast.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {

/// Once `node` has run, does `query` give rows (`is_there`), or give none? Only what can be told:
/// the catalog or table that is asked, the name, and the table and schema where they are given.
bool brings_about(const sql::Node& node, const sql::PresenceQuery& query, bool is_there);

}  // namespace godwit::codegen::lint
