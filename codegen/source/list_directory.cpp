// SPDX-License-Identifier: Apache-2.0
//
// Which files of a directory are looked at, layout by layout. What add_migrations() finds with its
// patterns is the same.
#include <algorithm>
#include <string>

#include "source/file_name.hpp"
#include "source/migration_source.hpp"
#include "source/sqitch.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

/// What is hidden is an editor's, not a migration.
bool is_visible_sql(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return name.front() != '.' && ends_with_ignoring_case(name, ".sql");
}

/// `up.sql`, or Prisma's `migration.sql`, and `down.sql` of one migration; false where it has none.
bool list_migration_folder(const std::filesystem::path& folder, SourceFiles& files) {
  bool has_any = false;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!equals_ignoring_case(name, "up.sql") && !equals_ignoring_case(name, "down.sql") &&
        !equals_ignoring_case(name, "migration.sql"))
      continue;
    files.files.push_back(entry.path());
    has_any = true;
  }
  return has_any;
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
  for (const auto& entry : std::filesystem::directory_iterator(files.root)) {
    const std::filesystem::path& path = entry.path();
    const bool is_folder = entry.is_directory();
    if (is_folder && is_migration_folder(path.filename().string()) &&
        list_migration_folder(path, files))
      continue;
    // A folder that is named as a file is listed too: reading it is an error that says so.
    if (is_visible_sql(path))
      files.files.push_back(path);
  }
  if (layout == Layout::kSqitch ||
      (layout == Layout::kAuto && std::filesystem::exists(files.root / kSqitchPlan))) {
    for (const std::string_view folder : kSqitchFolders) list_scripts(files.root / folder, files);
  }
  std::sort(files.files.begin(), files.files.end());
  return files;
}

}  // namespace godwit::codegen
