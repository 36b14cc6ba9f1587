// SPDX-License-Identifier: Apache-2.0
//
// Builds a MigrationSet in memory, as the host tool would emit it, out of statements that a test
// writes down one by one. It does not parse: the test says what the build would have found out.
#pragma once

#include <godwit/migration.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::test {

class SetBuilder;

/// One migration under construction.
class MigrationBuilder {
 public:
  MigrationBuilder& depends_on(const std::vector<std::int64_t>& versions);
  MigrationBuilder& depends_on(std::string set, std::int64_t version);
  /// A squash of these ranges; a database must have `versions` to be taken to have it.
  MigrationBuilder& replaces(const std::vector<VersionRange>& ranges,
                             const std::vector<std::int64_t>& versions);
  MigrationBuilder& phase(Phase phase);
  MigrationBuilder& checksum(std::string checksum);
  MigrationBuilder& accepts(std::string checksum);
  MigrationBuilder& breaking();
  MigrationBuilder& repeatable();
  MigrationBuilder& unchecked();
  MigrationBuilder& lock_timeout(std::int32_t milliseconds);
  MigrationBuilder& statement_timeout(std::int32_t milliseconds);
  MigrationBuilder& setting(std::string name, std::string value);
  MigrationBuilder& begin_options(std::string options);
  MigrationBuilder& leaks(std::vector<std::string> names);
  MigrationBuilder& down(std::string sql);
  /// The same in several statements; its file is "migrations/<version>_<name>.down.sql".
  MigrationBuilder& down_statements(const std::vector<std::string>& statements);
  /// Each statement of the down section a step outside a transaction, that may be run again.
  MigrationBuilder& down_outside_transaction();
  MigrationBuilder& irreversible(std::string reason);
  MigrationBuilder& alias(std::string name);
  MigrationBuilder& tag(std::string name);
  MigrationBuilder& verify(const std::vector<std::string>& queries);
  MigrationBuilder& require(const std::vector<std::string>& queries);
  /// Each statement a step outside a transaction.
  MigrationBuilder& outside_transaction();
  /// For the last statement that was given, or the one with this index.
  MigrationBuilder& builds_index(std::size_t statement, std::string table, std::string index);
  /// `index` is what the server calls it where that name is free.
  MigrationBuilder& builds_unnamed_index(std::size_t statement, std::string table,
                                         std::string index);
  MigrationBuilder& reindexes(std::size_t statement, std::string index);
  MigrationBuilder& drops_index(std::size_t statement, std::string index);
  MigrationBuilder& idempotent_step(std::size_t statement);
  MigrationBuilder& atomic_step(std::size_t statement);
  MigrationBuilder& leftovers(std::vector<std::string> statements);
  /// What the build knows of a statement of the up section.
  MigrationBuilder& locks(std::uint32_t statement, LockMode mode, std::string relation,
                          std::uint8_t work = 0, std::string schema = {});

 private:
  friend class SetBuilder;
  explicit MigrationBuilder(SetBuilder& owner) : owner_(owner) {}

  Step& step(std::size_t statement);
  MigrationBuilder& set_down(std::string sql);

  SetBuilder& owner_;
  Migration table_;
  std::vector<Statement> statements_;
  std::vector<Step> steps_;
  std::vector<Dependency> dependencies_;
  std::vector<VersionRange> ranges_;
  std::vector<std::int64_t> replaced_;
  std::vector<Setting> settings_;
  std::vector<std::string_view> accepted_;
  std::vector<std::string_view> leaked_;
  std::vector<std::string_view> leftovers_;
  std::vector<Effect> effects_;
  std::vector<std::string_view> aliases_;
  std::vector<Statement> down_statements_;
  std::vector<Step> down_steps_;
  std::vector<Statement> verify_statements_;
  std::vector<Statement> require_statements_;
};

/// Owns all that its set() points to; must outlive its use.
class SetBuilder {
 public:
  explicit SetBuilder(std::string name = "main", std::string history_table = "schema_migrations");
  SetBuilder(const SetBuilder&) = delete;
  SetBuilder& operator=(const SetBuilder&) = delete;

  /// Adds a migration after the ones before; its file is "migrations/<version, 3
  /// digits>_<name>.sql". `statements` are given without the final semicolon and are joined with
  /// ";\n".
  MigrationBuilder& add(std::int64_t version, const std::string& name,
                        const std::vector<std::string>& statements);

  /// ALLOW_FRESH, and the extensions that the migrations create.
  void allow_fresh(std::vector<std::string> extensions = {});

  /// The table as it stands now.
  const MigrationSet& set();

 private:
  friend class MigrationBuilder;
  std::string_view keep(std::string text);
  Checks make_checks(const MigrationBuilder& migration, const std::vector<std::string>& queries,
                     std::string_view section, std::vector<Statement>* statements);

  std::deque<std::string> texts_;
  std::deque<MigrationBuilder> builders_;
  std::vector<Migration> migrations_;
  std::vector<std::string_view> extensions_;
  MigrationSet set_;
};

}  // namespace godwit::test
