// SPDX-License-Identifier: Apache-2.0
//
// Rules about `Phase:`. What breaks the running release is what the rules of compatibility and of
// destruction find, whether a comment allows it or not.
#include <algorithm>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/registry.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "breaking-expand",
     .group = "compatibility",
     .severity = Severity::kWarning,
     .summary = "An expand migration takes away what the running release may use",
     .explanation =
         "`Phase: expand` says that the release that runs now works on with the schema that the "
         "migration leaves: it adds, and takes nothing away. Drops, renames and narrower columns "
         "belong into a migration with `Phase: contract`, which runs when nobody uses the old "
         "form any more. That a comment allows the drop does not make it an expansion.",
     .bad = "-- Phase: expand\nALTER TABLE users DROP COLUMN nickname;",
     .good = "-- Phase: contract\nALTER TABLE users DROP COLUMN nickname;",
     .manual = "docs/command-line.md#phases"},
};

bool is_breaking(const Diagnostic& finding) {
  const RuleInfo* rule = find_rule(finding.rule);
  return rule != nullptr && (rule->group == "compatibility" || rule->group == "destructive");
}

void check_expand(Context& context) {
  const Header& header = context.source().header;
  if (context.is_down() || header.phase != Phase::kExpand)
    return;
  const Place place{header.phase_offset, 0};
  if (header.is_breaking)
    context.report_in(context.section(), "breaking-expand", place,
                      "the migration is said to be expand and breaking at once",
                      {"take out `Breaking: YES`, or make it `Phase: contract`"});
  const auto& findings = context.findings();
  const auto first = std::find_if(findings.begin(), findings.end(), is_breaking);
  if (first == findings.end())
    return;
  const std::string note = fmt::format(
      "line {}: {} [{}]", first->file->position(first->offset).line, first->message, first->rule);
  context.report_in(context.section(), "breaking-expand", place,
                    "the expand migration takes away what the running release may use",
                    {note, "move it into a migration with `Phase: contract`"});
}

}  // namespace

const Family kPhaseRules{.name = "phases", .rules = kRules, .after_section = check_expand};

}  // namespace godwit::codegen::lint
