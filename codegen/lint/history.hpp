// SPDX-License-Identifier: Apache-2.0
//
// What the rules share about the set as a whole and about the migration at hand, beyond the catalog
// as it stands: what comes later, what is gone, on what each migration depends, and what a section
// did that nobody could read.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "catalog/catalog.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// What a set says before anything of it runs. Immutable, shared by those who walk through it.
struct SetFacts {
  std::map<std::string, std::vector<catalog::MigrationIndex>, std::less<>> made;
  std::vector<std::set<catalog::MigrationIndex>> dependencies;  ///< transitive
  bool declares_dependencies = false;
  bool has_locked = false;
};

/// What became of something that the catalog no longer has.
struct Gone {
  catalog::MigrationIndex migration = 0;
};

class History {
 public:
  explicit History(std::span<const sql::Migration* const> in_order);

  /// "014_orders", as messages call a migration.
  std::string_view name_of(catalog::MigrationIndex index) const;

  const sql::Migration* migration(catalog::MigrationIndex index) const;

  /// The first migration behind `migration` that creates a relation, type or function of that name.
  std::optional<catalog::MigrationIndex> made_later(std::string_view name,
                                                    catalog::MigrationIndex migration) const;

  /// The last migration that creates something of that name, up to `migration` itself.
  std::optional<catalog::MigrationIndex> made_before(std::string_view name,
                                                     catalog::MigrationIndex migration) const;

  /// The migration that took the object of this key (see catalog::Lines) away.
  std::optional<Gone> gone(const std::string& key) const;

  /// Whether `migration` says, or those say on which it depends, that it comes after `other`.
  /// True where the set declares no dependencies at all.
  bool depends_on(catalog::MigrationIndex migration, catalog::MigrationIndex other) const;

  /// True the first time that `what` is asked about.
  bool is_first_report(const std::string& what) { return reported_.insert(what).second; }

  /// For what is said once of the whole set: `what`, for Diagnostic::said_once, the first time that
  /// it is asked about. Lives as long as this.
  std::optional<std::string_view> say_once(const std::string& what) {
    const auto [place, is_first] = reported_.insert(what);
    return is_first ? std::optional<std::string_view>(*place) : std::nullopt;
  }
  bool was_said(std::string_view what) const { return reported_.find(what) != reported_.end(); }

  /// Not in the lock file yet, where there is one that has others.
  bool is_pending(catalog::MigrationIndex index) const;

  /// The last pending migration that has changed this table, before `migration` does.
  std::optional<catalog::MigrationIndex> touch(const catalog::Name& table,
                                               catalog::MigrationIndex migration);

  /// The first migration takes tables for granted that no migration makes: the set is not the whole
  /// history.
  bool begins_late() const noexcept { return begins_late_; }
  void note_begins_late() { begins_late_ = true; }

  // ---- kept up by the linter

  /// Before the up section, and before the down section.
  void start_section(SectionKind kind);
  /// Between the two.
  void note_up(const catalog::Catalog& catalog, catalog::MigrationIndex migration);
  /// SQL that nobody could read, or that may not have run, may have changed the schema.
  void note_unknown() {
    (is_in_down_ ? down_is_unknown_ : up_is_unknown_) = true;
    was_ever_unknown_ = was_ever_unknown_ || !is_in_down_;
  }

  // ---- about the migration at hand

  /// In this migration or one before it: something may be gone that the catalog has.
  bool was_ever_unknown() const noexcept { return was_ever_unknown_; }
  bool is_up_unknown() const noexcept { return up_is_unknown_; }
  bool is_unknown() const noexcept { return up_is_unknown_ || down_is_unknown_; }

 private:
  std::span<const sql::Migration* const> in_order_;
  std::shared_ptr<const SetFacts> facts_;
  std::map<std::string, Gone> gone_;
  std::unordered_set<std::string> gone_names_;  ///< of the objects that it has, or had, keys of
  std::map<catalog::Name, catalog::MigrationIndex> touched_;
  std::set<std::string, std::less<>> reported_;
  bool begins_late_ = false;
  bool was_ever_unknown_ = false;
  bool is_in_down_ = false;
  bool up_is_unknown_ = false;
  bool down_is_unknown_ = false;
};

}  // namespace godwit::codegen::lint
