// SPDX-License-Identifier: Apache-2.0
//
// Names for dependencies.
#include "references.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

bool is_own(const MigrationSet& set, const Dependency& dependency) {
  return dependency.set.empty() || dependency.set == set.name;
}

}  // namespace

std::vector<std::string> dependencies_of(const MigrationSet& set, const Migration& migration) {
  std::vector<std::string> names;
  for (const Dependency& dependency : migration.dependencies) {
    if (!is_own(set, dependency)) {
      names.push_back(fmt::format("{}:{}", dependency.set, dependency.version));
      continue;
    }
    const auto found =
        std::find_if(set.migrations.begin(), set.migrations.end(), [&](const Migration& candidate) {
          return candidate.has_version() && candidate.version == dependency.version;
        });
    names.push_back(found == set.migrations.end() ? std::to_string(dependency.version)
                                                  : std::string(found->full_name));
  }
  return names;
}

std::vector<std::string> dependants_of(const MigrationSet& set, const Migration& migration) {
  std::vector<std::string> names;
  if (!migration.has_version()) {
    return names;
  }
  for (const Migration& candidate : set.migrations) {
    const bool depends =
        std::any_of(candidate.dependencies.begin(), candidate.dependencies.end(),
                    [&](const Dependency& dependency) {
                      return is_own(set, dependency) && dependency.version == migration.version;
                    });
    if (depends) {
      names.emplace_back(candidate.full_name);
    }
  }
  return names;
}

std::string replaced_text(const Migration& migration) {
  std::string text;
  for (const VersionRange& range : migration.replaces) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", range.first);
    text += range.last == range.first ? "" : fmt::format("-{}", range.last);
  }
  return text;
}

std::string_view squash_name(const MigrationSet& set, const Migration& migration) {
  if (!migration.has_version()) {
    return {};
  }
  for (const Migration& squash : set.migrations) {
    for (const VersionRange& range : squash.replaces) {
      if (migration.version >= range.first && migration.version <= range.last) {
        return squash.full_name;
      }
    }
  }
  return {};
}

std::string_view phase_name(Phase phase) {
  return phase == Phase::kExpand ? "expand" : phase == Phase::kContract ? "contract" : "";
}

}  // namespace godwit::cli
