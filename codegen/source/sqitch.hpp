// SPDX-License-Identifier: Apache-2.0
//
// Sqitch projects: a plan file that names the changes in their order, and folders with a script for
// each, to deploy, revert and verify it.
//
//     %syntax-version=1.0.0
//     %project=flipr
//
//     appschema 2013-12-31T10:26:59Z Marge <marge@example.com> # Adds the schema
//     users [appschema !guests] 2013-12-31T10:32:55Z Marge <marge@example.com> # Adds users
//     @v1.0 2013-12-31T11:02:31Z Marge <marge@example.com> # Tag v1.0
//     users [users@v1.0] 2014-01-10T12:00:00Z Marge <marge@example.com> # Reworked
//
// The format: https://sqitch.org/docs/manual/sqitchplan/
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "source/migration_source.hpp"
#include "source/placeholders.hpp"

namespace godwit::codegen {

constexpr std::string_view kSqitchPlan = "sqitch.plan";
constexpr std::array<std::string_view, 3> kSqitchFolders{"deploy", "revert", "verify"};

/// Reads the plan in `files.root` and the scripts that it names. A change's version is the time at
/// which it was planned, as 14 digits, or one more than that of the change before it where it was
/// not planned later: so versions follow the plan. A change that was reworked has its first script
/// in `<change>@<tag>.sql`.
std::vector<MigrationSource> load_sqitch(const SourceFiles& files, Placeholders& placeholders,
                                         FileStore& store, Diagnostics& diagnostics);

}  // namespace godwit::codegen
