// SPDX-License-Identifier: Apache-2.0
#include "source/text_check.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace godwit::codegen {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// The length of the well-formed sequence at `i`, or 0: table 3-7 of the Unicode standard.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80)
    return 1;
  struct Form {
    unsigned char lead_low, lead_high;  // first byte
    unsigned char second_low, second_high;
    std::size_t length;
  };
  static constexpr std::array<Form, 8> kForms{{{0xC2, 0xDF, 0x80, 0xBF, 2},
                                               {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                               {0xE1, 0xEC, 0x80, 0xBF, 3},
                                               {0xED, 0xED, 0x80, 0x9F, 3},
                                               {0xEE, 0xEF, 0x80, 0xBF, 3},
                                               {0xF0, 0xF0, 0x90, 0xBF, 4},
                                               {0xF1, 0xF3, 0x80, 0xBF, 4},
                                               {0xF4, 0xF4, 0x80, 0x8F, 4}}};
  for (const Form& form : kForms) {
    if (lead < form.lead_low || lead > form.lead_high)
      continue;
    if (i + form.length > text.size())
      return 0;
    if (byte_at(text, i + 1) < form.second_low || byte_at(text, i + 1) > form.second_high)
      return 0;
    for (std::size_t k = 2; k < form.length; ++k) {
      if ((byte_at(text, i + k) & 0xC0) != 0x80)
        return 0;
    }
    return form.length;
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> find_nul(std::string_view text) noexcept {
  const std::size_t at = text.find('\0');
  return at == std::string_view::npos ? std::nullopt : std::optional(at);
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::uint64_t kBeyondAscii = 0x8080808080808080U;
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + kWord <= text.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, kWord);
      if ((word & kBeyondAscii) == 0) {
        i += kWord;
        continue;
      }
    }
    const std::size_t length = sequence_length(text, i);
    if (length == 0)
      return i;
    i += length;
  }
  return std::nullopt;
}

std::string escape_unprintable(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t length = sequence_length(text, i);
    const unsigned char byte = byte_at(text, i);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
      ++i;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  return out;
}

std::size_t byte_offset_of(std::string_view text, std::size_t characters) noexcept {
  std::size_t i = 0;
  while (characters > 0 && i < text.size()) {
    ++i;
    while (i < text.size() && (byte_at(text, i) & 0xC0) == 0x80) ++i;
    --characters;
  }
  return i;
}

}  // namespace godwit::codegen
