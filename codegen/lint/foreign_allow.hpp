// SPDX-License-Identifier: Apache-2.0
//
// Comments by which other linters are told to be silent, which are honoured, so that a project
// moves over without touching a file:
//
//     -- squawk-ignore ban-drop-table          -- squawk-ignore-file
//     -- atlas:nolint destructive              (followed by a blank line: for the file)
//     -- eugene: ignore E5, E4
//     -- pgt-ignore lint/safety/banDropTable: reason      -- pgt-ignore-all …
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::codegen::lint {

inline constexpr std::string_view kEveryRule = "*";

struct ForeignAllow {
  std::vector<std::string> rules;  ///< ours; kEveryRule for all that can be allowed
  bool is_file_wide = false;
};

/// Whether there may be such a comment in `text`; cheap.
bool mentions_foreign_allow(std::string_view text) noexcept;

/// `comment` without its markers, and what follows it in the file.
std::optional<ForeignAllow> read_foreign_allow(std::string_view comment, std::string_view behind);

}  // namespace godwit::codegen::lint
