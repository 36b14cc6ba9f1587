// SPDX-License-Identifier: Apache-2.0
//
// How it works. The n-th stretch costs what it holds, and a fraction of all that lies before it. So
// the first is the longest; the lengths follow from a time that all are given, which is found by
// halving.
#include "lint/stretches.hpp"

#include <algorithm>

namespace godwit::codegen::lint {
namespace {

/// A statement without any text would still cost this many bytes of it (measured, as the rest).
constexpr double kOfStatement = 200;
/// What folding costs beside judging.
constexpr double kOfFolding = 0.2;
/// Below this a second thread costs more than it brings.
constexpr double kSmallest = 20'000;
/// Behind so many the folding alone takes as long as a stretch.
constexpr unsigned kMostThreads = 4;

double cost_of(const sql::Script& script) {
  double cost = 0;
  for (const sql::Statement& statement : script.statements())
    cost += kOfStatement + static_cast<double>(statement.length);
  return cost;
}

/// Where stretches of this `time` each end.
std::vector<Stretch> cut_at(const std::vector<double>& folding, const std::vector<double>& judging,
                            unsigned threads, double time) {
  std::vector<Stretch> stretches;
  double folded = 0;
  std::size_t at = 0;
  for (unsigned n = 0; n < threads && at < judging.size(); ++n) {
    Stretch stretch{at, at};
    const double before = folded;
    for (double spent = before; at < judging.size() && spent + judging[at] <= time; ++at) {
      spent += judging[at];
      folded += folding[at];
    }
    stretch.end = at;
    if (stretch.end > stretch.begin)
      stretches.push_back(stretch);
  }
  return stretches;
}

}  // namespace

std::vector<Stretch> cut(std::span<const sql::Migration* const> in_order, unsigned threads) {
  const std::vector<Stretch> whole{{0, in_order.size()}};
  std::vector<double> folding;
  std::vector<double> judging;
  double all = 0;
  for (const sql::Migration* migration : in_order) {
    const double up = cost_of(migration->up);
    folding.push_back(kOfFolding * up);
    judging.push_back(up + cost_of(migration->down));
    all += judging.back();
  }
  threads = std::min({threads, kMostThreads, static_cast<unsigned>(all / kSmallest)});
  if (threads < 2)
    return whole;
  double enough = all;
  double too_little = 0;
  std::vector<Stretch> best = whole;
  constexpr int kHalvings = 12;
  for (int i = 0; i < kHalvings; ++i) {
    const double time = (enough + too_little) / 2;
    std::vector<Stretch> stretches = cut_at(folding, judging, threads, time);
    if (!stretches.empty() && stretches.back().end == in_order.size()) {
      best = std::move(stretches);
      enough = time;
    } else {
      too_little = time;
    }
  }
  return best;
}

}  // namespace godwit::codegen::lint
