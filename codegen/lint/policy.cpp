// SPDX-License-Identifier: Apache-2.0
//
// The order matters: what the project says of one rule comes first, then what it says of all
// findings. A hard rule takes neither; WERROR can only raise.
#include "lint/policy.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "lint/registry.hpp"

namespace godwit::codegen::lint {
namespace {

using VersionOfFile = std::unordered_map<const SourceFile*, std::int64_t>;

VersionOfFile versions_of(std::span<const sql::Migration* const> migrations) {
  VersionOfFile versions;
  for (const sql::Migration* migration : migrations) {
    const MigrationSource& source = *migration->source;
    if (source.is_stray || source.is_repeatable)  // no version, so none at or below the baseline
      continue;
    for (const Section* section : {&source.up, &source.down, &source.verify, &source.require}) {
      if (section->is_present())
        versions.emplace(&section->file(), source.version);
    }
  }
  return versions;
}

Severity adjusted(const Policy& policy, const Diagnostic& diagnostic,
                  const VersionOfFile& versions) {
  const RuleInfo* rule = find_rule(diagnostic.rule);
  if (rule != nullptr && rule->is_hard && !diagnostic.is_survivable)
    return diagnostic.severity;
  if (policy.baseline) {
    const auto version = versions.find(diagnostic.file);
    if (version != versions.end() && version->second <= *policy.baseline)
      return Severity::kOff;
  }
  Severity severity = effective_severity(policy, diagnostic.rule, diagnostic.severity);
  if (policy.warn_only)
    severity = std::min(severity, Severity::kWarning);
  else if (policy.werror && severity == Severity::kWarning)
    severity = Severity::kError;
  return severity;
}

std::string option_problem(const RuleInfo& rule, std::string_view option) {
  if (option.empty())
    return "";
  return rule.check_option == nullptr ? fmt::format("it has no option, such as `{}`", option)
                                      : rule.check_option(option);
}

/// `table` or `schema.table` as the catalog has it: without quotes, no part empty or too long.
bool is_table_name(std::string_view name, std::size_t longest) {
  constexpr std::size_t kLongestName = 63;  // NAMEDATALEN - 1
  const std::size_t dot = name.find('.');
  const std::string_view schema = dot == std::string_view::npos ? "public" : name.substr(0, dot);
  const std::string_view table = dot == std::string_view::npos ? name : name.substr(dot + 1);
  const auto is_refused = [](char c) {
    return c == '"' || c == '.' || static_cast<unsigned char>(c) < 0x20;
  };
  return !schema.empty() && !table.empty() && schema.size() <= kLongestName &&
         table.size() <= longest && std::none_of(schema.begin(), schema.end(), is_refused) &&
         std::none_of(table.begin(), table.end(), is_refused);
}

void check_names(const Policy& policy, std::vector<std::string>& problems) {
  for (const std::string& external : policy.externals) {
    if (!is_table_name(external, 63))
      problems.push_back(fmt::format(
          "EXTERNAL {}: not a table's name; write table or schema.table, without quotes",
          external));
  }
  if (!policy.history_table)
    return;
  // Names that the runtime makes of it are 9 bytes longer.
  constexpr std::size_t kLongest = 54;
  const std::string& table = *policy.history_table;
  if (!is_table_name(table, kLongest)) {
    problems.push_back(
        fmt::format("HISTORY_TABLE {}: not a table's name; write table or schema.table, without "
                    "quotes, the table with at most {} bytes",
                    table, kLongest));
    return;
  }
  const std::string schema = table.substr(0, std::min(table.find('.'), table.size()));
  const bool has_schema = schema.size() < table.size();
  if (has_schema && (schema.starts_with("pg_") || schema == "information_schema"))
    problems.push_back(fmt::format(
        "HISTORY_TABLE {}: nothing is kept in {}, which is PostgreSQL's own; name another schema",
        table, schema));
}

}  // namespace

bool is_external(const Policy& policy, std::string_view schema, std::string_view table) {
  return std::any_of(policy.externals.begin(), policy.externals.end(),
                     [&](const std::string& external) {
                       return external == table || external == fmt::format("{}.{}", schema, table);
                     });
}

std::vector<std::string> check_policy(const Policy& policy) {
  std::vector<std::string> problems;
  for (const auto& [id, setting] : policy.rules) {
    const RuleInfo* rule = find_rule(id);
    if (rule == nullptr) {
      const RuleInfo* near = similar_rule(id);
      problems.push_back(
          fmt::format("there is no rule '{}'{}; `godwit rules` lists them", id,
                      near == nullptr ? "" : fmt::format(" (did you mean '{}'?)", near->id)));
    } else if (rule->is_hard && setting.severity && *setting.severity < rule->severity) {
      problems.push_back(
          fmt::format("rule '{}' cannot be turned off or down: {}", id, rule->summary));
    } else if (const std::string problem = option_problem(*rule, setting.option);
               !problem.empty()) {
      problems.push_back(fmt::format("rule '{}': {}", id, problem));
    }
  }
  check_names(policy, problems);
  if (policy.warn_only && policy.werror)
    problems.emplace_back("WARN_ONLY and WERROR contradict each other: give one of them");
  return problems;
}

std::string_view option_of(const Policy& policy, std::string_view rule) {
  const auto setting = policy.rules.find(rule);
  return setting == policy.rules.end() ? std::string_view()
                                       : std::string_view(setting->second.option);
}

Severity effective_severity(const Policy& policy, std::string_view id, Severity severity) {
  const RuleInfo* rule = find_rule(id);
  if (rule == nullptr || rule->is_hard)
    return severity;
  const auto setting = policy.rules.find(id);
  if (setting != policy.rules.end() && setting->second.severity)
    return *setting->second.severity;
  if (id == "missing-down" && policy.require_down)
    return Severity::kError;
  if (id == "missing-verify" && policy.require_verify)
    return Severity::kError;
  return rule->severity == Severity::kOff ? Severity::kOff : severity;
}

void apply_policy(const Policy& policy, std::span<const sql::Migration* const> migrations,
                  Diagnostics& diagnostics) {
  const VersionOfFile versions = versions_of(migrations);
  auto& all = diagnostics.all();
  for (Diagnostic& diagnostic : all) diagnostic.severity = adjusted(policy, diagnostic, versions);
  std::erase_if(all, [](const Diagnostic& d) { return d.severity == Severity::kOff; });
}

}  // namespace godwit::codegen::lint
