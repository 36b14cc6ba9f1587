// SPDX-License-Identifier: Apache-2.0
//
// Findings as people and programs read them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "source/diagnostic.hpp"

namespace godwit::codegen::emit {

struct ReportOptions {
  bool use_color = false;
  std::size_t migrations = 0;       ///< how many were looked at, for the summary line
  std::filesystem::path base = {};  ///< absolute; SARIF names files below it relative to it
};

/// As a compiler prints them: `/abs/x.sql:12:5: error: text [rule]`, the source line, a caret,
/// `note:` lines, and one summary line at the end. Empty when there is nothing to say.
/// `diagnostics` are printed in the order that they are in: sort() them first.
std::string report_gcc(const Diagnostics& diagnostics, const ReportOptions& options);

/// Only the summary line: "godwit: 2 errors, 1 warning in 269 migrations".
std::string summary_line(const Diagnostics& diagnostics, std::size_t migrations);

/// One JSON object: `{"findings":[{"rule","severity","file","line","column","message","notes",
/// "fix"}],"errors","warnings","notes","migrations"}`. Offsets of a fix are bytes of the file.
std::string report_json(const Diagnostics& diagnostics, const ReportOptions& options);

/// A SARIF 2.1.0 log of one run.
std::string report_sarif(const Diagnostics& diagnostics, const ReportOptions& options);

/// Annotations for GitHub Actions, a line each, and the summary line.
std::string report_github(const Diagnostics& diagnostics, const ReportOptions& options);

}  // namespace godwit::codegen::emit
