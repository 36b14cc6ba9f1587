// SPDX-License-Identifier: Apache-2.0
//
// One migration with its SQL parsed: what order/, catalog/, lint/ and emit/ work on.
#pragma once

#include <vector>

#include "source/migration_source.hpp"
#include "sql/batch.hpp"
#include "sql/bodies.hpp"
#include "sql/parse.hpp"
#include "sql/transaction.hpp"

namespace godwit::codegen::sql {

struct Migration {
  const MigrationSource* source = nullptr;
  Script up;
  Script down;
  Script verify;
  Script require;
  SectionBodies up_bodies;
  SectionBodies down_bodies;
  TransactionPlan up_transaction;
  TransactionPlan down_transaction;
  std::vector<BatchDirective> up_batches;
  std::vector<BatchDirective> down_batches;
  /// Nothing could be learnt from `up`, since it did not parse or is `Syntax: unchecked`: what it
  /// may have done to the catalog is unknown.
  bool is_opaque = false;
};

/// Parses all sections of all migrations, in parallel; the n-th result is of the n-th source.
std::vector<Migration> parse_set(const std::vector<MigrationSource>& sources, int postgres,
                                 Diagnostics& diagnostics);

}  // namespace godwit::codegen::sql
