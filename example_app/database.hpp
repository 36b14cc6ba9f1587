// SPDX-License-Identifier: Apache-2.0
//
// The service's way to PostgreSQL: libpq behind owning pointers. Nothing in here knows godwit; an
// application keeps whatever database layer it has.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <libpq-fe.h>

namespace crm {

/// `sqlstate` is empty when it was not the server who said it.
struct DatabaseError : std::runtime_error {
  DatabaseError(const char* message, const char* state)
      : std::runtime_error(message), sqlstate(state != nullptr ? state : "") {}
  std::string sqlstate;
};

/// Values for $1, $2 …; none is NULL. They never become part of the SQL text.
using Params = std::vector<std::optional<std::string>>;

/// Runs one statement on a connection of its own (nothing to share, nothing to repair after a
/// restart of the server); an empty `url` means the PG* variables. The first column of the first
/// row, or nothing where there is no row. Throws DatabaseError.
inline std::optional<std::string> query(const std::string& url, const char* sql,
                                        const Params& params) {
  // What stands before dbname is a default, which the URL may override.
  const char* const keywords[] = {"fallback_application_name", "connect_timeout", "dbname",
                                  "client_encoding", nullptr};
  const char* const settings[] = {"crm", "5", url.c_str(), "UTF8", nullptr};
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdbParams(keywords, settings, /*expand_dbname=*/1), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    throw DatabaseError(PQerrorMessage(connection.get()), nullptr);
  }
  std::vector<const char*> values;
  for (const auto& param : params) {
    values.push_back(param ? param->c_str() : nullptr);
  }
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(
      PQexecParams(connection.get(), sql, static_cast<int>(values.size()), nullptr, values.data(),
                   nullptr, nullptr, 0),
      &PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
    throw DatabaseError(PQerrorMessage(connection.get()),
                        PQresultErrorField(result.get(), PG_DIAG_SQLSTATE));
  }
  return PQntuples(result.get()) == 0 ? std::nullopt
                                      : std::optional(PQgetvalue(result.get(), 0, 0));
}

}  // namespace crm
