// SPDX-License-Identifier: Apache-2.0
//
// A near miss is two words, the first within two letters of `godwit` and the second a section's,
// with nothing but marks before, between and behind them. Words that follow make it prose, unless a
// colon joins the two, as it does in no sentence. What other tools write is looked at more
// narrowly: `migrate` and `goose` are words of their own, so only the section may be misspelt.
#include "source/near_directive.hpp"

#include <algorithm>
#include <array>

#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kName = "godwit";
constexpr std::size_t kMostWrong = 2;  // letters of it
constexpr std::array<std::string_view, 4> kSections{"up", "down", "verify", "require"};

bool is_word(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c);
}

/// Takes the bytes that are no letter or digit from the front of `text`.
std::string_view take_marks(std::string_view& text) {
  const auto end = std::find_if(text.begin(), text.end(), is_word);
  const std::string_view marks = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(marks.size());
  return marks;
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_word);
  const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}

/// The section that `word` names, with one letter wrong at most where it has four or more.
std::optional<std::string_view> section_near(std::string_view word) {
  const std::string lower = to_lower(word);
  for (const std::string_view section : kSections) {
    if (lower == section || (section.size() >= 4 && edit_distance(lower, section) <= 1))
      return section;
  }
  return std::nullopt;
}

std::size_t distance_to_name(std::string_view word) {
  if (word.size() + kMostWrong < kName.size() || word.size() > kName.size() + kMostWrong)
    return std::string_view::npos;
  return edit_distance(to_lower(word), kName);
}

bool is_quote(char c) {
  return c == '`' || c == '\'' || c == '"' || c == '(';
}

/// The words of a comment's first line, as far as they are looked at.
struct Words {
  std::string_view before;  // marks
  std::string_view first;
  std::string_view between;  // marks
  std::string_view second;
  std::string_view rest;
  bool is_alone;  // nothing but marks behind the second
};

Words split_words(std::string_view comment) {
  Words words{};
  std::string_view rest = comment.substr(0, comment.find('\n'));
  words.before = take_marks(rest);
  words.first = take_word(rest);
  words.between = take_marks(rest);
  words.second = take_word(rest);
  words.rest = rest;
  words.is_alone = std::none_of(rest.begin(), rest.end(), is_word);
  return words;
}

std::optional<std::string> meant_for_godwit(Words words) {
  // `godwitdown`
  if (words.between.empty() && starts_with_ignoring_case(words.first, kName) &&
      words.first.size() > kName.size()) {
    words.second = words.first.substr(kName.size());
    words.first = words.first.substr(0, kName.size());
  }
  const bool is_quoted = std::any_of(words.before.begin(), words.before.end(), is_quote);
  const bool is_joined = words.between == ":" && !is_quoted;
  if (!words.is_alone && !is_joined)
    return std::nullopt;
  if (distance_to_name(words.first) > kMostWrong)
    return std::nullopt;
  const auto section = section_near(words.second);
  if (!section)
    return std::nullopt;
  return "-- godwit:" + std::string(*section);
}

/// `-- migrate: down`, `-- migrate:dwon`, `-- +migrate Dwon`; goose's are read as its own.
std::optional<std::string> meant_for_other(const Words& words) {
  if (!equals_ignoring_case(words.first, "migrate"))
    return std::nullopt;
  const bool is_dbmate = trim(words.between) == ":";
  const bool is_sql_migrate = words.before.ends_with('+') && trim(words.between).empty();
  const auto section = section_near(words.second);
  const bool is_known = section && (*section == "up" || *section == "down");
  if (!is_known || (!is_dbmate && !is_sql_migrate) || (!words.is_alone && words.between != ":"))
    return std::nullopt;
  if (is_dbmate)
    return "-- migrate:" + std::string(*section);
  return std::string("-- +migrate ") + (*section == "up" ? "Up" : "Down");
}

/// Whether a line comment is read as a directive as it stands.
bool is_directive(std::string_view comment, const std::string& meant) {
  const std::string_view text = trim(comment.substr(2));
  const std::string_view wanted = std::string_view(meant).substr(3);
  return starts_with_ignoring_case(text, wanted) &&
         (text.size() == wanted.size() || !is_word(text[wanted.size()]));
}

}  // namespace

std::optional<NearDirective> near_directive(std::string_view comment) {
  const Words words = split_words(comment);
  auto meant = meant_for_godwit(words);
  if (!meant)
    meant = meant_for_other(words);
  if (!meant || (comment.starts_with("--") && is_directive(comment, *meant)))
    return std::nullopt;
  const auto begin = static_cast<std::size_t>(words.first.data() - comment.data());
  const auto end = static_cast<std::size_t>(words.rest.data() - comment.data());
  return NearDirective{std::move(*meant), begin, end - begin};
}

bool may_have_near_directives(std::string_view sql) {
  constexpr std::size_t kLongest = 200;  // so that one line with many marks takes no square of time
  for (const std::string_view mark : {"--", "/*"}) {
    for (std::size_t at = sql.find(mark); at != std::string_view::npos; at = sql.find(mark, at)) {
      if (near_directive(sql.substr(at, kLongest)))
        return true;
      at = std::min(sql.find_first_not_of('-', at + mark.size()), sql.size());
    }
  }
  return false;
}

}  // namespace godwit::codegen
