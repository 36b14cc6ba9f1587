// SPDX-License-Identifier: Apache-2.0
//
// Asking before something is done that cannot be taken back. Only where somebody sits at a
// terminal: in a script the command is consent.
#pragma once

#include "arguments.hpp"

#include <string>
#include <vector>

namespace godwit::cli {

/// Whether somebody can be asked and has not answered on the command line.
bool can_ask(const Arguments& arguments);

/// Prints `lines` and the question, and reads the answer: true for y or yes.
bool ask(const std::vector<std::string>& lines, const std::string& question);

/// A whole line of the terminal, without its end.
std::string read_line();

}  // namespace godwit::cli
