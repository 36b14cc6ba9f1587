// SPDX-License-Identifier: Apache-2.0
#include "commands/compile.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "catalog/describe.hpp"
#include "catalog/expected.hpp"
#include "lint/lint.hpp"
#include "order/phases.hpp"

namespace godwit::codegen::commands {
namespace {

/// What fails in a transaction runs outside one, if the policy lets it run at all.
void leave_transaction(const lint::FailsInTransaction& fails, CompiledSet& set) {
  const auto migration =
      std::find_if(set.migrations.begin(), set.migrations.end(),
                   [&](const sql::Migration& one) { return &one == fails.migration; });
  if (migration == set.migrations.end())
    return;
  auto& indices = fails.section == SectionKind::kDown
                      ? migration->down_transaction.not_in_transaction
                      : migration->up_transaction.not_in_transaction;
  const auto place = std::lower_bound(indices.begin(), indices.end(), fails.statement);
  if (place == indices.end() || *place != fails.statement)
    indices.insert(place, fails.statement);
}

bool is_original(const CompiledSet& set, const Squash& squash, const sql::Migration* migration) {
  return std::any_of(squash.originals.begin(), squash.originals.end(),
                     [&](std::size_t original) { return &set.migrations[original] == migration; });
}

/// Adds to the set's findings those of `findings` that are about what `squash` replaces.
void take_findings(CompiledSet& set, const Squash& squash, Diagnostics& findings) {
  const auto is_about_original = [&](const Diagnostic& finding) {
    return std::any_of(squash.originals.begin(), squash.originals.end(), [&](std::size_t original) {
      const MigrationSource& source = set.sources[original];
      const auto& sections = {&source.up, &source.down, &source.verify, &source.require};
      return std::any_of(sections.begin(), sections.end(), [&](const Section* section) {
        return section->is_present() && &section->file() == finding.file;
      });
    });
  };
  for (Diagnostic& finding : findings.all()) {
    if (is_about_original(finding))
      set.diagnostics.all().push_back(std::move(finding));
  }
}

/// Who looks on while the set is linted; either may be missing.
struct Watch {
  lint::Observer observer;
  std::function<void(const sql::Migration&, const catalog::Catalog&, bool is_opaque)> up_observer;
  unsigned threads = 0;
};

/// Both ways to the place of the squash have to end in the same schema.
void compare_squash(CompiledSet& set, const Squash& squash, const lint::Policy& policy,
                    const Watch& watch) {
  Diagnostics old_findings;
  catalog::Catalog old_catalog;
  const std::vector<const sql::Migration*> old_order = order_of_old(set, squash);
  // All but what is replaced has been shown before.
  lint::Observer observer;
  if (watch.observer) {
    observer = [&](const lint::Event& event, const lint::Context& context) {
      if (is_original(set, squash, &context.migration()))
        watch.observer(event, context);
    };
  }
  lint::UpObserver up_observer;
  if (watch.up_observer) {
    up_observer = [&](std::size_t n, const catalog::Catalog& catalog, bool is_opaque) {
      if (is_original(set, squash, old_order[n]))
        watch.up_observer(*old_order[n], catalog, is_opaque);
    };
  }
  for (const auto& fails : lint::lint_set(old_order, policy, old_findings, observer, &old_catalog,
                                          up_observer, watch.threads))
    leave_transaction(fails, set);
  take_findings(set, squash, old_findings);

  std::vector<const sql::Migration*> new_order = order_of_new(set);
  const sql::Migration* end = &set.migrations[squash.index];
  new_order.erase(std::next(std::find(new_order.begin(), new_order.end(), end)), new_order.end());
  Diagnostics ignored;
  catalog::Catalog new_catalog;
  lint::lint_set(new_order, policy, ignored, {}, &new_catalog, {}, watch.threads);

  const std::vector<catalog::Difference> differences = catalog::diff(old_catalog, new_catalog);
  if (differences.empty())
    return;
  constexpr std::size_t kMostListed = 12;
  std::vector<std::string> notes;
  for (const catalog::Difference& difference : differences) {
    if (notes.size() < kMostListed)
      notes.push_back(difference.kind == catalog::DifferenceKind::kExtra
                          ? difference.key + " is made by the squash alone"
                          : to_string(difference));
  }
  if (differences.size() > kMostListed)
    notes.push_back(fmt::format("and {} more", differences.size() - kMostListed));
  const bool is_only_text =
      std::all_of(differences.begin(), differences.end(), [](const catalog::Difference& one) {
        return one.kind == catalog::DifferenceKind::kRewritten;
      });
  const bool is_unknown = old_catalog.is_opaque || new_catalog.is_opaque ||
                          old_catalog.may_have_more || new_catalog.may_have_more;
  const MigrationSource& source = set.sources[squash.index];
  const ReplacedRange& range = source.header.replaces.front();
  set.diagnostics
      .add(is_only_text || is_unknown ? Severity::kWarning : Severity::kError, "squash-differs",
           source.up.file(), range.offset,
           fmt::format("the squash does not make the schema that {} made", replaced_text(source)),
           std::move(notes))
      .length = range.length;
}

void finish(CompiledSet& set, const lint::Policy& policy, const lint::Observer& observer = {},
            bool wants_schema = false, unsigned threads = 0) {
  const auto is_external = [&](const catalog::Name& name) {
    return lint::is_external(policy, name.schema, name.name);
  };
  Watch watch;
  watch.observer = observer;
  watch.threads = threads;
  const std::vector<const sql::Migration*> order = order_of_new(set);
  lint::UpObserver up_observer;
  if (wants_schema) {
    set.schema_changes.resize(set.migrations.size());
    watch.up_observer = [&](const sql::Migration& migration, const catalog::Catalog& catalog,
                            bool is_opaque) {
      set.schema_changes[static_cast<std::size_t>(&migration - set.migrations.data())] = {
          catalog::schema_change(catalog, is_external), is_opaque};
    };
    up_observer = [&](std::size_t n, const catalog::Catalog& catalog, bool is_opaque) {
      watch.up_observer(*order[n], catalog, is_opaque);
    };
  }
  for (const auto& fails :
       lint::lint_set(order, policy, set.diagnostics, observer,
                      wants_schema ? &set.catalog : nullptr, up_observer, threads))
    leave_transaction(fails, set);
  for (const Squash& squash : set.order.squashes) {
    if (!squash.originals.empty())
      compare_squash(set, squash, policy, watch);
  }
  lint::apply_policy(policy, set.in_order, set.diagnostics);
  set.diagnostics.sort();
}

/// `main:7` in the set main is its own 7.
void resolve_own_name(std::vector<MigrationSource>& sources, const std::string& set_name) {
  if (set_name.empty())
    return;
  for (MigrationSource& source : sources) {
    for (DependencyName& name : source.header.dependencies) {
      if (name.set == set_name)
        name.set.clear();
    }
  }
}

void require_lock(CompiledSet& set, const SetRequest& request) {
  std::error_code ignored;
  if (!request.is_lock_required || std::filesystem::exists(*request.lock, ignored))
    return;
  const SourceFile& file =
      set.files.emplace_back(*request.lock, request.lock->filename().string(), "");
  set.diagnostics.error("invalid-lock-file", file, 0,
                        "there is no such file, though LOCK in add_migrations() names it",
                        {"put the path right; or make the file, and commit it: godwit lock " +
                         request.files.root.string() + " --file " + request.lock->string()});
}

void check_baseline(const CompiledSet& set, const lint::Policy& policy) {
  if (!policy.baseline || set.sources.empty())
    return;
  const auto last = std::max_element(
      set.sources.begin(), set.sources.end(),
      [](const MigrationSource& a, const MigrationSource& b) { return a.version < b.version; });
  if (last->version < *policy.baseline)
    fmt::print(stderr,
               "godwit: warning: BASELINE {} is above the last version, {}: nothing is said of the "
               "migrations that are here, nor of the next ones\n",
               *policy.baseline, last->version);
}

}  // namespace

std::vector<const sql::Migration*> order_of_new(const CompiledSet& set) {
  std::vector<const sql::Migration*> order;
  for (const sql::Migration* migration : set.in_order) {
    if (std::none_of(set.order.squashes.begin(), set.order.squashes.end(),
                     [&](const Squash& squash) { return is_original(set, squash, migration); }))
      order.push_back(migration);
  }
  return order;
}

std::vector<const sql::Migration*> order_of_old(const CompiledSet& set, const Squash& squash) {
  std::vector<const sql::Migration*> order;
  for (const sql::Migration* migration : set.in_order) {
    if (migration == &set.migrations[squash.index])
      break;
    if (std::none_of(set.order.squashes.begin(), set.order.squashes.end(),
                     [&](const Squash& other) {
                       return other.index != squash.index && is_original(set, other, migration);
                     }))
      order.push_back(migration);
  }
  return order;
}

/// Before the files are parsed: what is released is judged otherwise there too.
void read_lock(CompiledSet& set, const SetRequest& request) {
  require_lock(set, request);
  set.lock = read_lock_file(*request.lock, set.files, set.diagnostics);
  for (MigrationSource& source : set.sources)
    source.is_locked =
        !source.is_repeatable &&
        std::any_of(set.lock.entries.begin(), set.lock.entries.end(),
                    [&](const LockEntry& entry) { return entry.version == source.version; });
}

std::unique_ptr<CompiledSet> compile_set(const SetRequest& request) {
  auto set = std::make_unique<CompiledSet>();
  set->sources = load_set(request.files, set->files, set->diagnostics);
  resolve_own_name(set->sources, request.set_name);
  if (request.lock)
    read_lock(*set, request);
  set->order = order_set(set->sources, set->diagnostics);
  set->migrations = sql::parse_set(set->sources, request.policy.postgres, set->diagnostics);
  for (const std::size_t index : set->order.order) {
    set->in_order.push_back(&set->migrations[index]);
    set->sources_in_order.push_back(&set->sources[index]);
  }
  check_baseline(*set, request.policy);
  if (request.lock) {
    check_lock(set->lock, lockable(set->sources_in_order), set->diagnostics);
    check_phases(set->sources, set->order, set->lock, set->diagnostics);
  }
  finish(*set, request.policy, request.observer, request.wants_schema, request.threads);
  return set;
}

std::unique_ptr<CompiledSet> compile_stray(const std::filesystem::path& file,
                                           const std::vector<Define>& defines,
                                           const lint::Policy& policy,
                                           std::optional<bool> wants_transaction) {
  auto set = std::make_unique<CompiledSet>();
  if (auto source = load_stray(file, defines, set->files, set->diagnostics)) {
    if (wants_transaction)
      source->header.transaction = wants_transaction;
    set->sources.push_back(std::move(*source));
  }
  set->migrations = sql::parse_set(set->sources, policy.postgres, set->diagnostics);
  for (const sql::Migration& migration : set->migrations) {
    set->in_order.push_back(&migration);
    set->sources_in_order.push_back(migration.source);
  }
  finish(*set, policy);
  return set;
}

const sql::Migration* find_migration(const CompiledSet& set, std::string_view wanted) {
  std::int64_t version = -1;
  const char* end = wanted.data() + wanted.size();
  const auto [stop, error] = std::from_chars(wanted.data(), end, version);
  const bool is_number = error == std::errc() && stop == end;
  for (const sql::Migration* migration : set.in_order) {
    const MigrationSource& source = *migration->source;
    const auto& aliases = source.header.aliases;
    if ((is_number && !source.is_repeatable && source.version == version) ||
        source.full_name == wanted || source.name == wanted ||
        std::find(aliases.begin(), aliases.end(), wanted) != aliases.end())
      return migration;
  }
  return nullptr;
}

}  // namespace godwit::codegen::commands
