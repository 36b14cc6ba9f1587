// SPDX-License-Identifier: Apache-2.0
//
// The application whose tenants are migrated.
#include <godwit/cli.hpp>
#include <bench_tenants_migrations.hpp>

int main(int argc, char** argv) {
  return godwit::run_cli(argc, argv, bench_tenants_migrations::migrations());
}
