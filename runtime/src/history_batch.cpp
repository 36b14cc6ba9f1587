// SPDX-License-Identifier: Apache-2.0
//
// Where a statement that is run in batches is: `cursor_value` in the history, the text of an array
// {step,rows,total,key,value…}. It is written in the transaction of the batch that it is about, and
// by nobody but the owner of the claim: where the row is not his any more, 1/0 ends the transaction
// and the batch with it.
#include "history.hpp"

namespace godwit::detail {

std::string History::read_cursor(const Connection& connection, const RunIdentity& run,
                                 const Migration& migration) const {
  return compose(
      "SELECT part FROM {} AS h, pg_catalog.unnest(CAST(h.cursor_value AS pg_catalog.text[])) WITH "
      "ORDINALITY AS parts (part, n) WHERE {} ORDER BY n",
      quoted(connection), row_condition(connection, run, migration));
}

std::string History::change_cursor(const Connection& connection, const RunIdentity& run,
                                   const Migration& migration, std::string_view assignment) const {
  return compose(
      "WITH done AS (UPDATE {0} SET {1} WHERE {2} AND "
      "claim_pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() RETURNING 1) SELECT 1 "
      "OPERATOR(pg_catalog./) pg_catalog.count(*) FROM done",
      quoted(connection), assignment, row_condition(connection, run, migration));
}

std::string History::set_cursor(const Connection& connection, const RunIdentity& run,
                                const Migration& migration,
                                const std::vector<std::string>& values) const {
  std::string list;
  for (const std::string& text : values) {
    list += (list.empty() ? "" : ", ") + connection.literal(text);
  }
  return change_cursor(
      connection, run, migration,
      compose("cursor_value = CAST(CAST(ARRAY[{}] AS pg_catalog.text[]) AS pg_catalog.text)",
              list));
}

std::string History::end_cursor(const Connection& connection, const RunIdentity& run,
                                const Migration& migration, std::size_t step) const {
  return change_cursor(connection, run, migration, compose("cursor_value = NULL, step = {}", step));
}

}  // namespace godwit::detail
