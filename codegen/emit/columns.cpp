// SPDX-License-Identifier: Apache-2.0
#include "emit/columns.hpp"

#include <algorithm>

namespace godwit::codegen::emit {
namespace {

bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

struct Point {
  std::uint32_t line;
  std::uint32_t column;
};

/// `offset` is one into the file as it is.
Point point_at(const SourceFile& file, std::size_t offset, ColumnUnit unit) {
  const std::uint32_t line = file.original_position(offset).line;
  const std::size_t start = file.line_start(line);
  const std::size_t before = count_units(file.original().substr(start, offset - start), unit);
  return {line, static_cast<std::uint32_t>(before + 1)};
}

}  // namespace

std::size_t count_units(std::string_view text, ColumnUnit unit) noexcept {
  std::size_t units = 0;
  for (const char c : text) {
    if (is_continuation(c))
      continue;
    // Four bytes, which is what 0xF0 begins, are beyond the basic plane: a surrogate pair.
    const bool is_pair = unit == ColumnUnit::kUtf16 && static_cast<unsigned char>(c) >= 0xF0U;
    units += is_pair ? 2 : 1;
  }
  return units;
}

Region region_of(const SourceFile& file, std::size_t begin, std::size_t end, ColumnUnit unit) {
  const ByteRange range = file.original_range(begin, end);
  const Point first = point_at(file, range.begin, unit);
  const Point last = point_at(file, range.end, unit);
  return {first.line, first.column, last.line, last.column};
}

Region region_of(const Diagnostic& diagnostic, ColumnUnit unit) {
  const SourceFile& file = *diagnostic.file;
  const std::string_view text = file.text();
  const std::size_t begin = std::min(diagnostic.offset, text.size());
  std::size_t end = std::min(begin + diagnostic.length, text.size());
  const bool is_at_line_end = begin == text.size() || text[begin] == '\n' || text[begin] == '\r';
  if (end == begin && !is_at_line_end) {
    do ++end;
    while (end < text.size() && is_continuation(text[end]));
  }
  return region_of(file, begin, end, unit);
}

}  // namespace godwit::codegen::emit
