// SPDX-License-Identifier: Apache-2.0
//
// Which files of a directory are looked at, layout by layout. What add_migrations() finds with its
// patterns is the same.
#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dirent.h>

#include "source/file_name.hpp"
#include "source/migration_source.hpp"
#include "source/parallel.hpp"
#include "source/sqitch.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

/// What is hidden is an editor's, not a migration.
bool is_visible_sql(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.front() != '.' && ends_with_ignoring_case(name, ".sql");
}

struct MigrationFolder {
  std::vector<std::filesystem::path> files;
  bool is_plain = false;  ///< holds nothing else
};

/// `up.sql`, or Prisma's `migration.sql`, and `down.sql` of one migration. A set may have hundreds
/// of folders: opendir() makes fewer system calls than a directory_iterator does.
MigrationFolder look_into(const std::filesystem::path& folder) {
  MigrationFolder found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(folder.c_str()), ::closedir);
  if (directory == nullptr)
    return found;
  found.is_plain = true;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..")
      continue;
    if (equals_ignoring_case(name, "up.sql") || equals_ignoring_case(name, "down.sql") ||
        equals_ignoring_case(name, "migration.sql"))
      found.files.push_back(folder / name);
    else
      found.is_plain = false;
  }
  return found;
}

/// As operator< has it of paths without detours, which takes them apart for each comparison.
bool comes_before(const std::filesystem::path& a, const std::filesystem::path& b) {
  const std::string& left = a.native();
  const std::string& right = b.native();
  const auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (l == left.end() || r == right.end())
    return l == left.end() && r != right.end();
  const auto rank = [](char c) { return c == '/' ? 0 : 1 + static_cast<unsigned char>(c); };
  return rank(*l) < rank(*r);
}

void list_scripts(const std::filesystem::path& folder, SourceFiles& files) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (is_visible_sql(entry.path()) && !entry.is_directory())
      files.files.push_back(entry.path());
  }
}

}  // namespace

SourceFiles list_directory(const std::filesystem::path& directory, Layout layout) {
  SourceFiles files;
  files.layout = layout;
  files.root = std::filesystem::absolute(directory).lexically_normal();
  if (files.root.filename().empty())
    files.root = files.root.parent_path();
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(files.root)) {
    const std::filesystem::path& path = entry.path();
    if (entry.is_directory() && is_migration_folder(path.filename().string()))
      folders.push_back(path);
    else if (is_visible_sql(path))
      files.files.push_back(path);
  }
  std::vector<MigrationFolder> found(folders.size());
  for_each_in_parallel(folders.size(), [&](std::size_t i) { found[i] = look_into(folders[i]); });
  for (std::size_t i = 0; i < folders.size(); ++i) {
    // A folder that is named as a file is listed too: reading it is an error that says so.
    if (found[i].files.empty() && is_visible_sql(folders[i]))
      files.files.push_back(folders[i]);
    if (found[i].is_plain)
      files.plain_folders.insert(folders[i].native());
    std::move(found[i].files.begin(), found[i].files.end(), std::back_inserter(files.files));
  }
  if (layout == Layout::kSqitch ||
      (layout == Layout::kAuto && std::filesystem::exists(files.root / kSqitchPlan))) {
    for (const std::string_view folder : kSqitchFolders) list_scripts(files.root / folder, files);
  }
  std::sort(files.files.begin(), files.files.end(), comes_before);
  return files;
}

}  // namespace godwit::codegen
