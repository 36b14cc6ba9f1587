// SPDX-License-Identifier: Apache-2.0
#include "source/diagnostic.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "source/one_line.hpp"

namespace godwit::codegen {

Diagnostic& Diagnostics::add(Severity severity, std::string_view rule, const SourceFile& file,
                             std::size_t offset, std::string message,
                             std::vector<std::string> notes) {
  all_.push_back({.severity = severity,
                  .rule = rule,
                  .file = &file,
                  .offset = offset,
                  .length = 0,
                  .message = in_one_line(std::move(message)),
                  .notes = std::move(notes),
                  .fix = {},
                  .is_survivable = false});
  return all_.back();
}

Diagnostic& Diagnostics::error(std::string_view rule, const SourceFile& file, std::size_t offset,
                               std::string message, std::vector<std::string> notes) {
  return add(Severity::kError, rule, file, offset, std::move(message), std::move(notes));
}

void Diagnostics::append(Diagnostics other) {
  all_.insert(all_.end(), std::make_move_iterator(other.all_.begin()),
              std::make_move_iterator(other.all_.end()));
}

bool Diagnostics::has_errors() const noexcept {
  return count(Severity::kError) > 0;
}

std::size_t Diagnostics::count(Severity severity) const noexcept {
  return static_cast<std::size_t>(std::count_if(
      all_.begin(), all_.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

void Diagnostics::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    if (a.file != b.file) {
      if (const int order = a.file->path().compare(b.file->path()); order != 0)
        return order < 0;
    }
    return std::tie(a.offset, b.severity, a.rule) < std::tie(b.offset, a.severity, b.rule);
  });
}

}  // namespace godwit::codegen
