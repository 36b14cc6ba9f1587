// SPDX-License-Identifier: Apache-2.0
//
// Which migrations a migration stands on, which stand on it, and which it stands for, by name.
#pragma once

#include <godwit/migration.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace godwit::cli {

/// "007_crm_system_schema", or "billing:7" for another set's.
std::vector<std::string> dependencies_of(const MigrationSet& set, const Migration& migration);
std::vector<std::string> dependants_of(const MigrationSet& set, const Migration& migration);

/// "1-120, 130" for a squash, else "".
std::string replaced_text(const Migration& migration);
/// The full name of the squash that stands for it, else "".
std::string_view squash_name(const MigrationSet& set, const Migration& migration);
/// "expand", "contract" or "".
std::string_view phase_name(Phase phase);

}  // namespace godwit::cli
