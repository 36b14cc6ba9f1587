// SPDX-License-Identifier: Apache-2.0
#include "emit/effect_plan.hpp"

#include <algorithm>

#include "locks/effects.hpp"
#include "locks/family.hpp"

namespace godwit::codegen::emit {
namespace {

std::uint8_t bit_of(locks::WorkKind kind) {
  switch (kind) {
    case locks::WorkKind::kScan:
      return kScans;
    case locks::WorkKind::kLookUp:
      return kLooksUp;
    case locks::WorkKind::kRewrite:
      return kRewrites;
    case locks::WorkKind::kIndexBuild:
      return kBuildsIndex;
  }
  return 0;
}

/// The entry of a relation, which is made where there is none. Body statements of one DO block add
/// up to what the block does.
EffectPlan& entry(std::vector<EffectPlan>& list, std::size_t statement,
                  const catalog::Name& relation) {
  const std::string schema = relation.schema == "public" ? std::string() : relation.schema;
  const auto found = std::find_if(list.begin(), list.end(), [&](const EffectPlan& one) {
    return one.statement == statement && one.schema == schema && one.relation == relation.name;
  });
  if (found != list.end())
    return *found;
  list.push_back({.statement = static_cast<std::uint32_t>(statement),
                  .mode = LockMode::kNone,
                  .work = 0,
                  .is_certain = false,
                  .schema = schema,
                  .relation = relation.name});
  return list.back();
}

}  // namespace

lint::Observer EffectRecorder::observer() {
  return [this](const lint::Event& event, const lint::Context& context) { record(event, context); };
}

void EffectRecorder::record(const lint::Event& event, const lint::Context& context) {
  const auto* create = sql::as<PgQuery__CreateExtensionStmt>(event.node);
  if (create != nullptr && !context.is_down() &&
      std::find(extensions_.begin(), extensions_.end(), create->extname) == extensions_.end())
    extensions_.emplace_back(create->extname);

  const catalog::Catalog& catalog = context.catalog();
  const locks::Effects& effects = context.ledger().effects();
  const auto matters = [&](const catalog::Name& relation) {
    return catalog.indexes.find(relation) == nullptr &&
           (context.is_down() || !context.is_new(relation));
  };
  // A table stands for its partitions where it is locked at least as strongly: what is done to
  // their rows is then done under that lock.
  const auto named_by = [&](const catalog::Name& relation) {
    const catalog::Name root = locks::partition_root(catalog, relation);
    const locks::Mode mode = effects.mode_of(relation);
    return mode != locks::Mode::kNone && matters(root) && effects.mode_of(root) >= mode ? root
                                                                                        : relation;
  };
  std::vector<EffectPlan>& list = effects_[&context.section()];
  for (const locks::RelationLock& lock : effects.locks) {
    if (!matters(lock.relation) || named_by(lock.relation) != lock.relation)
      continue;
    EffectPlan& plan = entry(list, event.statement_index, lock.relation);
    plan.mode = std::max(plan.mode, lock.mode);
    plan.is_certain = plan.is_certain || (!lock.depends_on_rows && !event.is_conditional);
  }
  for (const locks::Work& work : effects.work) {
    if (!matters(work.table))
      continue;
    const catalog::Name root = locks::partition_root(catalog, work.table);
    const bool is_in_root = root != work.table && effects.does(work.kind, root);
    if (is_in_root)
      continue;
    EffectPlan& plan = entry(list, event.statement_index, named_by(work.table));
    plan.work = static_cast<std::uint8_t>(plan.work | bit_of(work.kind));
    plan.is_certain = plan.is_certain || !event.is_conditional;
  }
}

std::vector<EffectPlan> EffectRecorder::effects_of(const Section& section) const {
  const auto found = effects_.find(&section);
  if (found == effects_.end())
    return {};
  std::vector<EffectPlan> list = found->second;
  std::stable_sort(list.begin(), list.end(), [](const EffectPlan& one, const EffectPlan& other) {
    return one.statement < other.statement;
  });
  return list;
}

}  // namespace godwit::codegen::emit
