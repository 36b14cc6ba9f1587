// SPDX-License-Identifier: Apache-2.0
//
// Bytes as a C++ string literal that every compiler reads back as the same bytes.
#pragma once

#include <string>
#include <string_view>

namespace godwit::codegen::emit {

/// Appends `{"…", length}`, an initialiser of std::string_view. A literal a line of the text. Bytes
/// outside printable ASCII are three-digit octal escapes, since hex escapes swallow what follows;
/// `?` is escaped against trigraphs. Raw literals would not do: compilers change CR in them.
void append_literal(std::string& out, std::string_view bytes);

}  // namespace godwit::codegen::emit
