// SPDX-License-Identifier: Apache-2.0
//
// Names that C++ keeps for itself, and places where code cannot be.
#include "source/code_key.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "source/words.hpp"

namespace godwit::codegen {
namespace {

constexpr std::array<std::string_view, 92> kKeywords{
    "alignas",   "alignof",       "and",         "and_eq",
    "asm",       "auto",          "bitand",      "bitor",
    "bool",      "break",         "case",        "catch",
    "char",      "char8_t",       "char16_t",    "char32_t",
    "class",     "compl",         "concept",     "const",
    "consteval", "constexpr",     "constinit",   "const_cast",
    "continue",  "co_await",      "co_return",   "co_yield",
    "decltype",  "default",       "delete",      "do",
    "double",    "dynamic_cast",  "else",        "enum",
    "explicit",  "export",        "extern",      "false",
    "float",     "for",           "friend",      "goto",
    "if",        "inline",        "int",         "long",
    "mutable",   "namespace",     "new",         "noexcept",
    "not",       "not_eq",        "nullptr",     "operator",
    "or",        "or_eq",         "private",     "protected",
    "public",    "register",      "requires",    "reinterpret_cast",
    "return",    "short",         "signed",      "sizeof",
    "static",    "static_assert", "static_cast", "struct",
    "switch",    "template",      "this",        "thread_local",
    "throw",     "true",          "try",         "typedef",
    "typeid",    "typename",      "union",       "unsigned",
    "using",     "virtual",       "void",        "volatile",
    "wchar_t",   "while",         "xor",         "xor_eq"};

void refuse(const MigrationSource& migration, std::size_t offset, std::size_t length,
            std::string message, std::string note, Diagnostics& diagnostics) {
  diagnostics
      .error("invalid-header-value", migration.up.file(), offset, std::move(message),
             {std::move(note)})
      .length = length;
}

void check_place(const MigrationSource& migration, const HeaderCode& code,
                 Diagnostics& diagnostics) {
  if (migration.is_repeatable)
    refuse(migration, code.offset, code.name.size(), "a repeatable migration cannot be code",
           "only the checksum of this file tells when it is to be applied again, and the function "
           "is not in it: give it a version",
           diagnostics);
  else if (migration.header.unchecked)
    refuse(migration, code.offset, code.name.size(),
           "code cannot stand beside SQL that the build could not parse",
           "give the SQL of `Syntax: unchecked` a migration of its own", diagnostics);
  else if (migration.header.transaction == false)
    refuse(migration, code.offset, code.name.size(), "code cannot run outside a transaction",
           "nobody could tell how far it came when it is cut off: take `Transaction: none` out, "
           "and give the SQL that needs it a migration of its own",
           diagnostics);
}

}  // namespace

std::string why_no_function(std::string_view name) {
  const auto is_word = [](char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '_'; };
  if (name.empty() || is_ascii_digit(name.front()) ||
      !std::all_of(name.begin(), name.end(), is_word))
    return "is no name of a C++ function";
  if (std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end())
    return "is a keyword of C++";
  if (name.front() == '_' || name.find("__") != std::string_view::npos)
    return "is a name that C++ keeps for itself";
  if (name == "migrations")
    return "is the function that gives the set";
  return {};
}

void complete_code(MigrationSource& migration, Diagnostics& diagnostics) {
  const Header& header = migration.header;
  for (const auto& code : {header.code, header.code_down}) {
    if (code)
      check_place(migration, *code, diagnostics);
  }
  if (!header.code_down || migration.is_repeatable || migration.down.is_present())
    return;
  const SourceFile& file = migration.up.file();
  std::string blank(file.text());
  std::replace_if(
      blank.begin(), blank.end(), [](char c) { return c != '\n'; }, ' ');
  migration.down = Section(SectionKind::kDown, file, std::move(blank));
}

}  // namespace godwit::codegen
