// SPDX-License-Identifier: Apache-2.0
//
// Rules about down and verify sections that are not there.
#include "lint/context.hpp"
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "missing-down",
     .group = "down",
     .severity = Severity::kOff,
     .summary = "A migration has no down section and does not say that it is irreversible",
     .explanation = "An error where REQUIRE_DOWN is given, else off.",
     .bad = "007_users.sql without `-- godwit:down`",
     .good = "-- Irreversible: the old values are not kept",
     .manual = "docs/rules.md#down"},
    {.id = "missing-verify",
     .group = "down",
     .severity = Severity::kOff,
     .summary = "A migration has no verify section",
     .explanation = "An error where REQUIRE_VERIFY is given, else off.",
     .bad = "007_users.sql without `-- godwit:verify`",
     .good = "-- godwit:verify\nSELECT to_regclass('users') IS NOT NULL;",
     .manual = "docs/rules.md#down"},
};

void report_missing(std::string_view rule, Context& context, std::string message,
                    std::string note) {
  const Severity severity = effective_severity(context.policy(), rule, Severity::kOff);
  if (severity != Severity::kOff)
    context.report(rule, Event(), {}, std::move(message), {std::move(note)}, severity);
}

void check_missing_sections(Context& context) {
  if (context.is_down() || context.is_alone())
    return;
  const MigrationSource& source = context.source();
  if (!source.down.is_present() && source.header.irreversible.empty())
    report_missing("missing-down", context, "the migration has no down section",
                   "add `-- godwit:down` and what undoes it, or say in the header why it cannot be "
                   "undone:\n-- Irreversible: <reason>");
  if (!source.verify.is_present())
    report_missing("missing-verify", context, "the migration has no verify section",
                   "add `-- godwit:verify` and queries that each give true");
}

}  // namespace

const Family kDownRules{.name = "down", .rules = kRules, .before_section = check_missing_sections};

}  // namespace godwit::codegen::lint
