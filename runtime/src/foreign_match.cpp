// SPDX-License-Identifier: Apache-2.0
//
// Versions are compared as numbers, but for Flyway's, which are lists of numbers; names and files
// where a tool has no versions.
#include "foreign_match.hpp"

#include "squash.hpp"
#include "target.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace godwit::detail {
namespace {

constexpr std::size_t kSha256Digits = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

/// A file without folder, extension and direction: `postgres/007_crm.up.sql` is `007_crm`.
std::string_view stem(std::string_view path) {
  return without_suffix(without_suffix(base_name(path), ".sql"), ".up");
}

/// Flyway's version: numbers between dots or underscores, without zeros at the end. Empty for what
/// is no version.
std::vector<std::int64_t> version_parts(std::string_view text) {
  std::vector<std::int64_t> parts;
  while (!text.empty()) {
    std::int64_t part = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc{} || part < 0) {
      return {};
    }
    parts.push_back(part);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() != '.' && text.front() != '_') {
      return {};
    }
    text.remove_prefix(text.empty() ? 0 : 1);
  }
  while (parts.size() > 1 && parts.back() == 0) {
    parts.pop_back();
  }
  return parts;
}

/// The same of a migration: what its file says, since the table has the parts in one number.
std::vector<std::int64_t> flyway_version(const Migration& migration) {
  const std::string_view file = base_name(migration.up.file);
  const std::size_t end = file.find("__");
  if ((file.starts_with('V') || file.starts_with('B')) && end != std::string_view::npos) {
    return version_parts(file.substr(1, end - 1));
  }
  return {migration.version};
}

/// Digits in front, with an initial V and dashes and underscores between digits passed over where
/// the tool has such.
std::optional<std::int64_t> leading_number(std::string_view text, std::string_view passed_over) {
  text.remove_prefix(text.starts_with('V') || text.starts_with('v') ? 1 : 0);
  std::string digits;
  for (const char c : text) {
    if (is_digit(c)) {
      digits += c;
    } else if (passed_over.find(c) == std::string_view::npos) {
      break;
    }
  }
  return whole_number(digits);
}

/// `007_billing` is not `007_crm`, though the numbers are the same. What has no name behind its
/// number, or no number, contradicts nothing.
bool has_other_name(std::string_view text, const Migration& migration) {
  text = stem(text);
  text.remove_prefix(text.starts_with('V') ? 1 : 0);
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0 || end == text.size() || text[end] != '_') {
    return false;
  }
  text.remove_prefix(std::min(text.find_first_not_of('_', end), text.size()));
  return !text.empty() && text != migration.name;
}

class Matcher {
 public:
  Matcher(const MigrationSet& set, ForeignTool tool, const std::vector<ForeignRow>& rows)
      : set_(set), tool_(tool), rows_(rows), matches_(set.migrations.size()) {}

  ForeignMatches run() {
    std::vector<const ForeignRow*> valid = last_rows();
    leave_other_groups(valid);
    for (const ForeignRow* row : valid) {
      if (row->state == ForeignState::kDirty) {
        result_.dirty.push_back(row);
      } else if (row->state == ForeignState::kUpTo) {
        take_up_to(*row);
      } else {
        take(*row);
      }
    }
    take_squashes();
    for (const ForeignMatch& match : matches_) {
      if (match.migration != nullptr) {
        result_.matched.push_back(match);
      }
    }
    return std::move(result_);
  }

 private:
  // Flyway and goose write a further row when something is undone, or done again.
  std::vector<const ForeignRow*> last_rows() const {
    std::vector<const ForeignRow*> valid;
    for (const ForeignRow& row : rows_) {
      if (tool_ == ForeignTool::kFlyway || tool_ == ForeignTool::kGoose) {
        std::erase_if(valid, [&](const ForeignRow* earlier) {
          return earlier->key == row.key && earlier->state != ForeignState::kUpTo;
        });
      }
      if (row.state != ForeignState::kUndone) {
        valid.push_back(&row);
      }
    }
    return valid;
  }

  // A registry of sqitch has many projects, the table of migrate.sh all databases.
  void leave_other_groups(std::vector<const ForeignRow*>& rows) {
    std::vector<std::string_view> groups;
    for (const ForeignRow* row : rows) {
      if (std::find(groups.begin(), groups.end(), row->group) == groups.end()) {
        groups.push_back(row->group);
      }
    }
    if (groups.size() < 2) {
      return;
    }
    const bool is_named = std::find(groups.begin(), groups.end(), set_.name) != groups.end();
    // An id is no other project's, a name may be.
    const bool has_ids = std::any_of(rows.begin(), rows.end(), [&](const ForeignRow* row) {
      return find_sqitch_id(*row) != set_.migrations.size();
    });
    for (const std::string_view group : groups) {
      const auto is_of_group = [&](const ForeignRow* row) { return row->group == group; };
      const bool is_ours =
          is_named
              ? group == set_.name
              : std::any_of(rows.begin(), rows.end(), [&](const ForeignRow* row) {
                  return row->group == group &&
                         (has_ids ? find_sqitch_id(*row) : find(*row)) != set_.migrations.size();
                });
      if (is_ours) {
        result_.rival_groups.emplace_back(group);
      } else {
        result_.other_groups.push_back(
            compose("{} ({})", group, std::count_if(rows.begin(), rows.end(), is_of_group)));
        std::erase_if(rows, is_of_group);
      }
    }
    if (result_.rival_groups.size() < 2) {
      result_.rival_groups.clear();
    }
  }

  void take(const ForeignRow& row) {
    const std::size_t index = find(row);
    if (index == set_.migrations.size()) {
      const std::optional<std::int64_t> version = version_of(row);
      if (version && squash_of(set_, *version) != nullptr) {
        replaced_.push_back({&row, *version});
      } else if (!is_set_up(row)) {
        result_.unknown.push_back(&row);
      }
      return;
    }
    if (matches_[index].migration != nullptr && matches_[index].is_own_row) {
      result_.twice.push_back(&row);
      return;
    }
    put(index, row, true);
    if (row.state == ForeignState::kWithAbove) {
      take_above(index, row);
    }
  }

  // Of a squash the table has what it stands for.
  void take_squashes() {
    for (std::size_t i = 0; i < set_.migrations.size(); ++i) {
      const Migration& squash = set_.migrations[i];
      std::vector<const ForeignRow*> rows;
      for (const Replaced& one : replaced_) {
        if (stands_for(squash, one.version)) {
          rows.push_back(one.row);
        }
      }
      if (rows.empty() || matches_[i].migration != nullptr) {
        continue;
      }
      const bool has_all =
          std::all_of(squash.replaced.begin(), squash.replaced.end(), [&](std::int64_t version) {
            const std::size_t original = find_version(version);
            return (original != set_.migrations.size() &&
                    matches_[original].migration != nullptr) ||
                   std::any_of(replaced_.begin(), replaced_.end(),
                               [&](const Replaced& one) { return one.version == version; });
          });
      if (has_all) {
        put(i, *rows.back(), false);
      } else {
        result_.unknown.insert(result_.unknown.end(), rows.begin(), rows.end());
        result_.squashes.push_back(&squash);
      }
    }
  }

  // diesel's own first migration, which is no part of many sets.
  bool is_set_up(const ForeignRow& row) const {
    return tool_ == ForeignTool::kDiesel && row.key.find_first_not_of('0') == std::string::npos;
  }

  // What a revision comes after: what its header declares, else the migration before it.
  void take_above(std::size_t index, const ForeignRow& row) {
    const Migration& migration = set_.migrations[index];
    const auto put_above = [&](std::size_t above) {
      if (matches_[above].migration == nullptr) {
        put(above, row, false);
        take_above(above, row);
      }
    };
    if (!migration.declares_dependencies) {
      if (index > 0) {
        put_above(index - 1);
      }
      return;
    }
    for (const Dependency& dependency : migration.dependencies) {
      const std::size_t above = find_version(dependency.version);
      if ((dependency.set.empty() || dependency.set == set_.name) &&
          above != set_.migrations.size()) {
        put_above(above);
      }
    }
  }

  void take_up_to(const ForeignRow& row) {
    const std::vector<std::int64_t> last = version_parts(row.key);
    bool has_last = tool_ == ForeignTool::kFlyway;  // a baseline need not be a migration
    for (std::size_t i = 0; i < set_.migrations.size(); ++i) {
      const Migration& migration = set_.migrations[i];
      const std::vector<std::int64_t> version = tool_ == ForeignTool::kFlyway
                                                    ? flyway_version(migration)
                                                    : std::vector{migration.version};
      if (!migration.has_version() || version > last) {
        continue;
      }
      const bool is_last = version == last;
      has_last = has_last || is_last;
      if (matches_[i].migration == nullptr) {
        put(i, row, is_last);
      }
    }
    for (std::size_t i = 0; i < set_.migrations.size() && last.size() == 1; ++i) {
      const Migration& squash = set_.migrations[i];
      const bool stands = stands_for(squash, last.front());
      const bool is_below =
          !squash.replaced.empty() &&
          std::all_of(squash.replaced.begin(), squash.replaced.end(),
                      [&](std::int64_t version) { return version <= last.front(); });
      if (stands && is_below) {
        has_last = true;
        if (matches_[i].migration == nullptr) {
          put(i, row, false);
        }
      } else if (stands && !has_last) {
        result_.squashes.push_back(&squash);
      }
    }
    if (!has_last) {
      result_.unknown.push_back(&row);
    }
  }

  void put(std::size_t index, const ForeignRow& row, bool is_own_row) {
    ForeignMatch& match = matches_[index];
    match.migration = &set_.migrations[index];
    match.row = &row;
    match.is_own_row = is_own_row;
    match.checksum = is_own_row ? compare(*match.migration, row) : ChecksumVerdict::kNotCompared;
  }

  template <typename Condition>
  std::size_t find_if(const Condition& condition) const {
    const auto found = std::find_if(set_.migrations.begin(), set_.migrations.end(), condition);
    return static_cast<std::size_t>(found - set_.migrations.begin());
  }

  std::size_t find_version(std::optional<std::int64_t> version) const {
    return find_if([&](const Migration& migration) {
      return version && migration.has_version() && migration.version == *version;
    });
  }

  std::size_t find_name(std::string_view name) const {
    return find_if([&](const Migration& migration) {
      const auto& aliases = migration.aliases;
      return migration.full_name == name || stem(migration.up.file) == stem(name) ||
             std::find(aliases.begin(), aliases.end(), name) != aliases.end();
    });
  }

  std::size_t find_sqitch_id(const ForeignRow& row) const {
    return find_if([&](const Migration& migration) {
      return std::any_of(
          migration.foreign.begin(), migration.foreign.end(), [&](const ForeignChecksum& checksum) {
            return checksum.kind == ForeignKind::kSqitchId && checksum.value == row.key;
          });
    });
  }

  /// What a row says as a version of ours; none where the tool has no numbers.
  std::optional<std::int64_t> version_of(const ForeignRow& row) const {
    switch (tool_) {
      case ForeignTool::kFlyway: {
        const std::vector<std::int64_t> parts = version_parts(row.key);
        return parts.size() == 1 ? std::optional(parts.front()) : std::nullopt;
      }
      case ForeignTool::kSqitch:
      case ForeignTool::kSeed004:
        return std::nullopt;
      case ForeignTool::kAlembic:
        return whole_number(row.key);
      case ForeignTool::kDiesel:
        return leading_number(row.key, "-_");
      default:
        return leading_number(row.key, "");
    }
  }

  /// The index of the migration that a row means; the size of the set for none.
  std::size_t find(const ForeignRow& row) const {
    const std::size_t none = set_.migrations.size();
    switch (tool_) {
      case ForeignTool::kFlyway: {
        const std::vector<std::int64_t> version = version_parts(row.key);
        return find_if([&](const Migration& migration) {
          if (!migration.has_version()) {
            return base_name(migration.up.file) == base_name(row.label);
          }
          return !version.empty() && flyway_version(migration) == version;
        });
      }
      case ForeignTool::kSqitch: {
        const std::size_t by_id = find_sqitch_id(row);
        return by_id != none ? by_id : find_if([&](const Migration& migration) {
          const auto& aliases = migration.aliases;
          return migration.name == row.label ||
                 std::find(aliases.begin(), aliases.end(), row.label) != aliases.end();
        });
      }
      case ForeignTool::kDiesel:
        return find_version(leading_number(row.key, "-_"));
      case ForeignTool::kAlembic: {
        const std::size_t by_name = find_name(row.key);
        return by_name != none ? by_name : find_version(whole_number(row.key));
      }
      case ForeignTool::kSeed000:
      case ForeignTool::kSeed003: {
        const std::size_t by_number = find_version(leading_number(row.key, ""));
        return by_number == none || has_other_name(row.label, set_.migrations[by_number])
                   ? none
                   : by_number;
      }
      case ForeignTool::kSeed004:
        return find_name(row.key);
      case ForeignTool::kGoose:
      case ForeignTool::kGolangMigrate:
      case ForeignTool::kDbmate:
      case ForeignTool::kSqlx:
        break;
    }
    return find_version(leading_number(row.key, ""));
  }

  ChecksumVerdict compare(const Migration& migration, const ForeignRow& row) const {
    if (row.checksum.empty()) {
      return ChecksumVerdict::kNotCompared;
    }
    bool is_known = false;
    bool holds = false;
    const auto look_at = [&](ForeignKind kind) {
      for (const ForeignChecksum& checksum : migration.foreign) {
        if (checksum.kind == kind) {
          is_known = true;
          holds = holds || checksum.value == row.checksum;
        }
      }
    };
    if (tool_ == ForeignTool::kFlyway) {
      look_at(ForeignKind::kFlyway);
    } else if (tool_ == ForeignTool::kSqlx) {
      look_at(ForeignKind::kSqlx);
    } else if (tool_ == ForeignTool::kSqitch) {
      look_at(ForeignKind::kSqitch);
    } else if (row.checksum.size() == kSha256Digits) {
      // The three systems write SHA-256 in hex digits, as far as their descriptions say.
      look_at(ForeignKind::kFileSha256);
      is_known = true;
      holds = holds || is_same_checksum(migration, row.checksum);
    }
    return !is_known ? ChecksumVerdict::kNotCompared
           : holds   ? ChecksumVerdict::kHolds
                     : ChecksumVerdict::kDiffers;
  }

  const MigrationSet& set_;
  ForeignTool tool_;
  const std::vector<ForeignRow>& rows_;
  std::vector<ForeignMatch> matches_;  // by the index in the set
  struct Replaced {
    const ForeignRow* row;
    std::int64_t version;
  };
  std::vector<Replaced> replaced_;  // rows of what is gone, since a squash stands for it
  ForeignMatches result_;
};

}  // namespace

ForeignMatches match_rows(const MigrationSet& set, ForeignTool tool,
                          const std::vector<ForeignRow>& rows) {
  return Matcher(set, tool, rows).run();
}

}  // namespace godwit::detail
