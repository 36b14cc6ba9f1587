// SPDX-License-Identifier: Apache-2.0
//
// Directives are looked for in comments only, so `-- godwit:down` inside a function body is text.
// Most files have none and are one section without a copy.
#include "source/section.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "source/comments.hpp"
#include "source/near_directive.hpp"
#include "source/tool_directives.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kPrefix = "godwit:";

struct Directive {
  std::optional<SectionKind> kind;  // none: a boundary between statements of one section
  std::size_t offset;               // of the comment
  std::size_t end;                  // behind it
};

constexpr std::array<std::string_view, 4> kSectionWords{"up", "down", "verify", "require"};
// Directives that belong to a statement; lint/ and emit/ read them.
constexpr std::array<std::string_view, 3> kStatementWords{"allow", "allow-file", "batch"};

/// The section that another tool's directive begins; none where it only ends a statement, or is
/// about something else.
std::optional<SectionKind> section_of(const ToolDirective& directive) {
  switch (directive.what) {
    case ToolDirective::What::kUp:
      return SectionKind::kUp;
    case ToolDirective::What::kDown:
      return SectionKind::kDown;
    default:
      return std::nullopt;
  }
}

bool may_have_directives(std::string_view text) {
  return contains_ignoring_case(text, kPrefix) || may_have_tool_directives(text) ||
         may_have_near_directives(text);
}

/// The word behind `-- godwit:`, and where it begins; empty for any other comment.
std::string_view directive_word(std::string_view comment) {
  std::string_view rest = comment.substr(2);
  rest = trim_left(rest);
  if (!starts_with_ignoring_case(rest, kPrefix))
    return {};
  rest.remove_prefix(kPrefix.size());
  const auto end = std::find_if(rest.begin(), rest.end(),
                                [](char c) { return !is_ascii_letter(c) && c != '-'; });
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

void report_unknown(const SourceFile& file, std::size_t offset, std::string_view word,
                    Diagnostics& diagnostics) {
  std::vector<std::string_view> known(kSectionWords.begin(), kSectionWords.end());
  known.insert(known.end(), kStatementWords.begin(), kStatementWords.end());
  std::string message = "unknown directive `godwit:" + std::string(word) + "`";
  if (const auto meant = closest(word, known))
    message += ", did you mean `godwit:" + std::string(*meant) + "`?";
  diagnostics
      .error("unknown-directive", file, offset, std::move(message),
             {"the directives are godwit:up, godwit:down, godwit:verify, godwit:require, "
              "godwit:allow, godwit:allow-file and godwit:batch"})
      .length = word.size();
}

/// Reports a comment that is nearly a section directive; false for any other.
bool report_near(const SourceFile& file, const Comment& comment, Diagnostics& diagnostics) {
  const std::string_view text = file.text().substr(comment.offset, comment.length);
  const auto near = near_directive(text);
  if (!near)
    return false;
  std::string written(text.substr(0, near->begin + near->length));
  if (!comment.is_line)
    written += " */";
  diagnostics
      .error("unknown-directive", file, comment.offset + near->begin,
             "`" + written + "` is no directive, did you mean `" + near->meant + "`?",
             {"write `" + near->meant +
              "` on a line of its own; as it stands, what follows belongs to the section above"})
      .length = near->length;
  return true;
}

std::vector<Directive> find_directives(const SourceFile& file, Diagnostics& diagnostics) {
  std::vector<Directive> found;
  const std::string_view text = file.text();
  if (!may_have_directives(text))
    return found;
  for (const Comment& comment : file.comments()) {
    if (!comment.is_line) {
      report_near(file, comment, diagnostics);
      continue;
    }
    const std::string_view all = text.substr(comment.offset, comment.length);
    if (const auto theirs = read_tool_directive(all); theirs && comment.starts_line) {
      const auto kind = section_of(*theirs);
      if (kind || theirs->what == ToolDirective::What::kBoundary)
        found.push_back({kind, comment.offset, comment.offset + comment.length});
      continue;
    }
    const std::string_view word = directive_word(all);
    if (word.empty() && report_near(file, comment, diagnostics))
      continue;
    if (!starts_with_ignoring_case(trim_left(all.substr(2)), kPrefix))
      continue;
    const auto known =
        std::find_if(kSectionWords.begin(), kSectionWords.end(),
                     [&](std::string_view w) { return equals_ignoring_case(w, word); });
    const auto word_offset = static_cast<std::size_t>(word.data() - text.data());
    if (known != kSectionWords.end()) {
      if (!comment.starts_line) {
        diagnostics.error("unknown-directive", file, word_offset,
                          "a section directive stands on a line of its own",
                          {"put `-- godwit:" + std::string(word) + "` at the start of a line"});
        continue;
      }
      found.push_back({static_cast<SectionKind>(known - kSectionWords.begin()), comment.offset,
                       comment.offset + comment.length});
    } else if (std::none_of(kStatementWords.begin(), kStatementWords.end(),
                            [&](std::string_view w) { return equals_ignoring_case(w, word); })) {
      report_unknown(file, word_offset, word, diagnostics);
    }
  }
  return found;
}

/// As long as `text`, with everything but [begin, end) blank; line ends stay.
void copy_range(std::string& into, std::string_view text, std::size_t begin, std::size_t end) {
  std::copy(text.begin() + static_cast<std::ptrdiff_t>(begin),
            text.begin() + static_cast<std::ptrdiff_t>(end),
            into.begin() + static_cast<std::ptrdiff_t>(begin));
}

std::string blank_like(std::string_view text) {
  std::string blank(text);
  std::replace_if(
      blank.begin(), blank.end(), [](char c) { return c != '\n' && c != '\r'; }, ' ');
  return blank;
}

}  // namespace

std::string_view to_string(SectionKind kind) noexcept {
  return kSectionWords[static_cast<std::size_t>(kind)];
}

std::vector<Section> split_sections(const SourceFile& file, SectionKind first,
                                    Diagnostics& diagnostics) {
  const std::vector<Directive> directives = find_directives(file, diagnostics);
  const std::string_view text = file.text();
  std::vector<Section> sections;
  if (directives.empty()) {
    sections.emplace_back(first, file);
    return sections;
  }

  std::array<std::optional<std::string>, kSectionWords.size()> texts;
  const auto text_of = [&](SectionKind kind) -> std::string& {
    auto& slot = texts[static_cast<std::size_t>(kind)];
    if (!slot)
      slot = blank_like(text);
    return *slot;
  };
  // What stands before the first directive is the first section, unless it is blank and the file
  // goes on with another: then it is only the header.
  const bool starts_with_sql = skip_blank(text, 0) < directives.front().offset;
  if (starts_with_sql || first == SectionKind::kUp)
    copy_range(text_of(first), text, 0, directives.front().offset);
  SectionKind current = first;
  for (std::size_t i = 0; i < directives.size(); ++i) {
    const Directive& directive = directives[i];
    current = directive.kind.value_or(current);
    if (first != SectionKind::kUp && current != first) {
      diagnostics.error("unknown-directive", file, directive.offset,
                        "a `" + std::string(to_string(current)) + "` section cannot stand in a ." +
                            std::string(to_string(first)) + ".sql file",
                        {"move it into the file that holds the up section"});
      continue;
    }
    std::string& section = text_of(current);
    const std::size_t end = i + 1 < directives.size() ? directives[i + 1].offset : text.size();
    copy_range(section, text, directive.end, end);
    // A section may be in several pieces; the directive ends the statement before it.
    section[directive.offset] = ';';
  }
  for (std::size_t kind = 0; kind < texts.size(); ++kind) {
    if (texts[kind])
      sections.emplace_back(static_cast<SectionKind>(kind), file, std::move(*texts[kind]));
  }
  return sections;
}

}  // namespace godwit::codegen
