// SPDX-License-Identifier: Apache-2.0
//
// Which migrations are applied need not be a prefix of the set. So two schemas are brought forward
// side by side: that of all migrations so far, and that of the applied ones. A change is what the
// build saw after all that stand before; it holds for the second schema where the object was the
// same in both, and else it is not known what came out.
#include "schema.hpp"

#include "compose.hpp"

#include <algorithm>
#include <vector>

namespace godwit::detail {
namespace {

using Kind = Expected::Kind;

constexpr std::string_view kRelationKinds[] = {"table ", "view ", "materialized view ",
                                               "foreign table "};

std::string_view kind_of(std::string_view key) {
  for (const std::string_view kind : kRelationKinds) {
    if (key.substr(0, kind.size()) == kind) {
      return kind.substr(0, kind.size() - 1);
    }
  }
  return key.substr(0, key.find(' '));
}

std::string_view name_of(std::string_view key) {
  return key.substr(kind_of(key).size() + 1);
}

bool is_relation(std::string_view key) {
  return std::any_of(std::begin(kRelationKinds), std::end(kRelationKinds),
                     [&](std::string_view kind) { return key.substr(0, kind.size()) == kind; });
}

bool is_part(std::string_view key) {
  const std::string_view kind = kind_of(key);
  return kind == "column" || kind == "constraint" || kind == "trigger" || kind == "policy" ||
         kind == "rule";
}

bool is_part_of(std::string_view key, std::string_view relation) {
  const std::string_view name = is_part(key) ? name_of(key) : std::string_view{};
  return name.size() > relation.size() && name.substr(0, relation.size()) == relation &&
         name[relation.size()] == '.';
}

/// The names of relations that a part, an index or a sequence may belong to: a name may hold dots.
std::vector<std::string_view> owners_of(std::string_view key, std::string_view text) {
  std::vector<std::string_view> owners;
  const auto add_prefixes = [&](std::string_view name) {
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
      owners.push_back(name.substr(0, dot));
    }
  };
  constexpr std::string_view kOwned = "sequence owned by ";
  constexpr std::string_view kIndexOn = "index on ";
  const std::string_view kind = kind_of(key);
  if (is_part(key)) {
    add_prefixes(name_of(key));
  } else if (kind == "sequence" && text.substr(0, kOwned.size()) == kOwned) {
    add_prefixes(text.substr(kOwned.size()));
  } else if (kind == "index") {
    const std::size_t on = text.find(kIndexOn);
    const std::size_t end = text.find(" (", on);
    if (on != std::string_view::npos && end != std::string_view::npos) {
      owners.push_back(text.substr(on + kIndexOn.size(), end - on - kIndexOn.size()));
    }
  }
  return owners;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    out += next == 'n' ? '\n' : next == 't' ? '\t' : next;
  }
  return out;
}

/// One line of Migration::schema.
struct Change {
  char sign = 0;
  std::string key;
  Expected what;
};

/// Reads the lines one by one.
class ChangeReader {
 public:
  explicit ChangeReader(std::string_view text) : rest_(text) {}

  bool read(Change& change) {
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      const std::string_view line = rest_.substr(0, end);
      rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
      if (line.empty()) {
        continue;
      }
      if (line[0] == '@') {
        relation_ = unescaped(line.substr(1));
        continue;
      }
      read_line(line, change);
      return true;
    }
    return false;
  }

 private:
  void read_line(std::string_view line, Change& change) {
    change = {};
    change.sign = line[0];
    const std::size_t tab = line.find('\t');
    const std::string_view key = line.substr(1, tab == std::string_view::npos ? tab : tab - 1);
    const std::string_view kind = kind_of(key);
    const std::string_view name = name_of(key);
    const bool is_relative = name.substr(0, 1) == ".";
    change.key = compose("{} {}{}", kind, is_relative ? relation_ : std::string(), unescaped(name));
    if (is_relation(change.key)) {
      relation_ = unescaped(name);
    }
    if (change.sign == '?') {
      change.what.kind = Kind::kUnknown;
    } else if (change.sign == '=') {
      change.what.text =
          tab == std::string_view::npos ? std::string(kind) : unescaped(line.substr(tab + 1));
      change.what.kind = change.what.text == "?" ? Kind::kPresent : Kind::kKnown;
      if (change.what.kind == Kind::kPresent) {
        change.what.text.clear();
      }
    }
  }

  std::string_view rest_;
  std::string relation_;
};

/// An object in the schema of all migrations so far, and in that of the applied ones.
struct Pair {
  Expected all;
  Expected applied;
};

class Adder {
 public:
  void add(const Migration& migration, Stage stage) {
    ChangeReader reader(migration.schema);
    Change change;
    while (reader.read(change)) {
      apply(pairs_[change.key], change.what, stage);
      // What belongs to a table goes with it, and is not known where it is not.
      if (is_relation(change.key) && change.sign != '=') {
        const std::string name(name_of(change.key));
        for (auto& [key, pair] : pairs_) {
          if (is_part_of(key, name) || (change.sign == '?' && is_owned_by(key, pair, name))) {
            apply(pair, change.what, stage);
          }
        }
      }
    }
    if (migration.is_opaque && stage != Stage::kPending) {
      for (auto& [key, pair] : pairs_) {
        pair.applied.doubt = &migration;
      }
    }
  }

  ExpectedSchema take() {
    ExpectedSchema schema;
    for (auto& [key, pair] : pairs_) {
      if (pair.applied.kind != Kind::kAbsent) {
        schema.emplace(key, std::move(pair.applied));
      }
    }
    return schema;
  }

 private:
  static bool is_owned_by(std::string_view key, const Pair& pair, std::string_view relation) {
    const auto owners = owners_of(key, pair.all.text);
    return std::find(owners.begin(), owners.end(), relation) != owners.end();
  }

  static void apply(Pair& pair, const Expected& what, Stage stage) {
    if (stage == Stage::kApplied && pair.applied.is_same(pair.all)) {
      pair.applied = what;
    } else if (stage != Stage::kPending) {
      pair.applied = Expected{};
      pair.applied.kind = Kind::kUnknown;
    }
    pair.all = what;
  }

  std::map<std::string, Pair> pairs_;
};

/// "table orders: column note", "index orders_idx".
std::string subject(std::string_view key, const std::function<bool(std::string_view)>& is_table) {
  if (is_part(key)) {
    for (const std::string_view owner : owners_of(key, {})) {
      if (is_table(owner)) {
        return compose("table {}: {} {}", owner, kind_of(key),
                       name_of(key).substr(owner.size() + 1));
      }
    }
  }
  return std::string(key);
}

class Comparison {
 public:
  Comparison(const ExpectedSchema& expected, const SchemaLines& found, std::string_view newer)
      : expected_(expected), found_(found), newer_(newer) {}

  SchemaReport compare() {
    for (const auto& [key, what] : expected_) {
      if (what.kind == Kind::kUnknown) {
        report_.uncertain.push_back(key);
        continue;
      }
      ++report_.compared;
      const auto there = found_.find(key);
      count_table(key, there != found_.end());
      if (there == found_.end()) {
        if (!is_gone_with_table(key, what.text)) {
          add(key, what, {});
        }
      } else if (what.kind == Kind::kKnown && there->second != what.text) {
        add(key, what, there->second);
      }
    }
    for (const auto& [key, text] : found_) {
      if (expected_.find(key) == expected_.end() && !is_of_other_table(key, text)) {
        report_.unknown.push_back(key);
      }
    }
    return std::move(report_);
  }

 private:
  void count_table(std::string_view key, bool is_there) {
    if (kind_of(key) != "table") {
      return;
    }
    ++report_.expected_tables;
    if (is_there) {
      ++report_.found_tables;
    } else {
      report_.missing_tables.emplace_back(name_of(key));
    }
  }

  template <class Lines>
  static bool has_relation(const Lines& lines, std::string_view name) {
    return std::any_of(std::begin(kRelationKinds), std::end(kRelationKinds),
                       [&](std::string_view kind) {
                         return lines.find(compose("{}{}", kind, name)) != lines.end();
                       });
  }

  bool is_gone_with_table(std::string_view key, std::string_view text) const {
    const auto owners = owners_of(key, text);
    return std::any_of(owners.begin(), owners.end(), [&](std::string_view owner) {
      return has_relation(expected_, owner) && !has_relation(found_, owner);
    });
  }

  /// Of a table that is not of this set, or that is not known well.
  bool is_of_other_table(std::string_view key, std::string_view text) const {
    const auto owners = owners_of(key, text);
    return std::any_of(owners.begin(), owners.end(), [&](std::string_view owner) {
      return has_relation(found_, owner) &&
             (!has_relation(expected_, owner) || is_unknown(compose("table {}", owner)) ||
              is_unknown(compose("columns {}", owner)));
    });
  }

  bool is_unknown(const std::string& key) const {
    const auto found = expected_.find(key);
    return found != expected_.end() && found->second.kind == Kind::kUnknown;
  }

  void add(const std::string& key, const Expected& what, const std::string& found) {
    SchemaDifference difference;
    difference.object = key;
    difference.expected = what.text;
    difference.found = found;
    const std::string about =
        subject(key, [&](std::string_view name) { return has_relation(expected_, name); });
    difference.text = found.empty() ? about + " is missing"
                                    : compose("{}: expected {}, found {}", about, what.text, found);
    if (!newer_.empty()) {
      difference.doubt = newer_;
    } else if (what.doubt != nullptr) {
      difference.doubt = what.doubt->full_name;
    }
    auto& list = difference.doubt.empty() ? report_.differences : report_.doubtful;
    list.push_back(std::move(difference));
  }

  const ExpectedSchema& expected_;
  const SchemaLines& found_;
  std::string_view newer_;
  SchemaReport report_;
};

}  // namespace

ExpectedSchema expected_schema(const MigrationSet& set,
                               const std::function<Stage(const Migration&)>& stage) {
  Adder adder;
  for (const Migration& migration : set.migrations) {
    const Stage of_migration = stage(migration);
    if (of_migration != Stage::kCovered) {
      adder.add(migration, of_migration);
    }
  }
  return adder.take();
}

SchemaReport compare_schemas(const ExpectedSchema& expected, const SchemaLines& found,
                             std::string_view newer) {
  return Comparison(expected, found, newer).compare();
}

}  // namespace godwit::detail
