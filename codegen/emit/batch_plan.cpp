// SPDX-License-Identifier: Apache-2.0
#include "emit/batch_plan.hpp"

#include "catalog/name.hpp"

namespace godwit::codegen::emit {
namespace {

std::string double_quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

}  // namespace

BatchPlan plan_batch(const sql::BatchDirective& directive, const sql::Node* node,
                     std::string_view text) {
  BatchPlan plan;
  const PgQuery__RangeVar& target = *sql::batch_target(node);
  for (const std::string& column : directive.keys) {
    plan.key += (plan.key.empty() ? "" : ", ") + catalog::quote_identifier(column);
    plan.columns.push_back(double_quoted(column));
  }
  plan.qualifier =
      double_quoted(target.alias != nullptr ? target.alias->aliasname : target.relname);
  const std::string_view schema = target.schemaname == nullptr ? "" : target.schemaname;
  plan.table = target.inh != 0 ? "" : "ONLY ";
  plan.table += schema.empty() ? "" : double_quoted(schema) + ".";
  plan.table += double_quoted(target.relname);
  const sql::BatchCut cut = sql::cut_for_batch(text);
  plan.open = static_cast<std::uint32_t>(cut.open);
  plan.close = static_cast<std::uint32_t>(cut.close);
  plan.size = directive.size;
  plan.pause_ms = directive.pause_ms;
  return plan;
}

}  // namespace godwit::codegen::emit
