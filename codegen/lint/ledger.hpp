// SPDX-License-Identifier: Apache-2.0
//
// What has happened in the transaction that a section runs in, up to the statement that the rules
// see: which locks on existing tables it holds and since when, which tables were emptied, which
// timeouts are in force.
//
// How it works. The linter tells the ledger of each statement before the rules see it; the ledger
// asks the lock table what the statement does, and after the rules, adds that to what is held. A
// COMMIT of the section's own, and without a transaction the end of each statement, forgets the
// locks. Partitions count as their table, and indexes not at all: their table is locked as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/event.hpp"
#include "locks/effects.hpp"

namespace godwit::codegen::lint {

class Context;

/// A lock on a table that was there before the migration.
struct HeldLock {
  catalog::Name table;
  locks::Mode mode = locks::Mode::kNone;
  std::size_t offset = 0;  ///< of the statement that took the mode first
};

/// A setting such as lock_timeout.
struct Timeout {
  std::int64_t milliseconds = 0;  ///< 0: none
  std::size_t offset = 0;         ///< of the SET, and its length
  std::size_t length = 0;
  bool is_local = false;
};

/// A table that an ALTER TABLE has changed.
struct AlteredTable {
  catalog::Name table;
  std::size_t offset = 0;  ///< of the first one, or of the first that works
  bool works = false;      ///< it read or rewrote the table
  bool is_reported = false;
  std::vector<std::string> added;  ///< columns, and constraints that have a name
};

/// A value that ALTER TYPE … ADD VALUE has added to an enum.
struct AddedValue {
  catalog::Name type;
  std::string value;
  std::size_t offset = 0;
  bool is_type_new = false;  ///< the type was made in this migration
};

/// A table whose deferred constraints have rows to look at.
struct PendingTable {
  catalog::Name table;
  std::size_t offset = 0;
  std::string constraint;
  bool is_certain = false;  ///< rows were written in any case
};

/// Rows that deferred constraints have yet to look at, and which constraints are deferred.
struct Deferral {
  std::vector<PendingTable> pending;
  std::optional<bool> all;  ///< SET CONSTRAINTS ALL DEFERRED (true) or IMMEDIATE is in force
  std::vector<std::pair<std::string, bool>> named;  ///< SET CONSTRAINTS of these since; likewise
};

/// A table that rows were put into.
struct FilledTable {
  catalog::Name table;
  std::size_t offset = 0;  ///< of the statement
  /// False where the rows come from other tables, which may hold none.
  bool is_certain = false;
};

/// What single rules keep of a transaction; forgotten with it.
struct TransactionNotes {
  std::set<std::string_view> reported;  ///< rules that report once
  std::vector<AlteredTable> altered;
  std::vector<AddedValue> added_values;
  Deferral deferral;
  std::vector<std::pair<std::string, Deferral>> savepoints;  ///< what SAVEPOINT would return to
};

/// Rows written in bulk, and no ANALYZE since.
struct Backfill {
  catalog::Name table;
  Event event;
};

class Ledger {
 public:
  explicit Ledger(const Context& context) : context_(context) {}

  /// Before the rules of its kind see the statement.
  void begin(const Event& event);
  /// After the rules saw it, and before it is folded into the catalog.
  void end(const Event& event);

  /// Is the statement in a transaction with others?
  bool is_in_transaction() const noexcept {
    return (is_transactional_ && !has_ended_) || is_in_own_block_;
  }

  /// Of the statement that the rules see.
  const locks::Effects& effects() const noexcept { return effects_; }
  /// Its locks on existing tables, those that are merely read left out.
  const std::vector<HeldLock>& taken() const noexcept { return taken_; }

  /// What the transaction holds from the statements before it.
  const std::vector<HeldLock>& held() const noexcept { return held_; }
  locks::Mode held_mode(const catalog::Name& table) const noexcept;
  const HeldLock* held_at_least(locks::Mode mode) const noexcept;

  /// Existing tables that `node` locks or reads, as tables; system catalogs left out.
  std::vector<catalog::Name> touched(const sql::Node& node) const;

  /// All its rows were deleted earlier in this section, and none was added since.
  bool is_emptied(const catalog::Name& table) const;
  /// Set where rows were put into it earlier in this section, and none deleted since.
  const FilledTable* filled(const catalog::Name& table) const;

  const std::optional<Timeout>& lock_timeout() const noexcept { return lock_timeout_; }
  const std::optional<Timeout>& statement_timeout() const noexcept { return statement_timeout_; }

  TransactionNotes& notes() noexcept { return notes_; }
  /// Of the whole section.
  std::vector<Backfill>& backfills() noexcept { return backfills_; }
  /// Rules that report once in a section.
  std::set<std::string_view>& reported_in_section() noexcept { return reported_; }

 private:
  void forget_transaction();
  void note_transaction(const Event& event);
  void note_settings(const Event& event);
  void set_timeout(std::string_view name, std::optional<std::int64_t> value, bool is_local,
                   const Event& event);
  void note_rows(const Event& event);
  void note_write(const Event& event, const sql::Node& write);
  void note_new_table(const Event& event);
  void note_filled(const PgQuery__RangeVar* range, const sql::Node* query, const Event& event);
  void forget_filled(const catalog::Name& table);

  const Context& context_;
  locks::Effects effects_;
  std::vector<HeldLock> taken_;
  std::vector<HeldLock> held_;
  std::vector<catalog::Name> emptied_;
  std::vector<FilledTable> filled_;
  std::optional<Timeout> lock_timeout_;
  std::optional<Timeout> statement_timeout_;
  std::size_t section_statement_ = 0;
  bool is_transactional_ = true;
  bool has_ended_ = false;  ///< a COMMIT of the section's own ended the transaction around it
  bool is_in_own_block_ = false;
  TransactionNotes notes_;
  std::vector<Backfill> backfills_;
  std::set<std::string_view> reported_;
};

/// "5s", "250" (milliseconds), "1min" in milliseconds; nothing for what is no duration.
std::optional<std::int64_t> duration_ms(const sql::Node& value);

}  // namespace godwit::codegen::lint
