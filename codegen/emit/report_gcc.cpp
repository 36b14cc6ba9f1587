// SPDX-License-Identifier: Apache-2.0
//
// GCC's text format, which every editor's problem matcher reads: absolute path, line, column in
// bytes. The caret line repeats the tabs of the source line, so that it is right whatever a tab's
// width is, and counts columns of the terminal instead of bytes, so that it is right after
// multi-byte characters, wide ones included.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "emit/report.hpp"
#include "source/text_check.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::emit {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kMagenta = "\x1b[1;35m";
constexpr std::string_view kCyan = "\x1b[1;36m";
constexpr std::string_view kReset = "\x1b[0m";

/// A source line is cut to this many bytes around the caret: a line of seed data may be a megabyte.
constexpr std::size_t kMaxLine = 240;

std::string_view label(Severity severity) {
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

std::string_view color(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return kRed;
    case Severity::kWarning:
      return kMagenta;
    case Severity::kNote:
    case Severity::kOff:
      break;
  }
  return kCyan;
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// All that most messages hold.
bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20U && byte < 0x7FU) || c == '\t' || c == '\n';
  });
}

/// `text` with a ? for each byte that is no UTF-8, and for each character that would control the
/// terminal, of which Unicode has some beyond ASCII (U+009B is the CSI of escape sequences): SQL,
/// and a file's name, may hold anything. Tabs stay.
std::string printable(std::string_view text) {
  if (is_plain_ascii(text))
    return std::string(text);
  constexpr auto kLeadOfC1 = static_cast<char>(0xC2);
  std::string out;
  out.reserve(text.size());
  std::size_t good = 0;  // up to there it is UTF-8
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i >= good) {
      const auto bad = find_invalid_utf8(text.substr(i));
      good = bad ? i + *bad : text.size();
      if (good == i) {
        out += '?';
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 = text[i] == kLeadOfC1 && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
    const bool is_control = (byte < 0x20U && byte != '\t' && byte != '\n') || byte == 0x7FU;
    out += is_c1 || is_control ? '?' : text[i];
    i += is_c1 ? 1 : 0;
  }
  return out;
}

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

/// East Asian Wide and Fullwidth, and emoji: two columns each. The blocks of
/// https://www.unicode.org/Public/15.0.0/ucd/EastAsianWidth.txt, without their gaps.
constexpr auto kWide = std::to_array<CodeRange>({
    {0x1100, 0x115F},
    {0x2E80, 0x303E},
    {0x3041, 0x33FF},
    {0x3400, 0x4DBF},
    {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x16FE0, 0x18CFF},
    {0x1B000, 0x1B2FF},
    {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF},
    {0x20000, 0x3FFFD},
});

/// Written over the character before.
constexpr auto kCombining = std::to_array<CodeRange>({
    {0x0300, 0x036F},
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x200B, 0x200F},
    {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
});

template <std::size_t N>
bool is_in(const std::array<CodeRange, N>& ranges, std::uint32_t code) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

/// The character that begins at `i` of what printable() gave: UTF-8.
std::uint32_t code_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  std::uint32_t code = lead < 0x80U   ? lead
                       : lead < 0xE0U ? lead & 0x1FU
                       : lead < 0xF0U ? lead & 0x0FU
                                      : lead & 0x07U;
  for (++i; i < text.size() && is_continuation(text[i]); ++i)
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return code;
}

/// How many columns of a terminal `text` takes; a tab counts as one.
std::size_t columns(std::string_view text) {
  if (is_plain_ascii(text))
    return text.size();
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i]))
      continue;
    const std::uint32_t code = code_at(text, i);
    count += is_in(kWide, code) ? 2 : is_in(kCombining, code) ? 0 : 1;
  }
  return count;
}

/// Blanks as wide as `text`: tabs stay tabs.
std::string blanks_for(std::string_view text) {
  std::string blanks;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t tab = std::min(text.find('\t', begin), text.size());
    blanks.append(columns(text.substr(begin, tab - begin)), ' ');
    if (tab < text.size())
      blanks += '\t';
    begin = tab + 1;
  }
  return blanks;
}

/// A set may have thousands of findings: all is appended to one text, without strings in between.
class GccReport {
 public:
  GccReport(std::string& out, bool use_color) : out_(out), use_color_(use_color) {}

  void add(const Diagnostic& diagnostic) {
    const Position position = diagnostic.file->position(diagnostic.offset);
    if (file_ != diagnostic.file) {
      file_ = diagnostic.file;
      path_ = printable(file_->path().native());
    }
    start_line(position, color(diagnostic.severity), label(diagnostic.severity));
    add_printable(diagnostic.message);
    out_.append(" [").append(diagnostic.rule).append("]\n");
    add_source(diagnostic, position);
    for (const std::string& note : diagnostic.notes) {
      start_line(position, kCyan, "note");
      add_with_indented_lines(note);
      out_ += '\n';
    }
  }

 private:
  void start_paint(std::string_view paint) {
    if (use_color_)
      out_ += paint;
  }
  void end_paint() { start_paint(kReset); }

  void add_number(std::uint32_t number) {
    const fmt::format_int digits(number);
    out_.append(digits.data(), digits.size());
  }

  void add_printable(std::string_view text) {
    if (is_plain_ascii(text))
      out_ += text;
    else
      out_ += printable(text);
  }

  /// `path:line:column: error: `
  void start_line(Position position, std::string_view paint, std::string_view word) {
    start_paint(kBold);
    out_.append(path_) += ':';
    add_number(position.line);
    out_ += ':';
    add_number(position.column);
    out_ += ':';
    end_paint();
    out_ += ' ';
    start_paint(paint);
    out_.append(word) += ':';
    end_paint();
    out_ += ' ';
  }

  /// Further lines of a note are SQL to paste: two blanks in front keep them apart from the next
  /// finding.
  void add_with_indented_lines(std::string_view note) {
    for (std::size_t end = note.find('\n'); end != std::string_view::npos; end = note.find('\n')) {
      add_printable(note.substr(0, end));
      out_ += "\n  ";
      note.remove_prefix(end + 1);
    }
    add_printable(note);
  }

  void add_source(const Diagnostic& diagnostic, Position position) {
    std::string_view line = diagnostic.file->line_text(position.line);
    std::size_t column = std::min<std::size_t>(position.column - 1, line.size());
    if (line.find_first_not_of(" \t") == std::string_view::npos)
      return;
    if (line.size() > kMaxLine) {
      std::size_t first = column > kMaxLine / 2 ? column - kMaxLine / 2 : 0;
      while (first > 0 && is_continuation(line[first])) --first;
      std::size_t size = std::min(kMaxLine, line.size() - first);
      while (first + size < line.size() && is_continuation(line[first + size])) ++size;
      line = line.substr(first, size);
      column -= first;
    }
    // The number of columns that the prefix has on every line: GCC's " 12 | ".
    constexpr std::size_t kDigits = 5;
    const std::size_t digits = fmt::format_int(position.line).size();
    out_.append(kDigits - std::min(digits, kDigits), ' ');
    add_number(position.line);
    out_ += " | ";
    add_printable(line);
    out_ += '\n';
    const ByteRange range =
        diagnostic.file->original_range(diagnostic.offset, diagnostic.offset + diagnostic.length);
    const std::size_t end =
        std::min(line.size(), column + std::max<std::size_t>(range.end - range.begin, 1));
    const std::size_t width =
        std::max<std::size_t>(1, columns(printable(line.substr(column, end - column))));
    out_.append(std::max(digits, kDigits) + 1, ' ') += "| ";
    out_ += blanks_for(printable(line.substr(0, column)));
    start_paint(color(diagnostic.severity));
    out_ += '^';
    out_.append(width - 1, '~');
    end_paint();
    out_ += '\n';
  }

  std::string& out_;
  bool use_color_;
  const SourceFile* file_ = nullptr;  ///< of the finding before
  std::string path_;
};

std::string counted(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

}  // namespace

std::string summary_line(const Diagnostics& diagnostics, std::size_t migrations) {
  const std::size_t errors = diagnostics.count(Severity::kError);
  const std::size_t warnings = diagnostics.count(Severity::kWarning);
  const std::size_t notes = diagnostics.count(Severity::kNote);
  std::string text;
  const auto append = [&](std::size_t count, std::string_view word) {
    if (count > 0)
      text += (text.empty() ? "" : ", ") + counted(count, word);
  };
  append(errors, "error");
  append(warnings, "warning");
  append(notes, "note");
  if (text.empty())
    text = "nothing found";
  return fmt::format("godwit: {} in {}", text, counted(migrations, "migration"));
}

std::string report_gcc(const Diagnostics& diagnostics, const ReportOptions& options) {
  const auto& all = diagnostics.all();
  if (all.empty())
    return {};
  // Thousands of findings are printed in parts, by a thread each.
  constexpr std::size_t kSmallestPart = 500;
  const std::size_t parts = std::clamp<std::size_t>(
      all.size() / kSmallestPart, 1, std::max(1U, std::thread::hardware_concurrency()));
  constexpr std::size_t kUsual = 512;  // bytes for a finding; memory that is not used costs nothing
  std::vector<std::string> texts(parts);
  texts.front().reserve(all.size() * kUsual);
  const auto print = [&](std::size_t part) {
    GccReport report(texts[part], options.use_color);
    const std::size_t begin = all.size() * part / parts;
    const std::size_t end = all.size() * (part + 1) / parts;
    if (part > 0)
      texts[part].reserve((end - begin) * kUsual);
    for (std::size_t i = begin; i < end; ++i) report.add(all[i]);
  };
  if (parts == 1)
    print(0);
  else
    sql::run_with_deep_stack(parts, static_cast<unsigned>(parts), print);
  std::string out = std::move(texts.front());
  for (std::size_t part = 1; part < parts; ++part) out += texts[part];
  out += summary_line(diagnostics, options.migrations);
  out += '\n';
  return out;
}

}  // namespace godwit::codegen::emit
