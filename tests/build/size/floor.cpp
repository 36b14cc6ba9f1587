// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>

int main(int argc, char** argv) {
  PGconn* connection = PQconnectdb(argv[argc - 1]);
  PQfinish(connection);
  return 0;
}
