// SPDX-License-Identifier: Apache-2.0
#include "source/file_name.hpp"

#include <algorithm>
#include <charconv>

#include "source/text_check.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kExtension = ".sql";
constexpr std::size_t kMostDigits = 18;  // what a bigint surely holds

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix))
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
        text[i] == '-' && i > 0 && i + 1 < text.size() && is_digit(text[i + 1]);
    if (is_digit(text[i]))
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

}  // namespace

std::optional<FileName> parse_file_name(std::string_view file_name) {
  std::string_view rest = file_name;
  if (!take_suffix(rest, kExtension) || !is_storable(rest))
    return std::nullopt;
  FileName parsed;
  std::string_view separator = "_";
  if (rest.starts_with('V') || rest.starts_with('U')) {
    parsed.part = rest.front() == 'U' ? SectionKind::kDown : SectionKind::kUp;
    rest.remove_prefix(1);
    separator = "__";
  } else if (take_suffix(rest, ".down")) {
    parsed.part = SectionKind::kDown;
  } else if (take_suffix(rest, ".verify")) {
    parsed.part = SectionKind::kVerify;
  } else {
    take_suffix(rest, ".up");
  }
  parsed.digits = take_digits(rest);
  if (parsed.digits.empty() || parsed.digits.size() > kMostDigits || !rest.starts_with(separator) ||
      rest.size() == separator.size())
    return std::nullopt;
  parsed.name = rest.substr(separator.size());
  const char* end = parsed.digits.data() + parsed.digits.size();
  std::from_chars(parsed.digits.data(), end, parsed.version);
  return parsed;
}

std::string explain_file_name(std::string_view file_name) {
  std::string_view rest = file_name;
  if (!take_suffix(rest, kExtension))
    return "a migration's name ends in .sql";
  if (!is_storable(rest))
    return "a migration's name is UTF-8 without control characters";
  if (rest.starts_with('V') && rest.size() > 1 && is_digit(rest[1]))
    rest.remove_prefix(1);
  const std::string digits = take_digits(rest);
  if (digits.size() > kMostDigits)
    return "a version has at most 18 digits, and this one has " + std::to_string(digits.size());
  const std::size_t word = rest.find_first_not_of("_-. ");
  const std::string name(word == std::string_view::npos ? "what_it_does" : rest.substr(word));
  return "a name that is understood is " + (digits.empty() ? "001" : digits) + "_" + name + ".sql";
}

}  // namespace godwit::codegen
