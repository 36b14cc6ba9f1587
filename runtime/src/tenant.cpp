// SPDX-License-Identifier: Apache-2.0
//
// A set in one schema of many. Its SQL names no schema, so that the search path says where it runs:
// the tenant's schema, then public. A schema that is not there, or that the role may not use, is
// silently left out of a search path
// (https://www.postgresql.org/docs/15/runtime-config-client.html), and what was meant for the
// tenant would be made in public. Therefore the path is made of the schema as the server knows it,
// which fails for one that there is not; each block looks again before it ends; and the gate asks
// whether the role may use it.
#include "run.hpp"

#include <algorithm>

namespace godwit::detail {
namespace {

constexpr std::size_t kLongestName = 63;

[[noreturn]] void refuse_name(std::string_view schema, std::string_view why) {
  ErrorDetail detail;
  detail.message = compose("\"{}\" cannot be the schema of a tenant: {}", schema, why);
  throw Error(ErrorKind::kUsage, std::move(detail));
}

}  // namespace

void refuse_schema_name(std::string_view schema) {
  if (schema.size() > kLongestName) {
    refuse_name(schema, "it is longer than 63 bytes, where PostgreSQL cuts names");
  }
  if (schema.substr(0, 3) == "pg_" || schema == "information_schema") {
    refuse_name(schema, "it is the server's own");
  }
  if (schema == "$user") {
    refuse_name(schema, "a search path takes it for the schema of the role, in quotes too");
  }
  if (std::any_of(schema.begin(), schema.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    refuse_name(schema, "it has a control character in its name");
  }
}

std::vector<std::string> shared_sets(const MigrationSet& set) {
  std::vector<std::string> sets;
  for (const Migration& migration : set.migrations) {
    for (const Dependency& dependency : migration.dependencies) {
      if (!dependency.set.empty() && dependency.set != set.name &&
          std::find(sets.begin(), sets.end(), dependency.set) == sets.end()) {
        sets.emplace_back(dependency.set);
      }
    }
  }
  return sets;
}

// The schema, by its name; an error of SQLSTATE 3F000 where there is none.
std::string Run::tenant_name() const {
  return compose("CAST({} AS pg_catalog.regnamespace)",
                 connection_->literal(connection_->identifier(options_.schema)));
}

std::string Run::tenant_path() const {
  return compose("pg_catalog.concat({}, ', public')", tenant_name());
}

// That the schema is there, and is still where things without a schema's name are made: an error of
// SQLSTATE 3F000 or 22012. With an empty path nothing can be made by a name alone.
std::string Run::last_look_at_tenant() const {
  return compose(
      "SELECT {}, 1 OPERATOR(pg_catalog./) CAST(COALESCE(pg_catalog.current_schema() "
      "OPERATOR(pg_catalog.=) CAST({} AS pg_catalog.name), true) AS pg_catalog.int4)",
      tenant_name(), connection_->literal(options_.schema));
}

// Whether it is that look that has failed.
bool Run::explain_lost_tenant(Section section, const Migration* migration,
                              ErrorDetail& detail) const {
  if (!has_tenant() || section != Section::kReset || migration == nullptr ||
      detail.sqlstate != "22012") {
    return false;
  }
  detail = ErrorDetail{};
  name_migration(*migration, detail);
  detail.message = compose(
      "at its end the search path of {} does not begin with the schema \"{}\" any more: what it "
      "names without a schema is in another one",
      migration->full_name, options_.schema);
  detail.hint =
      "take SET search_path, RESET and set_config('search_path', …) out of it; where it needs "
      "another path for some statement, give the one back that was there before";
  return true;
}

// A second column for the gate.
std::string Run::usage_of_tenant() const {
  return has_tenant() ? compose(", pg_catalog.has_schema_privilege({}, 'USAGE')",
                                connection_->literal(options_.schema))
                      : std::string();
}

// A name as in Step::relation, which is not to be found in public instead.
std::string Run::in_tenant(std::string_view name) const {
  bool is_quoted = false;
  for (const char c : name) {
    is_quoted = is_quoted != (c == '"');
    if (c == '.' && !is_quoted) {
      return std::string(name);
    }
  }
  return has_tenant() ? compose("{}.{}", connection_->identifier(options_.schema), name)
                      : std::string(name);
}

void Run::refuse_missing_tenant() {
  roll_back();
  ErrorDetail detail;
  detail.sqlstate = "3F000";
  detail.message =
      compose("there is no schema \"{}\" in {}", options_.schema, connection_->description());
  detail.hint = "a tenant's schema is made by the application: CREATE SCHEMA, then `up` in it";
  throw Error(ErrorKind::kUsage, std::move(detail));
}

// A tenant who was dropped and made again by the same name has a history, and nothing else.
void Run::refuse_emptied_tenant(std::string_view schema) const {
  constexpr std::string_view kMakesTable = "=table ";
  const auto makes_table = [&](const Row& row) {
    const auto migration = std::find_if(
        set_.migrations.begin(), set_.migrations.end(), [&](const Migration& candidate) {
          return row.set == set_.name && row.kind == "versioned" && row.state == "applied" &&
                 row.version == candidate.version;
        });
    return migration != set_.migrations.end() &&
           migration->schema.find(kMakesTable) != std::string_view::npos;
  };
  if (!snapshot_.is_target_empty ||
      std::none_of(snapshot_.rows.begin(), snapshot_.rows.end(), makes_table)) {
    return;
  }
  std::string quoted = "'";
  for (const char c : schema) {
    quoted.append(c == '\'' ? 2 : 1, c);
  }
  quoted += "'";
  ErrorDetail detail;
  detail.message = compose(
      "there is nothing in the schema \"{}\", or no such schema, but the history says what was "
      "applied in it: was it dropped, or dropped and made again?",
      schema);
  detail.hint = compose(
      "nothing was done; its rows have to go too: DELETE FROM {0} WHERE target_schema = {2}; "
      "DELETE "
      "FROM {1} WHERE target_schema = {2}",
      history_.display(), history_.display_log(), quoted);
  throw Error(ErrorKind::kDrift, std::move(detail));
}

void Run::refuse_unusable_tenant() {
  roll_back();
  const char* user = PQuser(connection_->raw());
  ErrorDetail detail;
  detail.message = compose("the role may not use the schema \"{}\"", options_.schema);
  detail.hint = compose(
      "GRANT USAGE, CREATE ON SCHEMA {} TO {}; without USAGE the server would make the tenant's "
      "tables in public",
      connection_->identifier(options_.schema),
      connection_->identifier(!options_.role.empty() ? std::string_view(options_.role)
                              : user == nullptr      ? std::string_view()
                                                     : std::string_view(user)));
  throw Error(ErrorKind::kReadOnly, std::move(detail));
}

}  // namespace godwit::detail
