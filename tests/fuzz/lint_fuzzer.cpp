// SPDX-License-Identifier: Apache-2.0
//
// One file the whole way that a migration goes: read, split into sections, parsed, folded into a
// catalog, linted, reported, and written into the table, which must hold it byte by byte.
#include <algorithm>

#include "commands/compile.hpp"
#include "cpp_literals.hpp"
#include "emit/table.hpp"
#include "lint/idempotency.hpp"
#include "support.hpp"

namespace {

using namespace godwit::codegen;
using godwit::fuzz::require;

void check_plan(const emit::ScriptPlan& plan, const Section& section) {
  const SourceFile& file = section.file();
  std::size_t behind = 0;
  for (const godwit::Statement& statement : plan.statements) {
    require(statement.offset >= behind, "statements follow each other");
    behind = std::size_t{statement.offset} + statement.length;
    require(behind <= plan.sql.size(), "a statement is in the table's text");
    const std::size_t offset = file.line_start(statement.line) + statement.column - 1;
    require(section.text().substr(offset, statement.length) ==
                std::string_view(plan.sql).substr(statement.offset, statement.length),
            "a statement stands where the table says");
  }
  std::size_t covered = 0;
  for (const emit::StepPlan& step : plan.steps) {
    require(step.first_statement == covered && step.statement_count > 0,
            "every statement is in one step");
    covered += step.statement_count;
  }
  require(covered == plan.statements.size(), "every statement is in a step");
}

/// The migration in the table. Its lint errors would end the build before; nothing in here may
/// depend on their absence but for SQL that does not parse.
void check_table(const commands::CompiledSet& set) {
  emit::Table table{.header = "x.hpp",
                    .cpp_namespace = "x",
                    .set_name = "main",
                    .history_table = "schema_migrations",
                    .digest = "",
                    .tool_version = "0",
                    .postgres = 15,
                    .migrations = {}};
  for (const sql::Migration& migration : set.migrations) {
    const MigrationSource& source = *migration.source;
    emit::TableMigration entry;
    entry.migration = &migration;
    entry.up = emit::plan_script(source.up, migration.up, migration.up_transaction,
                                 lint::idempotent_statements(migration.up));
    check_plan(entry.up, source.up);
    if (source.down.is_present()) {
      entry.down = emit::plan_script(source.down, migration.down, migration.down_transaction,
                                     lint::idempotent_statements(migration.down));
      check_plan(entry.down, source.down);
    }
    if (source.verify.is_present())
      entry.verify = emit::plan_checks(source.verify, migration.verify);
    if (source.require.is_present())
      entry.require = emit::plan_checks(source.require, migration.require);
    table.migrations.push_back(std::move(entry));
  }
  const std::vector<std::string> values = godwit::fuzz::read_literals(emit::emit_table(table));
  const auto holds = [&](const std::string& text) {
    return std::find(values.begin(), values.end(), text) != values.end();
  };
  for (const emit::TableMigration& entry : table.migrations) {
    for (const std::string& text : {entry.up.sql, entry.down.sql, entry.verify.sql,
                                    entry.verify.guarded_sql, entry.require.sql})
      require(text.empty() || holds(text), "the table holds the SQL byte by byte");
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static godwit::fuzz::ScratchFolder folder;
  if (!folder.write("x.sql", {reinterpret_cast<const char*>(data), size}))
    return 0;
  // The tool runs its commands on a deep stack too.
  sql::run_with_deep_stack(1, 1, [&](std::size_t) {
    const auto set = commands::compile_stray(folder.path() / "x.sql", {}, {}, std::nullopt);
    godwit::fuzz::check_findings(set->diagnostics);
    check_table(*set);
  });
  return 0;
}
