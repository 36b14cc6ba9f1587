// SPDX-License-Identifier: Apache-2.0
#include "lint/registry.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "lint/families.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::array kFamilies = {
    &kFileRules,        &kHeaderRules,      &kOrderRules,      &kSyntaxRules,
    &kSuppressionRules, &kTransactionRules, &kDestructiveRules, &kIndexRules,
    &kNullabilityRules, &kColumnTypeRules,  &kIdempotencyRules, &kDownRules,
};

/// How many letters have to be put in, left out or replaced to get from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const Family* const> families() {
  return kFamilies;
}

const std::vector<const RuleInfo*>& rules() {
  static const std::vector<const RuleInfo*> all = [] {
    std::vector<const RuleInfo*> list;
    for (const Family* family : kFamilies)
      for (const RuleInfo& rule : family->rules) list.push_back(&rule);
    std::sort(list.begin(), list.end(),
              [](const RuleInfo* a, const RuleInfo* b) { return a->id < b->id; });
    return list;
  }();
  return all;
}

const RuleInfo* find_rule(std::string_view id) {
  const auto& all = rules();
  const auto found =
      std::lower_bound(all.begin(), all.end(), id,
                       [](const RuleInfo* rule, std::string_view wanted) { return rule->id < wanted; });
  return found != all.end() && (*found)->id == id ? *found : nullptr;
}

const RuleInfo* similar_rule(std::string_view id) {
  const RuleInfo* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(2, id.size() / 3) + 1;
  for (const RuleInfo* rule : rules()) {
    const std::size_t distance = edit_distance(id, rule->id);
    if (distance < best_distance) {
      best = rule;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace godwit::codegen::lint
