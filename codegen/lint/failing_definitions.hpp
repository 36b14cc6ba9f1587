// SPDX-License-Identifier: Apache-2.0
//
// Handlers of statement-fails: definitions that contradict themselves, and names of what is in a
// table or an enum that is not there.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// CREATE TABLE: two primary keys, two defaults, a column twice by LIKE.
void check_definitions(const Event& event, Context& context);
/// ALTER TABLE: the same of ADD COLUMN; identities, expressions and constraints of another kind.
void check_command_definitions(const Event& event, Context& context);
/// ALTER TYPE … ADD VALUE beside, and RENAME VALUE of, what the enum does not have.
void check_enum_neighbor(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
