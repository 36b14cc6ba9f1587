// SPDX-License-Identifier: Apache-2.0
//
// Small things about words in ASCII: case, blanks, and which known word a misspelt one is meant to
// be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::codegen {

bool is_ascii_letter(char c) noexcept;
bool is_ascii_digit(char c) noexcept;
bool is_blank(char c) noexcept;  ///< space, tab, carriage return

std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text) noexcept;
std::string_view trim_left(std::string_view text) noexcept;

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept;
bool ends_with_ignoring_case(std::string_view text, std::string_view suffix) noexcept;
bool contains_ignoring_case(std::string_view text, std::string_view part) noexcept;

/// Splits at commas, blanks and line ends.
std::vector<std::string_view> words_of(std::string_view text);

/// How many letters must be put in, left out, changed or swapped to make `b` of `a`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known word that `word` is most likely meant to be, ignoring case: at most one letter in
/// three is wrong, and never more than three. Empty when none is near.
std::optional<std::string_view> closest(std::string_view word,
                                        std::span<const std::string_view> known);

}  // namespace godwit::codegen
