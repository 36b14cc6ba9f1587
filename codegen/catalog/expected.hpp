// SPDX-License-Identifier: Apache-2.0
//
// What a migration changes in the catalog, as the generated table keeps it: with it the runtime
// works out which schema the migrations that are applied add up to, whichever those are, and
// compares it with the server's own. The format is described where the runtime reads it, at
// Migration::schema in runtime/include/godwit/migration.hpp.
#pragma once

#include <functional>
#include <string>

#include "catalog/catalog.hpp"

namespace godwit::codegen::catalog {

/// Whether a table is made by others, and not to be compared.
using IsExternal = std::function<bool(const Name& relation)>;

/// What has changed in a recording catalog since start_recording(), in that format; empty where
/// nothing has.
std::string schema_change(const Catalog& catalog, const IsExternal& is_external);

}  // namespace godwit::codegen::catalog
