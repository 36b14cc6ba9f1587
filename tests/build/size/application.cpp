// SPDX-License-Identifier: Apache-2.0
#include <godwit/migrator.hpp>
#include SET_HEADER

#include <libpq-fe.h>

int main(int argc, char** argv) {
  godwit::migrate(argv[argc - 1], sized::migrations());
  PGconn* connection = PQconnectdb(argv[argc - 1]);
  PQfinish(connection);
  return 0;
}
