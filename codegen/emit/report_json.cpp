// SPDX-License-Identifier: Apache-2.0
//
// The findings as one JSON object, for programs. Positions are as in the text report: lines from 1,
// columns in bytes from 1.
#include <string>

#include <nlohmann/json.hpp>

#include "emit/fixes.hpp"
#include "emit/report.hpp"

namespace godwit::codegen::emit {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
    case Severity::kOff:
      break;
  }
  return "note";
}

Json finding(const Diagnostic& diagnostic) {
  const Position position = diagnostic.file->position(diagnostic.offset);
  Json fix = nullptr;
  if (const auto in_file = fix_in_file(diagnostic))
    fix = {{"start", in_file->start}, {"end", in_file->end}, {"text", in_file->text}};
  return {{"rule", diagnostic.rule},
          {"severity", name_of(diagnostic.severity)},
          {"file", diagnostic.file->path().string()},
          {"line", position.line},
          {"column", position.column},
          {"message", diagnostic.message},
          {"notes", diagnostic.notes},
          {"fix", std::move(fix)}};
}

}  // namespace

std::string report_json(const Diagnostics& diagnostics, const ReportOptions& options) {
  Json findings = Json::array();
  for (const Diagnostic& diagnostic : diagnostics.all()) findings.push_back(finding(diagnostic));
  const Json report = {{"findings", std::move(findings)},
                       {"errors", diagnostics.count(Severity::kError)},
                       {"warnings", diagnostics.count(Severity::kWarning)},
                       {"notes", diagnostics.count(Severity::kNote)},
                       {"migrations", options.migrations}};
  // A message may quote bytes of a file that are no UTF-8: they are replaced, not thrown over.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace godwit::codegen::emit
