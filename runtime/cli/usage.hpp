// SPDX-License-Identifier: Apache-2.0
//
// What is said of a command line that cannot be understood, and how help is laid out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::cli {

/// Says what is wrong, on stderr, or with --json as one object on stdout. Returns the exit code.
int usage_error(bool is_json, std::string message, std::string hint = {});

/// Which of these words was probably meant; empty when none is near.
std::string closest(std::string_view word, const std::vector<std::string>& known);

/// The text in lines of at most 80 columns; a description goes on below its own beginning.
std::string wrapped(std::string_view text);

}  // namespace godwit::cli
