// SPDX-License-Identifier: Apache-2.0
//
// Rows stand in the table in pieces, since neither a compiler nor a connection likes one of 200 MB.
#include <algorithm>

#include "emit/script_plan.hpp"
#include "source/seeds.hpp"

namespace godwit::codegen::emit {
namespace {

constexpr std::size_t kChunk = std::size_t{128} * 1024;

std::vector<std::string_view> chunks_of(std::string_view rows) {
  std::vector<std::string_view> chunks;
  while (!rows.empty()) {
    const std::size_t end = rows.find('\n', std::min(kChunk, rows.size()) - 1);
    const std::size_t size = end == std::string_view::npos ? rows.size() : end + 1;
    chunks.push_back(rows.substr(0, size));
    rows.remove_prefix(size);
  }
  return chunks;
}

}  // namespace

void plan_copies(const MigrationSource& seed, const sql::Script& script, ScriptPlan& plan) {
  const SourceFile& file = seed.up.file();
  for (const sql::Statement& statement : script.statements()) {
    const auto* copy = sql::as<PgQuery__CopyStmt>(statement.node);
    const SeedRows* rows =
        copy == nullptr ? nullptr : rows_behind(seed, statement.offset + statement.length);
    if (rows == nullptr || copy->relation == nullptr)
      continue;
    const Position at = file.position(statement.offset);
    const auto own = std::find_if(
        plan.statements.begin(), plan.statements.end(), [&](const Statement& candidate) {
          return candidate.line == at.line && candidate.column == at.column;
        });
    plan.copies.push_back({.statement = static_cast<std::uint32_t>(own - plan.statements.begin()),
                           .line = file.original_position(rows->offset).line,
                           .table = copy->relation->relname,
                           .chunks = chunks_of(rows->rows)});
  }
}

}  // namespace godwit::codegen::emit
