// SPDX-License-Identifier: Apache-2.0
//
// The mechanical edits that findings carry, put into their files' texts, and shown as a patch.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "source/diagnostic.hpp"

namespace godwit::codegen::emit {

struct FixedFile {
  const SourceFile* file = nullptr;
  std::vector<Fix> fixes;  ///< as fix_in_file() gives them, sorted; none overlaps another
};

/// The finding's fix, with places in the file as it is. Empty where there is none, and where it
/// would take a placeholder's value for what is in the file: that is left to people.
std::optional<Fix> fix_in_file(const Diagnostic& finding);

/// The fixes of the findings, by file in the order of the paths. Of two that overlap the first is
/// taken: the next run offers the other again. Files for which `may_edit` says no are left out.
std::vector<FixedFile> collect_fixes(const Diagnostics& diagnostics,
                                     const std::function<bool(const SourceFile&)>& may_edit);

/// The text with all fixes, without a byte order mark.
std::string fixed_text(const FixedFile& fixed);

/// A unified diff of one file, as `patch -p1` takes it. `name` is printed behind a/ and b/.
std::string unified_diff(const FixedFile& fixed, const std::string& name);

}  // namespace godwit::codegen::emit
