// SPDX-License-Identifier: Apache-2.0
//
// How it works. The rules about columns begin their messages with the column, "orders.user_id is
// …", so that the table is what stands before the last dot.
#include "lint/repeated_findings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace godwit::codegen::lint {
namespace {

constexpr std::size_t kMaxListed = 8;

bool is_about_columns(std::string_view rule) {
  constexpr auto kRules = std::to_array<std::string_view>(
      {"prefer-text", "ban-char", "prefer-timestamptz", "ban-timetz", "ban-money", "prefer-bigint",
       "prefer-identity", "prefer-jsonb"});
  return std::find(kRules.begin(), kRules.end(), rule) != kRules.end();
}

/// "orders" and "user_id" of "orders.user_id is …".
std::pair<std::string_view, std::string_view> subject_of(std::string_view message) {
  const std::string_view subject = message.substr(0, message.find(" is "));
  const std::size_t dot = subject.rfind('.');
  if (dot == std::string_view::npos)
    return {subject, subject};
  return {subject.substr(0, dot), subject.substr(dot + 1)};
}

}  // namespace

void say_once_a_table(std::vector<Diagnostic>& findings) {
  using Key = std::pair<std::string_view, std::string>;
  std::map<Key, std::vector<std::size_t>> repeated;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (is_about_columns(findings[i].rule))
      repeated[{findings[i].rule, std::string(subject_of(findings[i].message).first)}].push_back(i);
  }
  std::vector<bool> is_left_out(findings.size());
  for (const auto& [key, indices] : repeated) {
    if (indices.size() < 2)
      continue;
    std::string columns;
    for (std::size_t k = 1; k < indices.size(); ++k) {
      is_left_out[indices[k]] = true;
      if (k <= kMaxListed)
        columns += fmt::format("{}{}", k == 1 ? "" : ", ",
                               subject_of(findings[indices[k]].message).second);
    }
    if (indices.size() > kMaxListed + 1)
      columns += ", …";
    findings[indices.front()].notes.push_back(
        fmt::format("the same of {} more column{} of {}: {}", indices.size() - 1,
                    indices.size() == 2 ? "" : "s", key.second, columns));
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (is_left_out[i])
      continue;
    if (kept != i)
      findings[kept] = std::move(findings[i]);
    ++kept;
  }
  findings.erase(findings.begin() + static_cast<std::ptrdiff_t>(kept), findings.end());
}

}  // namespace godwit::codegen::lint
