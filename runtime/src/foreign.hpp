// SPDX-License-Identifier: Apache-2.0
//
// The history tables of other tools: by which columns they are recognised, and the one SELECT that
// reads each of them into rows of one shape. Nothing here is ever written to.
#pragma once

#include "connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::detail {

enum class ForeignTool : std::uint8_t {
  kFlyway,
  kAlembic,
  kGoose,
  kGolangMigrate,
  kDbmate,
  kSqlx,
  kDiesel,
  kSqitch,
  kSeed000,
  kSeed003,
  kSeed004
};

/// What people write after --from, and how the tool calls itself.
std::string_view option_name(ForeignTool tool) noexcept;
std::string_view title(ForeignTool tool) noexcept;
/// Empty for a name that is none.
std::optional<ForeignTool> tool_named(std::string_view name) noexcept;
/// All names, for messages: "flyway, alembic, …".
std::string all_tools();

struct ForeignTable {
  ForeignTool tool{};
  std::string schema;
  std::string table;
  std::vector<std::string> columns;  ///< sorted

  std::string display() const { return schema + "." + table; }
  bool has(std::string_view column) const;
};

/// The tables that may be some tool's, or the one called `name` ("table", in any schema, or
/// "schema.table"): schema, table, column; a row for each column.
std::string find_tables(const Connection& connection, std::string_view name);
/// Those of find_tables() that are a tool's, of `only` where it is given. A table that was asked
/// for by name may be called as it likes.
std::vector<ForeignTable> recognise_tables(const PGresult* result, std::optional<ForeignTool> only,
                                           bool is_named);

/// What a row says.
enum class ForeignState : std::uint8_t {
  kApplied,
  kUndone,     ///< what an earlier row with the same key says is over
  kDirty,      ///< it failed, or was interrupted: nobody can tell how far it came
  kUpTo,       ///< all versions up to this one are applied
  kWithAbove,  ///< it and all that it depends on is applied
};

struct ForeignRow {
  ForeignState state = ForeignState::kApplied;
  std::string key;    ///< what it is matched by
  std::string label;  ///< as people know it
  std::string checksum;
  std::string executed_at;
  std::optional<std::int64_t> execution_time_ms;
  std::string applied_by;
  std::string group;    ///< a project or database, where one table has several
  std::int64_t id = 0;  ///< of seed000's rows
};

/// Reads the table, oldest first where it tells.
std::string select_rows(const Connection& connection, const ForeignTable& table);
std::vector<ForeignRow> read_rows(const PGresult* result);

}  // namespace godwit::detail
