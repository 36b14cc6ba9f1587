// SPDX-License-Identifier: Apache-2.0
//
// Rules about allow-comments. They are reported by suppression.cpp.
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "unused-allow",
     .group = "suppression",
     .severity = Severity::kWarning,
     .summary = "An allow-comment allows nothing",
     .explanation = "What it was about is gone, or it stands in the wrong place: it binds to the "
                    "next statement, or to the next command, column or constraint inside one.",
     .bad = "-- godwit:allow(drop-table) empty since release 41\nCREATE TABLE t (id bigint);",
     .good = "-- godwit:allow(drop-table) empty since release 41\nDROP TABLE t;",
     .manual = "docs/rules.md#suppression"},
    {.id = "unknown-rule",
     .group = "suppression",
     .summary = "An allow-comment names a rule that there is not, or that cannot be allowed",
     .explanation = "`godwit rules` lists the rules. Those that say that the build cannot go on "
                    "cannot be allowed.",
     .bad = "-- godwit:allow(drop-tabel) empty since release 41\nDROP TABLE t;",
     .good = "-- godwit:allow(drop-table) empty since release 41\nDROP TABLE t;",
     .manual = "docs/rules.md#suppression"},
    {.id = "allow-without-reason",
     .group = "suppression",
     .summary = "An allow-comment gives no reason",
     .explanation = "Who reads it in a year, or reviews it today, has to know why it is safe here.",
     .bad = "-- godwit:allow(drop-table)\nDROP TABLE t;",
     .good = "-- godwit:allow(drop-table) empty since release 41\nDROP TABLE t;",
     .manual = "docs/rules.md#suppression"},
};

}  // namespace

const Family kSuppressionRules{.name = "suppression", .rules = kRules};

}  // namespace godwit::codegen::lint
