// SPDX-License-Identifier: Apache-2.0
//
// Small things that every user of libpq needs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace godwit::detail {

struct MemoryDeleter {
  void operator()(void* memory) const noexcept { PQfreemem(memory); }
};

struct OptionsDeleter {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using ConninfoOptions = std::unique_ptr<PQconninfoOption, OptionsDeleter>;

/// "" for null.
inline std::string_view view(const char* text) {
  return text == nullptr ? std::string_view{} : text;
}

/// Without the line break that libpq's messages end in.
inline std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

}  // namespace godwit::detail
