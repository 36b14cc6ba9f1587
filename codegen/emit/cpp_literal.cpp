// SPDX-License-Identifier: Apache-2.0
#include "emit/cpp_literal.hpp"

namespace godwit::codegen::emit {
namespace {

void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '\\';
  out += static_cast<char>('0' + (byte >> 6));
  out += static_cast<char>('0' + ((byte >> 3) & 7));
  out += static_cast<char>('0' + (byte & 7));
}

}  // namespace

void append_literal(std::string& out, std::string_view bytes) {
  out += "{\"";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\n') {
      out += "\\n";
      if (i + 1 < bytes.size())
        out += "\"\n\"";
    } else if (c == '"' || c == '\\' || c == '?') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      append_escaped(out, c);
    }
  }
  out += "\", ";
  out += std::to_string(bytes.size());
  out += '}';
}

}  // namespace godwit::codegen::emit
