// SPDX-License-Identifier: Apache-2.0
//
// Settings of tables, columns, sequences and functions: what ALTER … SET changes and the catalog
// keeps as text, so that a down section that forgets one is seen. A setting that is back at its
// default is as good as none.
#pragma once

#include <span>
#include <string>

#include "catalog/objects.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::catalog {

/// An option of CREATE FUNCTION or ALTER FUNCTION; false where it is none of these.
bool apply_function_option(Overload& overload, const PgQuery__DefElem& option);

/// WITH (…) of CREATE TABLE, SET (…) of ALTER TABLE.
void apply_storage_options(Settings& settings, std::span<sql::Node* const> options);

/// Of CREATE SEQUENCE, ALTER SEQUENCE and identity columns.
void apply_sequence_options(Settings& settings, std::span<sql::Node* const> options);

/// Where a partition's rows are: "from (1) to (10)".
std::string bound_text(const PgQuery__PartitionBoundSpec& bound);

/// A command of ALTER TABLE that sets something of the table or of one of its columns.
void apply_setting(Relation& table, const PgQuery__AlterTableCmd& command);

/// " fillfactor 70 replica identity full", sorted; empty where there is none.
std::string to_text(const Settings& settings);

}  // namespace godwit::codegen::catalog
