// SPDX-License-Identifier: Apache-2.0
//
// The bodies in a section: those of its DO blocks, parsed, and what is wrong with those of its
// functions.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "source/section.hpp"
#include "sql/parse.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::sql {

struct SectionBodies {
  std::unordered_map<std::size_t, Body> blocks;  ///< of DO, by the index of the statement
  std::vector<BodyError> errors;                 ///< of functions as well
};

/// `script` is that of `section`. The parser's stack wants run_with_deep_stack().
SectionBodies parse_bodies(const Section& section, const Script& script);

}  // namespace godwit::codegen::sql
