// SPDX-License-Identifier: Apache-2.0
//
// Names that PostgreSQL makes up of a table and its columns, cut to 63 bytes.
#pragma once

#include <cstddef>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

inline constexpr std::size_t kLongestIdentifier = 63;  ///< NAMEDATALEN - 1

/// Reports, as identifier-too-long, constraints and indexes without a name of which the name that
/// is made up is cut and then that of another: what they are called depends on what was there
/// first. `event` is a CREATE TABLE, an ALTER TABLE that adds something, or a CREATE INDEX.
void check_generated_names(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
