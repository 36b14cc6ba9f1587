// SPDX-License-Identifier: Apache-2.0
//
// Reads back what the tool writes into a .cpp, as a compiler would: an opinion of its own about
// what the escapes mean, which shares no code with the tool.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::fuzz {

/// The values of all `{"…" "…", length}` in C++ source, in order. Ends the process where one is not
/// a literal that every compiler reads alike, or is not of that length.
std::vector<std::string> read_literals(std::string_view source);

}  // namespace godwit::fuzz
