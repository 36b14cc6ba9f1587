// SPDX-License-Identifier: Apache-2.0
//
// The SQL of the history table. See design "How the runtime applies" for why the row is written
// first and why a claim holds a backend's pid, its start and the server's system identifier: a pid
// may be reused, and a dump may be restored into another server.
#include "history.hpp"

#include "history_sql.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace godwit::detail {
namespace {

// PostgreSQL cuts names at 63 bytes; the longest that is made from the table's is "…_log_pkey".
constexpr std::size_t kLongestTable = 63 - 9;

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

constexpr std::string_view kElapsed =
    "CAST(EXTRACT(epoch FROM (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) executed_at)) "
    "OPERATOR(pg_catalog.*) 1000 AS bigint)";

// Takes a table's or schema's name off the front: all up to a dot, as written, or what stands in
// double quotes. False for what is neither.
bool take_part(std::string_view& text, std::string& part) {
  part.clear();
  if (text.empty() || text.front() != '"') {
    part = std::string(text.substr(0, text.find('.')));
    text.remove_prefix(part.size());
    return true;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (at + 1 == text.size() || text[at + 1] != '"') {
        text.remove_prefix(at + 1);
        return true;
      }
      ++at;
    }
    part += text[at];
  }
  return false;
}

// As SQL that a person pastes has to name it.
std::string display_part(std::string_view part) {
  const bool begins_with_digit = !part.empty() && part.front() >= '0' && part.front() <= '9';
  const bool is_plain = !begins_with_digit && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (is_plain) {
    return std::string(part);
  }
  std::string quoted = "\"";
  for (const char c : part) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  return quoted + '"';
}

std::string number_or_null(const Migration& migration) {
  return migration.has_version() ? std::to_string(migration.version) : "NULL";
}

// A build that does not contain the migration could not call its function.
bool is_sql(const Script& script) {
  return script.is_present && script.code.function == nullptr;
}

struct Column {
  std::string_view name;
  std::string_view definition;
};

// What a table of ours may lack that an older godwit made, and how it is added.
constexpr std::array kColumns = {
    Column{"checksum", "varchar(64)"},
    Column{"description", "text"},
    Column{"execution_time_ms", "bigint"},
    Column{"target_schema", "text NOT NULL DEFAULT ''"},
    Column{"kind", "text NOT NULL DEFAULT 'versioned'"},
    Column{"state", "text NOT NULL DEFAULT 'applied'"},
    Column{"step", "integer NOT NULL DEFAULT 0"},
    Column{"steps", "integer NOT NULL DEFAULT 1"},
    Column{"cursor_value", "text"},
    Column{"run_id", "uuid NOT NULL DEFAULT gen_random_uuid()"},
    Column{"breaking", "boolean NOT NULL DEFAULT false"},
    Column{"down_sql", "text"},
    Column{"needs", "text[]"},
    Column{"replaces", "text"},
    Column{"claim_pid", "integer"},
    Column{"claim_backend_start", "timestamptz"},
    Column{"claim_system_id", "bigint"},
    Column{"origin", "text NOT NULL DEFAULT 'godwit'"},
    Column{"applied_by", "text NOT NULL DEFAULT SESSION_USER"},
    Column{"tool_version", "text"},
};

struct Fingerprint {
  std::string_view column;  // that only this tool's table has
  std::string_view tool;
};

// In order: the first that fits names the tool.
constexpr std::array kFingerprints = {
    Fingerprint{"dirty", "golang-migrate"},
    Fingerprint{"migration_number", "the Python db.migrate runner"},
    Fingerprint{"database_type", "a migrate.sh runner"},
    Fingerprint{"installed_rank", "Flyway"},
    Fingerprint{"installed_on", "sqlx"},
    Fingerprint{"is_applied", "goose"},
    Fingerprint{"applied_on", "refinery"},
    Fingerprint{"run_on", "diesel or node-pg-migrate"},
    Fingerprint{"version_num", "Alembic"},
    Fingerprint{"previous_hash", "graphile-migrate"},
    Fingerprint{"inserted_at", "Ecto"},
    Fingerprint{"md5sum", "Liquibase"},
    Fingerprint{"line", "river"},
};

}  // namespace

std::string_view kind_name(Kind kind) noexcept {
  switch (kind) {
    case Kind::kRepeatable:
      return "repeatable";
    case Kind::kCode:
      return "code";
    case Kind::kSeed:
      return "seed";
    case Kind::kVersioned:
      break;
  }
  return "versioned";
}

History::History(std::string_view name, std::string_view target, std::vector<std::string> shared)
    : target_(target), shared_(std::move(shared)) {
  std::string_view rest = name;
  bool is_name = take_part(rest, table_);
  if (is_name && !rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    schema_ = std::exchange(table_, {});
    is_name = take_part(rest, table_) && !schema_.empty();
  } else {
    schema_ = "public";
  }
  if (!is_name || !rest.empty() || table_.empty() || table_.size() > kLongestTable ||
      schema_.size() > 63) {
    ErrorDetail detail;
    detail.message = compose("{} is not a name for the history table", name);
    detail.hint = compose(
        "write table or schema.table, each as it is or in double quotes, as SQL writes a name that "
        "holds a dot: \"my.schema\".\"My Table\"; the table has at most {} bytes",
        kLongestTable);
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
}

std::string History::display() const {
  return display_part(schema_) + "." + display_part(table_);
}

std::string History::display_log() const {
  return display_part(schema_) + "." + display_part(table_ + "_log");
}

std::string History::display_target() const {
  if (target_.empty()) {
    return {};
  }
  std::string text = " AND target_schema = '";
  for (const char c : target_) {
    text.append(c == '\'' ? 2 : 1, c);
  }
  return text + "'";
}

std::string History::is_of_target(const Connection& connection, std::string_view row) const {
  return compose("{}.target_schema{}{}", row, kEquals, connection.literal(target_));
}

std::string History::is_in_sight(const Connection& connection) const {
  std::string sets;
  for (const std::string& set : shared_) {
    sets += compose("{}{}", sets.empty() ? "" : ", ", connection.literal(set));
  }
  return sets.empty() ? is_of_target(connection, "h")
                      : compose("({} OR h.target_schema{}'' AND h.migration_set{}ANY (ARRAY[{}]))",
                                is_of_target(connection, "h"), kEquals, kEquals, sets);
}

std::string History::quoted(const Connection& connection) const {
  return connection.identifier(schema_) + "." + connection.identifier(table_);
}

std::string History::quoted_log(const Connection& connection) const {
  return connection.identifier(schema_) + "." + connection.identifier(table_ + "_log");
}

std::string History::is_empty_schema(std::string_view oid) {
  return compose(
      "NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.refclassid{}"
      "CAST('pg_catalog.pg_namespace' AS pg_catalog.regclass) AND d.refobjid{}{})",
      kEquals, kEquals, oid);
}

std::string History::check(const Connection& connection, const RunIdentity& run) const {
  return compose(
      "SELECT pg_catalog.pg_backend_pid(), h.id, h.migration_set, h.kind, h.migration_name, "
      "h.migration_number, h.checksum, h.state, h.step, h.steps, h.breaking, "
      "h.run_id OPERATOR(pg_catalog.=) CAST('{}' AS pg_catalog.uuid){} "
      "FROM (VALUES (1)) AS one LEFT JOIN {} AS h ON {} ORDER BY h.id",
      run.run_id,
      target_.empty()
          ? std::string()
          : ", " + is_empty_schema(compose("CAST(pg_catalog.to_regnamespace({}) AS pg_catalog.oid)",
                                           connection.literal(connection.identifier(target_)))),
      quoted(connection), is_in_sight(connection));
}

std::string History::count(const Connection& connection) const {
  return compose("SELECT pg_catalog.count(*) FROM {} AS h WHERE {}", quoted(connection),
                 is_in_sight(connection));
}

Row History::read_row(const PGresult* result, int number, int first) {
  Row row;
  row.id = integer(result, number, first);
  row.set = value(result, number, first + 1);
  row.kind = value(result, number, first + 2);
  row.name = value(result, number, first + 3);
  if (PQgetisnull(result, number, first + 4) == 0) {
    row.version = integer(result, number, first + 4);
  }
  row.checksum = value(result, number, first + 5);
  row.state = value(result, number, first + 6);
  row.step = static_cast<int>(integer(result, number, first + 7));
  row.steps = static_cast<int>(integer(result, number, first + 8));
  row.is_breaking = is_true(result, number, first + 9);
  row.is_our_run = is_true(result, number, first + 10);
  return row;
}

Snapshot History::read_check(const PGresult* result, int* backend_pid) {
  Snapshot snapshot;
  snapshot.has_table = true;
  *backend_pid = static_cast<int>(integer(result, 0, 0));
  const int count = PQntuples(result);
  constexpr int kEmpty = 12;
  snapshot.is_target_empty = PQnfields(result) > kEmpty && is_true(result, 0, kEmpty);
  snapshot.rows.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    if (PQgetisnull(result, i, 1) == 0) {
      snapshot.rows.push_back(read_row(result, i, 1));
    }
  }
  return snapshot;
}

std::string History::existence(const Connection& connection, bool is_foreign) const {
  return compose(
      "SELECT pg_catalog.to_regclass({0}) IS NOT NULL{5}, pg_catalog.to_regnamespace({1}) IS NOT "
      "NULL, "
      "other.name, pg_catalog.to_regclass({4}) IS NOT NULL FROM (VALUES (1)) AS one LEFT JOIN ("
      "SELECT CAST(c.relname AS pg_catalog.text) AS name FROM pg_catalog.pg_class AS c "
      "JOIN pg_catalog.pg_namespace AS n ON n.oid{2}c.relnamespace "
      "JOIN pg_catalog.pg_attribute AS a ON a.attrelid{2}c.oid "
      "WHERE n.nspname{2}{3} AND c.relkind{2}'r' AND NOT a.attisdropped AND a.attname{2}ANY "
      "(ARRAY['migration_set', 'migration_name', 'checksum', 'run_id', 'claim_system_id']) "
      "AND pg_catalog.has_table_privilege(c.oid, 'SELECT') "
      "GROUP BY c.oid, c.relname HAVING pg_catalog.count(*){2}5) AS other ON true",
      connection.literal(quoted(connection)), connection.literal(connection.identifier(schema_)),
      kEquals, connection.literal(schema_), connection.literal(quoted_log(connection)),
      is_foreign ? compose(" AND EXISTS (SELECT FROM pg_catalog.pg_attribute AS m WHERE "
                           "m.attrelid{0}pg_catalog.to_regclass({1}) AND "
                           "m.attname{0}'migration_set' AND NOT m.attisdropped)",
                           kEquals, connection.literal(quoted(connection)))
                 : std::string());
}

std::string History::find_elsewhere(const Connection& connection, const RunIdentity& run,
                                    const Migration& migration,
                                    const std::vector<std::string>& tables) const {
  std::string sql;
  for (const std::string& table : tables) {
    sql += compose(
        "{}SELECT {} WHERE EXISTS (SELECT FROM {}.{} AS h WHERE h.migration_set{}{} AND "
        "h.migration_name{}{} AND h.checksum{}{})",
        sql.empty() ? "" : " UNION ALL ", connection.literal(table), connection.identifier(schema_),
        connection.identifier(table), kEquals, connection.literal(run.set), kEquals,
        connection.literal(migration.full_name), kEquals, connection.literal(migration.checksum));
  }
  return sql;
}

std::string History::gate_key(const Connection& connection, std::string_view set) const {
  // The last part is the target schema of a tenant, '' for none.
  return compose("pg_catalog.hashtextextended({}, 0)",
                 connection.literal(compose("{}\x1f{}\x1f{}", display(), set, target_)));
}

std::string History::is_writer_active(const Connection& connection, std::string_view set) const {
  // query_start is that of the whole message. Of other roles' backends it is null unless this role
  // may read all statistics; then this test says nothing and the others have to do.
  return compose(
      "EXISTS (SELECT FROM (SELECT h.claim_pid, h.executed_at FROM {1} AS h WHERE "
      "h.migration_set{0}{2} AND {3} ORDER BY h.id DESC LIMIT 1) AS w JOIN "
      "pg_catalog.pg_stat_activity AS a ON a.pid{0}w.claim_pid WHERE a.pid OPERATOR(pg_catalog.<>) "
      "pg_catalog.pg_backend_pid() AND "
      "a.state{0}'active' AND a.query_start OPERATOR(pg_catalog.<=) w.executed_at)",
      kEquals, quoted(connection), connection.literal(set), is_of_target(connection, "h"));
}

std::string History::creation_key(const Connection& connection) const {
  return compose("pg_catalog.hashtextextended({}, 0)", connection.literal(display()));
}

std::string History::create(const Connection& connection, bool has_schema, bool has_foreign,
                            std::uint32_t* count) const {
  std::string sql =
      compose("SELECT pg_catalog.pg_advisory_xact_lock({});\n", creation_key(connection));
  *count += 3;
  if (!has_schema) {
    sql += compose("CREATE SCHEMA IF NOT EXISTS {};\n", connection.identifier(schema_));
    *count += 1;
  }
  const std::string name_key = connection.identifier(table_ + "_name_key");
  const std::string number_key = connection.identifier(table_ + "_num_key");
  sql += compose(R"(CREATE TABLE IF NOT EXISTS {} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  migration_name varchar(255) NOT NULL,
  migration_number bigint,
  executed_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
  checksum varchar(64),
  description pg_catalog.text,
  execution_time_ms bigint,
  migration_set pg_catalog.text NOT NULL,
  target_schema pg_catalog.text NOT NULL DEFAULT '',
  kind pg_catalog.text NOT NULL,
  state pg_catalog.text NOT NULL,
  step integer NOT NULL DEFAULT 0,
  steps integer NOT NULL DEFAULT 1,
  cursor_value pg_catalog.text,
  run_id pg_catalog.uuid NOT NULL,
  breaking boolean NOT NULL DEFAULT false,
  down_sql pg_catalog.text,
  needs pg_catalog.text[],
  replaces pg_catalog.text,
  claim_pid integer,
  claim_backend_start timestamp with time zone,
  claim_system_id bigint,
  origin pg_catalog.text NOT NULL DEFAULT 'godwit',
  applied_by pg_catalog.text NOT NULL DEFAULT SESSION_USER,
  tool_version pg_catalog.text,
  CONSTRAINT {} UNIQUE (migration_set, target_schema, kind, migration_name),
  CONSTRAINT {} UNIQUE (migration_set, target_schema, migration_number)
);
)",
                 quoted(connection), name_key, number_key);
  if (!has_foreign) {
    // What a look at one tenant among a thousand goes by; empty where there are none.
    *count += 1;
    sql += compose(
        "CREATE INDEX IF NOT EXISTS {} ON {} (target_schema) WHERE target_schema "
        "OPERATOR(pg_catalog.<>) '';\n",
        connection.identifier(table_ + "_tgt_idx"), quoted(connection));
  }
  sql += compose(R"(CREATE TABLE IF NOT EXISTS {} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  logged_at timestamp with time zone NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  event pg_catalog.text NOT NULL,
  migration_set pg_catalog.text NOT NULL,
  target_schema pg_catalog.text NOT NULL DEFAULT '',
  kind pg_catalog.text NOT NULL,
  migration_name varchar(255) NOT NULL,
  migration_number bigint,
  checksum varchar(64),
  execution_time_ms bigint,
  run_id pg_catalog.uuid,
  logged_by pg_catalog.text NOT NULL DEFAULT SESSION_USER,
  application_name pg_catalog.text DEFAULT pg_catalog.current_setting('application_name'),
  tool_version pg_catalog.text,
  sqlstate pg_catalog.text,
  message pg_catalog.text,
  file pg_catalog.text,
  line integer
);
)",
                 quoted_log(connection));
  return sql;
}

std::string History::insert(const Connection& connection, const RunIdentity& run,
                            const Migration& migration, bool is_running) const {
  const bool is_stepwise = !migration.up.is_transactional;
  const std::size_t steps = is_stepwise ? migration.up.steps.size() : 1;
  std::string sql = compose(
      "INSERT INTO {} (migration_name, migration_number, executed_at, checksum, description, "
      "migration_set, target_schema, kind, state, step, steps, run_id, breaking, down_sql, "
      "tool_version, claim_pid, claim_backend_start, claim_system_id) VALUES ({}, {}, "
      "pg_catalog.clock_timestamp(), {}, {}, {}, {}, '{}', '{}', {}, {}, '{}', {}, {}, {}, "
      "pg_catalog.pg_backend_pid(), ",
      quoted(connection), connection.literal(migration.full_name), number_or_null(migration),
      connection.literal(migration.checksum), connection.literal(migration.description),
      connection.literal(run.set), connection.literal(target_), kind_name(migration.kind),
      is_running ? "running" : "applied", is_running ? 0 : steps, steps, run.run_id,
      migration.is_breaking ? "true" : "false",
      is_sql(migration.down) ? connection.literal(migration.down.sql) : "NULL",
      connection.literal(run.tool_version));
  if (is_running) {
    sql += compose("{}, {})", kBackendStart, kSystemId);
  } else {
    sql += "NULL, NULL)";
  }
  if (is_applied_again(migration.kind)) {
    sql +=
        " ON CONFLICT (migration_set, target_schema, kind, migration_name) DO UPDATE SET "
        "executed_at = EXCLUDED.executed_at, checksum = EXCLUDED.checksum, "
        "description = EXCLUDED.description, state = EXCLUDED.state, step = EXCLUDED.step, "
        "steps = EXCLUDED.steps, run_id = EXCLUDED.run_id, breaking = EXCLUDED.breaking, "
        "down_sql = EXCLUDED.down_sql, tool_version = EXCLUDED.tool_version, "
        "applied_by = SESSION_USER, claim_pid = EXCLUDED.claim_pid, "
        "claim_backend_start = EXCLUDED.claim_backend_start, "
        "claim_system_id = EXCLUDED.claim_system_id, cursor_value = NULL";
  }
  return sql;
}

std::string History::row_condition(const Connection& connection, const RunIdentity& run,
                                   const Migration& migration) const {
  if (migration.has_version()) {
    return compose("migration_set{0}{1} AND target_schema{0}{3} AND migration_number{0}{2}",
                   kEquals, connection.literal(run.set), migration.version,
                   connection.literal(target_));
  }
  return compose(
      "migration_set{0}{1} AND target_schema{0}{4} AND kind{0}'{2}' AND migration_name{0}{3}",
      kEquals, connection.literal(run.set), kind_name(migration.kind),
      connection.literal(migration.full_name), connection.literal(target_));
}

std::string History::finish(const Connection& connection, const RunIdentity& run,
                            const Migration& migration) const {
  return compose(
      "WITH done AS (UPDATE {} SET execution_time_ms = {}, state = 'applied', step = steps, "
      "claim_backend_start = NULL, claim_system_id = NULL WHERE {} RETURNING *) "
      "INSERT INTO {} (event, migration_set, target_schema, kind, migration_name, "
      "migration_number, checksum, execution_time_ms, run_id, tool_version) SELECT 'applied', "
      "migration_set, target_schema, kind, "
      "migration_name, migration_number, checksum, execution_time_ms, run_id, tool_version "
      "FROM done RETURNING execution_time_ms",
      quoted(connection), kElapsed, row_condition(connection, run, migration),
      quoted_log(connection));
}

std::string History::accept(const Connection& connection, const RunIdentity& run,
                            const Migration& migration, std::string_view settings) const {
  return compose(
      "BEGIN ISOLATION LEVEL READ COMMITTED;\n{}"
      "WITH done AS (UPDATE {} SET checksum = {} WHERE {} RETURNING *) "
      "INSERT INTO {} (event, migration_set, target_schema, kind, migration_name, "
      "migration_number, checksum, "
      "run_id, tool_version) SELECT 'accepted', migration_set, target_schema, kind, "
      "migration_name, "
      "migration_number, checksum, '{}', {} FROM done;\nCOMMIT",
      settings, quoted(connection), connection.literal(migration.checksum),
      row_condition(connection, run, migration), quoted_log(connection), run.run_id,
      connection.literal(run.tool_version));
}

std::string History::read_claim(const Connection& connection, const RunIdentity& run,
                                const Migration& migration) const {
  // backend_start is null for a backend of another role, unless this one may read all statistics;
  // then the pid alone has to do, and the claim counts as alive.
  return compose(
      "SELECT h.claim_pid, h.claim_pid{0}pg_catalog.pg_backend_pid(), "
      "a.pid IS NOT NULL AND h.claim_system_id{0}{1}, a.usename, a.application_name "
      "FROM {2} AS h LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid{0}h.claim_pid "
      "AND (a.backend_start IS NULL OR a.backend_start{0}h.claim_backend_start) WHERE {3}",
      kEquals, kSystemId, quoted(connection), row_condition(connection, run, migration));
}

Claim History::parse_claim(const PGresult* result) {
  Claim claim;
  if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0) != 0) {
    claim.is_released = true;
    return claim;
  }
  claim.pid = static_cast<int>(integer(result, 0, 0));
  claim.is_ours = is_true(result, 0, 1);
  claim.is_alive = is_true(result, 0, 2);
  claim.description = compose("pid {} (user {}, application \"{}\")", claim.pid,
                              value(result, 0, 3), value(result, 0, 4));
  return claim;
}

std::string History::log_failure(const Connection& connection, const RunIdentity& run,
                                 const Migration& migration, const ErrorDetail& detail) const {
  return compose(
      "INSERT INTO {} (event, migration_set, target_schema, kind, migration_name, "
      "migration_number, checksum, run_id, tool_version, sqlstate, message, file, line) VALUES "
      "('failed', {}, {}, '{}', {}, {}, {}, '{}', {}, {}, {}, {}, {})",
      quoted_log(connection), connection.literal(run.set), connection.literal(target_),
      kind_name(migration.kind), connection.literal(migration.full_name), number_or_null(migration),
      connection.literal(migration.checksum), run.run_id, connection.literal(run.tool_version),
      connection.literal(detail.sqlstate), connection.literal(detail.message),
      connection.literal(detail.file), detail.line);
}

std::string History::columns(const Connection& connection) const {
  return compose(
      "SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid{}"
      "pg_catalog.to_regclass({}) AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT "
      "a.attisdropped",
      kEquals, connection.literal(quoted(connection)));
}

std::string History::additions(const std::vector<std::string>& columns) {
  std::string text;
  if (std::find(columns.begin(), columns.end(), "migration_set") == columns.end()) {
    return text;
  }
  for (const Column& column : kColumns) {
    if (std::find(columns.begin(), columns.end(), column.name) == columns.end()) {
      text +=
          compose("{}ADD COLUMN {} {}", text.empty() ? "" : ", ", column.name, column.definition);
    }
  }
  return text;
}

std::string_view History::recognise(const std::vector<std::string>& columns) {
  for (const Fingerprint& fingerprint : kFingerprints) {
    if (std::find(columns.begin(), columns.end(), fingerprint.column) != columns.end()) {
      return fingerprint.tool;
    }
  }
  if (columns.size() == 1 && columns.front() == "version") {
    return "Rails or dbmate";
  }
  return {};
}

bool History::is_guard_violation(const PGresult* error) const {
  return error_field(error, PG_DIAG_SQLSTATE) == "23505" &&
         error_field(error, PG_DIAG_SCHEMA_NAME) == schema_ &&
         error_field(error, PG_DIAG_TABLE_NAME) == table_;
}

}  // namespace godwit::detail
