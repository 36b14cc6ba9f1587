// SPDX-License-Identifier: Apache-2.0
//
// What the statements of a set lock and read, as the table has it: the linter is watched while it
// goes through the set, since only it has the catalog as each statement finds it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <godwit/migration.hpp>

#include "lint/lint.hpp"

namespace godwit::codegen::emit {

/// godwit::Effect with texts of its own; `statement` counts all of the section's.
struct EffectPlan {
  std::uint32_t statement = 0;
  LockMode mode = LockMode::kNone;
  std::uint8_t work = 0;
  bool is_certain = true;
  std::string schema;
  std::string relation;
};

class EffectRecorder {
 public:
  /// For lint_set(); valid as long as this object.
  lint::Observer observer();

  /// Of one section, in the order of its statements.
  std::vector<EffectPlan> effects_of(const Section& section) const;
  /// What the up sections create by CREATE EXTENSION, each once.
  const std::vector<std::string>& extensions() const noexcept { return extensions_; }

 private:
  void record(const lint::Event& event, const lint::Context& context);

  std::map<const Section*, std::vector<EffectPlan>> effects_;
  std::vector<std::string> extensions_;
};

}  // namespace godwit::codegen::emit
