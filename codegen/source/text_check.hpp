// SPDX-License-Identifier: Apache-2.0
//
// Whether bytes can be SQL at all: PostgreSQL takes no NUL, and the runtime sends UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::codegen {

/// The offset of the first NUL byte.
std::optional<std::size_t> find_nul(std::string_view text) noexcept;

/// The offset of the first byte that is not valid UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF).
std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// The byte offset of the character number `characters`, from 0, in valid UTF-8.
std::size_t byte_offset_of(std::string_view text, std::size_t characters) noexcept;

/// `text` with control characters and what is not UTF-8 written as `\xNN`; as it is where there is
/// nothing to write so.
std::string escape_unprintable(std::string_view text);

}  // namespace godwit::codegen
