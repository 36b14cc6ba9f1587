// SPDX-License-Identifier: Apache-2.0
//
// The commands. Each prints and returns its exit code, or throws Error.
#pragma once

#include "arguments.hpp"

namespace godwit::cli {

int run_up(const Arguments& arguments, const MigrationSet& set);
int run_status(const Arguments& arguments, const MigrationSet& set);
int run_list(const Arguments& arguments, const MigrationSet& set);
int run_info(const Arguments& arguments, const MigrationSet& set);
int run_check(const Arguments& arguments, const MigrationSet& set);
int run_validate(const Arguments& arguments, const MigrationSet& set);
int run_wait(const Arguments& arguments, const MigrationSet& set);
int run_version(const Arguments& arguments, const MigrationSet& set);

}  // namespace godwit::cli
