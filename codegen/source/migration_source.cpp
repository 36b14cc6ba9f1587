// SPDX-License-Identifier: Apache-2.0
//
// Files are read one by one, then put together by version: an up file, and what is paired with it.
// How the files are named tells whose folder it is; what is named otherwise than the most is
// reported, since a set in two orders has none.
#include "source/migration_source.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "source/code_key.hpp"
#include "source/diesel_metadata.hpp"
#include "source/file_name.hpp"
#include "source/ignore_file.hpp"
#include "source/parallel.hpp"
#include "source/read_file.hpp"
#include "source/seeds.hpp"
#include "source/sqitch.hpp"
#include "source/text_check.hpp"
#include "source/tool_directives.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::size_t kLongestName = 255;  // migration_name varchar(255) of the history table

/// A file and what its name says.
struct NamedFile {
  std::filesystem::path path;
  FileName name;
};

/// As messages say it: 7 for 007, and 1.2.3 as it is.
std::string shown_version(const FileName& name) {
  if (name.parts.size() > 1)
    return name.digits;
  return std::to_string(name.parts.empty() ? name.version : name.parts.front());
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
  std::vector<Part> baseline;  ///< Flyway's
  bool has_unusable = false;   ///< a file of this version was reported and left out
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
  if (!header.seed.empty())
    diagnostics
        .error(
            "invalid-seed", migration.up.file(), header.seed_offset,
            "a migration is no seed: seeds lie in the folder that SEEDS of add_migrations() names",
            {"move the file there, or leave the line out"})
        .length = header.seed.size();
  const bool is_named_otherwise = header.number && !migration.is_repeatable &&
                                  *header.number != migration.version &&
                                  std::to_string(*header.number) != migration.digits;
  if (is_named_otherwise)
    diagnostics.error("header-number-mismatch", migration.up.file(), header.number_offset,
                      "the header says migration " + std::to_string(*header.number) +
                          ", but the file is migration " + std::to_string(migration.version),
                      {"the file's name decides; correct the header"});
  if (!header.is_present)
    diagnostics.add(Severity::kOff, "missing-header", migration.up.file(), 0,
                    "the migration has no header", {"`godwit new` writes one"});
}

/// What the tool that the file was written for knows of its transaction.
void read_transaction(MigrationSource& migration, const Parts::Part& up, bool may_have_metadata,
                      const std::filesystem::path& root, FileStore& store,
                      Diagnostics& diagnostics) {
  std::optional<bool>& transaction = migration.header.transaction;
  std::optional<bool> theirs;
  if (up.name.style == NameStyle::kFolder && may_have_metadata)
    theirs = read_run_in_transaction(up.file->path().parent_path(), root, store, diagnostics);
  if (theirs == false) {
    migration.down_transaction = false;
    if (!transaction)
      transaction = false;
  }
  if (says_no_transaction(*up.file, SectionKind::kDown))
    migration.down_transaction = false;
  if (!transaction && says_no_transaction(*up.file, SectionKind::kUp))
    transaction = false;
}

MigrationSource make_migration(Parts::Part& up, bool may_have_metadata,
                               const std::filesystem::path& root, FileStore& store,
                               Diagnostics& diagnostics) {
  MigrationSource migration;
  migration.version = up.name.version;
  migration.digits = up.name.digits;
  migration.name = up.name.name;
  migration.is_repeatable = up.name.is_repeatable;
  migration.full_name =
      (migration.is_repeatable ? std::string("R_") : up.name.digits) + "_" + up.name.name;
  migration.header = read_header(*up.file, diagnostics);
  if (up.name.parts.size() > 1)
    migration.header.aliases.push_back(up.name.digits);
  read_transaction(migration, up, may_have_metadata, root, store, diagnostics);
  check_tool_directives(*up.file, diagnostics);
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

/// V007__name.sql, or V007.name.sql.
std::string flyway_name(char prefix, const std::string& digits, const std::string& name,
                        bool has_one_dot) {
  return prefix + digits + (has_one_dot ? "." : "__") + name + ".sql";
}

std::string part_name(const MigrationSource& migration, const FileName& name, SectionKind kind) {
  const std::string part(to_string(kind));
  switch (name.style) {
    case NameStyle::kFlyway:
      return flyway_name('U', migration.digits, migration.name, name.has_one_dot);
    case NameStyle::kFolder:
      return migration.full_name + "/" + part + ".sql";
    default:
      return migration.digits + "_" + migration.name + "." + part + ".sql";
  }
}

/// Adds the .down and .verify files of `parts` to `migration`.
void add_parts(MigrationSource& migration, std::vector<Parts::Part>& parts, SectionKind kind,
               Diagnostics& diagnostics) {
  for (Parts::Part& part : parts) {
    if (part.name.name != migration.name) {
      diagnostics.error(
          "orphan-file", *part.file, 0,
          "belongs to " + migration.up.file().display() + " by its version, but not by its name",
          {"call it " + part_name(migration, part.name, kind)});
      continue;
    }
    for (Section& section : split_sections(*part.file, kind, diagnostics))
      take_section(migration, std::move(section), diagnostics);
  }
}

std::string up_name(const FileName& name) {
  switch (name.style) {
    case NameStyle::kFlyway:
      return flyway_name('V', name.digits, name.name, name.has_one_dot);
    case NameStyle::kFolder:
      return "up.sql beside it";
    default:
      return name.digits + "_" + name.name + ".up.sql";
  }
}

void report_orphans(const std::vector<Parts::Part>& parts, Diagnostics& diagnostics) {
  for (const Parts::Part& part : parts) {
    diagnostics.error("orphan-file", *part.file, 0,
                      "there is no migration " + shown_version(part.name) + " for this file",
                      {"add " + up_name(part.name) + ", or remove it"});
  }
}

std::string significant_digits(const std::string& digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? std::string() : digits.substr(first);
}

/// Which migrations' folders have files named in this way.
std::string_view describe(NameStyle style) {
  switch (style) {
    case NameStyle::kPlain:
    case NameStyle::kPaired:
      return "<version>_<name>.sql";
    case NameStyle::kFlyway:
      return "V<version>__<name>.sql (Flyway)";
    case NameStyle::kFolder:
      break;
  }
  return "<version>_<name>/up.sql (diesel)";
}

/// Plain and paired files may stand beside each other.
NameStyle family_of(NameStyle style) {
  return style == NameStyle::kPaired ? NameStyle::kPlain : style;
}

bool allows(Layout layout, NameStyle style) {
  switch (layout) {
    case Layout::kAuto:
      return true;
    case Layout::kNumbered:
      return family_of(style) == NameStyle::kPlain;
    case Layout::kGolangMigrate:
      return style == NameStyle::kPaired;
    case Layout::kFlyway:
      return style == NameStyle::kFlyway;
    case Layout::kDiesel:
      return style == NameStyle::kFolder;
    case Layout::kGoose:
    case Layout::kDbmate:
    case Layout::kSqlMigrate:
      return style == NameStyle::kPlain;
    case Layout::kSqitch:
      break;
  }
  return false;
}

constexpr std::array<std::string_view, 2> kPostgresDialects{".postgres", ".postgresql"};
constexpr std::array<std::string_view, 6> kOtherDialects{".mysql",   ".mariadb",   ".sqlite",
                                                         ".sqlite3", ".cockroach", ".cockroachdb"};

bool ends_with_one_of(std::string_view name, std::span<const std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Pop has a file for each server where they differ, 7_name.postgres.up.sql beside
/// 7_name.mysql.up.sql, and 7_name.up.sql for those that have none: what is PostgreSQL's stays.
void keep_postgres(std::vector<NamedFile>& files) {
  std::set<std::pair<std::int64_t, SectionKind>> own;
  for (const NamedFile& file : files) {
    if (file.name.style == NameStyle::kPaired &&
        ends_with_one_of(file.name.name, kPostgresDialects))
      own.emplace(file.name.version, file.name.part);
  }
  if (own.empty())
    return;
  std::erase_if(files, [&](NamedFile& file) {
    std::string& name = file.name.name;
    if (file.name.style != NameStyle::kPaired)
      return false;
    if (ends_with_one_of(name, kPostgresDialects)) {
      name.erase(name.rfind('.'));
      return false;
    }
    return ends_with_one_of(name, kOtherDialects) ||
           own.count({file.name.version, file.name.part}) != 0;
  });
}

bool may_have_detours(const std::string& path) {
  return path.starts_with('.') || path.find("/.") != std::string::npos ||
         path.find("//") != std::string::npos;
}

/// The path without detours; most have none.
std::string normal(const std::filesystem::path& path) {
  return may_have_detours(path.native()) ? path.lexically_normal().native() : path.native();
}

bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// Without the slash; as parent_path(), without taking the path apart.
std::string_view folder_of(const std::filesystem::path& path) {
  const std::string_view whole = path.native();
  return whole.substr(0, std::min(whole.rfind('/'), whole.size()));
}

/// Puts a set together.
class SetLoader {
 public:
  SetLoader(const SourceFiles& files, Placeholders& placeholders, FileStore& store,
            Diagnostics& diagnostics)
      : files_(files), placeholders_(placeholders), store_(store), diagnostics_(diagnostics) {}

  std::vector<MigrationSource> load() {
    read_names();
    check_styles();
    encode();
    number_namesakes();
    load_files();
    check_directives();
    check_unlisted();
    std::vector<MigrationSource> migrations;
    migrations.reserve(by_version_.size() + repeatable_.size());
    for (auto& [version, parts] : by_version_) add_migrations(parts, migrations);
    for (MigrationSource& migration : migrations) migration.orders_as_number = orders_as_number();
    // They nearly always are already, and moving hundreds of them is not free.
    if (!std::is_sorted(migrations.begin(), migrations.end(), version_less))
      std::stable_sort(migrations.begin(), migrations.end(), version_less);
    add_repeatables(migrations);
    return migrations;
  }

 private:
  /// Has it nothing but a migration's files?
  bool is_plain(std::string_view folder) const { return files_.plain_folders.count(folder) != 0; }

  bool is_ignored(const std::filesystem::path& path) {
    const std::string_view folder = folder_of(path);
    const bool is_in_root = folder == files_.root.native();
    return (!is_in_root && !is_plain(folder) && ignores(path.parent_path(), path)) ||
           (!path_below(path, files_.root).empty() && ignores(files_.root, path));
  }

  bool ignores(const std::filesystem::path& folder, const std::filesystem::path& path) {
    return ignore_files_.try_emplace(folder.native(), folder).first->second.lists(path);
  }

  /// In a folder of diesel's a migration.sql is no part of the migration, other than in Prisma's.
  static bool is_beside_up(const std::filesystem::path& path) {
    return equals_ignoring_case(path.filename().string(), "migration.sql") &&
           std::filesystem::exists(path.parent_path() / "up.sql");
  }

  void read_names() {
    for (const std::filesystem::path& path : files_.files) {
      if (is_ignored(path) || is_beside_up(path) || report_unprintable(path))
        continue;
      if (auto name = parse_file_path(path))
        (name->is_repeatable ? repeatable_ : named_).push_back({path, std::move(*name)});
      else
        unnamed_.push_back(path);
    }
    keep_postgres(named_);
    report_unlike();
    std::map<NameStyle, std::size_t> counts;
    for (const NamedFile& file : named_) ++counts[family_of(file.name.style)];
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](auto& a, auto& b) { return a.second < b.second; });
    if (most != counts.end())
      style_ = most->first;
    if (files_.layout == Layout::kFlyway)
      style_ = NameStyle::kFlyway;
    else if (files_.layout == Layout::kDiesel)
      style_ = NameStyle::kFolder;
    for (const std::filesystem::path& path : unnamed_) report_unnamed(path);
  }

  /// Tools put versions with dots in order by name or by number, and one dot behind a version is no
  /// separator of Flyway's unless it was told so: such names are taken where all are alike.
  void report_unlike() {
    const auto find = [&](auto is_wanted) -> const NamedFile* {
      const auto found = std::find_if(named_.begin(), named_.end(), is_wanted);
      return found == named_.end() ? nullptr : &*found;
    };
    const auto is_plain = [](const NamedFile& file) {
      return family_of(file.name.style) == NameStyle::kPlain;
    };
    const auto is_dotted = [&](const NamedFile& file) {
      return is_plain(file) && !file.name.parts.empty();
    };
    if (const NamedFile* first = find(is_dotted)) {
      const std::string shape = version_shape(first->name);
      const NamedFile* other = find([&](const NamedFile& file) {
        return is_plain(file) && version_shape(file.name) != shape;
      });
      if (other != nullptr)
        report_unlike(is_dotted,
                      "has dots, and not all here have as many digits in each part: " +
                          display_name(first->path, files_.root) + " and " +
                          display_name(other->path, files_.root),
                      "write all alike, such as 01.09 and 01.10, so that their order by name is "
                      "that by number");
    }
    const auto has_one_dot = [](const NamedFile& file) { return file.name.has_one_dot; };
    const NamedFile* flyways = find([](const NamedFile& file) {
      return file.name.style == NameStyle::kFlyway && !file.name.has_one_dot;
    });
    if (flyways != nullptr && find(has_one_dot) != nullptr)
      report_unlike(has_one_dot,
                    "has one dot behind it, and Flyway reads `__`, as in " +
                        display_name(flyways->path, files_.root),
                    "write `__` in place of the dot");
  }

  template <class IsUnlike>
  void report_unlike(IsUnlike is_unlike, const std::string& what, const std::string& advice) {
    std::erase_if(named_, [&](const NamedFile& file) {
      if (!is_unlike(file))
        return false;
      diagnostics_.error("unknown-file-name",
                         store_.emplace_back(file.path, display_name(file.path, files_.root), ""),
                         0, "the version " + file.name.digits + " " + what,
                         {advice + "; or list the file in .godwitignore, if it is no migration"});
      return true;
    });
  }

  /// A name goes into the binary and the history table, and is printed: as UTF-8, on one line.
  bool report_unprintable(const std::filesystem::path& path) {
    if (is_plain_ascii(path.native()))
      return false;
    const std::string below = path_below(path, files_.root);
    const bool is_ours = !below.empty();
    const std::string name = is_ours ? below : path.filename().string();
    const std::string escaped = escape_unprintable(name);
    if (escaped == name)
      return false;
    const std::filesystem::path shown =
        is_ours ? files_.root / escaped : path.parent_path() / escaped;
    diagnostics_.error("unknown-file-name",
                       store_.emplace_back(shown, display_name(shown, files_.root), ""), 0,
                       find_invalid_utf8(name) ? "the file's name is not valid UTF-8"
                                               : "the file's name holds a control character",
                       {"rename it; what is no character of UTF-8 is written here as \\xNN"});
    return true;
  }

  void report_unnamed(const std::filesystem::path& path) {
    const std::string file_name = path.filename().string();
    const SourceFile& file = store_.emplace_back(path, display_name(path, files_.root), "");
    const std::string_view kind = flyway_kind(file_name);
    if (style_ == NameStyle::kFlyway && !kind.empty()) {
      diagnostics_.error("unsupported-file", file, 0,
                         std::string(kind) +
                             " of Flyway: godwit does not run it, so the schema "
                             "would lack what it makes",
                         {"move what it does into a versioned migration, each time that it "
                          "changes, and list the file in .godwitignore"});
    } else if (style_ == NameStyle::kFolder) {
      diagnostics_.add(Severity::kWarning, "unread-file", file, 0,
                       "not in a migration's folder, so neither diesel nor godwit runs it",
                       {"list it in .godwitignore if that is right"});
    } else {
      diagnostics_.error("unknown-file-name", file, 0,
                         "the file's name is not a migration's; " + explain_file_name(file_name),
                         {"or list it in .godwitignore, if it is none"});
    }
  }

  /// A file of each style that is not the set's.
  void check_styles() {
    std::array<bool, 4> is_reported{};
    const auto of_set = std::find_if(named_.begin(), named_.end(), [&](const NamedFile& file) {
      return family_of(file.name.style) == style_;
    });
    for (const NamedFile& file : named_) {
      const NameStyle style = family_of(file.name.style);
      bool& was_reported = is_reported[static_cast<std::size_t>(file.name.style)];
      const bool is_allowed =
          files_.layout == Layout::kAuto ? style == style_ : allows(files_.layout, file.name.style);
      if (is_allowed || was_reported)
        continue;
      was_reported = true;
      const SourceFile& source =
          store_.emplace_back(file.path, display_name(file.path, files_.root), "");
      if (files_.layout == Layout::kAuto)
        diagnostics_.error("mixed-layouts", source, 0,
                           "named " + std::string(describe(style)) + ", but " +
                               display_name(of_set->path, files_.root) + " and others are " +
                               std::string(describe(style_)) +
                               ": each tool would apply only its own",
                           {"name all alike, or list the others in .godwitignore"});
      else
        diagnostics_.error("mixed-layouts", source, 0,
                           "not a file of the layout " + std::string(layout_name(files_.layout)),
                           {"another LAYOUT, or `auto`, fits this folder; or list the file in "
                            ".godwitignore"});
    }
  }

  /// Files that are no .sql of the folder itself, and that its tool reads all the same. Not where
  /// the files were picked by hand.
  void check_unlisted() {
    std::error_code ignored;
    const std::string root = normal((files_.root / "x").parent_path());
    std::unordered_set<std::string> listed;
    for (const std::filesystem::path& file : files_.files) {
      if (may_have_detours(file.native()) ? normal(file.parent_path()) == root
                                          : folder_of(file) == root)
        listed.insert(file.filename().native());
    }
    std::vector<std::filesystem::path> others;
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(files_.root, ignored)) {
      const std::filesystem::path& path = entry.path();
      const std::string name = path.filename().string();
      if (name.front() == '.' || listed.count(name) != 0)
        continue;
      if (entry.is_directory())
        folders.push_back(path);
      else if (ends_with_ignoring_case(name, ".sql"))
        return;
      else
        others.push_back(path);
    }
    std::sort(others.begin(), others.end());
    for (const std::filesystem::path& path : others) report_unlisted(path);
    if (style_ != NameStyle::kFlyway || named_.empty())
      return;
    std::vector<std::filesystem::path> below;
    for (const std::filesystem::path& folder : folders) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
        const auto name = parse_file_path(entry.path());
        if (!entry.is_directory() && name && name->style == NameStyle::kFlyway)
          below.push_back(entry.path());
      }
    }
    std::sort(below.begin(), below.end());
    for (const std::filesystem::path& path : below)
      report_unsupported(path,
                         "Flyway looks into folders as well, and godwit does not: this migration "
                         "would be left out",
                         "move it beside the others, or list it in .godwitignore");
  }

  void report_unlisted(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    const std::size_t digits = name.find_first_not_of("0123456789");
    if (style_ == NameStyle::kFlyway && ends_with_ignoring_case(name, ".sql.conf"))
      report_unsupported(path, "the settings of a script of Flyway, which godwit does not read",
                         "say it in the migration's header, such as `-- Transaction: none` for "
                         "executeInTransaction=false, and list the file in .godwitignore");
    else if (family_of(style_) == NameStyle::kPlain && name.ends_with(".go") && digits > 0 &&
             digits < name.size() && name[digits] == '_' && !name.ends_with("_test.go"))
      report_unsupported(path,
                         "a migration in Go, which goose runs between the others, and godwit does "
                         "not",
                         "write it in SQL, or list it in .godwitignore");
  }

  void report_unsupported(const std::filesystem::path& path, std::string message,
                          std::string note) {
    if (!is_ignored(path))
      diagnostics_.error("unsupported-file",
                         store_.emplace_back(path, display_name(path, files_.root), ""), 0,
                         std::move(message), {std::move(note)});
  }

  void encode() {
    std::vector<FileName*> with_parts;
    for (NamedFile& file : named_) {
      constexpr std::size_t kMostDigits = 18;
      if (!file.name.parts.empty())
        with_parts.push_back(&file.name);
      else if (file.name.digits.size() > kMostDigits)
        is_pops_ = true;
    }
    if (encode_versions(with_parts))
      return;
    // Numbers that keep their order, so that what else is wrong is said too.
    const auto parts_of = [](const FileName& name) {
      std::vector<std::int64_t> parts = name.parts;
      while (parts.size() > 1 && parts.back() == 0) parts.pop_back();
      return parts;
    };
    std::map<std::vector<std::int64_t>, std::int64_t> ranks;
    for (const FileName* name : with_parts) ranks.emplace(parts_of(*name), 0);
    std::int64_t last = 0;
    for (auto& [parts, rank] : ranks) rank = ++last;
    for (FileName* name : with_parts) name->version = ranks[parts_of(*name)];
    const auto longest =
        std::max_element(named_.begin(), named_.end(), [](const NamedFile& a, const NamedFile& b) {
          return std::pair(a.name.parts.size(), a.name.digits.size()) <
                 std::pair(b.name.parts.size(), b.name.digits.size());
        });
    diagnostics_.error(
        "unknown-file-name",
        store_.emplace_back(longest->path, display_name(longest->path, files_.root), ""), 0,
        "the versions of this folder, such as " + longest->name.digits +
            ", do not go into one number of 18 digits",
        {"what fits: up to four parts, the first of 6 digits and the others of 4; up to six short "
         "ones; or a timestamp and one part more"});
  }

  /// Prisma puts folders in order by their whole names, so that two may have one timestamp. The
  /// first keeps it; what follows has four digits more, as if it were written so: 20230101000000
  /// and 202301010000000001.
  void number_namesakes() {
    constexpr std::size_t kTimestampDigits = 14;
    constexpr std::int64_t kMostNamesakes = 10000;
    std::map<std::int64_t, std::map<std::string, bool>> folders;  // by name: is it Prisma's?
    std::set<std::int64_t> taken;
    for (const NamedFile& file : named_) {
      taken.insert(file.name.version);
      if (file.name.style == NameStyle::kFolder && file.name.digits.size() == kTimestampDigits)
        folders[file.name.version][file.name.name] |=
            equals_ignoring_case(file.path.filename().string(), "migration.sql");
    }
    for (NamedFile& file : named_) {
      const auto namesakes = folders.find(file.name.version);
      if (file.name.style != NameStyle::kFolder || namesakes == folders.end() ||
          !std::all_of(namesakes->second.begin(), namesakes->second.end(),
                       [](const auto& folder) { return folder.second; }))
        continue;
      const auto place =
          std::distance(namesakes->second.begin(), namesakes->second.find(file.name.name));
      const std::int64_t version = file.name.version * kMostNamesakes + place;
      if (place > 0 && place < kMostNamesakes && taken.count(version) == 0)
        file.name.version = version;
    }
  }

  void load_files() {
    std::vector<FileBytes> read(named_.size());
    for_each_in_parallel(read.size(), [&](std::size_t i) { read[i] = read_bytes(named_[i].path); });
    for (std::size_t i = 0; i < named_.size(); ++i) {
      NamedFile& named = named_[i];
      Parts& parts = by_version_[named.name.version];
      const SourceFile* file = load_sql(named.path, std::move(read[i]), files_.root, placeholders_,
                                        store_, diagnostics_);
      if (file == nullptr) {
        parts.has_unusable = true;
        continue;
      }
      auto& list = named.name.part == SectionKind::kDown     ? parts.down
                   : named.name.part == SectionKind::kVerify ? parts.verify
                   : named.name.is_baseline                  ? parts.baseline
                                                             : parts.up;
      list.push_back({file, std::move(named.name)});
    }
    // Flyway's baseline stands for all that is at or below it; beside them it adds nothing.
    bool has_earlier = false;
    for (auto& [version, parts] : by_version_) {
      has_earlier = has_earlier || !parts.up.empty();
      for (Parts::Part& baseline : parts.baseline) {
        if (has_earlier)
          diagnostics_.add(Severity::kWarning, "unread-file", *baseline.file, 0,
                           "a baseline migration of Flyway: the migrations that it stands for are "
                           "here, and are applied instead",
                           {"list it in .godwitignore; or keep it and remove those up to its "
                            "version"});
        else
          parts.up.push_back(std::move(baseline));
      }
      has_earlier = has_earlier || !parts.up.empty();
    }
  }

  /// Files with directives of two tools, or of another than the layout says.
  void check_directives() {
    struct Seen {
      Layout tool;
      const SourceFile* file;
    };
    std::vector<Seen> seen;
    const bool is_tools = files_.layout == Layout::kGoose || files_.layout == Layout::kDbmate ||
                          files_.layout == Layout::kSqlMigrate;
    if (is_tools)
      seen.push_back({files_.layout, nullptr});
    for (const auto& [version, parts] : by_version_) {
      for (const Parts::Part& part : parts.up) {
        const auto mark = first_tool_directive(*part.file);
        if (!mark || std::any_of(seen.begin(), seen.end(),
                                 [&](const Seen& s) { return s.tool == mark->tool; }))
          continue;
        if (!seen.empty())
          diagnostics_.error(
              "mixed-layouts", *part.file, mark->offset,
              "a directive of " + std::string(layout_name(mark->tool)) + ", but " +
                  (seen.front().file == nullptr
                       ? "the layout is "
                       : seen.front().file->display() + " has directives of ") +
                  std::string(layout_name(seen.front().tool)),
              {"a folder is one tool's: write this file's directives as the others have them"});
        seen.push_back({mark->tool, part.file});
      }
    }
    if (!seen.empty())
      tool_ = seen.front().tool;
  }

  bool orders_as_number() const {
    // A file without its pair may be among them.
    const auto paired = std::count_if(named_.begin(), named_.end(), [](const NamedFile& file) {
      return file.name.style == NameStyle::kPaired;
    });
    const bool is_paired = 2 * static_cast<std::size_t>(paired) > named_.size();
    return style_ == NameStyle::kFlyway || tool_ == Layout::kGoose ||
           tool_ == Layout::kSqlMigrate || (is_paired && !is_pops_);
  }

  void add_migrations(Parts& parts, std::vector<MigrationSource>& migrations) {
    if (parts.up.empty()) {
      if (!parts.has_unusable) {
        report_orphans(parts.down, diagnostics_);
        report_orphans(parts.verify, diagnostics_);
      }
      return;
    }
    const bool is_ambiguous = parts.up.size() > 1;
    for (Parts::Part& up : parts.up) {
      if (&up != &parts.up.front())
        diagnostics_.error(
            "duplicate-version", *up.file, 0,
            "version " + shown_version(up.name) + " is taken by " +
                parts.up.front().file->display(),
            {"give one of the two another version; `godwit renumber` does it for the one "
             "that is not locked yet"});
      const bool may_have_metadata = !is_plain(folder_of(up.file->path()));
      MigrationSource migration =
          make_migration(up, may_have_metadata, files_.root, store_, diagnostics_);
      if (!is_ambiguous) {
        add_parts(migration, parts.down, SectionKind::kDown, diagnostics_);
        add_parts(migration, parts.verify, SectionKind::kVerify, diagnostics_);
      }
      migrations.push_back(std::move(migration));
    }
  }

  void add_repeatables(std::vector<MigrationSource>& migrations) {
    std::sort(repeatable_.begin(), repeatable_.end(),
              [](const NamedFile& a, const NamedFile& b) { return a.name.name < b.name.name; });
    for (NamedFile& named : repeatable_) {
      const SourceFile* file =
          load_sql(named.path, files_.root, placeholders_, store_, diagnostics_);
      if (file == nullptr)
        continue;
      Parts::Part up{file, std::move(named.name)};
      MigrationSource migration = make_migration(up, false, files_.root, store_, diagnostics_);
      if (migration.down.is_present()) {
        diagnostics_.error("repeatable-down", *file, 0,
                           "a repeatable migration has no down section: `down` undoes versions",
                           {"remove the section; what the file makes is dropped by a versioned "
                            "migration"});
        migration.down = {};
      }
      migrations.push_back(std::move(migration));
    }
  }

  const SourceFiles& files_;
  Placeholders& placeholders_;
  FileStore& store_;
  Diagnostics& diagnostics_;
  std::vector<NamedFile> repeatable_;
  std::unordered_map<std::string, IgnoreFile> ignore_files_;  ///< by folder
  std::vector<NamedFile> named_;
  std::vector<std::filesystem::path> unnamed_;
  NameStyle style_ = NameStyle::kPlain;
  Layout tool_ = Layout::kAuto;
  bool is_pops_ = false;  ///< versions of 20 digits among others of 14: put in order as text
  std::map<std::int64_t, Parts> by_version_;
};

bool is_sqitch(const SourceFiles& files) {
  if (files.layout != Layout::kAuto)
    return files.layout == Layout::kSqitch;
  const std::filesystem::path deploy = files.root / kSqitchFolders.front();
  return std::filesystem::exists(files.root / kSqitchPlan) &&
         std::any_of(files.files.begin(), files.files.end(), [&](const auto& path) {
           return *path.lexically_relative(deploy).begin() != "..";
         });
}

}  // namespace

std::string checksum_of(const MigrationSource& source) {
  const SourceFile& file = source.up.file();
  return source.is_repeatable ? file.checksum_with_values() : file.checksum();
}

std::string dependency_name(const MigrationSource& source) {
  constexpr std::size_t kTimestampDigits = 14;
  const bool is_namesake = source.digits.size() == kTimestampDigits &&
                           source.digits.find('.') == std::string::npos &&
                           std::to_string(source.version).size() > kTimestampDigits;
  return is_namesake ? source.full_name : source.digits;
}

std::string label_of(const MigrationSource& source) {
  return source.is_repeatable ? source.full_name : std::to_string(source.version);
}

bool version_less(const MigrationSource& a, const MigrationSource& b) noexcept {
  constexpr std::size_t kDateDigits = 8;  // 20240501, 20240501120000, and more
  if (a.orders_as_number && b.orders_as_number)
    return a.version < b.version;
  const std::string a_digits = significant_digits(a.digits);
  const std::string b_digits = significant_digits(b.digits);
  if (a_digits.size() >= kDateDigits && b_digits.size() >= kDateDigits && a_digits != b_digits)
    return a_digits < b_digits;
  return a.version < b.version;
}

std::vector<MigrationSource> load_set(const SourceFiles& files, FileStore& store,
                                      Diagnostics& diagnostics) {
  Placeholders placeholders(files.defines);
  auto migrations = is_sqitch(files) ? load_sqitch(files, placeholders, store, diagnostics)
                                     : SetLoader(files, placeholders, store, diagnostics).load();
  for (MigrationSource& migration : migrations) complete_code(migration, diagnostics);
  for (MigrationSource& seed : load_seeds(files, placeholders, store, diagnostics))
    migrations.push_back(std::move(seed));
  placeholders.report_unused(files.root, store, diagnostics);
  return migrations;
}

std::optional<MigrationSource> load_stray(const std::filesystem::path& path,
                                          const std::vector<Define>& defines, FileStore& store,
                                          Diagnostics& diagnostics) {
  const std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
  Placeholders placeholders(defines);
  SourceFile* file = load_file(absolute, {}, store, diagnostics);
  if (file == nullptr)
    return std::nullopt;
  if (auto seed = make_stray_seed(*file, placeholders, diagnostics))
    return seed;
  placeholders.replace(*file, diagnostics);
  MigrationSource migration;
  migration.is_stray = true;
  migration.name = path.filename().string();
  migration.full_name = migration.name;
  migration.header = read_header(*file, diagnostics);
  Parts::Part up{file, {}};
  if (auto name = parse_file_path(absolute))
    up.name = std::move(*name);
  read_transaction(migration, up, true, {}, store, diagnostics);
  check_tool_directives(*file, diagnostics);
  for (Section& section : split_sections(*file, SectionKind::kUp, diagnostics))
    take_section(migration, std::move(section), diagnostics);
  complete_code(migration, diagnostics);
  return migration;
}

}  // namespace godwit::codegen
