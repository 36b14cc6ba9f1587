// SPDX-License-Identifier: Apache-2.0
//
// Seeds: which of them a run means, and the rows that they bring.
#pragma once

#include "connection.hpp"

#include <godwit/migrator.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace godwit::detail {

/// Whether a run in this mode (Options::seed) has nothing to do with the migration: a seed of
/// another mode.
bool is_left_out(const Migration& migration, std::string_view mode) noexcept;

/// Throws Error of kind kUsage for a mode that the set does not have.
void refuse_unknown_mode(const MigrationSet& set, std::string_view mode);

/// The rows that follow this statement of a script; null where it is no COPY of a seed.
const CopyRows* rows_of(const Script& script, std::size_t statement) noexcept;

/// How often a long COPY says how far it is.
inline constexpr std::chrono::seconds kBetweenRowEvents{1};

/// The event that says it: so many bytes of its rows have been sent.
Event progress_of(const CopyRows& rows, std::uint64_t sent, std::uint64_t total);

/// Fills in where the row stands in the file that the server complains of. False where it does not
/// say that.
bool locate_row(const Script& script, std::size_t statement, const PGresult* error,
                ErrorDetail& detail);

}  // namespace godwit::detail
