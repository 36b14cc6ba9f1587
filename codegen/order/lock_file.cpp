// SPDX-License-Identifier: Apache-2.0
#include "order/lock_file.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>

#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kDigestWord = "digest";
constexpr std::string_view kInvalid = "invalid-lock-file";

bool is_checksum(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_ascii_digit(c) || (c >= 'a' && c <= 'f');
         });
}

/// `<version> <name> <sha256>`; the name may hold blanks.
std::optional<LockEntry> parse_entry(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last <= first)
    return std::nullopt;
  LockEntry entry;
  const std::string_view version = line.substr(0, first);
  const auto [end, error] =
      std::from_chars(version.data(), version.data() + version.size(), entry.version);
  entry.name = line.substr(first + 1, last - first - 1);
  entry.checksum = line.substr(last + 1);
  const bool is_right =
      error == std::errc() && end == version.data() + version.size() && is_checksum(entry.checksum);
  return is_right ? std::optional(std::move(entry)) : std::nullopt;
}

std::string entry_line(std::int64_t version, std::string_view name, std::string_view checksum) {
  return std::to_string(version) + " " + std::string(name) + " " + std::string(checksum) + "\n";
}

const LockEntry* find_entry(const LockFile& lock, std::int64_t version) {
  const auto found = std::find_if(lock.entries.begin(), lock.entries.end(),
                                  [&](const LockEntry& e) { return e.version == version; });
  return found == lock.entries.end() ? nullptr : &*found;
}

const MigrationSource* find_migration(std::span<const MigrationSource* const> migrations,
                                      std::int64_t version) {
  const auto found = std::find_if(migrations.begin(), migrations.end(),
                                  [&](const MigrationSource* m) { return m->version == version; });
  return found == migrations.end() ? nullptr : *found;
}

/// Its file may go, and its line may stay: a squash stands for it.
bool is_replaced(std::span<const MigrationSource* const> in_order, std::int64_t version) {
  return std::any_of(in_order.begin(), in_order.end(), [&](const MigrationSource* migration) {
    const auto& ranges = migration->header.replaces;
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const ReplacedRange& range) { return range.has(version); });
  });
}

bool accepts(const MigrationSource& migration, const std::string& checksum) {
  const auto& accepted = migration.header.accepted_checksums;
  return std::find(accepted.begin(), accepted.end(), checksum) != accepted.end();
}

std::string accept_advice(std::int64_t version) {
  return "put it back and write a new migration; or, when it has been applied nowhere, "
         "`godwit lock --accept " +
         std::to_string(version) + "`";
}

void check_entry(const LockFile& lock, const LockEntry& entry,
                 std::span<const MigrationSource* const> in_order, Diagnostics& diagnostics) {
  const MigrationSource* migration = find_migration(in_order, entry.version);
  if (migration == nullptr) {
    if (is_replaced(in_order, entry.version))
      return;
    const auto twin = std::find_if(in_order.begin(), in_order.end(), [&](const MigrationSource* m) {
      return m->up.file().checksum() == entry.checksum && m->name == entry.name &&
             find_entry(lock, m->version) == nullptr;
    });
    std::string message =
        "migration " + std::to_string(entry.version) + " (" + entry.name + ") is locked, but was ";
    message +=
        twin == in_order.end() ? "removed" : "renumbered to " + std::to_string((*twin)->version);
    diagnostics.error("removed-locked-migration", *lock.file, entry.offset, std::move(message),
                      {accept_advice(entry.version)});
    return;
  }
  const SourceFile& file = migration->up.file();
  if (file.checksum() != entry.checksum && !accepts(*migration, entry.checksum)) {
    diagnostics.error("edited-locked-migration", file, 0,
                      "migration " + std::to_string(entry.version) +
                          " is locked, but was edited: " + file.checksum().substr(0, 12) +
                          "… is not the locked " + entry.checksum.substr(0, 12) + "…",
                      {accept_advice(entry.version)});
  } else if (migration->name != entry.name) {
    diagnostics.error("edited-locked-migration", file, 0,
                      "migration " + std::to_string(entry.version) + " is locked as `" +
                          entry.name + "`, but was renamed",
                      {accept_advice(entry.version)});
  }
}

void check_unlocked(const LockFile& lock, std::span<const MigrationSource* const> in_order,
                    Diagnostics& diagnostics) {
  const MigrationSource* head = nullptr;
  for (const MigrationSource* migration : in_order) {
    if (find_entry(lock, migration->version) != nullptr &&
        (head == nullptr || version_less(*head, *migration)))
      head = migration;
  }
  std::string unlocked;
  std::size_t count = 0;
  const MigrationSource* first = nullptr;
  for (const MigrationSource* migration : in_order) {
    if (find_entry(lock, migration->version) != nullptr)
      continue;
    if (first == nullptr)
      first = migration;
    constexpr std::size_t kMostNamed = 10;
    if (++count <= kMostNamed)
      unlocked += (count == 1 ? "" : ", ") + std::to_string(migration->version);
    const bool is_late = head != nullptr && version_less(*migration, *head);
    if (is_late && !migration->header.declares_dependencies)
      diagnostics.error(
          "inserted-before-locked", migration->up.file(), 0,
          "migration " + std::to_string(migration->version) + " arrives late: migration " +
              std::to_string(head->version) + " is locked already",
          {"say in its header what it needs, `-- Dependencies: 7` or `-- Dependencies: None`, or "
           "give it a version above " +
           std::to_string(head->version)});
  }
  if (first == nullptr)
    return;
  if (count > 10)
    unlocked += ", …";
  diagnostics.add(Severity::kNote, "unlocked-migration", *lock.file, 0,
                  count == 1
                      ? "migration " + unlocked + " is not locked yet"
                      : std::to_string(count) + " migrations are not locked yet: " + unlocked,
                  {"`godwit lock` adds them; do so before they are applied where it matters"});
}

}  // namespace

LockFile read_lock_file(const std::filesystem::path& path, FileStore& store,
                        Diagnostics& diagnostics) {
  LockFile lock;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return lock;
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::erase(bytes, '\r');
  const SourceFile& file = store.emplace_back(path, path.filename().string(), std::move(bytes));
  lock.file = &file;
  const std::string_view text = file.text();
  std::optional<std::string> digest;
  std::size_t begin = 0;
  std::size_t entries_end = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.starts_with(kDigestWord) && is_checksum(trim(line.substr(kDigestWord.size())))) {
      // Two of them are left of a merge that kept both sides: neither fits then.
      digest = digest ? "" : std::string(trim(line.substr(kDigestWord.size())));
      entries_end = begin;
    } else if (auto entry = parse_entry(line)) {
      entry->offset = begin;
      if (find_entry(lock, entry->version) != nullptr)
        diagnostics.error(kInvalid, file, begin,
                          "version " + std::to_string(entry->version) + " is locked twice",
                          {"after a merge keep the right line and run `godwit lock`"});
      else
        lock.entries.push_back(std::move(*entry));
    } else if (!trim(line).empty()) {
      diagnostics.error(kInvalid, file, begin, "not a line of a lock file",
                        {"a line is `<version> <name> <sha256>`, the last `digest <sha256>`; is "
                         "this left of a merge?"});
    }
    begin = end + 1;
  }
  lock.is_digest_right = digest && *digest == sha256_hex(text.substr(0, entries_end)) &&
                         text.find('\n', entries_end) + 1 == text.size();
  if (!lock.is_digest_right)
    diagnostics.error(
        kInvalid, file, digest ? entries_end : 0,
        digest ? "the digest does not fit the lines above it" : "the lock file has no digest line",
        {"after a merge run `godwit lock`, which checks every line and writes the "
         "digest"});
  return lock;
}

void check_lock(const LockFile& lock, std::span<const MigrationSource* const> in_order,
                Diagnostics& diagnostics) {
  if (lock.file == nullptr) {
    if (!in_order.empty())
      diagnostics.add(Severity::kNote, "unlocked-migration", in_order.front()->up.file(), 0,
                      "the set has no lock file, so an edited migration goes unnoticed",
                      {"`godwit lock` writes one; commit it beside the migrations"});
    return;
  }
  for (const LockEntry& entry : lock.entries) check_entry(lock, entry, in_order, diagnostics);
  check_unlocked(lock, in_order, diagnostics);
}

std::string lock_text(std::span<const LockEntry> entries) {
  std::string text;
  for (const LockEntry& entry : entries)
    text += entry_line(entry.version, entry.name, entry.checksum);
  return text + std::string(kDigestWord) + " " + sha256_hex(text) + "\n";
}

std::string set_digest(std::span<const MigrationSource* const> in_order) {
  std::string text;
  for (const MigrationSource* migration : in_order) {
    const std::string& checksum = migration->up.file().checksum();
    text += migration->is_repeatable ? migration->full_name + " " + checksum + "\n"
                                     : entry_line(migration->version, migration->name, checksum);
  }
  return sha256_hex(text);
}

std::vector<const MigrationSource*> lockable(std::span<const MigrationSource* const> in_order) {
  std::vector<const MigrationSource*> versioned;
  std::copy_if(in_order.begin(), in_order.end(), std::back_inserter(versioned),
               [](const MigrationSource* migration) { return !migration->is_repeatable; });
  return versioned;
}

std::vector<LockEntry> updated_lock(const LockFile& lock,
                                    std::span<const MigrationSource* const> in_order) {
  std::vector<LockEntry> entries;
  for (const LockEntry& entry : lock.entries) {
    if (find_migration(in_order, entry.version) == nullptr && is_replaced(in_order, entry.version))
      entries.push_back(entry);
  }
  for (const MigrationSource* migration : in_order) {
    const LockEntry* locked = find_entry(lock, migration->version);
    entries.push_back(locked != nullptr ? *locked
                                        : LockEntry{migration->version, migration->name,
                                                    migration->up.file().checksum(), 0});
  }
  return entries;
}

}  // namespace godwit::codegen
