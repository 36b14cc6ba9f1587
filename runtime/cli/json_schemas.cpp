// SPDX-License-Identifier: Apache-2.0
//
// Answers about many schemas.
#include "json.hpp"
#include "json_parts.hpp"

#include "output.hpp"

namespace godwit::cli {
namespace {

Json names_of(const std::vector<const Migration*>& migrations) {
  Json names = Json::array();
  for (const Migration* migration : migrations) {
    names.push_back(migration->full_name);
  }
  return names;
}

}  // namespace

std::string json_schemas(const SchemasStatus& status, int exit_code) {
  Json json;
  json["ok"] = exit_code == 0;
  json["exit_code"] = exit_code;
  json["database"] = status.database;
  json["has_history"] = status.has_history;
  Json& schemas = json["schemas"] = Json::array();
  for (const SchemaStatus& entry : status.schemas) {
    Json& schema = schemas.emplace_back();
    schema["schema"] = entry.schema;
    schema["state"] = schema_state_name(entry);
    schema["last"] = entry.last == nullptr ? Json(nullptr) : Json(entry.last->full_name);
    schema["applied"] = entry.applied;
    schema["pending"] = entry.pending;
    schema["error"] = entry.error ? error_object(*entry.error) : Json(nullptr);
  }
  json["unmatched"] = status.unmatched;
  return dump(json);
}

std::string json_schema_result(const SchemaResult& result) {
  Json json;
  json["schema"] = result.schema;
  json["outcome"] = outcome_name(result.outcome);
  Json applied = Json::array();
  for (const Report::Applied& one : result.report.applied) {
    applied.push_back(one.migration->full_name);
  }
  json["applied"] = std::move(applied);
  if (result.outcome == SchemaOutcome::kPlanned) {
    json["planned"] = names_of(result.report.planned);
  }
  json["run_id"] = optional_text(result.report.run_id);
  json["duration_ms"] = result.report.duration.count();
  json["error"] = result.error ? error_object(*result.error) : Json(nullptr);
  return dump(json);
}

std::string json_schemas_report(const SchemasReport& report, int exit_code) {
  Json json;
  json["ok"] = exit_code == 0;
  json["exit_code"] = exit_code;
  json["schemas"] = report.schemas.size();
  Json failed = Json::array();
  Json not_reached = Json::array();
  for (const SchemaResult& result : report.schemas) {
    if (result.outcome == SchemaOutcome::kFailed) {
      failed.push_back(result.schema);
    } else if (result.outcome == SchemaOutcome::kNotReached) {
      not_reached.push_back(result.schema);
    }
  }
  json["current"] = report.count(SchemaOutcome::kCurrent);
  json["migrated"] = report.count(SchemaOutcome::kMigrated);
  json["planned"] = report.count(SchemaOutcome::kPlanned);
  json["gone"] = report.count(SchemaOutcome::kGone);
  json["failed"] = std::move(failed);
  json["not_reached"] = std::move(not_reached);
  json["unmatched"] = report.unmatched;
  json["interrupted"] = report.is_interrupted;
  json["duration_ms"] = report.duration.count();
  json["database"] = report.database;
  return dump(json);
}

}  // namespace godwit::cli
