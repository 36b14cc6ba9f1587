// SPDX-License-Identifier: Apache-2.0
//
// `--before-cmd`: a command of the shell, a backup say, that the run waits for before it changes
// anything.
#pragma once

#include "arguments.hpp"

#include <godwit/migrator.hpp>

namespace godwit::cli {

/// Options with the command as the hook before_run; as they are where there is none. It is run once
/// in the life of what is given back, and of its copies: `redo` and `fresh` are two runs.
Options with_before_command(const Arguments& arguments, Options options);

}  // namespace godwit::cli
