// SPDX-License-Identifier: Apache-2.0
//
// SARIF 2.1.0, which code scanning services read. One run; the rules are those that were broken,
// each with its manual; columns are in UTF-16 units, the format's default. A file below the working
// directory is named relative to it, so that a report of one machine can be read on another.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emit/columns.hpp"
#include "emit/fixes.hpp"
#include "emit/report.hpp"
#include "lint/registry.hpp"

namespace godwit::codegen::emit {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kBase = "SRCROOT";

const char* level_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
    case Severity::kOff:
      break;
  }
  return "none";
}

/// A path as a URI has it: everything but letters, digits, -._~ and / is escaped.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string uri;
  for (const char c : path) {
    if (kUnreserved.find(c) != std::string_view::npos)
      uri += c;
    else
      uri += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return uri;
}

class SarifReport {
 public:
  SarifReport(const Diagnostics& diagnostics, const ReportOptions& options)
      : diagnostics_(diagnostics), options_(options) {
    for (const Diagnostic& diagnostic : diagnostics.all()) rules_.push_back(diagnostic.rule);
    std::sort(rules_.begin(), rules_.end());
    rules_.erase(std::unique(rules_.begin(), rules_.end()), rules_.end());
  }

  Json make() const {
    Json results = Json::array();
    for (const Diagnostic& diagnostic : diagnostics_.all()) results.push_back(result(diagnostic));
    Json rules = Json::array();
    for (const std::string_view rule : rules_) rules.push_back(describe(rule));
    const Json driver = {{"name", "godwit"},
                         {"version", GODWIT_VERSION},
                         {"semanticVersion", GODWIT_VERSION},
                         {"rules", std::move(rules)}};
    Json run = {{"tool", {{"driver", driver}}},
                {"invocations", Json::array({{{"executionSuccessful", true}}})},
                {"originalUriBaseIds",
                 {{kBase, {{"uri", "file://" + uri_of((options_.base / "").string())}}}}},
                {"columnKind", "utf16CodeUnits"},
                {"results", std::move(results)}};
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({std::move(run)})}};
  }

 private:
  static Json describe(std::string_view id) {
    Json json = {{"id", id}};
    const lint::RuleInfo* rule = lint::find_rule(id);
    if (rule == nullptr)
      return json;
    json["shortDescription"] = {{"text", rule->summary}};
    json["fullDescription"] = {{"text", rule->explanation}};
    std::string help(rule->explanation);
    std::string markdown(rule->explanation);
    const auto add = [&](std::string_view title, std::string_view sql) {
      if (sql.empty())
        return;
      help += fmt::format("\n\n{}:\n{}", title, sql);
      markdown += fmt::format("\n\n{}:\n\n```sql\n{}\n```", title, sql);
    };
    add("Bad", rule->bad);
    add("Good", rule->good);
    json["help"] = {{"text", help}, {"markdown", markdown}};
    if (rule->manual.starts_with("https://"))
      json["helpUri"] = rule->manual;
    json["defaultConfiguration"] = {
        {"enabled", rule->severity != Severity::kOff},
        {"level", rule->severity == Severity::kOff ? "warning" : level_of(rule->severity)}};
    json["properties"] = {{"tags", Json::array({rule->group})}};
    return json;
  }

  Json artifact(const SourceFile& file) const {
    const std::filesystem::path relative = file.path().lexically_relative(options_.base);
    const bool is_below = !relative.empty() && relative.begin()->string() != "..";
    if (is_below)
      return {{"uri", uri_of(relative.string())}, {"uriBaseId", kBase}};
    return {{"uri", "file://" + uri_of(file.path().string())}};
  }

  static Json json_of(const Region& region) {
    return {{"startLine", region.line},
            {"startColumn", region.column},
            {"endLine", region.end_line},
            {"endColumn", region.end_column}};
  }

  Json result(const Diagnostic& diagnostic) const {
    const SourceFile& file = *diagnostic.file;
    std::string text = diagnostic.message;
    for (const std::string& note : diagnostic.notes) text += "\nnote: " + note;
    const auto rule = std::lower_bound(rules_.begin(), rules_.end(), diagnostic.rule);
    const Json place = {{"physicalLocation",
                         {{"artifactLocation", artifact(file)},
                          {"region", json_of(region_of(diagnostic, ColumnUnit::kUtf16))}}}};
    Json json = {{"ruleId", diagnostic.rule},
                 {"ruleIndex", rule - rules_.begin()},
                 {"level", level_of(diagnostic.severity)},
                 {"message", {{"text", text}}},
                 {"locations", Json::array({place})}};
    if (fix_in_file(diagnostic))
      json["fixes"] = Json::array({fix_of(diagnostic)});
    return json;
  }

  Json fix_of(const Diagnostic& diagnostic) const {
    const Fix& fix = *diagnostic.fix;
    const Region deleted = region_of(*diagnostic.file, fix.start, fix.end, ColumnUnit::kUtf16);
    const Json replacement = {{"deletedRegion", json_of(deleted)},
                              {"insertedContent", {{"text", fix.text}}}};
    const Json change = {{"artifactLocation", artifact(*diagnostic.file)},
                         {"replacements", Json::array({replacement})}};
    return {{"description", {{"text", "what godwit lint --fix would write"}}},
            {"artifactChanges", Json::array({change})}};
  }

  const Diagnostics& diagnostics_;
  const ReportOptions& options_;
  std::vector<std::string_view> rules_;
};

}  // namespace

std::string report_sarif(const Diagnostics& diagnostics, const ReportOptions& options) {
  return SarifReport(diagnostics, options)
             .make()
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace godwit::codegen::emit
