// SPDX-License-Identifier: Apache-2.0
//
// The relations that a statement reaches by way of another one: partitions, children, tables on
// either end of a foreign key, columns of a type.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"

namespace godwit::codegen::locks {

/// Partitions and children of `parent`, and theirs, in no order that matters; sorted.
std::vector<catalog::Name> descendants(const catalog::Catalog& catalog,
                                       const catalog::Name& parent);

/// The partition that takes what no other one does.
std::optional<catalog::Name> default_partition(const catalog::Catalog& catalog,
                                               const catalog::Name& parent);

/// The table that `table` is a partition of, at the top; itself when it is none.
catalog::Name partition_root(const catalog::Catalog& catalog, const catalog::Name& table);

/// Tables with a foreign key that references `table`, itself left out; sorted.
std::vector<catalog::Name> referencing(const catalog::Catalog& catalog, const catalog::Name& table);

/// Tables with a column of the type `type`, or of a domain over it; sorted.
std::vector<catalog::Name> users_of_type(const catalog::Catalog& catalog,
                                         const catalog::Name& type);

/// "b" of the column reference t.b; empty for another expression.
std::string_view column_of(const sql::Node* expression);

}  // namespace godwit::codegen::locks
