// SPDX-License-Identifier: Apache-2.0
//
// How the diff is made: edits are local, so no search for what is common is needed. Edits whose
// lines are near each other share a hunk; its new lines are its old ones with the edits in them.
#include "emit/fixes.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace godwit::codegen::emit {
namespace {

constexpr std::uint32_t kContext = 3;

/// Lines [first, last] of the old text, and the fixes in them.
struct Hunk {
  std::uint32_t first;
  std::uint32_t last;
  std::vector<const Fix*> fixes;
};

std::uint32_t last_line_of(const SourceFile& file, const Fix& fix) {
  // An edit that ends with a line's end does not touch the next line.
  const bool ends_at_line_start = fix.end > fix.start && file.original()[fix.end - 1] == '\n';
  return file.original_position(ends_at_line_start ? fix.end - 1 : fix.end).line;
}

std::vector<Hunk> hunks_of(const FixedFile& fixed) {
  std::vector<Hunk> hunks;
  for (const Fix& fix : fixed.fixes) {
    const std::uint32_t first = fixed.file->original_position(fix.start).line;
    const std::uint32_t last = last_line_of(*fixed.file, fix);
    if (!hunks.empty() && first <= hunks.back().last + 2 * kContext) {
      hunks.back().last = std::max(hunks.back().last, last);
      hunks.back().fixes.push_back(&fix);
    } else {
      hunks.push_back({first, last, {&fix}});
    }
  }
  return hunks;
}

/// The text [begin, end) of the file, with these fixes in it.
std::string with_fixes(std::string_view text, std::size_t begin, std::size_t end,
                       const std::vector<const Fix*>& fixes) {
  std::string out;
  std::size_t at = begin;
  for (const Fix* fix : fixes) {
    out += text.substr(at, fix->start - at);
    out += fix->text;
    at = fix->end;
  }
  out += text.substr(at, end - at);
  return out;
}

/// The lines of a text, with their line ends; the last may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

void add_lines(std::string& out, char mark, const std::vector<std::string_view>& lines) {
  for (const std::string_view line : lines) {
    out += mark;
    out += line;
    if (!line.ends_with('\n'))
      out += "\n\\ No newline at end of file\n";
  }
}

class DiffWriter {
 public:
  explicit DiffWriter(const FixedFile& fixed)
      : fixed_(fixed), text_(fixed.file->original()), lines_(lines_of(text_)) {}

  std::string write() {
    for (const Hunk& hunk : hunks_of(fixed_)) add(hunk);
    return std::move(out_);
  }

 private:
  /// Old lines [first, last], counted from 1.
  std::vector<std::string_view> old_lines(std::uint32_t first, std::uint32_t last) const {
    std::vector<std::string_view> lines;
    for (std::uint32_t line = first; line <= last && line <= lines_.size(); ++line)
      lines.push_back(lines_[line - 1]);
    return lines;
  }

  void add(const Hunk& hunk) {
    const std::size_t begin = fixed_.file->line_start(hunk.first);
    const auto removed = old_lines(hunk.first, hunk.last);
    std::size_t end = begin;
    for (const std::string_view line : removed) end += line.size();
    const std::string changed = with_fixes(text_, begin, end, hunk.fixes);
    const auto added = lines_of(changed);
    const std::uint32_t before = hunk.first > kContext ? hunk.first - kContext : 1;
    const auto above = old_lines(before, hunk.first - 1);
    const auto below = old_lines(hunk.last + 1, hunk.last + kContext);
    const std::size_t old_count = above.size() + removed.size() + below.size();
    const std::size_t new_count = above.size() + added.size() + below.size();
    const auto start = static_cast<std::ptrdiff_t>(before);
    out_ += fmt::format("@@ -{},{} +{},{} @@\n", start, old_count,
                        start + shift_ - (new_count == 0 ? 1 : 0), new_count);
    shift_ +=
        static_cast<std::ptrdiff_t>(added.size()) - static_cast<std::ptrdiff_t>(removed.size());
    add_lines(out_, ' ', above);
    add_lines(out_, '-', removed);
    add_lines(out_, '+', added);
    add_lines(out_, ' ', below);
  }

  const FixedFile& fixed_;
  std::string_view text_;
  std::vector<std::string_view> lines_;
  std::ptrdiff_t shift_ = 0;  ///< how many lines there are more by now
  std::string out_;
};

}  // namespace

std::optional<Fix> fix_in_file(const Diagnostic& finding) {
  std::optional<Fix> fix = finding.fix;
  if (!fix)
    return std::nullopt;
  const SourceFile& file = *finding.file;
  const ByteRange range = file.original_range(fix->start, fix->end);
  if (file.original().substr(range.begin, range.end - range.begin) !=
      file.text().substr(fix->start, fix->end - fix->start))
    return std::nullopt;
  fix->start = range.begin;
  fix->end = range.end;
  return fix;
}

std::vector<FixedFile> collect_fixes(const Diagnostics& diagnostics,
                                     const std::function<bool(const SourceFile&)>& may_edit) {
  std::vector<FixedFile> files;
  for (const Diagnostic& finding : diagnostics.all()) {
    std::optional<Fix> fix = fix_in_file(finding);
    if (!fix || !may_edit(*finding.file))
      continue;
    auto file = std::find_if(files.begin(), files.end(),
                             [&](const FixedFile& fixed) { return fixed.file == finding.file; });
    if (file == files.end())
      file = files.insert(files.end(), FixedFile{finding.file, {}});
    file->fixes.push_back(std::move(*fix));
  }
  for (FixedFile& file : files) {
    std::stable_sort(file.fixes.begin(), file.fixes.end(),
                     [](const Fix& a, const Fix& b) { return a.start < b.start; });
    std::vector<Fix> kept;
    for (Fix& fix : file.fixes) {
      const bool is_apart = kept.empty() || fix.start >= kept.back().end;
      const bool is_same_place = !kept.empty() && fix.start == kept.back().start;
      if (is_apart && !is_same_place)
        kept.push_back(std::move(fix));
    }
    file.fixes = std::move(kept);
  }
  return files;
}

std::string fixed_text(const FixedFile& fixed) {
  std::vector<const Fix*> fixes;
  for (const Fix& fix : fixed.fixes) fixes.push_back(&fix);
  return with_fixes(fixed.file->original(), 0, fixed.file->original().size(), fixes);
}

std::string unified_diff(const FixedFile& fixed, const std::string& name) {
  return fmt::format("--- a/{0}\n+++ b/{0}\n{1}", name, DiffWriter(fixed).write());
}

}  // namespace godwit::codegen::emit
