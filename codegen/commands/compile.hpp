// SPDX-License-Identifier: Apache-2.0
//
// The way of a set through the layers, which every command goes: read, order, parse, compare with
// the lock file, lint, apply the policy.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "lint/lint.hpp"
#include "lint/policy.hpp"
#include "order/dependency_order.hpp"
#include "order/lock_file.hpp"
#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::commands {

struct SetRequest {
  SourceFiles files;
  /// Compared with when given; the file need not exist unless is_lock_required.
  std::optional<std::filesystem::path> lock;
  lint::Policy policy;
  /// The set's own name where it is known: `name:7` is 7 then.
  std::string set_name = {};
  /// Shown what the linter sees.
  lint::Observer observer = {};
  /// The project names the lock file itself, so that one that is not there is misspelt.
  bool is_lock_required = false;
  /// For CompiledSet::schema_changes and `catalog`, which cost a little.
  bool wants_schema = false;
  /// How many share the linter's work; 0: as many as there are processors.
  unsigned threads = 0;
};

/// What a migration changes in the schema, for the generated table.
struct SchemaChange {
  std::string text;        ///< see catalog::schema_change()
  bool is_opaque = false;  ///< and what could not be read
};

/// Everything known about a set. Its parts point into each other: neither copied nor moved.
struct CompiledSet {
  CompiledSet() = default;
  CompiledSet(const CompiledSet&) = delete;
  CompiledSet& operator=(const CompiledSet&) = delete;

  FileStore files;
  std::vector<MigrationSource> sources;  ///< by version
  DependencyOrder order;
  LockFile lock;
  std::vector<sql::Migration> migrations;       ///< the n-th is of the n-th source
  std::vector<const sql::Migration*> in_order;  ///< as they are applied
  std::vector<const MigrationSource*> sources_in_order;
  std::vector<SchemaChange> schema_changes;  ///< with wants_schema: the n-th is of migrations' n-th
  catalog::Catalog catalog;                  ///< with wants_schema: behind the last migration
  Diagnostics diagnostics;                   ///< of all layers, with the policy applied, sorted
};

/// Compiles the files of a directory or a manifest. Must run on a deep stack. Warns of a
/// baseline above the last version, which mutes what is to come too, on stderr.
std::unique_ptr<CompiledSet> compile_set(const SetRequest& request);

/// Compiles one file by itself, as a set of one migration without a version.
/// `wants_transaction` goes before the header where it is given.
std::unique_ptr<CompiledSet> compile_stray(const std::filesystem::path& file,
                                           const std::vector<Define>& defines,
                                           const lint::Policy& policy,
                                           std::optional<bool> wants_transaction);

/// What a new database runs, in order: all but what a squash replaces.
std::vector<const sql::Migration*> order_of_new(const CompiledSet& set);

/// What a database ran that has what `squash` replaces, up to where the squash stands.
std::vector<const sql::Migration*> order_of_old(const CompiledSet& set, const Squash& squash);

/// By its version, its name or an alias; null when there is none.
const sql::Migration* find_migration(const CompiledSet& set, std::string_view wanted);

}  // namespace godwit::codegen::commands
