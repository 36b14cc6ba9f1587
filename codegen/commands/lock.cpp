// SPDX-License-Identifier: Apache-2.0
//
// `godwit lock`: writes down what is released. It changes no line by itself: an edited or removed
// migration is refused unless its version is accepted by name.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "commands/commands.hpp"
#include "commands/write_file.hpp"
#include "emit/report.hpp"
#include "order/dependency_order.hpp"
#include "order/lock_file.hpp"

namespace godwit::codegen::commands {
namespace {

struct LockedSet {
  FileStore files;
  std::vector<MigrationSource> sources;
  std::vector<const MigrationSource*> in_order;
  LockFile lock;
};

void require_known(const LockedSet& set, std::int64_t version) {
  const bool is_in_set =
      std::any_of(set.sources.begin(), set.sources.end(),
                  [&](const MigrationSource& s) { return s.version == version; });
  const bool is_locked = std::any_of(set.lock.entries.begin(), set.lock.entries.end(),
                                     [&](const LockEntry& e) { return e.version == version; });
  if (!is_in_set && !is_locked)
    throw UsageError(fmt::format("--accept {}: there is no such migration", version));
}

/// Makes the lines of `versions` say what the files say, and drops those of removed migrations.
void accept(LockFile& lock, const LockedSet& set, const std::vector<std::int64_t>& versions) {
  for (const std::int64_t version : versions) {
    const auto source =
        std::find_if(set.sources.begin(), set.sources.end(),
                     [&](const MigrationSource& s) { return s.version == version; });
    for (LockEntry& entry : lock.entries) {
      if (entry.version != version || source == set.sources.end())
        continue;
      entry.name = source->name;
      entry.checksum = source->up.file().checksum();
    }
    if (source == set.sources.end())
      std::erase_if(lock.entries, [&](const LockEntry& e) { return e.version == version; });
  }
}

/// A wrong digest is what this command mends, when all lines are right.
void drop_digest_error(Diagnostics& diagnostics, const LockFile& lock) {
  if (lock.is_digest_right)
    return;
  auto& all = diagnostics.all();
  const auto digest = std::find_if(all.rbegin(), all.rend(), [&](const Diagnostic& d) {
    return d.file == lock.file && d.rule == "invalid-lock-file";
  });
  if (digest != all.rend())
    all.erase(std::next(digest).base());
}

void drop_notes(Diagnostics& diagnostics) {
  std::erase_if(diagnostics.all(),
                [](const Diagnostic& d) { return d.severity != Severity::kError; });
}

std::size_t count_new(const LockFile& lock, const std::vector<LockEntry>& entries) {
  return static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(), [&](const LockEntry& entry) {
        return std::none_of(lock.entries.begin(), lock.entries.end(), [&](const LockEntry& old) {
          return old.version == entry.version && old.checksum == entry.checksum &&
                 old.name == entry.name;
        });
      }));
}

std::string counted(std::size_t migrations) {
  return fmt::format("{} {}", migrations, migrations == 1 ? "migration" : "migrations");
}

int report(Diagnostics& diagnostics, const LockedSet& set, const LockOptions& options) {
  diagnostics.sort();
  const std::string text = emit::report_gcc(
      diagnostics,
      {.use_color = use_color(options.color, STDERR_FILENO), .migrations = set.in_order.size()});
  std::fwrite(text.data(), 1, text.size(), stderr);
  return kFindings;
}

}  // namespace

int run_lock(const LockOptions& options) {
  const std::filesystem::path path = options.file.value_or(options.directory / "godwit.lock");
  LockedSet set;
  Diagnostics diagnostics;
  set.sources = load_set(files_of(options.directory, options.layout), set.files, diagnostics);
  for (const std::size_t index : order_set(set.sources, diagnostics).order)
    set.in_order.push_back(&set.sources[index]);
  set.in_order = lockable(set.in_order);
  set.lock = read_lock_file(path, set.files, diagnostics);
  for (const std::int64_t version : options.accept) require_known(set, version);

  LockFile kept = set.lock;
  accept(kept, set, options.accept);
  if (kept.file != nullptr)
    check_lock(kept, set.in_order, diagnostics);
  if (!options.check)
    drop_digest_error(diagnostics, set.lock);
  drop_notes(diagnostics);
  if (diagnostics.has_errors())
    return report(diagnostics, set, options);

  const std::vector<LockEntry> entries = updated_lock(kept, set.in_order);
  const std::size_t changed = count_new(set.lock, entries);
  if (options.check) {
    if (changed > 0) {
      fmt::print(stderr, "{}: {} {} not locked; run `godwit lock`\n", path.string(), changed,
                 changed == 1 ? "migration is" : "migrations are");
      return kFindings;
    }
    fmt::print("{}: all {} locked\n", path.string(), counted(entries.size()));
    return kClean;
  }
  const bool is_written = write_if_different(path, lock_text(entries));
  if (is_written)
    fmt::print("{}: {}, {} of them new or accepted\n", path.string(), counted(entries.size()),
               changed);
  else
    fmt::print("{}: all {} locked already\n", path.string(), counted(entries.size()));
  return kClean;
}

}  // namespace godwit::codegen::commands
