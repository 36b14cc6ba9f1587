// SPDX-License-Identifier: Apache-2.0
//
// Workflow commands of GitHub Actions, one a line, which the runner turns into annotations of the
// changed files: `::error file=…,line=…,col=…,title=…::message`. Lines and columns are as editors
// count them; the runner makes the absolute path one of the repository.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "emit/columns.hpp"
#include "emit/report.hpp"

namespace godwit::codegen::emit {
namespace {

std::string_view command(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
    case Severity::kOff:
      break;
  }
  return "notice";
}

/// A command ends at the line's end, so that a line break in its text is written %0A; in a property
/// `:` and `,` end the value.
std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    const bool is_special =
        c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    if (is_special)
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

std::string line_of(const Diagnostic& diagnostic) {
  const Region region = region_of(diagnostic, ColumnUnit::kCodePoint);
  std::string message = diagnostic.message;
  for (const std::string& note : diagnostic.notes) message += "\nnote: " + note;
  return fmt::format("::{} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
                     command(diagnostic.severity), escaped(diagnostic.file->path().string(), true),
                     region.line, region.end_line, region.column, region.end_column,
                     escaped(fmt::format("godwit: {}", diagnostic.rule), true),
                     escaped(message, false));
}

}  // namespace

std::string report_github(const Diagnostics& diagnostics, const ReportOptions& options) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.all()) out += line_of(diagnostic);
  return out + summary_line(diagnostics, options.migrations) + '\n';
}

}  // namespace godwit::codegen::emit
