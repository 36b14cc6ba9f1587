// SPDX-License-Identifier: Apache-2.0
//
// Handlers of statement-fails: values that are not of the type that is wanted, and rows that do not
// have the columns of their table.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// ALTER COLUMN … TYPE without a cast, or over a default that has none.
void check_type_change_fails(const Event& event, Context& context);
/// DEFAULT of ADD COLUMN and SET DEFAULT.
void check_command_values(const Event& event, Context& context);
/// DEFAULT of CREATE TABLE.
void check_table_values(const Event& event, Context& context);
/// INSERT and UPDATE, also in WITH; casts of constants anywhere.
void check_written_values(const Event& event, Context& context);

/// Casts that there are none of, and comparisons of an enum with what is none of its values.
/// `table` is that whose columns are named, or null.
void check_casts(const Event& event, Context& context, const sql::Node* expression,
                 const catalog::Relation* table);

}  // namespace godwit::codegen::lint
