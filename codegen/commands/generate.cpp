// SPDX-License-Identifier: Apache-2.0
//
// `godwit generate`: what add_migrations() runs. Findings that fail leave the output as it was.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include <unistd.h>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "commands/manifest.hpp"
#include "commands/write_file.hpp"
#include "emit/effect_plan.hpp"
#include "emit/report.hpp"
#include "emit/table.hpp"
#include "lint/idempotency.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen::commands {
namespace {

std::vector<std::int64_t> dependency_versions(const CompiledSet& set, std::size_t source) {
  std::vector<std::int64_t> versions;
  for (const std::size_t dependency : set.order.dependencies[source]) {
    if (!set.sources[dependency].is_repeatable)
      versions.push_back(set.sources[dependency].version);
  }
  return versions;
}

// What has no version to ask a database for.
std::vector<std::string> dependency_names(const CompiledSet& set, std::size_t source) {
  std::vector<std::string> names;
  for (const std::size_t dependency : set.order.dependencies[source]) {
    if (set.sources[dependency].is_repeatable)
      names.push_back(set.sources[dependency].full_name);
  }
  return names;
}

emit::TableMigration table_migration(const CompiledSet& set, const emit::EffectRecorder& effects,
                                     std::size_t index, const SchemaChange& change) {
  const sql::Migration& migration = set.migrations[index];
  const MigrationSource& source = *migration.source;
  emit::TableMigration entry;
  entry.migration = &migration;
  entry.dependencies = dependency_versions(set, index);
  entry.dependency_names = dependency_names(set, index);
  for (const Squash& squash : set.order.squashes) {
    if (squash.index == index)
      entry.replaced = replaced_versions(squash, set.sources, set.lock);
  }
  // Nobody proves what a function does.
  entry.is_idempotent =
      source.header.idempotency.value_or(!source.seed.empty()) && !source.header.code;
  if (source.seed.empty())  // of a seed it is what its temporary tables leave
    entry.schema = change.text;
  entry.is_opaque = change.is_opaque;
  if (source.up.is_present())
    entry.up = emit::plan_script(source.up, migration.up, migration.up_transaction,
                                 lint::idempotent_statements(migration.up),
                                 effects.effects_of(source.up), migration.up_batches);
  emit::plan_copies(source, migration.up, entry.up);
  if (source.down.is_present())
    entry.down = emit::plan_script(source.down, migration.down, migration.down_transaction,
                                   lint::idempotent_statements(migration.down),
                                   effects.effects_of(source.down), migration.down_batches);
  // A function may change any setting.
  if (source.header.code)
    entry.up.leaked_settings.assign(1, "*");
  if (source.header.code_down)
    entry.down.leaked_settings.assign(1, "*");
  if (source.require.is_present())
    entry.require = emit::plan_checks(source.require, migration.require);
  if (source.verify.is_present())
    entry.verify = emit::plan_checks(source.verify, migration.verify);
  return entry;
}

// A foreign set that has a table of that name itself must still build, and must not lose it.
std::string_view history_table(const lint::Policy& policy, const CompiledSet& set) {
  if (policy.history_table)
    return *policy.history_table;
  const auto& all = set.diagnostics.all();
  const bool collides = std::any_of(all.begin(), all.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.rule == "history-table-collision";
  });
  return collides ? lint::kOtherHistoryTable : lint::kHistoryTable;
}

/// That of the lock file, and with it the values that went into the SQL.
std::string digest_of(const Manifest& manifest, const CompiledSet& set) {
  std::string digest = set_digest(set.sources_in_order);
  if (manifest.request.files.defines.empty())
    return digest;
  for (const Define& define : manifest.request.files.defines)
    digest += "\n" + define.name + "=" + define.value;
  return sha256_hex(digest);
}

emit::Table make_table(const Manifest& manifest, const CompiledSet& set,
                       const emit::EffectRecorder& effects) {
  emit::Table table{.header = manifest.header,
                    .cpp_namespace = manifest.cpp_namespace,
                    .set_name = manifest.request.set_name,
                    .history_table = std::string(history_table(manifest.request.policy, set)),
                    .digest = digest_of(manifest, set),
                    .tool_version = GODWIT_VERSION,
                    .postgres = manifest.request.policy.postgres,
                    .allows_fresh = manifest.allow_fresh,
                    .extensions = effects.extensions(),
                    .migrations = {}};
  for (std::size_t n = 0; n < set.order.order.size(); ++n)
    table.migrations.push_back(
        table_migration(set, effects, set.order.order[n], set.schema_changes[set.order.order[n]]));
  return table;
}

void print_report(const CompiledSet& set, Color color) {
  const std::string text = emit::report_gcc(
      set.diagnostics,
      {.use_color = use_color(color, STDERR_FILENO), .migrations = set.in_order.size()});
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

int run_generate(const GenerateOptions& options) {
  Manifest manifest = read_manifest(options.manifest);
  manifest.request.wants_schema = true;
  emit::EffectRecorder effects;
  manifest.request.observer = effects.observer();
  const auto set = compile_set(manifest.request);
  print_report(*set, options.color);
  if (set->diagnostics.has_errors())
    return kFindings;
  if (set->in_order.empty() && !manifest.allow_empty)
    throw UsageError(manifest.request.files.root.string() + ": no migrations");
  const emit::Table table = make_table(manifest, *set, effects);
  if (!options.code_header.empty())
    write_if_different(options.code_header, emit::emit_code_header(table));
  write_if_different(options.output, emit::emit_table(table));
  return kClean;
}

}  // namespace godwit::codegen::commands
