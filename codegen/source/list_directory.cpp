// SPDX-License-Identifier: Apache-2.0
//
// Which files of a directory are looked at, layout by layout. What add_migrations() finds with its
// patterns is the same.
#include <algorithm>
#include <string>

#include "source/file_name.hpp"
#include "source/migration_source.hpp"
#include "source/sqitch.hpp"

namespace godwit::codegen {
namespace {

bool is_visible_sql(const std::filesystem::directory_entry& entry) {
  // What is hidden is an editor's, not a migration.
  return entry.path().extension() == ".sql" && entry.path().filename().string().front() != '.' &&
         !entry.is_directory();
}

/// `up.sql` and `down.sql` of one migration.
void list_migration_folder(const std::filesystem::path& folder, SourceFiles& files) {
  for (const char* part : {"up.sql", "down.sql"}) {
    std::error_code ignored;
    const std::filesystem::path path = folder / part;
    if (std::filesystem::is_regular_file(path, ignored) ||
        std::filesystem::is_symlink(path, ignored))
      files.files.push_back(path);
  }
}

void list_scripts(const std::filesystem::path& folder, SourceFiles& files) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (is_visible_sql(entry))
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
    if (is_visible_sql(entry))
      files.files.push_back(entry.path());
    else if (entry.is_directory() && is_migration_folder(entry.path().filename().string()))
      list_migration_folder(entry.path(), files);
  }
  if (layout == Layout::kSqitch ||
      (layout == Layout::kAuto && std::filesystem::exists(files.root / kSqitchPlan))) {
    for (const std::string_view folder : kSqitchFolders) list_scripts(files.root / folder, files);
  }
  std::sort(files.files.begin(), files.files.end());
  return files;
}

}  // namespace godwit::codegen
