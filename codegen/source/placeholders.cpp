// SPDX-License-Identifier: Apache-2.0
#include "source/placeholders.hpp"

#include <algorithm>
#include <stdexcept>

#include "source/comments.hpp"
#include "source/text_check.hpp"
#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::string_view kOpen = "${";

bool is_name_byte(char c) noexcept {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '.' || c == ':' || c == '-';
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && (is_ascii_letter(text.front()) || text.front() == '_') &&
         std::all_of(text.begin(), text.end(), is_name_byte);
}

std::string quoted_list(const std::vector<Define>& defines) {
  std::string list;
  for (const Define& define : defines) list += (list.empty() ? "" : ", ") + define.name;
  return list;
}

}  // namespace

void add_definition(std::vector<Define>& defines, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    throw std::invalid_argument("`" + std::string(text) + "` has no value; write `name=value`");
  Define define{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  if (!is_name(define.name))
    throw std::invalid_argument("`" + define.name +
                                "` is no name for a placeholder: letters, digits and _ . : - make "
                                "one, and a letter or _ begins it");
  if (define.value.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos ||
      find_invalid_utf8(define.value))
    throw std::invalid_argument("the value of `" + define.name +
                                "` is not one line of text in UTF-8");
  if (std::any_of(defines.begin(), defines.end(),
                  [&](const Define& other) { return other.name == define.name; }))
    throw std::invalid_argument("`" + define.name + "` is defined twice");
  defines.push_back(std::move(define));
}

std::string_view placeholder_at(std::string_view text, std::size_t offset) noexcept {
  if (offset > text.size() || !text.substr(offset).starts_with(kOpen))
    return {};
  const std::string_view name = text.substr(offset + kOpen.size());
  const std::size_t end = std::min(name.find('}'), name.size());
  if (end == name.size() || !is_name(name.substr(0, end)))
    return {};
  return text.substr(offset, kOpen.size() + end + 1);
}

const Define* Placeholders::find(std::string_view name) const {
  const auto found = std::find_if(defines_.begin(), defines_.end(),
                                  [&](const Define& define) { return define.name == name; });
  return found == defines_.end() ? nullptr : &*found;
}

void Placeholders::replace(SourceFile& file, Diagnostics& diagnostics,
                           std::vector<Replacement> cuts) {
  const std::string_view text = file.original();
  if (defines_.empty() || text.find(kOpen) == std::string_view::npos) {
    file.replace(cuts);
    return;
  }
  std::vector<Replacement> parts;
  std::ptrdiff_t longer = 0;  // than the original, so far
  const auto add = [&](Replacement part) {
    longer += static_cast<std::ptrdiff_t>(part.value.size()) -
              static_cast<std::ptrdiff_t>(part.end - part.begin);
    parts.push_back(std::move(part));
  };
  std::size_t begin = 0;
  for (Replacement& cut : cuts) {
    replace_between(file, begin, cut.begin, longer, add, diagnostics);
    begin = cut.end;
    add(std::move(cut));
  }
  replace_between(file, begin, text.size(), longer, add, diagnostics);
  file.replace(parts);
}

void Placeholders::replace_between(const SourceFile& file, std::size_t begin, std::size_t end,
                                   const std::ptrdiff_t& longer,
                                   const std::function<void(Replacement)>& add,
                                   Diagnostics& diagnostics) {
  const std::string_view text = file.original().substr(begin, end - begin);
  const std::vector<Comment> comments = find_comments(text);
  auto comment = comments.begin();
  for (std::size_t at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at)) {
    while (comment != comments.end() && comment->offset + comment->length <= at) ++comment;
    if (comment != comments.end() && comment->offset <= at) {
      at = comment->offset + comment->length;
      continue;
    }
    const std::string_view placeholder = placeholder_at(text, at);
    if (placeholder.empty()) {
      at += kOpen.size();
      continue;
    }
    const std::string_view name =
        placeholder.substr(kOpen.size(), placeholder.size() - kOpen.size() - 1);
    // A word that parses in most places, so that the rest of the file is looked at too.
    std::string value = "undefined_placeholder";
    if (const Define* define = find(name)) {
      used_.insert(define->name);
      value = define->value;
    } else {
      diagnostics
          .error("undefined-placeholder", file,
                 static_cast<std::size_t>(static_cast<std::ptrdiff_t>(begin + at) + longer),
                 "nothing is defined for `" + std::string(placeholder) + "`",
                 {"defined are: " + quoted_list(defines_) + "; write DEFINE " + std::string(name) +
                  "=value in add_migrations(), or --define " + std::string(name) + "=value"})
          .length = value.size();
    }
    add({begin + at, begin + at + placeholder.size(), std::move(value)});
    at += placeholder.size();
  }
}

void Placeholders::report_unused(const std::filesystem::path& root, FileStore& store,
                                 Diagnostics& diagnostics) const {
  for (const Define& define : defines_) {
    if (used_.contains(define.name))
      continue;
    const SourceFile& place = store.emplace_back(root, root.filename().string(), "");
    diagnostics.error("unused-define", place, 0,
                      "DEFINE " + define.name + " is used by no migration",
                      {"no SQL of the set says ${" + define.name +
                       "}; is one of the two misspelt? Else remove it"});
  }
}

}  // namespace godwit::codegen
