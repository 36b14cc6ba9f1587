// SPDX-License-Identifier: Apache-2.0
//
// A session of somebody else's in words, the same in every report.
#pragma once

#include "connection.hpp"

#include <string>
#include <string_view>

namespace godwit::detail {

/// The columns that describe_session() reads, of pg_stat_activity AS a. State, age and query of
/// other roles' backends are shown to members of pg_read_all_stats only.
inline constexpr std::string_view kActivity =
    "a.pid, a.usename, a.application_name, a.state, "
    "pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) "
    "a.state_change), pg_catalog.left(a.query, 200)";

/// The row of a result that has these columns from `first` on. `held` is what it has that somebody
/// waits for; `doing`, where there is any, stands for the query.
std::string describe_session(const PGresult* result, int row, int first = 0,
                             std::string_view held = {}, std::string_view doing = {});

}  // namespace godwit::detail
