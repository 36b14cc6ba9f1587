// SPDX-License-Identifier: Apache-2.0
//
// The sections of one file, by the directives of all tools. The first byte says which part of a
// migration the file's name would make it.
#include "source/section.hpp"

#include "source/comments.hpp"
#include "source/lexer.hpp"
#include "support.hpp"

namespace {

using godwit::fuzz::require;

/// Tokens and comments follow each other and lie in the text; nothing but white space is left out.
void check_tokens(std::string_view text) {
  godwit::codegen::Lexer lexer(text);
  std::size_t at = 0;
  std::size_t comments = 0;
  for (auto token = lexer.next(); token.kind != godwit::codegen::TokenKind::kEnd;
       token = lexer.next()) {
    require(token.offset >= at && token.length > 0, "tokens follow each other");
    require(token.offset + token.length <= text.size(), "a token is in the text");
    require(text.substr(at, token.offset - at).find_first_not_of(" \t\n\r\f\v") ==
                std::string_view::npos,
            "nothing but white space is between tokens");
    at = token.offset + token.length;
    comments += token.kind == godwit::codegen::TokenKind::kLineComment ||
                        token.kind == godwit::codegen::TokenKind::kBlockComment
                    ? 1
                    : 0;
  }
  require(godwit::codegen::find_comments(text).size() == comments, "comments are tokens");
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace godwit::codegen;
  if (size == 0)
    return 0;
  constexpr SectionKind kFirst[] = {SectionKind::kUp, SectionKind::kDown, SectionKind::kVerify};
  const SectionKind first = kFirst[data[0] % std::size(kFirst)];
  const SourceFile file("/m/007_x.sql", "m/007_x.sql", godwit::fuzz::as_text(data + 1, size - 1));
  check_tokens(file.text());

  Diagnostics diagnostics;
  const std::vector<Section> sections = split_sections(file, first, diagnostics);
  godwit::fuzz::check_findings(diagnostics);
  std::vector<const Section*> found;
  for (const Section& section : sections) {
    require(&section.file() == &file, "a section is of its file");
    for (const Section* other : found)
      require(other->kind() != section.kind(), "there is at most one section of a kind");
    require(first == SectionKind::kUp || section.kind() == first,
            "a file of one part holds that part");
    found.push_back(&section);
  }
  godwit::fuzz::check_sections(found);
  return 0;
}
