// SPDX-License-Identifier: Apache-2.0
//
// What plan, --rehearse and fresh say to programs.
#include "json.hpp"
#include "json_parts.hpp"

namespace godwit::cli {
namespace {

Json work_list(std::uint8_t work) {
  Json list = Json::array();
  if ((work & kScans) != 0) {
    list.push_back("scan");
  }
  if ((work & kLooksUp) != 0) {
    list.push_back("look-up");
  }
  if ((work & kRewrites) != 0) {
    list.push_back("rewrite");
  }
  if ((work & kBuildsIndex) != 0) {
    list.push_back("index-build");
  }
  return list;
}

Json planned_effect(const PlanReport& report, const Migration& migration,
                    const PlannedEffect& planned) {
  const Effect& effect = *planned.effect;
  const RelationFacts& facts = report.relations[planned.relation];
  Json json;
  json["line"] = migration.up.statements[effect.statement].line;
  json["mode"] = optional_text(to_string(effect.mode));
  json["schema"] = optional_text(facts.schema);
  json["relation"] = facts.name;
  json["work"] = work_list(effect.work);
  json["certain"] = effect.is_certain;
  json["there"] = facts.is_there;
  json["usable"] = facts.is_usable;
  json["rows"] = optional_number(facts.rows);
  json["bytes"] = optional_number(facts.bytes);
  json["in_the_way"] = Json::array();
  for (const RelationFacts::Holder& holder : facts.holders) {
    if (conflict(effect.mode, holder.mode)) {
      json["in_the_way"].push_back({{"mode", to_string(holder.mode)}, {"who", holder.who}});
    }
  }
  return json;
}

Json names_of(const std::vector<const Migration*>& migrations) {
  Json names = Json::array();
  for (const Migration* migration : migrations) {
    names.push_back(migration->full_name);
  }
  return names;
}

}  // namespace

std::string json_plan(const PlanReport& report) {
  Json json;
  json["ok"] = true;
  json["exit_code"] = 0;
  json["database"] = optional_text(report.database);
  json["server_version"] = report.server_version;
  json["standby"] = report.is_standby;
  json["migrations"] = Json::array();
  for (const PlannedMigration& planned : report.migrations) {
    Json entry;
    add_migration(entry, *planned.migration);
    entry["file"] = planned.migration->up.file;
    entry["transactional"] = planned.migration->up.is_transactional;
    entry["parsed"] = !planned.migration->is_unchecked;
    entry["code"] = optional_text(planned.migration->up.code.name);
    entry["ended_steps"] = planned.ended_steps;
    entry["batches"] = Json::array();
    for (const Step& step : planned.migration->up.steps) {
      if (step.batch.size > 0) {
        entry["batches"].push_back(
            {{"line", planned.migration->up.statements[step.first_statement].line},
             {"key", step.batch.key},
             {"size", step.batch.size},
             {"pause_ms", step.batch.pause_ms}});
      }
    }
    entry["effects"] = Json::array();
    for (const PlannedEffect& effect : planned.effects) {
      entry["effects"].push_back(planned_effect(report, *planned.migration, effect));
    }
    json["migrations"].push_back(std::move(entry));
  }
  json["postponed"] = names_of(report.postponed);
  json["warnings"] = report.warnings;
  return dump(json);
}

std::string json_fresh(const FreshReport& report, bool is_dry_run, const Error* error) {
  Json json;
  json["event"] = "report";
  json["ok"] = error == nullptr;
  json["exit_code"] = error == nullptr ? 0 : static_cast<int>(error->kind());
  json["database"] = optional_text(report.database);
  json["name"] = optional_text(report.name);
  json["dry_run"] = is_dry_run;
  json["deleted"] = Json::array();
  for (const FreshReport::Dropped& dropped : report.dropped) {
    json["deleted"].push_back({{"schema", optional_text(dropped.schema)},
                               {"type", dropped.type},
                               {"count", dropped.count},
                               {"bytes", dropped.bytes}});
  }
  json["left"] = report.left;
  json["sessions"] = report.sessions;
  json["warnings"] = report.warnings;
  json["applied"] = Json::array();
  for (const Report::Applied& applied : report.up.applied) {
    Json entry;
    add_migration(entry, *applied.migration);
    entry["duration_ms"] = applied.duration.count();
    json["applied"].push_back(std::move(entry));
  }
  if (error != nullptr) {
    json["error"] = error_object(*error);
  }
  return dump(json);
}

std::string json_rehearsal(const RehearsalReport& report) {
  Json json;
  const int exit_code = report.failure ? static_cast<int>(report.failure->kind()) : 0;
  json["event"] = "report";
  json["ok"] = exit_code == 0;
  json["exit_code"] = exit_code;
  json["rehearsal"] = true;
  json["database"] = optional_text(report.database);
  json["rehearsed"] = Json::array();
  for (const RehearsalReport::Rehearsed& one : report.rehearsed) {
    Json entry;
    add_migration(entry, *one.migration);
    entry["section"] = one.is_undoing ? "down" : "up";
    entry["ok"] = !one.has_failed;
    entry["duration_us"] = one.duration.count();
    entry["statements"] = Json::array();
    for (const RehearsalReport::Timed& timed : one.statements) {
      entry["statements"].push_back(
          {{"line", timed.line}, {"duration_us", timed.duration.count()}});
    }
    json["rehearsed"].push_back(std::move(entry));
  }
  json["locks"] = Json::array();
  for (const RehearsalReport::Lock& lock : report.locks) {
    json["locks"].push_back({{"relation", lock.relation},
                             {"mode", to_string(lock.mode)},
                             {"new", lock.is_new},
                             {"index", lock.is_index},
                             {"migration", report.rehearsed[lock.taker].migration->full_name},
                             {"line", lock.line},
                             {"held_us", lock.held.count()}});
  }
  json["left_out"] = Json::array();
  for (const RehearsalReport::LeftOut& left : report.left_out) {
    json["left_out"].push_back({{"migration", left.name}, {"reason", left.reason}});
  }
  json["duration_ms"] = report.duration.count();
  json["warnings"] = report.warnings;
  if (report.failure) {
    json["error"] = error_object(*report.failure);
  }
  return dump(json);
}

}  // namespace godwit::cli
