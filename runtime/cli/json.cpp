// SPDX-License-Identifier: Apache-2.0
//
// One of the two files that include nlohmann-json. Keys come out in the order in which they are
// written here.
#include "json.hpp"
#include "json_parts.hpp"

#include "output.hpp"
#include "references.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <nlohmann/json.hpp>

namespace godwit::cli {
namespace {

const char* kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kFailed:
      return "failed";
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kPending:
      return "pending";
    case ErrorKind::kDrift:
      return "drift";
    case ErrorKind::kNewerDatabase:
      return "newer_database";
    case ErrorKind::kBusy:
      return "busy";
    case ErrorKind::kCannotConnect:
      return "cannot_connect";
    case ErrorKind::kReadOnly:
      return "read_only";
    case ErrorKind::kPartiallyApplied:
      return "partially_applied";
    case ErrorKind::kOutcomeUnknown:
      return "outcome_unknown";
    case ErrorKind::kVerifyFailed:
      return "verify_failed";
    case ErrorKind::kInterrupted:
      return "interrupted";
  }
  return "";
}

}  // namespace

// Texts of the server and of files may hold anything: invalid UTF-8 is replaced, not thrown at.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json optional_count(std::uint64_t count) {
  return count == 0 ? Json(nullptr) : Json(count);
}

Json optional_number(std::optional<std::int64_t> number) {
  return number ? Json(*number) : Json(nullptr);
}

Json optional_text(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

namespace {

/// One session a line, as the runtime writes them; null for none.
Json lines_of(std::string_view text) {
  Json lines(nullptr);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Json error_object(const Error& error) {
  const ErrorDetail& detail = error.detail();
  Json json;
  json["kind"] = kind_name(error.kind());
  json["message"] = detail.message;
  json["sqlstate"] = optional_text(detail.sqlstate);
  json["version"] = optional_number(detail.migration);
  json["migration"] = optional_text(detail.migration_name);
  json["file"] = optional_text(detail.file);
  json["line"] = detail.line == 0 ? Json(nullptr) : Json(detail.line);
  json["column"] = detail.column == 0 ? Json(nullptr) : Json(detail.column);
  json["detail"] = optional_text(detail.detail);
  json["hint"] = optional_text(detail.hint);
  json["context"] = optional_text(detail.context);
  json["blockers"] = lines_of(detail.blockers);
  json["retryable"] = error.is_retryable();
  return json;
}

void add_migration(Json& json, const Migration& migration) {
  json["version"] = migration.has_version() ? Json(migration.version) : Json(nullptr);
  json["migration"] = migration.full_name;
  if (migration.kind == Kind::kSeed) {
    json["seed"] = migration.seed;
  }
}

namespace {

Json status_entry(const MigrationStatus& entry) {
  Json json;
  if (entry.migration != nullptr) {
    add_migration(json, *entry.migration);
    json["description"] = entry.migration->description;
  } else {
    json["version"] = optional_number(entry.row->version);
    json["migration"] = entry.row->migration_name;
    json["description"] = entry.row->description;
  }
  json["state"] = state_name(entry.state);
  json["checksum"] = entry.migration != nullptr ? Json(entry.migration->checksum) : Json(nullptr);
  if (entry.row) {
    const HistoryRow& row = *entry.row;
    json["applied_at"] = row.executed_at;
    json["applied_by"] = row.applied_by;
    json["applied_checksum"] = row.checksum;
    json["execution_time_ms"] = optional_number(row.execution_time_ms);
    json["step"] = row.step;
    json["steps"] = row.steps;
    if (row.batch_rows > 0) {
      json["batch"] = {{"rows", row.batch_rows}, {"total_rows", optional_count(row.batch_total)}};
    }
    json["breaking"] = row.is_breaking;
    json["run_id"] = row.run_id;
    json["tool_version"] = row.tool_version;
  }
  json["last_failure"] = optional_text(entry.last_failure);
  return json;
}

Json names_of(const std::vector<const Migration*>& migrations) {
  Json names = Json::array();
  for (const Migration* migration : migrations) {
    names.push_back(migration->full_name);
  }
  return names;
}

Json set_object(const MigrationSet& set) {
  Json json;
  json["name"] = set.name;
  json["migrations"] = set.migrations.size();
  json["head"] = set.migrations.empty() ? Json(nullptr) : Json(set.migrations.back().full_name);
  json["digest"] = set.digest;
  json["tool_version"] = set.tool_version;
  json["postgres"] = set.postgres;
  json["history_table"] = set.history_table;
  return json;
}

void add_database(Json& json, const Status& status) {
  json["database"] = status.database;
  json["server_version"] = status.server_version;
  json["standby"] = status.is_standby;
  json["pooled"] = status.is_pooled;
  json["has_history"] = status.has_history;
}

}  // namespace

std::string json_event(const Event& event, std::string_view schema) {
  constexpr std::array kNames = {"started",   "waiting",  "blocked", "retrying", "applying",
                                 "statement", "progress", "notice",  "warning",  "applied",
                                 "failed",    "finished", "undoing", "undone",   "recorded"};
  Json json;
  if (!schema.empty()) {
    json["schema"] = schema;
  }
  json["event"] = kNames.at(static_cast<std::size_t>(event.kind));
  if (event.migration != nullptr) {
    add_migration(json, *event.migration);
    json["index"] = event.index;
  }
  json["count"] = event.count;
  if (event.line > 0) {
    json["line"] = event.line;
  }
  if (event.kind == EventKind::kProgress) {
    json["percent"] = event.percent;
    if (event.rows > 0) {
      json["rows"] = event.rows;
      json["total_rows"] = optional_count(event.total_rows);
      json["rows_per_second"] = event.rows_per_second;
      json["left_ms"] = event.left.count();
    }
  }
  if (event.duration.count() > 0 || event.kind == EventKind::kApplied) {
    json["duration_ms"] = event.duration.count();
  }
  if (!event.message.empty()) {
    json["message"] = event.message;
  }
  return dump(json);
}

namespace {

Json report_object(const Report& report, const Error* error) {
  Json json;
  json["event"] = "report";
  json["ok"] = error == nullptr;
  json["exit_code"] = error == nullptr ? 0 : static_cast<int>(error->kind());
  json["database"] = optional_text(report.database);
  json["run_id"] = optional_text(report.run_id);
  json["applied"] = Json::array();
  for (const Report::Applied& applied : report.applied) {
    Json entry;
    add_migration(entry, *applied.migration);
    entry["duration_ms"] = applied.duration.count();
    json["applied"].push_back(std::move(entry));
  }
  if (!report.planned.empty()) {
    json["planned"] = Json::array();
    for (const Migration* migration : report.planned) {
      Json entry;
      add_migration(entry, *migration);
      json["planned"].push_back(std::move(entry));
    }
  }
  json["postponed"] = names_of(report.postponed);
  json["skipped"] = report.skipped;
  json["failed"] = report.failed;
  json["duration_ms"] = report.duration.count();
  json["warnings"] = report.warnings;
  if (error != nullptr) {
    json["error"] = error_object(*error);
  }
  return json;
}

Json undone_list(const std::vector<DownReport::Undone>& list, bool has_duration) {
  Json json = Json::array();
  for (const DownReport::Undone& undone : list) {
    Json entry;
    entry["version"] =
        undone.migration != nullptr ? Json(undone.migration->version) : Json(nullptr);
    entry["migration"] = undone.name;
    if (has_duration) {
      entry["duration_ms"] = undone.duration.count();
    }
    json.push_back(std::move(entry));
  }
  return json;
}

// `left` is not known when a run has failed.
Json down_object(const DownReport& report, const Error* error) {
  Json json;
  json["event"] = "report";
  json["ok"] = error == nullptr;
  json["exit_code"] = error == nullptr ? 0 : static_cast<int>(error->kind());
  json["database"] = optional_text(report.database);
  json["run_id"] = optional_text(report.run_id);
  json["undone"] = undone_list(report.undone, true);
  if (!report.planned.empty()) {
    json["planned"] = undone_list(report.planned, false);
  }
  json["left"] = error == nullptr ? Json(report.left) : Json(nullptr);
  json["failed"] = error == nullptr ? 0 : 1;
  json["duration_ms"] = report.duration.count();
  json["warnings"] = report.warnings;
  if (error != nullptr) {
    json["error"] = error_object(*error);
  }
  return json;
}

// What was applied again, in a run of its own.
void add_applied_again(Json& json, const Report& up, const Error* error) {
  json["applied"] = report_object(up, nullptr)["applied"];
  json["applied_run_id"] = optional_text(up.run_id);
  if (error == nullptr) {
    json["left"] = json["left"].get<std::size_t>() + up.applied.size() + up.planned.size();
    json["duration_ms"] = json["duration_ms"].get<std::int64_t>() + up.duration.count();
  }
}

}  // namespace

std::string json_report(const Report& report, const Error* error) {
  return dump(report_object(report, error));
}

std::string json_down(const DownReport& report) {
  return dump(down_object(report, nullptr));
}

std::string json_redo(const RedoReport& report) {
  Json json = down_object(report.down, nullptr);
  add_applied_again(json, report.up, nullptr);
  return dump(json);
}

std::string json_failed_down(const DownReport& partial, const Report* up, const Error& error) {
  Json json = down_object(partial, &error);
  if (up != nullptr) {
    add_applied_again(json, *up, &error);
  }
  return dump(json);
}

std::string json_changes(const HistoryReport& report, bool is_dry_run) {
  Json json;
  json["ok"] = !report.stopped_by.has_value();
  json["exit_code"] = report.stopped_by ? static_cast<int>(report.stopped_by->kind()) : 0;
  json["database"] = optional_text(report.database);
  json["run_id"] = optional_text(report.run_id);
  json["written"] = !is_dry_run;
  json["changes"] = Json::array();
  for (const HistoryChange& change : report.changes) {
    Json entry;
    entry["event"] = change.event;
    entry["version"] = change.migration != nullptr && change.migration->has_version()
                           ? Json(change.migration->version)
                           : Json(nullptr);
    entry["migration"] = change.name;
    entry["change"] = change.text;
    entry["sql"] = change.sql;
    json["changes"].push_back(std::move(entry));
  }
  json["warnings"] = report.warnings;
  if (report.stopped_by) {
    json["error"] = error_object(*report.stopped_by);
  }
  return dump(json);
}

std::string json_adopt(const AdoptReport& report, bool is_dry_run) {
  constexpr std::array kVerdicts = {"holds", "differs", "not_compared"};
  Json json;
  json["ok"] = !report.stopped_by.has_value();
  json["exit_code"] = report.stopped_by ? static_cast<int>(report.stopped_by->kind()) : 0;
  json["database"] = optional_text(report.database);
  json["run_id"] = optional_text(report.run_id);
  json["tool"] = optional_text(report.tool);
  json["table"] = optional_text(report.table);
  json["history_table"] = optional_text(report.history_table);
  json["in_place"] = report.is_in_place;
  json["written"] = !is_dry_run && !report.stopped_by;
  json["adopted"] = report.adopted;
  json["matched"] = Json::array();
  for (const AdoptedMigration& adopted : report.matched) {
    Json entry;
    add_migration(entry, *adopted.migration);
    entry["known_as"] = adopted.known_as;
    entry["applied_at"] = optional_text(adopted.applied_at);
    entry["checksum"] = kVerdicts[static_cast<std::size_t>(adopted.checksum)];
    entry["other_checksum"] = optional_text(adopted.other_checksum);
    entry["file"] = adopted.migration->up.file;
    entry["recorded_before"] = adopted.is_recorded;
    json["matched"].push_back(std::move(entry));
  }
  json["unknown"] = report.unknown;
  json["missing"] = Json::array();
  for (const Migration* migration : report.missing) {
    Json entry;
    add_migration(entry, *migration);
    json["missing"].push_back(std::move(entry));
  }
  json["warnings"] = report.warnings;
  if (report.stopped_by) {
    json["error"] = error_object(*report.stopped_by);
  }
  return dump(json);
}

std::string json_log(const std::vector<LogEntry>& log) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["log"] = Json::array();
  for (const LogEntry& entry : log) {
    Json line;
    line["at"] = entry.logged_at;
    line["event"] = entry.event;
    line["version"] = optional_number(entry.version);
    line["migration"] = entry.migration_name;
    line["execution_time_ms"] = optional_number(entry.execution_time_ms);
    line["run_id"] = optional_text(entry.run_id);
    line["by"] = entry.logged_by;
    line["application"] = optional_text(entry.application_name);
    line["sqlstate"] = optional_text(entry.sqlstate);
    line["message"] = optional_text(entry.message);
    line["file"] = optional_text(entry.file);
    line["line"] = entry.line == 0 ? Json(nullptr) : Json(entry.line);
    json["log"].push_back(std::move(line));
  }
  return dump(json);
}

std::string json_current(const MigrationStatus* last, std::size_t pending) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["current"] = last == nullptr ? Json(nullptr) : status_entry(*last);
  json["pending"] = pending;
  return dump(json);
}

std::string json_migrations(const char* key, const std::vector<const Migration*>& migrations) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json[key] = Json::array();
  for (const Migration* migration : migrations) {
    Json entry;
    add_migration(entry, *migration);
    json[key].push_back(std::move(entry));
  }
  return dump(json);
}

std::string json_graph(const MigrationSet& set) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["migrations"] = Json::array();
  for (const Migration& migration : set.migrations) {
    Json entry;
    add_migration(entry, migration);
    entry["dependencies"] = dependencies_of(set, migration);
    json["migrations"].push_back(std::move(entry));
  }
  return dump(json);
}

namespace {

Json difference_list(const std::vector<SchemaDifference>& differences) {
  Json list = Json::array();
  for (const SchemaDifference& difference : differences) {
    Json entry;
    entry["object"] = difference.object;
    entry["expected"] = optional_text(difference.expected);
    entry["found"] = optional_text(difference.found);
    entry["doubt"] = optional_text(difference.doubt);
    entry["text"] = difference.text;
    list.push_back(std::move(entry));
  }
  return list;
}

Json schema_object(const SchemaReport& schema) {
  Json json;
  json["compared"] = schema.compared;
  json["expected_tables"] = schema.expected_tables;
  json["found_tables"] = schema.found_tables;
  json["missing_tables"] = schema.missing_tables;
  json["differences"] = difference_list(schema.differences);
  json["doubtful"] = difference_list(schema.doubtful);
  json["not_compared"] = schema.uncertain;
  json["not_of_this_set"] = schema.unknown;
  return json;
}

}  // namespace

std::string json_verify(const VerifyReport& report, const SchemaReport& schema, int exit_code) {
  Json json;
  json["ok"] = exit_code == 0;
  json["exit_code"] = exit_code;
  json["database"] = optional_text(report.database);
  json["held"] = names_of(report.held);
  json["without_verify"] = names_of(report.unchecked);
  json["failures"] = Json::array();
  for (const Error& error : report.failures) {
    json["failures"].push_back(error_object(error));
  }
  json["schema"] = schema_object(schema);
  return dump(json);
}

std::string json_script(const std::string& script) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["sql"] = script;
  return dump(json);
}

std::string json_status(const MigrationSet& set, const Status& status) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  add_database(json, status);
  json["set"] = set_object(set);
  json["counts"] = {
      {"applied", status.count(State::kApplied)}, {"pending", status.count(State::kPending)},
      {"partial", status.count(State::kPartial)}, {"drifted", status.count(State::kDrifted)},
      {"unknown", status.count(State::kUnknown)}, {"replaced", status.count(State::kReplaced)},
      {"covered", status.count(State::kCovered)}, {"newer", status.count(State::kNewer)}};
  json["migrations"] = Json::array();
  for (const MigrationStatus& entry : status.migrations) {
    json["migrations"].push_back(status_entry(entry));
  }
  return dump(json);
}

std::string json_info(const MigrationSet& set, const Status& status, std::size_t index,
                      bool with_sql) {
  const MigrationStatus& entry = status.migrations[index];
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json.update(status_entry(entry));
  if (entry.migration != nullptr) {
    const Migration& migration = *entry.migration;
    json["file"] = migration.up.file;
    json["purpose"] = optional_text(migration.purpose);
    json["author"] = optional_text(migration.author);
    json["created"] = optional_text(migration.created);
    json["tag"] = optional_text(migration.tag);
    json["idempotent"] = migration.is_idempotent;
    json["transactional"] = migration.up.is_transactional;
    json["code"] = optional_text(migration.up.code.name);
    json["code_down"] = optional_text(migration.down.code.name);
    json["breaking"] = migration.is_breaking;
    json["has_down"] = migration.down.is_present;
    json["irreversible"] = optional_text(migration.irreversible);
    json["dependencies"] = dependencies_of(set, migration);
    json["dependants"] = dependants_of(set, migration);
    json["phase"] = optional_text(phase_name(migration.phase));
    json["replaces"] = optional_text(replaced_text(migration));
    json["replaced_by"] = optional_text(squash_name(set, migration));
    if (with_sql) {
      json["sql"] = {{"require", optional_text(migration.require.sql)},
                     {"up", migration.up.sql},
                     {"verify", optional_text(migration.verify.sql)},
                     {"down", optional_text(migration.down.sql)}};
    }
  }
  return dump(json);
}

std::string json_check(const Report& report, const Error* error, int exit_code) {
  Json json;
  json["ok"] = exit_code == 0;
  json["exit_code"] = exit_code;
  json["database"] = optional_text(report.database);
  json["pending"] = Json::array();
  for (const Migration* migration : report.planned) {
    Json entry;
    add_migration(entry, *migration);
    json["pending"].push_back(std::move(entry));
  }
  json["postponed"] = names_of(report.postponed);
  json["warnings"] = report.warnings;
  if (error != nullptr) {
    json["error"] = error_object(*error);
  }
  return dump(json);
}

std::string json_findings(const Status& status, const std::vector<std::string>& findings,
                          const std::vector<const Migration*>& without_down, int exit_code) {
  Json json;
  json["ok"] = exit_code == 0;
  json["exit_code"] = exit_code;
  add_database(json, status);
  json["findings"] = findings;
  json["without_down"] = names_of(without_down);
  return dump(json);
}

std::string json_set(const MigrationSet& set) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["set"] = set_object(set);
  return dump(json);
}

std::string json_error(const Error& error) {
  Json json;
  json["ok"] = false;
  json["exit_code"] = static_cast<int>(error.kind());
  json["error"] = error_object(error);
  return dump(json);
}

std::string json_help(const std::string& text) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["help"] = text;
  return dump(json);
}

}  // namespace godwit::cli
