// SPDX-License-Identifier: Apache-2.0
//
// What a script means for the transaction that the runtime opens around it: which statements cannot
// be in one, which control one, and which settings outlive one. One truth for linter and runtime.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/bodies.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::sql {

/// Why `node` cannot run inside a transaction block, as PostgreSQL 15 names the statement:
/// "CREATE INDEX CONCURRENTLY". Empty when it can. Measured: facts of PostgreSQL 15.20.
std::string_view cannot_run_in_transaction(const Node& node) noexcept;

/// How a script and its transaction stand to each other.
struct TransactionPlan {
  /// False where the header says `Transaction: none`, or where it was inferred from the script's
  /// holding nothing but one statement that cannot run in a transaction, with SET and COMMENT
  /// beside it.
  bool is_transactional = true;
  bool is_inferred = false;
  /// Indices of the outermost BEGIN and COMMIT, which are blanked out.
  std::optional<std::size_t> outer_begin;
  std::optional<std::size_t> outer_commit;
  /// Indices of SET TRANSACTION statements at the start, hoisted into the runtime's BEGIN.
  std::vector<std::size_t> set_transaction;
  /// "ISOLATION LEVEL SERIALIZABLE", from BEGIN's options and SET TRANSACTION.
  std::string begin_options;
  /// Indices of other BEGIN, COMMIT, ROLLBACK, PREPARE TRANSACTION: `transaction-control`.
  std::vector<std::size_t> control;
  /// Indices of statements that cannot run in a transaction, although the script has one:
  /// `no-transaction-statement`.
  std::vector<std::size_t> not_in_transaction;
  /// "search_path", "role", "session_authorization": set for longer than the transaction.
  std::vector<std::string> leaked_settings;
};

/// `wants_transaction` is what the header says, if it says something. A script with batches has
/// none: each batch is one. `bodies` are the script's, where they have been parsed.
TransactionPlan plan_transaction(const Script& script, std::optional<bool> wants_transaction,
                                 bool has_batches = false, const SectionBodies* bodies = nullptr);

}  // namespace godwit::codegen::sql
