// SPDX-License-Identifier: Apache-2.0
#include "order/squash.hpp"

#include <algorithm>
#include <set>

namespace godwit::codegen {
namespace {

constexpr std::string_view kRule = "invalid-replaces";

const ReplacedRange* range_of(const MigrationSource& source, std::int64_t version) {
  const auto& ranges = source.header.replaces;
  const auto found = std::find_if(ranges.begin(), ranges.end(),
                                  [&](const ReplacedRange& range) { return range.has(version); });
  return found == ranges.end() ? nullptr : &*found;
}

void report(const MigrationSource& source, const ReplacedRange& range, std::string message,
            std::string note, Diagnostics& diagnostics) {
  diagnostics.error(kRule, source.up.file(), range.offset, std::move(message), {std::move(note)})
      .length = range.length;
}

bool overlaps(const ReplacedRange& a, const ReplacedRange& b) {
  return a.first <= b.last && b.first <= a.last;
}

void check_against(const MigrationSource& squash, const MigrationSource& other,
                   Diagnostics& diagnostics) {
  for (const ReplacedRange& range : squash.header.replaces) {
    const auto& theirs = other.header.replaces;
    if (std::any_of(theirs.begin(), theirs.end(),
                    [&](const ReplacedRange& their) { return overlaps(range, their); }))
      report(squash, range,
             "migration " + std::to_string(other.version) + " replaces " + replaced_text(other) +
                 ", some of which this one replaces too",
             "a migration has one place: take it out of one of the two", diagnostics);
  }
  if (const ReplacedRange* range = range_of(squash, other.version))
    report(squash, *range,
           "migration " + std::to_string(other.version) + " is a squash itself, of " +
               replaced_text(other),
           "take the file of the older squash out of the folder, and what it replaced; its line "
           "stays in godwit.lock",
           diagnostics);
}

}  // namespace

bool replaces(const MigrationSource& source, std::int64_t version) noexcept {
  return range_of(source, version) != nullptr;
}

std::string replaced_text(const MigrationSource& source) {
  std::string text;
  for (const ReplacedRange& range : source.header.replaces) {
    text += (text.empty() ? "" : ", ") + std::to_string(range.first);
    if (range.last != range.first)
      text += "-" + std::to_string(range.last);
  }
  return text;
}

std::vector<Squash> find_squashes(std::span<const MigrationSource> sources,
                                  Diagnostics& diagnostics) {
  std::vector<Squash> squashes;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const MigrationSource& source = sources[i];
    if (source.header.replaces.empty())
      continue;
    Squash squash{.index = i, .originals = {}};
    if (const ReplacedRange* own = range_of(source, source.version))
      report(source, *own, "migration " + std::to_string(source.version) + " replaces itself",
             "a squash has a version of its own, that no database has yet", diagnostics);
    for (const Squash& earlier : squashes)
      check_against(source, sources[earlier.index], diagnostics);
    for (std::size_t k = 0; k < sources.size(); ++k) {
      const bool is_squash = !sources[k].header.replaces.empty();
      if (k > i && is_squash && replaces(source, sources[k].version))
        check_against(source, sources[k], diagnostics);
      if (k != i && !is_squash && replaces(source, sources[k].version))
        squash.originals.push_back(k);
    }
    squashes.push_back(std::move(squash));
  }
  return squashes;
}

std::vector<std::int64_t> replaced_versions(const Squash& squash,
                                            std::span<const MigrationSource> sources,
                                            const LockFile& lock) {
  std::set<std::int64_t> versions;
  for (const ReplacedRange& range : sources[squash.index].header.replaces) {
    std::set<std::int64_t> known;
    for (const std::size_t original : squash.originals) {
      if (range.has(sources[original].version))
        known.insert(sources[original].version);
    }
    for (const LockEntry& entry : lock.entries) {
      if (range.has(entry.version))
        known.insert(entry.version);
    }
    if (known.empty())
      known = {range.first, range.last};
    versions.merge(known);
  }
  return {versions.begin(), versions.end()};
}

}  // namespace godwit::codegen
