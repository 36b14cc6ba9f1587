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
#include "emit/report.hpp"
#include "emit/table.hpp"
#include "lint/idempotency.hpp"

namespace godwit::codegen::commands {
namespace {

std::vector<std::int64_t> dependency_versions(const CompiledSet& set, std::size_t source) {
  std::vector<std::int64_t> versions;
  for (const std::size_t dependency : set.order.dependencies[source])
    versions.push_back(set.sources[dependency].version);
  return versions;
}

emit::TableMigration table_migration(const CompiledSet& set, std::size_t index) {
  const sql::Migration& migration = set.migrations[index];
  const MigrationSource& source = *migration.source;
  emit::TableMigration entry;
  entry.migration = &migration;
  entry.dependencies = dependency_versions(set, index);
  for (const Squash& squash : set.order.squashes) {
    if (squash.index == index)
      entry.replaced = replaced_versions(squash, set.sources, set.lock);
  }
  entry.is_idempotent = source.header.idempotency.value_or(false);
  if (source.up.is_present())
    entry.up = emit::plan_script(source.up, migration.up, migration.up_transaction,
                                 lint::idempotent_statements(migration.up));
  if (source.down.is_present())
    entry.down = emit::plan_script(source.down, migration.down, migration.down_transaction,
                                   lint::idempotent_statements(migration.down));
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

emit::Table make_table(const Manifest& manifest, const CompiledSet& set) {
  emit::Table table{.header = manifest.header,
                    .cpp_namespace = manifest.cpp_namespace,
                    .set_name = manifest.request.set_name,
                    .history_table = std::string(history_table(manifest.request.policy, set)),
                    .digest = set_digest(set.sources_in_order),
                    .tool_version = GODWIT_VERSION,
                    .postgres = manifest.request.policy.postgres,
                    .migrations = {}};
  for (const std::size_t index : set.order.order)
    table.migrations.push_back(table_migration(set, index));
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
  const Manifest manifest = read_manifest(options.manifest);
  const auto set = compile_set(manifest.request);
  print_report(*set, options.color);
  if (set->diagnostics.has_errors())
    return kFindings;
  if (set->in_order.empty() && !manifest.allow_empty)
    throw UsageError(manifest.request.files.root.string() + ": no migrations");
  write_if_different(options.output, emit::emit_table(make_table(manifest, *set)));
  return kClean;
}

}  // namespace godwit::codegen::commands
