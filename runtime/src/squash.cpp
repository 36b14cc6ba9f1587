// SPDX-License-Identifier: Apache-2.0
#include "squash.hpp"

#include <algorithm>

namespace godwit::detail {
namespace {

void insert(std::vector<std::int64_t>& list, std::int64_t version) {
  list.insert(std::upper_bound(list.begin(), list.end(), version), version);
}

bool has(const std::vector<std::int64_t>& list, std::int64_t version) {
  return std::binary_search(list.begin(), list.end(), version);
}

bool is_in(const VersionRange& range, std::int64_t version) {
  return version >= range.first && version <= range.last;
}

}  // namespace

void Versions::add(std::int64_t version, bool is_applied) {
  insert(present, version);
  if (is_applied) {
    insert(applied, version);
  }
}

Versions versions_of(const MigrationSet& set, const Snapshot& snapshot) {
  Versions versions;
  for (const Row& row : snapshot.rows) {
    if (row.set == set.name && row.version) {
      versions.add(*row.version, row.state == "applied");
    }
  }
  versions.replaced = replaced_elsewhere(set, snapshot.replaced);
  return versions;
}

bool is_replaced_in(const Snapshot& snapshot, std::string_view set, std::int64_t version) noexcept {
  return std::any_of(
      snapshot.replaced.begin(), snapshot.replaced.end(),
      [&](const ReplacedRange& one) { return one.set == set && is_in(one.range, version); });
}

std::vector<VersionRange> replaced_elsewhere(const MigrationSet& set,
                                             const std::vector<ReplacedRange>& replaced) {
  std::vector<VersionRange> ranges;
  for (const ReplacedRange& one : replaced) {
    const bool is_known =
        std::any_of(set.migrations.begin(), set.migrations.end(), [&](const Migration& migration) {
          return migration.has_version() && migration.version == one.squash;
        });
    if (one.set == set.name && !is_known) {
      ranges.push_back(one.range);
    }
  }
  return ranges;
}

bool stands_for(const Migration& squash, std::int64_t version) noexcept {
  return std::any_of(squash.replaces.begin(), squash.replaces.end(),
                     [&](const VersionRange& range) { return is_in(range, version); });
}

const Migration* squash_of(const MigrationSet& set, std::int64_t version) noexcept {
  const auto found =
      std::find_if(set.migrations.begin(), set.migrations.end(),
                   [&](const Migration& migration) { return stands_for(migration, version); });
  return found == set.migrations.end() ? nullptr : &*found;
}

bool has_replaced(const Migration& squash, const Versions& versions) {
  const auto& present = versions.present;
  return std::any_of(
      squash.replaces.begin(), squash.replaces.end(), [&](const VersionRange& range) {
        const auto first = std::lower_bound(present.begin(), present.end(), range.first);
        return first != present.end() && *first <= range.last;
      });
}

std::vector<std::int64_t> missing_of(const Migration& squash, const Versions& versions) {
  std::vector<std::int64_t> missing;
  for (const std::int64_t version : squash.replaced) {
    if (!has(versions.applied, version)) {
      missing.push_back(version);
    }
  }
  return missing;
}

bool is_covered(const MigrationSet& set, const Migration& migration, const Versions& versions) {
  if (!migration.has_version() || has(versions.present, migration.version)) {
    return false;
  }
  if (std::any_of(versions.replaced.begin(), versions.replaced.end(),
                  [&](const VersionRange& range) { return is_in(range, migration.version); })) {
    return true;
  }
  if (!migration.replaces.empty()) {
    return has_replaced(migration, versions) && missing_of(migration, versions).empty();
  }
  const Migration* squash = squash_of(set, migration.version);
  return squash != nullptr &&
         (has(versions.present, squash->version) || !has_replaced(*squash, versions));
}

}  // namespace godwit::detail
