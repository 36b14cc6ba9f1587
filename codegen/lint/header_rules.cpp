// SPDX-License-Identifier: Apache-2.0
//
// Rules about a migration's header and its sections. They are reported by source/.
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "unknown-header-key",
     .group = "header",
     .severity = Severity::kWarning,
     .summary = "A header key is close to a known one, and is none",
     .explanation = "A misspelt key would be read as prose and have no effect.",
     .bad = "-- Dependancies: 7",
     .good = "-- Dependencies: 7",
     .manual = "docs/rules.md#header"},
    {.id = "invalid-header-value",
     .group = "header",
     .summary = "A header key has a value that cannot be read",
     .explanation = "The value decides how the migration is run, so it is not guessed.",
     .bad = "-- Idempotency: perhaps",
     .good = "-- Idempotency: YES",
     .manual = "docs/rules.md#header"},
    {.id = "header-number-mismatch",
     .group = "header",
     .summary = "The number in the header is not the file's",
     .explanation = "Usually the file was copied, or renumbered without its header.",
     .bad = "-- Migration 010: Orders        (in 012_orders.sql)",
     .good = "-- Migration 012: Orders        (in 012_orders.sql)",
     .manual = "docs/rules.md#header"},
    {.id = "missing-header",
     .group = "header",
     .severity = Severity::kOff,
     .summary = "A migration has no header",
     .explanation = "Turn it on where every migration has to say what it is for and what it "
                    "depends on.",
     .bad = "CREATE TABLE users (id bigint PRIMARY KEY);",
     .good =
         "-- Migration 007: Users\n-- Dependencies: None\nCREATE TABLE users (id bigint PRIMARY "
         "KEY);",
     .manual = "docs/rules.md#header"},
    {.id = "undefined-placeholder",
     .group = "header",
     .is_hard = true,
     .summary = "A `${name}` of a set with DEFINE values has none",
     .explanation = "It would reach the server as it is. Only sets that have a DEFINE have "
                    "placeholders; comments keep theirs.",
     .bad = "CREATE TABLE ${shema}.users (id bigint);        -- DEFINE schema=crm",
     .good = "CREATE TABLE ${schema}.users (id bigint);       -- DEFINE schema=crm",
     .manual = "docs/file-format.md#placeholders"},
    {.id = "unused-define",
     .group = "header",
     .is_hard = true,
     .summary = "No migration uses a DEFINE value",
     .explanation = "One of the two is misspelt, or the value is left over.",
     .bad = "DEFINE schema=crm        (and no `${schema}` in any file)",
     .good = "DEFINE schema=crm        (and CREATE TABLE ${schema}.users …)",
     .manual = "docs/file-format.md#placeholders"},
    {.id = "unknown-directive",
     .group = "header",
     .is_hard = true,
     .summary = "A -- godwit: comment is no directive",
     .explanation = "A misspelt `-- godwit:down` would make the down section part of the up "
                    "section, and run it.",
     .bad = "-- godwit:dwon",
     .good = "-- godwit:down",
     .manual = "docs/rules.md#header"},
};

}  // namespace

const Family kHeaderRules{.name = "header", .rules = kRules};

}  // namespace godwit::codegen::lint
