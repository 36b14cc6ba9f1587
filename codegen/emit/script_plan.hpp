// SPDX-License-Identifier: Apache-2.0
//
// From a parsed section to what the table says about it: the text that is sent, where its
// statements are, and the steps in which the runtime sends them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <godwit/migration.hpp>

#include "emit/batch_plan.hpp"
#include "emit/effect_plan.hpp"
#include "source/migration_source.hpp"
#include "source/section.hpp"
#include "sql/parse.hpp"
#include "sql/transaction.hpp"

namespace godwit::codegen::emit {

/// godwit::Step with texts of its own.
struct StepPlan {
  std::uint32_t first_statement = 0;
  std::uint32_t statement_count = 0;
  bool is_transactional = true;
  bool is_idempotent = false;
  Probe probe = Probe::kNone;
  std::string relation;
  std::string index;
  BatchPlan batch = {};
};

/// godwit::CopyRows; the rows are those of the file.
struct CopyPlan {
  std::uint32_t statement = 0;
  std::uint32_t line = 0;
  std::string table;
  std::vector<std::string_view> chunks;
};

/// godwit::Script with texts of its own.
struct ScriptPlan {
  std::string sql;
  std::vector<Statement> statements;
  std::vector<StepPlan> steps;
  bool is_transactional = true;
  std::string begin_options;
  std::vector<std::string> leaked_settings;
  std::vector<std::string> leftovers;
  std::vector<EffectPlan> effects;  ///< `statement` is an index in `statements`
  std::vector<CopyPlan> copies;     ///< see plan_copies()
};

/// The rows of the COPY statements of a seed, whose up section `plan` is of.
void plan_copies(const MigrationSource& seed, const sql::Script& script, ScriptPlan& plan);

/// `is_idempotent[i]` says whether the i-th statement of `script` may be run again; `effects` are
/// those of all its statements, and `batches` are its directives.
ScriptPlan plan_script(const Section& section, const sql::Script& script,
                       const sql::TransactionPlan& transaction,
                       const std::vector<bool>& is_idempotent, std::vector<EffectPlan> effects = {},
                       const std::vector<sql::BatchDirective>& batches = {});

/// godwit::Checks with texts of its own.
struct ChecksPlan {
  std::string sql;
  std::vector<Statement> statements;
  std::string guarded_sql;
};

/// For a verify or require section. Statements that are no queries are reported by lint/ and left
/// out here.
ChecksPlan plan_checks(const Section& section, const sql::Script& script);

/// Whether a statement can stand in a verify or require section: SELECT, VALUES, TABLE, WITH,
/// without INTO and without locking.
bool is_query(const sql::Node* node) noexcept;

}  // namespace godwit::codegen::emit
