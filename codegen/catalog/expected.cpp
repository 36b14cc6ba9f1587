// SPDX-License-Identifier: Apache-2.0
//
// Everything that the migration has touched is described as it was and as it is, as a server would
// describe it, and what differs is written down. What is uncertain is named with a question mark,
// once for a relation and all that belongs to it.
#include "catalog/expected.hpp"

#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "catalog/describe.hpp"

namespace godwit::codegen::catalog {
namespace {

std::string_view kind_of(std::string_view key) {
  // The only one of two words that has parts, or may be followed by a name with a blank.
  for (const std::string_view two : {"materialized view", "foreign table"}) {
    if (key.starts_with(two))
      return two;
  }
  return key.substr(0, key.find(' '));
}

std::string_view name_of(std::string_view key) {
  return key.substr(kind_of(key).size() + 1);
}

bool is_relation(std::string_view kind) {
  return kind == "table" || kind == "view" || kind == "materialized view" ||
         kind == "foreign table";
}

/// Backslash, tab and line break are all that could be taken for the format.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
  return out;
}

class Change {
 public:
  Change(const Catalog& catalog, const IsExternal& is_external)
      : catalog_(catalog), is_external_(is_external), spelling_(catalog) {}

  std::string write() {
    compare(catalog_.schemas);
    compare(catalog_.extensions);
    compare(catalog_.types);
    compare(catalog_.relations);
    compare(catalog_.indexes);
    compare(catalog_.functions);
    for (const std::string& key : unknown_) write_line('?', key, {});
    for (const std::string& key : was_unknown_) {
      if (unknown_.count(key) == 0 && after_.find(key) == after_.end())
        write_line('-', key, {});
    }
    for (const auto& [key, line] : before_) {
      if (after_.find(key) == after_.end() && unknown_.count(key) == 0 && !is_part_of_gone(key))
        write_line('-', key, {});
    }
    // A table first, so that its parts need not name it again.
    for (const auto& [key, line] : after_) {
      if (is_relation(kind_of(key)))
        write_relation(key, line);
    }
    for (const auto& [key, line] : after_) {
      if (!is_relation(kind_of(key)) && written_.count(key) == 0 && is_new(key, line))
        write_line('=', key, line.text);
    }
    return std::move(out_);
  }

 private:
  template <class T>
  void compare(const Store<T>& store) {
    for (const auto& [name, object] : store.before()) {
      if (object != nullptr)
        add(*object, before_, false);
      if (const T* now = store.find(name))
        add(*now, after_, true);
    }
  }

  template <class T>
  void add(const T& object, Lines& lines, bool /*is_now*/) {
    if (object.made_in != kMadeElsewhere)
      describe(object, lines, spelling_);
  }

  void add(const Relation& relation, Lines& lines, bool is_now) {
    if (relation.made_in == kMadeElsewhere || relation.kind == RelationKind::kCompositeType ||
        relation.name.schema == kTemporarySchema || is_external_(relation.name))
      return;
    Lines parts;
    describe(relation, parts, spelling_);
    if (relation.is_uncertain || !relation.has_known_shape) {
      const std::string name = spelling_.name(relation.name);
      for (auto part = parts.begin(); part != parts.end();) {
        const bool is_itself =
            is_relation(kind_of(part->first)) || kind_of(part->first) == "sequence";
        const bool is_known = !relation.is_uncertain && kind_of(part->first) != "column";
        if (is_itself && relation.is_uncertain)
          (is_now ? unknown_ : was_unknown_).insert(part->first);
        part = is_known ? std::next(part) : parts.erase(part);
      }
      if (is_now && !relation.is_uncertain)
        unknown_.insert("columns " + name);
    }
    lines.merge(parts);
  }

  void add(const Index& index, Lines& lines, bool is_now) {
    Lines one;
    describe(index, one, spelling_);
    const Relation* table = catalog_.relations.find(index.table);
    const bool is_certain = (table != nullptr && !table->is_uncertain) || is_external_(index.table);
    if (is_now && !is_certain) {
      for (const auto& [key, line] : one) unknown_.insert(key);
      return;
    }
    lines.merge(one);
  }

  void add(const Function& function, Lines& lines, bool /*is_now*/) {
    describe(function, lines, spelling_);
  }

  /// What goes with a table that goes is not listed.
  bool is_part_of_gone(std::string_view key) const {
    const std::string_view name = name_of(key);
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
      for (const std::string_view kind :
           {"table ", "view ", "materialized view ", "foreign table "}) {
        const std::string relation = std::string(kind) + std::string(name.substr(0, dot));
        if (before_.find(relation) != before_.end() && after_.find(relation) == after_.end())
          return true;
      }
    }
    return false;
  }

  bool is_new(const std::string& key, const Line& line) const {
    const auto was = before_.find(key);
    return was == before_.end() || was->second.text != line.text;
  }

  void write_relation(const std::string& relation, const Line& line) {
    const std::string_view name = name_of(relation);
    bool is_named = is_new(relation, line);
    if (is_named)
      write_line('=', relation, line.text);
    for (const std::string_view kind : {"column", "constraint", "trigger", "policy", "rule"}) {
      const std::string first = fmt::format("{} {}.", kind, name);
      for (auto part = after_.lower_bound(first);
           part != after_.end() && part->first.starts_with(first); ++part) {
        if (!written_.insert(part->first).second || !is_new(part->first, part->second))
          continue;
        if (!is_named)
          out_ += fmt::format("@{}\n", escaped(name));
        is_named = true;
        out_ += fmt::format("={} .{}", kind, escaped(part->first.substr(first.size())));
        write_text(kind, part->second.text);
      }
    }
  }

  void write_line(char sign, std::string_view key, std::string_view text) {
    const std::string_view kind = kind_of(key);
    const std::string name = escaped(name_of(key));
    // A dot in front would say that it is a part of the relation before.
    out_ += fmt::format("{}{} {}{}", sign, kind, name.starts_with('.') ? "\\" : "", name);
    write_text(kind, text);
  }

  /// None where it is nothing but the kind again.
  void write_text(std::string_view kind, std::string_view text) {
    if (!text.empty() && text != kind)
      out_ += '\t' + escaped(text);
    out_ += '\n';
  }

  const Catalog& catalog_;
  const IsExternal& is_external_;
  Spelling spelling_;
  Lines before_;
  Lines after_;
  std::set<std::string> unknown_;
  std::set<std::string> was_unknown_;
  std::set<std::string> written_;  ///< parts, with their relation
  std::string out_;
};

}  // namespace

std::string schema_change(const Catalog& catalog, const IsExternal& is_external) {
  return Change(catalog, is_external).write();
}

}  // namespace godwit::codegen::catalog
