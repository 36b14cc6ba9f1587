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
    {.id = "duplicate-version",
     .group = "files",
     .is_hard = true,
     .summary = "Two migrations have the same version",
     .explanation = "7, 007 and V007 are the same version. Usually two branches took the same next "
                    "number: give the one that is not applied anywhere another.",
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
     .summary = "A migration holds no statement",
     .explanation = "An empty file is most often one that was not saved. A migration that is meant "
                    "to do nothing can say SELECT 1.",
     .bad = "-- to be written",
     .good = "SELECT 1;  -- was taken back before the release",
     .manual = "docs/rules.md#files"},
};

}  // namespace

const Family kFileRules{.name = "files", .rules = kRules};

}  // namespace godwit::codegen::lint
