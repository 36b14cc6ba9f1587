// SPDX-License-Identifier: Apache-2.0
//
// From the words of a list to a condition that the server works out.
#include "schema_patterns.hpp"

#include <algorithm>

namespace godwit::detail {
namespace {

constexpr std::string_view kServersOwn[] = {"pg_", "information_schema"};

bool is_servers_own(std::string_view name) {
  return name.substr(0, kServersOwn[0].size()) == kServersOwn[0] || name == kServersOwn[1];
}

[[noreturn]] void refuse(std::string message, std::string hint) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  throw Error(ErrorKind::kUsage, std::move(detail));
}

std::string_view trimmed_word(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  return text;
}

// Up to a comma that no backslash stands before.
std::string_view take_word(std::string_view& list) {
  std::size_t end = 0;
  while (end < list.size() && list[end] != ',') {
    end += list[end] == '\\' && end + 1 < list.size() ? 2 : 1;
  }
  const std::string_view word = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  return trimmed_word(word);
}

}  // namespace

SchemaPatterns::SchemaPatterns(std::string_view list) {
  while (!list.empty()) {
    const std::string_view text = take_word(list);
    if (text.empty()) {
      continue;
    }
    Word word{std::string(text), {{}}};
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        word.parts.emplace_back();
        continue;
      }
      i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
      word.parts.back() += text[i];
    }
    words_.push_back(std::move(word));
  }
  if (words_.empty()) {
    refuse("the list of schemas is empty", "write names and patterns: --schemas='tenant_%,trial'");
  }
}

std::string SchemaPatterns::condition(const Connection& connection, std::string_view name,
                                      std::string_view kept) const {
  std::string names;
  std::string patterns;
  for (const Word& word : words_) {
    if (word.parts.size() == 1) {
      names += compose(
          "{}{}", names.empty() ? "" : ", ",
          connection.literal(is_servers_own(word.parts[0]) ? std::string() : word.parts[0]));
      continue;
    }
    std::string pattern;
    for (std::size_t i = 0; i < word.parts.size(); ++i) {
      pattern += i == 0 ? "" : "%";
      for (const char c : word.parts[i]) {
        pattern += c == '%' || c == '_' || c == '\\' ? "\\" : "";
        pattern += c;
      }
    }
    patterns += compose("{}{}", patterns.empty() ? "" : ", ", connection.literal(pattern));
  }
  std::string sql = "(";
  if (!names.empty()) {
    sql += compose("{} OPERATOR(pg_catalog.=) ANY (ARRAY[{}])", name, names);
  }
  if (!patterns.empty()) {
    sql += compose(
        "{0}({1} OPERATOR(pg_catalog.~~) ANY (ARRAY[{2}]) AND {1} OPERATOR(pg_catalog.<>) ALL "
        "(ARRAY['public', 'information_schema', {3}]) AND NOT pg_catalog.starts_with({1}, 'pg_'))",
        names.empty() ? "" : " OR ", name, patterns, connection.literal(kept));
  }
  return sql + ")";
}

bool SchemaPatterns::matches(const Word& word, std::string_view name) {
  const std::vector<std::string>& parts = word.parts;
  if (parts.size() == 1) {
    return parts[0] == name;
  }
  const std::string& first = parts.front();
  const std::string& last = parts.back();
  if (name.size() < first.size() + last.size() || name.substr(0, first.size()) != first ||
      name.substr(name.size() - last.size()) != last) {
    return false;
  }
  name.remove_prefix(first.size());
  name.remove_suffix(last.size());
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const std::size_t at = name.find(parts[i]);
    if (at == std::string_view::npos) {
      return false;
    }
    name.remove_prefix(at + parts[i].size());
  }
  return true;
}

std::vector<std::string> SchemaPatterns::unmatched(const std::vector<std::string>& names) const {
  std::vector<std::string> without;
  for (const Word& word : words_) {
    const bool is_there = std::any_of(names.begin(), names.end(),
                                      [&](const std::string& name) { return matches(word, name); });
    if (is_there) {
      continue;
    }
    if (word.parts.size() > 1) {
      without.push_back(word.text);
    } else if (is_servers_own(word.parts[0])) {
      refuse(
          compose("\"{}\" cannot be the schema of a tenant: it is the server's own", word.parts[0]),
          {});
    } else {
      refuse(compose("there is no schema \"{}\"", word.parts[0]),
             "a name stands for one schema, % for any text: --schemas='tenant_%'");
    }
  }
  return without;
}

}  // namespace godwit::detail
