// SPDX-License-Identifier: Apache-2.0
//
// Handlers of statement-fails: what an index, a generated column, a partition key, a default or a
// CHECK may not say.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// CREATE INDEX: its expressions and its WHERE.
void check_index_expressions(const Event& event, Context& context);
/// CREATE TABLE: what its columns, constraints and partition key say.
void check_table_expressions(const Event& event, Context& context);
/// ALTER TABLE: ADD COLUMN, ADD CONSTRAINT, SET DEFAULT.
void check_command_expressions(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
