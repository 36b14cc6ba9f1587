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
    if (source.is_stray)
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

}  // namespace

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
    }
  }
  if (policy.warn_only && policy.werror)
    problems.push_back("WARN_ONLY and WERROR contradict each other: give one of them");
  return problems;
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
