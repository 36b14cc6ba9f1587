// SPDX-License-Identifier: Apache-2.0
//
// Seeds: data that an application needs, in files of their own, which are applied behind all
// migrations and again whenever they change.
//
//     seeds/reference/010_countries.sql   the folder is the mode: reference is what a release
//     needs, seeds/sample/020_demo_users.sql     sample what developers want besides, and any other
//     folder seeds/acme/010_branding.sql         a configuration of its own seeds/roles.sql here
//     the header says it, `Seed: reference`
//
// A seed may be what pg_dump writes: rows behind `COPY … FROM stdin;` are taken out of the SQL
// here, and psql's `\restrict` lines are left out.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"
#include "source/placeholders.hpp"

namespace godwit::codegen {

/// The seeds of `files`: those of the mode reference, sample, others by their names, and full;
/// within a mode by name, numbers first. Reports what is wrong with names, modes and headers, all
/// as rule `invalid-seed`.
std::vector<MigrationSource> load_seeds(const SourceFiles& files, Placeholders& placeholders,
                                        FileStore& store, Diagnostics& diagnostics);

/// A file given by itself as the seed that its header says it is; empty where it says nothing.
std::optional<MigrationSource> make_stray_seed(SourceFile& file, Placeholders& placeholders,
                                               Diagnostics& diagnostics);

/// The rows behind the COPY statement that ends at `end` of the up section's text, without its
/// semicolon. Null where there are none.
const SeedRows* rows_behind(const MigrationSource& seed, std::size_t end);

/// Whether a run in the mode `all` applies what is of the mode `one`.
bool mode_includes(std::string_view all, std::string_view one) noexcept;

}  // namespace godwit::codegen
