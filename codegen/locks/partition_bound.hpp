// SPDX-License-Identifier: Apache-2.0
//
// Does a table prove, by its CHECKs, that all its rows belong into a partition? Then ATTACH
// PARTITION need not read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::locks {

/// The integer that all of `text` is.
std::optional<std::int64_t> as_number(std::string_view text);

/// True where validated CHECKs of `child` (and NOT NULLs) imply `bound`, a range or a list, of
/// `parent`. Constants are compared as integers, as dates in ISO form, or else for being the same
/// text: where that does not tell, the answer is false.
bool implies_bound(const catalog::Relation& child, const catalog::Relation& parent,
                   const PgQuery__PartitionBoundSpec& bound);

}  // namespace godwit::codegen::locks
