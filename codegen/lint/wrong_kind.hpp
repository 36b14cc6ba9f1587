// SPDX-License-Identifier: Apache-2.0
//
// Handlers of statement-fails: a table is given where a view is wanted, or the other way round.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// Statements of all kinds that name a relation.
void check_kind(const Event& event, Context& context);
/// The commands of an ALTER TABLE that views and sequences do not take.
void check_command_kind(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
