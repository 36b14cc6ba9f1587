// SPDX-License-Identifier: Apache-2.0
//
// Handlers of statement-fails: what the server refuses because of the schema as it is then.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// TRUNCATE of what a foreign key references.
void check_truncate_fails(const Event& event, Context& context);
/// DROP of another kind of relation, of a schema that is not empty, of a part of an index.
void check_drop_fails(const Event& event, Context& context);
/// CREATE TABLE of a type's name, and of constraints whose indexes have taken names.
void check_create_fails(const Event& event, Context& context);
/// Commands of ALTER TABLE.
void check_command_fails(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
