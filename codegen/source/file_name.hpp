// SPDX-License-Identifier: Apache-2.0
//
// What a file's name says: which migration the file belongs to, and which part of it the file is.
//
//     007_name.sql   007_name.up.sql   007_name.down.sql   007_name.verify.sql
//     20251118120000_name.sql   2023-01-01-000000_name.sql   V007__name.sql   U007__name.sql
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "source/section.hpp"

namespace godwit::codegen {

struct FileName {
  std::int64_t version = 0;
  std::string digits;                   ///< the version as written, without dashes
  std::string name;                     ///< behind the version
  SectionKind part = SectionKind::kUp;  ///< kUp, kDown or kVerify
};

/// `file_name` without a folder. Empty when it is not understood, or holds control characters or
/// bytes that are no UTF-8.
std::optional<FileName> parse_file_name(std::string_view file_name);

/// Why `file_name` is not understood and which name would be: one sentence for an error.
std::string explain_file_name(std::string_view file_name);

}  // namespace godwit::codegen
