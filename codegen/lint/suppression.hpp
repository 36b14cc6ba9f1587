// SPDX-License-Identifier: Apache-2.0
//
// Comments that allow what a rule forbids: `-- godwit:allow(rule, …) reason` before a statement,
// or before a command, column or constraint inside one; `-- godwit:allow-file(rule, …) reason` for
// a whole file. Comments of other linters that say the same are honoured, see foreign_allow.hpp.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/context.hpp"
#include "source/diagnostic.hpp"
#include "source/section.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::lint {

/// `-- godwit:allow-file(rule, …) reason`, and what other linters have like it: for all sections of
/// a file. Lives for one migration.
class FileAllows {
 public:
  /// Reads a file once.
  void read(const SourceFile& file, Diagnostics& diagnostics);

  bool allows(const Diagnostic& finding);

  /// Call it when all sections are through.
  void report_unused(Diagnostics& diagnostics) const;

 private:
  struct Allow {
    std::string rule;
    const SourceFile* file;
    Place place;  ///< of the rule's name
    bool is_foreign;
    bool was_used;
  };
  std::set<const SourceFile*> files_;
  std::vector<Allow> allows_;
};

/// The allow-comments of one section.
class Suppressions {
 public:
  /// What is wrong with the comments themselves goes to `diagnostics`: unknown-rule,
  /// allow-without-reason.
  Suppressions(const Section& section, const sql::Script& script, FileAllows& file_wide,
               Diagnostics& diagnostics);

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

  const Section& section_;
  FileAllows& file_wide_;
  std::vector<Allow> allows_;
};

}  // namespace godwit::codegen::lint
