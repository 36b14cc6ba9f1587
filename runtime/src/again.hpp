// SPDX-License-Identifier: Apache-2.0
//
// Repeatable migrations and seeds, which are applied again: what the checksum in their row says. It
// is that of the text that was applied last; none where something was undone since, which may have
// taken along what they made.
#pragma once

#include <godwit/migration.hpp>

#include <cstdint>

namespace godwit::detail {

/// Whether a row with this version, of this set, was written by a newer release than this build:
/// it stands behind all that the build has, and none of its squashes stands for it. Then what is
/// applied again is left as that release has it.
bool is_of_newer_release(const MigrationSet& set, std::int64_t version) noexcept;

}  // namespace godwit::detail
