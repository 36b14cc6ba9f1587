// SPDX-License-Identifier: Apache-2.0
//
// Parts of the history's SQL.
#pragma once

#include <string_view>

namespace godwit::detail {

inline constexpr std::string_view kSystemId =
    "(SELECT s.system_identifier FROM pg_catalog.pg_control_system() AS s)";

inline constexpr std::string_view kBackendStart =
    "(SELECT a.backend_start FROM pg_catalog.pg_stat_activity AS a "
    "WHERE a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid())";

}  // namespace godwit::detail
