// SPDX-License-Identifier: Apache-2.0
#include "lint/division.hpp"

#include <algorithm>

namespace godwit::codegen::lint {
namespace {

/// A statement without any text would still cost about this many bytes of it.
constexpr double kOfStatement = 200;
/// Below this a further thread costs more than it brings.
constexpr double kSmallest = 20'000;
/// Folding takes a third of the time of judging, so that more walkers would hardly help.
constexpr unsigned kMostWalkers = 4;

double cost_of(const sql::Script& script) {
  double cost = 0;
  for (const sql::Statement& statement : script.statements())
    cost += kOfStatement + static_cast<double>(statement.length);
  return cost;
}

}  // namespace

Division::Division(std::span<const sql::Migration* const> in_order, unsigned threads)
    : taken_by_(in_order.size()) {
  cost_.push_back(0);
  for (const sql::Migration* migration : in_order)
    cost_.push_back(cost_.back() + cost_of(migration->up) + cost_of(migration->down));
  const auto useful = static_cast<unsigned>(cost_.back() / kSmallest);
  at_ = std::vector<std::atomic<std::size_t>>(
      std::max(1U, std::min({threads, kMostWalkers, useful})));
  for (auto& taken : taken_by_) taken = kNobody;
  for (auto& at : at_) at = kNobody;
}

bool Division::should_begin(std::size_t n, std::size_t i) const noexcept {
  const std::size_t before = at_[n - 1];
  if (before == kNobody || before >= i)
    return false;
  const auto walkers = static_cast<double>(at_.size() - n);
  return (cost_.back() - cost_[i]) / walkers <= cost_[i] - cost_[before];
}

bool Division::take(std::size_t n, std::size_t i) noexcept {
  std::size_t nobody = kNobody;
  if (!taken_by_[i].compare_exchange_strong(nobody, n))
    return false;
  at_[n] = i;
  return true;
}

}  // namespace godwit::codegen::lint
