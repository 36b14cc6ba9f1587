// SPDX-License-Identifier: Apache-2.0
#include "commands/new_file.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/write_file.hpp"
#include "source/file_name.hpp"
#include "source/words.hpp"

namespace godwit::codegen::commands {
namespace {

constexpr std::size_t kTimestampDigits = 14;

struct Style {
  std::int64_t last_version = 0;
  std::size_t width = 3;
  bool is_timestamp = false;
  bool is_paired = false;                ///< 007_x.up.sql
  bool is_flyway = false;                ///< V007__x.sql
  bool is_folder = false;                ///< 007_x/up.sql
  std::vector<std::int64_t> last_parts;  ///< of a version 1.2.3
  std::string last_digits;               ///< as written: 01.02.03
  bool has_one_dot = false;              ///< V007.x.sql
};

Style style_of(const SourceFiles& files) {
  Style style;
  for (const std::filesystem::path& path : files.files) {
    const auto name = parse_file_path(path);
    if (!name || name->is_repeatable || name->version < style.last_version ||
        (name->version == style.last_version && name->parts < style.last_parts))
      continue;
    style.last_version = name->version;
    style.width = name->digits.size();
    style.is_timestamp = name->digits.size() >= kTimestampDigits;
    style.last_parts = name->parts;
    style.last_digits = name->digits;
    style.has_one_dot = name->has_one_dot;
    style.is_flyway = name->style == NameStyle::kFlyway;
    style.is_folder = name->style == NameStyle::kFolder;
    style.is_paired = name->style == NameStyle::kPaired;
  }
  return style;
}

/// "Add user preferences" as "add_user_preferences".
std::string file_words(std::string_view name) {
  std::string words;
  for (const char c : to_lower(name)) {
    const bool is_word = is_ascii_letter(c) || is_ascii_digit(c) || (c & '\x80') != 0;
    if (is_word)
      words += c;
    else if (!words.empty() && words.back() != '_')
      words += '_';
  }
  while (!words.empty() && words.back() == '_') words.pop_back();
  return words;
}

/// 1.2.4 behind 1.2.3, and 01.02.04 behind 01.02.03.
std::string next_of(const Style& style) {
  const std::size_t last = style.last_digits.rfind('.') + 1;
  return fmt::format("{}{:0{}}", style.last_digits.substr(0, last), style.last_parts.back() + 1,
                     style.last_digits.size() - last);
}

std::string header(std::string_view digits, std::string_view title, std::string_view dependencies,
                   const std::tm& now) {
  constexpr std::string_view kRule = "-- ================================================\n";
  return fmt::format(
      "{}-- Migration {}: {}\n-- Created: {:%Y-%m-%d}\n-- Purpose: {}\n-- Idempotency: NO\n"
      "-- Dependencies: {}\n{}",
      kRule, digits, title, now, title, dependencies, kRule);
}

struct Part {
  std::filesystem::path path;
  std::string text;
};

/// All of them, or none where one is there already.
std::vector<std::filesystem::path> create(const std::vector<Part>& parts, bool dry_run) {
  for (const Part& part : parts) {
    if (std::filesystem::exists(part.path))
      throw UsageError(part.path.string() + ": exists already");
  }
  std::vector<std::filesystem::path> paths;
  for (const Part& part : parts) {
    if (!dry_run) {
      std::filesystem::create_directories(part.path.parent_path());
      write_if_different(part.path, part.text);
    }
    paths.push_back(part.path);
  }
  return paths;
}

}  // namespace

std::vector<std::filesystem::path> write_new_file(const NewFile& file) {
  const std::string words = file_words(file.title);
  if (words.empty())
    throw UsageError(fmt::format("`{}` makes no file name; use letters and digits", file.title));
  if (!file.dry_run)
    std::filesystem::create_directories(file.directory);
  const Style style = style_of(files_of(file.directory));
  const std::tm now = fmt::gmtime(std::time(nullptr));
  std::string digits = file.timestamp || style.is_timestamp
                           ? fmt::format("{:%Y%m%d%H%M%S}", now)
                           : fmt::format("{:0{}}", style.last_version + 1, style.width);
  if (style.is_timestamp && digits <= std::to_string(style.last_version))
    digits = std::to_string(style.last_version + 1);
  if (style.last_parts.size() > 1 && !file.timestamp)
    digits = next_of(style);
  const std::string_view separator = style.has_one_dot ? "." : style.is_flyway ? "__" : "_";
  const std::string stem =
      fmt::format("{}{}{}{}", style.is_flyway ? "V" : "", digits, separator, words);
  const std::string up =
      header(digits, file.title, file.dependencies, now) + "\n" + std::string(file.up);

  if (style.is_folder) {
    std::vector<Part> parts{{file.directory / stem / "up.sql", up}};
    if (file.down)
      parts.push_back({file.directory / stem / "down.sql", std::string(*file.down)});
    return create(parts, file.dry_run);
  }
  if (style.is_paired) {
    std::vector<Part> parts{{file.directory / (stem + ".up.sql"), up}};
    if (file.down)
      parts.push_back({file.directory / (stem + ".down.sql"), std::string(*file.down)});
    if (file.verify)
      parts.push_back({file.directory / (stem + ".verify.sql"), std::string(*file.verify)});
    return create(parts, file.dry_run);
  }
  std::string text = up;
  if (file.verify)
    text += "-- godwit:verify\n" + std::string(*file.verify);
  if (file.down)
    text += "-- godwit:down\n" + std::string(*file.down);
  return create({{file.directory / (stem + ".sql"), text}}, file.dry_run);
}

void print_created(const std::vector<std::filesystem::path>& files, bool json, bool dry_run) {
  if (!json) {
    for (const std::filesystem::path& path : files) fmt::print("{}\n", path.string());
    if (dry_run)
      fmt::print("nothing was written; without --dry-run it is\n");
    return;
  }
  auto created = nlohmann::ordered_json::array();
  for (const std::filesystem::path& path : files) created.push_back(path.string());
  nlohmann::ordered_json json_object{{"created", created}};
  if (dry_run)
    json_object["dry_run"] = true;
  fmt::print("{}\n",
             json_object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace godwit::codegen::commands
