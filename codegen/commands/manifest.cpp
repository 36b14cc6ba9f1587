// SPDX-License-Identifier: Apache-2.0
#include "commands/manifest.hpp"

#include <charconv>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "source/placeholders.hpp"
#include "source/words.hpp"

namespace godwit::codegen::commands {
namespace {

constexpr std::string_view kFirstLine = "godwit-manifest 1";

template <class Integer>
Integer parse_number(std::string_view text) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end)
    throw std::invalid_argument(fmt::format("`{}` is not a number", text));
  return value;
}

Layout layout_of(std::string_view name) {
  if (const auto layout = parse_layout(name))
    return *layout;
  throw std::invalid_argument(fmt::format("`{}` is not a layout", name));
}

/// False when the key is not known.
bool read_entry(Manifest& manifest, std::string_view key, const std::string& value) {
  lint::Policy& policy = manifest.request.policy;
  if (key == "library")
    return true;  // for people who look into the file
  if (key == "header")
    manifest.header = value;
  else if (key == "namespace")
    manifest.cpp_namespace = value;
  else if (key == "name")
    manifest.request.set_name = value;
  else if (key == "history-table")
    manifest.request.policy.history_table = value;
  else if (key == "postgres")
    policy.postgres = parse_number<int>(value);
  else if (key == "root")
    manifest.request.files.root = value;
  else if (key == "layout")
    manifest.request.files.layout = layout_of(value);
  else if (key == "lock")
    manifest.request.lock = value;
  else if (key == "lock-required")
    manifest.request.is_lock_required = true;
  else if (key == "baseline")
    policy.baseline = parse_number<std::int64_t>(value);
  else if (key == "rule")
    add_rule_setting(policy, value);
  else if (key == "require-down")
    policy.require_down = true;
  else if (key == "require-verify")
    policy.require_verify = true;
  else if (key == "allow-empty")
    manifest.allow_empty = true;
  else if (key == "allow-fresh")
    manifest.allow_fresh = true;
  else if (key == "external")
    policy.externals.push_back(value);
  else if (key == "define")
    add_definition(manifest.request.files.defines, value);
  else if (key == "werror")
    policy.werror = true;
  else if (key == "warn-only")
    policy.warn_only = true;
  else if (key == "seeds")
    manifest.request.files.seeds_root = value;
  else if (key == "seed-file")
    manifest.request.files.seeds.emplace_back(value);
  else if (key == "file")
    manifest.request.files.files.emplace_back(value);
  else
    return false;
  return true;
}

}  // namespace

void add_rule_setting(lint::Policy& policy, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw std::invalid_argument(
        fmt::format("`{}` is not a rule's setting; write `drop-table=warn`", text));
  std::string_view level = std::string_view(text).substr(equals + 1);
  lint::RuleSetting setting;
  if (const std::size_t colon = level.find(':'); colon != std::string_view::npos) {
    setting.option = level.substr(colon + 1);
    level = level.substr(0, colon);
  }
  if (level == "off")
    setting.severity = Severity::kOff;
  else if (level == "note")
    setting.severity = Severity::kNote;
  else if (level == "warn" || level == "warning")
    setting.severity = Severity::kWarning;
  else if (level == "error")
    setting.severity = Severity::kError;
  else
    throw std::invalid_argument(
        fmt::format("`{}` is not a severity; it is off, note, warn or error", level));
  policy.rules[text.substr(0, equals)] = setting;
}

Manifest read_manifest(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in)
    throw ManifestError(fmt::format("{}: cannot read the manifest", path.string()));
  Manifest manifest;
  std::string line;
  std::getline(in, line);
  if (line != kFirstLine)
    throw ManifestError(fmt::format("{}:1: not a manifest of this godwit, which begins with `{}`",
                                    path.string(), kFirstLine));
  for (int number = 2; std::getline(in, line); ++number) {
    if (line.empty())
      continue;
    const std::size_t space = line.find(' ');
    const std::string value = space == std::string::npos ? "" : line.substr(space + 1);
    const std::string key = line.substr(0, space);
    std::string problem;
    try {
      if (!read_entry(manifest, key, value))
        problem =
            fmt::format("unknown key `{}`: was this manifest written for another godwit?", key);
    } catch (const std::invalid_argument& error) {
      problem = error.what();
    }
    if (!problem.empty())
      throw ManifestError(fmt::format("{}:{}: {}", path.string(), number, problem));
  }
  // A misspelt rule in RULES_OFF would leave the rule as it is, in silence.
  std::string problems;
  for (const std::string& problem : lint::check_policy(manifest.request.policy))
    problems += fmt::format("{}{}: {}", problems.empty() ? "" : "\n", path.string(), problem);
  if (!problems.empty())
    throw ManifestError(problems);
  return manifest;
}

}  // namespace godwit::codegen::commands
