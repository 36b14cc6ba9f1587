// SPDX-License-Identifier: Apache-2.0
//
// How a set is divided among the threads that judge it.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// Each walker folds the set from its beginning on, until it finds that the rest of its way is as
/// long as what is left between it and the walker before it; from there on it judges, until it
/// comes to what another has taken. Who judges what is a matter of time, and nothing else depends
/// on it. Safe to use from several threads.
class Division {
 public:
  /// For up to `threads` walkers.
  Division(std::span<const sql::Migration* const> in_order, unsigned threads);

  std::size_t walkers() const noexcept { return at_.size(); }

  /// Whether the n-th walker, which has folded all before the i-th migration, should judge from
  /// there on. The first begins with the first migration.
  bool should_begin(std::size_t n, std::size_t i) const noexcept;

  /// Takes the i-th migration for the n-th walker; false when another has it.
  bool take(std::size_t n, std::size_t i) noexcept;

  /// Who took the i-th migration. Once all have stopped.
  std::size_t walker_of(std::size_t i) const noexcept { return taken_by_[i]; }

 private:
  static constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

  std::vector<double> cost_;  ///< of all before the n-th migration
  std::vector<std::atomic<std::size_t>> taken_by_;
  std::vector<std::atomic<std::size_t>> at_;  ///< what each walker took last
};

}  // namespace godwit::codegen::lint
