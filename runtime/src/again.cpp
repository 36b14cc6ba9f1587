// SPDX-License-Identifier: Apache-2.0
#include "again.hpp"

#include "squash.hpp"

#include <algorithm>

namespace godwit::detail {

bool is_of_newer_release(const MigrationSet& set, std::int64_t version) noexcept {
  return squash_of(set, version) == nullptr &&
         std::all_of(set.migrations.begin(), set.migrations.end(), [&](const Migration& migration) {
           return !migration.has_version() || migration.version < version;
         });
}

}  // namespace godwit::detail
