// SPDX-License-Identifier: Apache-2.0
//
// `godwit rules`: the manual of the linter, from the registry itself.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "lint/registry.hpp"

namespace godwit::codegen::commands {
namespace {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kOff:
      return "off";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return {};
}

nlohmann::ordered_json describe(const lint::RuleInfo& rule) {
  return {{"id", rule.id},
          {"group", rule.group},
          {"severity", severity_name(rule.severity)},
          {"can_be_muted", !rule.is_hard},
          {"summary", rule.summary},
          {"explanation", rule.explanation},
          {"bad", rule.bad},
          {"good", rule.good},
          {"manual", rule.manual}};
}

void print_indented(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    fmt::print("    {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void print_rule(const lint::RuleInfo& rule) {
  fmt::print("{} ({}{})\n{}\n\n{}\n", rule.id, severity_name(rule.severity),
             rule.is_hard ? ", cannot be muted" : "", rule.summary, rule.explanation);
  if (!rule.bad.empty()) {
    fmt::print("\nIt fires on\n");
    print_indented(rule.bad);
  }
  if (!rule.good.empty()) {
    fmt::print("\nand not on\n");
    print_indented(rule.good);
  }
  if (!rule.manual.empty())
    fmt::print("\n{}\n", rule.manual);
}

}  // namespace

int run_rules(const RulesOptions& options) {
  if (options.rule) {
    const lint::RuleInfo* rule = lint::find_rule(*options.rule);
    if (rule == nullptr) {
      const lint::RuleInfo* near = lint::similar_rule(*options.rule);
      throw UsageError(fmt::format("there is no rule `{}`{}", *options.rule,
                                   near != nullptr ? fmt::format(", did you mean `{}`?", near->id)
                                                   : "; `godwit rules` lists them"));
    }
    if (options.json)
      fmt::print("{}\n", describe(*rule).dump(2));
    else
      print_rule(*rule);
    return kClean;
  }
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const lint::RuleInfo* rule : lint::rules()) list.push_back(describe(*rule));
    fmt::print("{}\n", list.dump(2));
    return kClean;
  }
  for (const lint::RuleInfo* rule : lint::rules())
    fmt::print("{:<34} {:<8} {}\n", rule->id, severity_name(rule->severity), rule->summary);
  return kClean;
}

}  // namespace godwit::codegen::commands
