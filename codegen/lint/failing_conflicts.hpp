// SPDX-License-Identifier: Apache-2.0
//
// Handler of statement-fails: INSERT … ON CONFLICT that names what is no unique key.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// Every INSERT of a statement, also one in WITH.
void check_conflict_fails(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
