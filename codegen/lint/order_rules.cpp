// SPDX-License-Identifier: Apache-2.0
//
// Rules about the order of migrations and about the lock file. They are reported by order/.
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "unknown-dependency",
     .group = "order",
     .is_hard = true,
     .summary = "A migration depends on one that is not in the set",
     .explanation = "Nothing says when it could be applied. Check the number, or add the file.",
     .bad = "-- Dependencies: 99",
     .good = "-- Dependencies: 7",
     .manual = "docs/rules.md#order"},
    {.id = "self-dependency",
     .group = "order",
     .is_hard = true,
     .summary = "A migration depends on itself",
     .explanation = "Usually the header was copied.",
     .bad = "-- Migration 010: Orders\n-- Dependencies: 10",
     .good = "-- Migration 010: Orders\n-- Dependencies: 9",
     .manual = "docs/rules.md#order"},
    {.id = "duplicate-dependency",
     .group = "order",
     .severity = Severity::kWarning,
     .summary = "A dependency is named twice",
     .explanation = "Perhaps another one was meant.",
     .bad = "-- Dependencies: 7, 007",
     .good = "-- Dependencies: 7, 8",
     .manual = "docs/rules.md#order"},
    {.id = "dependency-cycle",
     .group = "order",
     .is_hard = true,
     .summary = "Migrations depend on each other in a circle",
     .explanation = "None of them could be applied first. The message prints the whole circle: one "
                    "of its dependencies has to go, or the migrations have to become one.",
     .bad = "007: -- Dependencies: 8\n008: -- Dependencies: 7",
     .good = "007: -- Dependencies: None\n008: -- Dependencies: 7",
     .manual = "docs/rules.md#order"},
    {.id = "invalid-replaces",
     .group = "order",
     .is_hard = true,
     .summary = "A squash replaces itself, another squash, or what another replaces too",
     .explanation =
         "A migration is run by itself or as a part of one squash. To squash again, take the file "
         "of the older squash out of the folder, with those that it replaced: the databases have "
         "it in their history by then.",
     .bad = "121_all.sql: -- Replaces: 1-121",
     .good = "121_all.sql: -- Replaces: 1-120",
     .manual = "docs/rules.md#order"},
    {.id = "squash-differs",
     .group = "order",
     .summary = "A squash does not make the schema that the migrations it replaces made",
     .explanation =
         "New databases would get another schema than old ones have. The build folds both, as "
         "long as the files of both are there, and lists what is missing, extra or different: "
         "tables, columns, constraints, indexes, types, functions, views; not rows, privileges or "
         "comments, nor the order of columns. A warning where SQL that cannot be read (EXECUTE of "
         "a computed string, DDL under a condition) leaves it open, or where only the text of an "
         "expression differs.",
     .bad = "001: CREATE TABLE a (id int); 002: ALTER TABLE a ADD COLUMN b int;\n"
            "003: -- Replaces: 1-2\nCREATE TABLE a (id int);",
     .good = "003: -- Replaces: 1-2\nCREATE TABLE a (id int, b int);",
     .manual = "docs/rules.md#order"},
    {.id = "expand-needs-contract",
     .group = "order",
     .summary = "An expand migration depends on a contract migration of the same release",
     .explanation =
         "`up --phase=expand` runs before the new release starts and leaves contract migrations, "
         "and all that depends on them, for later. The new release would start without the "
         "schema that it needs. One release is what is not in the lock file yet.",
     .bad = "007: -- Phase: contract\n008: -- Phase: expand\n-- Dependencies: 7",
     .good = "007: -- Phase: expand\n008: -- Phase: contract\n-- Dependencies: 7",
     .manual = "docs/command-line.md#phases"},
    {.id = "edited-locked-migration",
     .group = "order",
     .is_hard = true,
     .summary = "A migration is no longer what the lock file says",
     .explanation =
         "Databases that applied it have the old schema, and new ones would get another. "
         "Put the file back and write a new migration. A change without effect, such as "
         "of a comment, is taken over by `godwit lock --accept N`.",
     .bad = "editing 007_users.sql after its release",
     .good = "adding 019_users_email.sql",
     .manual = "docs/rules.md#order"},
    {.id = "removed-locked-migration",
     .group = "order",
     .is_hard = true,
     .summary = "A migration of the lock file is gone or renumbered",
     .explanation = "Databases have it in their history. Put the file back.",
     .bad = "deleting 007_users.sql after its release",
     .good = "adding 019_drop_users.sql",
     .manual = "docs/rules.md#order"},
    {.id = "inserted-before-locked",
     .group = "order",
     .is_hard = true,
     .summary = "A new migration is older than the newest locked one and declares no dependencies",
     .explanation = "Databases that are further on would apply it late, after migrations that were "
                    "written without it. Give it the next number, or say in its header on what it "
                    "depends: `Dependencies: None` is an answer.",
     .bad = "006_late.sql, where 007 is locked, without a header",
     .good = "006_late.sql with -- Dependencies: 3",
     .manual = "docs/rules.md#order"},
    {.id = "unlocked-migration",
     .group = "order",
     .severity = Severity::kNote,
     .summary = "A migration is not in the lock file yet",
     .explanation = "`godwit lock` adds it. Do that when it is released, so that a later edit is "
                    "noticed.",
     .bad = "019_new.sql, and no line of it in godwit.lock",
     .good = "godwit lock",
     .manual = "docs/rules.md#order"},
};

}  // namespace

const Family kOrderRules{.name = "order", .rules = kRules};

}  // namespace godwit::codegen::lint
