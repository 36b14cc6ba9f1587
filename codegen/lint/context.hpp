// SPDX-License-Identifier: Apache-2.0
//
// What a rule sees of the statement that is about to run, and how it reports.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "catalog/catalog.hpp"
#include "lint/event.hpp"
#include "lint/history.hpp"
#include "lint/ledger.hpp"
#include "lint/policy.hpp"
#include "lint/rule.hpp"
#include "source/diagnostic.hpp"
#include "sql/migration.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {

/// Settings of the session that the rules ask for, as they stand before a statement.
struct Session {
  bool is_utc = false;            ///< the migration has set the time zone to UTC
  bool are_triggers_off = false;  ///< session_replication_role = replica
};

/// Lives for one section of one migration.
class Context {
 public:
  Context(const Policy& policy, const catalog::Catalog& catalog, const sql::Migration& migration,
          SectionKind kind, catalog::MigrationIndex index, const Session& session,
          History& history);

  const Policy& policy() const noexcept { return policy_; }
  const catalog::Catalog& catalog() const noexcept { return catalog_; }
  const sql::Migration& migration() const noexcept { return migration_; }
  catalog::MigrationIndex index() const noexcept { return index_; }
  History& history() noexcept { return history_; }
  const History& history() const noexcept { return history_; }
  const MigrationSource& source() const noexcept { return *migration_.source; }
  SectionKind kind() const noexcept { return kind_; }
  bool is_down() const noexcept { return kind_ == SectionKind::kDown; }
  const Section& section() const noexcept;
  const sql::Script& script() const noexcept;
  const sql::TransactionPlan& transaction() const noexcept;
  /// How the statement of the section that `event` shows is run in batches; null when it is not.
  const sql::BatchDirective* batch_of(const Event& event) const noexcept;
  const Session& session() const noexcept { return session_; }
  /// What the section has done so far.
  const Ledger& ledger() const noexcept { return ledger_; }
  Ledger& ledger() noexcept { return ledger_; }
  /// Judged by itself: what it does not create is taken to exist.
  bool is_alone() const noexcept { return source().is_stray; }

  /// Made earlier in this migration, so that nobody can be using it, or it never held data. In a
  /// down section: made by the up section.
  bool is_new(const PgQuery__RangeVar* relation) const;
  bool is_new(const catalog::Name& name) const;
  bool is_new(catalog::MigrationIndex made_in) const noexcept { return made_in == index_; }

  /// One of the tables that the project says others create.
  bool is_external(const catalog::Name& relation) const;

  /// "users", as SQL to paste takes it: as it was written, quoted where it has to be.
  static std::string spelled(const PgQuery__RangeVar& relation);

  /// Where in the file a location of the event's tree is.
  std::size_t offset_of(const Event& event, int location) const;
  /// The word or quoted name at a location, such as a table's, with its schema.
  Place name_at(const Event& event, int location) const;
  /// The command of the ALTER TABLE that `event` shows.
  Place command_place(const Event& event) const;
  /// The first word of the statement behind its table that is the name of this column.
  Place column_place(const Event& event, std::string_view column) const;
  /// The n-th object of a DROP, or of another list of names.
  Place object_place(const Event& event, std::size_t index) const;
  /// The first words of the statement: "CREATE UNIQUE INDEX".
  Place head_place(const Event& event, std::string_view last_word) const;

  /// Reports at the rule's own severity, or at `severity`. Null where the very same was reported
  /// before; else valid until the next report.
  Diagnostic* report(std::string_view rule, const Event& event, Place place, std::string message,
                     std::vector<std::string> notes = {}, std::optional<Severity> severity = {});

  /// The same for what fails only since it is in a transaction.
  void report_in_transaction(std::string_view rule, const Event& event, Place place,
                             std::string message, std::vector<std::string> notes);

  /// The same for a place in another section of the migration, such as its verify section.
  Diagnostic* report_in(const Section& section, std::string_view rule, Place place,
                        std::string message, std::vector<std::string> notes = {},
                        std::optional<Severity> severity = {});

  std::vector<Diagnostic>& findings() noexcept { return findings_; }

 private:
  const std::vector<sql::Token>& tokens_of(const Event& event) const;

  const Policy& policy_;
  const catalog::Catalog& catalog_;
  const sql::Migration& migration_;
  SectionKind kind_;
  catalog::MigrationIndex index_;
  const Session& session_;
  History& history_;
  Ledger ledger_{*this};
  std::vector<Diagnostic> findings_;
  std::set<std::tuple<std::string_view, std::size_t, std::string>> reported_;
  // The tokens of the statement that was asked about last.
  mutable Place tokens_place_;
  mutable std::vector<sql::Token> tokens_;
};

/// The statement of the section with this index, as something that runs.
Event event_of(const Context& context, std::size_t index);

}  // namespace godwit::codegen::lint
