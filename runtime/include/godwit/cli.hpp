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

#include <functional>
#include <initializer_list>

namespace godwit {

/// Runs one command (`help` lists them, and docs/command-line.md says what each does) on `set`,
/// prints to stdout and stderr, and returns the exit code: 0, or the value of an ErrorKind.
/// Does not throw. Installs handlers for SIGINT and SIGTERM while a command runs that writes, and
/// restores the old ones.
int run_cli(int argc, char** argv, const MigrationSet& set);

/// The same for several sets, in one database or in several, each with a NAME of its own:
///
///     return godwit::run_cli(argc, argv, {crm::migrations(), billing::migrations()});
///
/// The database of a set comes from GODWIT_URL_<SET>, such as GODWIT_URL_BILLING, before it comes
/// from where that of a single set does. Commands run on every set, in this order, or on that of
/// `--set`; a failure of one set does not stop the others, but an interrupt does. The exit code is
/// that of the first that failed.
int run_cli(int argc, char** argv,
            std::initializer_list<std::reference_wrapper<const MigrationSet>> sets);

}  // namespace godwit
