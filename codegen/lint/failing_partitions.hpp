// SPDX-License-Identifier: Apache-2.0
//
// Handlers of statement-fails: partitions that overlap, keys that lack a partition column, and what
// a child or a parent alone may not do with a column that both have.
#pragma once

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// CREATE TABLE … PARTITION OF, and PARTITION BY with its keys.
void check_partition_fails(const Event& event, Context& context);
/// CREATE UNIQUE INDEX of a partitioned table.
void check_partitioned_index(const Event& event, Context& context);
/// ATTACH and DETACH PARTITION, keys of partitioned tables, inherited columns.
void check_command_of_family(const Event& event, Context& context);
/// RENAME COLUMN of an inherited one.
void check_inherited_rename(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
