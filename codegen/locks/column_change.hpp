// SPDX-License-Identifier: Apache-2.0
//
// What ALTER COLUMN … TYPE costs, with its USING.
#pragma once

#include <string_view>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::locks {

/// Of a column from one type to another, both resolved(). `definition` is that of the command: its
/// type and its USING.
catalog::TypeChange change_of_type(const catalog::Catalog& catalog, const catalog::Type& from,
                                   const catalog::Type& to, const PgQuery__ColumnDef& definition,
                                   std::string_view column, bool session_is_utc);

}  // namespace godwit::codegen::locks
