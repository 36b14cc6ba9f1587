// SPDX-License-Identifier: Apache-2.0
//
// How a comment finds its target: the first token behind it. Where a statement begins there, the
// whole statement is meant; inside a statement it is the element of the list that begins there: up
// to the next comma, or the closing parenthesis, of the same depth. Findings are then compared by
// position.
#include "lint/suppression.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "lint/foreign_allow.hpp"
#include "lint/registry.hpp"
#include "source/comments.hpp"
#include "source/words.hpp"
#include "sql/scan.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kOwn = "godwit:allow";
constexpr std::string_view kOwnFileWide = "godwit:allow-file";

/// The element of a list that begins at `begin`, inside [begin, end).
Place element_at(std::string_view text, std::size_t begin, std::size_t end) {
  int depth = 0;
  std::size_t last = begin;
  for (const sql::Token& token : sql::scan(text, begin, end)) {
    if (sql::is_symbol(text, token, "(") || sql::is_symbol(text, token, "["))
      ++depth;
    else if (sql::is_symbol(text, token, ")") || sql::is_symbol(text, token, "]"))
      --depth;
    if (depth < 0 ||
        (depth == 0 && (sql::is_symbol(text, token, ",") || sql::is_symbol(text, token, ";"))))
      break;
    last = token.end();
  }
  return {begin, last - begin};
}

Place target_of(std::string_view text, const sql::Script& script, std::size_t behind) {
  const std::size_t begin = skip_blank(text, behind);
  for (const sql::Statement& statement : script.statements()) {
    const std::size_t end = statement.offset + statement.length;
    if (begin == statement.offset)
      return {statement.offset, statement.length};
    if (begin > statement.offset && begin < end)
      return element_at(text, begin, end);
  }
  return {begin, 0};
}

/// In a body, what a comment is about ends at the semicolon.
Place target_in_body(std::string_view text, std::size_t behind, std::size_t end) {
  const std::size_t begin = skip_blank(text.substr(0, end), behind);
  std::size_t last = begin;
  int depth = 0;
  for (const sql::Token& token : sql::scan(text, begin, end)) {
    if (sql::is_symbol(text, token, "("))
      ++depth;
    else if (sql::is_symbol(text, token, ")"))
      --depth;
    if (sql::is_symbol(text, token, ";") || depth < 0)
      break;
    last = token.end();
  }
  return {begin, last - begin};
}

std::string_view without_markers(std::string_view comment) {
  comment.remove_prefix(2);
  if (comment.ends_with("*/"))
    comment.remove_suffix(2);
  return trim(comment);
}

/// A rule that a comment of ours names, and where.
struct OwnRule {
  std::string rule;
  Place place;
};

/// The rules of `godwit:allow(rule, …) reason` or `godwit:allow-file(rule, …) reason`; what is
/// wrong with it is reported.
std::vector<OwnRule> read_own(const SourceFile& file, Place inside, Diagnostics& diagnostics) {
  const std::string_view text = file.text();
  const std::string_view body = text.substr(inside.offset, inside.length);
  const std::string_view keyword =
      starts_with_ignoring_case(body, kOwnFileWide) ? kOwnFileWide : kOwn;
  std::vector<OwnRule> rules;
  const std::size_t open = body.find('(');
  const std::size_t close = body.find(')');
  const bool has_list = open != std::string_view::npos && close != std::string_view::npos &&
                        open < close &&
                        trim(body.substr(keyword.size(), open - keyword.size())).empty();
  const std::vector<std::string_view> names =
      has_list ? words_of(body.substr(open + 1, close - open - 1))
               : std::vector<std::string_view>();
  if (names.empty()) {
    diagnostics
        .error("unknown-rule", file, inside.offset, fmt::format("{} names no rule", keyword),
               {"write the rule in parentheses and a reason behind them: "
                "-- godwit:allow(drop-table) empty since release 41"})
        .length = inside.length;
    return rules;
  }
  if (trim(body.substr(close + 1)).empty()) {
    diagnostics
        .error("allow-without-reason", file, inside.offset,
               fmt::format("{} without a reason", keyword),
               {fmt::format("say why it is safe here: -- {} <reason>", body)})
        .length = inside.length;
  }
  for (const std::string_view written : names) {
    const Place place{static_cast<std::size_t>(written.data() - text.data()), written.size()};
    const std::string name = to_lower(written);
    const RuleInfo* rule = find_rule(name);
    if (rule == nullptr) {
      const RuleInfo* meant = similar_rule(name);
      diagnostics
          .error("unknown-rule", file, place.offset,
                 fmt::format("there is no rule '{}'{}", name,
                             meant == nullptr ? std::string()
                                              : fmt::format(", did you mean '{}'?", meant->id)),
                 {"`godwit rules` lists them"})
          .length = place.length;
    } else if (rule->is_hard) {
      diagnostics
          .error("unknown-rule", file, place.offset,
                 fmt::format("'{}' cannot be allowed: {}", name, rule->summary),
                 {"remove the comment and put the finding right"})
          .length = place.length;
    } else {
      rules.push_back({name, place});
    }
  }
  return rules;
}

bool mentions_allow(std::string_view text) {
  constexpr std::string_view kBehindColon = "allow";
  for (std::size_t at = text.find(':'); at != std::string_view::npos; at = text.find(':', at + 1)) {
    if (starts_with_ignoring_case(text.substr(at + 1), kBehindColon) &&
        ends_with_ignoring_case(text.substr(0, at), "godwit"))
      return true;
  }
  return mentions_foreign_allow(text);
}

}  // namespace

void FileAllows::read(const SourceFile& file, Diagnostics& diagnostics) {
  if (!files_.insert(&file).second || !mentions_allow(file.text()))
    return;
  const std::string_view text = file.text();
  for (const Comment& comment : file.comments()) {
    const std::string_view body = without_markers(text.substr(comment.offset, comment.length));
    const auto offset = static_cast<std::size_t>(body.data() - text.data());
    const std::size_t end = comment.offset + comment.length;
    if (starts_with_ignoring_case(body, kOwnFileWide)) {
      for (const OwnRule& rule : read_own(file, {offset, body.size()}, diagnostics)) {
        if (rule.rule == "drop-database")
          diagnostics
              .error("unknown-rule", file, rule.place.offset,
                     "'drop-database' cannot be allowed for a whole file",
                     {"say it above the statement: -- godwit:allow(drop-database) <reason>"})
              .length = rule.place.length;
        else
          allows_.push_back({rule.rule, &file, rule.place, false, false});
      }
    } else if (const auto foreign = read_foreign_allow(body, text.substr(end));
               foreign && foreign->is_file_wide) {
      for (const std::string& rule : foreign->rules)
        allows_.push_back({rule, &file, {offset, body.size()}, true, false});
    }
  }
}

bool FileAllows::allows(const Diagnostic& finding) {
  bool is_allowed = false;
  for (Allow& allow : allows_) {
    const bool is_meant =
        allow.rule == finding.rule || (allow.rule == kEveryRule && finding.rule != "drop-database");
    if (allow.file == finding.file && is_meant) {
      allow.was_used = true;
      is_allowed = true;
    }
  }
  return is_allowed;
}

void FileAllows::report_unused(Diagnostics& diagnostics) const {
  for (const Allow& allow : allows_) {
    if (allow.was_used || allow.is_foreign)
      continue;
    diagnostics
        .add(Severity::kWarning, "unused-allow", *allow.file, allow.place.offset,
             fmt::format("nothing in this file breaks the rule '{}' that this comment allows",
                         allow.rule),
             {"remove it"})
        .length = allow.place.length;
  }
}

Suppressions::Suppressions(const Section& section, const sql::Script& script, FileAllows& file_wide,
                           Diagnostics& diagnostics)
    : section_(section), file_wide_(file_wide) {
  file_wide_.read(section.file(), diagnostics);
  const std::string_view text = section.text();
  const auto mentions = mentions_allow;
  if (!mentions(text))
    return;
  const auto read = [&](const Comment& comment, std::size_t base, Place target) {
    const std::string_view all = text.substr(base + comment.offset, comment.length);
    const std::string_view body = without_markers(all);
    const auto offset = static_cast<std::size_t>(body.data() - text.data());
    if (starts_with_ignoring_case(body, kOwnFileWide))
      return;
    if (starts_with_ignoring_case(body, kOwn)) {
      for (const OwnRule& rule : read_own(section_.file(), {offset, body.size()}, diagnostics))
        allows_.push_back({rule.rule, rule.place, target, false, false});
    } else if (const auto foreign =
                   read_foreign_allow(body, text.substr(base + comment.offset + comment.length));
               foreign && !foreign->is_file_wide) {
      for (const std::string& rule : foreign->rules)
        allows_.push_back({rule, {offset, body.size()}, target, true, false});
    }
  };
  for (const Comment& comment : find_comments(text))
    read(comment, 0, target_of(text, script, comment.offset + comment.length));
  // Comments inside DO blocks are text to find_comments().
  for (const sql::Statement& statement : script.statements()) {
    if (sql::as<PgQuery__DoStmt>(statement.node) == nullptr ||
        !mentions(text.substr(statement.offset, statement.length)))
      continue;
    for (const sql::Token& token :
         sql::scan(text, statement.offset, statement.offset + statement.length)) {
      if (token.kind != sql::TokenKind::kString)
        continue;
      const std::string_view raw = token.in(text);
      const std::size_t skipped = raw.starts_with('$') ? raw.find('$', 1) + 1 : 1;
      const std::size_t base = token.offset + skipped;
      for (const Comment& comment : find_comments(raw.substr(skipped)))
        read(comment, base,
             target_in_body(text, base + comment.offset + comment.length, token.end()));
    }
  }
}

void Suppressions::apply(std::vector<Diagnostic>& findings) {
  std::erase_if(findings, [&](const Diagnostic& finding) {
    const RuleInfo* rule = find_rule(finding.rule);
    if (rule == nullptr || rule->is_hard)
      return false;
    bool is_allowed = file_wide_.allows(finding);
    for (Allow& allow : allows_) {
      const bool is_inside = finding.file == &section_.file() &&
                             finding.offset >= allow.target.offset &&
                             finding.offset < allow.target.offset + allow.target.length;
      if (is_inside && (allow.rule == finding.rule || allow.rule == kEveryRule)) {
        allow.was_used = true;
        is_allowed = true;
      }
    }
    return is_allowed;
  });
}

void Suppressions::report_unused(Diagnostics& diagnostics) const {
  for (const Allow& allow : allows_) {
    if (allow.was_used || allow.is_foreign)
      continue;
    diagnostics
        .add(Severity::kWarning, "unused-allow", section_.file(), allow.place.offset,
             fmt::format("nothing here breaks the rule '{}' that this comment allows", allow.rule),
             {"remove it, or move it in front of the statement, column or command that it is "
              "about"})
        .length = allow.place.length;
  }
}

}  // namespace godwit::codegen::lint
