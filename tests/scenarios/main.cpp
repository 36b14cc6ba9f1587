// SPDX-License-Identifier: Apache-2.0
//
// The application of the scenarios, with one or another state of its migrations.
#include <godwit/cli.hpp>

#include GODWIT_TEST_HEADER

int main(int argc, char** argv) {
  return godwit::run_cli(argc, argv, GODWIT_TEST_NAMESPACE::migrations());
}
