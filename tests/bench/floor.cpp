// SPDX-License-Identifier: Apache-2.0
//
// The least that any migrator can do, on bare libpq: what ours is measured against.
//
//     bench_floor check CONNINFO            connect, one SELECT on a history
//     bench_floor apply CONNINFO FILE…      connect, one SELECT, and everything in one message, a
//                                           row of history and a transaction for each file
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

bool is_good(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/// Sends `sql` and throws the results away.
bool send(PGconn* connection, const std::string& sql) {
  if (PQsendQuery(connection, sql.c_str()) == 0)
    return false;
  bool is_ok = true;
  while (PGresult* next = PQgetResult(connection)) {
    const Result result(next, PQclear);
    if (!is_good(result.get())) {
      std::fprintf(stderr, "%s", PQresultErrorMessage(result.get()));
      is_ok = false;
    }
  }
  return is_ok;
}

std::string read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3)
    return 2;
  const Connection connection(PQconnectdb(argv[2]), PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    std::fprintf(stderr, "%s", PQerrorMessage(connection.get()));
    return 1;
  }
  if (argv[1] == std::string_view("check")) {
    const Result rows(PQexec(connection.get(), "SELECT * FROM public.schema_migrations"), PQclear);
    return is_good(rows.get()) ? 0 : 1;
  }
  const Result missing(PQexec(connection.get(), "SELECT * FROM floor_history"), PQclear);
  std::string message = "CREATE TABLE floor_history (name text PRIMARY KEY);";
  for (int i = 3; i < argc; ++i)
    message += "BEGIN;INSERT INTO public.floor_history VALUES ('" + std::to_string(i) + "');" +
               read_file(argv[i]) + "\n;COMMIT;";
  return send(connection.get(), message) ? 0 : 1;
}
