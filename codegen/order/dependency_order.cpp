// SPDX-License-Identifier: Apache-2.0
#include "order/dependency_order.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>

#include "source/seeds.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

/// Finds a migration by what a header may call it.
class Names {
 public:
  Names(std::span<const MigrationSource> sources, Diagnostics& diagnostics) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (!sources[i].is_repeatable)
        versions_.emplace(sources[i].version, i);
      names_.emplace(sources[i].full_name, i);
    }
    std::map<std::string, std::size_t> tags;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const Header& header = sources[i].header;
      const auto [taken, is_new] = tags.emplace(header.tag, i);
      if (!header.tag.empty() && !is_new)
        diagnostics
            .error("invalid-header-value", sources[i].up.file(), header.tag_offset,
                   "the tag `" + header.tag + "` is taken by " +
                       sources[taken->second].up.file().display(),
                   {"a tag names one migration: give one of the two another"})
            .length = header.tag.size();
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
      for (const std::string& alias : sources[i].header.aliases) {
        const auto [taken, is_new] = names_.emplace(alias, i);
        if (!is_new && taken->second != i)
          diagnostics.error(
              "invalid-header-value", sources[i].up.file(), 0,
              "the alias `" + alias + "` is taken by " + sources[taken->second].up.file().display(),
              {"give one of the two another alias"});
      }
    }
  }

  /// A seed is found by its name too, where it is of the same mode as the seed that asks.
  std::optional<std::size_t> find(const DependencyName& name, const MigrationSource& from) const {
    if (!from.seed.empty()) {
      if (const auto found = names_.find(from.seed + "/" + name.text); found != names_.end())
        return found->second;
    }
    if (name.version) {
      if (const auto found = versions_.find(*name.version); found != versions_.end())
        return found->second;
    }
    std::string text = name.text;
    for (const std::string_view suffix : {".sql", ".up"}) {
      if (ends_with_ignoring_case(text, suffix))
        text.resize(text.size() - suffix.size());
    }
    const auto found = names_.find(text);
    return found == names_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::int64_t, std::size_t> versions_;
  std::map<std::string, std::size_t> names_;
};

std::string known_versions(std::span<const MigrationSource> sources) {
  constexpr std::size_t kMost = 8;
  std::string text;
  const std::size_t first = sources.size() > kMost ? sources.size() - kMost : 0;
  for (std::size_t i = first; i < sources.size(); ++i)
    text += (text.empty() ? "" : ", ") + label_of(sources[i]);
  return (first > 0 ? "the last versions of this set are " : "the versions of this set are ") +
         text;
}

void report_unknown(const MigrationSource& source, const DependencyName& name,
                    std::span<const MigrationSource> sources, Diagnostics& diagnostics) {
  const bool is_prose = std::none_of(name.text.begin(), name.text.end(), is_ascii_digit);
  if (is_prose) {
    diagnostics
        .error("invalid-header-value", source.up.file(), name.offset,
               "`" + name.text + "` is neither a version nor another migration's name or alias",
               {"Dependencies are versions: `7`, `[7, 10]`, `007 (CRM)`, `None`"})
        .length = name.text.size();
    return;
  }
  diagnostics
      .error("unknown-dependency", source.up.file(), name.offset,
             "migration " + label_of(source) + " depends on migration " +
                 (name.version ? std::to_string(*name.version) : "`" + name.text + "`") +
                 ", which does not exist",
             {known_versions(sources)})
      .length = name.text.size();
}

/// Who is replaced by whom.
class Replacements {
 public:
  Replacements(std::span<const MigrationSource> sources, const std::vector<Squash>& squashes)
      : sources_(sources), squashes_(squashes), squash_of_(sources.size()) {
    for (const Squash& squash : squashes) {
      for (const std::size_t original : squash.originals) squash_of_[original] = squash.index;
    }
  }

  /// What a dependency of `from` on `to` comes to: the squash of `to`, but for those that it
  /// replaces, and for itself.
  std::size_t followed(std::size_t from, std::size_t to) const {
    const auto& squash = squash_of_[to];
    return !squash || *squash == from || squash_of_[from] == squash ? to : *squash;
  }

  /// The squash of a version whose file is gone.
  std::optional<std::size_t> squash_of(std::int64_t version) const {
    for (const Squash& squash : squashes_) {
      if (replaces(sources_[squash.index], version))
        return squash.index;
    }
    return std::nullopt;
  }

 private:
  std::span<const MigrationSource> sources_;
  const std::vector<Squash>& squashes_;
  std::vector<std::optional<std::size_t>> squash_of_;
};

/// Why `source` cannot depend on `other`, where that is a seed; else empty.
std::string seed_problem(const MigrationSource& source, const MigrationSource& other) {
  if (other.seed.empty())
    return {};
  if (source.seed.empty())
    return label_of(source) + " depends on the seed " + other.full_name +
           ", which is applied after all migrations, or not at all";
  return mode_includes(source.seed, other.seed)
             ? std::string()
             : source.full_name + " depends on " + other.full_name +
                   ", which --seed=" + source.seed + " leaves out";
}

std::vector<std::size_t> resolve(std::size_t index, std::span<const MigrationSource> sources,
                                 const Names& names, const Replacements& replacements,
                                 Diagnostics& diagnostics) {
  const MigrationSource& source = sources[index];
  std::vector<std::size_t> named;
  std::vector<std::size_t> resolved;
  for (const DependencyName& name : source.header.dependencies) {
    if (!name.set.empty())
      continue;
    std::optional<std::size_t> found = names.find(name, source);
    if (!found && name.version)
      found = replacements.squash_of(*name.version);
    if (!found) {
      report_unknown(source, name, sources, diagnostics);
    } else if (sources[*found].is_repeatable && !source.is_repeatable) {
      diagnostics
          .error("unknown-dependency", source.up.file(), name.offset,
                 "migration " + label_of(source) + " depends on " + label_of(sources[*found]) +
                     ", which is applied after all versioned migrations",
                 {"make this one repeatable too, or put what it needs into a versioned one"})
          .length = name.text.size();
    } else if (const std::string problem = seed_problem(source, sources[*found]);
               !problem.empty()) {
      diagnostics
          .error("unknown-dependency", source.up.file(), name.offset, problem,
                 {"what a seed needs is in its own mode or in reference, and no migration needs a "
                  "seed"})
          .length = name.text.size();
    } else if (*found == index || (name.version && replaces(source, *name.version))) {
      diagnostics
          .error("self-dependency", source.up.file(), name.offset,
                 "migration " + label_of(source) + " depends on itself")
          .length = name.text.size();
    } else if (std::find(named.begin(), named.end(), *found) != named.end() &&
               (!name.version || *name.version == sources[*found].version)) {
      diagnostics
          .add(Severity::kWarning, "duplicate-dependency", source.up.file(), name.offset,
               "migration " + label_of(sources[*found]) + " is listed twice")
          .length = name.text.size();
    } else {
      named.push_back(*found);
      const std::size_t followed = replacements.followed(index, *found);
      if (std::find(resolved.begin(), resolved.end(), followed) == resolved.end())
        resolved.push_back(followed);
    }
  }
  return resolved;
}

/// Where each source stands when nothing depends on anything: by version, and a squash behind the
/// last of those that it replaces.
std::vector<std::size_t> places_of(std::span<const MigrationSource> sources) {
  const auto key = [&](std::size_t i) {
    const auto& ranges = sources[i].header.replaces;
    if (ranges.empty())
      return std::pair(i + 1, i);
    const auto last =
        std::max_element(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
          return a.last < b.last;
        })->last;
    std::size_t before = 0;
    for (std::size_t k = 0; k < sources.size(); ++k) {
      if (k != i && sources[k].version <= last)
        before = k + 1;
    }
    return std::pair(before, sources.size() + i);
  };
  std::vector<std::size_t> by_place(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) by_place[i] = i;
  std::stable_sort(by_place.begin(), by_place.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<std::size_t> places(sources.size());
  for (std::size_t place = 0; place < by_place.size(); ++place) places[by_place[place]] = place;
  return places;
}

using Edges = std::vector<std::vector<std::size_t>>;

/// What has to come before each source: its dependencies, and what it replaces.
Edges edges_of(const DependencyOrder& graph) {
  Edges edges = graph.dependencies;
  for (const Squash& squash : graph.squashes) {
    auto& before = edges[squash.index];
    for (const std::size_t original : squash.originals) {
      if (std::find(before.begin(), before.end(), original) == before.end())
        before.push_back(original);
    }
  }
  return edges;
}

/// Some cycle among the migrations that are not `is_done`, each depending on the next.
std::vector<std::size_t> find_cycle(const Edges& edges, const std::vector<bool>& is_done) {
  // Every migration that is left depends on another that is left: following the first such
  // dependency must come back to a migration that was met before.
  std::size_t at =
      static_cast<std::size_t>(std::find(is_done.begin(), is_done.end(), false) - is_done.begin());
  std::vector<std::size_t> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    const auto& next = edges[at];
    at = *std::find_if(next.begin(), next.end(), [&](std::size_t d) { return !is_done[d]; });
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  return path;
}

void report_cycle(const std::vector<std::size_t>& cycle, std::span<const MigrationSource> sources,
                  Diagnostics& diagnostics) {
  const auto smallest = std::min_element(cycle.begin(), cycle.end());
  std::string text;
  std::string files;
  for (std::size_t k = 0; k <= cycle.size(); ++k) {
    const auto at = (static_cast<std::size_t>(smallest - cycle.begin()) + k) % cycle.size();
    text += (k == 0 ? "" : " → ") + label_of(sources[cycle[at]]);
    if (k < cycle.size())
      files += (k == 0 ? "" : ", ") + sources[cycle[at]].up.file().display();
  }
  const MigrationSource& first = sources[*smallest];
  const std::size_t offset =
      first.header.dependencies.empty() ? 0 : first.header.dependencies.front().offset;
  diagnostics.error("dependency-cycle", first.up.file(), offset,
                    "dependencies in a circle: " + text,
                    {"each of these waits for the next: " + files});
}

}  // namespace

DependencyOrder order_set(std::span<const MigrationSource> sources, Diagnostics& diagnostics) {
  const Names names(sources, diagnostics);
  DependencyOrder result;
  result.squashes = find_squashes(sources, diagnostics);
  const Replacements replacements(sources, result.squashes);
  for (std::size_t i = 0; i < sources.size(); ++i)
    result.dependencies.push_back(resolve(i, sources, names, replacements, diagnostics));
  Edges edges = edges_of(result);
  Edges dependants(sources.size());
  std::vector<std::size_t> open(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) {
    open[i] = edges[i].size();
    for (const std::size_t before : edges[i]) dependants[before].push_back(i);
  }

  const std::vector<std::size_t> places = places_of(sources);
  const auto is_behind = [&](std::size_t a, std::size_t b) { return places[a] > places[b]; };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(is_behind)> free(is_behind);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (open[i] == 0)
      free.push(i);
  }
  std::vector<bool> is_done(sources.size(), false);
  const auto drain = [&] {
    while (!free.empty()) {
      const std::size_t next = free.top();
      free.pop();
      is_done[next] = true;
      result.order.push_back(next);
      for (const std::size_t dependant : dependants[next]) {
        if (--open[dependant] == 0)
          free.push(dependant);
      }
    }
  };
  drain();
  while (result.order.size() < sources.size()) {
    const std::vector<std::size_t> cycle = find_cycle(edges, is_done);
    report_cycle(cycle, sources, diagnostics);
    // Cut the circle at its smallest version and go on, to find the other circles too.
    const std::size_t cut = *std::min_element(cycle.begin(), cycle.end());
    open[cut] = 0;
    std::erase_if(edges[cut], [&](std::size_t before) {
      if (is_done[before])
        return false;
      std::erase(dependants[before], cut);
      std::erase(result.dependencies[cut], before);
      return true;
    });
    free.push(cut);
    drain();
  }
  return result;
}

}  // namespace godwit::codegen
