// SPDX-License-Identifier: Apache-2.0
#include "source/tool_directives.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "source/comments.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

using What = ToolDirective::What;

struct Words {
  std::string_view text;
  Layout tool;
  What what;
};
constexpr std::array<Words, 15> kWords{{
    {"+goose up", Layout::kGoose, What::kUp},
    {"+goose down", Layout::kGoose, What::kDown},
    {"+goose statementbegin", Layout::kGoose, What::kBoundary},
    {"+goose statementend", Layout::kGoose, What::kBoundary},
    {"+goose no transaction", Layout::kGoose, What::kNoTransaction},
    {"+goose envsub", Layout::kGoose, What::kEnvSub},
    {"+goose", Layout::kGoose, What::kUnknown},
    {"+migrate up", Layout::kSqlMigrate, What::kUp},
    {"+migrate down", Layout::kSqlMigrate, What::kDown},
    {"+migrate statementbegin", Layout::kSqlMigrate, What::kBoundary},
    {"+migrate statementend", Layout::kSqlMigrate, What::kBoundary},
    {"migrate:up", Layout::kDbmate, What::kUp},
    {"migrate:down", Layout::kDbmate, What::kDown},
    {"-- create above / drop below ----", Layout::kNumbered, What::kDown},
    {"//@undo", Layout::kNumbered, What::kDown},
}};

/// Calls `see(directive, comment)` for each.
template <class See>
void for_each_directive(const SourceFile& file, See see) {
  const std::string_view text = file.text();
  if (!may_have_tool_directives(text))
    return;
  for (const Comment& comment : file.comments()) {
    if (!comment.is_line || !comment.starts_line)
      continue;
    if (const auto directive = read_tool_directive(text.substr(comment.offset, comment.length)))
      see(*directive, comment);
  }
}

/// The first `$NAME` or `${NAME` in `text`, which goose would replace.
std::string_view find_variable(std::string_view text) {
  for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
    const bool has_brace = at + 1 < text.size() && text[at + 1] == '{';
    const std::size_t name = at + (has_brace ? 2 : 1);
    std::size_t end = name;
    while (end < text.size() &&
           (is_ascii_letter(text[end]) || is_ascii_digit(text[end]) || text[end] == '_'))
      ++end;
    const bool is_name = end > name && !is_ascii_digit(text[name]);
    const bool is_quote = !has_brace && end < text.size() && text[end] == '$';
    if (is_name && !is_quote)
      return text.substr(at, end - at + (has_brace && end < text.size() ? 1 : 0));
  }
  return {};
}

/// Reports the first variable of a region.
void check_region(const SourceFile& file, std::size_t begin, std::size_t end,
                  Diagnostics& diagnostics) {
  const std::string_view variable = find_variable(file.text().substr(begin, end - begin));
  if (variable.empty())
    return;
  const auto offset = static_cast<std::size_t>(variable.data() - file.text().data());
  diagnostics
      .error("unsupported-directive", file, offset,
             "goose would put an environment variable here, in place of " + std::string(variable) +
                 "; a migration that is compiled in is the same wherever it runs",
             {"write the value into the migration, or set it at run time: "
              "current_setting('app.name') reads what `ALTER ROLE … SET app.name = …` says"})
      .length = variable.size();
}

}  // namespace

bool may_have_tool_directives(std::string_view text) noexcept {
  // Every directive holds one of these, which memchr finds far faster than a search without case.
  constexpr std::string_view kMigrate = "migrate";
  const auto any = [&](char mark, const auto& is_directive) {
    for (std::size_t at = text.find(mark); at != std::string_view::npos;
         at = text.find(mark, at + 1)) {
      if (is_directive(text.substr(0, at), text.substr(at + 1)))
        return true;
    }
    return false;
  };
  return any('+',
             [&](std::string_view, std::string_view behind) {
               return starts_with_ignoring_case(behind, "goose") ||
                      starts_with_ignoring_case(behind, kMigrate);
             }) ||
         any(':', [&](std::string_view before,
                      std::string_view) { return ends_with_ignoring_case(before, kMigrate); }) ||
         any('/', [&](std::string_view, std::string_view behind) {
           return starts_with_ignoring_case(behind, "/@undo") ||
                  starts_with_ignoring_case(behind, " drop below");
         });
}

std::optional<ToolDirective> read_tool_directive(std::string_view comment) {
  const std::string_view text = trim(comment.substr(2));
  for (const Words& words : kWords) {
    const bool is_whole = text.size() == words.text.size() ||
                          (text.size() > words.text.size() && is_blank(text[words.text.size()]));
    if (is_whole && starts_with_ignoring_case(text, words.text))
      return ToolDirective{words.tool, words.what, trim(text.substr(words.text.size()))};
  }
  return std::nullopt;
}

std::optional<ToolMark> first_tool_directive(const SourceFile& file) {
  std::optional<ToolMark> first;
  for_each_directive(file, [&](const ToolDirective& directive, const Comment& comment) {
    if (!first)
      first = ToolMark{directive.tool, comment.offset};
  });
  return first;
}

bool says_no_transaction(const SourceFile& file, SectionKind section) {
  const What wanted = section == SectionKind::kDown ? What::kDown : What::kUp;
  bool says_so = false;
  for_each_directive(file, [&](const ToolDirective& directive, const Comment&) {
    if (directive.what == What::kNoTransaction)
      says_so = true;
    else if (directive.what == wanted && directive.tool == Layout::kSqlMigrate)
      says_so = says_so || contains_ignoring_case(directive.arguments, "notransaction");
    else if (directive.what == wanted && directive.tool == Layout::kDbmate)
      says_so = says_so || contains_ignoring_case(directive.arguments, "transaction:false");
  });
  return says_so;
}

void check_tool_directives(const SourceFile& file, Diagnostics& diagnostics) {
  std::optional<std::size_t> substituted_from;
  for_each_directive(file, [&](const ToolDirective& directive, const Comment& comment) {
    if (directive.what == What::kUnknown) {
      diagnostics
          .error("unknown-directive", file, comment.offset,
                 "goose knows no directive `" + std::string(directive.arguments) + "`",
                 {"its directives are Up, Down, StatementBegin, StatementEnd, NO TRANSACTION, "
                  "ENVSUB ON and ENVSUB OFF"})
          .length = comment.length;
    } else if (directive.what == What::kEnvSub) {
      if (substituted_from)
        check_region(file, *substituted_from, comment.offset, diagnostics);
      substituted_from.reset();
      if (equals_ignoring_case(directive.arguments, "on"))
        substituted_from = comment.offset + comment.length;
    }
  });
  if (substituted_from)
    check_region(file, *substituted_from, file.text().size(), diagnostics);
}

}  // namespace godwit::codegen
