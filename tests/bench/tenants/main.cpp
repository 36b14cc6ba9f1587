// SPDX-License-Identifier: Apache-2.0
//
// The application whose tenants are migrated.
#include <bench_tenants_migrations.hpp>
#include <godwit/cli.hpp>

int main(int argc, char** argv) {
  return godwit::run_cli(argc, argv, bench_tenants_migrations::migrations());
}
