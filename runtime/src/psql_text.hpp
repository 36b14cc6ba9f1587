// SPDX-License-Identifier: Apache-2.0
//
// SQL as psql passes it on unchanged.
#pragma once

#include <string>
#include <string_view>

namespace godwit::detail {

/// psql puts the value of a variable for `:name`, `:'name'`, `:"name"` and `:{?name}` outside of
/// quotes and comments. A backslash before the colon keeps it, and psql takes the backslash away
/// (PostgreSQL 15, psqlscan.l).
std::string guarded_from_psql(std::string_view sql);

}  // namespace godwit::detail
