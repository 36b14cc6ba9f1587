// SPDX-License-Identifier: Apache-2.0
//
// What the steps of a migration outside a transaction do to indexes.
#pragma once

#include "run.hpp"

namespace godwit::detail {

inline bool builds_index(const Step& step) {
  return step.probe == Probe::kIndexBuilt || step.probe == Probe::kUnnamedIndexBuilt;
}

}  // namespace godwit::detail
