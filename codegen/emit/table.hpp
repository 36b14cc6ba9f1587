// SPDX-License-Identifier: Apache-2.0
//
// The generated .cpp: one constexpr table (runtime/include/godwit/migration.hpp), its literals
// directly in the initialiser, since named arrays of characters cost clang 7 GB at 100 MB.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emit/script_plan.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::emit {

/// One migration as the table has it.
struct TableMigration {
  const sql::Migration* migration = nullptr;
  /// Versions of this set, resolved from the header's names, and those of other sets.
  std::vector<std::int64_t> dependencies;
  /// Full names of the others that come before it: repeatable migrations and seeds.
  std::vector<std::string> dependency_names;
  /// Of a squash: what a database must have to be taken to have it.
  std::vector<std::int64_t> replaced;
  bool is_idempotent = false;
  std::string schema;  ///< see catalog::schema_change()
  bool is_opaque = false;
  ScriptPlan up;
  ScriptPlan down;
  ChecksPlan require;
  ChecksPlan verify;
};

struct Table {
  std::string header;         ///< what the .cpp includes: "crm_migrations.hpp"
  std::string cpp_namespace;  ///< "crm_migrations" or "crm::migrations"
  std::string set_name;       ///< "main"
  std::string history_table;  ///< "schema_migrations"
  std::string digest;
  std::string tool_version;
  int postgres = 15;
  bool allows_fresh = false;
  std::vector<std::string> extensions;
  std::vector<TableMigration> migrations;  ///< in set order
};

/// The header that declares the functions of code migrations, for the application to define. It is
/// included by the set's header; without code there is nothing in it.
std::string emit_code_header(const Table& table);

/// The text of the .cpp. Depends on nothing but `table`: the same input gives the same bytes.
std::string emit_table(const Table& table);

}  // namespace godwit::codegen::emit
