// SPDX-License-Identifier: Apache-2.0
//
// The part of the lock table that is SELECT, INSERT, UPDATE, DELETE, MERGE and COPY.
#pragma once

#include "locks/effects.hpp"

namespace godwit::codegen::locks {

/// Adds what a statement that reads or writes rows does.
void add_rows(const catalog::Catalog& catalog, const sql::Node& node, Effects& effects);

/// Adds the relations that a statement's query merely reads.
void add_reads(const catalog::Catalog& catalog, const sql::Node& node, Effects& effects);

}  // namespace godwit::codegen::locks
