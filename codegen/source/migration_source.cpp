// SPDX-License-Identifier: Apache-2.0
//
// Files are read one by one, then put together by version: an up file, and what is paired with it.
#include "source/migration_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <utility>

#include <fnmatch.h>

#include "source/file_name.hpp"
#include "source/text_check.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::size_t kLongestName = 255;  // migration_name varchar(255) of the history table

std::string display_name(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path().filename();
  return folder.empty() ? path.filename().string() : (folder / path.filename()).string();
}

/// The bytes of `path`, or the reason why there are none.
std::optional<std::string> read_bytes(const std::filesystem::path& path, std::string& reason) {
  if (std::filesystem::is_directory(path)) {
    reason = std::strerror(EISDIR);
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  if (in) {
    in.seekg(0, std::ios::end);
    const auto size = in.tellg();
    if (size > 0) {
      bytes.resize(static_cast<std::size_t>(size));
      in.seekg(0);
      in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
  }
  if (!in) {
    reason = std::strerror(errno != 0 ? errno : EIO);
    return std::nullopt;
  }
  return bytes;
}

/// Reads and checks one file. Null when it is beyond use, which has been reported then.
const SourceFile* load_file(const std::filesystem::path& path, FileStore& store,
                            Diagnostics& diagnostics) {
  std::string reason;
  std::optional<std::string> bytes = read_bytes(path, reason);
  const bool is_read = bytes.has_value();
  const SourceFile& file =
      store.emplace_back(path, display_name(path), std::move(bytes).value_or(""));
  if (!is_read) {
    diagnostics.error("unreadable-file", file, 0, "cannot read the file: " + reason);
    return nullptr;
  }
  if (const auto nul = find_nul(file.text())) {
    diagnostics.error("nul-byte", file, *nul, "NUL byte: PostgreSQL takes none in a statement",
                      {"is this a UTF-16 or a binary file? Save it as UTF-8"});
    return nullptr;
  }
  if (const auto at = find_invalid_utf8(file.text())) {
    diagnostics.error(
        "invalid-utf8", file, *at, "not valid UTF-8",
        {"save the file as UTF-8; the migrations are sent with client_encoding UTF8"});
    return nullptr;
  }
  return &file;
}

/// The files of one version before they become a migration.
struct Parts {
  struct Part {
    const SourceFile* file;
    FileName name;
  };
  std::vector<Part> up;
  std::vector<Part> down;
  std::vector<Part> verify;
  bool has_unusable = false;  ///< a file of this version was reported and left out
};

Section& slot_of(MigrationSource& migration, SectionKind kind) {
  switch (kind) {
    case SectionKind::kDown:
      return migration.down;
    case SectionKind::kVerify:
      return migration.verify;
    case SectionKind::kRequire:
      return migration.require;
    case SectionKind::kUp:
      break;
  }
  return migration.up;
}

void take_section(MigrationSource& migration, Section section, Diagnostics& diagnostics) {
  Section& slot = slot_of(migration, section.kind());
  if (slot.is_present()) {
    diagnostics.error("orphan-file", section.file(), 0,
                      "the migration has a `" + std::string(to_string(section.kind())) +
                          "` section already, in " + slot.file().display(),
                      {"keep one of the two"});
    return;
  }
  slot = std::move(section);
}

void check_header(const MigrationSource& migration, Diagnostics& diagnostics) {
  const Header& header = migration.header;
  if (header.number && *header.number != migration.version)
    diagnostics.error("header-number-mismatch", migration.up.file(), header.number_offset,
                      "the header says migration " + std::to_string(*header.number) +
                          ", but the file is migration " + std::to_string(migration.version),
                      {"the file's name decides; correct the header"});
  if (!header.is_present)
    diagnostics.add(Severity::kOff, "missing-header", migration.up.file(), 0,
                    "the migration has no header", {"`godwit new` writes one"});
}

MigrationSource make_migration(Parts::Part& up, Diagnostics& diagnostics) {
  MigrationSource migration;
  migration.version = up.name.version;
  migration.digits = up.name.digits;
  migration.name = up.name.name;
  migration.full_name = up.name.digits + "_" + up.name.name;
  migration.header = read_header(*up.file, diagnostics);
  if (!migration.header.transaction && says_no_transaction(*up.file))
    migration.header.transaction = false;
  for (Section& section : split_sections(*up.file, SectionKind::kUp, diagnostics))
    take_section(migration, std::move(section), diagnostics);
  check_header(migration, diagnostics);
  if (migration.full_name.size() > kLongestName)
    diagnostics.error("name-too-long", *up.file, 0,
                      "the name has " + std::to_string(migration.full_name.size()) +
                          " bytes; the history table keeps " + std::to_string(kLongestName),
                      {"shorten the file's name"});
  return migration;
}

/// Adds the .down and .verify files of `parts` to `migration`.
void add_parts(MigrationSource& migration, std::vector<Parts::Part>& parts, SectionKind kind,
               Diagnostics& diagnostics) {
  for (Parts::Part& part : parts) {
    if (part.name.name != migration.name) {
      diagnostics.error(
          "orphan-file", *part.file, 0,
          "belongs to " + migration.up.file().display() + " by its version, but not by its name",
          {"call it " + migration.digits + "_" + migration.name + "." +
           std::string(to_string(kind)) + ".sql"});
      continue;
    }
    for (Section& section : split_sections(*part.file, kind, diagnostics))
      take_section(migration, std::move(section), diagnostics);
  }
}

void report_orphans(std::int64_t version, const std::vector<Parts::Part>& parts,
                    Diagnostics& diagnostics) {
  for (const Parts::Part& part : parts) {
    diagnostics.error("orphan-file", *part.file, 0,
                      "there is no migration " + std::to_string(version) + " for this file",
                      {"add " + part.name.digits + "_" + part.name.name + ".up.sql, or remove it"});
  }
}

std::string significant_digits(const std::string& digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? std::string() : digits.substr(first);
}

std::vector<std::string> read_ignore_file(const std::filesystem::path& directory) {
  std::vector<std::string> patterns;
  std::ifstream in(directory / ".godwitignore");
  for (std::string line; std::getline(in, line);) {
    const std::string_view pattern = trim(line);
    if (!pattern.empty() && !pattern.starts_with('#'))
      patterns.emplace_back(pattern);
  }
  return patterns;
}

bool is_ignored(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

}  // namespace

bool version_less(const MigrationSource& a, const MigrationSource& b) noexcept {
  constexpr std::size_t kTimestampDigits = 14;
  const std::string a_digits = significant_digits(a.digits);
  const std::string b_digits = significant_digits(b.digits);
  if (a_digits.size() >= kTimestampDigits && b_digits.size() >= kTimestampDigits)
    return a_digits < b_digits;
  return a.version < b.version;
}

SourceFiles list_directory(const std::filesystem::path& directory) {
  SourceFiles files;
  files.root = std::filesystem::absolute(directory).lexically_normal();
  if (files.root.filename().empty())
    files.root = files.root.parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(files.root)) {
    // What is hidden is an editor's, not a migration; add_migrations() leaves it out too.
    const bool is_hidden = entry.path().filename().string().front() == '.';
    if (entry.path().extension() == ".sql" && !is_hidden && !entry.is_directory())
      files.files.push_back(entry.path());
  }
  std::sort(files.files.begin(), files.files.end());
  return files;
}

std::vector<MigrationSource> load_set(const SourceFiles& files, FileStore& store,
                                      Diagnostics& diagnostics) {
  std::map<std::int64_t, Parts> by_version;
  std::map<std::filesystem::path, std::vector<std::string>> ignored;
  for (const std::filesystem::path& path : files.files) {
    const std::string file_name = path.filename().string();
    const auto [patterns, is_new] = ignored.try_emplace(path.parent_path());
    if (is_new)
      patterns->second = read_ignore_file(path.parent_path());
    if (is_ignored(file_name, patterns->second))
      continue;
    std::optional<FileName> name = parse_file_name(file_name);
    if (!name) {
      const SourceFile& file = store.emplace_back(path, display_name(path), "");
      diagnostics.error("unknown-file-name", file, 0,
                        "the file's name is not a migration's; " + explain_file_name(file_name),
                        {"or list it in .godwitignore, if it is none"});
      continue;
    }
    Parts& parts = by_version[name->version];
    const SourceFile* file = load_file(path, store, diagnostics);
    if (file == nullptr) {
      parts.has_unusable = true;
      continue;
    }
    auto& list = name->part == SectionKind::kUp     ? parts.up
                 : name->part == SectionKind::kDown ? parts.down
                                                    : parts.verify;
    list.push_back({file, std::move(*name)});
  }

  std::vector<MigrationSource> migrations;
  for (auto& [version, parts] : by_version) {
    if (parts.up.empty()) {
      if (!parts.has_unusable) {
        report_orphans(version, parts.down, diagnostics);
        report_orphans(version, parts.verify, diagnostics);
      }
      continue;
    }
    const bool is_ambiguous = parts.up.size() > 1;
    for (Parts::Part& up : parts.up) {
      if (&up != &parts.up.front())
        diagnostics.error("duplicate-version", *up.file, 0,
                          "version " + std::to_string(version) + " is taken by " +
                              parts.up.front().file->display(),
                          {"give one of the two another version"});
      MigrationSource migration = make_migration(up, diagnostics);
      if (!is_ambiguous) {
        add_parts(migration, parts.down, SectionKind::kDown, diagnostics);
        add_parts(migration, parts.verify, SectionKind::kVerify, diagnostics);
      }
      migrations.push_back(std::move(migration));
    }
  }
  std::stable_sort(migrations.begin(), migrations.end(), version_less);
  return migrations;
}

std::optional<MigrationSource> load_stray(const std::filesystem::path& path, FileStore& store,
                                          Diagnostics& diagnostics) {
  const SourceFile* file =
      load_file(std::filesystem::absolute(path).lexically_normal(), store, diagnostics);
  if (file == nullptr)
    return std::nullopt;
  MigrationSource migration;
  migration.is_stray = true;
  migration.name = path.filename().string();
  migration.full_name = migration.name;
  migration.header = read_header(*file, diagnostics);
  for (Section& section : split_sections(*file, SectionKind::kUp, diagnostics))
    take_section(migration, std::move(section), diagnostics);
  return migration;
}

}  // namespace godwit::codegen
