// SPDX-License-Identifier: Apache-2.0
//
// The table: what the host tool writes into the generated .cpp and what the runtime reads. Plain
// constexpr data, no libpq, no allocation, no function that runs before main. Everything that needs
// a parser was found out at build time and is written down here (which statements there are and
// where, what is sent as one unit, what runs outside a transaction, in which order); the runtime
// never guesses any of it again.
//
// How to read it: a MigrationSet holds Migrations in the order in which they are applied. A
// Migration has an `up` Script, perhaps a `down` Script, and perhaps Checks (`require` before
// anything is touched, `verify` before COMMIT). A Script is SQL text, the Statements in it, and the
// Steps in which the statements are sent.
#pragma once

#include <godwit/lock_mode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace godwit {

class CodeMigration;  // in godwit/code.hpp
struct Migration;

namespace detail {
class Run;
struct Pending;
}  // namespace detail

/// The format of this table, not the release of godwit: generated code asserts that it was made for
/// this number, so a tool and a runtime that do not fit each other fail at compile time instead of
/// at run time.
inline constexpr int kTableFormat = 5;

/// What a migration is; `kind` in the history table.
enum class Kind : std::uint8_t {
  kVersioned,   ///< has a version, is applied once
  kRepeatable,  ///< has no version, is applied again when its checksum changes
  kSeed,        ///< likewise, behind all others, and only where its mode is asked for
  kCode,        ///< has a version, is applied once; a function of the application is part of it
};

/// Has no version, and is applied again when its checksum changes.
constexpr bool is_applied_again(Kind kind) noexcept {
  return kind == Kind::kRepeatable || kind == Kind::kSeed;
}

/// `Phase:` of the header: which side of a zero-downtime change the migration is.
enum class Phase : std::uint8_t { kNone, kExpand, kContract };

/// One SQL statement of a section, without the semicolon that ends it.
struct Statement {
  std::uint32_t offset = 0;  ///< of its first byte in the section's `sql`
  std::uint32_t length = 0;  ///< in bytes
  std::uint32_t line = 0;    ///< of its first byte in the file, from 1
  std::uint32_t column = 0;  ///< in bytes, from 1
};

/// How the runtime finds out whether a step outside a transaction took effect, when nobody lived to
/// see its end.
enum class Probe : std::uint8_t {
  kNone,
  kIndexBuilt,  ///< CREATE INDEX CONCURRENTLY, or REINDEX INDEX CONCURRENTLY: the index exists and
                ///< is valid
  kIndexDropped,       ///< DROP INDEX CONCURRENTLY: there is no such index
  kUnnamedIndexBuilt,  ///< CREATE INDEX CONCURRENTLY without a name: the server calls it `index`,
                       ///< or that and a number
};

/// `-- godwit:batch` on an UPDATE or DELETE: how it is run in parts, each with the rows whose keys
/// are between two others, and each in a transaction of its own.
struct Batch {
  std::string_view key;  ///< its columns as the history remembers them: "id", "tenant_id, id"
  std::span<const std::string_view> columns;  ///< each quoted: "\"tenant_id\""
  std::string_view qualifier;  ///< by what the statement calls its table, quoted: "\"u\""
  std::string_view table;  ///< where the keys are: "\"crm\".\"users\"", with ONLY where it is there
  std::uint32_t open =
      0;  ///< behind WHERE, in bytes from the statement's first; 0 where it has none
  std::uint32_t close = 0;     ///< where the condition on the key goes: behind the statement's own
  std::uint32_t size = 0;      ///< how many rows of the table one part looks at; 0 for no batch
  std::uint32_t pause_ms = 0;  ///< between two parts
};

/// What the runtime sends as one unit: the whole script of a transactional migration, or one
/// statement of another.
struct Step {
  std::uint32_t first_statement = 0;
  std::uint32_t statement_count = 0;
  /// Of a migration outside a transaction: the step can be sent in one of its own, together with
  /// the record that it has ended, so that a crash leaves no doubt.
  bool is_transactional = true;
  /// May be run again when it is unknown whether it ran: proved by the build (lint-rule
  /// `claims-idempotent`).
  bool is_idempotent = false;
  Probe probe = Probe::kNone;
  /// For a probe: the table of the index (CREATE) or the index itself, as text for
  /// to_regclass(): quoted, and with a schema where the SQL names one.
  std::string_view relation;
  /// For CREATE: the plain name of the index, in the schema of `relation`; else
  /// empty.
  std::string_view index;
  Batch batch;
};

/// Work that takes the longer the larger the relation is; the bits of Effect::work.
inline constexpr std::uint8_t kScans = 1;        ///< reads every row
inline constexpr std::uint8_t kLooksUp = 2;      ///< looks every row up in a referenced table
inline constexpr std::uint8_t kRewrites = 4;     ///< writes every row and every index anew
inline constexpr std::uint8_t kBuildsIndex = 8;  ///< reads every row and builds an index

/// What a statement does to a relation that was there before its migration: for people who ask what
/// is going to happen, never for what is sent. Of a table and its partitions only the table is
/// named, and indexes are not named at all.
struct Effect {
  std::uint32_t statement = 0;      ///< its index in Script::statements
  LockMode mode = LockMode::kNone;  ///< kNone: it only does work, such as one that reads
  std::uint8_t work = 0;
  bool is_certain = true;   ///< false: only under a condition, or where there are rows that need it
  std::string_view schema;  ///< empty: wherever the search_path finds it
  std::string_view relation;
};

/// The rows behind a `COPY … FROM STDIN` of a seed, as they stand in the file.
struct CopyRows {
  std::uint32_t statement = 0;  ///< the COPY's index in Script::statements
  std::uint32_t line = 0;       ///< of the first row in the file, from 1
  std::string_view table;       ///< its plain name, by which the server tells of a bad row
  /// One after the other; each ends at the end of a line.
  std::span<const std::string_view> chunks;
};

/// A function of the application that is a migration, or undoes one; see godwit/code.hpp.
using CodeFunction = void (*)(CodeMigration& migration);

/// `Code:` or `Code-Down:` of the header.
struct Code {
  CodeFunction function = nullptr;  ///< null: there is none
  std::string_view name;            ///< without the namespace
  std::string_view file;            ///< whose header names it
  std::uint32_t line = 0;           ///< of the name in the file, from 1
  std::uint32_t column = 0;
};

/// What calls such a function: a part of the runtime that a set without one does not link.
using CodeRunner = bool (*)(detail::Run& run, const Migration& migration);

/// A `-- godwit:up` or `-- godwit:down` section.
struct Script {
  bool is_present = false;  ///< there is such a section; a present one may hold no statement
  std::string_view file;    ///< as errors name it: "migrations/007_crm_system_schema.sql"
  std::string_view
      checksum;  ///< SHA-256 of that file, CRLF read as LF and without BOM; 64 hex digits
  /// The bytes of the section as they stand in the file, but for an outermost BEGIN and COMMIT and
  /// for SET TRANSACTION, which are blanked out with spaces, since the runtime owns the
  /// transaction.
  std::string_view sql;
  std::span<const Statement> statements;
  std::span<const Step> steps;
  bool is_transactional = true;
  /// What follows BEGIN besides the defaults, such as "ISOLATION LEVEL SERIALIZABLE"; hoisted from
  /// the script.
  std::string_view begin_options;
  /// Names of settings that the script changes for longer than its transaction, for RESET after it:
  /// "search_path", "role", "session_authorization", "app.tenant". "*" where it runs code that the
  /// build cannot read: then any may have changed.
  std::span<const std::string_view> leaked_settings;
  /// Statements that take away the temporary relations and prepared statements it leaves behind.
  std::span<const std::string_view> leftovers;
  /// In the order of the statements; empty where the build could not parse them.
  std::span<const Effect> effects;
  std::span<const CopyRows> copies;  ///< in the order of the statements
  /// Called in the transaction of the script: after the SQL of `up`, before that of `down`.
  Code code = {};
};

/// A `-- godwit:require` or `-- godwit:verify` section: queries that must each give exactly one
/// row, whose first column is true.
struct Checks {
  std::string_view file;
  std::string_view checksum;
  std::string_view sql;  ///< as written, for people
  std::span<const Statement> statements;
  /// What is sent: for each statement one DO block that raises SQLSTATE GW001 unless the statement
  /// holds. The n-th block belongs to the n-th statement; a position inside the query is an
  /// internal position of the error.
  std::string_view guarded_sql;
};

/// A migration that must have been applied before: of this set (`set` is empty) or of another.
struct Dependency {
  std::string_view set;
  std::int64_t version = 0;
};

/// A part of `Replaces: 1-120` of a squash.
struct VersionRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// `Set: work_mem=256MB` of the header, sent as SET LOCAL.
struct Setting {
  std::string_view name;
  std::string_view value;
};

/// By what another tool knows a file again; for `adopt`.
enum class ForeignKind : std::uint8_t {
  kFlyway,      ///< CRC-32 of the lines, without their ends and without BOM, as a signed number
  kSqlx,        ///< SHA-384 of the bytes, 96 hex digits
  kSqitch,      ///< SHA-1 of the bytes of the deploy script, 40 hex digits
  kSqitchId,    ///< the id of the change: SHA-1 of its line in the plan and of all before it
  kFileSha256,  ///< SHA-256 of the bytes, where the line ends or a BOM make it another than
                ///< Migration::checksum
};

/// What the history of another tool has for a file that it has applied.
struct ForeignChecksum {
  ForeignKind kind = ForeignKind::kFlyway;
  std::string_view value;
};

/// One migration.
struct Migration {
  Kind kind = Kind::kVersioned;
  std::int64_t version = 0;  ///< 1 to 18 digits; meaningless where is_applied_again(kind)
  std::string_view seed;     ///< of a seed: its mode, "reference"
  std::string_view name;     ///< "crm_system_schema"
  std::string_view
      full_name;  ///< "007_crm_system_schema": `migration_name` in the history, at most 255 bytes
  std::string_view description;  ///< from the header, else the name with spaces
  std::string_view purpose;
  std::string_view author;
  std::string_view created;
  std::string_view tag;           ///< `Tag:`, a target as "@tag"
  std::string_view irreversible;  ///< the reason of `Irreversible:`, else empty
  std::string_view checksum;      ///< of the file that holds `up`; what the history remembers
  std::span<const std::string_view> accepted_checksums;  ///< `Accept-Checksum:`
  std::span<const std::string_view> aliases;             ///< `Alias:`
  /// Those that can be told from the kind of file; where several are of one kind, any will do.
  std::span<const ForeignChecksum> foreign;
  std::span<const Dependency> dependencies;
  /// Full names of the repeatable migrations and seeds of this set that come before it.
  std::span<const std::string_view> dependency_names;
  bool declares_dependencies = false;  ///< the header has the key, `None` included
  /// A squash stands for all that has a version in these; empty for any other migration. Where it
  /// and those are in one set, it comes after them, and dependencies on them are dependencies on
  /// it.
  std::span<const VersionRange> replaces;
  /// Of a squash: the versions that a database has to have to be taken to have the squash.
  std::span<const std::int64_t> replaced;
  bool is_idempotent = false;  ///< the header claims it and the build proved it
  bool is_breaking = false;    ///< `Breaking: YES`: older builds must not start on it
  bool is_unchecked = false;   ///< `Syntax: unchecked`: the build could not parse it; is sent alone
  /// The SQL may change more than `schema` says: the build could not read it, or not judge the
  /// condition under which it runs.
  bool is_opaque = false;
  /// What the migration changes in the schema, as the build has worked it out; for `verify`. Lines:
  ///   =column crm.notes.body<tab>text not null   is so from here on
  ///   -index crm.notes_body_idx                  is gone; of a table, with all its parts
  ///   ?table crm.notes                           from here on it is not known, nor are its parts
  ///   @crm.notes                                 the parts that follow are of this relation
  /// A name that begins with a dot is a part of the relation of the last = or @ that named one.
  /// Without a text it is the kind ("table"); the text "?" says that nothing but its being there is
  /// known. Backslash, tab and line break are written \\, \t, \n, and a first dot \. where it is
  /// none of these.
  std::string_view schema;
  Phase phase = Phase::kNone;
  std::int32_t lock_timeout_ms = -1;       ///< `Lock-Timeout:`, -1 where the header has none
  std::int32_t statement_timeout_ms = -1;  ///< `Statement-Timeout:`, likewise
  std::span<const Setting> settings;
  Script up;
  Script down;
  Checks require;
  Checks verify;

  /// Is applied once, and known by its version.
  constexpr bool has_version() const noexcept {
    return kind == Kind::kVersioned || kind == Kind::kCode;
  }
};

/// What runs the steps of a migration outside a transaction, and what runs a step in batches: parts
/// of the runtime that a set without such a migration does not link.
using StepRunner = bool (*)(detail::Run& run, const detail::Pending& pending);
using BatchRunner = void (*)(detail::Run& run, const Migration& migration, const Step& step,
                             std::size_t number);

namespace detail {
/// MigrationSet::step_runner; false when the history has to be looked at again.
bool run_steps(Run& run, const Pending& pending);
/// MigrationSet::batch_runner.
void run_batches(Run& run, const Migration& migration, const Step& step, std::size_t number);
}  // namespace detail

/// What one add_migrations() compiled. Constant for the life of the program; safe to use from any
/// thread.
struct MigrationSet {
  int table_format = kTableFormat;
  std::string_view name;           ///< `migration_set` in the history; "main" unless NAME was given
  std::string_view history_table;  ///< "schema_migrations" or "schema.table", unquoted
  std::string_view digest;         ///< SHA-256 over all versions, names and checksums
  std::string_view tool_version;   ///< of the godwit that made the table
  int postgres = 15;               ///< the lowest server major that the SQL was checked for
  bool allows_fresh = false;       ///< ALLOW_FRESH: the command `fresh` may empty a database
  /// Extensions that a migration creates; `fresh` drops them, and no other.
  std::span<const std::string_view> extensions;
  CodeRunner code_runner = nullptr;       ///< where a migration has code
  StepRunner step_runner = nullptr;       ///< where an up or down section has steps of its own
  BatchRunner batch_runner = nullptr;     ///< where one of these is run in batches
  std::span<const Migration> migrations;  ///< in the order in which they are applied
};

}  // namespace godwit
