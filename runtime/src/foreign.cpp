// SPDX-License-Identifier: Apache-2.0
//
// The tables as their tools make them (Flyway 13, Alembic 1.8, goose 3, golang-migrate 4, dbmate 2,
// sqlx 0.8, diesel 2, sqitch 1.3), and as the three systems describe theirs that godwit began with.
#include "foreign.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace godwit::detail {
namespace {

constexpr std::string_view kFlywayColumns[] = {
    "checksum",       "description", "execution_time", "installed_by", "installed_on",
    "installed_rank", "script",      "success",        "type",         "version"};
constexpr std::string_view kAlembicColumns[] = {"version_num"};
constexpr std::string_view kGooseColumns[] = {"id", "is_applied", "tstamp", "version_id"};
constexpr std::string_view kGolangMigrateColumns[] = {"dirty", "version"};
constexpr std::string_view kDbmateColumns[] = {"version"};
constexpr std::string_view kSqlxColumns[] = {"checksum",     "description", "execution_time",
                                             "installed_on", "success",     "version"};
constexpr std::string_view kDieselColumns[] = {"run_on", "version"};
constexpr std::string_view kSqitchColumns[] = {"change",         "change_id", "committed_at",
                                               "committer_name", "project",   "script_hash"};
constexpr std::string_view kSeed000Columns[] = {
    "checksum", "description",    "executed_at",     "execution_time_ms",
    "id",       "migration_name", "migration_number"};
constexpr std::string_view kSeed004Columns[] = {"applied_at", "checksum", "database_type",
                                                "migration_file"};

// A column that is godwit's own.
constexpr std::string_view kOurColumn = "migration_set";

struct Tool {
  ForeignTool tool;
  std::string_view option;
  std::string_view title;
  std::string_view table;  // as the tool calls it; "" where the columns alone tell
  std::span<const std::string_view> columns;
  bool has_no_others;
};

// In order: a table is the first tool's that it fits.
constexpr std::array kTools = {
    Tool{ForeignTool::kFlyway, "flyway", "Flyway", "", kFlywayColumns, false},
    Tool{ForeignTool::kAlembic, "alembic", "Alembic", "", kAlembicColumns, true},
    Tool{ForeignTool::kGoose, "goose", "goose", "", kGooseColumns, false},
    Tool{ForeignTool::kGolangMigrate, "golang-migrate", "golang-migrate", "", kGolangMigrateColumns,
         true},
    Tool{ForeignTool::kDbmate, "dbmate", "dbmate", "schema_migrations", kDbmateColumns, true},
    Tool{ForeignTool::kSqlx, "sqlx", "sqlx", "", kSqlxColumns, false},
    Tool{ForeignTool::kDiesel, "diesel", "diesel", "", kDieselColumns, true},
    Tool{ForeignTool::kSqitch, "sqitch", "sqitch", "", kSqitchColumns, false},
    Tool{ForeignTool::kSeed000, "seed000", "the Python db.migrate runner", "", kSeed000Columns,
         false},
    Tool{ForeignTool::kSeed004, "seed004", "the migrate.sh runner", "", kSeed004Columns, false},
    // Its columns are not written down anywhere: the name tells.
    Tool{ForeignTool::kSeed003,
         "seed003",
         "the Python migrate.py runner",
         "_schema_migrations",
         {},
         false},
};

const Tool& description_of(ForeignTool tool) noexcept {
  return *std::find_if(kTools.begin(), kTools.end(),
                       [&](const Tool& candidate) { return candidate.tool == tool; });
}

bool is_of(const ForeignTable& table, const Tool& tool, bool is_named) {
  const bool has_all = std::all_of(tool.columns.begin(), tool.columns.end(),
                                   [&](std::string_view column) { return table.has(column); });
  return has_all && !table.has(kOurColumn) &&
         (!tool.has_no_others || table.columns.size() == tool.columns.size()) &&
         (is_named || tool.table.empty() || tool.table == table.table);
}

/// A moment as text, with its offset; `column` of any kind of timestamp. One without a time zone is
/// read in the session's.
std::string moment(std::string_view column) {
  return compose(
      "pg_catalog.to_char(CAST({} AS timestamp with time zone), 'YYYY-MM-DD HH24:MI:SS.USTZH:TZM')",
      column);
}

std::string text(std::string_view column) {
  return compose("CAST({} AS pg_catalog.text)", column);
}

/// The first of these columns that the table has, quoted; else `otherwise`.
std::string first_of(const Connection& connection, const ForeignTable& table,
                     std::initializer_list<std::string_view> names, std::string_view otherwise) {
  for (const std::string_view name : names) {
    if (table.has(name)) {
      return connection.identifier(name);
    }
  }
  return std::string(otherwise);
}

/// state, key, label, checksum, moment, milliseconds, by, group, id.
std::string columns_of(const Connection& connection, const ForeignTable& table,
                       std::string* order) {
  constexpr std::string_view kRest = ", NULL, NULL, NULL, NULL";
  switch (table.tool) {
    case ForeignTool::kFlyway:
      *order = "installed_rank";
      return compose(
          "CASE WHEN NOT success THEN 'dirty' "
          "WHEN type OPERATOR(pg_catalog.=) ANY (ARRAY['BASELINE', 'SQL_BASELINE']) THEN 'up to' "
          "WHEN pg_catalog.starts_with(type, 'UNDO') OR type OPERATOR(pg_catalog.=) 'DELETE' "
          "THEN 'undone' WHEN type OPERATOR(pg_catalog.=) 'SCHEMA' THEN 'none' ELSE 'applied' END, "
          "COALESCE(version, script), script, {}, {}, execution_time, installed_by, NULL, NULL",
          text("checksum"), moment("installed_on"));
    case ForeignTool::kAlembic:
      *order = "version_num";
      return compose("'with above', version_num, version_num, NULL{}", kRest) + ", NULL";
    case ForeignTool::kGoose:
      *order = "id";
      return compose(
          "CASE WHEN version_id OPERATOR(pg_catalog.=) 0 THEN 'none' WHEN is_applied THEN "
          "'applied' ELSE 'undone' END, {0}, {0}, NULL, {1}{2}",
          text("version_id"), moment("tstamp"), kRest);
    case ForeignTool::kGolangMigrate:
      *order = "version";
      return compose(
          "CASE WHEN dirty THEN 'dirty' WHEN version OPERATOR(pg_catalog.<) 0 THEN 'none' ELSE "
          "'up to' END, {0}, {0}, NULL, NULL{1}",
          text("version"), kRest);
    case ForeignTool::kDbmate:
      *order = "version";
      return compose("'applied', version, version, NULL, NULL{}", kRest);
    case ForeignTool::kSqlx:
      *order = "installed_on, version";
      return compose(
          "CASE WHEN success THEN 'applied' ELSE 'dirty' END, {0}, {0} OPERATOR(pg_catalog.||) "
          "' ' OPERATOR(pg_catalog.||) description, pg_catalog.encode(checksum, 'hex'), {1}, "
          "CASE WHEN execution_time OPERATOR(pg_catalog.>=) 0 THEN execution_time "
          "OPERATOR(pg_catalog./) 1000000 END, NULL, NULL, NULL",
          text("version"), moment("installed_on"));
    case ForeignTool::kDiesel:
      *order = "run_on, version";
      return compose("'applied', version, version, NULL, {}{}", moment("run_on"), kRest);
    case ForeignTool::kSqitch:
      *order = "committed_at";
      return compose(
          "'applied', change_id, change, script_hash, {}, NULL, committer_name, project, NULL",
          moment("committed_at"));
    case ForeignTool::kSeed000:
      *order = "id";
      return compose(
          "'applied', {}, migration_name, checksum, {}, execution_time_ms, NULL, NULL, id",
          text("migration_number"), moment("executed_at"));
    case ForeignTool::kSeed004:
      *order = "applied_at";
      return compose("'applied', migration_file, migration_file, {}, {}, NULL, NULL, {}, NULL",
                     text("checksum"), moment("applied_at"), text("database_type"));
    case ForeignTool::kSeed003:
      break;
  }
  const std::string key =
      first_of(connection, table,
               {"version", "migration_version", "filename", "file_name", "migration_file", "script",
                "migration", "migration_name", "name"},
               "");
  if (key.empty()) {
    return {};
  }
  const std::string label = first_of(
      connection, table,
      {"filename", "file_name", "migration_file", "script", "migration", "migration_name", "name"},
      key);
  const std::string at =
      first_of(connection, table,
               {"applied_at", "executed_at", "installed_on", "run_at", "created_at"}, "NULL");
  *order = at == "NULL" ? key : at + ", " + key;
  return compose(
      "CASE WHEN {} THEN 'applied' ELSE 'dirty' END, {}, {}, {}, {}, {}, NULL, NULL, NULL",
      first_of(connection, table, {"success"}, "true"), text(key), text(label),
      text(first_of(connection, table, {"checksum", "sha256", "hash"}, "NULL")), moment(at),
      first_of(connection, table, {"execution_time_ms", "duration_ms"}, "NULL"));
}

ForeignState state_of(std::string_view text) {
  return text == "applied"  ? ForeignState::kApplied
         : text == "undone" ? ForeignState::kUndone
         : text == "dirty"  ? ForeignState::kDirty
         : text == "up to"  ? ForeignState::kUpTo
                            : ForeignState::kWithAbove;
}

}  // namespace

std::string_view option_name(ForeignTool tool) noexcept {
  return description_of(tool).option;
}

std::string_view title(ForeignTool tool) noexcept {
  return description_of(tool).title;
}

std::optional<ForeignTool> tool_named(std::string_view name) noexcept {
  for (const Tool& tool : kTools) {
    if (tool.option == name) {
      return tool.tool;
    }
  }
  return std::nullopt;
}

std::string all_tools() {
  std::string names;
  for (const Tool& tool : kTools) {
    names += names.empty() ? "" : ", ";
    names += tool.option;
  }
  return names;
}

bool ForeignTable::has(std::string_view column) const {
  return std::binary_search(columns.begin(), columns.end(), column);
}

std::string find_tables(const Connection& connection, std::string_view name) {
  std::string which;
  const std::size_t dot = name.find('.');
  if (name.empty()) {
    which =
        "(c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['schema_migrations', '_schema_migrations']) "
        "OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS m WHERE m.attrelid "
        "OPERATOR(pg_catalog.=) c.oid AND NOT m.attisdropped AND m.attname "
        "OPERATOR(pg_catalog.=) ANY (ARRAY['installed_rank', 'version_num', 'version_id', 'dirty', "
        "'installed_on', 'run_on', 'script_hash', 'migration_number', 'migration_file'])))";
  } else {
    which =
        compose("c.relname OPERATOR(pg_catalog.=) {}",
                connection.literal(dot == std::string_view::npos ? name : name.substr(dot + 1)));
    if (dot != std::string_view::npos) {
      which += compose(" AND n.nspname OPERATOR(pg_catalog.=) {}",
                       connection.literal(name.substr(0, dot)));
    }
  }
  return compose(
      "SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_class AS c "
      "JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace "
      "JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid "
      "WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']) AND "
      "c.relpersistence OPERATOR(pg_catalog.<>) 't' AND "
      "n.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema']) AND "
      "a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped AND {} "
      "ORDER BY n.nspname, c.relname",
      which);
}

std::vector<ForeignTable> recognise_tables(const PGresult* result, std::optional<ForeignTool> only,
                                           bool is_named) {
  std::vector<ForeignTable> tables;
  for (int row = 0; row < PQntuples(result); ++row) {
    const std::string_view schema = value(result, row, 0);
    const std::string_view name = value(result, row, 1);
    if (tables.empty() || tables.back().schema != schema || tables.back().table != name) {
      tables.emplace_back();
      tables.back().schema = schema;
      tables.back().table = name;
    }
    tables.back().columns.emplace_back(value(result, row, 2));
  }
  std::erase_if(tables, [&](ForeignTable& table) {
    std::sort(table.columns.begin(), table.columns.end());
    for (const Tool& tool : kTools) {
      if ((!only || *only == tool.tool) && is_of(table, tool, is_named && only)) {
        table.tool = tool.tool;
        return false;
      }
    }
    return true;
  });
  return tables;
}

std::string select_rows(const Connection& connection, const ForeignTable& table) {
  std::string order;
  const std::string columns = columns_of(connection, table, &order);
  if (columns.empty()) {
    ErrorDetail detail;
    detail.message = compose("the table {} has no column that names a migration", table.display());
    detail.hint = "`stamp` records what you know to be applied";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  return compose("SELECT {} FROM {}.{} ORDER BY {}", columns, connection.identifier(table.schema),
                 connection.identifier(table.table), order);
}

std::vector<ForeignRow> read_rows(const PGresult* result) {
  std::vector<ForeignRow> rows;
  for (int i = 0; i < PQntuples(result); ++i) {
    const std::string_view state = value(result, i, 0);
    if (state == "none") {
      continue;
    }
    ForeignRow row;
    row.state = state_of(state);
    row.key = value(result, i, 1);
    row.label = value(result, i, 2);
    row.checksum = value(result, i, 3);
    row.executed_at = value(result, i, 4);
    if (PQgetisnull(result, i, 5) == 0) {
      row.execution_time_ms = integer(result, i, 5);
    }
    row.applied_by = value(result, i, 6);
    row.group = value(result, i, 7);
    row.id = PQgetisnull(result, i, 8) == 0 ? integer(result, i, 8) : 0;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace godwit::detail
