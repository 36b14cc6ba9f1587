// SPDX-License-Identifier: Apache-2.0
//
// Rules about files and their names. They are reported by source/, before there is any SQL.
#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "unreadable-file",
     .group = "files",
     .is_hard = true,
     .summary = "A file of the set cannot be read",
     .explanation = "What cannot be read cannot be compiled in. Check the file's permissions, and "
                    "that it is no directory or dangling link.",
     .bad = "007_users.sql -> /nowhere",
     .good = "007_users.sql, readable by the user who builds",
     .manual = "docs/rules.md#files"},
    {.id = "invalid-utf8",
     .group = "files",
     .is_hard = true,
     .summary = "A file holds bytes that are no UTF-8",
     .explanation = "The migration is sent with client_encoding UTF8, and PostgreSQL refuses a "
                    "message that is no UTF-8. Convert the file.",
     .bad = "INSERT INTO cities VALUES ('M\\xfcnchen');  -- saved as Latin-1",
     .good = "INSERT INTO cities VALUES ('M\u00fcnchen');  -- saved as UTF-8",
     .manual = "https://www.postgresql.org/docs/15/multibyte.html"},
    {.id = "nul-byte",
     .group = "files",
     .is_hard = true,
     .summary = "A file holds a NUL byte",
     .explanation = "A statement is a C string on its way to the server and would end at the NUL. "
                    "Usually the file was saved as UTF-16.",
     .bad = "SELECT 1\\x00;",
     .good = "SELECT 1;",
     .manual = "https://www.postgresql.org/docs/15/protocol-message-types.html"},
    {.id = "unknown-file-name",
     .group = "files",
     .is_hard = true,
     .summary = "A .sql file's name says no version, or no name",
     .explanation =
         "A migration is named <version>_<name>.sql, <version>_<name>.up.sql with .down.sql "
         "and .verify.sql, or V<version>__<name>.sql. A .sql file that is no migration "
         "is listed in .godwitignore, so that a misspelt one is never left out silently.",
     .bad = "users.sql",
     .good = "007_users.sql",
     .manual = "docs/rules.md#files"},
    {.id = "mixed-layouts",
     .group = "files",
     .is_hard = true,
     .summary = "The files of a set are named as different tools have them",
     .explanation =
         "Flyway, diesel and the others each see only their own files and order them in their own "
         "way, so a folder that mixes them was never applied as a whole. Name all alike, or say "
         "with LAYOUT which tool's files are meant and list the others in .godwitignore.",
     .bad = "007_users.sql beside V008__orders.sql",
     .good = "V007__users.sql beside V008__orders.sql",
     .manual = "docs/file-format.md#names"},
    {.id = "unsupported-file",
     .group = "files",
     .summary = "A file that its tool would run, and godwit does not",
     .explanation =
         "Flyway runs callbacks such as afterMigrate.sql with each run, looks into folders, and "
         "reads a script's settings in V1__a.sql.conf; goose runs migrations in Go between the "
         "others. godwit applies the .sql files of the folder only: left out in silence, what such "
         "a file does would be missing. Move it into a repeatable migration, or a versioned one, "
         "and list the file in .godwitignore.",
     .bad = "afterMigrate.sql",
     .good = "R__grants.sql",
     .manual = "docs/file-format.md#names"},
    {.id = "repeatable-down",
     .group = "files",
     .summary = "A repeatable migration has a down section",
     .explanation = "`down` undoes versions, in the reverse of the order in which they were "
                    "applied. What R__views.sql makes has no version: it is changed by changing "
                    "the file, and dropped by a versioned migration.",
     .bad = "-- R__views.sql\nCREATE OR REPLACE VIEW v AS SELECT 1;\n-- godwit:down\nDROP VIEW v;",
     .good = "-- R__views.sql\nCREATE OR REPLACE VIEW v AS SELECT 1;",
     .manual = "docs/file-format.md#repeatable-migrations"},
    {.id = "unread-file",
     .group = "files",
     .severity = Severity::kWarning,
     .summary = "A .sql file in the folder is no migration of its layout",
     .explanation =
         "diesel reads only the folders of migrations, sqitch only the scripts that its plan "
         "names, and a baseline of Flyway means nothing beside the migrations that it stands for. "
         "The file is left out; list it in .godwitignore, so that nobody takes it for a migration.",
     .bad = "cleanup.sql beside 2024-01-01-000000_users/up.sql",
     .good = "cleanup.sql in .godwitignore",
     .manual = "docs/file-format.md#names"},
    {.id = "invalid-plan",
     .group = "files",
     .is_hard = true,
     .summary = "A sqitch plan has a line that is not understood, or that cannot be followed",
     .explanation =
         "The plan says which changes there are and in which order: a line that is not read would "
         "leave a migration out. A change comes behind those that it requires, is deployed "
         "without those that it conflicts with, and is there twice only with a tag between.",
     .bad = "users [no_such_change] 2013-12-31T10:32:55Z Marge <marge@example.com>",
     .good = "users [appschema] 2013-12-31T10:32:55Z Marge <marge@example.com>",
     .manual = "docs/file-format.md#names"},
    {.id = "unsupported-directive",
     .group = "files",
     .is_hard = true,
     .summary = "A directive of goose asks for what a compiled migration cannot have",
     .explanation =
         "Between `-- +goose ENVSUB ON` and `OFF` goose replaces $NAME and ${NAME} by the "
         "environment's values when it runs. A migration that is compiled in is the same on every "
         "server. Write the value, or read a setting with current_setting().",
     .bad = "-- +goose ENVSUB ON\nCREATE ROLE app PASSWORD '${APP_PASSWORD}';",
     .good = "CREATE ROLE app;",
     .manual = "docs/file-format.md#names"},
    {.id = "duplicate-version",
     .group = "files",
     .is_hard = true,
     .summary = "Two migrations have the same version",
     .explanation = "7, 007 and V007 are the same version. Usually two branches took the same next "
                    "number: give the one that is not applied anywhere another. Prisma's folders "
                    "alone, <timestamp>_<name>/migration.sql, may share a timestamp: they follow "
                    "each other by name.",
     .bad = "007_users.sql and 7_orders.sql",
     .good = "007_users.sql and 008_orders.sql",
     .manual = "docs/rules.md#files"},
    {.id = "orphan-file",
     .group = "files",
     .summary = "A down or verify file belongs to no migration",
     .explanation = "It has no .up.sql beside it of the same version and name, so it would never "
                    "be used.",
     .bad = "007_users.down.sql without 007_users.up.sql",
     .good = "007_users.up.sql and 007_users.down.sql",
     .manual = "docs/rules.md#files"},
    {.id = "name-too-long",
     .group = "files",
     .is_hard = true,
     .summary = "A migration's name is longer than the history can hold",
     .explanation = "The history table keeps the name in 255 bytes. Shorten the file name.",
     .bad = "007_<300 letters>.sql",
     .good = "007_users.sql",
     .manual = "docs/rules.md#files"},
    {.id = "empty-migration",
     .group = "files",
     .severity = Severity::kWarning,
     .summary = "A migration holds no statement",
     .explanation = "Other tools apply files that hold nothing but comments, and so does godwit. "
                    "A file that begins with `Migration <number>:`, as `godwit new` writes it, and "
                    "is not locked is an error: most often it was not saved, and what is written "
                    "into it later would not run where it is applied. A migration that is meant to "
                    "do nothing can say SELECT 1.",
     .bad = "-- to be written",
     .good = "SELECT 1;  -- was taken back before the release",
     .manual = "docs/rules.md#files"},
};

}  // namespace

const Family kFileRules{.name = "files", .rules = kRules};

}  // namespace godwit::codegen::lint
