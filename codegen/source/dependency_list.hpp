// SPDX-License-Identifier: Apache-2.0
//
// The value of `Dependencies:`, which may go on in the lines below:
//
//     -- Dependencies: 7, billing:12,      -- Dependencies:      -- Dependencies: [
//     --   10 (team members)               --   - 7              --   7, 10
//     --                                   --   - 10             -- ]
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/header.hpp"

namespace godwit::codegen {

/// What is wrong with a list, and where.
struct DependencyProblem {
  std::string_view at;
  std::string message;
  std::string note;
};

/// What was read. Offsets of names are not set; their `text` is a copy of `places` at the same
/// index.
struct DependencyList {
  std::vector<DependencyName> names;
  std::vector<std::string_view> places;
  std::vector<DependencyProblem> problems;
  std::size_t lines = 0;  ///< how many of the following lines belong to it
};

/// Reads `value`, and those of the lines of comment below it, `following`, that go on with it.
/// `is_key` says which of them are another key's. `key` is where a missing value is reported.
DependencyList read_dependency_list(std::string_view key, std::string_view value,
                                    std::span<const std::string_view> following,
                                    const std::function<bool(std::string_view)>& is_key);

/// Whether `text` begins as such a list does: with a version, a bracket, or `None`.
bool looks_like_dependencies(std::string_view text);

}  // namespace godwit::codegen
