// SPDX-License-Identifier: Apache-2.0
//
// Which of the sets of a binary a command is about, and the command on each of them.
#pragma once

#include "arguments.hpp"

#include <functional>
#include <vector>

namespace godwit::cli {

using Sets = std::vector<std::reference_wrapper<const MigrationSet>>;

/// A command on one set, which prints its errors and returns its exit code. The arguments hold what
/// was given on the command line.
using RunOnSet = int (*)(Arguments arguments, const MigrationSet& set);

/// Runs `run` on the set that `--set` names, else on all of them, and returns the exit code. Wrong
/// usage is printed: sets of one name, a set that is not there, and commands that need one set.
int run_on_sets(const Arguments& arguments, const Sets& sets, RunOnSet run);

}  // namespace godwit::cli
