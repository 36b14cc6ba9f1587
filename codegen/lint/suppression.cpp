// SPDX-License-Identifier: Apache-2.0
//
// How a comment finds its target: the first token behind it. Where a statement begins there, the
// whole statement is meant; inside a statement it is the element of the list that begins there: up
// to the next comma, or the closing parenthesis, of the same depth. Findings are then compared by
// position.
#include "lint/suppression.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "lint/registry.hpp"
#include "source/comments.hpp"
#include "source/words.hpp"
#include "sql/scan.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kOwn = "godwit:allow";
constexpr std::string_view kSquawk = "squawk-ignore";
constexpr std::string_view kAtlas = "atlas:nolint";
constexpr std::string_view kEverything = "*";

struct Alias {
  std::string_view theirs;
  std::string_view ours;
};

/// squawk's rules, https://squawkhq.com/docs/rules, and the class names and codes of Atlas,
/// https://atlasgo.io/lint/analyzers. One of theirs may be several of ours.
constexpr auto kAliases = std::to_array<Alias>({
    {"adding-field-with-default", "add-column-volatile-default"},
    {"adding-field-with-default", "add-column-generated-stored"},
    {"adding-foreign-key-constraint", "fk-without-not-valid"},
    {"adding-foreign-key-constraint", "add-column-fk"},
    {"adding-not-nullable-field", "set-not-null-scan"},
    {"adding-not-nullable-field", "add-required-column"},
    {"adding-required-field", "add-required-column"},
    {"adding-serial-primary-key-field", "primary-key-without-index"},
    {"adding-serial-primary-key-field", "add-column-serial"},
    {"ban-alter-domain-with-add-constraint", "alter-domain-constraint"},
    {"ban-char-field", "ban-char"},
    {"ban-concurrent-index-creation-in-transaction", "no-transaction-statement"},
    {"ban-create-domain-with-constraint", "create-domain-constraint"},
    {"ban-drop-column", "drop-column"},
    {"ban-drop-database", "drop-database"},
    {"ban-drop-not-null", "drop-not-null"},
    {"ban-drop-table", "drop-table"},
    {"ban-truncate-cascade", "truncate-cascade"},
    {"ban-uncommitted-transaction", "uncommitted-transaction"},
    {"changing-column-type", "alter-column-type"},
    {"constraint-missing-not-valid", "check-without-not-valid"},
    {"constraint-missing-not-valid", "fk-without-not-valid"},
    {"disallowed-unique-constraint", "unique-without-index"},
    {"prefer-big-int", "prefer-bigint"},
    {"prefer-bigint-over-int", "prefer-bigint"},
    {"prefer-bigint-over-smallint", "prefer-bigint"},
    {"prefer-identity", "prefer-identity"},
    {"prefer-robust-stmts", "robust-statement"},
    {"prefer-text-field", "prefer-text"},
    {"prefer-timestamp-tz", "prefer-timestamptz"},
    {"renaming-column", "rename-column"},
    {"renaming-table", "rename-table"},
    {"require-concurrent-index-creation", "require-concurrent-index"},
    {"require-concurrent-index-deletion", "require-concurrent-drop-index"},
    {"require-timeout-settings", "require-lock-timeout"},
    {"transaction-nesting", "transaction-nesting"},
    {"destructive", "drop-schema"},
    {"destructive", "drop-table"},
    {"destructive", "drop-column"},
    {"ds101", "drop-schema"},
    {"ds102", "drop-table"},
    {"ds103", "drop-column"},
    {"data_depend", "set-not-null-scan"},
    {"data_depend", "alter-column-type"},
    {"incompatible", "rename-table"},
    {"incompatible", "rename-column"},
    {"bc101", "rename-table"},
    {"bc102", "rename-column"},
    {"concurrent_index", "require-concurrent-index"},
    {"concurrent_index", "require-concurrent-drop-index"},
    {"concurrent_index", "no-transaction-statement"},
    {"pg101", "require-concurrent-index"},
    {"pg102", "require-concurrent-drop-index"},
    {"pg103", "no-transaction-statement"},
    {"pg104", "primary-key-without-index"},
    {"pg105", "unique-without-index"},
    {"pg301", "alter-column-type"},
    {"pg302", "add-column-volatile-default"},
    {"pg303", "set-not-null-scan"},
    {"pg304", "primary-key-nullable-column"},
    {"pg305", "check-without-not-valid"},
    {"pg306", "fk-without-not-valid"},
    {"pg307", "add-column-generated-stored"},
});

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

/// Splits at commas and blanks.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kSeparators = ", \t\r\n";
  std::size_t at = 0;
  while ((at = text.find_first_not_of(kSeparators, at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

Suppressions::Suppressions(const Section& section, const sql::Script& script,
                           Diagnostics& diagnostics)
    : section_(section) {
  const std::string_view text = section.text();
  const auto mentions = [](std::string_view part) {
    return part.find(kOwn) != std::string_view::npos ||
           part.find(kSquawk) != std::string_view::npos ||
           part.find(kAtlas) != std::string_view::npos;
  };
  if (!mentions(text))
    return;
  const auto read = [&](const Comment& comment, std::size_t base, Place target) {
    const std::string_view all = text.substr(base + comment.offset, comment.length);
    const std::string_view body = without_markers(all);
    const auto offset = static_cast<std::size_t>(body.data() - text.data());
    if (body.starts_with(kOwn))
      read_own(text, {offset, body.size()}, target, diagnostics);
    else
      read_foreign(body, offset, target);
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

void Suppressions::read_own(std::string_view text, Place inside, Place target,
                            Diagnostics& diagnostics) {
  const std::string_view body = text.substr(inside.offset, inside.length);
  const std::size_t open = body.find('(');
  const std::size_t close = body.find(')');
  const bool has_list = open != std::string_view::npos && close != std::string_view::npos &&
                        open < close && trim(body.substr(kOwn.size(), open - kOwn.size())).empty();
  const std::vector<std::string_view> names =
      has_list ? words_of(body.substr(open + 1, close - open - 1))
               : std::vector<std::string_view>();
  if (names.empty()) {
    diagnostics
        .error("unknown-rule", section_.file(), inside.offset, "godwit:allow names no rule",
               {"write the rule in parentheses and a reason behind them: "
                "-- godwit:allow(drop-table) empty since release 41"})
        .length = inside.length;
    return;
  }
  if (trim(body.substr(close + 1)).empty()) {
    diagnostics
        .error("allow-without-reason", section_.file(), inside.offset,
               "godwit:allow without a reason",
               {fmt::format("say why it is safe here: -- {} <reason>", body)})
        .length = inside.length;
  }
  for (const std::string_view name : names) {
    const Place place{static_cast<std::size_t>(name.data() - text.data()), name.size()};
    const RuleInfo* rule = find_rule(name);
    if (rule == nullptr) {
      const RuleInfo* meant = similar_rule(name);
      diagnostics
          .error("unknown-rule", section_.file(), place.offset,
                 fmt::format("there is no rule '{}'{}", name,
                             meant == nullptr ? std::string()
                                              : fmt::format(", did you mean '{}'?", meant->id)),
                 {"`godwit rules` lists them"})
          .length = place.length;
    } else if (rule->is_hard) {
      diagnostics
          .error("unknown-rule", section_.file(), place.offset,
                 fmt::format("'{}' cannot be allowed: {}", name, rule->summary),
                 {"remove the comment and put the finding right"})
          .length = place.length;
    } else {
      allows_.push_back({std::string(name), place, target, false, false});
    }
  }
}

void Suppressions::read_foreign(std::string_view comment, std::size_t offset, Place target) {
  std::string_view rest;
  if (comment.starts_with(kSquawk)) {
    rest = comment.substr(kSquawk.size());
    if (rest.starts_with("-file")) {
      rest.remove_prefix(std::string_view("-file").size());
      target = {0, section_.text().size()};
    }
  } else if (comment.starts_with(kAtlas)) {
    rest = comment.substr(kAtlas.size());
  } else {
    return;
  }
  const Place place{offset, comment.size()};
  if (trim(rest).empty())
    allows_.push_back({std::string(kEverything), place, target, true, false});
  for (const std::string_view word : words_of(rest)) {
    const std::string theirs = to_lower(word);
    if (find_rule(theirs) != nullptr)
      allows_.push_back({theirs, place, target, true, false});
    for (const Alias& alias : kAliases) {
      if (alias.theirs == theirs && alias.ours != theirs)
        allows_.push_back({std::string(alias.ours), place, target, true, false});
    }
  }
}

void Suppressions::apply(std::vector<Diagnostic>& findings) {
  if (allows_.empty())
    return;
  std::erase_if(findings, [&](const Diagnostic& finding) {
    const RuleInfo* rule = find_rule(finding.rule);
    if (rule == nullptr || rule->is_hard)
      return false;
    bool is_allowed = false;
    for (Allow& allow : allows_) {
      const bool is_inside = finding.offset >= allow.target.offset &&
                             finding.offset < allow.target.offset + allow.target.length;
      if (is_inside && (allow.rule == finding.rule || allow.rule == kEverything)) {
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
