// SPDX-License-Identifier: Apache-2.0
//
// A folder as it may be found on a disk: several files with their names, `=== name` before each.
// It is listed, read, ordered and compared with its lock file by the functions that the tool calls.
#include "order/dependency_order.hpp"
#include "order/lock_file.hpp"
#include "source/migration_source.hpp"
#include "support.hpp"

namespace {

using namespace godwit::codegen;
using godwit::fuzz::require;

/// A name that can be made inside the scratch folder, and not outside of it.
bool is_harmless(std::string_view name) {
  constexpr std::size_t kLongest = 300;
  return !name.empty() && name.size() <= kLongest && name.front() != '/' && name.back() != '/' &&
         name.find("..") == std::string_view::npos && name.find("//") == std::string_view::npos;
}

/// A lock file made of this set is one that this set agrees with.
void check_lock_round_trip(const LockFile& lock, const std::vector<const MigrationSource*>& set,
                           const godwit::fuzz::ScratchFolder& folder) {
  require(folder.write("new.lock", lock_text(updated_lock(lock, set))), "a file can be written");
  FileStore store;
  Diagnostics diagnostics;
  const LockFile again = read_lock_file(folder.path() / "new.lock", store, diagnostics);
  require(diagnostics.all().empty(), "a lock file of ours can be read");
  require(again.is_digest_right, "the digest of a lock file of ours is right");
  require(again.entries.size() >= set.size(), "a lock file of ours has all migrations");
  check_lock(again, set, diagnostics);
  require(!diagnostics.has_errors(), "a set agrees with the lock file made of it");
  require(set_digest(set).size() == 64, "a digest has 64 digits");
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static godwit::fuzz::ScratchFolder folder;
  folder.clear();
  constexpr std::size_t kMostFiles = 12;
  std::size_t written = 0;
  for (const auto& [name, text] :
       godwit::fuzz::split_files({reinterpret_cast<const char*>(data), size})) {
    if (written < kMostFiles && is_harmless(name) && folder.write("set/" + name, text))
      ++written;
  }
  if (written == 0)
    return 0;

  FileStore store;
  Diagnostics diagnostics;
  const std::vector<MigrationSource> sources =
      load_set(list_directory(folder.path() / "set"), store, diagnostics);
  for (const MigrationSource& source : sources) {
    require(source.up.is_present(), "a migration has an up section");
    require(!source.full_name.empty(), "a migration has a name");
    require(source.version >= 0, "a version is no negative number");
    godwit::fuzz::check_sections({&source.up, &source.down, &source.verify, &source.require});
  }
  for (std::size_t i = 1; i < sources.size(); ++i) {
    if (sources[i].is_repeatable)
      continue;
    require(!sources[i - 1].is_repeatable, "repeatable migrations come last");
    require(!version_less(sources[i], sources[i - 1]), "migrations are sorted");
  }

  const DependencyOrder order = order_set(sources, diagnostics);
  std::vector<const MigrationSource*> in_order;
  std::vector<bool> is_there(sources.size(), false);
  for (const std::size_t index : order.order) {
    require(index < sources.size() && !is_there[index], "the order is a permutation");
    is_there[index] = true;
    in_order.push_back(&sources[index]);
  }
  require(in_order.size() == sources.size(), "the order has all migrations");
  const LockFile lock = read_lock_file(folder.path() / "set/godwit.lock", store, diagnostics);
  const std::vector<const MigrationSource*> versioned = lockable(in_order);
  check_lock(lock, versioned, diagnostics);
  if (!diagnostics.has_errors())
    check_lock_round_trip(lock, versioned, folder);
  diagnostics.sort();
  godwit::fuzz::check_findings(diagnostics);
  return 0;
}
