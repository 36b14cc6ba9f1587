// SPDX-License-Identifier: Apache-2.0
//
// `godwit renumber`: after a merge of two branches that took the same number, the migration that is
// not locked yet gets the next free one: its files are renamed, its header is put right, and so are
// the dependencies on it of others that are not locked. All of it is worked out before anything is
// written.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/write_file.hpp"
#include "order/lock_file.hpp"
#include "source/file_name.hpp"
#include "source/words.hpp"

namespace godwit::codegen::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTimestampDigits = 14;

struct Renumbering {
  const MigrationSource* source = nullptr;
  std::string digits;  ///< the new version, as the file will spell it
};

struct Edit {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string text;
};

struct Plan {
  std::vector<Renumbering> renumbered;
  std::map<const SourceFile*, std::vector<Edit>> edits;
  std::vector<std::pair<fs::path, fs::path>> renames;
  std::vector<std::string> lines;  ///< for people
};

bool is_locked(const LockFile& lock, const MigrationSource& source) {
  return std::any_of(lock.entries.begin(), lock.entries.end(), [&](const LockEntry& entry) {
    return entry.version == source.version && entry.name == source.name;
  });
}

std::vector<const MigrationSource*> same_version(const std::vector<MigrationSource>& sources,
                                                 std::int64_t version) {
  std::vector<const MigrationSource*> same;
  for (const MigrationSource& source : sources) {
    if (source.version == version)
      same.push_back(&source);
  }
  return same;
}

bool is_called(const MigrationSource& source, const std::string& name) {
  const fs::path path = source.up.file().path();
  return path.filename() == name || path.stem() == name || path.parent_path().filename() == name ||
         source.full_name == name || source.name == name || source.digits == name ||
         std::to_string(source.version) == name;
}

/// What was asked for by name: one migration, that is not locked.
const MigrationSource* named(const std::vector<MigrationSource>& sources, const LockFile& lock,
                             const std::string& name) {
  std::vector<const MigrationSource*> found;
  const MigrationSource* locked = nullptr;
  for (const MigrationSource& source : sources) {
    if (!is_called(source, name))
      continue;
    if (is_locked(lock, source))
      locked = &source;
    else
      found.push_back(&source);
  }
  if (found.size() == 1)
    return found.front();
  if (found.size() > 1)
    throw UsageError(fmt::format("`{}` may be {} or {}; write the full name", name,
                                 found[0]->full_name, found[1]->full_name));
  if (locked != nullptr)
    throw UsageError(fmt::format(
        "{} is locked: databases have it under this number; renumber the one that is new",
        locked->full_name));
  throw UsageError(
      fmt::format("there is no migration {}; `godwit list` shows those that there are", name));
}

/// All that are not locked and whose number another has too.
std::vector<const MigrationSource*> colliding(const std::vector<MigrationSource>& sources,
                                              const LockFile& lock) {
  std::vector<const MigrationSource*> found;
  for (const MigrationSource& source : sources) {
    const auto same = same_version(sources, source.version);
    if (same.size() < 2 || is_locked(lock, source))
      continue;
    const bool has_locked = std::any_of(same.begin(), same.end(), [&](const MigrationSource* one) {
      return is_locked(lock, *one);
    });
    if (!has_locked)
      throw UsageError(fmt::format(
          "{} and {} have one number, and neither is locked: say which is to get another, as in "
          "`godwit renumber {}`",
          same[0]->full_name, same[1]->full_name, same[1]->full_name));
    found.push_back(&source);
  }
  return found;
}

/// Behind all that there are, and behind those that got a number before.
std::string next_digits(const std::vector<MigrationSource>& sources, std::int64_t& last) {
  std::size_t width = 1;
  for (const MigrationSource& source : sources) {
    if (source.version >= last)
      width = source.digits.size();
    last = std::max(last, source.version);
  }
  ++last;
  return width >= kTimestampDigits ? std::to_string(last) : fmt::format("{:0{}}", last, width);
}

/// The name with another number: 007_x.down.sql, V007__x.sql, 2023-01-01-000000_x.
std::string renamed(const std::string& name, const std::string& digits) {
  const std::size_t begin = name.find_first_of("0123456789");
  std::size_t end = std::min(name.find_first_not_of("0123456789-", begin), name.size());
  while (name[end - 1] == '-') --end;
  return name.substr(0, begin) + digits + name.substr(end);
}

/// Its own file, and those beside it that are named alike: of two migrations with one number, the
/// set cannot tell whose down file is whose, and the name can.
std::vector<const SourceFile*> files_of_migration(const MigrationSource& source,
                                                  const FileStore& store) {
  const auto own = parse_file_path(source.up.file().path());
  if (!own || own->parts.size() > 1)
    throw UsageError(
        fmt::format("{} cannot be renumbered: rename it yourself", source.up.file().display()));
  std::vector<const SourceFile*> files;
  for (const SourceFile& file : store) {
    const auto name = parse_file_path(file.path());
    if (name && name->version == own->version && name->name == own->name)
      files.push_back(&file);
  }
  return files;
}

void plan_files(const MigrationSource& source, const FileStore& store, const std::string& digits,
                Plan& plan) {
  std::set<std::pair<fs::path, fs::path>> renames;
  for (const SourceFile* file : files_of_migration(source, store)) {
    const auto name = parse_file_path(file->path());
    const bool is_folder = name->style == NameStyle::kFolder;
    const fs::path from = is_folder ? file->path().parent_path() : file->path();
    const fs::path to = from.parent_path() / renamed(from.filename().string(), digits);
    if (fs::exists(to))
      throw UsageError(fmt::format("{} exists already", to.string()));
    renames.emplace(from, to);
    Diagnostics ignored;
    const Header header = read_header(*file, ignored);
    if (header.number == source.version) {
      const std::string_view rest = file->text().substr(header.number_offset);
      plan.edits[file].push_back({header.number_offset,
                                  std::min(rest.find_first_not_of("0123456789-"), rest.size()),
                                  digits});
    }
  }
  for (const auto& [from, to] : renames) {
    plan.lines.push_back(
        fmt::format("{} becomes {}", from.filename().string(), to.filename().string()));
    plan.renames.emplace_back(from, to);
  }
}

/// Those that are not locked were written beside it: they mean it, not its namesake.
void plan_dependants(const std::vector<MigrationSource>& sources, const LockFile& lock,
                     const Renumbering& renumbering, Plan& plan) {
  for (const MigrationSource& source : sources) {
    if (is_locked(lock, source) || &source == renumbering.source)
      continue;
    for (const DependencyName& name : source.header.dependencies) {
      const bool is_version = name.set.empty() && name.version == renumbering.source->version;
      const bool is_name = name.set.empty() && name.text == renumbering.source->full_name;
      if (!is_version && !is_name)
        continue;
      const SourceFile& file = source.up.file();
      const std::string_view text = file.text().substr(name.offset);
      const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
      if (length == 0)
        continue;
      plan.edits[&file].push_back({name.offset, length, renumbering.digits});
      plan.lines.push_back(
          fmt::format("{}:{}: Dependencies: {} becomes {}", file.path().filename().string(),
                      file.position(name.offset).line, text.substr(0, length), renumbering.digits));
    }
  }
}

Plan make_plan(const std::vector<MigrationSource>& sources, const FileStore& store,
               const LockFile& lock, const std::vector<std::string>& names) {
  std::vector<const MigrationSource*> chosen;
  for (const std::string& name : names) chosen.push_back(named(sources, lock, name));
  if (names.empty())
    chosen = colliding(sources, lock);
  Plan plan;
  std::int64_t last = 0;
  for (const MigrationSource* source : chosen) {
    plan.renumbered.push_back({source, next_digits(sources, last)});
    plan_files(*source, store, plan.renumbered.back().digits, plan);
    plan_dependants(sources, lock, plan.renumbered.back(), plan);
  }
  return plan;
}

std::string edited(const SourceFile& file, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.offset > b.offset; });
  std::string text(file.text());
  for (const Edit& edit : edits) text.replace(edit.offset, edit.length, edit.text);
  return text;
}

void write(const Plan& plan) {
  for (const auto& [file, edits] : plan.edits)
    write_if_different(file->path(), edited(*file, edits));
  for (const auto& [from, to] : plan.renames) fs::rename(from, to);
}

void print(const Plan& plan, const RenumberOptions& options) {
  if (!options.json) {
    for (const std::string& line : plan.lines) fmt::print("{}\n", line);
    if (plan.renumbered.empty())
      fmt::print("no two migrations have one number: nothing to do\n");
    else if (options.dry_run)
      fmt::print("nothing was written; without --dry-run it is\n");
    return;
  }
  nlohmann::ordered_json json;
  json["dry_run"] = options.dry_run;
  json["renumbered"] = nlohmann::ordered_json::array();
  for (const Renumbering& one : plan.renumbered)
    json["renumbered"].push_back({{"migration", one.source->full_name},
                                  {"from", one.source->version},
                                  {"to", std::stoll(one.digits)}});
  json["changes"] = plan.lines;
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

int run_renumber(const RenumberOptions& options) {
  require_directory(options.directory);
  FileStore files;
  Diagnostics ignored;
  const std::vector<MigrationSource> sources =
      load_set(files_of(options.directory, options.layout), files, ignored);
  const LockFile lock = read_lock_file(options.directory / "godwit.lock", files, ignored);
  const Plan plan = make_plan(sources, files, lock, options.names);
  if (!options.dry_run)
    write(plan);
  print(plan, options);
  return kClean;
}

}  // namespace godwit::codegen::commands
