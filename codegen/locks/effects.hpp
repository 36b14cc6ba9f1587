// SPDX-License-Identifier: Apache-2.0
//
// The lock table: what a statement does to the relations of a catalog while it runs. Which it locks
// and how strongly, which it reads from end to end, which it writes anew, and whether it may be in
// a transaction. It knows of no rule; the linter and `godwit explain` stand on it.
//
// How it is known. Statements were run on PostgreSQL 15.20, and pg_locks was asked (the tests
// compare, see tests/locks); what could not be run in a transaction, and what differs between
// versions, is in the manual:
// https://www.postgresql.org/docs/15/explicit-locking.html
// https://www.postgresql.org/docs/15/sql-altertable.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "locks/mode.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::locks {

/// The strongest lock on a relation: a table, an index, a view, a sequence.
struct RelationLock {
  catalog::Name relation;
  Mode mode = Mode::kNone;
  /// Only taken where there are rows that need it, such as the look-up of a foreign key.
  bool depends_on_rows = false;
};

enum class WorkKind : std::uint8_t {
  kScan,        ///< reads every row
  kLookUp,      ///< looks every row up in the table that a foreign key references
  kRewrite,     ///< writes every row and every index anew
  kIndexBuild,  ///< reads every row and builds an index
};

/// Work that grows with a table.
struct Work {
  WorkKind kind = WorkKind::kScan;
  catalog::Name table;
  std::string index;  ///< of kIndexBuild: its name, empty where PostgreSQL makes it up
};

struct Effects {
  std::vector<RelationLock> locks;  ///< of relations that are there before; each one once
  std::vector<Work> work;
  /// Why it cannot run inside a transaction; empty when it can.
  std::string_view not_in_transaction;
  /// Fails outside a transaction: LOCK TABLE, SAVEPOINT, DECLARE CURSOR.
  bool needs_transaction = false;

  Mode mode_of(const catalog::Name& relation) const noexcept;
  bool does(WorkKind kind, const catalog::Name& table) const noexcept;
  /// Raises the lock to `mode` at least.
  void lock(const catalog::Name& relation, Mode mode);
  void add_work(WorkKind kind, const catalog::Name& table, std::string index = {});
};

/// What the statement alone does not say.
struct Circumstances {
  int postgres = 15;        ///< major of the server
  bool is_utc = false;      ///< the session's time zone is UTC
  bool with_reads = false;  ///< list relations that are merely read, too
};

/// What `node`, a statement, does on `catalog`, as it is before. What is created by it is not in
/// the result; relations that the catalog does not know are taken to be tables of unknown shape.
Effects effects_of(const catalog::Catalog& catalog, const sql::Node& node,
                   const Circumstances& circumstances = {});

}  // namespace godwit::codegen::locks
