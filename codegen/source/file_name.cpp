// SPDX-License-Identifier: Apache-2.0
#include "source/file_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "source/text_check.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kExtension = ".sql";
constexpr std::size_t kMostDigits = 18;  // what a bigint surely holds
constexpr std::size_t kPopDigits = 20;
constexpr std::string_view kSeparators = "_-. ";
constexpr std::string_view kNameless = "migration";

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!ends_with_ignoring_case(text, suffix))
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// Takes `2023-01-01-000000` from the front of `text`; dashes count only between digits.
std::string take_digits(std::string_view& text) {
  std::string digits;
  std::size_t i = 0;
  while (i < text.size()) {
    const bool is_joining_dash =
        text[i] == '-' && i > 0 && i + 1 < text.size() && is_ascii_digit(text[i + 1]);
    if (is_ascii_digit(text[i]))
      digits.push_back(text[i]);
    else if (!is_joining_dash)
      break;
    ++i;
  }
  text.remove_prefix(i);
  return digits;
}

/// The name goes into the lock file, a line each, and into the history table, in UTF-8.
bool is_storable(std::string_view name) {
  const auto is_control = [](char c) { return (c >= '\0' && c < ' ') || c == '\x7F'; };
  return !find_invalid_utf8(name) && std::none_of(name.begin(), name.end(), is_control);
}

std::int64_t number_of(std::string_view digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// Pop writes a timestamp of 14 digits and a counter of six: the number of `20150100000001000002`
/// is 201501000000010002.
std::string number_digits(const std::string& digits) {
  constexpr std::size_t kTimestampDigits = 14;
  const bool is_pops =
      digits.size() == kPopDigits && digits.compare(kTimestampDigits, 2, "00") == 0;
  return is_pops ? digits.substr(0, kTimestampDigits) + digits.substr(kTimestampDigits + 2)
                 : digits;
}

/// `007_name`, `007-name`, `007.name`, `007 name`, or `007` alone: what stands behind the version,
/// '\0' for the last.
std::optional<char> read_version(std::string_view rest, FileName& into) {
  into.digits = take_digits(rest);
  const std::string number = number_digits(into.digits);
  if (number.empty() || number.size() > kMostDigits)
    return std::nullopt;
  into.version = number_of(number);
  into.name = kNameless;
  if (rest.empty())
    return '\0';
  const bool is_dotted = rest.front() == '.' && rest.size() > 1 && is_ascii_digit(rest[1]);
  if (kSeparators.find(rest.front()) == std::string_view::npos || is_dotted || rest.size() == 1)
    return std::nullopt;
  into.name = rest.substr(1);
  return is_storable(into.name) ? std::optional(rest.front()) : std::nullopt;
}

/// postgrator's `007.do.name` and `007.undo.name`, where `name` may be left out.
void take_postgrator_part(FileName& into) {
  const std::string word = into.name.substr(0, into.name.find('.'));
  if (word != "do" && word != "undo")
    return;
  into.style = NameStyle::kPaired;
  into.part = word == "do" ? SectionKind::kUp : SectionKind::kDown;
  into.name.erase(0, word.size() + 1);
  if (into.name.empty())
    into.name = kNameless;
}

/// db-migrate's `007-name-up` and `007-name-down`.
void take_db_migrate_part(FileName& into) {
  std::string_view name = into.name;
  const bool is_down = take_suffix(name, "-down");
  if ((!is_down && !take_suffix(name, "-up")) || name.empty())
    return;
  into.style = NameStyle::kPaired;
  into.part = is_down ? SectionKind::kDown : SectionKind::kUp;
  into.name = std::string(name);
}

/// `00.05.01_name`: as written, its order by name is that by number only among others with as many
/// digits in each part.
bool read_dotted_version(std::string_view rest, FileName& into) {
  while (true) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0 || digits > kMostDigits || digits == rest.size())
      return false;
    into.digits += (into.digits.empty() ? "" : ".") + std::string(rest.substr(0, digits));
    into.parts.push_back(number_of(rest.substr(0, digits)));
    const char separator = rest[digits];
    rest.remove_prefix(digits + 1);
    if (separator == '_')
      break;
    if (separator != '.')
      return false;
  }
  into.name = rest;
  into.version = into.parts.front();
  return into.parts.size() > 1 && !rest.empty() && is_storable(rest);
}

/// `.name` behind a version: a dot that no further number follows.
bool has_one_dot(std::string_view rest) {
  return rest.size() > 1 && rest.front() == '.' && !is_ascii_digit(rest[1]) &&
         kSeparators.find(rest[1]) == std::string_view::npos;
}

/// `1.2.3__name`, or `1_2_3__name`, which Flyway takes for the same, or `1.2.3.name`.
bool read_flyway_version(std::string_view rest, FileName& into) {
  while (true) {
    const std::string digits = take_digits(rest);
    if (digits.empty() || digits.size() > kMostDigits)
      return false;
    into.digits += (into.digits.empty() ? "" : ".") + digits;
    into.parts.push_back(number_of(digits));
    into.has_one_dot = !into.is_baseline && has_one_dot(rest);
    if (rest.starts_with("__") || into.has_one_dot || rest.size() < 2 ||
        (rest.front() != '.' && rest.front() != '_'))
      break;
    rest.remove_prefix(1);
  }
  const std::string_view separator = into.has_one_dot ? "." : "__";
  if (!rest.starts_with(separator) || rest.size() == separator.size())
    return false;
  into.name = rest.substr(separator.size());
  into.version = into.parts.front();
  return is_storable(into.name);
}

/// How wide the parts of a dotted version are, from the left. The widths of one form add up to 18,
/// and new versions of a project go on to fit the form that its old ones fit.
using Form = std::array<std::size_t, 6>;
constexpr std::array<Form, 9> kForms{{{6, 4, 4, 4, 0, 0},    // 1.2.3.4
                                      {8, 6, 4, 0, 0, 0},    // 20231201.120000.1
                                      {14, 4, 0, 0, 0, 0},   // 20231201120000.1
                                      {4, 14, 0, 0, 0, 0},   // 1.20231201120000
                                      {2, 2, 14, 0, 0, 0},   // 1.2.20231201120000
                                      {4, 8, 6, 0, 0, 0},    // 1.20231201.1
                                      {2, 2, 8, 6, 0, 0},    // 1.2.20231201.1
                                      {4, 4, 4, 3, 3, 0},    // 1.2.2023.12.1
                                      {4, 3, 3, 3, 3, 2}}};  // 2023.12.1.12.30.59

std::int64_t power_of_ten(std::size_t digits) {
  std::int64_t power = 1;
  for (std::size_t i = 0; i < digits; ++i) power *= 10;
  return power;
}

bool fits(std::span<const std::int64_t> parts, const Form& form) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_trailing_zero = parts[i] == 0 && i >= form.size();
    if (!is_trailing_zero && (i >= form.size() || parts[i] >= power_of_ten(form[i])))
      return false;
  }
  return true;
}

std::int64_t encoded(std::span<const std::int64_t> parts, const Form& form) {
  std::int64_t version = 0;
  for (std::size_t i = 0; i < form.size(); ++i)
    version = version * power_of_ten(form[i]) + (i < parts.size() ? parts[i] : 0);
  return version;
}

}  // namespace

std::optional<FileName> parse_file_name(std::string_view file_name) {
  std::string_view rest = file_name;
  if (!take_suffix(rest, kExtension) || !is_storable(rest))
    return std::nullopt;
  FileName parsed;
  constexpr std::string_view kRepeatable = "R__";
  if (rest.starts_with(kRepeatable)) {
    parsed.style = NameStyle::kFlyway;
    parsed.is_repeatable = true;
    parsed.name = rest.substr(kRepeatable.size());
    return parsed.name.empty() ? std::nullopt : std::optional(std::move(parsed));
  }
  if (rest.starts_with('V') || rest.starts_with('U') || rest.starts_with('B')) {
    parsed.style = NameStyle::kFlyway;
    parsed.part = rest.front() == 'U' ? SectionKind::kDown : SectionKind::kUp;
    parsed.is_baseline = rest.front() == 'B';
    rest.remove_prefix(1);
    return read_flyway_version(rest, parsed) ? std::optional(std::move(parsed)) : std::nullopt;
  }
  bool is_paired = true;
  if (take_suffix(rest, ".down") || take_suffix(rest, ".rollback"))
    parsed.part = SectionKind::kDown;
  else if (take_suffix(rest, ".verify"))
    parsed.part = SectionKind::kVerify;
  else
    is_paired = take_suffix(rest, ".up");
  FileName dotted = parsed;
  if (read_dotted_version(rest, dotted)) {
    dotted.style = is_paired ? NameStyle::kPaired : NameStyle::kPlain;
    return dotted;
  }
  const std::optional<char> separator = read_version(rest, parsed);
  if (!separator)
    return std::nullopt;
  if (is_paired)
    parsed.style = NameStyle::kPaired;
  else if (*separator == '.')
    take_postgrator_part(parsed);
  else if (*separator == '-')
    take_db_migrate_part(parsed);
  return parsed;
}

std::optional<FileName> parse_file_path(const std::filesystem::path& path) {
  const std::string file_name = path.filename().string();
  const bool is_up =
      equals_ignoring_case(file_name, "up.sql") || equals_ignoring_case(file_name, "migration.sql");
  if (!is_up && !equals_ignoring_case(file_name, "down.sql"))
    return parse_file_name(file_name);
  FileName parsed;
  parsed.style = NameStyle::kFolder;
  parsed.part = is_up ? SectionKind::kUp : SectionKind::kDown;
  const std::string folder = path.parent_path().filename().string();
  return read_version(folder, parsed) == '_' ? std::optional(std::move(parsed)) : std::nullopt;
}

bool is_migration_folder(std::string_view name) {
  FileName ignored;
  return read_version(name, ignored) == '_';
}

std::string explain_file_name(std::string_view file_name) {
  std::string_view rest = file_name;
  if (!take_suffix(rest, kExtension))
    return "a migration's name ends in .sql";
  if (!is_storable(rest))
    return "a migration's name is UTF-8 without control characters";
  if (rest.starts_with('V') && rest.size() > 1 && is_ascii_digit(rest[1]))
    rest.remove_prefix(1);
  const std::string digits = take_digits(rest);
  if (digits.size() > kMostDigits)
    return "a version has at most 18 digits, and this one has " + std::to_string(digits.size());
  const std::size_t word = rest.find_first_not_of("_-. ");
  const std::string name(word == std::string_view::npos ? "what_it_does" : rest.substr(word));
  return "a name that is understood is " + (digits.empty() ? "001" : digits) + "_" + name + ".sql";
}

std::string_view flyway_kind(std::string_view file_name) {
  if (!take_suffix(file_name, kExtension))
    return {};
  // https://documentation.red-gate.com/flyway/reference/callback-events
  constexpr std::array<std::string_view, 24> kCallbacks{"beforeMigrate",
                                                        "beforeRepeatables",
                                                        "beforeEachMigrate",
                                                        "beforeEachMigrateStatement",
                                                        "afterEachMigrateStatement",
                                                        "afterEachMigrate",
                                                        "afterMigrate",
                                                        "afterMigrateApplied",
                                                        "afterVersioned",
                                                        "afterMigrateError",
                                                        "beforeUndo",
                                                        "beforeEachUndo",
                                                        "afterEachUndo",
                                                        "afterUndo",
                                                        "beforeClean",
                                                        "afterClean",
                                                        "beforeValidate",
                                                        "afterValidate",
                                                        "beforeBaseline",
                                                        "afterBaseline",
                                                        "beforeConnect",
                                                        "afterConnect",
                                                        "beforeRepair",
                                                        "afterRepair"};
  const std::string_view event = file_name.substr(0, file_name.find("__"));
  const bool is_callback =
      std::find(kCallbacks.begin(), kCallbacks.end(), event) != kCallbacks.end();
  return is_callback ? "a callback" : std::string_view();
}

std::string version_shape(const FileName& name) {
  std::string shape;
  std::size_t width = 0;
  for (const char c : name.digits + '.') {
    if (c != '.') {
      ++width;
      continue;
    }
    shape += (shape.empty() ? "" : ".") + std::to_string(width);
    width = 0;
  }
  return shape;
}

bool encode_versions(const std::vector<FileName*>& names) {
  const bool has_dots = std::any_of(names.begin(), names.end(),
                                    [](const FileName* name) { return name->parts.size() > 1; });
  if (!has_dots)
    return true;
  const auto form = std::find_if(kForms.begin(), kForms.end(), [&](const Form& candidate) {
    return std::all_of(names.begin(), names.end(),
                       [&](const FileName* name) { return fits(name->parts, candidate); });
  });
  if (form == kForms.end())
    return false;
  for (FileName* name : names) name->version = encoded(name->parts, *form);
  return true;
}

}  // namespace godwit::codegen
