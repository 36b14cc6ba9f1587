// SPDX-License-Identifier: Apache-2.0
//
// What a project decided about the rules: severities, baseline, warn-only. Applied once, to all
// diagnostics of all layers, so that no rule needs to know of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// Of one rule, from RULES_ERROR, RULES_WARN, RULES_OFF or `--rule NAME=severity[:option]`.
struct RuleSetting {
  std::optional<Severity> severity;
  std::string option;  ///< such as "all" of `prefer-bigint=warn:all`
};

/// The history table where the project names none.
inline constexpr std::string_view kHistoryTable = "schema_migrations";
/// Where the history of a WARN_ONLY set goes whose own migrations have a table of the first name.
inline constexpr std::string_view kOtherHistoryTable = "godwit_migrations";

struct Policy {
  std::map<std::string, RuleSetting, std::less<>> rules;
  bool warn_only = false;                ///< errors become warnings
  bool werror = false;                   ///< warnings become errors
  std::optional<std::int64_t> baseline;  ///< nothing is said of versions at or below it
  int postgres = 15;                     ///< the oldest server major that the SQL has to run on
  bool require_down = false;
  bool require_verify = false;
  /// Tables that others create, as "table" or "schema.table".
  std::vector<std::string> externals;
  std::optional<std::string> history_table;  ///< as the project names it; else kHistoryTable
};

/// Is it one of Policy::externals?
bool is_external(const Policy& policy, std::string_view schema, std::string_view table);

/// What is wrong with the policy itself, a message each: unknown rules (with the nearest one),
/// attempts to mute a rule that cannot be muted, WARN_ONLY together with WERROR. Empty when all is
/// well; for the command line to report as wrong usage.
std::vector<std::string> check_policy(const Policy& policy);

/// The option that the project gave to a rule; empty when there is none.
std::string_view option_of(const Policy& policy, std::string_view rule);

/// What `policy` makes of a finding of `rule` that would be of `severity`; kOff drops it.
Severity effective_severity(const Policy& policy, std::string_view id, Severity severity);

/// Applies severities, BASELINE, WARN_ONLY and WERROR to `diagnostics`, of whichever layer.
/// `migrations` tells which version a file belongs to. Call it once, after everything has been
/// reported and before printing.
void apply_policy(const Policy& policy, std::span<const sql::Migration* const> migrations,
                  Diagnostics& diagnostics);

}  // namespace godwit::codegen::lint
