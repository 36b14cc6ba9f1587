// SPDX-License-Identifier: Apache-2.0
//
// Every line is cut into names, commas, brackets and remarks, with one state for all of them. A
// line below belongs to the list where something is open (a bracket, a remark, a comma), where the
// key has no value yet, or where nothing but a further item stands on it. What the list cannot mean
// is a problem and never dropped: a dependency that is not seen is a migration in the wrong place.
#include "source/dependency_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kBullet = "\xE2\x80\xA2";  // •

bool is_comma(char c) {
  return c == ',' || c == ';';
}

bool ends_name(char c) {
  return is_comma(c) || c == '[' || c == ']' || c == '(' || c == ')' || c == '"' || c == '\'' ||
         is_blank(c);
}

bool is_none(std::string_view word) {
  return equals_ignoring_case(word, "none") || equals_ignoring_case(word, "null") ||
         equals_ignoring_case(word, "n/a");
}

/// `7`, `007_crm`, `V7`, `#7`: what begins with a version.
bool begins_with_version(std::string_view text) {
  if (!text.empty() && (text.front() == '#' || text.front() == 'V' || text.front() == 'v'))
    text.remove_prefix(1);
  return !text.empty() && is_ascii_digit(text.front());
}

std::string_view name_at(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), ends_name);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string_view without_full_stop(std::string_view name) {
  while (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

/// Takes `- ` from the front of a line; false where there is none.
bool take_bullet(std::string_view& line) {
  for (const std::string_view bullet : {std::string_view("-"), std::string_view("*"), kBullet}) {
    if (line.starts_with(bullet) && line.size() > bullet.size() && is_blank(line[bullet.size()])) {
      line = trim_left(line.substr(bullet.size()));
      return true;
    }
  }
  return false;
}

/// `10, 12`, `, 12 (CRM)`: nothing else than items, each with a version.
bool is_nothing_but_items(std::string_view line) {
  bool has_version = false;
  while (!line.empty()) {
    if (is_blank(line.front()) || is_comma(line.front())) {
      line.remove_prefix(1);
    } else if (line.front() == '(' && has_version) {
      const std::size_t close = line.find(')');
      line.remove_prefix(close == std::string_view::npos ? line.size() : close + 1);
    } else {
      const std::string_view name = name_at(line);
      constexpr std::size_t kTimestampLength = 14;  // shorter with dashes is a date
      const bool may_have_dashes = name.size() >= kTimestampLength;
      const auto is_of_version = [&](char c) {
        return is_ascii_digit(c) || c == '.' || (may_have_dashes && c == '-');
      };
      std::string_view digits = name;
      if (begins_with_version(name) && !is_ascii_digit(name.front()))
        digits.remove_prefix(1);
      if (name.empty() || !std::all_of(digits.begin(), digits.end(), is_of_version) ||
          !begins_with_version(name))
        return false;
      has_version = true;
      line.remove_prefix(name.size());
    }
  }
  return has_version;
}

/// `-----`, `=====`: the end of a header's box.
bool is_ruler(std::string_view line) {
  constexpr std::string_view kOfLists = "[](),;\"'";
  return std::none_of(line.begin(), line.end(), [&](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || kOfLists.find(c) != std::string_view::npos;
  });
}

class ListReader {
 public:
  explicit ListReader(std::string_view key) : key_(key) {}

  DependencyList read(std::string_view value, std::span<const std::string_view> following,
                      const std::function<bool(std::string_view)>& is_key);

 private:
  enum class Last { kNothing, kComma, kOpen, kName, kClosed };

  bool is_open() const { return !brackets_.empty() || !remark_.empty(); }
  void read_line(std::string_view line);
  void skip_remark(std::string_view& line);
  bool read_mark(std::string_view& line);
  void read_name(std::string_view name, std::string_view behind);
  void add(std::string_view text);
  void check_end();
  void problem(std::string_view at, std::string message, std::string note) {
    list_.problems.push_back({at, std::move(message), std::move(note)});
  }

  std::string_view key_;
  DependencyList list_;
  std::vector<std::string_view> brackets_;  // those that are open
  std::string_view remark_;                 // the parenthesis that is open
  std::size_t remark_depth_ = 0;
  Last last_ = Last::kNothing;
  std::string_view comma_;
  std::optional<std::string_view> none_;
  bool is_said_ = false;  // None, or an empty list
  bool is_over_ = false;  // the rest is a remark on None
};

DependencyList ListReader::read(std::string_view value, std::span<const std::string_view> following,
                                const std::function<bool(std::string_view)>& is_key) {
  read_line(value);
  bool has_bullets = false;
  for (const std::string_view line : following) {
    std::string_view item = line;
    const bool is_bullet = take_bullet(item);
    const bool goes_on = is_open() || last_ == Last::kComma;
    const bool is_missing = last_ == Last::kNothing;
    if (is_over_ || is_key(line) || is_key(item) || (!line.empty() && is_ruler(line)))
      break;
    const bool is_ours =
        goes_on || (!is_missing && is_nothing_but_items(item)) || (has_bullets && is_bullet) ||
        (is_missing && !line.empty() && (is_bullet || looks_like_dependencies(line)));
    if (!is_ours)
      break;
    has_bullets = has_bullets || is_bullet;
    read_line(item);
    ++list_.lines;
  }
  check_end();
  return std::move(list_);
}

void ListReader::read_line(std::string_view line) {
  while (!line.empty() && !is_over_) {
    if (!remark_.empty()) {
      skip_remark(line);
    } else if (is_blank(line.front()) || line.front() == '"' || line.front() == '\'') {
      line.remove_prefix(1);
    } else if (!read_mark(line)) {
      const std::string_view name = name_at(line);
      line.remove_prefix(name.size());
      read_name(name, line);
    }
  }
}

void ListReader::skip_remark(std::string_view& line) {
  while (!line.empty() && remark_depth_ > 0) {
    remark_depth_ += line.front() == '(' ? 1U : 0U;
    remark_depth_ -= line.front() == ')' ? 1U : 0U;
    line.remove_prefix(1);
  }
  if (remark_depth_ == 0)
    remark_ = {};
}

/// A comma, a bracket or a parenthesis at the front of `line`.
bool ListReader::read_mark(std::string_view& line) {
  const std::string_view mark = line.substr(0, 1);
  const char c = mark.front();
  const bool is_after_item = last_ == Last::kName || last_ == Last::kClosed;
  if (is_comma(c)) {
    if (!is_after_item)
      problem(mark, "a comma with no dependency before it", "write a version there: `7, 10`");
    last_ = Last::kComma;
    comma_ = mark;
  } else if (c == '[' || (c == '(' && !is_after_item && looks_like_dependencies(line))) {
    brackets_.push_back(mark);
    last_ = Last::kOpen;
  } else if (c == ']' || (c == ')' && !brackets_.empty() && brackets_.back() == "(")) {
    const bool is_pair = !brackets_.empty() && (brackets_.back() == "[") == (c == ']');
    if (!is_pair)
      problem(mark, "`" + std::string(mark) + "` closes nothing", "write `[7, 10]`, or `7, 10`");
    else
      brackets_.pop_back();
    if (last_ == Last::kComma)
      problem(comma_, "nothing behind this comma", "remove it, or write the version that is meant");
    is_said_ = is_said_ || last_ == Last::kOpen;
    last_ = Last::kClosed;
  } else if (c == '(') {
    remark_ = mark;
    remark_depth_ = 1;
  } else if (c == ')') {
    problem(mark, "`)` closes nothing", "write `(7, 10)`, or `7, 10`");
  } else {
    return false;
  }
  line.remove_prefix(1);
  return true;
}

void ListReader::read_name(std::string_view name, std::string_view behind) {
  name = without_full_stop(name);
  while (name.starts_with('#')) name.remove_prefix(1);
  const bool is_filler = name.empty() || equals_ignoring_case(name, "and") ||
                         equals_ignoring_case(name, "migration") ||
                         equals_ignoring_case(name, "migrations");
  if (is_filler)
    return;
  if (name == "-") {  // "nothing", as people fill in forms
    is_said_ = true;
    if (last_ == Last::kNothing)
      last_ = Last::kName;
    return;
  }
  if (!is_none(name)) {
    last_ = Last::kName;
    add(name);
    return;
  }
  none_ = name;
  is_said_ = true;
  last_ = Last::kName;
  // `None (first migration)`, `none - see the wiki`: what follows is a remark, but for an item.
  const std::string_view rest = trim_left(behind);
  const bool has_more = !rest.empty() && (is_comma(rest.front()) || begins_with_version(rest));
  if (brackets_.empty() && !has_more)
    is_over_ = true;
}

void ListReader::add(std::string_view text) {
  DependencyName name;
  name.text = text;
  std::string_view rest = text;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && colon > 0) {
    name.set = text.substr(0, colon);
    rest = text.substr(colon + 1);
  }
  std::string digits(rest);
  if (rest.size() > 1 && (rest.front() == 'V' || rest.front() == 'v'))
    digits.erase(0, 1);
  std::erase(digits, '-');
  std::int64_t version = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, version);
  if (!digits.empty() && is_ascii_digit(digits.front()) && error == std::errc() && stop == end)
    name.version = version;
  if (!name.set.empty() && !name.version) {
    problem(text, "`" + std::string(text) + "` is not a dependency on another set",
            "write the set's name, a colon and a version: `billing:12`");
    return;
  }
  list_.names.push_back(std::move(name));
  list_.places.push_back(text);
}

void ListReader::check_end() {
  if (!remark_.empty())
    problem(remark_, "this parenthesis is not closed", "close it: `7 (CRM), 10`");
  for (const std::string_view bracket : brackets_)
    problem(bracket, "this bracket is not closed", "close it: `[7, 10]`");
  if (last_ == Last::kComma)
    problem(comma_, "nothing behind this comma", "remove it, or write the version that is meant");
  if (none_ && !list_.places.empty())
    problem(*none_, "`" + std::string(*none_) + "` beside " + std::string(list_.places.front()),
            "write None alone, or the versions alone");
  if (list_.names.empty() && !is_said_ && list_.problems.empty())
    problem(key_, "`" + std::string(key_) + "` names nothing",
            "write the versions, `Dependencies: 7, 10`, or `Dependencies: None`");
}

}  // namespace

bool looks_like_dependencies(std::string_view text) {
  text = trim_left(text);
  while (!text.empty() && (text.front() == '[' || text.front() == '(' || text.front() == '"' ||
                           text.front() == '\'' || is_blank(text.front()))) {
    if (text.front() == '[')
      return true;
    text.remove_prefix(1);
  }
  return begins_with_version(text) || is_none(without_full_stop(name_at(text)));
}

DependencyList read_dependency_list(std::string_view key, std::string_view value,
                                    std::span<const std::string_view> following,
                                    const std::function<bool(std::string_view)>& is_key) {
  return ListReader(key).read(value, following, is_key);
}

}  // namespace godwit::codegen
