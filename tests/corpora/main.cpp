// SPDX-License-Identifier: Apache-2.0
//
// An application of one corpus; the build says which.
#include <godwit/cli.hpp>

#include GODWIT_CORPUS_HEADER

int main(int argc, char** argv) {
  return godwit::run_cli(argc, argv, GODWIT_CORPUS::migrations());
}
