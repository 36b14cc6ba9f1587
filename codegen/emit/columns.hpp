// SPDX-License-Identifier: Apache-2.0
//
// Where a finding is, in the units in which the readers of a report count. godwit itself counts
// bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "source/diagnostic.hpp"

namespace godwit::codegen::emit {

enum class ColumnUnit : std::uint8_t { kCodePoint, kUtf16 };

/// How many units the UTF-8 text `text` has.
std::size_t count_units(std::string_view text, ColumnUnit unit) noexcept;

/// All count from 1; the end is behind the last character. Never empty, other than at a line's end.
struct Region {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t end_line = 1;
  std::uint32_t end_column = 1;
};

Region region_of(const SourceFile& file, std::size_t begin, std::size_t end, ColumnUnit unit);

/// What the caret underlines: one character where the finding has no length.
Region region_of(const Diagnostic& diagnostic, ColumnUnit unit);

}  // namespace godwit::codegen::emit
