// SPDX-License-Identifier: Apache-2.0
//
// Comments that allow what a rule forbids: `-- godwit:allow(rule, …) reason` before a statement,
// or before a command, column or constraint inside one. Comments of squawk and Atlas that say the
// same are honoured.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/context.hpp"
#include "source/diagnostic.hpp"
#include "source/section.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::lint {

/// The allow-comments of one section.
class Suppressions {
 public:
  /// What is wrong with the comments themselves goes to `diagnostics`: unknown-rule,
  /// allow-without-reason.
  Suppressions(const Section& section, const sql::Script& script, Diagnostics& diagnostics);

  /// Takes the findings that are allowed out of `findings`.
  void apply(std::vector<Diagnostic>& findings);

  /// Reports comments that allowed nothing (unused-allow). Call it after apply().
  void report_unused(Diagnostics& diagnostics) const;

 private:
  struct Allow {
    std::string rule;  ///< "*" for all that can be allowed
    Place place;       ///< of the rule's name
    Place target;      ///< what it is about
    bool is_foreign = false;
    bool was_used = false;
  };

  void read_own(std::string_view text, Place inside, Place target, Diagnostics& diagnostics);
  void read_foreign(std::string_view comment, std::size_t offset, Place target);

  const Section& section_;
  std::vector<Allow> allows_;
};

}  // namespace godwit::codegen::lint
