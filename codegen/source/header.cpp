// SPDX-License-Identifier: Apache-2.0
//
// The header is the run of comments at the top of the file. Each line is looked at by itself:
// `Key: value` with a known key is read by that key's reader, a key that is nearly a known one is
// reported, and everything else is prose. Only dependencies may go on in the lines below.
#include "source/header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "source/code_key.hpp"
#include "source/dependency_list.hpp"
#include "source/lexer.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kInvalidValue = "invalid-header-value";
constexpr std::size_t kLongestKey = 24;

/// One `Key: value` line; views into the file.
struct Line {
  std::string_view key;
  std::string_view number;  ///< of `Migration 010:`, else empty
  std::string_view value;
};

class HeaderReader {
 public:
  HeaderReader(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  Header read();

 private:
  using Reader = void (HeaderReader::*)(const Line&);
  struct Key {
    std::string_view name;
    Reader reader;
  };
  static const std::array<Key, 22> kKeys;

  void collect_lines();
  void read_line(std::string_view comment);
  bool read_near_dependencies(std::string_view comment);
  static const Key* find_key(const Line& line);
  static bool is_key_line(std::string_view comment);
  void report_unknown_key(std::string_view key);
  void invalid(std::string_view at, std::string message, std::string note);
  std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - file_.text().data());
  }

  void read_migration(const Line& line);
  void read_description(const Line& line) { set_once(header_.description, line.value); }
  void read_purpose(const Line& line) { set_once(header_.purpose, line.value); }
  void read_created(const Line& line) { set_once(header_.created, line.value); }
  void read_author(const Line& line) { set_once(header_.author, line.value); }
  void read_idempotency(const Line& line);
  void read_dependencies(const Line& line);
  void read_transaction(const Line& line);
  void read_code(const Line& line) { read_function(line, header_.code); }
  void read_code_down(const Line& line) { read_function(line, header_.code_down); }
  void read_lock_timeout(const Line& line) { read_timeout(line, header_.lock_timeout_ms); }
  void read_statement_timeout(const Line& line) {
    read_timeout(line, header_.statement_timeout_ms);
  }
  void read_set(const Line& line);
  void read_phase(const Line& line);
  void read_breaking(const Line& line);
  void read_irreversible(const Line& line);
  void read_tag(const Line& line);
  void read_alias(const Line& line);
  void read_syntax(const Line& line);
  void read_accept_checksum(const Line& line);
  void read_replaces(const Line& line);
  void read_seed(const Line& line);

  void read_timeout(const Line& line, std::optional<std::int32_t>& into);
  void read_function(const Line& line, std::optional<HeaderCode>& into);
  std::optional<bool> yes_or_no(const Line& line);
  static void set_once(std::string& into, std::string_view value) {
    if (into.empty())
      into = value;
  }

  const SourceFile& file_;
  Diagnostics& diagnostics_;
  Header header_;
  std::vector<std::string_view> lines_;  // of comment, without their marks
  std::size_t next_ = 0;                 // of lines_
};

constexpr std::array<std::string_view, 22> kKeyNames{
    "Migration",   "Description",  "Purpose",         "Created",      "Author",
    "Idempotency", "Dependencies", "Transaction",     "Lock-Timeout", "Statement-Timeout",
    "Set",         "Phase",        "Breaking",        "Irreversible", "Tag",
    "Alias",       "Syntax",       "Accept-Checksum", "Replaces",     "Seed",
    "Code",        "Code-Down"};

const std::array<HeaderReader::Key, 22> HeaderReader::kKeys{{
    {kKeyNames[0], &HeaderReader::read_migration},
    {kKeyNames[1], &HeaderReader::read_description},
    {kKeyNames[2], &HeaderReader::read_purpose},
    {kKeyNames[3], &HeaderReader::read_created},
    {kKeyNames[4], &HeaderReader::read_author},
    {kKeyNames[5], &HeaderReader::read_idempotency},
    {kKeyNames[6], &HeaderReader::read_dependencies},
    {kKeyNames[7], &HeaderReader::read_transaction},
    {kKeyNames[8], &HeaderReader::read_lock_timeout},
    {kKeyNames[9], &HeaderReader::read_statement_timeout},
    {kKeyNames[10], &HeaderReader::read_set},
    {kKeyNames[11], &HeaderReader::read_phase},
    {kKeyNames[12], &HeaderReader::read_breaking},
    {kKeyNames[13], &HeaderReader::read_irreversible},
    {kKeyNames[14], &HeaderReader::read_tag},
    {kKeyNames[15], &HeaderReader::read_alias},
    {kKeyNames[16], &HeaderReader::read_syntax},
    {kKeyNames[17], &HeaderReader::read_accept_checksum},
    {kKeyNames[18], &HeaderReader::read_replaces},
    {kKeyNames[19], &HeaderReader::read_seed},
    {kKeyNames[20], &HeaderReader::read_code},
    {kKeyNames[21], &HeaderReader::read_code_down},
}};

// Words that people write for a key of ours and that no spelling distance would find.
struct Synonym {
  std::string_view word;
  std::string_view key;
};
constexpr std::array<Synonym, 6> kSynonyms{{{"depends", "Dependencies"},
                                            {"depends-on", "Dependencies"},
                                            {"dependency", "Dependencies"},
                                            {"requires", "Dependencies"},
                                            {"idempotent", "Idempotency"},
                                            {"transactional", "Transaction"}}};

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end)
    return std::nullopt;
  return value;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_ascii_digit);
}

/// The word at the front of `text`, ended by a blank or punctuation.
std::string_view first_word(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) {
    return !is_ascii_letter(c) && !is_ascii_digit(c) && c != '_' && c != '-' && c != '.' &&
           c != '/';
  });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// `Key: value` or `Migration 010: value`; empty for prose.
std::optional<Line> split_line(std::string_view comment) {
  const std::size_t colon = comment.find(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  Line line;
  line.key = trim(comment.substr(0, colon));
  line.value = trim(comment.substr(colon + 1));
  const auto is_digit_or_dash = [](char c) { return is_ascii_digit(c) || c == '-'; };
  std::size_t number = line.key.size();
  while (number > 0 && is_digit_or_dash(line.key[number - 1])) --number;
  if (number < line.key.size() && number > 0 && is_blank(line.key[number - 1])) {
    line.number = line.key.substr(number);
    line.key = trim(line.key.substr(0, number));
  }
  const bool is_key =
      !line.key.empty() && line.key.size() <= kLongestKey && is_ascii_letter(line.key.front()) &&
      std::all_of(line.key.begin(), line.key.end(),
                  [](char c) { return is_ascii_letter(c) || c == '-' || c == ' ' || c == '_'; });
  return is_key ? std::optional(line) : std::nullopt;
}

/// "lock timeout" and "Lock_Timeout" as "lock-timeout".
std::string normal_key(std::string_view key) {
  std::string normal = to_lower(key);
  std::replace_if(
      normal.begin(), normal.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
  return normal;
}

/// The lines of a block comment, each without the stars at its front.
void split_block(std::string_view comment, std::vector<std::string_view>& lines) {
  comment.remove_prefix(2);
  if (comment.ends_with("*/"))
    comment.remove_suffix(2);
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    std::string_view line = trim(comment.substr(0, end));
    comment.remove_prefix(std::min(end + 1, comment.size()));
    // ` * - 7` is an item of a list in a comment with stars, `* 7` one in a comment without.
    if (line.starts_with('*') && !looks_like_dependencies(line.substr(1))) {
      while (line.starts_with('*') && !line.starts_with("**")) line.remove_prefix(1);
      line = trim(line);
    }
    lines.push_back(line);
  }
}

void HeaderReader::collect_lines() {
  const std::string_view text = file_.text();
  Lexer lexer(text);
  for (Token token = lexer.next();; token = lexer.next()) {
    const std::string_view comment = lexer.text(token);
    if (token.kind == TokenKind::kBlockComment) {
      split_block(comment, lines_);
      continue;
    }
    if (token.kind != TokenKind::kLineComment)
      return;
    const std::string_view line = trim(comment.substr(2));
    if (!starts_with_ignoring_case(line, "godwit:"))
      lines_.push_back(line);
    else if (!equals_ignoring_case(line, "godwit:up"))
      return;
  }
}

Header HeaderReader::read() {
  collect_lines();
  while (next_ < lines_.size()) read_line(lines_[next_++]);
  return std::move(header_);
}

const HeaderReader::Key* HeaderReader::find_key(const Line& line) {
  const std::string key = normal_key(line.key);
  const auto known = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& candidate) {
    return equals_ignoring_case(candidate.name, key);
  });
  return known == kKeys.end() ? nullptr : &*known;
}

bool HeaderReader::is_key_line(std::string_view comment) {
  const std::optional<Line> line = split_line(comment);
  return line && find_key(*line) != nullptr;
}

void HeaderReader::read_line(std::string_view comment) {
  const std::optional<Line> line = split_line(comment);
  const Key* known = line ? find_key(*line) : nullptr;
  if (known == nullptr) {
    if (!read_near_dependencies(comment) && line)
      report_unknown_key(line->key);
    return;
  }
  const bool is_migration = known->reader == &HeaderReader::read_migration;
  if (!line->number.empty() && !is_migration)
    return;  // "Phase 2: …" is prose
  header_.is_present = true;
  (this->*known->reader)(*line);
}

/// `@Dependencies: 7`, `**Dependencies:** 7`, `- Dependencies = 7`: read where what follows is a
/// list of versions. A list without a colon may be a sentence, so that it is only reported.
bool HeaderReader::read_near_dependencies(std::string_view comment) {
  constexpr std::string_view kKey = "Dependencies";
  std::string_view rest = comment;
  while (!rest.empty() && !is_ascii_letter(rest.front()) && !is_ascii_digit(rest.front()))
    rest.remove_prefix(1);
  if (!starts_with_ignoring_case(rest, kKey))
    return false;
  const std::string_view key = rest.substr(0, kKey.size());
  rest = trim_left(rest.substr(kKey.size()));
  if (rest.starts_with('(') && rest.find("):") != std::string_view::npos)  // a remark on the key
    rest.remove_prefix(rest.find("):") + 1);
  const auto is_of_value = [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '[' || c == '(' || c == '#' || c == '"';
  };
  const auto value = std::find_if(rest.begin(), rest.end(), is_of_value);
  const std::string_view marks = rest.substr(0, static_cast<std::size_t>(value - rest.begin()));
  rest.remove_prefix(marks.size());
  constexpr std::string_view kFullWidthColon = "\xEF\xBC\x9A";
  const bool has_colon = marks.find_first_of(":=") != std::string_view::npos ||
                         marks.find(kFullWidthColon) != std::string_view::npos;
  const bool is_list = looks_like_dependencies(rest);
  if (has_colon && (is_list || rest.empty())) {
    header_.is_present = true;
    read_dependencies({key, {}, rest});
    return true;
  }
  const bool is_word = static_cast<std::size_t>(rest.data() - key.data()) > key.size();
  if (!is_word || (!has_colon && !is_list))
    return false;
  diagnostics_
      .add(
          Severity::kWarning, "unknown-header-key", file_, offset_of(key),
          "not read as a header's line, did you mean `-- Dependencies: " + std::string(rest) + "`?",
          {"as it stands the line is a comment and has no effect"})
      .length = key.size();
  return true;
}

void HeaderReader::report_unknown_key(std::string_view key) {
  // Short words are near to too many others ("See:" is not a misspelt "Set:").
  constexpr std::size_t kShortestMisspelling = 5;
  if (key.size() < kShortestMisspelling)
    return;
  const std::string normal = normal_key(key);
  std::vector<std::string_view> candidates;
  for (const std::string_view name : kKeyNames) {
    if (name.size() >= kShortestMisspelling)
      candidates.push_back(name);
  }
  std::optional<std::string_view> meant;
  const auto synonym = std::find_if(kSynonyms.begin(), kSynonyms.end(),
                                    [&](const Synonym& s) { return s.word == normal; });
  if (synonym != kSynonyms.end())
    meant = synonym->key;
  else if (const auto near = closest(normal, candidates);
           near && edit_distance(normal, to_lower(*near)) <= (near->size() >= 8 ? 2U : 1U))
    meant = near;
  if (!meant)
    return;
  diagnostics_
      .add(Severity::kWarning, "unknown-header-key", file_, offset_of(key),
           "unknown header key `" + std::string(key) + "`, did you mean `" + std::string(*meant) +
               "`?",
           {"as it stands the line is a comment and has no effect"})
      .length = key.size();
}

void HeaderReader::invalid(std::string_view at, std::string message, std::string note) {
  diagnostics_.error(kInvalidValue, file_, offset_of(at), std::move(message), {std::move(note)})
      .length = at.size();
}

void HeaderReader::read_migration(const Line& line) {
  const std::string_view number = !line.number.empty() ? line.number : line.value;
  // `2024-01-05` is a date; only a whole timestamp is a version with dashes in it.
  constexpr std::size_t kTimestampDigits = 14;
  std::string digits(number);
  std::erase(digits, '-');
  const bool is_date = digits.size() < number.size() && digits.size() < kTimestampDigits;
  if (all_digits(digits) && !is_date && !header_.number) {
    header_.number = parse_integer(digits);
    header_.number_offset = offset_of(number);
    if (!header_.number)
      invalid(number, "`" + std::string(number) + "` is not a version",
              "a version has 1 to 18 digits");
  }
  if (!line.number.empty() || !all_digits(digits))
    set_once(header_.description, line.value);
}

std::optional<bool> HeaderReader::yes_or_no(const Line& line) {
  const std::string_view word = first_word(line.value);
  if (equals_ignoring_case(word, "yes") || equals_ignoring_case(word, "true"))
    return true;
  if (equals_ignoring_case(word, "no") || equals_ignoring_case(word, "false"))
    return false;
  invalid(
      line.value.empty() ? line.key : line.value,
      "`" + std::string(line.key) + "` is YES or NO, not `" + std::string(line.value) + "`",
      "write `-- " + std::string(line.key) + ": YES` or `-- " + std::string(line.key) + ": NO`");
  return std::nullopt;
}

void HeaderReader::read_idempotency(const Line& line) {
  if (const auto value = yes_or_no(line)) {
    header_.idempotency = *value;
    header_.idempotency_offset = offset_of(line.key);
  }
}

void HeaderReader::read_breaking(const Line& line) {
  if (const auto value = yes_or_no(line))
    header_.is_breaking = *value;
}

void HeaderReader::read_dependencies(const Line& line) {
  header_.declares_dependencies = true;
  std::string_view value = line.value;
  if (value.starts_with(':'))  // as in `Dependencies:: 7`
    value = trim_left(value.substr(1));
  DependencyList list =
      read_dependency_list(line.key, value, std::span(lines_).subspan(next_), &is_key_line);
  next_ += list.lines;
  for (DependencyProblem& problem : list.problems)
    invalid(problem.at, std::move(problem.message), std::move(problem.note));
  for (std::size_t i = 0; i < list.names.size(); ++i) {
    list.names[i].offset = offset_of(list.places[i]);
    header_.dependencies.push_back(std::move(list.names[i]));
  }
}

void HeaderReader::read_transaction(const Line& line) {
  const std::string_view word = first_word(line.value);
  for (const std::string_view off : {"none", "no", "off", "false"}) {
    if (equals_ignoring_case(word, off))
      header_.transaction = false;
  }
  for (const std::string_view on : {"yes", "on", "true", "always", "auto"}) {
    if (equals_ignoring_case(word, on))
      header_.transaction = true;
  }
  header_.transaction_offset = offset_of(line.key);
  if (!header_.transaction)
    invalid(
        line.value.empty() ? line.key : line.value,
        "`Transaction` is `none` or `yes`, not `" + std::string(line.value) + "`",
        "write `-- Transaction: none` for statements that cannot run in a transaction, and leave "
        "the line out otherwise");
}

void HeaderReader::read_timeout(const Line& line, std::optional<std::int32_t>& into) {
  struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
  };
  static constexpr std::array<Unit, 6> kUnits{
      {{"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  const auto unit_begin = std::find_if_not(line.value.begin(), line.value.end(), is_ascii_digit);
  const auto digits = static_cast<std::size_t>(unit_begin - line.value.begin());
  const auto amount = parse_integer(line.value.substr(0, digits));
  const std::string_view unit = trim(line.value.substr(digits));
  const auto known = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) {
    return equals_ignoring_case(u.name, unit);
  });
  const bool fits = amount && known != kUnits.end() &&
                    *amount <= std::numeric_limits<std::int32_t>::max() / known->milliseconds;
  if (!fits) {
    invalid(line.value.empty() ? line.key : line.value,
            "`" + std::string(line.value) + "` is not a time",
            "write a whole number and ms, s, min or h: `" + std::string(line.key) + ": 5s`");
    return;
  }
  into = static_cast<std::int32_t>(*amount * known->milliseconds);
}

void HeaderReader::read_function(const Line& line, std::optional<HeaderCode>& into) {
  const std::string why = why_no_function(line.value);
  if (!why.empty()) {
    invalid(line.value.empty() ? line.key : line.value,
            line.value.empty() ? "`" + std::string(line.key) + "` names no function"
                               : "`" + std::string(line.value) + "` " + why,
            "write the name of one function, without its namespace, which is that of the set: `" +
                std::string(line.key) + ": backfill_addresses`");
    return;
  }
  into = HeaderCode{std::string(line.value), offset_of(line.value)};
}

void HeaderReader::read_set(const Line& line) {
  const std::size_t equals = line.value.find('=');
  const std::string_view name = trim(line.value.substr(0, std::min(equals, line.value.size())));
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '.';
  });
  if (equals == std::string_view::npos || !is_name) {
    invalid(line.value.empty() ? line.key : line.value,
            "`" + std::string(line.value) + "` is not a setting",
            "write one setting a line: `Set: work_mem=256MB`");
    return;
  }
  std::string_view value = trim(line.value.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'')
    value = value.substr(1, value.size() - 2);
  header_.settings.push_back({std::string(name), std::string(value)});
}

void HeaderReader::read_phase(const Line& line) {
  header_.phase_offset = offset_of(line.key);
  if (equals_ignoring_case(line.value, "expand"))
    header_.phase = Phase::kExpand;
  else if (equals_ignoring_case(line.value, "contract"))
    header_.phase = Phase::kContract;
  else
    invalid(line.value.empty() ? line.key : line.value,
            "`Phase` is expand or contract, not `" + std::string(line.value) + "`",
            "expand adds what the new release needs, contract removes what the old one needed");
}

void HeaderReader::read_irreversible(const Line& line) {
  if (line.value.empty())
    invalid(line.key, "`Irreversible` needs a reason",
            "write why nothing can undo it: `Irreversible: the column's data is gone`");
  set_once(header_.irreversible, line.value);
}

void HeaderReader::read_tag(const Line& line) {
  // `@v1` is how a target spells it.
  set_once(header_.tag, line.value.starts_with('@') ? line.value.substr(1) : line.value);
  header_.tag_offset = offset_of(line.value.empty() ? line.key : line.value);
}

void HeaderReader::read_alias(const Line& line) {
  std::string_view rest = line.value;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    if (const std::string_view alias = trim(rest.substr(0, end)); !alias.empty())
      header_.aliases.emplace_back(alias);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void HeaderReader::read_syntax(const Line& line) {
  const std::string_view word = first_word(line.value);
  const std::string_view reason = trim(line.value.substr(word.size()));
  if (!equals_ignoring_case(word, "unchecked") || reason.empty()) {
    invalid(
        line.value.empty() ? line.key : line.value, "`Syntax` is `unchecked` and a reason",
        "write what this grammar does not know: `Syntax: unchecked MERGE … RETURNING is of 17`");
    return;
  }
  header_.unchecked = std::string(reason);
}

void HeaderReader::read_accept_checksum(const Line& line) {
  std::string_view rest = line.value;
  while (!rest.empty()) {
    const auto end =
        std::find_if(rest.begin(), rest.end(), [](char c) { return c == ',' || is_blank(c); });
    const std::string_view checksum = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    const bool is_hex =
        checksum.size() == 64 && std::all_of(checksum.begin(), checksum.end(), [](char c) {
          return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        });
    if (is_hex)
      header_.accepted_checksums.push_back(to_lower(checksum));
    else if (!checksum.empty())
      invalid(checksum, "`" + std::string(checksum) + "` is not a checksum",
              "a checksum is the 64 hex digits that sha256sum prints");
    rest.remove_prefix(std::min(checksum.size() + 1, rest.size()));
  }
}

/// `1-120`, `1..120`, `1 to 120`; also `[1-5, 7]`. Empty for what is neither a version nor a range.
std::optional<ReplacedRange> parse_range(std::string_view text) {
  const auto digits_end = std::find_if_not(text.begin(), text.end(), is_ascii_digit);
  const auto first_size = static_cast<std::size_t>(digits_end - text.begin());
  constexpr std::size_t kMostDigits = 18;
  const auto first = parse_integer(text.substr(0, first_size));
  std::string_view rest = trim(text.substr(first_size));
  if (!first || first_size > kMostDigits)
    return std::nullopt;
  if (rest.empty())
    return ReplacedRange{*first, *first};
  for (const std::string_view mark : {"-", "..", "\xE2\x80\x93", "to "}) {
    if (!rest.starts_with(mark))
      continue;
    rest = trim(rest.substr(mark.size()));
    const auto last = parse_integer(rest);
    if (last && all_digits(rest) && rest.size() <= kMostDigits && *last >= *first)
      return ReplacedRange{*first, *last};
  }
  return std::nullopt;
}

void HeaderReader::read_replaces(const Line& line) {
  std::string_view rest = line.value;
  if (rest.starts_with('[') && rest.ends_with(']'))
    rest = rest.substr(1, rest.size() - 2);
  if (trim(rest).empty())
    invalid(line.key, "`Replaces` names no migration",
            "write the versions that this one stands for: `Replaces: 1-120` or `Replaces: 1, 7-9`");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view item = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (item.empty())
      continue;
    auto range = parse_range(item);
    if (!range) {
      invalid(item, "`" + std::string(item) + "` is neither a version nor a range of versions",
              "write `Replaces: 1-120` or `Replaces: 1, 7-9`, the smaller version first");
      continue;
    }
    range->offset = offset_of(item);
    range->length = item.size();
    header_.replaces.push_back(*range);
  }
}

void HeaderReader::read_seed(const Line& line) {
  header_.seed = line.value;
  header_.seed_offset = offset_of(line.value.empty() ? line.key : line.value);
  if (line.value.empty())
    invalid(line.key, "`Seed` names no mode", "write reference, sample, full or one of your own");
}

}  // namespace

std::span<const std::string_view> header_keys() {
  return kKeyNames;
}

Header read_header(const SourceFile& file, Diagnostics& diagnostics) {
  return HeaderReader(file, diagnostics).read();
}

}  // namespace godwit::codegen
