// SPDX-License-Identifier: Apache-2.0
#include "lint/foreign_allow.hpp"

#include <algorithm>
#include <array>

#include "lint/registry.hpp"
#include "source/words.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kSquawk = "squawk-ignore";
constexpr std::string_view kAtlas = "atlas:nolint";
constexpr std::string_view kEugene = "eugene";
constexpr std::array<std::string_view, 2> kLanguageServer{"pgt-ignore", "pgls-ignore"};

struct Alias {
  std::string_view theirs;
  std::string_view ours;
};

/// squawk's rules, https://squawkhq.com/docs/rules; the class names and codes of Atlas,
/// https://atlasgo.io/lint/analyzers; the hints of eugene, https://kaveland.no/eugene. One of
/// theirs may be several of ours. The Postgres Language Server has squawk's rules under camel-case
/// names.
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
    {"ban-concurrent-index-creation-in-transaction", "non-transactional-multi-statement"},
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
    {"prefer-robust-stmts", "claims-idempotent"},
    {"prefer-text-field", "prefer-text"},
    {"prefer-timestamp-tz", "prefer-timestamptz"},
    {"renaming-column", "rename-column"},
    {"renaming-table", "rename-table"},
    {"require-concurrent-index-creation", "require-concurrent-index"},
    {"require-concurrent-index-deletion", "require-concurrent-drop-index"},
    {"require-concurrent-partition-detach", "require-concurrent-detach"},
    {"require-concurrent-partition-attach", "attach-partition-scan"},
    {"require-concurrent-refresh-materialized-view", "require-concurrent-refresh"},
    {"require-enum-value-ordering", "enum-value-order"},
    {"require-table-schema", "require-schema-qualified"},
    {"require-timeout-settings", "require-lock-timeout"},
    {"require-timeout-settings", "require-statement-timeout"},
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
    {"e1", "check-without-not-valid"},
    {"e1", "fk-without-not-valid"},
    {"e2", "set-not-null-scan"},
    {"e3", "prefer-jsonb"},
    {"e4", "statement-after-exclusive-lock"},
    {"e4", "multi-table-lock"},
    {"e5", "alter-column-type"},
    {"e6", "require-concurrent-index"},
    {"e7", "unique-without-index"},
    {"e8", "exclusion-constraint"},
    {"e9", "require-lock-timeout"},
    {"e10", "add-column-volatile-default"},
    {"e10", "alter-column-type"},
    {"e10", "set-persistence"},
    {"e11", "add-column-serial"},
    {"e11", "add-column-identity"},
    {"e11", "add-column-generated-stored"},
    {"w12", "combine-alter-table"},
    {"w13", "prefer-lookup-over-enum"},
    {"w14", "primary-key-nullable-column"},
    {"e15", "fk-without-index"},
});

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Nothing more of the word: a blank, a colon, or the end.
bool is_word_end(std::string_view rest) {
  return rest.empty() || is_blank(rest.front()) || rest.front() == '\n' || rest.front() == ':';
}

void add_rule(std::string_view word, ForeignAllow& allow) {
  const std::string theirs = to_lower(word);
  if (find_rule(theirs) != nullptr)
    allow.rules.push_back(theirs);
  for (const Alias& alias : kAliases) {
    if (alias.theirs == theirs && alias.ours != theirs)
      allow.rules.emplace_back(alias.ours);
  }
}

ForeignAllow allow_of(std::string_view list) {
  ForeignAllow allow;
  if (trim(list).empty())
    allow.rules.emplace_back(kEveryRule);
  for (const std::string_view word : words_of(list)) add_rule(word, allow);
  return allow;
}

/// `banDropTable` as squawk calls it: ban-drop-table.
std::string kebab_of(std::string_view camel) {
  std::string kebab;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z')
      kebab += '-';
    kebab += c;
  }
  return to_lower(kebab);
}

/// `lint/safety/banDropTable: reason`; a category or a group alone means all of its rules.
ForeignAllow allow_of_specifier(std::string_view text) {
  ForeignAllow allow;
  text = trim(text);
  const std::string_view specifier = text.substr(0, text.find_first_of(": \t"));
  const std::size_t last = specifier.rfind('/');
  const bool is_rule = std::count(specifier.begin(), specifier.end(), '/') >= 2;
  if (is_rule)
    add_rule(kebab_of(specifier.substr(last + 1)), allow);
  else if (specifier.empty() || specifier.starts_with("lint"))
    allow.rules.emplace_back(kEveryRule);
  return allow;
}

/// Atlas takes a comment at the top for the file's when a blank line parts it from what follows.
bool is_followed_by_blank_line(std::string_view behind) {
  std::size_t breaks = 0;
  for (const char c : behind) {
    if (c == '\n')
      ++breaks;
    else if (!is_blank(c))
      break;
  }
  return breaks > 1;
}

bool begins_foreign_allow(std::string_view text) noexcept {
  return text.starts_with(kSquawk) || text.starts_with(kAtlas) || text.starts_with(kEugene) ||
         std::any_of(kLanguageServer.begin(), kLanguageServer.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

}  // namespace

bool mentions_foreign_allow(std::string_view text) noexcept {
  // They stand at the beginning of a comment.
  const auto any_behind = [&](char mark, char second) {
    for (std::size_t at = text.find(mark); at != std::string_view::npos;
         at = text.find(mark, at + 1)) {
      if (at + 1 >= text.size() || text[at + 1] != second)
        continue;
      const std::size_t body = text.find_first_not_of(" \t\r\n\f\v", at + 2);
      if (body != std::string_view::npos && begins_foreign_allow(text.substr(body)))
        return true;
    }
    return false;
  };
  return any_behind('-', '-') || any_behind('/', '*');
}

std::optional<ForeignAllow> read_foreign_allow(std::string_view comment, std::string_view behind) {
  std::string_view rest = comment;
  if (take(rest, kSquawk)) {
    const bool is_file_wide = take(rest, "-file");
    ForeignAllow allow = allow_of(rest);
    allow.is_file_wide = is_file_wide;
    return allow;
  }
  if (take(rest, kAtlas)) {
    ForeignAllow allow = allow_of(rest);
    allow.is_file_wide = is_followed_by_blank_line(behind);
    return allow;
  }
  if (take(rest, kEugene) && is_word_end(rest)) {
    take(rest, ":");
    rest = trim(rest);
    if (!take(rest, "ignore"))
      return std::nullopt;
    take(rest, ":");
    return allow_of(rest);
  }
  for (const std::string_view prefix : kLanguageServer) {
    if (!take(rest, prefix))
      continue;
    const bool is_file_wide = take(rest, "-all");
    if (!is_word_end(rest))
      return std::nullopt;
    ForeignAllow allow = allow_of_specifier(rest);
    allow.is_file_wide = is_file_wide;
    return allow;
  }
  return std::nullopt;
}

}  // namespace godwit::codegen::lint
