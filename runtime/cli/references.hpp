// SPDX-License-Identifier: Apache-2.0
//
// Which migrations a migration stands on, and which stand on it, by name.
#pragma once

#include <godwit/migration.hpp>

#include <string>
#include <vector>

namespace godwit::cli {

/// "007_crm_system_schema", or "billing:7" for another set's.
std::vector<std::string> dependencies_of(const MigrationSet& set, const Migration& migration);
std::vector<std::string> dependants_of(const MigrationSet& set, const Migration& migration);

}  // namespace godwit::cli
