// SPDX-License-Identifier: Apache-2.0
//
// What programs read. One shape for success and failure: "ok", "exit_code", and "error" where there
// is one.
#pragma once

#include <godwit/adopt.hpp>
#include <godwit/database.hpp>
#include <godwit/maintenance.hpp>
#include <godwit/preview.hpp>
#include <godwit/schemas.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::cli {

/// `schema` as "schema", where it is not empty.
std::string json_event(const Event& event, std::string_view schema = {});
std::string json_report(const Report& report, const Error* error);
std::string json_down(const DownReport& report);
std::string json_redo(const RedoReport& report);
/// In the same shape. `up` is what `redo` had applied again; null for `down`.
std::string json_failed_down(const DownReport& partial, const Report* up, const Error& error);
std::string json_changes(const HistoryReport& report, bool is_dry_run);
std::string json_adopt(const AdoptReport& report, bool is_dry_run);
std::string json_log(const std::vector<LogEntry>& log);
/// `last` is null where nothing is applied.
std::string json_current(const MigrationStatus* last, std::size_t pending);
std::string json_migrations(const char* key, const std::vector<const Migration*>& migrations);
std::string json_graph(const MigrationSet& set);
std::string json_verify(const VerifyReport& report, const SchemaReport& schema, int exit_code);
std::string json_script(const std::string& script);
std::string json_status(const MigrationSet& set, const Status& status);
std::string json_info(const MigrationSet& set, const Status& status, std::size_t index,
                      bool with_sql);
std::string json_check(const Report& report, const Error* error, int exit_code);
std::string json_findings(const Status& status, const std::vector<std::string>& findings,
                          const std::vector<const Migration*>& without_down, int exit_code);
std::string json_rehearsal(const RehearsalReport& report);
/// `error` may be null.
std::string json_fresh(const FreshReport& report, bool is_dry_run, const Error* error);
std::string json_plan(const PlanReport& report);
std::string json_set(const MigrationSet& set);
std::string json_error(const Error& error);
std::string json_help(const std::string& text);
std::string json_schemas(const SchemasStatus& status, int exit_code);
std::string json_schema_result(const SchemaResult& result);
std::string json_schemas_report(const SchemasReport& report, int exit_code);

}  // namespace godwit::cli
