// SPDX-License-Identifier: Apache-2.0
//
// The embeddable command line. The whole main() of a migrator is
//
//     int main(int argc, char** argv) { return godwit::run_cli(argc, argv,
//     crm_migrations::migrations()); }
//
// and an application that has a command line of its own hands over the rest of its arguments after
// `migrate`.
#pragma once

#include <godwit/migration.hpp>

#include <span>

namespace godwit {

/// Runs one command (`up`, `status`, `list`, `info`, `check`, `validate`, `version`, `help`) on
/// `set`, prints to stdout and stderr, and returns the exit code: 0, or the value of an ErrorKind.
/// Does not throw. Installs handlers for SIGINT and SIGTERM while a command runs that writes, and
/// restores the old ones.
int run_cli(int argc, char** argv, const MigrationSet& set);

}  // namespace godwit
