// SPDX-License-Identifier: Apache-2.0
//
// What Migrator::adopt() takes and gives: moving in from another migration tool. What each tool's
// table says, and how it is matched, is in docs/adopting.md.
#pragma once

#include <godwit/migrator.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

struct AdoptReport;

struct AdoptOptions {
  /// "flyway", "alembic", "goose", "golang-migrate", "dbmate", "sqlx", "diesel", "sqitch",
  /// "seed000", "seed003", "seed004"; or "auto", which finds it out from the columns of the tables
  /// that there are, and throws kUsage when there is more than one.
  std::string from = "auto";
  /// "table" or "schema.table", where it is not the one that the tool makes by itself.
  std::string table;
  /// What the other tool has applied and this set does not contain is left out, instead of stopping
  /// everything.
  bool allow_unknown = false;
  /// Asked once, before anything is written; false throws kInterrupted.
  std::function<bool(const AdoptReport&)> confirm;
};

/// Whether a file is the one that the other tool applied.
enum class ChecksumVerdict : std::uint8_t {
  kHolds,
  kDiffers,
  kNotCompared,  ///< the tool keeps none, or one that this build has nothing to compare with
};

/// A migration of this set that the other tool has applied.
struct AdoptedMigration {
  const Migration* migration = nullptr;
  std::string known_as;    ///< as the other table has it: a file, a version, a revision
  std::string applied_at;  ///< as the server prints it; empty where the other table has no time
  ChecksumVerdict checksum = ChecksumVerdict::kNotCompared;
  std::string other_checksum;  ///< with kDiffers: what the other table has
  bool is_recorded = false;    ///< godwit's history had it already
  /// A repeatable migration whose text is not known to be the one that was applied: `up` applies it
  /// again.
  bool is_to_run_again = false;
};

struct AdoptReport {
  std::string tool;   ///< "flyway"; empty when no table of another tool is left to be found
  std::string title;  ///< "Flyway"
  std::string table;  ///< "public.flyway_schema_history"
  std::string history_table;
  /// The table itself becomes godwit's history, as it can for seed000 alone.
  bool is_in_place = false;
  std::vector<AdoptedMigration> matched;  ///< in the order of the set
  std::vector<std::string> unknown;       ///< applied there, not in this set
  std::vector<const Migration*> missing;  ///< in this set, not applied there; no seeds
  std::size_t adopted = 0;                ///< rows written; with Options::dry_run, to be written
  /// Why nothing was written: kPartiallyApplied (the other tool was interrupted, or failed), kDrift
  /// (something unknown, or a file that is not the one that was applied), or kUsage (nobody can
  /// tell which of the databases in the table is this one).
  std::optional<Error> stopped_by;
  std::vector<std::string> warnings;
  std::string run_id;
  std::string database;
};

}  // namespace godwit
