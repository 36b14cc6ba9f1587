// SPDX-License-Identifier: Apache-2.0
//
// `godwit new`: the next file, in the style of those that are there: their width of number,
// timestamps where they have timestamps, pairs where they have pairs.
#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

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
  std::vector<std::int64_t> last_parts;  ///< of Flyway's version 1.2.3
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

/// 1.2.4 behind 1.2.3.
std::string next_of(std::vector<std::int64_t> parts) {
  ++parts.back();
  return fmt::format("{}", fmt::join(parts, "."));
}

std::string header(std::string_view digits, std::string_view title, const std::tm& now) {
  constexpr std::string_view kRule = "-- ================================================\n";
  return fmt::format(
      "{}-- Migration {}: {}\n-- Created: {:%Y-%m-%d}\n-- Purpose: {}\n-- Idempotency: NO\n"
      "-- Dependencies: None\n{}",
      kRule, digits, title, now, title, kRule);
}

constexpr std::string_view kUpBody = "\n-- The runtime opens and commits the transaction.\n\n";
constexpr std::string_view kDownBody = "\n-- What undoes it, in the reverse order.\n\n";
constexpr std::string_view kVerifyBody =
    "\n-- Queries that must each return true; they run before COMMIT.\n\n";

void create(const std::filesystem::path& path, std::string_view text) {
  if (std::filesystem::exists(path))
    throw UsageError(path.string() + ": exists already");
  write_if_different(path, text);
  fmt::print("{}\n", path.string());
}

}  // namespace

int run_new(const NewOptions& options) {
  const std::string words = file_words(options.name);
  if (words.empty())
    throw UsageError(fmt::format("`{}` makes no file name; use letters and digits", options.name));
  std::filesystem::create_directories(options.directory);
  const Style style = style_of(files_of(options.directory));
  const std::tm now = fmt::gmtime(std::time(nullptr));
  std::string digits = options.timestamp || style.is_timestamp
                           ? fmt::format("{:%Y%m%d%H%M%S}", now)
                           : fmt::format("{:0{}}", style.last_version + 1, style.width);
  if (style.is_timestamp && digits <= std::to_string(style.last_version))
    digits = std::to_string(style.last_version + 1);
  if (style.last_parts.size() > 1 && !options.timestamp)
    digits = next_of(style.last_parts);
  const std::string stem = (style.is_flyway ? "V" + digits + "__" : digits + "_") + words;
  const std::string up = header(digits, options.name, now) + std::string(kUpBody);

  if (style.is_folder) {
    std::filesystem::create_directory(options.directory / stem);
    create(options.directory / stem / "up.sql", up);
    if (options.down)
      create(options.directory / stem / "down.sql", kDownBody.substr(1));
    return kClean;
  }
  if (style.is_paired) {
    create(options.directory / (stem + ".up.sql"), up);
    if (options.down)
      create(options.directory / (stem + ".down.sql"), kDownBody.substr(1));
    if (options.verify)
      create(options.directory / (stem + ".verify.sql"), kVerifyBody.substr(1));
    return kClean;
  }
  std::string text = up;
  if (options.verify)
    text += "-- godwit:verify\n" + std::string(kVerifyBody.substr(1));
  if (options.down)
    text += "-- godwit:down\n" + std::string(kDownBody.substr(1));
  create(options.directory / (stem + ".sql"), text);
  return kClean;
}

}  // namespace godwit::codegen::commands
