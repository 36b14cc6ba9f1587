// SPDX-License-Identifier: Apache-2.0
#include "lint/registry.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "lint/families.hpp"
#include "source/words.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::array kFamilies = {
    &kFileRules,        &kHeaderRules,
    &kOrderRules,       &kSyntaxRules,
    &kSuppressionRules, &kTransactionRules,
    &kDestructiveRules, &kCompatibilityRules,
    &kIndexRules,       &kPartitionRules,
    &kConstraintRules,  &kAddColumnRules,
    &kRewriteRules,     &kLockRules,
    &kNullabilityRules, &kColumnTypeRules,
    &kIdempotencyRules, &kDownRules,
    &kHeldLockRules,    &kTimeoutRules,
    &kUncommittedRules, &kDuplicateColumnRules,
    &kHistoryRules,     &kColumnStyleRules,
    &kTableStyleRules,  &kNameRules,
    &kSecurityRules,    &kSessionRules,
    &kExistenceRules,   &kDuplicateRules,
    &kDependentRules,   &kKeyRules,
    &kFinalRules,       &kPendingRules,
    &kPhaseRules,       &kSeedRules,
    &kBatchRules,       &kTenantRules,
    &kQualifiedRules,   &kVersionRules,
    &kAloneRules,       &kTypePartRules,
    &kDeferredRules,
};

}  // namespace

std::span<const Family* const> families() {
  return kFamilies;
}

const std::vector<const RuleInfo*>& rules() {
  static const std::vector<const RuleInfo*> kAll = [] {
    std::vector<const RuleInfo*> list;
    for (const Family* family : kFamilies)
      for (const RuleInfo& rule : family->rules) list.push_back(&rule);
    std::sort(list.begin(), list.end(),
              [](const RuleInfo* a, const RuleInfo* b) { return a->id < b->id; });
    return list;
  }();
  return kAll;
}

const RuleInfo* find_rule(std::string_view id) {
  static const auto kById = [] {
    std::unordered_map<std::string_view, const RuleInfo*> by_id;
    for (const RuleInfo* rule : rules()) by_id.emplace(rule->id, rule);
    return by_id;
  }();
  const auto found = kById.find(id);
  return found == kById.end() ? nullptr : found->second;
}

const RuleInfo* similar_rule(std::string_view id) {
  std::vector<std::string_view> known;
  for (const RuleInfo* rule : rules()) known.push_back(rule->id);
  const auto meant = closest(id, known);
  return meant ? find_rule(*meant) : nullptr;
}

}  // namespace godwit::codegen::lint
