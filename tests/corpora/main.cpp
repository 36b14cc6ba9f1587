// SPDX-License-Identifier: Apache-2.0
#include <godwit/cli.hpp>

#include <openmeter_migrations.hpp>

int main(int argc, char** argv) {
  return godwit::run_cli(argc, argv, openmeter_migrations::migrations());
}
