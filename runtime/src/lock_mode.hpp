// SPDX-License-Identifier: Apache-2.0
//
// Lock modes as the server names them.
#pragma once

#include <godwit/lock_mode.hpp>

#include <string_view>

namespace godwit::detail {

/// Of "AccessExclusiveLock", as pg_locks has it; kNone for what is none.
LockMode lock_mode(std::string_view server_name) noexcept;

}  // namespace godwit::detail
