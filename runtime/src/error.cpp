// SPDX-License-Identifier: Apache-2.0
//
// How an Error reads. The first line has the form of a compiler's diagnostic, as the build prints
// them, so that editors and log scanners find the place:
//
//     migrations/0042_x.sql:12:8: error: column "foo" does not exist [42703]
//     SELECT foo FROM bar;
//            ^
//     DETAIL:, CONTEXT:, BLOCKED BY:, HINT:   (each only where there is something to say)
#include <godwit/error.hpp>

#include <string>
#include <utility>

#include "compose.hpp"

namespace godwit {
namespace {

// Tabs are kept and every other character becomes one blank, so that the caret stands under its
// column in a terminal.
std::string caret_line(std::string_view line, std::uint32_t column) {
  std::string caret;
  for (std::size_t i = 0; i + 1 < column && i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    const bool is_continuation = (byte & 0xC0U) == 0x80U;
    if (line[i] == '\t') {
      caret += '\t';
    } else if (!is_continuation) {
      caret += ' ';
    }
  }
  return caret + '^';
}

void append_section(std::string& text, std::string_view label, std::string_view body) {
  if (body.empty()) {
    return;
  }
  text += '\n';
  text += label;
  const std::string_view indent = "\n  ";
  for (const char c : body) {
    if (c == '\n') {
      text += indent;
    } else {
      text += c;
    }
  }
}

std::string render(const ErrorDetail& error) {
  std::string text;
  if (!error.file.empty()) {
    text += error.file;
    if (error.line > 0) {
      text += godwit::detail::compose(":{}", error.line);
      if (error.column > 0) {
        text += godwit::detail::compose(":{}", error.column);
      }
    }
    text += ": ";
  }
  text += "error: ";
  text += error.message;
  if (!error.sqlstate.empty()) {
    text += godwit::detail::compose(" [{}]", error.sqlstate);
  }
  if (!error.source_line.empty()) {
    text += '\n';
    text += error.source_line;
    if (error.column > 0) {
      text += '\n';
      text += caret_line(error.source_line, error.column);
    }
  }
  append_section(text, "DETAIL: ", error.detail);
  append_section(text, "CONTEXT: ", error.context);
  append_section(text, "BLOCKED BY: ", error.blockers);
  append_section(text, "HINT: ", error.hint);
  return text;
}

}  // namespace

ErrorDetail::ErrorDetail() = default;
ErrorDetail::ErrorDetail(const ErrorDetail&) = default;
ErrorDetail::ErrorDetail(ErrorDetail&&) noexcept = default;
ErrorDetail& ErrorDetail::operator=(const ErrorDetail&) = default;
ErrorDetail& ErrorDetail::operator=(ErrorDetail&&) noexcept = default;
ErrorDetail::~ErrorDetail() = default;

Error::Error(ErrorKind kind, ErrorDetail detail)
    : std::runtime_error(render(detail)), kind_(kind), detail_(std::move(detail)) {}

bool Error::is_retryable() const noexcept {
  return kind_ == ErrorKind::kBusy || kind_ == ErrorKind::kCannotConnect ||
         kind_ == ErrorKind::kOutcomeUnknown || detail_.sqlstate == "40001" ||
         detail_.sqlstate == "40P01" || detail_.sqlstate == "55P03";
}

}  // namespace godwit
